"""A region: its layers one under another, with all texts smaller by one factor where they would not fit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from qwen_pipeline.dataclass import dataclass
from qwen_pipeline.types import Box, ChartLayer, IconLayer, ImageLayer, Layer, QrLayer, Region, TextLayer

from .block import TOLERANCE_PT, Block, Words, fits, set_block, size_at, words_of
from .fonts import Fonts
from .growth import grown, keeps_lines
from .growth import most_steps as steps_of
from .trim import trim

PRECISION = 0.005
"""How near the factor comes to the largest that fits."""

FLEXIBLE_SHARE = 1 / 3
"""The least share of a region's height that its pictures, codes and charts without a height of their own are left with."""

AIR = 0.12
"""The share of a region's height that texts which grow leave clear: larger type in a crowd is no easier to read."""

Stacked = TextLayer | ImageLayer | QrLayer | IconLayer | ChartLayer


@dataclass(frozen=True, slots=True)
class Stack:
    """A solved region. `within`: its box less the padding; `boxes`: where each layer goes, by its index on the page.

    A text that no line of has room has no box. `factor`: how much smaller the texts are than asked for; None where they fit at no
    size. `steps`: how many steps of the scale larger those that may grow are set.
    """

    within: Box
    boxes: Mapping[int, Box]
    blocks: Mapping[int, Block]
    factor: float | None
    steps: int = 0


@dataclass(frozen=True, slots=True)
class _Column:
    """What is stacked: (index on the page, layer), and the words of the texts."""

    region: Region
    within: Box
    layers: tuple[tuple[int, Stacked], ...]
    words: Mapping[int, tuple[Words, ...]]

    def showing(self, blocks: Mapping[int, Block]) -> _Column:
        """The column without the texts of which no line is left."""
        return replace(self, layers=tuple((i, layer) for i, layer in self.layers if i not in blocks or blocks[i].parts))

    def grown(self, steps: int) -> _Column:
        return replace(self, layers=tuple((i, grown(layer, steps)) for i, layer in self.layers))  # type: ignore[misc]

    def gaps_pt(self, blocks: Mapping[int, Block]) -> tuple[float, ...]:
        """Room above each layer: the region's gap, the layer's own space, and half of the leading of texts on either side.

        Where all that is less than the letters above reach under their line (tight figures), so much that they stay clear.
        """
        if not self.layers:
            return ()
        leadings = [blocks[i].half_leadings_pt if i in blocks else (0.0, 0.0) for i, _ in self.layers]
        between = [above[1] + below[0] for above, below in pairwise(leadings)]
        spaces = [getattr(layer, "space_before_pt", 0.0) for _, layer in self.layers[1:]]
        deep = [blocks[i].below_pt if i in blocks else 0.0 for i, _ in self.layers[:-1]]
        return (0.0, *(max(self.region.gap_pt + s + b, d) for s, b, d in zip(spaces, between, deep, strict=True)))


def solve_region(
    region: Region, layers: Sequence[tuple[int, Layer]], fonts: Fonts, most: float = 1.0, most_steps: int | None = None
) -> Stack:
    """Place the layers of a region; shapes and empty texts are no part of it.

    Texts are set at `most` of their sizes or smaller; those that may grow, `most_steps` larger at most (None: all they may).
    """
    words = {i: words_of(layer, fonts) for i, layer in layers if isinstance(layer, TextLayer)}
    stacked = tuple((i, layer) for i, layer in layers if isinstance(layer, Stacked) and words.get(i, True))
    column = _Column(region, region.box.inset(*region.padding_pt), stacked, words)
    factor, blocks = _largest_fit(column, fonts, most)
    steps = 0
    if factor == 1.0 and most_steps != 0:
        steps, column, blocks = _largest_step(column, blocks, fonts, most_steps)
    return Stack(column.within, _boxes(column.showing(blocks), blocks), blocks, factor, steps)


def _largest_step(
    column: _Column, blocks: dict[int, Block], fonts: Fonts, most: int | None
) -> tuple[int, _Column, dict[int, Block]]:
    """The column grown by as many steps as it has room for, and `blocks` (of the column as it is) or larger ones."""
    limit = steps_of(column.layers)
    for steps in range(limit if most is None else min(most, limit), 0, -1):
        larger = column.grown(steps)
        tried = _set(larger, 1.0, fonts)
        if _fit(larger, tried) and _low_enough(larger, tried, AIR * column.within.h_pt) and keeps_lines(blocks, tried):
            return steps, larger, tried
    return 0, column, blocks


