"""A drawing in lines on the whole canvas, where what is near hides what is behind: chalk, gold, gouge and pen share it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PIL import Image

from .canvas import Canvas, Mask
from .motifs import Motif
from .paths import Points, lowered
from .pens import mask_of
from .stage import Stage
from .terrain import Layer


class Drawing:
    """Lines as coverage; `mask` is what has been drawn."""

    def __init__(self, canvas: Canvas) -> None:
        self.canvas = canvas
        self.image = Image.new("L", (canvas.w, canvas.h), 0)

    @property
    def mask(self) -> Mask:
        return Mask(0, 0, self.image)

    def hide(self, mask: Mask) -> None:
        """Take away what lies behind."""
        self.image.paste(0, (mask.x, mask.y), mask.image)

    def add(self, mask: Mask, strength: int = 255) -> None:
        self.image.paste(strength, (mask.x, mask.y), mask.image)

    def stroke(
        self, lines: Sequence[Points], width: float, closed: bool = False, strength: int = 255, inside: Mask | None = None
    ) -> None:
        if len(lines):
            mask = self.canvas.stroke(lines, max(1.0, width), closed=closed)
            self.add(mask.inside(inside) if inside is not None else mask, strength)

    def motif(self, motif: Motif, width: float, solid: frozenset[str] = frozenset()) -> None:
        """Outlines of a thing; parts whose role is in `solid` are filled."""
        for shape in motif.shapes:
            if shape.form == "line":
                self.stroke(shape.rings, max(width * 0.7, min(shape.width, width)))
                continue
            mask = mask_of(self.canvas, shape)
            self.hide(mask)
            if shape.role in solid:
                self.add(mask)
            else:
                self.stroke([*shape.rings, *shape.holes], width, closed=True)

    def layer(self, stage: Stage, layer: Layer, width: float, echoes: int = 0, gap: float = 0.016) -> Mask:
        """One depth of a landscape: its crest, what is drawn within it, and `echoes` of the crest below."""
        mask = self.canvas.shape([layer.ring])
        self.hide(mask)
        crest = layer.ring if layer.kind == "road" else layer.crest
        self.stroke([crest], width)
        if layer.kind == "land" and not layer.lines:
            near = 1 - layer.depth
            rows = [lowered(layer.crest, stage.u * gap * (0.7 + near) * k * (1 + 0.16 * k))[::2] for k in range(1, echoes + 1)]
            self.stroke(rows, width * 0.6, inside=mask)
        if layer.lines:
            self.stroke(layer.lines, width * 0.7, inside=mask)
        if layer.lights:
            self.stroke(layer.lights, max(1.0, width * 0.5), closed=True, inside=mask)
        return mask


def waves(stage: Stage, layer: Layer, rows: int = 9, seed: int = 62) -> list[Points]:
    """Short curved strokes on a water layer, wider apart the nearer they are."""
    rng = stage.rng(seed + round(layer.depth * 100))
    out: list[Points] = []
    top = float(layer.crest[:, 1].mean())
    for row in range(rows):
        y = top + stage.u * (0.014 + 0.022 * row + 0.003 * row * row)
        half = stage.u * (0.022 + 0.006 * row)
        for x in np.arange(-half + half * 2.2 * float(rng.random()), stage.w + half, half * 4.4):
            t = np.linspace(-1, 1, 13)
            out.append(np.stack([x + t * half, y - half * 0.16 * (1 - t * t) + half * 0.05 * np.sin(t * 7)], 1))
    return out
