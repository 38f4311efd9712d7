"""Lines of measured text at a place and a size: runs that plain advances reproduce."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from qwen_pipeline.types import Box, Glyphs, Line, TextItem, TextStyle

from .fonts import Fonts
from .measure import Measured, measure, normalise
from .optical import PLAIN, Optical

ASCENT_EM, DESCENT_EM = 0.88, 0.12
"""The em box of ideographs over and under the baseline (as in Noto). All scripts are placed by it, so that baselines agree."""

DEPTH_EM = 0.24
"""How deep Latin small letters and brackets reach."""

_DEEP = frozenset("gjpqyQ,;()[]{}|/@_$§µçşţ")
_EPSILON_EM = 1e-6

Anchor = Literal["start", "center", "end"]


def depth_em(text: str) -> float:
    """How far a line reaches under its baseline: as deep as its kind of letters can, so that `nor` and `dog` sit alike."""
    return DEPTH_EM if any(c.islower() or c in _DEEP for c in text) else DESCENT_EM


def set_line(
    text: str,
    *,
    locale: str,
    style: TextStyle,
    fonts: Fonts,
    x_pt: float,
    baseline_pt: float,
    anchor: Anchor,
    string_id: str,
) -> TextItem:
    """One line at `style.size_pt`, whatever its width; `x_pt` is its left end, middle or right end."""
    measured = measure(normalise(text, style).replace("\n", " "), locale, style, fonts, style.weight)
    width = measured.width(0, len(measured.text)) * style.size_pt
    left = x_pt - width * {"start": 0.0, "center": 0.5, "end": 1.0}[anchor]
    line = place_line(measured, 0, len(measured.text), style.size_pt, left, baseline_pt)
    return TextItem(string_id, (line,), style.color, style.shadow)


def line_width(text: str, locale: str, style: TextStyle, fonts: Fonts) -> float:
    """Width in points of `text` on one line at `style.size_pt`."""
    measured = measure(normalise(text, style).replace("\n", " "), locale, style, fonts, style.weight)
    return measured.width(0, len(measured.text)) * style.size_pt


def place_line(
    measured: Measured, start: int, stop: int, size_pt: float, x_pt: float, baseline_pt: float, stretch_pt: float = 0.0
) -> Line:
    """Characters `start` to `stop` with the ink's left edge at `x_pt`; `stretch_pt` is added at every place to break."""
    begin, end = measured.extent(start, stop)
    origin = x_pt - begin * size_pt
    stretched = set(measured.breaks) if stretch_pt else set()
    runs: list[Glyphs] = []
    optical = dict(measured.optical)
    text, font, run_x, pen, shift = "", "", 0.0, 0.0, 0.0
    for i in range(start, stop):
        if stretch_pt and i > start and i in stretched:
            shift += stretch_pt
        if not measured.drawn[i]:
            continue
        x = origin + measured.left[i] * size_pt + shift
        if text and (measured.fonts[i] != font or abs(x - pen) > _EPSILON_EM * size_pt):
            runs.append(_run(text, font, size_pt, (run_x, baseline_pt), optical))
            text = ""
        if not text:
            font, run_x = measured.fonts[i], x
        text += measured.drawn[i]
        pen = x + (measured.right[i] - measured.left[i]) * size_pt
    if text:
        runs.append(_run(text, font, size_pt, (run_x, baseline_pt), optical))
    return Line(
        measured.text[start:stop],
        _box(measured.text[start:stop], x_pt, (end - begin) * size_pt + shift, size_pt, baseline_pt),
        tuple(runs),
    )


def _run(text: str, font: str, size_pt: float, where: tuple[float, float], optical: Mapping[str, Optical]) -> Glyphs:
    """A run at the line's size and on its baseline, but for a font that is set otherwise beside the line's ideographs."""
    how = optical.get(font, PLAIN)
    size = size_pt if how is PLAIN else round(size_pt * how.scale, 4)
    return Glyphs(text, font, size, round(where[0], 3), round(where[1] - how.raise_em * size_pt, 3))


def _box(text: str, x_pt: float, width_pt: float, size_pt: float, baseline_pt: float) -> Box:
    height = (ASCENT_EM + depth_em(text)) * size_pt
    return Box(round(x_pt, 3), round(baseline_pt - ASCENT_EM * size_pt, 3), round(width_pt, 3), round(height, 3))
