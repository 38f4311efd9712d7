"""Traditional and simplified forms of one character, by OpenCC's tables."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import Any


@cache
def _converter() -> Any:
    from opencc import OpenCC

    return OpenCC("t2s")


@lru_cache(maxsize=20_000)
def simplified(text: str) -> str:
    return str(_converter().convert(text))


def same_word(a: str, b: str) -> bool:
    """Whether two different characters are forms of one: 焕 and 煥."""
    return a != b and bool(a) and bool(b) and simplified(a) == simplified(b)
