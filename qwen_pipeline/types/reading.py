"""What was read in a picture, and what a picture must spell. Boxes and quads are in pixels of the picture that was read."""

from __future__ import annotations

from typing import Literal

from qwen_pipeline.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class PixelBox:
    """A rectangle in pixels of a picture, from its top left corner; `right` and `bottom` are outside."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def height(self) -> float:
        return self.bottom - self.top


Quad = tuple[tuple[float, float], tuple[float, float], tuple[float, float], tuple[float, float]]
"""Corners of a line that may be slanted: top left, top right, bottom right, bottom left, as the line is read."""

Spelling = Literal["exact", "suspect", "variant", "fail", "missing"]
"""`suspect`: only differences that readers of pictures make (case, O and 0); `variant`: traditional for simplified."""


@dataclass(frozen=True, slots=True)
class ReadChar:
    """One character as read; `score` from 0 to 1. `others`: what it might be instead, likeliest first, with their scores."""

    text: str
    box: PixelBox
    score: float
    others: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class ReadLine:
    """One line as read. `chars` is empty where the reader gives no boxes of characters."""

    text: str
    quad: Quad
    score: float
    chars: tuple[ReadChar, ...] = ()


@dataclass(frozen=True, slots=True)
class ExpectedString:
    """A string that a picture must spell. `box`: where the typeset page has it, a prior and no more."""

    id: str
    text: str
    locale: str
    role: str = ""
    box: PixelBox | None = None
    exact: bool = False
    """Nothing but `exact` will do: titles, prices, dates, phone numbers, addresses, numbers."""


@dataclass(frozen=True, slots=True)
class EditOp:
    """One difference: at `index` of the expected text, `expected` was read as `read` ("" = not there). `cost` 0, 0.5 or 1."""

    index: int
    expected: str
    read: str
    cost: float


@dataclass(frozen=True, slots=True)
class OddGlyph:
    """A character whose shape lies outside that of its line: a hint. `deviation` above 1 is odd; `index` in the expected text."""

    index: int
    char: str
    box: PixelBox
    deviation: float


@dataclass(frozen=True, slots=True)
class StringReading:
    """How one expected string was found. `cer` = edits / length, `ned` = 1 - edits / longer length, on normalised text."""

    string: str
    spelling: Spelling
    read: str
    ops: tuple[EditOp, ...]
    cer: float
    ned: float
    boxes: tuple[PixelBox, ...]
    score: float
    odd: tuple[OddGlyph, ...] = ()
    """Hanzi that may be malformed although they were read as expected. A hint: it may condemn a string, never bless one."""


@dataclass(frozen=True, slots=True)
class PictureReading:
    """One picture against what it must spell. `extra`: lines that nothing asked for, outside the free areas."""

    strings: tuple[StringReading, ...]
    extra: tuple[ReadLine, ...] = ()
