"""What a QR code holds, beside the figures of the library that draws it."""

from __future__ import annotations

import pytest
from segno import consts

from qwen_pipeline.plan.codes import Level, check_qr
from qwen_pipeline.plan.scope import PlanError
from qwen_pipeline.types import Place

BITS = {"L": 1, "M": 0, "Q": 3, "H": 2}
HEADS = {"1": 4 + 14, "A": 4 + 13, "a": 4 + 16}
"""Bits before the data in a code of version 40: the mode and the count."""


def room(level: str, letter: str) -> int:
    """Characters that fit: ten bits for three digits, eleven for two of the alphanumeric mode, eight a byte."""
    bits = consts.SYMBOL_CAPACITY[40][BITS[level]] - HEADS[letter]
    if letter == "1":
        return bits // 10 * 3 + (2 if bits % 10 >= 7 else 1 if bits % 10 >= 4 else 0)
    return bits // 11 * 2 + (bits % 11 >= 6) if letter == "A" else bits // 8


@pytest.mark.parametrize("letter", HEADS)
@pytest.mark.parametrize("level", BITS)
def test_one_more_than_fits(level: Level, letter: str) -> None:
    most = room(level, letter)
    check_qr(letter * most, level, Place("x"))
    with pytest.raises(PlanError) as caught:
        check_qr(letter * (most + 1), level, Place("x"))
    assert caught.value.diagnostic.code == "qr-too-long"


def test_characters_that_take_three_bytes() -> None:
    check_qr("茶" * 777, "M", Place("x"))
    with pytest.raises(PlanError):
        check_qr("茶" * 778, "M", Place("x"))
