"""Lines cut out of a picture and laid flat, and where their characters stand in it."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from qwen_pipeline.types.reading import PixelBox, Quad

if TYPE_CHECKING:
    from numpy.typing import NDArray

LINE_PX = 48
"""The recogniser's height."""
_NARROWED = 0.87
"""Strips are squeezed to this width, an eighth less time: of 400 lines 397 were right at 0.85, 396 at 1. At 0.75 some merge."""
_VERTICAL = 1.5
"""A quad this many times as high as it is wide is a column."""
_LONGEST = 3200
"""Pixels at `LINE_PX`: longer strips are squeezed, as the recogniser was trained on lines."""


def shape(quad: Quad) -> tuple[int, float, float]:
    """(width of the strip, width and height of the quad), pixels."""
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = quad
    width = max(1.0, math.hypot(bx - ax, by - ay), math.hypot(cx - dx, cy - dy))
    height = max(1.0, math.hypot(dx - ax, dy - ay), math.hypot(cx - bx, cy - by))
    long, high = (height, width) if height >= _VERTICAL * width else (width, height)
    return max(8, min(_LONGEST, round(_NARROWED * long * LINE_PX / high))), width, height


def strip(pixels: NDArray[Any], quad: Quad) -> NDArray[Any]:
    """The quad laid flat, `LINE_PX` high; columns are turned a quarter to the left."""
    import cv2
    import numpy as np

    long, width, height = shape(quad)
    target = np.array([[0, 0], [width, 0], [width, height], [0, height]], dtype=np.float32)
    matrix = cv2.getPerspectiveTransform(np.array(quad, dtype=np.float32), target)
    size = (max(1, round(width)), max(1, round(height)))
    flat = cv2.warpPerspective(pixels, matrix, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    if height >= _VERTICAL * width:
        flat = np.rot90(flat)
    shrinks = flat.shape[0] > LINE_PX
    return np.asarray(cv2.resize(flat, (long, LINE_PX), interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR))


def spans(columns: Sequence[tuple[int, int]], total: int) -> list[tuple[float, float]]:
    """Where each character begins and ends, as fractions of the line: half-way between the columns that name them."""
    middles = [(start + end) / 2 for start, end in columns]
    pitch = min((b - a for a, b in itertools.pairwise(middles)), default=total) if middles else total
    edges = [(a + b) / 2 for a, b in itertools.pairwise(middles)]
    if not middles:
        return []
    first, last = max(0.0, middles[0] - max(pitch, 4) / 1.6), min(float(total), middles[-1] + max(pitch, 4) / 1.6)
    bounds = [first, *edges, last]
    return [(a / total, b / total) for a, b in itertools.pairwise(bounds)]


def part(quad: Quad, start: float, end: float) -> PixelBox:
    """The box round the part of a line between two fractions of its length."""
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = quad
    wide, high = abs(bx - ax) + abs(by - ay), abs(dx - ax) + abs(dy - ay)
    if high >= _VERTICAL * wide:
        (ax, ay), (bx, by), (cx, cy), (dx, dy) = (ax, ay), (dx, dy), (cx, cy), (bx, by)
    corners = [
        (x0 + (x1 - x0) * t, y0 + (y1 - y0) * t)
        for (x0, y0), (x1, y1) in (((ax, ay), (bx, by)), ((dx, dy), (cx, cy)))
        for t in (start, end)
    ]
    xs, ys = [x for x, _ in corners], [y for _, y in corners]
    return PixelBox(min(xs), min(ys), max(xs), max(ys))
