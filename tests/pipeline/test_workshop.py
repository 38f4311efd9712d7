"""Shards made into the store, in any order and from several threads, are what a build then delivers."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from qwen_pipeline.pipeline import Workshop, build
from qwen_pipeline.pipeline.workshop import even_count
from qwen_pipeline.settings import Settings

from .conftest import contents, order


def test_shards_then_build(batch: Callable[[int], Path], settings: Settings, tmp_path: Path) -> None:
    path = batch(5)
    shop = Workshop(order(path), Settings(store=settings.store, workers=2))
    try:
        shards = shop.shards(2)
        assert sorted(len(ids) for ids in shards) == [1, 1, 1, 2]
        assert sorted(len(ids) for ids in shop.shards(24)) == [2, 3]
        with ThreadPoolExecutor(3) as threads:
            reports = list(threads.map(shop.make, reversed(shards)))
    finally:
        shop.close()
    assert sum(report.rendered for report in reports) == 5
    assert not any(report.failures for report in reports)
    manifest = build(order(path), tmp_path / "out", settings)
    assert (manifest.rendered, manifest.exit_code) == (0, 0)
    build(order(path), tmp_path / "alone", Settings(store=tmp_path / "other", workers=1))
    assert contents(tmp_path / "out") == contents(tmp_path / "alone")


@pytest.mark.parametrize(
    ("pieces", "size", "parts", "count"),
    [(0, 24, 2, 0), (1, 24, 4, 1), (3, 24, 4, 3), (24, 24, 1, 1), (24, 24, 2, 2), (200, 24, 2, 10), (200, 24, 1, 9)],
)
def test_all_hands_are_done_together(pieces: int, size: int, parts: int, count: int) -> None:
    assert even_count(pieces, size, parts) == count


def test_nothing_is_left_to_make(poster: Path, settings: Settings, tmp_path: Path) -> None:
    build(order(poster), tmp_path / "out", settings)
    shop = Workshop(order(poster), settings)
    assert (shop.shards(), shop.drawing_shards()) == ((), ())
    shop.close()


def test_machines_share_what_they_make(batch: Callable[[int], Path], tmp_path: Path) -> None:
    """Two machines, each with a store of its own, and one place behind them: nothing is drawn twice, the bytes are the same."""
    path, shared = batch(4), str(tmp_path / "shared")
    here, there = (Settings(store=tmp_path / name, workers=1, shared=shared, lease_s=1) for name in ("here", "there"))
    part = build(order(path, select=("r00", "r01")), tmp_path / "part", here)
    assert part.rendered == 2
    assert build(order(path), tmp_path / "out", there).rendered == 2
    assert build(order(path), tmp_path / "out2", here).rendered == 0
    build(order(path), tmp_path / "alone", Settings(store=tmp_path / "other", workers=1))
    assert contents(tmp_path / "out") == contents(tmp_path / "out2") == contents(tmp_path / "alone")
