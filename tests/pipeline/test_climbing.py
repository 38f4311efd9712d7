"""Words that a picture must spell, up the ladder: every rung with an engine that errs in known ways."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from qwen_pipeline.fingerprint import scene_fingerprint
from qwen_pipeline.pipeline import build, reproduce
from qwen_pipeline.settings import Settings
from qwen_pipeline.types import Manifest, TextOutcome
from qwen_pipeline.verify.filetext import page_texts

from ..support.engines.scribe import INFO, Log, Plan, always, by_rate, by_turn, hidden
from ..support.scribes import install
from .conftest import order

SPEC = """\
apiVersion: design/v1
kind: Poster
name: poster
extends: minimal
canvas: {size: 640x480px, safe: 8px}
locales: [en-GB]
scene: {style: soft-gradient, subject: a lamp}
title: Spring Tea Fair
generate: {seed: 3}
layers: [{id: title, render: baked}]
outputs:
  - {format: pdf, name: "{name}.pdf"}
  - {format: png, name: "{name}.png"}
"""
Make = Callable[..., tuple[Manifest, Log]]


@pytest.fixture
def make(tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Make:
    """Builds SPEC with a scribe that does as told."""

    def run(plan: Plan, spec: str = SPEC, out: str = "out", **more: Any) -> tuple[Manifest, Log]:
        path = tmp_path / "spec" / "poster.yaml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(spec, "utf-8")
        log = install(monkeypatch, plan, **more)
        return build(order(path), tmp_path / out, settings), log

    return run


def said(pdf: Path) -> str:
    return " ".join(page_texts(pdf)[0].split())


def only(manifest: Manifest) -> TextOutcome:
    (text,) = manifest.texts
    return text


def test_right_at_once(make: Make, tmp_path: Path) -> None:
    manifest, log = make(always("right"))
    text = only(manifest)
    assert (manifest.exit_code, manifest.findings, log.kinds) == (0, (), ["draw"])
    assert (text.outcome, text.rung, text.attempts, text.spelling) == ("baked", "drawn", 1, "exact")
    assert "Spring Tea Fair" in said(tmp_path / "out" / "poster.pdf")


@pytest.mark.parametrize("garble", ["dropped", "swapped", "look-alike", "extra"])
def test_right_at_the_third_candidate(make: Make, garble: str) -> None:
    manifest, log = make(by_turn(garble, garble, "right"))
    text = only(manifest)
    assert (manifest.exit_code, log.kinds) == (0, ["draw"] * 3)
    assert len({request.seed for request in log.requests}) == 3
    assert (text.outcome, text.rung, text.attempts) == ("baked", "drawn", 3)


def test_max_attempts_is_kept(make: Make) -> None:
    _, log = make(always("dropped"), SPEC.replace("render: baked", "render: baked, max_attempts: 1"))
    assert log.kinds == ["draw", "repair"]


def test_an_edit_repairs_its_string_and_nothing_else(make: Make, tmp_path: Path, settings: Settings) -> None:
    manifest, log = make(always("dropped", edits="right"))
    text = only(manifest)
    assert (manifest.exit_code, log.kinds) == (0, ["draw", "draw", "draw", "repair"])
    assert (text.outcome, text.rung, text.attempts, text.spelling) == ("baked", "repaired", 4, "exact")
    edit = log.requests[-1]
    (box,) = edit.within
    with Image.open(tmp_path / "out" / "poster.png") as image:
        assert [line for line, _ in hidden(image)] == ["Spring Tea Fair"]
        (line,) = [where for _, where in hidden(image)]
    assert box.left <= line.left < line.right <= box.right
    assert 'with "Spring Tea Fair"' in edit.prompt


def test_an_edit_that_fails_is_tried_with_another_seed(make: Make) -> None:
    manifest, log = make(by_turn("dropped", "dropped", "dropped", "wrong", "right"))
    assert log.kinds == ["draw"] * 3 + ["repair"] * 2
    assert only(manifest).rung == "repaired"
    assert log.requests[3].seed != log.requests[4].seed
    assert log.requests[3].source == log.requests[4].source


def test_erased_and_set_by_us(make: Make, tmp_path: Path) -> None:
    manifest, log = make(by_turn("dropped", "dropped", "dropped", "wrong", "wrong", "right"))
    text = only(manifest)
    assert log.kinds == ["draw"] * 3 + ["repair"] * 2 + ["erase"]
    assert (manifest.exit_code, manifest.findings) == (0, ())
    assert (text.outcome, text.rung, text.asked, text.attempts) == ("overlay", "erased", "baked", 5)
    assert "Spring Tea Fair" in said(tmp_path / "out" / "poster.pdf")
    with Image.open(tmp_path / "out" / "poster.png") as image:
        assert hidden(image) == []


def test_traces_of_letters_are_not_delivered(make: Make) -> None:
    turns = ["dropped"] * 3 + ["wrong"] * 2
    manifest, log = make(by_turn(*turns, "traces", "right"))
    assert (log.kinds[5:], only(manifest).rung, manifest.exit_code) == (["erase", "erase"], "erased", 0)
    manifest, log = make(by_turn(*turns, "traces", "traces", "right"), SPEC.replace("seed: 3", "seed: 4"))
    assert (log.kinds[5:], only(manifest).rung, manifest.exit_code) == (["erase", "erase", "draw"], "redrawn", 0)
    assert "Spring Tea" not in log.requests[-1].prompt


def test_words_of_the_things_themselves_are_let_be(make: Make) -> None:
    spec = SPEC.replace("subject: a lamp}", "subject: a jar with a label, labels: [page]}")
    manifest, log = make(always("extra"), spec)
    assert (manifest.exit_code, log.kinds) == (0, ["draw"])
    assert "Beside it only the things themselves carry words" in log.requests[0].prompt


def test_an_edit_of_the_scene_is_drawn_again_with_it(make: Make) -> None:
    spec = SPEC.replace("subject: a lamp}", "subject: a lamp, edits: [{do: warm the light, box: [0%, 0%, 50%, 50%]}]}")
    manifest, log = make(by_turn("right", "dropped", "right", "right"), spec)
    assert only(manifest).rung == "drawn"
    assert [(r.source is None, bool(r.within)) for r in log.requests] == [(True, False), (False, True)] * 2


def test_an_engine_that_cannot_edit_draws_without_words(make: Make) -> None:
    info = replace(INFO, capabilities=frozenset({"generate"}))
    manifest, log = make(by_turn("dropped", "dropped", "dropped", "right"), info=info)
    assert (log.kinds, only(manifest).rung, manifest.exit_code) == (["draw"] * 4, "redrawn", 0)


def test_nothing_works_and_the_string_is_named(make: Make, tmp_path: Path) -> None:
    manifest, log = make(always("extra", edits="traces"))
    assert log.kinds == ["draw"] * 3 + ["erase"] * 2 + ["draw"]
    assert manifest.exit_code == 1
    assert {f.code for f in manifest.findings} == {"picture-extra"}
    assert not (tmp_path / "out" / "poster.png").exists()
    assert (tmp_path / "out" / "rejected" / "poster.png").exists()


def test_fallback_error_fails_where_the_last_edit_fails(make: Make) -> None:
    manifest, log = make(always("dropped", edits="wrong"), SPEC.replace("render: baked", "render: baked, fallback: error"))
    text = only(manifest)
    assert log.kinds == ["draw"] * 3 + ["repair"] * 2
    assert manifest.exit_code == 1
    assert (text.outcome, text.rung, text.attempts, text.spelling) == ("failed", "repaired", 5, "fail")
    assert [(f.check, f.code, f.string) for f in manifest.findings] == [("text.exact", "picture-differs", "title/en-GB")]


def test_where_text_exact_only_warns_the_best_is_delivered(make: Make, tmp_path: Path) -> None:
    spec = SPEC.replace("render: baked", "render: baked, fallback: error, max_attempts: 1") + "checks: {text.exact: warn}\n"
    manifest, _ = make(always("dropped", edits="wrong"), spec)
    assert manifest.exit_code == 0
    assert [(f.code, f.severity) for f in manifest.findings] == [("picture-differs", "warn")]
    assert (tmp_path / "out" / "poster.png").exists()


def test_a_rerun_draws_and_reads_nothing_again(make: Make, monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    turns = ["dropped"] * 3 + ["wrong"] * 2 + ["right"]
    first, log = make(by_turn(*turns))
    assert (first.rendered, len(log.requests)) == (6, 6)
    for path in (settings.store / "outputs").rglob("index.json"):
        path.unlink()
    monkeypatch.setattr("qwen_pipeline.verify.read_picture", None)
    again, log = make(always("crash"), out="elsewhere")
    assert (log.requests, log.opened, again.rendered) == ([], 0, 0)
    assert again.texts == first.texts


def test_a_killed_climb_repeats_what_was_in_flight(make: Make, tmp_path: Path) -> None:
    class Killed(BaseException):
        pass

    turns = ["dropped"] * 3 + ["wrong"] * 2 + ["right"]
    make(by_turn(*turns))
    good = (tmp_path / "out" / "poster.png").read_bytes()
    for stop in (2, 5):
        other = Settings(store=tmp_path / f"store{stop}", workers=1)
        assert _resumed(other, stop, turns, Killed, tmp_path) == (len(turns) - stop, good)


def _resumed(settings: Settings, stop: int, turns: list[str], killed: type[BaseException], tmp_path: Path) -> tuple[int, bytes]:
    """(pictures drawn by the second build, its picture), where the first is ended in the middle of picture number `stop`."""

    def until(request: Any, number: int) -> str:
        if number == stop:
            raise killed
        return turns[number]

    path = tmp_path / "spec" / "poster.yaml"
    with pytest.MonkeyPatch.context() as patch:
        install(patch, until)
        with pytest.raises(killed):
            build(order(path), tmp_path / f"out{stop}", settings)
        log = install(patch, lambda request, number: turns[number + stop])
        build(order(path), tmp_path / f"out{stop}", settings)
    return len(log.requests), (tmp_path / f"out{stop}" / "poster.png").read_bytes()


def test_a_repaired_picture_comes_again_from_its_file(make: Make, settings: Settings, tmp_path: Path) -> None:
    _, log = make(by_turn("dropped", "dropped", "dropped", "right"))
    deeds = {scene_fingerprint(r): deed for r, deed in zip(log.requests, ("dropped",) * 3 + ("right",), strict=True)}
    with pytest.MonkeyPatch.context() as patch:
        install(patch, lambda request, _: deeds[scene_fingerprint(request)])
        (again,) = reproduce(tmp_path / "out" / "poster.png", tmp_path / "again", settings)
    assert again.same


def test_a_batch_climbs_together(batch: Callable[[int], Path], settings: Settings, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch) -> None:
    path = batch(4)
    card = path.parent / "card.yaml"
    card.write_text(card.read_text("utf-8").replace("240x240", "320x320") + "layers: [{id: title, render: baked}]\n", "utf-8")
    log = install(monkeypatch, by_turn("right", "dropped", "right", "dropped", "right", "dropped", "dropped", "right"))
    manifest = build(order(path), tmp_path / "out", settings)
    assert manifest.exit_code == 0
    assert (log.encoded, log.kinds) == ([4, 2, 1, 1], ["draw"] * 7 + ["repair"])
    assert (log.opened, log.closed) == (1, 1)
    assert sorted(text.attempts for text in manifest.texts) == [1, 1, 2, 4]


PAIR = SPEC.replace("[en-GB]", "[zh-CN+en-GB]").replace(
    "title: Spring Tea Fair", "title: {zh-CN: 春茶市集, en-GB: Spring Tea Fair}"
)


def test_a_pair_is_replaced_together(make: Make, tmp_path: Path) -> None:
    manifest, log = make(by_turn("dropped", "dropped", "dropped", "wrong", "wrong", "right"), PAIR)
    assert log.kinds == ["draw"] * 3 + ["repair"] * 2 + ["erase"]
    assert [(t.outcome, t.rung) for t in manifest.texts] == [("overlay", "erased")] * 2
    assert [(t.attempts, t.spelling) for t in manifest.texts] == [(5, "fail"), (3, "exact")]
    text = said(tmp_path / "out" / "poster.pdf")
    assert "春茶市集" in text
    assert "Spring Tea Fair" in text


@pytest.mark.parametrize("seed", range(3))
def test_whatever_an_engine_does_what_is_delivered_is_right(make: Make, tmp_path: Path, seed: int) -> None:
    spec = PAIR.replace("seed: 3", f"seed: {seed}")
    manifest, _ = make(by_rate(0.8, ("dropped", "swapped", "look-alike", "extra"), edits=0.5), spec)
    if manifest.exit_code:
        assert (manifest.exit_code, manifest.artifacts) == (1, ())
        return
    text = said(tmp_path / "out" / "poster.pdf")
    assert "春茶市集" in text
    assert "Spring Tea Fair" in text
    with Image.open(tmp_path / "out" / "poster.png") as image:
        lines = {line for line, _ in hidden(image)}
    assert lines == {t.text for t in manifest.texts if t.outcome == "baked"}


def test_without_a_reader_baked_is_overlay_with_a_notice(make: Make, tmp_path: Path) -> None:
    manifest, log = make(always("dropped"), reader=False)
    assert (only(manifest).outcome, only(manifest).rung, log.kinds) == ("overlay", "set", ["draw"])
    assert json.loads((tmp_path / "out" / "manifest.json").read_text("utf-8"))["texts"][0]["asked"] == "baked"
