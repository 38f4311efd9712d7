"""Colours of a picture: five brand colours, and everything else derived from them in OKLab.

OKLab: B. Ottosson, "A perceptual color space for image processing", 2020. Colours are 8-bit sRGB triples; lightness is
OKLab L, 0 (black) to 1 (white).
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from qwen_pipeline.dataclass import dataclass
from qwen_pipeline.types import Color, SceneHints

RGB = tuple[int, int, int]
Floats = npt.NDArray[np.float64]

_TO_LMS = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
_TO_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)
_FROM_LAB = np.linalg.inv(_TO_LAB)
_FROM_LMS = np.linalg.inv(_TO_LMS)

AIM = 7.6
"""Contrast that calm areas are composed for; the law is 4.5."""


def to_oklab(rgb: npt.ArrayLike) -> Floats:
    """OKLab of sRGB values 0..255; shape (..., 3)."""
    c = np.asarray(rgb, np.float64) / 255
    linear = np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)
    lab: Floats = np.cbrt(linear @ _TO_LMS.T) @ _TO_LAB.T
    return lab


def from_oklab(lab: npt.ArrayLike) -> Floats:
    """sRGB values 0..255 of OKLab, not rounded; what is out of gamut is clipped."""
    linear = np.clip((np.asarray(lab, np.float64) @ _FROM_LAB.T) ** 3 @ _FROM_LMS.T, 0, 1)
    return np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055) * 255


def _rgb(lab: npt.ArrayLike) -> RGB:
    r, g, b = (int(v) for v in np.rint(from_oklab(lab)))
    return r, g, b


def _in_gamut(lab: Floats) -> bool:
    linear = (lab @ _FROM_LAB.T) ** 3 @ _FROM_LMS.T
    return bool((linear > -0.002).all() and (linear < 1.002).all())


@lru_cache(4096)
def mix(a: RGB, b: RGB, t: float) -> RGB:
    """From a (t = 0) to b (t = 1) in OKLab."""
    return _rgb(to_oklab(a) * (1 - t) + to_oklab(b) * t)


@lru_cache(4096)
def tone(color: RGB, lightness: float, chroma: float = 1.0) -> RGB:
    """The same hue at another lightness; `chroma` scales its strength, which gives way where sRGB ends."""
    lab = to_oklab(color)
    ab = lab[1:] * chroma
    for _ in range(24):
        if _in_gamut(np.array([lightness, *ab])):
            break
        ab = ab * 0.9
    return _rgb([lightness, *ab])


@lru_cache(4096)
def lightness(color: RGB) -> float:
    return float(to_oklab(color)[0])


@lru_cache(4096)
def chroma_of(color: RGB) -> float:
    lab = to_oklab(color)
    return float(np.hypot(lab[1], lab[2]))


@lru_cache(1024)
def hue_of(color: RGB) -> float:
    """OKLab hue in degrees, 0..360: red 29, yellow 110, green 142, blue 264."""
    lab = to_oklab(color)
    return float(np.degrees(np.arctan2(lab[2], lab[1])) % 360)


def vivid(color: RGB, level: float, chroma: float = 1.1) -> RGB:
    """The hue at a lightness where it glows: oranges and yellows turn brown when dark, so they stay lighter than `level`."""
    natural = float(np.interp(hue_of(color), (30, 55, 80, 105, 125, 150), (0.0, 0.70, 0.78, 0.86, 0.80, 0.0)))
    return tone(color, round(max(level, natural if chroma_of(color) > 0.04 else 0.0), 4), chroma)


def shift(color: RGB, by: float) -> RGB:
    """Lighter (+) or darker (-) by a step of lightness, with the chroma a printer would expect of a shade."""
    target = round(min(0.985, max(0.06, lightness(color) + by)), 4)
    if by < 0 and 50 < hue_of(color) < 115:
        return tone(_redder(color, round(min(24.0, -by * 130), 2)), target)
    return tone(color, target, 1.0 - max(0.0, by) * 0.5)


@lru_cache(1024)
def _redder(color: RGB, degrees: float) -> RGB:
    """Turned towards red: the shade of a yellow is an orange, not a mud."""
    lab = to_oklab(color)
    a = np.radians(hue_of(color) - degrees)
    strength = np.hypot(lab[1], lab[2])
    return _rgb([lab[0], strength * np.cos(a), strength * np.sin(a)])


@lru_cache(64)
def blend_table(stops: tuple[tuple[float, RGB], ...], steps: int = 256) -> npt.NDArray[np.uint8]:
    """Colour ramp (steps, 3) through the stops, mixed in OKLab."""
    t = np.linspace(0, 1, steps)
    labs = to_oklab([color for _, color in stops])
    places = [place for place, _ in stops]
    mixed = np.stack([np.interp(t, places, labs[:, i]) for i in range(3)], axis=1)
    return np.rint(from_oklab(mixed)).astype(np.uint8)


def luminance(color: RGB) -> float:
    """WCAG relative luminance, 0 to 1."""
    return Color(*color).luminance()


def contrast(a: RGB, b: RGB) -> float:
    high, low = sorted((luminance(a), luminance(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@dataclass(frozen=True, slots=True)
class Palette:
    """Brand colours as a picture needs them. `dark` says that the calm areas carry paper-coloured words."""

    primary: RGB
    secondary: RGB
    accent: RGB
    ink: RGB
    paper: RGB
    dark: bool

    @property
    def words(self) -> RGB:
        """The colour of the words that the calm areas carry."""
        return self.paper if self.dark else self.ink

    def safe(self, color: RGB, aim: float = AIM) -> RGB:
        """`color` moved towards white (or black) until words on it have a contrast of `aim`, or it can go no further."""
        start, end = lightness(color), 0.05 if self.dark else 0.985
        for t in (i / 20 for i in range(21)):
            moved = tone(color, round(start + (end - start) * t, 4), 1 - 0.6 * t)
            if contrast(moved, self.words) >= aim:
                return moved
        return (8, 8, 10) if self.dark else (255, 255, 255)

    @property
    def grey(self) -> bool:
        """The primary has no hue of its own; the accent stands in for it where a thing must be coloured."""
        return chroma_of(self.primary) < 0.03

    @property
    def spark(self) -> RGB:
        """The colour for suns and petals: the accent, or the primary where the accent is a grey."""
        return self.accent if chroma_of(self.accent) >= 0.04 or self.grey else self.primary

    @property
    def ground(self) -> RGB:
        """What the calm areas are made of: warm paper, or the primary's night."""
        if self.dark:
            return self.safe(tone(self.primary, 0.24, 0.48))
        return self.safe(mix(self.paper, tone(self.primary, 0.93, 0.5), 0.14))

    @property
    def hero(self) -> RGB:
        """The strongest brand colour, at a lightness where light and shade both show."""
        base = self.accent if self.grey else self.primary
        if self.grey:
            return vivid(base, 0.60)
        return tone(base, round(min(0.66, max(0.47, lightness(base))), 4), 1.05)

    def haze(self, color: RGB, depth: float) -> RGB:
        """Atmospheric perspective: near (0) keeps its colour, far (1) goes over into the ground."""
        return mix(color, self.ground, round(depth, 3))


