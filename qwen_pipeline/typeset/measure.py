"""Texts measured once, in em: fonts, pen positions and places to break, whatever the size they will be set at."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import field
from itertools import groupby

from qwen_pipeline.dataclass import dataclass
from qwen_pipeline.types import TextStyle

from .chars import IGNORED, NARROW_MARKS, blank_left, blank_right, is_cjk, is_han, is_latin, is_wide_form, takes_gap
from .fonts import Fonts, noto_region
from .linebreak import opportunities
from .optical import PLAIN, Optical

GAP_EM = 0.25
"""Between Han and Latin (CLREQ 3.2.2)."""

REPLACEMENT = "□"
OVERLAP_EM = 0.01
"""Of the two halves of a Chinese dash, so that no hairline shows."""

FULL_EM = 0.9
"""From here on a character counts as full-width."""


@dataclass(frozen=True, slots=True)
class Measured:
    """One paragraph. Positions in em from its start, as if it were set on one line.

    `drawn[i]` is what is drawn for character i (another one where no font has it, nothing where it has no ink), `fonts[i]`
    its font; the pen stands at `left[i]` before it and at `right[i]` after it. `lead[i]` is the blank on the left of i that
    goes away at the start of a line, `tail[i]` the one on its right that goes away at the end.
    """

    text: str
    drawn: tuple[str, ...]
    fonts: tuple[str, ...]
    left: tuple[float, ...]
    right: tuple[float, ...]
    lead: tuple[float, ...]
    tail: tuple[float, ...]
    breaks: tuple[int, ...]
    missing: tuple[str, ...]
    optical: tuple[tuple[str, Optical], ...] = ()
    """Fonts whose runs are not set at the size and on the baseline of the line."""
    ends: tuple[float, ...] = field(init=False)
    """For each of `breaks`, where a line that ends there ends."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "ends", tuple(self.extent(0, b)[1] for b in self.breaks))

    @property
    def size_bytes(self) -> int:
        return 400 + 240 * len(self.text)

    def extent(self, start: int, stop: int) -> tuple[float, float]:
        """Where the ink of a line of characters `start` to `stop` begins and ends; spaces at its end do not count."""
        while stop > start and self.text[stop - 1] == " ":
            stop -= 1
        if stop == start:
            return (self.left[start], self.left[start]) if start < len(self.left) else (0.0, 0.0)
        return self.left[start] + self.lead[start], self.right[stop - 1] - self.tail[stop - 1]

    def width(self, start: int, stop: int) -> float:
        begin, end = self.extent(start, stop)
        return end - begin


def normalise(text: str, style: TextStyle) -> str:
    """The text as it will be set: NFC, one kind of line feed, tabs as spaces, no blank at either end, in the style's case."""
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")).strip()
    return text.upper() if style.case == "upper" else text


def paragraphs(text: str, locale: str, style: TextStyle, fonts: Fonts, weight: int) -> tuple[Measured, ...]:
    """The lines the author wrote (between line feeds) of a normalised text, measured."""
    return tuple(measure(line.strip(" "), locale, style, fonts, weight) for line in text.split("\n"))


def measure(text: str, locale: str, style: TextStyle, fonts: Fonts, weight: int) -> Measured:
    """One paragraph without line feeds, measured for horizontal setting."""
    key = (text, locale, style.family, weight, style.tracking_em)
    found = fonts.memo.get(key, lambda: _measure(text, locale, style, fonts, weight))
    assert isinstance(found, Measured)
    return found


def _measure(text: str, locale: str, style: TextStyle, fonts: Fonts, weight: int) -> Measured:
    drawn, ids, missing = choose(text, locale, style.family, weight, fonts)
    optical = _optical(text, ids, fonts) if is_cjk(locale) else {}
    scales = [optical[f].scale if f in optical else 1.0 for f in ids]
    advances = [fonts.advance(f, d) * s if d else 0.0 for d, f, s in zip(drawn, ids, scales, strict=True)]
    lead, tail, after = marks_between(text, advances, noto_region(locale))
    for i, kern in kerns(drawn, ids, fonts):
        after[i] += kern * scales[i]
    for i in dashes(text):
        after[i] = -(fonts.bearings(ids[i], drawn[i])[1] + fonts.bearings(ids[i + 1], drawn[i + 1])[0] + OVERLAP_EM)
    left, right, at = [], [], 0.0
    for char, advance, move in zip(drawn, advances, after, strict=True):
        left.append(at)
        right.append(at + advance)
        at += advance + move + (style.tracking_em if char else 0.0)
    places = opportunities(text) if text else ()
    return Measured(text, drawn, ids, tuple(left), tuple(right), lead, tail, places, missing, tuple(optical.items()))


