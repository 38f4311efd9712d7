"""One picture against what it must spell: read it, match, look again at what is not exact, keep the better."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from qwen_pipeline.types.reading import ExpectedString, PictureReading, PixelBox, Quad, ReadLine, StringReading

from .matching import match, match_string, pair
from .matching.match import quad_box
from .reader import Reader

if TYPE_CHECKING:
    from PIL.Image import Image

FIRST_SIDE, SECOND_SIDE = 1024, 1600
_SAME_ROW = 0.5
"""Lines whose heights overlap by this share stand in one row."""
_RANK = {"exact": 0, "variant": 1, "suspect": 1, "fail": 2, "missing": 3}


def read_picture(
    image: Image, expected: Sequence[ExpectedString], reader: Reader, *, free: Sequence[PixelBox] = ()
) -> PictureReading:
    """What `image` (RGB) spells of `expected`, in the same order, and what it says beside that outside the `free` boxes.

    Boxes are in pixels of `image`. The whole picture is read once; strings that are not exact are read again from their own
    rows at full resolution, and the picture a second time, larger, where that was not enough.
    """
    lines = reader.read(image, max_side=FIRST_SIDE)
    reading = _again(image, expected, reader, lines, free)
    if any(s.spelling != "exact" for s in reading.strings) and max(image.size) > FIRST_SIDE:
        larger = _again(image, expected, reader, reader.read(image, max_side=SECOND_SIDE), free)
        reading = _better_picture(reading, larger)
    return reading


def _again(
    image: Image, expected: Sequence[ExpectedString], reader: Reader, lines: Sequence[ReadLine], free: Sequence[PixelBox]
) -> PictureReading:
    """Match; then read the rows of every string that is not exact as whole lines, and keep the better of both."""
    reading = match(expected, lines, free)
    claims = pair(expected, lines)
    strings = list(reading.strings)
    for index, string in enumerate(expected):
        if strings[index].spelling in ("exact", "missing"):
            continue
        mine = [lines[c.line] for c in claims if c.string == index]
        others = {c.line for c in claims if c.string != index}
        if any(lines.index(line) in others for line in mine):
            continue
        rows = reader.read_lines(image, [_padded(row) for row in _rows(mine)])
        strings[index] = better(strings[index], _matched(string, rows))
    return replace(reading, strings=tuple(strings))


def _matched(string: ExpectedString, lines: Sequence[ReadLine]) -> StringReading:
    readable = [line for line in lines if line.text.strip()]
    return match_string(string, [(readable[c.line], c) for c in pair([string], readable)])


def better(a: StringReading, b: StringReading) -> StringReading:
    """The reading with the fewest and lightest differences; the first among equals."""
    return b if _weight(b) < _weight(a) else a


def _weight(reading: StringReading) -> tuple[int, float, int]:
    return _RANK[reading.spelling], sum(op.cost for op in reading.ops), len(reading.ops)


def _better_picture(a: PictureReading, b: PictureReading) -> PictureReading:
    strings = tuple(better(x, y) for x, y in zip(a.strings, b.strings, strict=True))
    return PictureReading(strings, a.extra if len(a.extra) <= len(b.extra) else b.extra)


def _rows(lines: Sequence[ReadLine]) -> list[PixelBox]:
    """Lines that stand beside one another, as one box each: large type is found in pieces, and marks between them are lost."""
    rows: list[PixelBox] = []
    for box in sorted((quad_box(line.quad) for line in lines), key=lambda b: b.top):
        beside = next((i for i, row in enumerate(rows) if _overlap(row, box) >= _SAME_ROW), None)
        if beside is None:
            rows.append(box)
        else:
            rows[beside] = _union(rows[beside], box)
    return rows


def _overlap(a: PixelBox, b: PixelBox) -> float:
    return (min(a.bottom, b.bottom) - max(a.top, b.top)) / max(1.0, min(a.height, b.height))


def _union(a: PixelBox, b: PixelBox) -> PixelBox:
    return PixelBox(min(a.left, b.left), min(a.top, b.top), max(a.right, b.right), max(a.bottom, b.bottom))


def _padded(box: PixelBox) -> Quad:
    """A little room at both ends, where marks are lost."""
    x, y = 0.25 * box.height, 0.04 * box.height
    left, top, right, bottom = box.left - x, box.top - y, box.right + x, box.bottom + y
    return (left, top), (right, top), (right, bottom), (left, bottom)
