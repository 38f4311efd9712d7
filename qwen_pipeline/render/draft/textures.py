"""Surfaces that styles share: screens of dots, chipped edges, cracks, wood, silk. L pictures, white = present.

What touches full-size pixels is Pillow's integer code or a tile repeated; fields are made small and enlarged.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageChops, ImageFilter

from .canvas import Canvas, Mask
from .fields import Floats, Rng, as_mask, fbm
from .stage import Stage

Bytes = npt.NDArray[np.uint8]


def away(stage: Stage, near: float = 0.02, far: float = 0.16) -> Image.Image:
    """Black on the words and up to `near` short sides from them, white from `far` on."""
    nx, ny = max(2, min(192, stage.w // 8)), max(2, min(192, stage.h // 8))
    t = np.clip((stage.room.distance(nx, ny) - near) / max(1e-6, far - near), 0, 1)
    return as_mask(t * t * (3 - 2 * t), stage.w, stage.h)


def _tiled(tile: Bytes, w: int, h: int) -> Image.Image:
    reps = (-(-h // tile.shape[0]), -(-w // tile.shape[1]))
    return Image.fromarray(np.ascontiguousarray(np.tile(tile, reps)[:h, :w]))


def _thresholded(field: Image.Image, tile: Bytes, soft: int) -> Image.Image:
    """White where the field is above the tile's threshold, with an edge of `soft` levels."""
    over = ImageChops.add(field, ImageChops.invert(_tiled(tile, *field.size)), 1, -128)
    return over.point([min(255, max(0, round((v - 127) * 255 / soft + 128))) for v in range(256)])


def dots(field: Image.Image, pitch: int) -> Image.Image:
    """A 45-degree halftone of `field`: round dots, `pitch` px apart, as large as the field is bright."""
    return _thresholded(field, _dot_tile(max(4, pitch)), max(12, 420 // max(4, pitch)))


@lru_cache(maxsize=8)
def _dot_tile(pitch: int) -> Bytes:
    n = pitch
    a = 2 * np.pi * (np.arange(n) + 0.5) / n
    wave = np.round(np.cos(a)[:, None] * np.cos(a)[None, :], 9)  # a dot at the corners and one in the middle
    rank = np.argsort(np.argsort(wave.ravel(), kind="stable"), kind="stable").reshape(n, n) / (n * n)
    tile: Bytes = np.rint(rank * 255).astype(np.uint8)
    return tile


def rough(mask: Mask, rng: Rng, radius: float, cells_px: float, strength: float = 0.5) -> Mask:
    """The mask with a bitten edge: blurred, disturbed by noise of `cells_px`, cut again."""
    grown = mask.blurred(max(0.8, radius))
    w, h = grown.image.size
    f = max(1, int(cells_px / 3))
    nw, nh = max(8, w // f), max(8, h // f)
    noise = as_mask(fbm(rng, nw, nh, max(2.0, min(w, h) / max(1.0, cells_px)), 3) * strength + (1 - strength) / 2, w, h)
    over = ImageChops.add(grown.image, noise, 1, -128)
    return Mask(grown.x, grown.y, over.point([min(255, max(0, round((v - 128) * 6 + 128))) for v in range(256)]))


def worn(rng: Rng, w: int, h: int, cells: float, share: float, soft: float = 10.0) -> Image.Image:
    """White with a `share` of black bare patches."""
    field = fbm(rng, max(32, w // 4), max(32, h // 4), cells, 6)
    level = float(np.quantile(field, share)) if share > 0 else -1.0
    return as_mask(np.clip((field - level) * soft + 0.5, 0, 1), w, h)


def cracks(rng: Rng, w: int, h: int, cells: float = 3.0, width: float = 0.008) -> Image.Image:
    """Thin wandering lines."""
    nx, ny = max(48, w // 3), max(48, h // 3)
    field = fbm(rng, nx, ny, cells, 5)
    other = fbm(rng, nx, ny, cells * 0.7, 2)
    line = np.clip(1 - np.abs(field - 0.5) / width, 0, 1) * np.clip((other - 0.45) * 6, 0, 1)
    return as_mask(line, w, h)


def wood(rng: Rng, w: int, h: int, strength: float = 0.5) -> Image.Image:
    """Grain of a plank along x: white, darker in the soft rings."""
    nx, ny = max(48, w // 4), max(48, h // 2)
    field = fbm(rng, nx, ny, 2.2, 3, stretch=7)
    rings: Floats = 0.5 + 0.5 * np.sin(field * 95 + fbm(rng, nx, ny, 40, 1, stretch=20) * 2.2)
    return as_mask(1 - strength * rings**3, w, h)


def silk(w: int, h: int, pitch: int, strength: float) -> Image.Image:
    """A plain weave: white, darker between the threads."""
    n = max(2, pitch)
    a = np.abs(np.linspace(-1, 1, n, endpoint=False))
    tile = 255 - np.rint(strength * 255 * np.clip(a[:, None] ** 4 + a[None, :] ** 4, 0, 1)).astype(np.uint8)
    return _tiled(tile.astype(np.uint8), w, h)


def multiply(canvas: Canvas, field: Image.Image) -> None:
    """Lay an L picture over everything, as a shade."""
    canvas.image = ImageChops.multiply(canvas.image, Image.merge("RGB", (field, field, field)))


def speckles(stage: Stage, rng: Rng, density: Floats, dot: int) -> Mask:
    """Dots of `dot` px all over the canvas, as dense as `density` (0..1, any small size)."""
    nw, nh = max(1, stage.w // dot), max(1, stage.h // dot)
    field = np.asarray(as_mask(density, nw, nh), np.float64) / 255
    hits = Image.fromarray(((rng.random((nh, nw)) < field) * 255).astype(np.uint8))
    return Mask(0, 0, hits.resize((stage.w, stage.h), Image.Resampling.BILINEAR))


def softened(mask: Mask, radius: float) -> Mask:
    """Blurred within its own box, at a reduced size where that cannot be seen."""
    f = max(1, int(radius / 2.2))
    if f == 1:
        return Mask(mask.x, mask.y, mask.image.filter(ImageFilter.GaussianBlur(max(0.5, radius))))
    w, h = mask.image.size
    small = mask.image.reduce(f).filter(ImageFilter.GaussianBlur(radius / f))
    return Mask(mask.x, mask.y, small.resize((w, h), Image.Resampling.BILINEAR, (0, 0, w / f, h / f)))
