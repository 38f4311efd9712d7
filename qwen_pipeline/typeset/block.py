"""A text layer at one size: its parts broken into lines, how large they come out, and the lines at their place."""

from __future__ import annotations

from itertools import pairwise

from qwen_pipeline.dataclass import dataclass
from qwen_pipeline.types import Color, TextLayer, TextPart

from .fonts import Fonts
from .lines import Span, break_lines
from .measure import Measured, measure, normalise
from .text import DESCENT_EM, depth_em
from .vertical import measure_vertical

TOLERANCE_PT = 0.02
MARKER_EM, MARKER_GAP_EM = 1.2, 0.4
"""Indent of a text with a bullet, and the least room between a wide number and the text."""


@dataclass(frozen=True, slots=True)
class Words:
    """One language's words, measured."""

    part: TextPart
    paragraphs: tuple[Measured, ...]
    ratio: float
    weight: int
    color: Color


@dataclass(frozen=True, slots=True)
class SetPart:
    """Words at a size. `lines`: (paragraph, span). `long_pt`: the longest line; `deep_pt`: from the first line to the last."""

    words: Words
    size_pt: float
    pitch_pt: float
    lines: tuple[tuple[Measured, Span], ...]
    long_pt: float
    deep_pt: float
    over: str = ""
    """Of a part that is not set in full: why (as `SetString.overflow`)."""
    gone: tuple[tuple[Measured, Span], ...] = ()
    """The lines left out of it."""

    @property
    def rest(self) -> str:
        """The words of the lines left out."""
        text = "".join(("\n" if start == 0 else "") + paragraph.text[start:stop] for paragraph, (start, stop) in self.gone)
        return text.strip()

    @property
    def half_leading_pt(self) -> float:
        return (self.pitch_pt - self.size_pt) / 2


@dataclass(frozen=True, slots=True)
class Block:
    """A text layer set for a measure. `width_pt`, `height_pt`: with plate and marker; `below_pt`: ink deeper than that.

    The leading goes half above and half below each line, between parts and between the layers of a stack as within a
    part; only at the ends of a stack, and inside a plate, there is none.
    """

    layer: TextLayer
    parts: tuple[SetPart, ...]
    measure_pt: float
    indent_pt: float
    width_pt: float
    height_pt: float
    below_pt: float
    lost: tuple[SetPart, ...] = ()
    """Parts of which not one line has room."""

    @property
    def vertical(self) -> bool:
        return self.layer.style.direction == "vertical"

    @property
    def half_leadings_pt(self) -> tuple[float, float]:
        """What is kept clear above and below the block inside a stack."""
        if self.vertical or self.layer.plate:
            return (0.0, 0.0)
        return self.parts[0].half_leading_pt, self.parts[-1].half_leading_pt


def gap_pt(layer: TextLayer, above: SetPart, below: SetPart) -> float:
    """Between two parts of a layer, from the last line of one to the first of the other."""
    return layer.pair_gap_em * above.size_pt / above.words.ratio + above.half_leading_pt + below.half_leading_pt


def words_of(layer: TextLayer, fonts: Fonts) -> tuple[Words, ...]:
    """The parts that say something, measured."""
    style, down = layer.style, layer.style.direction == "vertical"
    out: list[Words] = []
    for part in layer.parts:
        text = normalise(part.text, style)
        if not text:
            continue
        first = not out
        weight = style.weight if first else layer.pair_weight or style.weight
        color = style.color if first else layer.pair_color or style.color
        one = measure_vertical if down else measure
        paragraphs = tuple(one(p.strip(" "), part.locale, style, fonts, weight) for p in text.split("\n"))
        out.append(Words(part, paragraphs, 1.0 if first else layer.pair_ratio, weight, color))
    return tuple(out)


def size_at(layer: TextLayer, factor: float) -> float:
    """The layer's size in points when its region is set at `factor`: never under its own minimum."""
    style = layer.style
    return round(max(style.size_pt * factor, min(style.min_size_pt, style.size_pt)), 3)


