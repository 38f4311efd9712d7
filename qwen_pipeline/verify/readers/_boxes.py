"""Differentiable binarisation: where a detector's map of letters has lines. Liao et al. 2020, "Real-time Scene Text Detection".

The map is `(height, width)`, 0 to 1: it marks the core of each line, so what is found is grown by `_GROWN`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from qwen_pipeline.types.reading import Quad

if TYPE_CHECKING:
    from numpy.typing import NDArray

_LETTERS, _LINE = 0.3, 0.5
"""From where on a pixel belongs to a line, and the least mean of a line."""
_GROWN = 1.6
"""How far, as a share of area over circumference."""
_LEAST_CORE, _LEAST = 3, 5
_MOST = 1000
_ONE_ROW = 10
"""Lines whose tops are this near follow one another from left to right, pixels of the map."""


def lines(probabilities: NDArray[Any]) -> list[Quad]:
    """Lines in reading order, in pixels of the map."""
    import cv2
    import numpy as np

    core = cv2.dilate((probabilities > _LETTERS).astype(np.uint8), np.ones((2, 2), np.uint8))
    contours, _ = cv2.findContours(core, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
    return list(_in_order(_quads(probabilities, contours[:_MOST])))


def _quads(probabilities: NDArray[Any], contours: Iterable[Any]) -> Iterator[Quad]:
    import cv2

    for contour in contours:
        centre, (width, height), angle = cv2.minAreaRect(contour)
        if min(width, height) < _LEAST_CORE or _mean(probabilities, cv2.boxPoints((centre, (width, height), angle))) < _LINE:
            continue
        room = width * height * _GROWN / (width + height)
        if min(width, height) + room >= _LEAST:
            yield _clockwise(cv2.boxPoints((centre, (width + room, height + room), angle)), probabilities.shape)


def _mean(probabilities: NDArray[Any], corners: NDArray[Any]) -> float:
    """Mean of the map inside the rectangle."""
    import cv2
    import numpy as np

    height, width = probabilities.shape
    left, top = np.clip(np.floor(corners.min(axis=0)), 0, (width - 1, height - 1)).astype(int)
    right, bottom = np.clip(np.ceil(corners.max(axis=0)), 0, (width - 1, height - 1)).astype(int) + 1
    mask = np.zeros((bottom - top, right - left), dtype=np.uint8)
    cv2.fillPoly(mask, [(corners - (left, top)).astype(np.int32)], (1,))
    return float(cv2.mean(probabilities[top:bottom, left:right], mask)[0])


def _clockwise(corners: NDArray[Any], shape: tuple[int, ...]) -> Quad:
    """From the top left corner; of the two on each side the higher one is the top. Nothing lies outside the map."""
    height, width = shape
    points = sorted((min(max(float(x), 0.0), float(width)), min(max(float(y), 0.0), float(height))) for x, y in corners)
    (a, d), (b, c) = sorted(points[:2], key=lambda p: p[1]), sorted(points[2:], key=lambda p: p[1])
    return a, b, c, d


def _in_order(quads: Iterable[Quad]) -> Iterator[Quad]:
    row: list[Quad] = []
    for quad in sorted(quads, key=lambda q: q[0][1]):
        if row and quad[0][1] - row[-1][0][1] >= _ONE_ROW:
            yield from sorted(row)
            row = []
        row.append(quad)
    yield from sorted(row)
