"""Colours of a chart's series that stay apart for every reader.

A brand's colours are chosen for other things than being told apart. Each series keeps its brand colour unless the page swallows
it or a series before it is too close. Too close: as people with full colour vision, protanopia, deuteranopia or tritanopia see
the two, or in grey. Then its OKLab lightness is moved, hue and chroma kept as far as the gamut allows, by the smallest step that
puts it at a distance.

Simulation: G. M. Machado, M. M. Oliveira, L. A. F. Fernandes, "A physiologically-based model for simulation of color vision
deficiency", IEEE TVCG 15(6), 2009, table for severity 1.0, applied to linear RGB.
OKLab: B. Ottosson, "A perceptual color space for image processing", 2020.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

from qwen_pipeline.types import Color, contrast_ratio

Triple = tuple[float, float, float]
Matrix = tuple[Triple, Triple, Triple]

VISIONS: dict[str, Matrix] = {
    "normal": ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)),
    "protanopia": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deuteranopia": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    "tritanopia": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
}
DISTANCE = 0.10
"""Least OKLab distance of two series under every vision; 0.02 is about what can just be told apart side by side."""
LIGHTNESS = 0.06
"""Least distance of their OKLab lightness, so that they part in grey as well."""
SEEN = 1.6
"""Contrast (WCAG) with the page below which a brand's colour is lost on it."""
FOUND = 3.0
"""What such a colour is moved to: WCAG 2.2, 1.4.11, non-text contrast."""
_STEP = 0.01
_WIDEST_STEP = 0.16
"""Of lightness between two shades: a few parts of a whole stay one family."""
_DARKEST, _LIGHTEST = 0.18, 0.96


def apart(colors: Sequence[Color], ground: Color, least: float = SEEN) -> tuple[Color, ...]:
    """The colours of a chart's series on a page of colour `ground`, in order, each with a contrast of `least` to it."""
    kept: list[Color] = []
    for color in colors:
        lost = contrast_ratio(color, ground) < least
        good = not lost and all(is_apart(color, other) for other in kept)
        kept.append(color if good else _moved(color, kept, ground, FOUND if lost and not kept else least))
    return tuple(kept)


def shades(color: Color, count: int, ground: Color) -> tuple[Color, ...]:
    """A colour for each of `count` parts of a whole on a page of colour `ground`: `color`, then step by step nearer to the page.

    All keep `SEEN` from it. Where the way there is too short for steps of `LIGHTNESS`, the first starts farther off.
    """
    light, a, b = _oklab(_linear(color))
    lights = [n * _STEP for n in range(round(_DARKEST / _STEP), round(_LIGHTEST / _STEP) + 1)]
    seen = [x for x in lights if contrast_ratio(_from_oklab((x, a, b), color.alpha), ground) >= SEEN]
    near, far = (max(seen), min(seen)) if _oklab(_linear(ground))[0] > light else (min(seen), max(seen))
    if count < 2 or not seen:
        return (color,) * count
    step = (near - light) / (count - 1)
    wanted = math.copysign(min(max(abs(step), LIGHTNESS + 3 * _STEP), _WIDEST_STEP, abs(near - far) / (count - 1)), near - far)
    first = light if abs(near - light) >= abs(wanted) * (count - 1) else near - wanted * (count - 1)
    rest = [_from_oklab((first + i * wanted, a, b), color.alpha) for i in range(count)]
    return (color, *rest[1:]) if first == light else tuple(rest)


def highlight(color: Color, others: Sequence[Color], ground: Color, least: float = SEEN) -> Color:
    """The accent, moved where the page swallows it or where it is too close to what it is to stand out from."""
    visible = contrast_ratio(color, ground) >= least
    return color if visible and all(is_apart(color, other) for other in others) else _moved(color, others, ground, least)


def is_apart(a: Color, b: Color) -> bool:
    return distance(a, b) >= DISTANCE and abs(_oklab(_linear(a))[0] - _oklab(_linear(b))[0]) >= LIGHTNESS


def distance(a: Color, b: Color) -> float:
    """The OKLab distance of two colours under the vision that tells them apart least."""
    return min(math.dist(_seen(a, vision), _seen(b, vision)) for vision in VISIONS.values())


def _moved(color: Color, kept: Sequence[Color], ground: Color, least: float) -> Color:
    """`color` at the nearest lightness that is apart from all of `kept`; if none is, at the one that is farthest from them."""
    start = _oklab(_linear(color))
    steps = sorted(itertools.chain(range(100), range(-99, 0)), key=lambda n: (abs(n), n))
    lights = [start[0] + n * _STEP for n in steps if _DARKEST <= start[0] + n * _STEP <= _LIGHTEST]
    tried = [_from_oklab((light, start[1], start[2]), color.alpha) for light in lights]
    tried = [c for c in tried if contrast_ratio(c, ground) >= least] or [color]
    return next(
        (c for c in tried if all(is_apart(c, other) for other in kept)),
        max(tried, key=lambda c: min((distance(c, other) for other in kept), default=0.0)),
    )


def _linear(color: Color) -> Triple:
    r, g, b = (_decode(v / 255) for v in (color.r, color.g, color.b))
    return (r, g, b)


def _decode(v: float) -> float:
    return v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4


def _encode(v: float) -> int:
    v = min(max(v, 0.0), 1.0)
    return round(255 * (12.92 * v if v <= 0.0031308 else 1.055 * v ** (1 / 2.4) - 0.055))


def _times(matrix: Matrix, v: Triple) -> Triple:
    x, y, z = (row[0] * v[0] + row[1] * v[1] + row[2] * v[2] for row in matrix)
    return (x, y, z)


def _seen(color: Color, vision: Matrix) -> Triple:
    """OKLab of `color` as somebody with this vision sees it."""
    r, g, b = (min(max(v, 0.0), 1.0) for v in _times(vision, _linear(color)))
    return _oklab((r, g, b))


_TO_LMS: Matrix = (
    (0.4122214708, 0.5363325363, 0.0514459929),
    (0.2119034982, 0.6806995451, 0.1073969566),
    (0.0883024619, 0.2817188376, 0.6299787005),
)
_TO_LAB: Matrix = (
    (0.2104542553, 0.7936177850, -0.0040720468),
    (1.9779984951, -2.4285922050, 0.4505937099),
    (0.0259040371, 0.7827717662, -0.8086757660),
)
_FROM_LAB: Matrix = ((1.0, 0.3963377774, 0.2158037573), (1.0, -0.1055613458, -0.0638541728), (1.0, -0.0894841775, -1.2914855480))
_FROM_LMS: Matrix = (
    (4.0767416621, -3.3077115913, 0.2309699292),
    (-1.2684380046, 2.6097574011, -0.3413193965),
    (-0.0041960863, -0.7034186147, 1.7076147010),
)


def _oklab(linear: Triple) -> Triple:
    long, medium, short = (math.cbrt(v) for v in _times(_TO_LMS, linear))
    return _times(_TO_LAB, (long, medium, short))


def _from_oklab(lab: Triple, alpha: float) -> Color:
    """The sRGB colour; chroma is taken back by tenths until it is in gamut."""
    rgb: Triple = (0.0, 0.0, 0.0)
    for tenths in range(10, -1, -1):
        long, medium, short = (v**3 for v in _times(_FROM_LAB, (lab[0], lab[1] * tenths / 10, lab[2] * tenths / 10)))
        rgb = _times(_FROM_LMS, (long, medium, short))
        if all(-0.002 <= v <= 1.002 for v in rgb):
            break
    return Color(_encode(rgb[0]), _encode(rgb[1]), _encode(rgb[2]), alpha)
