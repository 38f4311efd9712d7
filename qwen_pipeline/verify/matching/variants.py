"""Traditional, simplified and Japanese forms of one character, by OpenCC's tables."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import Any


@cache
def _converters() -> tuple[Any, Any]:
    from opencc import OpenCC

    return OpenCC("jp2t"), OpenCC("t2s")


@lru_cache(maxsize=20_000)
def simplified(text: str) -> str:
    japanese, traditional = _converters()
    return str(traditional.convert(japanese.convert(text)))


def same_word(a: str, b: str) -> bool:
    """Whether two different characters are forms of one: 焕 and 煥."""
    return a != b and bool(a) and bool(b) and simplified(a) == simplified(b)