def _optical(text: str, ids: Sequence[str], fonts: Fonts) -> dict[str, Optical]:
    """Fonts of the letters and figures of a line with ideographs, where they are set otherwise than these."""
    ideographs = next((font for char, font in zip(text, ids, strict=True) if is_han(char)), None)
    if ideographs is None:
        return {}
    wide = {font for char, font in zip(text, ids, strict=True) if is_han(char) or is_wide_form(char)}
    found = {font: fonts.optical(font, ideographs) for font in dict.fromkeys(ids) if font not in wide}
    return {font: optical for font, optical in found.items() if optical != PLAIN}


def choose(
    text: str, locale: str, family: str, weight: int, fonts: Fonts
) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """For each character what is drawn and in which font; and the characters that no font has."""
    drawn, ids, missing = [], [], []
    mixed = is_cjk(locale) and any(is_han(c) or is_wide_form(c) for c in text)
    for i, char in enumerate(text):
        script = locale if char not in NARROW_MARKS or (mixed and not _in_latin(text, i)) else "en"
        font, shown = fonts.instance(family, script, weight, char), char
        if char in IGNORED:
            font, shown = fonts.instance(family, locale, weight, " "), ""
        elif font is None and char.isspace():
            font, shown = fonts.instance(family, locale, weight, " "), " "
        elif font is None:
            missing.append(char)
            font, shown = fonts.instance(family, locale, weight, REPLACEMENT), REPLACEMENT
        assert font is not None, "the built-in sans has a space and a box"
        drawn.append(shown)
        ids.append(font)
    return tuple(drawn), tuple(ids), tuple(dict.fromkeys(missing))


def _in_latin(text: str, i: int) -> bool:
    """Whether a mark in a Chinese paragraph belongs to its Latin words: an apostrophe, a dot between spaces."""
    before, after = text[i - 1 : i], text[i + 1 : i + 2]
    if text[i] in "·•":
        return " " in (before, after) or (_letter(before) and _letter(after))
    return text[i] in "’‘" and _letter(before) and _letter(after)


def _letter(char: str) -> bool:
    return bool(char) and is_latin(char)


def marks_between(text: str, advances: Sequence[float], region: str) -> tuple[tuple[float, ...], tuple[float, ...], list[float]]:
    """(blank left halves, blank right halves, how far the pen moves after each character apart from kerning and tracking).

    Of two full-width marks, one blank half goes: the right one of a closing mark before any mark, the left one of an
    opening mark after an opening mark (CLREQ 3.1.6.2).
    """
    full = [a >= FULL_EM for a in advances]
    lead = tuple(a / 2 if f and blank_left(c) else 0.0 for c, a, f in zip(text, advances, full, strict=True))
    tail = tuple(a / 2 if f and blank_right(c, region) else 0.0 for c, a, f in zip(text, advances, full, strict=True))
    after = [0.0] * len(text)
    for i in range(len(text) - 1):
        if takes_gap(text[i], text[i + 1]):
            after[i] = GAP_EM
        elif tail[i] and (tail[i + 1] or lead[i + 1]):
            after[i] = -tail[i]
        elif lead[i] and lead[i + 1]:
            after[i] = -lead[i + 1]
    return lead, tail, after


def dashes(text: str) -> list[int]:
    """Indices of em dashes that are followed by another: a Chinese dash is one stroke two characters long."""
    return [i for i in range(len(text) - 1) if text[i] == text[i + 1] == "—"]


def kerns(drawn: Sequence[str], ids: Sequence[str], fonts: Fonts) -> list[tuple[int, float]]:
    """(index, em) wherever HarfBuzz moves the pen. Han is never kerned here, so that only the words between are shaped."""
    out = []
    spans = groupby(range(len(drawn)), key=lambda i: ids[i] if drawn[i] and not is_wide_form(drawn[i]) else "")
    for font, span in spans:
        indices = list(span)
        if font and len(indices) > 1:
            moves = fonts.kerns(font, "".join(drawn[i] for i in indices))
            out += [(i, k) for i, k in zip(indices, moves, strict=True) if k]
    return out
