"""Texts that run over pages: which lines stand on which, without a heading left behind or a line left alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import field, replace
from itertools import pairwise

from qwen_pipeline.dataclass import dataclass
from qwen_pipeline.types import Region, TextLayer, TextPart

from .block import TOLERANCE_PT, Block, set_block, words_of
from .fonts import Fonts

LEAST_LINES = 2
"""Fewest lines of a paragraph at the foot and at the head of a page."""

Column = tuple[TextLayer, ...]


def paginate(layers: Sequence[TextLayer], first: Region, further: Region, fonts: Fonts) -> tuple[Column, ...]:
    """The layers of each page: as many as `first` holds, then page by page what `further` holds; never none at all.

    A paragraph that is cut becomes two layers of the same id. Texts in two languages, with a plate or a marker, or vertical, are
    not cut: they go to the next page as a whole, and one that is higher than a page is reported as an overflow when it is set.
    """
    pages = _Pages([first, further], fonts)
    queue = list(layers)
    while queue:
        layer = queue.pop(0)
        block = pages.block(layer)
        if block is None:
            continue
        if pages.column and not layer.continued and not pages.holds_together(layer, block, queue):
            pages.turn()
        lines = pages.lines_that_fit(block)
        if lines >= len(block.parts[0].lines):
            pages.put(layer, block)
        elif lines == 0 and pages.column:
            pages.turn()
            queue.insert(0, layer)
        elif lines == 0:
            pages.put(layer, block)
        else:
            above, below = cut(layer, block, lines)
            pages.put(above, block)
            pages.turn()
            queue.insert(0, below)
    return (*pages.done, tuple(pages.column))


@dataclass
class _Pages:
    """Pages being filled. `regions`: of the first page, and of all others."""

    regions: list[Region]
    fonts: Fonts
    done: list[Column] = field(default_factory=list)
    column: list[TextLayer] = field(default_factory=list)
    used_pt: float = 0.0
    leading_pt: float = 0.0
    """Half the leading under the last text."""

    @property
    def region(self) -> Region:
        return self.regions[min(len(self.done), 1)]

    def block(self, layer: TextLayer) -> Block | None:
        """The layer set for this page's width; None where it says nothing."""
        words = words_of(layer, self.fonts)
        left, _, right, _ = self.region.padding_pt
        return set_block(layer, words, self.region.box.w_pt - left - right, 1.0, self.fonts) if words else None

    def turn(self) -> None:
        self.done.append(tuple(self.column))
        self.column, self.used_pt, self.leading_pt = [], 0.0, 0.0

    def put(self, layer: TextLayer, block: Block) -> None:
        self.used_pt += self._gap(layer, block) + block.height_pt
        self.leading_pt = block.half_leadings_pt[1]
        self.column.append(layer)

    def _gap(self, layer: TextLayer, block: Block) -> float:
        """What the stack of a region leaves above a layer (`stack.gaps_pt`)."""
        if not self.column:
            return 0.0
        return self.region.gap_pt + layer.space_before_pt + self.leading_pt + block.half_leadings_pt[0]

    def _room(self, layer: TextLayer, block: Block) -> float:
        _, top, _, bottom = self.region.padding_pt
        return self.region.box.h_pt - top - bottom - self.used_pt - self._gap(layer, block) + TOLERANCE_PT

    def lines_that_fit(self, block: Block) -> int:
        """How many of its lines stand here; 0 where a cut would leave too few on either side."""
        room, part = self._room(block.layer, block), block.parts[0]
        total = len(part.lines)
        if block.height_pt + block.below_pt <= room:
            return total
        if not may_be_cut(block):
            return 0
        lines = min(int((room - block.below_pt - part.size_pt) // part.pitch_pt) + 1, total - LEAST_LINES)
        return lines if lines >= LEAST_LINES else 0

    def holds_together(self, layer: TextLayer, block: Block, after: Sequence[TextLayer]) -> bool:
        """Whether a heading has room here with those that follow it, and with the first lines of what they are of."""
        chain = [layer]
        for found in after:
            if not chain[-1].keep_next:
                break
            chain.append(found)
        blocks = [made for made in (self.block(found) for found in chain) if made is not None]
        if len(blocks) < 2:
            return True
        last = blocks[-1].parts[0]
        deep = (min(len(last.lines), LEAST_LINES) - 1) * last.pitch_pt + last.size_pt
        height = sum(made.height_pt for made in blocks[:-1]) + deep
        for above, below in pairwise(blocks):
            height += self.region.gap_pt + below.layer.space_before_pt + above.half_leadings_pt[1] + below.half_leadings_pt[0]
        return height <= self._room(layer, block)


def may_be_cut(block: Block) -> bool:
    return len(block.parts) == 1 and not (block.vertical or block.layer.plate or block.layer.marker)


def cut(layer: TextLayer, block: Block, lines: int) -> tuple[TextLayer, TextLayer]:
    """The layer's first `lines` lines, and the rest."""
    (words,) = (part.words for part in block.parts)
    spans = [span for _, span in block.parts[0].lines]
    texts = [paragraph.text for paragraph in words.paragraphs]
    number, at = sum(start == 0 for start, _ in spans[: lines + 1]) - 1, spans[lines][0]
    above = [*texts[:number], *([texts[number][:at].rstrip()] if at else [])]
    below = [texts[number][at:].lstrip(), *texts[number + 1 :]]
    locale = words.part.locale
    return (
        replace(layer, parts=(TextPart(locale, "\n".join(above)),), goes_on=at > 0),
        replace(layer, parts=(TextPart(locale, "\n".join(below)),), continued=at > 0),
    )
