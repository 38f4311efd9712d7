"""Where a line may end: UAX#14 by uniseg, less what Chinese typesetting and common sense forbid."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import accumulate, pairwise
from typing import Any

from uniseg.linebreak import LineBreak, line_break, line_break_boundaries

from .chars import NO_END, NO_START, is_han, is_latin

_URL = re.compile(
    r"(?:https?://|www\.)[!-~]+"
    r"|[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+"
    r"|(?:[A-Za-z0-9-]+\.)+[a-z]{2,}(?:/[!-~]*)?"
)
_PHONE = re.compile(
    r"\+\d[\d \-()]{5,}\d|(?<!\d)\(?0\d{2,3}\)?[ -]?\d{3,4}[ -]\d{4}(?!\d)|(?<!\d)[48]00[ -]\d{3,4}[ -]\d{3,4}(?!\d)"
)
_AMOUNT = re.compile(r"[¥￥$€£]\s?\d[\d,.]*(?:[–—~～-][¥￥$€£]?\d[\d,.]*)?|\d[\d,.:/]*(?:\s?[–—~～-]\s?)\d[\d,.:/]*[%％℃]?")
_DATE = re.compile(
    r"\d+年(?:\d+月)?(?:\d+[日号])?|\d+月\d+[日号]?|第\d+[\u4e00-\u9fff]|\d+[年月日号时分秒点元角万亿折岁届期楼层栋室]"
)
_SHORT_HYPHEN = re.compile(r"(?<![A-Za-z0-9])[A-Za-z0-9]{1,2}-[A-Za-z0-9]+|[A-Za-z0-9]+-[A-Za-z0-9]{1,2}(?![A-Za-z0-9])")
_WHOLE = (_URL, _PHONE, _AMOUNT, _DATE, _SHORT_HYPHEN)
_AFTER_IN_URL = frozenset("/?&=-_.#:@")
_PARTICLES = frozenset("的地得了着过吗呢吧啊呀嘛们")
"""Single words that belong to the one before them."""
_QUANTITY = re.compile(
    r"第?[一二两三四五六七八九十百千万几半每这那]+"
    r"[个位名只条张片座杯场次件本册套支枝朵颗粒滴碗壶盏盒包袋瓶层间家户种款道份篇首部届章节里斤克]?"
)
"""A number with its measure word, which is read together with what it counts."""
_LONG_URL = 30
"""Characters from which an address may be broken where it fits on no line; shorter ones stay whole."""


@lru_cache(maxsize=4096)
def opportunities(text: str) -> tuple[int, ...]:
    """Indices before which `text` (one paragraph, no line feed) may be broken, rising; its length is the last."""
    inside = _inside_wholes(text)
    return (*(i for i in _uax14(text) if i not in inside and _may_part(text, i)), len(text))


def _uax14(text: str) -> list[int]:
    """Breaks by UAX#14. Only stretches whose answer is not plain from two characters are looked up: uniseg is slow."""
    out: list[int] = []
    start = 0
    kinds = "".join(map(_kind, text))
    for i in range(1, len(text) + 1):
        if (
            i == len(text)
            or kinds[i - 1 : i + 1] in _ALWAYS
            or (kinds[i - 1 : i + 1] == " L" and kinds[i - 2 : i - 1] in _BEFORE_SPACE)
        ):
            if not _NEVER.fullmatch(kinds, start, i):
                out += (start + b for b in _boundaries(text[start:i]) if 0 < start + b < i)
            if i < len(text):
                out.append(i)
            start = i
    return out


_ALWAYS = frozenset({"HH", "HL", "HO", "SH", "SL", "SO", "LH", "LO"})
"""Kinds of neighbours between which UAX#14 always allows a break (LB31), whatever stands further off."""
_BEFORE_SPACE = frozenset("HSL.")
_NEVER = re.compile(r"O*(?:H|L+\.?)S* *")
"""Kinds of stretches in which it never does: LB13, LB14, LB21, LB23, LB28."""
_SMALL_KANA = frozenset("ぁぃぅぇぉっゃゅょゎゕゖァィゥェォッャュョヮヵヶー々〻ヽヾゝゞ")


@lru_cache(maxsize=65536)
def _kind(char: str) -> str:
    """O: opens; S: may not start a line; H: other Han; L: ASCII letters and digits; `.`: ends a clause; space; ?: all else."""
    if char in "（《〈「『【〔":
        return "O"
    if char in "，。、；：！？）》〉」』】〕" or char in _SMALL_KANA:
        return "S"
    if char.isascii():
        return "L" if char.isalnum() else "." if char in ",.;:!?" else " " if char == " " else "?"
    return "H" if is_han(char) and _ideographic(char) else "?"


def _ideographic(char: str) -> bool:
    return bool(line_break(char) == LineBreak.ID)


@lru_cache(maxsize=8192)
def _boundaries(text: str) -> tuple[int, ...]:
    return tuple(line_break_boundaries(text)) if len(text) > 1 else ()


def _inside_wholes(text: str) -> set[int]:
    return {i for pattern in _WHOLE for m in pattern.finditer(text) for i in range(m.start() + 1, m.end())}


def _may_part(text: str, i: int) -> bool:
    before, after = text[i - 1], text[i]
    if after in NO_START or before in NO_END or before == "\u00ad":
        return False
    return not (before == " " and text[:i].rstrip()[-1:] in NO_END)


def emergency(text: str, start: int, stop: int) -> tuple[int, ...]:
    """Indices inside a long address between `start` and `stop`, after `/ ? & = - _ . # : @`. Empty for anything else."""
    out = []
    for match in _URL.finditer(text, start, stop):
        if match.end() - match.start() >= _LONG_URL:
            inside = range(match.start() + len("https://") + 1, match.end() - 1)
            out += [i for i in inside if text[i - 1] in _AFTER_IN_URL and text[i] not in _AFTER_IN_URL]
    return tuple(out)


_CLINGS = re.compile(r"(?:^|[^A-Za-z])(?:a|an|the|of|to|and|or|&) $", re.IGNORECASE)
"""Words that belong to what follows them."""


def pause(text: str, i: int) -> bool:
    """Whether a break before `i` falls where a reader may pause: after a mark or a word, or between Han and Latin."""
    before = text[i - 1]
    if before == " ":
        return not _CLINGS.search(text, max(0, i - 5), i)
    if not (is_han(before) or is_latin(before)):
        return True
    return i == len(text) or is_han(before) != is_han(text[i])


def word_edge(text: str, i: int) -> bool:
    """Whether a word may end before `i`, as far as budoux knows (a small trained model: a preference, never a rule).

    A particle stays with the word before it (山里的 | 春天), and a number with what is counted (一杯茶).
    """
    return not (is_han(text[i - 1]) and is_han(text[i])) or i in _word_edges(text)


@lru_cache(maxsize=4096)
def _word_edges(text: str) -> frozenset[int]:
    words = _words_parser().parse(text)
    ends = accumulate(len(word) for word in words)
    loose = (after in _PARTICLES or _QUANTITY.fullmatch(word) for word, after in pairwise((*words, "")))
    return frozenset(end for end, held in zip(ends, loose, strict=True) if not held)


@lru_cache(maxsize=1)
def _words_parser() -> Any:
    import budoux

    return budoux.load_default_simplified_chinese_parser()
