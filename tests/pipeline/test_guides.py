"""Guided scenes: the page's layout as the last reference of the request."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from qwen_pipeline.errors import SpecError
from qwen_pipeline.pipeline import build, make_plan, reproduce
from qwen_pipeline.pipeline.guides import BLOCK, INK, PAPER, sketch
from qwen_pipeline.render.draft.areas import areas_in
from qwen_pipeline.render.engines import draft
from qwen_pipeline.settings import Settings
from qwen_pipeline.store import Store
from qwen_pipeline.types import CalmArea, SceneRequest

from ..support.engines.scribe import INFO, always, by_turn
from ..support.scribes import install
from .conftest import order


@pytest.fixture
def guided(poster: Path) -> Path:
    text = poster.read_text("utf-8").replace("subject: a lamp}", "subject: a lamp, guide: layout}")
    poster.write_text(text + "layers: [{id: title, render: baked}]\n", "utf-8")
    return poster


def stored(settings: Settings) -> list[SceneRequest]:
    store = Store(settings.store)
    records = [store.scene_record(path.stem) for path in sorted((settings.store / "scenes").rglob("*.json"))]
    return [record.request for record in records if record]


def test_the_sketch_is_the_last_reference(guided: Path, settings: Settings, tmp_path: Path) -> None:
    scene = make_plan(order(guided), settings).plan.scenes[0]
    assert (scene.request.guide, scene.request.references) == (True, ())
    assert "<image1> is a plain layout sketch" in scene.request.prompt
    assert "black lettering" in scene.request.prompt
    assert build(order(guided), tmp_path / "out", settings).exit_code == 0
    (request,) = stored(settings)
    (digest,) = request.references
    with Image.open(Store(settings.store).asset_path(digest)) as image:
        assert image.size == (request.width_px, request.height_px)
        colors = {color for _, color in image.getcolors(100_000)}  # type: ignore[union-attr]
    assert {PAPER, BLOCK, INK} <= colors
    assert build(order(guided), tmp_path / "again", settings).rendered == 0


def test_other_words_are_another_sketch(guided: Path, settings: Settings, tmp_path: Path) -> None:
    build(order(guided), tmp_path / "out", settings)
    guided.write_text(guided.read_text("utf-8").replace("Lamp", "Lantern"), "utf-8")
    assert build(order(guided), tmp_path / "out", settings).rendered == 1
    assert len({request.references for request in stored(settings)}) == 2


def test_edits_follow_the_guided_picture(guided: Path, settings: Settings, tmp_path: Path) -> None:
    guided.write_text(guided.read_text("utf-8").replace("guide: layout}", "guide: layout, edits: [warm the light]}"), "utf-8")
    assert build(order(guided), tmp_path / "out", settings).rendered == 2
    first, second = sorted(stored(settings), key=lambda request: request.source is not None)
    assert (first.guide, second.guide, second.references) == (True, False, ())


def test_a_guided_picture_comes_again_from_the_file(guided: Path, settings: Settings, tmp_path: Path) -> None:
    build(order(guided), tmp_path / "out", settings)
    (again,) = reproduce(tmp_path / "out" / "sub" / "poster.png", tmp_path / "again", settings)
    assert again.same


def test_the_sketch_counts_as_a_reference(guided: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(draft, "INFO", replace(draft.INFO, max_references=0))
    with pytest.raises(SpecError) as caught:
        make_plan(order(guided), settings)
    assert [d.code for d in caught.value.diagnostics] == ["too-many-references"]


def test_an_engine_without_references_is_told_in_words(guided: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(draft, "INFO", replace(draft.INFO, capabilities=draft.INFO.capabilities - {"references"}))
    plan = make_plan(order(guided), settings).plan
    assert not plan.scenes[0].request.guide
    assert any("scene.guide" in notice for notice in plan.notices)


def test_candidates_are_guided_and_edits_and_plain_pictures_are_not(
    guided: Path, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    guided.write_text(guided.read_text("utf-8").replace("320x240", "640x480"), "utf-8")
    log = install(monkeypatch, by_turn("extra", "extra", "extra", "traces", "traces", "right"))
    assert build(order(guided), tmp_path / "out", settings).exit_code == 0
    assert [(request.guide, len(request.references)) for request in log.requests] == [(True, 1)] * 3 + [(False, 0)] * 3


def test_a_page_that_cannot_be_set_costs_its_piece(
    guided: Path, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> Any:
        raise ValueError("no")

    monkeypatch.setattr("qwen_pipeline.pipeline.guides.sketch", broken)
    manifest = build(order(guided), tmp_path / "out", settings)
    assert (manifest.exit_code, [f.piece for f in manifest.failures]) == (70, ["poster/zh-CN+en-GB"])


def test_a_reader_that_crashes_costs_its_pieces(
    guided: Path, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(monkeypatch, always("right"), info=replace(INFO, max_references=3))
    monkeypatch.setattr("qwen_pipeline.verify.read_picture", None)
    manifest = build(order(guided), tmp_path / "out", settings)
    assert (manifest.exit_code, [f.code for f in manifest.failures]) == (70, ["internal"])


def test_areas_of_a_sketch_are_found_again() -> None:
    areas = (CalmArea(0.0625, 0.125, 0.5, 0.25), CalmArea(0.0625, 0.5, 0.25, 0.375), CalmArea(0.75, 0.75, 0.25, 0.25))
    assert areas_in(sketch((1024, 768), areas, None)) == areas
    touching = (CalmArea(0.0, 0.0, 0.5, 0.25), CalmArea(0.0, 0.25, 1.0, 0.25))
    assert areas_in(sketch((512, 512), touching, None)) == touching
    assert areas_in(sketch((64, 64), (), None)) == ()
