"""Numbers that stand in words: `three days`, `八十位`, `七折`, `half an hour`. They may match digits on the other side of a pair.

Generous on purpose: a word counts as every number it may stand for. Words are never held against one another.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_UNITS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen "
    "nineteen"
)
_ORDINALS = (
    "zeroth first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth "
    "sixteenth seventeenth eighteenth nineteenth"
)
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_SMALL = {
    **{word: n for words in (_UNITS, _ORDINALS) for n, word in enumerate(words.split())},
    **{word: 10 * n for n, word in enumerate(_TENS.split(), 2)},
    **{word[:-1] + "ieth": 10 * n for n, word in enumerate(_TENS.split(), 2)},
}
_LARGE = {"hundred": 100, "thousand": 1000, "million": 10**6, "billion": 10**9, "trillion": 10**12}
_NUMBER_WORD = "|".join(sorted([*_SMALL, *_LARGE], key=len, reverse=True))
_ENGLISH = re.compile(rf"\b(?:{_NUMBER_WORD})(?:th|s)?(?:(?:[\s-]|\sand\s)+(?:{_NUMBER_WORD})(?:th|s)?)*\b", re.I)
_WORDS = {
    r"\b(an?|once|single|solo)\b": "1",
    r"\b(twice|double[sd]?|pair|couple|both|twin)\b": "2",
    r"\b(triple[sd]?|trio)\b": "3",
    r"\b(quarter)\b": "4 25% 15",
    r"\b(dozen)\b": "12",
    r"\b(half|halves|halved)\b": "0.5 50% 30 1 2",
    r"\bhour and a half\b": "90 1.5",
    r"\b(no|free|without|nothing)\b|-free\b": "0",
    r"\b(all|full|fully|pure|purely|whole|wholly|entirely|completely)\b": "100%",
    r"24\s?/\s?7|7\s?[×x*]\s?24": "24 7",
    r"round the clock|全天候|昼夜": "24",
    r"[无免不]": "0",
    r"全|纯|百分百|百分之百": "100%",
    r"对折|半价|一半": "50% 0.5",
    r"半小时|半个小时|半个?钟": "30 0.5",
    r"个半": "0.5 1.5 90",
    r"双|翻倍|翻番|加倍|成对": "2",
    r"[一两三四五六七八九]刻": "15",
    r"双十一": "11.11",
    r"双十二": "12.12",
}
_TABLE = tuple((re.compile(pattern, re.I), tuple(numbers.split())) for pattern, numbers in _WORDS.items())

_HAN_DIGITS = {c: n for n, c in enumerate("零一二三四五六七八九")} | {"两": 2, "〇": 0}
_HAN_UNITS = {"十": 10, "百": 100, "千": 1000}
_HAN_SECTIONS = {"万": 10_000, "萬": 10_000, "亿": 10**8, "億": 10**8}
_HAN = "[零〇一二两三四五六七八九十百千万萬亿億]+"
_HAN_WORD = re.compile(_HAN)
_HAN_OFF = re.compile(r"([一二三四五六七八九]{1,2})折")
_HAN_SHARE = re.compile(rf"百分之({_HAN})(?:点([零〇一二三四五六七八九]+))?|({_HAN})成")
_PART_OF_YEAR = re.compile(r"\b(?:Q([1-4])|H([12]))\b")


def spelled_numbers(text: str) -> frozenset[str]:
    """Every number, as digits (`30%` for shares), that the number words in an English or Chinese text may stand for."""
    found = {str(n) for n in (*_english(text), *_chinese(text))}
    for pattern, numbers in _TABLE:
        if pattern.search(text):
            found.update(numbers)
    for match in _HAN_OFF.finditer(text):
        found.add(f"{100 - int(''.join(str(_HAN_DIGITS[c]) for c in match[1]).ljust(2, '0'))}%")
    for match in _HAN_SHARE.finditer(text):
        behind = "".join(str(_HAN_DIGITS[c]) for c in match[2] or "")
        found.add(f"{_han(match[1])}{'.' if behind else ''}{behind}%" if match[1] else f"{10 * _han(match[3])}%")
    found.update(match[1] or match[2] for match in _PART_OF_YEAR.finditer(text))
    return frozenset(found)


def _english(text: str) -> Iterator[int]:
    """The values of `twenty-five`, `two hundred and ten`, `ten thousand`; also of each word in them."""
    for match in _ENGLISH.finditer(text):
        words = [word for w in re.findall(r"[a-z]+", match[0].lower()) if (word := _stem(w))]
        total = section = 0
        for word in words:
            if word in _SMALL:
                section += _SMALL[word]
                yield _SMALL[word]
            elif word == "hundred":
                section = (section or 1) * 100
            else:
                total += (section or 1) * _LARGE[word]
                section = 0
        yield total + section


def _stem(word: str) -> str:
    """`thousands`, `hundredth` -> the number word; empty for `and`."""
    for ending in ("", "s", "th"):
        known = word.removesuffix(ending) if ending else word
        if known in _SMALL or known in _LARGE:
            return known
    return ""


def _chinese(text: str) -> Iterator[int]:
    for match in _HAN_WORD.finditer(text):
        yield _han(match[0])
        for c in match[0]:  # 三五好友, 买一送一: each of them
            if c in _HAN_DIGITS:
                yield _HAN_DIGITS[c]


def _han(text: str) -> int:
    """`三百二十` = 320, `十二` = 12, `两万` = 20000, `二〇二六` = 2026."""
    if len(text) > 1 and all(c in _HAN_DIGITS for c in text):
        return int("".join(str(_HAN_DIGITS[c]) for c in text))
    total = section = digit = 0
    for c in text:
        if c in _HAN_DIGITS:
            digit = _HAN_DIGITS[c]
        elif c in _HAN_SECTIONS:
            unit, head = _HAN_SECTIONS[c], section + digit
            total = (total + head or 1) * unit if unit > 10_000 else total + (head or 1) * unit
            section = digit = 0
        else:
            section += (digit or 1) * _HAN_UNITS[c]
            digit = 0
    return total + section + digit
