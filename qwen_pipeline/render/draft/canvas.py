"""Painting with anti-aliased masks on an 8-bit picture.

Everything that touches full-size pixels is Pillow's integer code: fast, and the same on every machine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFilter

from qwen_pipeline.dataclass import dataclass

from .palette import RGB, blend_table
from .paths import Points

Box = tuple[int, int, int, int]
_SUPERSAMPLED_PX = 9_000_000
_NOTCH = 1.5
"""Widest notch at a corner of a line that is left as it is, in px of the enlarged mask."""


@dataclass(frozen=True, slots=True)
class Mask:
    """Coverage of a part of the canvas: `image` (L) lies with its top left corner at `x`, `y`, perhaps outside the canvas."""

    x: int
    y: int
    image: Image.Image

    @property
    def box(self) -> Box:
        return self.x, self.y, self.x + self.image.width, self.y + self.image.height

    def moved(self, dx: float, dy: float) -> Mask:
        return Mask(self.x + round(dx), self.y + round(dy), self.image)

    def times(self, field: Image.Image) -> Mask:
        """The mask weakened by a picture (L) of the whole canvas."""
        return Mask(self.x, self.y, ImageChops.multiply(self.image, field.crop(self.box)))

    def inside(self, other: Mask) -> Mask:
        """What this mask and another have in common."""
        return Mask(self.x, self.y, ImageChops.multiply(self.image, other.window(self.box)))

    def without(self, other: Mask) -> Mask:
        return Mask(self.x, self.y, ImageChops.multiply(self.image, ImageChops.invert(other.window(self.box))))

    def window(self, box: Box) -> Image.Image:
        """The mask as seen through a box of the canvas."""
        return self.image.crop((box[0] - self.x, box[1] - self.y, box[2] - self.x, box[3] - self.y))

    def blurred(self, radius: float) -> Mask:
        """Gaussian blur, at a reduced size where that cannot be seen; grows by three radii on every side."""
        f = max(1, int(radius / 2.2))
        pad = -(-int(radius * 3 + 1) // f) * f
        w, h = self.image.width + 2 * pad, self.image.height + 2 * pad
        w, h = -(-w // f) * f, -(-h // f) * f
        wide = self.image.crop((-pad, -pad, w - pad, h - pad))
        small = wide.reduce(f) if f > 1 else wide
        soft = small.filter(ImageFilter.GaussianBlur(radius / f))
        return Mask(self.x - pad, self.y - pad, soft.resize((w, h), Image.Resampling.BILINEAR) if f > 1 else soft)


@dataclass(frozen=True, slots=True)
class Ramp:
    """A colour ramp along a line in px (`end` None: radial round `start`, `radius` px). Stops are (0..1, colour)."""

    start: tuple[float, float]
    end: tuple[float, float] | None
    stops: tuple[tuple[float, RGB], ...]
    radius: float = 0.0

    def render(self, box: Box) -> Image.Image:
        w, h = box[2] - box[0], box[3] - box[1]
        f = max(1, min(16, min(w, h) // 48))
        nw, nh = -(-w // f), -(-h // f)
        x = box[0] + (np.arange(nw) + 0.5) * (w / nw)
        y = box[1] + (np.arange(nh) + 0.5) * (h / nh)
        if self.end is None:
            t = np.hypot((x - self.start[0])[None, :], (y - self.start[1])[:, None]) / max(1e-6, self.radius)
        else:
            dx, dy = self.end[0] - self.start[0], self.end[1] - self.start[1]
            length = max(1e-6, dx * dx + dy * dy)
            t = ((x - self.start[0]) * dx)[None, :] / length + ((y - self.start[1]) * dy)[:, None] / length
        index = np.rint(np.clip(t, 0, 1) * 1023).astype(np.intp)
        small = Image.fromarray(blend_table(self.stops, 1024)[index])
        return small if f == 1 else small.resize((w, h), Image.Resampling.BICUBIC)


Fill = RGB | Ramp


def down(y0: float, y1: float, *colors: RGB) -> Ramp:
    """A vertical ramp through evenly spaced colours."""
    n = len(colors) - 1
    return Ramp((0, y0), (0, y1), tuple((i / n, c) for i, c in enumerate(colors)))


class Canvas:
    """An RGB picture being painted. `u` is its short side in px, the unit of motif sizes."""

    def __init__(self, width: int, height: int, ground: Fill) -> None:
        self.w, self.h = width, height
        self.u = float(min(width, height))
        box = (0, 0, width, height)
        self.image = ground.render(box) if isinstance(ground, Ramp) else Image.new("RGB", (width, height), ground)

    # masks

    def shape(self, rings: Iterable[Points], holes: Iterable[Points] = (), pad: float = 0) -> Mask:
        """Coverage of filled rings, less the holes. Cut off at `pad` px outside the canvas."""
        rings = list(rings)
        box = self._bounds(rings, pad + 1)

        def both(pencil: _Pencil) -> None:
            pencil.fill(rings, 255)
            pencil.fill(holes, 0)

        return self._raster(box, both)

    def stroke(self, lines: Iterable[Points], width_px: float, closed: bool = False, caps: bool = True) -> Mask:
        """Coverage of lines of one width, with round joints."""
        drawn = [np.vstack([line, line[:1]]) if closed else line for line in lines]
        box = self._bounds(drawn, width_px + 2, width_px)
        return self._raster(box, lambda pencil: pencil.stroke(drawn, width_px, caps and not closed))

    def everything(self) -> Mask:
        return Mask(0, 0, Image.new("L", (self.w, self.h), 255))

    def disc(self, x: float, y: float, r: float) -> Mask:
        a = np.linspace(0, 2 * np.pi, 180)
        return self.shape([np.stack([x + r * np.cos(a), y + r * np.sin(a)], 1)])

    def halo(self, x: float, y: float, rx: float, ry: float | None = None) -> Mask:
        """A soft spot: 1 in the middle, 0 at the radius, flat at both ends."""
        ry = rx if ry is None else ry
        size = max(2, round(2 * rx)), max(2, round(2 * ry))
        return Mask(round(x - rx), round(y - ry), _spot().resize(size, Image.Resampling.BICUBIC))

    # painting

    def paint(self, mask: Mask, fill: Fill, opacity: float = 1.0) -> None:
        """Lay a colour or a ramp over the picture where the mask covers it."""
        box = self._clip(mask.box)
        if box is None:
            return
        alpha = mask.window(box)
        if opacity < 1:
            alpha = alpha.point([round(v * opacity) for v in range(256)])
        if isinstance(fill, Ramp):
            self.image.paste(fill.render(box), box[:2], alpha)
        else:
            self.image.paste(fill, box, alpha)

    def blend(self, mask: Mask, fill: Fill, mode: Callable[[Image.Image, Image.Image], Image.Image],
        opacity: float = 1.0) -> None:
        """Like `paint` through one of ImageChops' modes: multiply, screen, soft_light, ..."""
        box = self._clip(mask.box)
        if box is None:
            return
        below = self.image.crop(box)
        layer = fill.render(box) if isinstance(fill, Ramp) else Image.new("RGB", below.size, fill)
        alpha = mask.window(box)
        if opacity < 1:
            alpha = alpha.point([round(v * opacity) for v in range(256)])
        self.image.paste(mode(below, layer), box[:2], alpha)

    def shadow(self, mask: Mask, dx: float, dy: float, blur: float, color: RGB, opacity: float) -> None:
        """Darkness round and beside a mask, before the mask itself is painted."""
        self.paint(mask.blurred(max(0.6, blur)).moved(dx, dy), color, opacity)

    def glow(self, x: float, y: float, r: float, color: RGB, opacity: float) -> None:
        """Light added round a point."""
        self.blend(self.halo(x, y, r), color, ImageChops.screen, opacity)

    def blur(self, radius: float) -> None:
        """Gaussian blur of everything painted so far."""
        f = max(1, int(radius / 2.5))
        small = self.image.reduce(f) if f > 1 else self.image
        soft = small.filter(ImageFilter.GaussianBlur(radius / f))
        self.image = soft.resize((self.w, self.h), Image.Resampling.BICUBIC) if f > 1 else soft

    # inner parts

    def _bounds(self, rings: Sequence[Points], pad: float, grow: float = 0.0) -> Box:
        low = np.min([r.min(0) for r in rings], 0) - grow - 1
        high = np.max([r.max(0) for r in rings], 0) + grow + 1
        x0, y0 = max(-pad, float(low[0])), max(-pad, float(low[1]))
        x1, y1 = min(self.w + pad, float(high[0])), min(self.h + pad, float(high[1]))
        left, top = int(np.floor(x0)), int(np.floor(y0))
        return left, top, max(left + 1, int(np.ceil(x1))), max(top + 1, int(np.ceil(y1)))

    def _raster(self, box: Box, draw_into: Callable[[_Pencil], None]) -> Mask:
        w, h = box[2] - box[0], box[3] - box[1]
        s = 4 if w * h * 16 <= _SUPERSAMPLED_PX else 3 if w * h * 9 <= _SUPERSAMPLED_PX else 2
        big = Image.new("L", (w * s, h * s), 0)
        draw_into(_Pencil(ImageDraw.Draw(big), np.array(box[:2], np.float64), s))
        return Mask(box[0], box[1], big.reduce(s))

    def _clip(self, box: Box) -> Box | None:
        x0, y0, x1, y1 = max(0, box[0]), max(0, box[1]), min(self.w, box[2]), min(self.h, box[3])
        return (x0, y0, x1, y1) if x1 > x0 and y1 > y0 else None


