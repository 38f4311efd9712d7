"""Contrast of many pixels at once. Formulas: WCAG 2.2, "relative luminance" and "contrast ratio"."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL.Image import Image

from qwen_pipeline.types import Color

_WEIGHTS = np.array([0.2126, 0.7152, 0.0722])
_VALUES = np.arange(256) / 255
_LINEAR = np.where(_VALUES <= 0.04045, _VALUES / 12.92, ((_VALUES + 0.055) / 1.055) ** 2.4)
_MOST_PIXELS = 250_000
"""More than these are thinned out evenly."""


def contrast_over(color: Color, ground: Image, percentile: float) -> float:
    """Contrast (1 to 21) of `color` with the pixels of a picture: what all but `percentile` per cent of them reach."""
    pixels = _pixels(ground)
    behind = _luminance(pixels)
    letters = _luminance(_laid_over(color, pixels))
    ratios = (np.maximum(letters, behind) + 0.05) / (np.minimum(letters, behind) + 0.05)
    return _percentile(ratios, percentile)


def contrast_within(picture: Image, low: float, high: float) -> float:
    """Contrast (1 to 21) between two percentiles of a picture's luminance."""
    luminance = _luminance(_pixels(picture))
    return (_percentile(luminance, high) + 0.05) / (_percentile(luminance, low) + 0.05)


def _laid_over(color: Color, pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The colour on each pixel; where nothing shows through, once for all of them."""
    ground = pixels if color.alpha < 1 else pixels[:1]
    over = np.array([color.r, color.g, color.b]) * color.alpha + ground * (1 - color.alpha)
    return np.rint(over).astype(np.uint8)


def _percentile(values: NDArray[np.float64], percent: float) -> float:
    """As `numpy.percentile`, which brings `numpy.ma` with it."""
    at = percent / 100 * (len(values) - 1)
    below = min(int(at), len(values) - 2) if len(values) > 1 else 0
    parted = np.partition(values, (below, min(below + 1, len(values) - 1)))
    low, high = float(parted[below]), float(parted[min(below + 1, len(values) - 1)])
    return low + (high - low) * (at - below)


def _pixels(picture: Image) -> NDArray[np.uint8]:
    """n x 3."""
    pixels = np.asarray(picture.convert("RGB")).reshape(-1, 3)
    return pixels[:: max(1, len(pixels) // _MOST_PIXELS)]


def _luminance(pixels: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Relative luminance, 0 to 1, of n x 3 sRGB values."""
    weighted: NDArray[np.float64] = _LINEAR[pixels] @ _WEIGHTS
    return weighted
