"""Noise, ridges and textures. Only `Generator.random` is used: the same seed gives the same field on every machine."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PIL import Image

Floats = npt.NDArray[np.float64]
Rng = np.random.Generator


def rng_of(*parts: int) -> Rng:
    """An independent stream for a seed and what it is used for."""
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence([abs(p) for p in parts])))


def pick(rng: Rng, low: float, high: float) -> float:
    return float(low + (high - low) * rng.random())


def _upsample(grid: Floats, w: int, h: int) -> Floats:
    """Bicubic, in floats."""
    image = Image.fromarray(grid.astype(np.float32))
    return np.asarray(image.resize((w, h), Image.Resampling.BICUBIC), np.float64)


def fbm(rng: Rng, w: int, h: int, cells: float, octaves: int = 4, stretch: float = 1.0) -> Floats:
    """Fractal noise (h, w), 0..1: `cells` across the short side at the first octave; `stretch` > 1 makes streaks along x."""
    total = np.zeros((h, w))
    short = min(w, h)
    for octave in range(octaves):
        n = cells * 2**octave
        gw, gh = max(2, round(n * w / short / stretch) + 1), max(2, round(n * h / short) + 1)
        total += _upsample(rng.random((gh, gw)), w, h) * 0.5**octave
    low, high = float(total.min()), float(total.max())
    return (total - low) / max(1e-9, high - low)


def as_mask(field: Floats, w: int, h: int) -> Image.Image:
    """A field 0..1 as an 8-bit picture of w x h px."""
    small = Image.fromarray(np.rint(np.clip(field, 0, 1) * 255).astype(np.uint8))
    return small if small.size == (w, h) else small.resize((w, h), Image.Resampling.BICUBIC)


def ridge(rng: Rng, n: int, cells: float, octaves: int = 5, roughness: float = 0.5, sharp: float = 0.0) -> Floats:
    """A skyline of n heights, 0..1. `sharp` turns rolling hills (0) into peaks (1)."""
    x = np.linspace(0, 1, n)
    total = np.zeros(n)
    for octave in range(octaves):
        count = max(2, round(cells * 2**octave))
        knots = rng.random(count + 3)
        at = x * count + rng.random()
        i = np.minimum(at.astype(np.int64), count + 1)
        t = at - i
        t = t * t * (3 - 2 * t)
        value = knots[i] * (1 - t) + knots[i + 1] * t
        value = value * (1 - sharp) + (1 - np.abs(2 * value - 1)) * sharp
        total += value * roughness**octave
    low, high = float(total.min()), float(total.max())
    return (total - low) / max(1e-9, high - low)


def grain(rng: Rng, w: int, h: int, amount: int) -> Image.Image:
    """Fine grain as an L picture round 128, triangular, +-`amount`."""
    tile = 512
    noise = rng.random((tile, tile)) + rng.random((tile, tile)) - 1
    values = np.rint(128 + noise * amount).astype(np.uint8)
    reps = (-(-h // tile), -(-w // tile))
    return Image.fromarray(np.ascontiguousarray(np.tile(values, reps)[:h, :w]))


def paper(rng: Rng, w: int, h: int, fibres: bool = True) -> Image.Image:
    """Paper tooth as an L picture, white where the sheet is smooth: multiply it over a picture."""
    cw, ch = max(64, w // 3), max(64, h // 3)
    field = fbm(rng, cw, ch, 90, 2) * 0.6 + fbm(rng, cw, ch, 5, 3) * 0.4
    if fibres:
        field = field * 0.75 + fbm(rng, cw, ch, 120, 1, stretch=9) * 0.25
    return as_mask(1 - (field - 0.3).clip(0, 1) * 0.085, w, h)
