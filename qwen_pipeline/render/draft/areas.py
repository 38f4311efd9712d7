"""A layout sketch read back: the areas that it keeps for words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from PIL import Image

from qwen_pipeline.types import CalmArea

_SIDE = 128
"""Sketches are looked at in so many cells a side."""
_PAPER = 250
_SMALL = 2
"""Cells: what is narrower or lower is a line or a speck, no area."""


def areas_in(sketch: Image.Image) -> tuple[CalmArea, ...]:
    """Upright boxes that together cover what is darker than paper, as fractions of the picture, from top to bottom."""
    grey = np.asarray(sketch.convert("L").resize((_SIDE, _SIDE), Image.Resampling.BOX))
    found = [box for box in _boxes(grey < _PAPER) if box[2] - box[0] >= _SMALL and box[3] - box[1] >= _SMALL]
    return tuple(CalmArea(*(round(v / _SIDE, 4) for v in (x0, y0, x1 - x0, y1 - y0))) for x0, y0, x1, y1 in found)


def _boxes(dark: Any) -> list[tuple[int, int, int, int]]:
    """(left, top, right, bottom) in cells: runs of a row that go on below, as far as both their ends stay where they are."""
    done: list[tuple[int, int, int, int]] = []
    open_runs: dict[tuple[int, int], int] = {}
    for y in range(len(dark) + 1):
        runs = set(_runs(dark[y])) if y < len(dark) else set()
        done += [(left, top, right, y) for (left, right), top in open_runs.items() if (left, right) not in runs]
        open_runs = {run: open_runs.get(run, y) for run in runs}
    return sorted(done, key=lambda box: (box[1], box[0]))


def _runs(row: Any) -> Iterator[tuple[int, int]]:
    edges = np.flatnonzero(np.diff(np.concatenate([[0], row.astype(np.int8), [0]])))
    yield from ((int(left), int(right)) for left, right in edges.reshape(-1, 2))
