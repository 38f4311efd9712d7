"""The time of day jumps, by years and both ways, before, between and during builds: nothing is done twice, the bytes stay."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from qwen_pipeline.pipeline import build
from qwen_pipeline.settings import Settings

from .builds import BATCH, PDF, SHEET, digests, leftovers, order, stored, write_batch

PLAIN = BATCH.replace(PDF, "").replace(SHEET, "")
YEAR_S = 365 * 24 * 3600
NOW = time.time_ns


@pytest.mark.parametrize("shared", [False, True])
def test_jumps_between_builds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shared: bool) -> None:
    spec, out = write_batch(tmp_path / "in", 1, batch=PLAIN), tmp_path / "out"
    settings = Settings(store=tmp_path / "store", workers=1, shared=str(tmp_path / "shared") if shared else None)
    assert build(order(spec), tmp_path / "whole", Settings(store=tmp_path / "other", workers=1)).exit_code == 0
    drawn = []
    for years in (0, -30, 30, 0):
        monkeypatch.setattr(time, "time_ns", lambda years=years: NOW() + years * YEAR_S * 10**9)
        monkeypatch.setattr(time, "time", lambda years=years: (NOW() + years * YEAR_S * 10**9) / 1e9)
        drawn.append(build(order(spec), out, settings).rendered)
        assert digests(out) == digests(tmp_path / "whole")
    assert drawn == [1, 0, 0, 0]
    assert leftovers(out, tmp_path / "store") == []


def test_files_from_the_future(tmp_path: Path) -> None:
    """The store and the spec carry times that have not come yet, as after a clock was set back."""
    spec, out, store = write_batch(tmp_path / "in", 1, batch=PLAIN), tmp_path / "out", tmp_path / "store"
    settings = Settings(store=store, workers=1)
    build(order(spec), out, settings)
    good, outputs = digests(out), stored(store, "outputs")
    later = NOW() + 10 * YEAR_S * 10**9
    for path in [*tmp_path.rglob("*.csv"), *tmp_path.rglob("*.yaml"), *out.rglob("*.png")]:
        os.utime(path, ns=(later, later))
    manifest = build(order(spec), out, settings)
    assert (manifest.rendered, manifest.exit_code) == (0, 0)
    assert digests(out) == good
    assert stored(store, "outputs") == outputs
