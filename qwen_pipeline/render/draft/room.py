"""Where the words go, and where the picture may speak: distance to the calm areas, the place for the hero, the horizon."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from qwen_pipeline.dataclass import dataclass
from qwen_pipeline.types import CalmArea

Floats = npt.NDArray[np.float64]
_GRID = 28
_EDGE = 0.10
"""A calm area that ends this close to the picture's edge reaches over it."""
_WASTE = 0.15
_BLEND = 0.045
"""Smoothing of the distance where areas meet, in short sides."""


@dataclass(frozen=True, slots=True)
class Rect:
    """A rectangle in px."""

    x: float
    y: float
    w: float
    h: float

    @property
    def cx(self) -> float:
        return self.x + self.w / 2

    @property
    def cy(self) -> float:
        return self.y + self.h / 2

    @property
    def right(self) -> float:
        return self.x + self.w

    @property
    def bottom(self) -> float:
        return self.y + self.h


class Room:
    """The space of one picture. Distances are in short sides of the picture, negative inside a calm area."""

    def __init__(self, width: int, height: int, calm: Sequence[CalmArea]) -> None:
        self.w, self.h, self.u = width, height, float(min(width, height))
        self.calm = tuple(calm)
        merged = _merged(calm)
        self.share = min(1.0, sum(c.w * c.h for c in merged))
        """Rough part of the picture that is calm."""
        self.crowded = self.share > 0.5
        """Words take most of the picture: it shows through them, faintly."""
        self.areas = tuple(_reaching(c) for c in merged)
        """(x0, y0, x1, y1) as parts of the picture, merged, and led over the edges they come near to."""
        self._free: dict[float, Rect] = {}

    @property
    def margin(self) -> float:
        """Width of the band along the picture's edge that no words enter, in short sides."""
        level = [side * self.w for c in self.calm for side in (c.x, 1 - c.x - c.w)]
        upright = [side * self.h for c in self.calm for side in (c.y, 1 - c.y - c.h)]
        return max(0.0, min(level + upright, default=9 * self.u)) / self.u

    def distance(self, nx: int, ny: int, reaching: bool = True) -> Floats:
        """Smooth signed distance (ny, nx) to the calm areas; as they are, or led over the edges that they come near to."""
        x = (np.arange(nx) + 0.5) / nx * self.w / self.u
        y = (np.arange(ny) + 0.5) / ny * self.h / self.u
        if not self.areas:
            return np.full((ny, nx), 9.0)
        total = np.zeros((ny, nx))
        areas = self.areas if reaching else tuple((c.x, c.y, c.x + c.w, c.y + c.h) for c in self.calm)
        for x0, y0, x1, y1 in areas:
            cx, hx = (x0 + x1) / 2 * self.w / self.u, (x1 - x0) / 2 * self.w / self.u
            cy, hy = (y0 + y1) / 2 * self.h / self.u, (y1 - y0) / 2 * self.h / self.u
            dx, dy = np.abs(x - cx)[None, :] - hx, np.abs(y - cy)[:, None] - hy
            sd = np.hypot(np.maximum(dx, 0), np.maximum(dy, 0)) + np.minimum(np.maximum(dx, dy), 0)
            total += np.exp(-np.clip(sd, -1.5, 6) / _BLEND)
        return -_BLEND * np.log(total)

    def at(self, x: float, y: float) -> float:
        """Distance at a place in px, without the smoothing."""
        best = 9.0
        for x0, y0, x1, y1 in self.areas:
            dx = max(x0 * self.w - x, x - x1 * self.w) / self.u
            dy = max(y0 * self.h - y, y - y1 * self.h) / self.u
            best = min(best, float(np.hypot(max(dx, 0), max(dy, 0)) + min(max(dx, dy), 0)))
        return best

    def free(self, lean: float = 0.5) -> Rect:
        """The largest free rectangle with a fair shape; with no calm areas the picture less a margin.

        `lean` (0..1) moves the choice between equals to the left or right. Every part of a picture asks for the same one.
        """
        if lean not in self._free:
            self._free[lean] = self._search(lean)
        return self._free[lean]

    def _search(self, lean: float) -> Rect:
        if not self.areas:
            return Rect(self.w * 0.10, self.h * 0.10, self.w * 0.80, self.h * 0.82)
        half_cell = max(self.w, self.h) / _GRID / 2 / self.u
        open_cell = self.distance(_GRID, _GRID) > half_cell
        best, found = 0.0, (0, 0, 1, 1)
        heights = np.zeros(_GRID, np.int64)
        for row in range(_GRID):
            heights = np.where(open_cell[row], heights + 1, 0)
            columns = heights.tolist()
            for left in range(_GRID):
                low = _GRID
                for right in range(left, _GRID):
                    low = min(low, columns[right])
                    if low == 0:
                        break
                    w, h = (right - left + 1) * self.w / _GRID, low * self.h / _GRID
                    side = min(w, h)
                    middle = (left + right + 1) / 2 / _GRID
                    score = side * side * (max(w, h) / side) ** 0.35 * (1 - 0.08 * abs(middle - lean))
                    if score > best:
                        best, found = score, (left, row - low + 1, right + 1, row + 1)
        x0, y0, x1, y1 = found
        cell_w, cell_h = self.w / _GRID, self.h / _GRID
        return Rect(x0 * cell_w, y0 * cell_h, (x1 - x0) * cell_w, (y1 - y0) * cell_h)

    def top_heavy(self) -> float:
        """-1 (all calm is in the lower half) to 1 (all in the upper half)."""
        upper = lower = 1e-6
        for c in self.calm:
            upper += c.w * max(0.0, min(c.y + c.h, 0.5) - min(c.y, 0.5))
            lower += c.w * max(0.0, max(c.y + c.h, 0.5) - max(c.y, 0.5))
        return (upper - lower) / (upper + lower) * min(1.0, (upper + lower) * 3)

    def right_heavy(self) -> float:
        """-1 (all calm is in the left half) to 1 (all in the right half)."""
        left = right = 1e-6
        for c in self.calm:
            left += c.h * max(0.0, min(c.x + c.w, 0.5) - min(c.x, 0.5))
            right += c.h * max(0.0, max(c.x + c.w, 0.5) - max(c.x, 0.5))
        return (right - left) / (right + left) * min(1.0, (right + left) * 3)

    def horizon(self, rest: float = 0.58) -> float:
        """Height of the horizon as a part of the picture: lower under words at the top, higher over words at the bottom."""
        return min(0.72, max(0.36, rest + 0.13 * self.top_heavy()))


