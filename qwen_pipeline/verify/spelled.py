"""Small numbers written as words: `three days`, `三天`. They match digits on the other side of a pair."""

from __future__ import annotations

import re

_ENGLISH = {
    word: number
    for number, words in enumerate(
        (
            "zero",
            "one first once",
            "two second twice double",
            "three third triple",
            "four fourth",
            "five fifth",
            "six sixth",
            "seven seventh",
            "eight eighth",
            "nine ninth",
            "ten tenth",
            "eleven eleventh",
            "twelve twelfth dozen",
        )
    )
    for word in words.split()
} | {"half": 50, "twenty": 20, "thirty": 30, "fifty": 50, "hundred": 100, "thousand": 1000, "million": 1_000_000}
_ENGLISH_WORD = re.compile(r"\b(" + "|".join(_ENGLISH) + r")\b", re.I)
_HAN_DIGITS = {c: n for n, c in enumerate("零一二三四五六七八九")} | {"两": 2, "〇": 0}
_HAN_WORD = re.compile("[零〇一二两三四五六七八九十百千万]+")
_HAN_UNITS = {"十": 10, "百": 100, "千": 1000}


def spelled_numbers(text: str) -> list[int]:
    """Values of the number words in English and Chinese, in order."""
    found = [(m.start(), _ENGLISH[m[1].lower()]) for m in _ENGLISH_WORD.finditer(text)]
    found += [(m.start(), _han(m[0])) for m in _HAN_WORD.finditer(text)]
    return [value for _, value in sorted(found)]


def _han(text: str) -> int:
    """`三百二十` = 320, `十二` = 12, `两万` = 20000."""
    total = section = digit = 0
    for c in text:
        if c in _HAN_DIGITS:
            digit = _HAN_DIGITS[c]
        elif c == "万":
            total += ((section + digit) or 1) * 10_000
            section = digit = 0
        else:
            section += (digit or 1) * _HAN_UNITS[c]
            digit = 0
    return total + section + digit
