"""How a drawn character's ink differs from its glyph, and whether that is out of the ordinary in its line.

Two measures. `missing`: how far the glyph's ink lies from any ink of the picture; distance, and not overlap, so that weight and
small differences of style cost nothing. `ink`: how much ink there is for what the glyph has. A line in a style of its own is off
everywhere, so what counts is how far a character lies outside its line. Recall and false alarms: docs/reading.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from qwen_pipeline.dataclass import dataclass

from .fit import Face, place_of
from .ink import LineInk
from .reference import EM_PX, glyph

if TYPE_CHECKING:
    from numpy.typing import NDArray

_NEAR = 0.055 * EM_PX
"""Ink this near is the same stroke, pixels."""
_MARGIN = 3
_MISSING, _INK = 0.9, 4.0
"""Robust deviations that are odd: each is passed by about 2 clean characters in 1000."""
_LEAST_MISSING, _LEAST_INK = 0.05, 0.02
"""Least spreads: lines drawn in the reference's own face have next to none."""
_LEAST_LINE = 3


@dataclass(frozen=True, slots=True)
class Shape:
    """`missing`: mean distance beyond `_NEAR`, pixels. `ink`: natural log of drawn over wanted ink."""

    missing: float
    ink: float


def shape(line: LineInk, place: int, char: str, face: Face) -> Shape | None:
    """None where the glyph or the place cannot be compared."""
    import numpy as np

    reference = glyph(char, face.weight, face.scale)
    found = place_of(line, place, char, face) if reference is not None else None
    if found is None or reference is None:
        return None
    window, (x, y) = found
    drawn = _cut(window, x - _MARGIN, y - _MARGIN, (reference.shape[0] + 2 * _MARGIN, reference.shape[1] + 2 * _MARGIN))
    wanted = np.pad(reference, _MARGIN)
    if not (wanted > 0.5).any() or not (drawn > 0.5).any():
        return None
    return Shape(_stray(wanted > 0.5, drawn > 0.5), float(np.log(drawn.sum() / wanted.sum())))


def deviations(shapes: Sequence[Shape | None]) -> tuple[float, ...]:
    """How odd each shape is among the others of its line; above 1 is odd. 0 where there is nothing to compare with."""
    known = [shape for shape in shapes if shape is not None]
    if len(known) < _LEAST_LINE:
        return (0.0,) * len(shapes)
    missing = _scale([shape.missing for shape in known], _LEAST_MISSING, 0.25)
    ink = _scale([shape.ink for shape in known], _LEAST_INK, 0.0)
    return tuple(
        0.0 if shape is None else max((shape.missing - missing[0]) / missing[1] / _MISSING, (shape.ink - ink[0]) / ink[1] / _INK)
        for shape in shapes
    )


def _scale(values: Sequence[float], least: float, share: float) -> tuple[float, float]:
    """(median, spread): median absolute deviation as a standard deviation, at least `least` and `share` of the median."""
    import numpy as np

    middle = float(np.median(values))
    spread = 1.4826 * float(np.median(np.abs(np.array(values) - middle)))
    return middle, max(spread, least, share * abs(middle))


def _cut(window: NDArray[Any], x: int, y: int, shape: tuple[int, int]) -> NDArray[Any]:
    """The part of `window` from (x, y), with ground where it ends."""
    import numpy as np

    out = np.zeros(shape, dtype=np.float32)
    part = window[max(0, y) : y + shape[0], max(0, x) : x + shape[1]]
    top, left = max(0, -y), max(0, -x)
    out[top : top + part.shape[0], left : left + part.shape[1]] = part
    return out


def _stray(ink: NDArray[Any], other: NDArray[Any]) -> float:
    """Mean over `ink` of how far beyond `_NEAR` the nearest pixel of `other` is."""
    import cv2
    import numpy as np

    away = cv2.distanceTransform((~other).astype(np.uint8), cv2.DIST_L2, 5)
    return float(np.maximum(away[ink] - _NEAR, 0).mean())
