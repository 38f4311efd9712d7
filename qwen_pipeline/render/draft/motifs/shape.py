"""What motifs are made of: filled outlines with a part to play, drawn later in the manner of a style.

Units are the motif's own: it stands on y = 0 with its axis at x = 0, and is about one unit high.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Literal

import numpy as np

from qwen_pipeline.dataclass import dataclass

from ..paths import Pairs, Points, points, smooth, turn

Role = Literal["body", "trim", "petal", "detail", "pale", "leaf", "warm", "liquid", "glass", "deep", "metal"]
"""body: the hero's main colour; trim: what sets it off; petal: the accent; detail: ink; pale: paper; deep: the inside of
things; the rest as they say."""
Form = Literal["flat", "round", "ball", "tube", "line"]


@dataclass(frozen=True, slots=True)
class Shape:
    """One part. `tone` makes it lighter (+) or darker (-); a `line` is open and has a `width`."""

    rings: tuple[Points, ...]
    role: Role
    tone: float = 0.0
    form: Form = "flat"
    holes: tuple[Points, ...] = ()
    width: float = 0.0


@dataclass(frozen=True, slots=True)
class Motif:
    """A thing that can be drawn. `stands`: it needs something to stand on."""

    shapes: tuple[Shape, ...]
    stands: bool = True

    def box(self) -> tuple[float, float, float, float]:
        """Left, top, right, bottom."""
        every = np.vstack([ring for shape in self.shapes for ring in shape.rings])
        (x0, y0), (x1, y1) = every.min(0), every.max(0)
        return float(x0), float(y0), float(x1), float(y1)

    def placed(self, x: float, y: float, scale: float, degrees: float = 0.0, flip: bool = False) -> Motif:
        """The motif in px: its origin at (x, y), one unit `scale` px."""
        moved = tuple(
            replace(
                s,
                rings=tuple(turn(r, degrees, scale, (x, y), flip) for r in s.rings),
                holes=tuple(turn(r, degrees, scale, (x, y), flip) for r in s.holes),
                width=s.width * scale,
            )
            for s in self.shapes
        )
        return Motif(moved, self.stands)


Maker = Callable[[np.random.Generator], Motif]


def fill(role: Role, *rings: Pairs, tone: float = 0.0, form: Form = "flat", holes: tuple[Pairs, ...] = ()) -> Shape:
    return Shape(tuple(points(r) for r in rings), role, tone, form, tuple(points(h) for h in holes))


def line(role: Role, width: float, *lines: Pairs, tone: float = 0.0, curve: bool = False) -> Shape:
    drawn = tuple(smooth(p, closed=False) if curve else points(p) for p in lines)
    return Shape(drawn, role, tone, "line", (), width)
