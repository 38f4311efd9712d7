"""What one difference is worth: 0 readers cannot see it, 0.5 readers often err there, 1 it is another word.

Graded after the errors that readers make on clean type; docs/reading.md has the table and how it was measured.
"""

from __future__ import annotations

import unicodedata

from .confusions import misread
from .variants import same_word

FREE, SOFT, HARD = 0.0, 0.5, 1.0

_THIN = frozenset("|lI1丨!")
_RINGS = frozenset("Oo0〇○")
_STROKES = frozenset("1lI|")
_COMMAS = frozenset(",、，")
_STOPS = frozenset("。.°﹒")
_ALIKE = (_RINGS, _STROKES, _COMMAS, _STOPS, frozenset("·.-"), frozenset(":;"), frozenset("'\",`"), frozenset("×xX"))


def substitution(expected: str, read: str) -> float:
    if expected == read:
        return FREE
    if (expected, read) in (("-", "一"), ("一", "-")) or (expected == "|" and read in _THIN):
        return FREE
    if expected.isdigit():
        return HARD
    if same_word(expected, read) or expected.casefold() == read.casefold() or read in misread(expected):
        return SOFT
    return SOFT if any(expected in family and read in family for family in _ALIKE) else HARD


def deletion(expected: str, at_end: bool) -> float:
    """A character that was not read; `at_end`: the first or last of a line, where readers lose small marks."""
    if expected == "·":
        return FREE
    return SOFT if at_end and is_mark(expected) else HARD


def insertion(read: str, at_end: bool) -> float:
    """A character that nobody asked for."""
    return SOFT if at_end and is_mark(read) else HARD


def is_mark(char: str) -> bool:
    """Punctuation, but no currency and no percent sign."""
    return (char not in "%‰" and unicodedata.category(char).startswith("P")) or char == "°"


def is_hanzi(char: str) -> bool:
    """Of CJK Unified Ideographs, its extension A, or the compatibility block."""
    return "\u3400" <= char <= "\u9fff" or "\uf900" <= char <= "\ufaff"
