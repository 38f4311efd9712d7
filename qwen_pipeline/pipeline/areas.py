"""Parts of a picture that an edit may change: round lettering, clear of the lettering that must stay."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from qwen_pipeline.types import PixelBox, ReadLine

_SIDE, _ABOVE = 0.6, 0.25
"""Room at the ends and above and below, as shares of a line's height: swashes, shadows, a word that has to grow."""
_PADDING = 0.15
"""What readers leave round the ink of a line, as a share of the box's height."""


def areas_of(places: Iterable[Sequence[PixelBox]], size: tuple[int, int], keep: Sequence[PixelBox] = ()) -> tuple[PixelBox, ...]:
    """One box for each group of boxes as read: grown by some room, cut to the picture's `size`; none twice.

    The room is given up where it would touch the ink of `keep`; what the boxes themselves hold is never left out, or traces
    of it would stay.
    """
    out: dict[PixelBox, None] = {}
    for boxes in places:
        if boxes:
            line = min(min(box.width, box.height) for box in boxes)
            around = union(boxes)
            grown = PixelBox(
                around.left - _SIDE * line, around.top - _ABOVE * line, around.right + _SIDE * line, around.bottom + _ABOVE * line
            )
            for other in keep:
                grown = _clear_of(grown, inked(other), inked(around, line))
            cut = _whole_pixels(grown, size)
            if cut.width >= 1 and cut.height >= 1:
                out[cut] = None
    return tuple(out)


def inked(box: PixelBox, line: float | None = None) -> PixelBox:
    """The ink inside a box as read; `line`: the height of its lines, where there are several."""
    by = _PADDING * (line if line is not None else min(box.width, box.height))
    return PixelBox(box.left + by, box.top + by, box.right - by, box.bottom - by)


def _clear_of(box: PixelBox, other: PixelBox, core: PixelBox) -> PixelBox:
    """`box` without what it shares with `other`, cut on the side where least is lost, but never into `core`."""
    if not overlap(box, other):
        return box
    cuts = (
        PixelBox(box.left, box.top, box.right, max(core.bottom, min(box.bottom, other.top))),
        PixelBox(box.left, min(core.top, max(box.top, other.bottom)), box.right, box.bottom),
        PixelBox(box.left, box.top, max(core.right, min(box.right, other.left)), box.bottom),
        PixelBox(min(core.left, max(box.left, other.right)), box.top, box.right, box.bottom),
    )
    return min(cuts, key=lambda cut: (_shared(cut, other), -cut.width * cut.height))


def _shared(a: PixelBox, b: PixelBox) -> float:
    return max(0.0, min(a.right, b.right) - max(a.left, b.left)) * max(0.0, min(a.bottom, b.bottom) - max(a.top, b.top))


def overlap(a: PixelBox, b: PixelBox) -> bool:
    return a.left < b.right and b.left < a.right and a.top < b.bottom and b.top < a.bottom


def _whole_pixels(box: PixelBox, size: tuple[int, int]) -> PixelBox:
    left, top = max(0, round(box.left)), max(0, round(box.top))
    return PixelBox(left, top, min(size[0], round(box.right)), min(size[1], round(box.bottom)))


def box_of_line(line: ReadLine) -> PixelBox:
    xs, ys = [x for x, _ in line.quad], [y for _, y in line.quad]
    return PixelBox(min(xs), min(ys), max(xs), max(ys))


def union(boxes: Sequence[PixelBox]) -> PixelBox:
    """The smallest box round all of `boxes`."""
    return PixelBox(
        min(b.left for b in boxes), min(b.top for b in boxes), max(b.right for b in boxes), max(b.bottom for b in boxes)
    )
