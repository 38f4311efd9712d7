"""What a build does with engines: one session for those that are loaded, failures that stay with their pieces, retries."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from qwen_pipeline.pipeline import Order, build
from qwen_pipeline.render.engines import draft
from qwen_pipeline.settings import Settings

from ..support.engines.faults import FAULTS, Steady, factory
from .conftest import order as plain_order


def order(path: Path) -> Order:
    """The stand-in draws noise, on which no words are readable."""
    return plain_order(path, overrides=("checks.contrast=off",))


def loaded(monkeypatch: pytest.MonkeyPatch, open_engine: Callable[[], Any]) -> None:
    """Put an engine in the place of draft that is loaded once, as neural ones are."""
    info = replace(draft.INFO, capabilities=frozenset({"generate", "edit"}))
    monkeypatch.setattr(draft, "INFO", info)
    monkeypatch.setattr(draft, "open_engine", lambda settings: open_engine())


def test_a_loaded_engine_is_opened_once_and_encodes_everything_first(
    batch: Callable[[int], Path], settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_engine, log = factory()
    loaded(monkeypatch, open_engine)
    manifest = build(order(batch(4)), tmp_path / "out", settings)
    assert manifest.rendered == 4
    assert (log.opened, log.closed, log.encoded, len(log.rendered)) == (1, 1, [4], 4)
    build(order(batch(4)), tmp_path / "elsewhere", settings)
    assert log.opened == 1


@pytest.mark.parametrize("fault", ["out-of-memory", "wrong-size", "nan", "crash"])
def test_a_failed_picture_costs_its_piece_only(
    batch: Callable[[int], Path], settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    open_engine, _ = factory(fault, at=1)
    loaded(monkeypatch, open_engine)
    manifest = build(order(batch(3)), tmp_path / "out", settings)
    assert [f.piece for f in manifest.failures] == ["batch/r01/en"]
    assert manifest.exit_code == (70 if fault == "crash" else 4)
    assert [a.path for a in manifest.artifacts] == ["r00.png", "r02.png"]
    again = build(order(batch(3)), tmp_path / "out", settings)
    assert (again.rendered, again.exit_code) == (1, 4 if again.failures else 0)


def test_retries_of_the_spec(
    batch: Callable[[int], Path], settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = batch(3)
    path.write_text(path.read_text("utf-8") + "run: {retries: 1}\n", "utf-8")
    failed: list[str] = []

    class Once(Steady):
        def render(self, request: Any, conditioning: Any, inputs: Any) -> Any:
            if not failed:
                failed.append(request.prompt)
                return FAULTS["crash"](request)
            return super().render(request, conditioning, inputs)

    _, log = factory()
    loaded(monkeypatch, lambda: Once(log))
    manifest = build(order(path), tmp_path / "out", settings)
    assert (manifest.exit_code, manifest.rendered, len(failed)) == (0, 3, 1)


def test_without_keep_going_the_rest_is_not_made(
    batch: Callable[[int], Path], settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = batch(3)
    path.write_text(path.read_text("utf-8") + "run: {keep_going: false}\n", "utf-8")
    open_engine, _ = factory("wrong-size", at=0)
    loaded(monkeypatch, open_engine)
    manifest = build(order(path), tmp_path / "out", settings)
    assert manifest.exit_code == 4
    assert {f.code for f in manifest.failures} >= {"stopped"}
    assert manifest.artifacts == ()


def test_a_failed_edit_source_fails_the_edit(
    poster: Path, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = poster.read_text("utf-8").replace("subject: a lamp}", "subject: a lamp, edits: [warm the light]}")
    poster.write_text(text, "utf-8")
    open_engine, log = factory("wrong-size")
    loaded(monkeypatch, open_engine)
    manifest = build(order(poster), tmp_path / "out", settings)
    assert manifest.exit_code == 4
    assert len(manifest.failures) == 1
    assert log.rendered == []
