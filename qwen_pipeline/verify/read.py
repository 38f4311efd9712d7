"""One picture against what it must spell: read it, match, look again at what is not exact, keep the better."""

from __future__ import annotations

import itertools
import statistics
from collections.abc import Sequence
from typing import TYPE_CHECKING

from qwen_pipeline.types.reading import ExpectedString, PictureReading, PixelBox, Quad, ReadLine, StringReading

from .matching import match, match_string, pair
from .matching.match import quad_box
from .reader import Reader
from .second_look import Looker

if TYPE_CHECKING:
    from PIL.Image import Image

FIRST_SIDE, SECOND_SIDE = 1024, 1600
_SAME_ROW = 0.5
"""Lines whose heights overlap by this share stand in one row."""
_ROOMS = (0.25, 0.8)
"""Room at the ends of a row, in heights: a dash before a line stands far off."""
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
    if (reading.extra or any(s.spelling != "exact" for s in reading.strings)) and max(image.size) > FIRST_SIDE:
        larger = _again(image, expected, reader, reader.read(image, max_side=SECOND_SIDE), free)
        strings = (_kept(*three) for three in zip(expected, reading.strings, larger.strings, strict=True))
        extra = min(larger.extra, reading.extra, key=len)
        reading = PictureReading(tuple(strings), extra)
    return reading


def _again(
    image: Image, expected: Sequence[ExpectedString], reader: Reader, lines: Sequence[ReadLine], free: Sequence[PixelBox]
) -> PictureReading:
    """Match; look again at what is not exact or has to be; then read its rows as whole lines, and keep the better of both."""
    reading, claims, looker = match(expected, lines, free), pair(expected, lines), Looker(image)
    strings = list(reading.strings)
    for index, string in enumerate(expected):
        parts = [(lines[c.line], c) for c in claims if c.string == index]
        shared = any(c.line == d.line and c.string != d.string for c in claims for d in claims if c.string == index)
        strings[index] = looker.settle(string, strings[index], parts)
        boxes = _places(string, [line for line, _ in parts])
        for room in () if shared else _ROOMS:
            if strings[index].spelling != "exact" and boxes:
                rows = reader.read_lines(image, [_padded(box, room) for box in boxes])
                strings[index] = _kept(string, strings[index], _matched(string, rows, looker))
    return PictureReading(tuple(strings), tuple(line for line in reading.extra if looker.is_lettering(line)))


def _matched(string: ExpectedString, lines: Sequence[ReadLine], looker: Looker) -> StringReading:
    readable = [line for line in lines if line.text.strip()]
    parts = [(readable[c.line], c) for c in pair([string], readable)]
    return looker.settle(string, match_string(string, parts), parts)


def _kept(string: ExpectedString, first: StringReading, second: StringReading) -> StringReading:
    """The better of two; but where only other letters were seen in a string that must be exact, both have to agree."""
    return first if string.exact and _other_letters(first) else better(first, second)


def _other_letters(reading: StringReading) -> bool:
    """Whether all that is wrong is one character or two that were seen as others: that was no slip of the detector's."""
    return 0 < len(reading.ops) <= 2 and all(op.expected.isalnum() and op.read.isalnum() for op in reading.ops)


def better(a: StringReading, b: StringReading) -> StringReading:
    """The reading with the fewest and lightest differences; the first among equals."""
    return b if _weight(b) < _weight(a) else a


def _weight(reading: StringReading) -> tuple[int, float, int]:
    return _RANK[reading.spelling], sum(op.cost for op in reading.ops), len(reading.ops)


def _places(string: ExpectedString, lines: Sequence[ReadLine]) -> list[PixelBox]:
    """The rows in which the string was found, and those of its own place in between where nothing was; from top to bottom."""
    rows = _rows(lines)
    if string.box is None or not rows:
        return rows or ([string.box] if string.box else [])
    high = statistics.median(row.height for row in rows)
    left, right = min(row.left for row in rows), max(row.right for row in rows)
    edges = [string.box.top, *(edge for row in rows for edge in (row.top, row.bottom)), string.box.bottom]
    for above, below in zip(edges[::2], edges[1::2], strict=True):
        count = round((below - above) / high)
        bands = [above + (below - above) * i / count for i in range(count + 1)] if count > 0 else []
        rows += [PixelBox(left, a, right, b) for a, b in itertools.pairwise(bands)]
    return sorted(rows, key=lambda row: row.top)


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


def _padded(box: PixelBox, room: float) -> Quad:
    """`room` heights more at both ends, where marks are lost."""
    x, y = room * box.height, 0.04 * box.height
    left, top, right, bottom = box.left - x, box.top - y, box.right + x, box.bottom + y
    return (left, top), (right, top), (right, bottom), (left, bottom)
