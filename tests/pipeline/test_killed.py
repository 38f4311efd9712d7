"""Kill -9 in the middle of a batch: the next run finishes, repeats at most the work in flight, and gives the same files."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from qwen_pipeline.pipeline import build
from qwen_pipeline.settings import Settings

from .conftest import contents, order

ROWS = 10


@pytest.mark.parametrize(("lines", "workers"), [(2, 1), (ROWS + 3, 2)])
def test_a_killed_build_is_finished(batch: Callable[[int], Path], tmp_path: Path, lines: int, workers: int) -> None:
    path = batch(ROWS)
    whole = build(order(path), tmp_path / "whole", Settings(store=tmp_path / "s1", workers=1))
    assert whole.exit_code == 0
    kill_after(lines, path, tmp_path / "out", tmp_path / "s2", workers)
    drawn = len(list((tmp_path / "s2" / "scenes").rglob("*.json")))
    assert drawn > 0
    again = build(order(path), tmp_path / "out", Settings(store=tmp_path / "s2", workers=1))
    assert again == whole
    assert again.rendered == ROWS - drawn
    assert contents(tmp_path / "out") == contents(tmp_path / "whole")


def kill_after(lines: int, path: Path, out: Path, store: Path, workers: int) -> None:
    """Start a build and kill it once it has reported so many steps."""
    args = [sys.executable, "-m", "qwen_pipeline", "build", str(path), "--engine", "draft", "--out", str(out)]
    args += ["--store", str(store), "--workers", str(workers)]
    process = subprocess.Popen(args, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, env={**os.environ})
    assert process.stderr
    for _ in range(lines):
        assert process.stderr.readline()
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stderr.close()
