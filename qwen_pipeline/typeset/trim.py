"""Texts that fit their region at no size: as many whole lines as have room, and what is left out of each.

Only texts whose overflow fails the piece are shortened: what is drawn is then a proof that shows how much has room, and nothing
of it is delivered. A text that may overflow (`fit.on_fail: warn` or `off`), or that the picture spells, is set in full.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from .block import TOLERANCE_PT, Block, SetPart, block_of, first_em, overflow_of, part_of
from .lines import break_lines
from .measure import Measured

Blocks = dict[int, Block]


def trim(blocks: Mapping[int, Block], width_pt: float, too_high: Callable[[Blocks], bool]) -> Blocks:
    """`blocks` without the lines that have no room; the longest text loses its last line first.

    `too_high`: whether blocks are higher than their region. A block that keeps no line has no parts left.
    """
    out = {i: _fewer_columns(_within_measure(block), width_pt) for i, block in blocks.items()}
    while too_high(out) and (found := _longest(out)):
        out[found[0]] = _shorter(out[found[0]], found[1], "height")
    return out


def _fewer_columns(block: Block, width_pt: float) -> Block:
    """Vertical text: without the columns that have no room beside the others."""
    while block.vertical and may_trim(block) and block.parts and block.width_pt > width_pt + TOLERANCE_PT:
        most = max(range(len(block.parts)), key=lambda n: (len(block.parts[n].lines), n))
        block = _shorter(block, most, "width")
    return block


def may_trim(block: Block) -> bool:
    return block.layer.on_fail == "error" and block.layer.render == "overlay"


def _longest(blocks: Mapping[int, Block]) -> tuple[int, int] | None:
    """(block, part) with the most lines, of several the last; None where nothing can be shortened."""
    found = [
        (len(part.lines), i, n)
        for i, block in blocks.items()
        if may_trim(block) and not block.vertical
        for n, part in enumerate(block.parts)
    ]
    return max(found)[1:] if found else None


def _within_measure(block: Block) -> Block:
    """Words wider than the measure broken anywhere, and no more lines than the layer may have."""
    if not may_trim(block):
        return block
    parts = []
    for part in block.parts:
        over = overflow_of(block, part)
        if over in ("width", "height"):
            part = replace(_broken_anywhere(block, part), over=over)
        most = block.layer.max_lines or len(part.lines)
        parts.append(_first_lines(block, part, most, over) if len(part.lines) > most else part)
    return block_of(block.layer, tuple(parts), block.measure_pt, block.indent_pt)


def _broken_anywhere(block: Block, part: SetPart) -> SetPart:
    lines = []
    for n, paragraph in enumerate(part.words.paragraphs):
        loose = _loosened(paragraph, block.measure_pt / part.size_pt)
        first = first_em(block.layer, n) / part.words.ratio
        lines += [(loose, span) for span in break_lines(loose, block.measure_pt / part.size_pt, first_em=first)]
    return part_of(block.layer, part.words, part.size_pt, tuple(lines))


def _loosened(paragraph: Measured, room_em: float) -> Measured:
    """The paragraph with places to break between all characters of words wider than the room."""
    places, start = set(paragraph.breaks), 0
    for end in paragraph.breaks:
        if paragraph.width(start, end) > room_em:
            places |= {i for i in range(start + 1, end) if paragraph.right[i - 1] > paragraph.left[i - 1]}
        start = end
    return replace(paragraph, breaks=tuple(sorted(places)))


def _shorter(block: Block, number: int, over: str) -> Block:
    """The block without the last line of one of its parts."""
    part = block.parts[number]
    less = _first_lines(block, part, len(part.lines) - 1, over)
    kept = tuple(less if p is part else p for p in block.parts if p is not part or less.lines)
    lost = block.lost if less.lines else tuple(sorted((*block.lost, less), key=lambda p: -p.words.ratio))
    if not kept:
        return replace(block, parts=(), width_pt=0.0, height_pt=0.0, below_pt=0.0, lost=lost)
    return replace(block_of(block.layer, kept, block.measure_pt, block.indent_pt), lost=lost)


def _first_lines(block: Block, part: SetPart, count: int, over: str) -> SetPart:
    """The part's first `count` lines."""
    shown = part_of(block.layer, part.words, part.size_pt, part.lines[:count])
    return replace(shown, over=part.over or over, gone=(*part.lines[count:], *part.gone))