_DEFAULT = Palette((31, 106, 92), (201, 161, 94), (196, 74, 46), (28, 33, 38), (247, 243, 234), False)


def palette_of(hints: SceneHints | None) -> Palette:
    """The palette of a request; what the hints leave out comes from the house palette."""
    if hints is None:
        return _DEFAULT
    given = [(c.r, c.g, c.b) for c in hints.palette]
    house = (_DEFAULT.primary, _DEFAULT.secondary, _DEFAULT.accent, _DEFAULT.ink, _DEFAULT.paper)
    primary, secondary, accent, ink, paper = (*given, *house[len(given) :])
    return Palette(primary, secondary, accent, ink, paper, hints.tone == "dark")


def towards(palette: Palette, colors: tuple[RGB, ...], amount: float) -> Palette:
    """The palette with its primary, secondary and accent moved towards the first three of `colors`."""
    own = (palette.primary, palette.secondary, palette.accent)
    moved = [mix(a, b, amount) for a, b in zip(own, colors, strict=False)]
    primary, secondary, accent = (*moved, *own[len(moved) :])
    return replace(palette, primary=primary, secondary=secondary, accent=accent)


__all__ = [
    "AIM",
    "RGB",
    "Palette",
    "blend_table",
    "chroma_of",
    "contrast",
    "from_oklab",
    "hue_of",
    "lightness",
    "luminance",
    "mix",
    "palette_of",
    "shift",
    "to_oklab",
    "tone",
    "towards",
    "vivid",
]
