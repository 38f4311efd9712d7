"""Vertical Chinese and Japanese: columns from right to left, Han upright, Latin words on their side, short numbers across.

A column is measured like a line: `left` and `right` are then pen positions from its top. Marks take their vertical forms
(U+FE10 to U+FE48), which Noto has as characters of their own: they are drawn, and `Line.text` keeps what the author wrote.
"""

from __future__ import annotations

import re

from qwen_pipeline.types import Box, Glyphs, Line, TextStyle

from .chars import is_han, is_wide_form
from .fonts import Fonts, noto_region
from .linebreak import opportunities
from .measure import FULL_EM, Measured, choose, dashes, kerns, marks_between
from .text import ASCENT_EM

VERTICAL_FORMS = dict(
    zip(
        "，、。：；！？…—–（）｛｝〔〕【】《》〈〉「」『』［］〖〗",
        "︐︑︒︓︔︕︖︙︱︲︵︶︷︸︹︺︻︼︽︾︿﹀﹁﹂﹃﹄﹇﹈︗︘",
        strict=True,
    )
)

_SIDEWAYS = frozenset("“”‘’～〜~ー")
_ACROSS = re.compile(r"(?<![0-9A-Za-z.,:/+-])(?:[0-9]{1,2}|[A-Z])(?![0-9A-Za-z.,:/%-])")
"""Numbers of one or two digits and single capitals stand upright in one cell (CLREQ 3.1.7)."""

_MIDDLE_EM = 0.36
"""Half the height of Latin capitals: it lies on the middle of the column."""
_DASH_BLANK_EM = 0.15
"""Blank above and below the vertical em dash, a little more than Noto's: two of them are one stroke."""
_EPSILON_EM = 1e-6


def measure_vertical(text: str, locale: str, style: TextStyle, fonts: Fonts, weight: int) -> Measured:
    """One paragraph without line feeds, measured down the column."""
    key = (text, locale, style.family, weight, style.tracking_em, "vertical")
    found = fonts.memo.get(key, lambda: _measure(text, locale, style, fonts, weight))
    assert isinstance(found, Measured)
    return found


def _measure(text: str, locale: str, style: TextStyle, fonts: Fonts, weight: int) -> Measured:
    shown = "".join(VERTICAL_FORMS.get(c, c) for c in text)
    drawn, ids, missing = choose(shown, locale, style.family, weight, fonts)
    cells = _cells(text)
    own = [fonts.advance(f, d) if d else 0.0 for d, f in zip(drawn, ids, strict=True)]
    advances = [_down(text[i], a, i in cells, i + 1 < len(text) and cells.get(i) == cells.get(i + 1)) for i, a in enumerate(own)]
    # In vertical text the marks of mainland China sit as in Japan: only stops and brackets have a blank half.
    lead, tail, after = marks_between(text, advances, "TC" if noto_region(locale) == "TC" else "JP")
    lying = ["" if i in cells or _upright(c, a) else d for i, (c, a, d) in enumerate(zip(text, own, drawn, strict=True))]
    for i, kern in kerns(lying, ids, fonts):
        after[i] += kern
    for i in dashes(text):
        after[i] = -_DASH_BLANK_EM
    left, right, at = [], [], 0.0
    for i, advance in enumerate(advances):
        left.append(at)
        right.append(at + advance)
        beside = i in cells or i + 1 in cells
        inside = beside and cells.get(i) == cells.get(i + 1)
        at += advance + (0.0 if beside else after[i]) + (style.tracking_em if drawn[i] and not inside else 0.0)
    places = tuple(b for b in opportunities(text) if b not in cells or cells[b] == b) if text else ()
    return Measured(text, drawn, ids, tuple(left), tuple(right), lead, tail, places, missing)


def _cells(text: str) -> dict[int, int]:
    """Index of each character set across the column -> index of the first one in its cell."""
    return {i: m.start() for m in _ACROSS.finditer(text) if _beside_han(text, m) for i in range(m.start(), m.end())}


def _beside_han(text: str, match: re.Match[str]) -> bool:
    """Numbers between Latin words stay with them, on their side."""
    before, after = text[: match.start()].rstrip()[-1:], text[match.end() :].lstrip()[:1]
    return all(not c or is_han(c) or is_wide_form(c) or c in VERTICAL_FORMS for c in (before, after))


def _upright(char: str, advance: float) -> bool:
    return char not in _SIDEWAYS and (advance >= FULL_EM or is_wide_form(char) or char in VERTICAL_FORMS)


def _down(char: str, advance: float, across: bool, more: bool) -> float:
    """How far one character takes the pen down: a cell for upright ones, and for the last of those in one cell."""
    if across:
        return 0.0 if more else 1.0
    return 1.0 if advance and _upright(char, advance) else advance


def place_column(measured: Measured, start: int, stop: int, size_pt: float, x_pt: float, y_pt: float, fonts: Fonts) -> Line:
    """Characters `start` to `stop` in a column whose left edge is at `x_pt` and whose ink starts at `y_pt`."""
    begin, end = measured.extent(start, stop)
    top, middle = y_pt - begin * size_pt, x_pt + size_pt / 2
    cells = _cells(measured.text)
    runs: list[Glyphs] = []
    i = start
    while i < stop:
        after = _group_end(measured, i, stop, cells)
        text = "".join(measured.drawn[i:after])
        if text:
            runs.append(_run(measured, i, text, size_pt, (middle, top), i in cells, fonts))
        i = after
    box = Box(round(x_pt, 3), round(y_pt, 3), round(size_pt, 3), round((end - begin) * size_pt, 3))
    return Line(measured.text[start:stop], box, tuple(runs))


def _group_end(measured: Measured, i: int, stop: int, cells: dict[int, int]) -> int:
    """End of the run that starts at i: digits in one cell, or letters on their side as long as plain advances place them."""
    if i in cells:
        return next((k for k in range(i, stop) if cells.get(k) != cells[i]), stop)
    if not _lies(measured, i):
        return i + 1
    k = i + 1
    while k < stop and k not in cells and _lies(measured, k) and _joins(measured, k):
        k += 1
    return k


def _lies(measured: Measured, i: int) -> bool:
    return not _upright(measured.text[i], measured.right[i] - measured.left[i])


def _joins(measured: Measured, i: int) -> bool:
    return measured.fonts[i] == measured.fonts[i - 1] and abs(measured.left[i] - measured.right[i - 1]) < _EPSILON_EM


def _run(
    measured: Measured, i: int, text: str, size_pt: float, origin: tuple[float, float], across: bool, fonts: Fonts
) -> Glyphs:
    font, (middle, top) = measured.fonts[i], origin
    y = top + measured.left[i] * size_pt
    if not across and _lies(measured, i):
        return Glyphs(text, font, size_pt, round(middle - _MIDDLE_EM * size_pt, 3), round(y, 3), 90.0)
    width = fonts.advance(font, text)
    size = round(size_pt * min(1.0, 1.0 / width), 3) if across else size_pt
    baseline = y + ASCENT_EM * size_pt - _MIDDLE_EM * (size_pt - size)
    return Glyphs(text, font, size, round(middle - width * size / 2, 3), round(baseline, 3))
