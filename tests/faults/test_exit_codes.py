"""The exit codes of real builds, end to end: what the caller's script sees."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from qwen_pipeline.cli import run
from qwen_pipeline.render.engines import draft
from qwen_pipeline.verify import runner

from ..support.engines.faults import factory
from .builds import BATCH, CARD, POSTER, digests, write_batch, write_poster

TIGHT = "limits: {max_scenes: 1, on_exceed: error}\nrun: {keep_going: true}\n"


def call(capsys: pytest.CaptureFixture[str], spec: Path, *more: str) -> tuple[int, dict[str, Any]]:
    folder = spec.parent.parent
    args = ["build", str(spec), "--out", str(folder / "out"), "--store", str(folder / "store"), "--engine", "draft"]
    code = run([*args, "--workers", "1", "--json", *more])
    out, err = capsys.readouterr()
    assert "Traceback" not in err
    return code, json.loads(out)


def broken(monkeypatch: pytest.MonkeyPatch, kind: str, *, at: int = 0, times: int = 99) -> None:
    """An engine that fails, in draft's place."""
    open_engine, _ = factory(kind, at=at, times=times)
    monkeypatch.setattr(draft, "open_engine", lambda settings: open_engine())


def test_0_done(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code, found = call(capsys, write_poster(tmp_path / "in"))
    assert (code, found["ok"], found["exit_code"]) == (0, True, 0)
    assert call(capsys, write_poster(tmp_path / "in"))[0] == 0


def test_1_a_check_failed(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    spec = write_poster(tmp_path / "in", POSTER.replace("title: Lamp", f"title: {'Interminable ' * 40}"))
    for _ in range(2):  # and again, when nothing is left to do
        code, found = call(capsys, spec)
        assert (code, found["ok"]) == (1, False)
        assert found["builds"][0]["manifest"]["artifacts"] == []
    assert not (tmp_path / "out" / "poster.pdf").exists()


def test_2_a_bad_spec_and_a_bad_row(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code, found = call(capsys, write_poster(tmp_path / "a" / "in", POSTER + "titel: x\n"))
    assert (code, found["errors"][0]["code"]) == (2, "unknown-key")
    assert not (tmp_path / "a" / "out").exists()
    card = CARD.replace("title: Name\n", 'title: Name\nsubtitle: "{{ 6 // (row.name[1:] | int - 1) }}"\n')
    spec = write_batch(tmp_path / "b" / "in", 3, card=card)
    for _ in range(2):
        code, found = call(capsys, spec)
        manifest = found["builds"][0]["manifest"]
        assert (code, [f["piece"] for f in manifest["failures"]]) == (2, ["batch/r001/en"])
        assert {a["piece"] for a in manifest["artifacts"]} == {"batch/r000/en", "batch/r002/en", ""}


def test_3_licence(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(draft, "INFO", replace(draft.INFO, usages=frozenset({"research"}), licence="Research only"))
    monkeypatch.setattr(draft, "open_engine", lambda settings: pytest.fail("opened"))
    code, found = call(capsys, write_poster(tmp_path / "in", POSTER + "usage: commercial\n"))
    assert (code, found["errors"][0]["code"]) == (3, "licence")
    assert not (tmp_path / "out").exists()


def test_3_weights_that_turn_out_to_be_for_research(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was built for research does not come out as commercial from the store either."""
    monkeypatch.setattr(draft, "INFO", replace(draft.INFO, usages=frozenset({"research"}), licence="Research only"))
    assert call(capsys, write_poster(tmp_path / "in", POSTER + "usage: research\n"))[0] == 0
    code, found = call(capsys, write_poster(tmp_path / "in", POSTER + "usage: commercial\n"))
    assert (code, found["errors"][0]["code"]) == (3, "licence")


def test_3_budget(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(draft, "open_engine", lambda settings: pytest.fail("opened"))
    code, found = call(capsys, write_batch(tmp_path / "in", 3, batch=BATCH + TIGHT))
    assert (code, found["errors"][0]["code"]) == (3, "budget")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("kind", ["out-of-memory", "wrong-size", "nan"])
def test_4_render_failed(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    broken(monkeypatch, kind)
    code, found = call(capsys, write_poster(tmp_path / "in"))
    assert (code, found["builds"][0]["manifest"]["failures"][0]["exit_code"]) == (4, 4)
    monkeypatch.undo()
    assert call(capsys, write_poster(tmp_path / "in"))[0] == 0


def test_4_an_engine_that_does_not_open(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, found = call(capsys, write_poster(tmp_path / "in"), "--engine", "drafft")
    assert (code, found["errors"][0]["code"]) == (4, "engine-unavailable")
    assert "draft" in found["errors"][0]["hint"]


def test_70_a_check_that_crashes(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    checks = dict(runner.all_checks())

    def crash(*_: object) -> Any:
        raise ZeroDivisionError("a check went wrong")

    checks["min_dpi"] = replace(checks["min_dpi"], body=crash)
    monkeypatch.setattr(runner, "all_checks", lambda: checks)
    code, found = call(capsys, write_poster(tmp_path / "in"))
    manifest = found["builds"][0]["manifest"]
    assert code == 70
    assert [(f["check"], f["severity"]) for f in manifest["findings"]] == [("min_dpi", "internal")]
    assert manifest["artifacts"] == []
    assert (tmp_path / "out" / "rejected" / "poster.pdf").is_file()


def test_70_an_engine_that_crashes(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken(monkeypatch, "crash")
    code, found = call(capsys, write_poster(tmp_path / "in"))
    assert (code, found["builds"][0]["manifest"]["failures"][0]["code"]) == (70, "internal")


@pytest.mark.parametrize(("going", "delivered"), [("true", 2), ("false", 0)])
def test_keep_going(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, going: str, delivered: int
) -> None:
    """A picture that fails costs its piece; without `keep_going`, all that comes after it. Nothing is half delivered."""
    broken(monkeypatch, "wrong-size", at=0, times=1)
    monkeypatch.setattr(draft, "INFO", replace(draft.INFO, capabilities=frozenset({"generate", "edit"})))
    spec = write_batch(tmp_path / "in", 3, batch=BATCH + f"run: {{keep_going: {going}}}\n")
    code, found = call(capsys, spec)
    manifest = found["builds"][0]["manifest"]
    assert code == 4
    assert len(manifest["failures"]) == 3 - delivered
    assert len([n for n in digests(tmp_path / "out") if n.startswith("r0")]) == delivered
    monkeypatch.undo()
    assert call(capsys, spec)[0] == 0


def test_keep_going_off_and_a_bad_row(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    card = CARD.replace("title: Name\n", 'title: Name\nsubtitle: "{{ 6 // (row.name[1:] | int - 1) }}"\n')
    code, found = call(capsys, write_batch(tmp_path / "in", 3, card=card, batch=BATCH + "run: {keep_going: false}\n"))
    assert (code, len(found["errors"])) == (2, 1)
    assert not (tmp_path / "out").exists()