def _largest_fit(column: _Column, fonts: Fonts, most: float) -> tuple[float | None, dict[int, Block]]:
    """The texts at the largest factor at which all fits, else at their smallest sizes, and as much of them as has room."""
    texts = [layer for _, layer in column.layers if isinstance(layer, TextLayer)]
    if not texts:
        return most, {}
    best = _set(column, most, fonts)
    if _fit(column, best):
        return most, best
    low = min(size_at(layer, 0.0) / layer.style.size_pt for layer in texts)
    best = _set(column, low, fonts)
    if not _fit(column, best):
        return None, trim(best, column.within.w_pt, lambda blocks: not _low_enough(column.showing(blocks), blocks))
    high = most
    while high - low > PRECISION * low:
        middle = (low + high) / 2
        tried = _set(column, middle, fonts)
        if _fit(column, tried):
            low, best = middle, tried
        else:
            high = middle
    return low, best


def _set(column: _Column, factor: float, fonts: Fonts) -> dict[int, Block]:
    """All texts at `factor`. Vertical ones share the height that the rest leaves."""
    texts = [(i, layer) for i, layer in column.layers if isinstance(layer, TextLayer)]
    down = [(i, layer) for i, layer in texts if layer.style.direction == "vertical"]
    blocks = {
        i: set_block(layer, column.words[i], column.within.w_pt, factor, fonts) for i, layer in texts if (i, layer) not in down
    }
    if down:
        taken = sum(b.height_pt for b in blocks.values()) + sum(column.gaps_pt(blocks)) + _rigid(column) + _least_flexible(column)
        room = (column.within.h_pt - taken) / len(down)
        blocks |= {i: set_block(layer, column.words[i], max(room, 1.0), factor, fonts) for i, layer in down}
    return blocks


def _fit(column: _Column, blocks: Mapping[int, Block]) -> bool:
    if not all(fits(b) and b.width_pt <= column.within.w_pt + TOLERANCE_PT for b in blocks.values()):
        return False
    return _low_enough(column, blocks)


def _low_enough(column: _Column, blocks: Mapping[int, Block], clear_pt: float = 0.0) -> bool:
    height = sum(b.height_pt for b in blocks.values()) + sum(column.gaps_pt(blocks)) + _rigid(column) + _least_flexible(column)
    return height + _below(column, blocks) + clear_pt <= column.within.h_pt + TOLERANCE_PT


def _below(column: _Column, blocks: Mapping[int, Block]) -> float:
    """How much deeper than its block the last text of the stack reaches."""
    last = column.layers[-1][0] if column.layers else -1
    return blocks[last].below_pt if last in blocks else 0.0


def _height_of(layer: Stacked) -> float | None:
    return layer.height_pt if isinstance(layer, (ImageLayer, IconLayer)) else None


def _rigid(column: _Column) -> float:
    return sum(_height_of(layer) or 0.0 for _, layer in column.layers)


def _flexible(column: _Column) -> list[tuple[int, Stacked]]:
    return [(i, la) for i, la in column.layers if not isinstance(la, TextLayer) and _height_of(la) is None]


def _least_flexible(column: _Column) -> float:
    return FLEXIBLE_SHARE * column.within.h_pt if _flexible(column) and len(_flexible(column)) < len(column.layers) else 0.0


def _boxes(column: _Column, blocks: Mapping[int, Block]) -> dict[int, Box]:
    within, gaps = column.within, column.gaps_pt(blocks)
    fixed = {i: _height_of(layer) or 0.0 for i, layer in column.layers} | {i: b.height_pt for i, b in blocks.items()}
    below = _below(column, blocks)
    heights = fixed | _shares(column, within.h_pt - sum(fixed.values()) - sum(gaps) - below)
    total = sum(heights.values()) + sum(gaps)
    free = within.h_pt - total
    top = within.y_pt + max(0.0, min({"start": 0.0, "center": 0.5, "end": 1.0}[column.region.valign] * free, free - below))
    out = {}
    for (i, layer), gap in zip(column.layers, gaps, strict=True):
        top += gap
        box = Box(within.x_pt, round(top, 3), within.w_pt, round(heights[i], 3))
        out[i] = _square(box, column.region) if isinstance(layer, (QrLayer, IconLayer)) else box
        top += heights[i]
    return out


def _shares(column: _Column, left: float) -> dict[int, float]:
    """What is left, shared equally; codes and icons take no more than their square needs, which the others get."""
    out: dict[int, float] = {}
    waiting = _flexible(column)
    least = _least_flexible(column)
    left = max(left, least)
    waiting.sort(key=lambda e: not isinstance(e[1], (QrLayer, IconLayer)))
    while waiting:
        i, layer = waiting.pop(0)
        share = left / (len(waiting) + 1)
        out[i] = min(share, column.within.w_pt) if isinstance(layer, (QrLayer, IconLayer)) else share
        left -= out[i]
    return out


def _square(box: Box, region: Region) -> Box:
    side = min(box.w_pt, box.h_pt)
    shift = {"center": 0.5, "end": 1.0}.get(region.align, 0.0)
    return Box(round(box.x_pt + shift * (box.w_pt - side), 3), box.y_pt, side, side)