@dataclass(frozen=True, slots=True)
class _Pencil:
    """Draws on a mask `scale` times as large, whose corner is `origin`."""

    draw: ImageDraw.ImageDraw
    origin: Points
    scale: int

    def _place(self, p: Points) -> list[float]:
        return [float(v) for v in (np.rint((p - self.origin) * self.scale * 8) / 8).ravel()]

    def fill(self, rings: Iterable[Points], value: int) -> None:
        for ring in rings:
            self.draw.polygon(self._place(ring), fill=value)

    def stroke(self, lines: Iterable[Points], width_px: float, caps: bool) -> None:
        width = max(1, round(width_px * self.scale))
        r = width / 2
        for line in lines:
            xy = self._place(line)
            self.draw.line(xy, fill=255, width=width)
            corners = _corners(np.reshape(xy, (-1, 2)), r) if width > 2 else []
            ends = [xy[:2], xy[-2:]] if caps and width > 2 else []
            for x, y in (*corners, *ends):
                self.draw.ellipse((x - r, y - r, x + r, y + r), fill=255)


def _corners(line: Points, r: float) -> list[list[float]]:
    """Points of a line where its outer edge, `r` away, would show a notch: those that are rounded with a disc."""
    step = np.diff(line, axis=0)
    angle = np.arctan2(step[:, 1], step[:, 0])
    turn = np.abs((np.diff(angle) + np.pi) % (2 * np.pi) - np.pi)
    found: list[list[float]] = line[1:-1][2 * r * np.sin(turn / 2) > _NOTCH].tolist()
    return found


@lru_cache(maxsize=1)
def _spot() -> Image.Image:
    v = (np.arange(128) + 0.5) / 64 - 1
    r2 = np.minimum(1.0, v[None, :] ** 2 + v[:, None] ** 2)
    return Image.fromarray(np.rint((1 - r2) ** 2 * 255).astype(np.uint8))
