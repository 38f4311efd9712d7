"""Classes of characters that setting Chinese and Latin side by side needs."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

OPENING = frozenset("（《〈「『【〔〖｛［“‘")
"""Full-width marks with their ink in the right half."""

CLOSING = frozenset("）》〉」』】〕〗｝］”’")
"""Full-width marks with their ink in the left half, everywhere."""

STOPS = frozenset("，。、．")
QUERIES = frozenset("！？：；")
"""Marks with their ink in the left half in mainland China; centred elsewhere (stops: in Taiwan and Hong Kong)."""

NARROW_MARKS = frozenset("“”‘’·•")
"""One code point for two widths: full-width in Chinese text, proportional in Latin text."""

NO_START = frozenset("，。、；：！？”’）》〉」』】〕〗｝］…—·•％%‰℃°,.;:?!)]}~～‧・ー々〻ヽヾゝゞ’”»›")
NO_END = frozenset("“‘（《〈「『【〔〖｛［([{￥¥$€£＄«‹#＃")
"""Marks that may not start or end a line (GB/T 15834; CLREQ 3.1.5), with currency signs and `#`."""

IGNORED = frozenset("\u00ad\u200b\u200c\u200d\u2060\ufeff\u200e\u200f\ufe0e\ufe0f")
"""Characters without ink or width, whether a font has them or not."""

_IDEOGRAPHIC = (
    (0x2E80, 0x2FDF),
    (0x3005, 0x3007),
    (0x3021, 0x3029),
    (0x3040, 0x30FF),
    (0x3100, 0x312F),
    (0x31A0, 0x31FF),
    (0x3400, 0x4DBF),
    (0x4E00, 0x9FFF),
    (0xF900, 0xFAFF),
    (0x20000, 0x3FFFF),
)
_BEFORE_HAN = frozenset("%‰°+")
_AFTER_HAN = frozenset("¥$€£+#@-−")


@lru_cache(maxsize=65536)
def is_han(char: str) -> bool:
    """Ideographs, kana and bopomofo: what takes a gap towards Latin, and can be broken anywhere."""
    code = ord(char)
    return any(low <= code <= high for low, high in _IDEOGRAPHIC) and char not in "・ー゠"


@lru_cache(maxsize=65536)
def is_wide_form(char: str) -> bool:
    return unicodedata.east_asian_width(char) in "WF"


def is_cjk(locale: str) -> bool:
    """Whether the locale is written with Chinese characters or Hangul."""
    return locale.split("-")[0].lower() in ("zh", "yue", "ja", "ko")


def is_wide(char: str, locale: str) -> bool:
    """Whether `char` is of the full-width kind in texts of `locale`: it is set from the CJK file of a family."""
    if is_wide_form(char):
        return True
    chinese = locale.split("-")[0].lower() in ("zh", "yue")
    return (chinese and char in NARROW_MARKS) or (is_cjk(locale) and char in "…—")


@lru_cache(maxsize=65536)
def _latin(char: str) -> bool:
    return char.isalnum() and not is_wide_form(char) and not is_han(char) and unicodedata.category(char) != "No"


def takes_gap(left: str, right: str) -> bool:
    """Whether a quarter em goes between the two: Han next to Latin letters, digits, or signs that belong to a number."""
    if is_han(left):
        return _latin(right) or right in _AFTER_HAN
    return is_han(right) and (_latin(left) or left in _BEFORE_HAN)


def is_latin(char: str) -> bool:
    """Letters and digits that are not full-width."""
    return _latin(char)


def blank_left(char: str) -> bool:
    """Whether the left half of the full-width mark is blank."""
    return char in OPENING


def blank_right(char: str, region: str) -> bool:
    """Whether the right half of the full-width mark is blank; `region` as in `fonts.noto_region`."""
    if char in CLOSING:
        return True
    return (char in STOPS and region != "TC") or (char in QUERIES and region == "SC")