def _merged(calm: Sequence[CalmArea]) -> list[CalmArea]:
    """Areas that stand close together become one, so that the picture does not seep between the lines of a text."""
    areas = list(calm)
    while True:
        pairs = [(_waste(a, b), i, j) for i, a in enumerate(areas) for j, b in enumerate(areas[:i])]
        waste, i, j = min(pairs, default=(1.0, 0, 0))
        if waste > _WASTE:
            return areas
        joined = _around(areas[i], areas[j])
        areas = [a for k, a in enumerate(areas) if k not in (i, j)] + [joined]


def _around(a: CalmArea, b: CalmArea) -> CalmArea:
    x, y = min(a.x, b.x), min(a.y, b.y)
    return CalmArea(x, y, max(a.x + a.w, b.x + b.w) - x, max(a.y + a.h, b.y + b.h) - y)


def _waste(a: CalmArea, b: CalmArea) -> float:
    """Part of the picture that would become calm for nothing if the two were one."""
    both = _around(a, b)
    shared = max(0.0, a.w + b.w - both.w) * max(0.0, a.h + b.h - both.h)
    return both.w * both.h - (a.w * a.h + b.w * b.h - shared)


def _reaching(c: CalmArea) -> tuple[float, float, float, float]:
    """(x0, y0, x1, y1), led over the picture's edge where it comes near to it; a long area reaches its ends from further off."""
    x0, y0, x1, y1 = c.x, c.y, c.x + c.w, c.y + c.h
    if c.w * c.h > 0.5:
        return x0, y0, x1, y1
    near_x = _EDGE * (2.2 if c.w > 0.55 else 1)
    near_y = _EDGE * (2.2 if c.h > 0.55 else 1)
    return (
        x0 - 0.4 if x0 < near_x else x0,
        y0 - 0.4 if y0 < near_y else y0,
        x1 + 0.4 if x1 > 1 - near_x else x1,
        y1 + 0.4 if y1 > 1 - near_y else y1,
    )
