"""An engine that hangs, runs out of memory or is killed costs its picture; the next run draws that one and no other."""

from __future__ import annotations

from pathlib import Path

import pytest

from ..support.engines.plugged import drawn, environment
from .builds import BATCH, PDF, SHEET, Call, digests, leftovers, write_batch

ROWS = 3
BAD = 1
"""The row over which the engine fails."""
CODES = {"hung": "timed-out", "greedy": "out-of-memory", "doomed": "worker-killed"}


def write(folder: Path) -> Path:
    spec = write_batch(folder, ROWS, batch=BATCH.replace(PDF, "").replace(SHEET, ""))
    rows = folder / "rows.csv"
    rows.write_text(rows.read_text("utf-8").replace(f"L{BAD}", "fault"), "utf-8")
    return spec


@pytest.mark.parametrize("engine", CODES)
def test_it_costs_one_picture(engine: str, tmp_path: Path) -> None:
    spec, env = write(tmp_path / "in"), environment(tmp_path / "plugged")
    env["QWEN_PIPELINE_LIMIT_S"] = "8"  # a picture takes a fraction of a second, and a busy machine makes ten of it
    call = Call(spec, tmp_path / "out", tmp_path / "store", ("--engine", engine, "--workers", "1", "--json"), env)
    ended = call.run()
    assert ended.code == 4, ended.err
    assert [(f["piece"], f["code"]) for f in ended.manifest["failures"]] == [(f"batch/r{BAD:03d}/en", CODES[engine])]
    assert ended.manifest["rendered"] == ROWS - 1
    (tmp_path / "plugged" / "armed").unlink()
    before = len(drawn(tmp_path / "plugged"))
    again = call.run()
    assert (again.code, again.manifest["rendered"]) == (0, 1), again.err
    assert len(drawn(tmp_path / "plugged")) == before + 1
    whole = Call(spec, tmp_path / "whole", tmp_path / "other", call.more, env).run()
    assert whole.code == 0
    assert digests(tmp_path / "out") == digests(tmp_path / "whole")
    assert leftovers(tmp_path / "out", tmp_path / "store") == []


def test_a_piece_that_hangs_is_ended_too(tmp_path: Path) -> None:
    """A limit nobody can keep: every picture of the draft engine takes too long, and the build ends by itself."""
    spec = write_batch(tmp_path / "in", 1)
    call = Call(spec, tmp_path / "out", tmp_path / "store", ("--json",), {"QWEN_PIPELINE_LIMIT_S": "0.01"})
    ended = call.run()
    assert (ended.code, ended.manifest["failures"][0]["code"]) == (4, "timed-out")
    assert Call(spec, tmp_path / "out", tmp_path / "store").run().code == 0
