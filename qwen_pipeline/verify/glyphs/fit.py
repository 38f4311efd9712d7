"""How well a place in a line fits a character's glyph: normalised cross-correlation over small shifts, 0 to 1."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from qwen_pipeline.dataclass import dataclass
from qwen_pipeline.verify.matching.costs import is_hanzi

from .ink import AROUND, LineInk
from .reference import EM_PX, FINER, LATIN_SCALES, SCALES, WEIGHTS, glyph

if TYPE_CHECKING:
    from numpy.typing import NDArray

_ROOM = 0.22
"""How far off its place a glyph may be, in em."""
_SAMPLE = 4
_LEAST_APART = 0.03


@dataclass(frozen=True, slots=True)
class Face:
    """The reference that fits a line best, and how well."""

    weight: int
    scale: float
    fit: float


def face_of(line: LineInk, chars: Sequence[tuple[int, str]]) -> Face:
    """The weight and scale in which a few characters (place, character) of the line fit best on average."""
    step = max(1, len(chars) // _SAMPLE)
    sample = chars[::step][:_SAMPLE]
    scales = SCALES if any(is_hanzi(char) for _, char in sample) else LATIN_SCALES
    first = {scale: _mean(line, sample, WEIGHTS[1], scale) for scale in scales}
    coarse = max(first, key=first.__getitem__)
    first |= {scale: _mean(line, sample, WEIGHTS[1], scale) for scale in (coarse - FINER, coarse + FINER)}
    scale = max(first, key=first.__getitem__)
    found = {weight: first[scale] if weight == WEIGHTS[1] else _mean(line, sample, weight, scale) for weight in WEIGHTS}
    weight = max(found, key=found.__getitem__)
    return Face(weight, scale, found[weight])


def _mean(line: LineInk, sample: Sequence[tuple[int, str]], weight: int, scale: float) -> float:
    return sum(fit(line, place, char, weight, scale) for place, char in sample) / max(1, len(sample))


def fit(line: LineInk, place: int, char: str, weight: int, scale: float) -> float:
    found = _match(line, place, char, weight, scale)
    return max(0.0, float(found[1].max())) if found else 0.0


def place_of(line: LineInk, place: int, char: str, face: Face) -> tuple[NDArray[Any], tuple[int, int]] | None:
    """(a window of the line's ink, where in it the glyph fits best: x, y)."""
    import numpy as np

    found = _match(line, place, char, face.weight, face.scale)
    if found is None:
        return None
    window, scores = found
    y, x = np.unravel_index(int(scores.argmax()), scores.shape)
    return window, (int(x), int(y))


def _match(line: LineInk, place: int, char: str, weight: int, scale: float) -> tuple[NDArray[Any], NDArray[Any]] | None:
    """(window, correlation for every place of the glyph in it)."""
    import cv2
    import numpy as np

    template = glyph(char, weight, scale)
    window = None if template is None else _window(line, line.centers[place], template.shape)
    if template is None or window is None:
        return None
    return window, np.asarray(cv2.matchTemplate(window, template, cv2.TM_CCOEFF_NORMED))


def _window(line: LineInk, center: float, shape: tuple[int, ...]) -> NDArray[Any] | None:
    """The whole height of the line, and the template's width with room on both sides; ground beyond the ends."""
    half = shape[1] / 2 + _ROOM * EM_PX
    left, right = AROUND + round(center - half), AROUND + round(center + half)
    up = max(0, shape[0] + 4 - line.height)
    window: NDArray[Any] = line.ink[AROUND - up // 2 - 2 : AROUND + line.height + up - up // 2 + 2, max(0, left) : right]
    return window if window.shape[0] >= shape[0] and window.shape[1] >= shape[1] else None


@lru_cache(maxsize=20_000)
def apart(a: str, b: str, weight: int) -> float:
    """1 - the correlation of two glyphs of the reference, at least `_LEAST_APART`; 1 where one is not there."""
    import cv2
    import numpy as np

    one, other = glyph(a, weight, 1.0), glyph(b, weight, 1.0)
    if one is None or other is None:
        return 1.0
    room = max(2, *(side - own + 2 for side, own in zip(other.shape, one.shape, strict=True)))
    found = cv2.matchTemplate(np.pad(one, room), other, cv2.TM_CCOEFF_NORMED)
    return max(_LEAST_APART, 1.0 - float(found.max()))
