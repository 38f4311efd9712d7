"""Characters drawn badly: ink erased, a stroke too many, mirrored, halves swapped, upside down."""

from __future__ import annotations

import random

import numpy as np
from PIL import Image, ImageDraw, ImageOps

KINDS = ("erased-10", "erased-20", "erased-30", "stroke", "mirrored", "halves")


def spoil(line: Image.Image, box: tuple[int, int, int, int], kind: str, rng: random.Random) -> tuple[Image.Image, float]:
    """(the line with the character in `box` spoilt, share of its ink changed). `line`: L, 0 is ground and 255 ink."""
    out, glyph = line.copy(), line.crop(box)
    if kind.startswith("erased"):
        changed = _erased(glyph, int(kind[-2:]) / 100, rng)
    elif kind == "stroke":
        changed = _stroke(glyph, rng)
    elif kind == "mirrored":
        changed = ImageOps.mirror(glyph)
    else:
        changed = _halves(glyph)
    out.paste(changed, box[:2])
    before, after = (np.asarray(i, dtype=np.float32) for i in (glyph, changed))
    return out, float(np.abs(before - after).sum() / max(1.0, before.sum()))


def _erased(glyph: Image.Image, share: float, rng: random.Random) -> Image.Image:
    """A disc of ground grown over a place with ink until `share` of the ink is gone."""
    ink = np.asarray(glyph, dtype=np.float32)
    ys, xs = np.nonzero(ink > 128)
    place = rng.randrange(len(xs))
    grid_y, grid_x = np.mgrid[: ink.shape[0], : ink.shape[1]]
    away = np.hypot(grid_x - xs[place], grid_y - ys[place])
    for radius in range(1, max(ink.shape)):
        gone = ink[away <= radius].sum() / ink.sum()
        if gone >= share:
            break
    return Image.fromarray(np.where(away <= radius, 0, ink).astype(np.uint8))


def _stroke(glyph: Image.Image, rng: random.Random) -> Image.Image:
    """A straight stroke across the em, as thick as a fourteenth of it."""
    out, (w, h) = glyph.copy(), glyph.size
    a, b = rng.uniform(0.25, 0.75), rng.uniform(0.25, 0.75)
    ends = ((0.12 * w, a * h), (0.88 * w, b * h)) if rng.random() < 0.5 else ((a * w, 0.12 * h), (b * w, 0.88 * h))
    ImageDraw.Draw(out).line(ends, fill=255, width=max(2, h // 14))
    return out


def _halves(glyph: Image.Image) -> Image.Image:
    """Left and right half in each other's place."""
    out, (w, h) = Image.new("L", glyph.size, 0), glyph.size
    out.paste(glyph.crop((w // 2, 0, w, h)), (0, 0))
    out.paste(glyph.crop((0, 0, w // 2, h)), (w - w // 2, 0))
    return out