def set_block(layer: TextLayer, words: tuple[Words, ...], measure_pt: float, factor: float, fonts: Fonts) -> Block:
    """The layer broken into lines no longer than `measure_pt` (columns no higher, in vertical text)."""
    size = size_at(layer, factor)
    indent = _indent(layer, words, size, fonts)
    room = max(measure_pt - 2 * _paddings(layer)[0] - indent, size / 100)
    return block_of(layer, tuple(_set_part(layer, w, size, room) for w in words), room, indent)


def block_of(layer: TextLayer, parts: tuple[SetPart, ...], room: float, indent: float) -> Block:
    """The parts as a block that is as large as they make it."""
    vertical = layer.style.direction == "vertical"
    along, across = _paddings(layer)
    deep = sum(p.deep_pt for p in parts) + sum(gap_pt(layer, a, b) for a, b in pairwise(parts)) + 2 * across
    long = max(p.long_pt for p in parts) + indent + 2 * along
    if vertical:
        return Block(layer, parts, room, indent, deep, long, 0.0)
    last, (start, stop) = parts[-1].lines[-1]
    below = (depth_em(last.text[start:stop]) - DESCENT_EM) * parts[-1].size_pt - across
    return Block(layer, parts, room, indent, long, deep, max(below, 0.0))


def _paddings(layer: TextLayer) -> tuple[float, float]:
    """The plate's padding along the lines and across them."""
    pads = (layer.plate.padding_x_pt, layer.plate.padding_y_pt) if layer.plate else (0.0, 0.0)
    return pads[::-1] if layer.style.direction == "vertical" else pads


def _set_part(layer: TextLayer, words: Words, layer_size: float, room: float) -> SetPart:
    size = round(layer_size * words.ratio, 3)
    lines: list[tuple[Measured, Span]] = []
    for n, paragraph in enumerate(words.paragraphs):
        spans = break_lines(paragraph, room / size, balance=layer.style.balance, first_em=first_em(layer, n) / words.ratio)
        lines += ((paragraph, span) for span in spans)
    return part_of(layer, words, size, tuple(lines))


def part_of(layer: TextLayer, words: Words, size_pt: float, lines: tuple[tuple[Measured, Span], ...]) -> SetPart:
    """Lines of a part, and how large they come out. Both languages of a pair begin at one place, whatever their sizes."""
    pitch, number, longest = layer.style.leading * size_pt, -1, 0.0
    for paragraph, span in lines:
        number += span[0] == 0
        first = 0.0 if span[0] else first_em(layer, number) / words.ratio
        longest = max(longest, (paragraph.width(*span) + first) * size_pt)
    return SetPart(words, size_pt, pitch, lines, longest, (len(lines) - 1) * pitch + size_pt)


def first_em(layer: TextLayer, paragraph: int) -> float:
    """Indent of the first line of a paragraph of a layer; none where it goes on from the page before."""
    if layer.style.direction == "vertical" or (paragraph == 0 and layer.continued):
        return 0.0
    return layer.style.indent_em


def _indent(layer: TextLayer, words: tuple[Words, ...], size: float, fonts: Fonts) -> float:
    if not layer.marker:
        return 0.0
    return max(MARKER_EM, marker_of(layer, words, fonts).right[-1] + MARKER_GAP_EM) * size


def marker_of(layer: TextLayer, words: tuple[Words, ...], fonts: Fonts) -> Measured:
    one = measure_vertical if layer.style.direction == "vertical" else measure
    return one(normalise(layer.marker, layer.style), words[0].part.locale, layer.style, fonts, words[0].weight)


def overflow_of(block: Block, part: SetPart) -> str:
    """What does not fit within the block's measure: "width" (vertical text: "height"), "lines", or ""."""
    if part.long_pt > block.measure_pt + TOLERANCE_PT:
        return "height" if block.vertical else "width"
    limit = block.layer.max_lines
    return "lines" if limit is not None and len(part.lines) > limit else ""


def fits(block: Block) -> bool:
    return not any(overflow_of(block, part) for part in block.parts)
