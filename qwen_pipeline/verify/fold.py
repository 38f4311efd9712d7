"""When two texts count as the same: NFC, and white space folded."""

from __future__ import annotations

import re
import unicodedata

_VERTICAL = {
    ord(presentation): unicodedata.normalize("NFKC", presentation)
    for presentation in map(chr, (*range(0xFE10, 0xFE1A), *range(0xFE30, 0xFE45), 0xFE47, 0xFE48))
} | {0xFE10: "，", 0xFE13: "：", 0xFE14: "；", 0xFE15: "！", 0xFE16: "？", 0xFE35: "（", 0xFE36: "）", 0xFE37: "｛", 0xFE38: "｝"}
"""Presentation forms for vertical text (U+FE10 to FE48) -> the marks they stand for."""

_SPACE = re.compile(r"\s+")
_INVISIBLE = dict.fromkeys((0x00AD, 0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF))
"""Soft hyphen and zero width characters."""


def fold(text: str) -> str:
    """NFC, vertical forms as plain marks, one space for any white space, none at the ends."""
    plain = unicodedata.normalize("NFC", text.translate(_VERTICAL).translate(_INVISIBLE))
    return _SPACE.sub(" ", plain).strip()


def squeeze(text: str) -> str:
    """`fold` with all white space removed: where lines broke and words stood apart no longer shows."""
    return fold(text).replace(" ", "")
