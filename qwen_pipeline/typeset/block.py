"""A text layer at one size: its parts broken into lines, how large they come out, and the lines at their place."""

from __future__ import annotations

from itertools import chain, pairwise

from qwen_pipeline.dataclass import dataclass
from qwen_pipeline.types import Box, Color, Item, Line, PathItem, SetString, TextItem, TextLayer, TextPart

from .fonts import Fonts
from .lines import Span, break_lines
from .measure import Measured, measure, normalise
from .outline import union
from .plates import plate_item
from .text import ASCENT_EM, DESCENT_EM, depth_em, place_line
from .vertical import measure_vertical, place_column

TOLERANCE_PT = 0.02
MARKER_EM, MARKER_GAP_EM = 1.2, 0.4
"""Indent of a text with a bullet, and the least room between a wide number and the text."""

MOST_STRETCH_EM = 0.5
"""A line that would need wider gaps than this is left ragged."""


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
    size, vertical = size_at(layer, factor), layer.style.direction == "vertical"
    indent = _indent(layer, words, size, fonts)
    pads = (layer.plate.padding_x_pt, layer.plate.padding_y_pt) if layer.plate else (0.0, 0.0)
    along, across = pads[::-1] if vertical else pads
    room = max(measure_pt - 2 * along - indent, size / 100)
    parts = tuple(_set_part(layer, w, size, room) for w in words)
    deep = sum(p.deep_pt for p in parts) + sum(gap_pt(layer, a, b) for a, b in pairwise(parts)) + 2 * across
    long = max(p.long_pt for p in parts) + indent + 2 * along
    if vertical:
        return Block(layer, parts, room, indent, deep, long, 0.0)
    last, (start, stop) = parts[-1].lines[-1]
    below = (depth_em(last.text[start:stop]) - DESCENT_EM) * parts[-1].size_pt - across
    return Block(layer, parts, room, indent, long, deep, max(below, 0.0))


def _set_part(layer: TextLayer, words: Words, layer_size: float, room: float) -> SetPart:
    size = round(layer_size * words.ratio, 3)
    lines: list[tuple[Measured, Span]] = []
    longest = 0.0
    for n, paragraph in enumerate(words.paragraphs):
        first = first_em(layer, n) / words.ratio  # both languages of a pair begin at one place
        for span in break_lines(paragraph, room / size, balance=layer.style.balance, first_em=first):
            lines.append((paragraph, span))
            longest = max(longest, (paragraph.width(*span) + (0.0 if span[0] else first)) * size)
    pitch = layer.style.leading * size
    return SetPart(words, size, pitch, tuple(lines), longest, (len(lines) - 1) * pitch + size)


def first_em(layer: TextLayer, paragraph: int) -> float:
    """Indent of the first line of a paragraph of a layer; none where it goes on from the page before."""
    if layer.style.direction == "vertical" or (paragraph == 0 and layer.continued):
        return 0.0
    return layer.style.indent_em


def _indent(layer: TextLayer, words: tuple[Words, ...], size: float, fonts: Fonts) -> float:
    if not layer.marker:
        return 0.0
    return max(MARKER_EM, _marker(layer, words, fonts).right[-1] + MARKER_GAP_EM) * size


def _marker(layer: TextLayer, words: tuple[Words, ...], fonts: Fonts) -> Measured:
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


# --- at its place ------------------------------------------------------------------------------------------------------


def place_block(block: Block, box: Box, within: Box, fonts: Fonts) -> tuple[tuple[Item, ...], tuple[SetString, ...]]:
    """Items and strings of a block whose stack gives it `box`; what leaves `within` is an overflow."""
    layer = block.layer
    pads = (layer.plate.padding_x_pt, layer.plate.padding_y_pt) if layer.plate else (0.0, 0.0)
    inner = box.inset(*pads)
    placed = _columns(block, inner, fonts) if block.vertical else _rows(block, inner)
    visible = layer.render == "overlay"
    items: list[Item] = []
    if layer.plate and visible:
        items.append(_plate(block, [line for lines in placed for line in lines]))
    if layer.marker:
        items.append(_marker_item(block, placed[0][0], fonts))
    strings = []
    for part, lines in zip(block.parts, placed, strict=True):
        name = f"{layer.id}/{part.words.part.locale}"
        items.append(TextItem(name, lines, part.words.color, layer.style.shadow, visible))
        strings.append(_string(block, part, name, lines, within))
    return tuple(items), tuple(strings)


def _rows(block: Block, inner: Box) -> list[tuple[Line, ...]]:
    left, room, top = inner.x_pt + block.indent_pt, inner.w_pt - block.indent_pt, inner.y_pt
    out = []
    for above, part in zip((None, *block.parts), block.parts, strict=False):
        top += gap_pt(block.layer, above, part) if above else 0.0
        baseline = top + ASCENT_EM * part.size_pt
        lines, number = [], -1
        for n, (paragraph, span) in enumerate(part.lines):
            number += span[0] == 0
            indent = first_em(block.layer, number) * part.size_pt / part.words.ratio if span[0] == 0 else 0.0
            shift = 0.0 if block.layer.style.align == "end" else indent
            full = span[1] < len(paragraph.text) or (block.layer.goes_on and n == len(part.lines) - 1)
            lines.append(_row(block, part, paragraph, span, (left + shift, room - indent, baseline), full))
            baseline += part.pitch_pt
        out.append(tuple(lines))
        top += part.deep_pt
    return out


def _row(
    block: Block, part: SetPart, paragraph: Measured, span: Span, where: tuple[float, float, float], full: bool
) -> Line:
    """One line; `where`: its left edge, its room and its baseline. `full`: not the last of its paragraph."""
    left, room, baseline = where
    align, width, stretch = block.layer.style.align, paragraph.width(*span) * part.size_pt, 0.0
    if align == "justify" and full:
        inside = sum(span[0] < b < span[1] for b in paragraph.breaks)
        stretch = (room - width) / inside if inside else 0.0
        stretch = stretch if 0.0 < stretch <= MOST_STRETCH_EM * part.size_pt else 0.0
    x = left + {"center": 0.5, "end": 1.0}.get(align, 0.0) * (room - width)
    return place_line(paragraph, *span, part.size_pt, x, baseline, stretch)


def _columns(block: Block, inner: Box, fonts: Fonts) -> list[tuple[Line, ...]]:
    """The first column is the rightmost. `align` places the columns across the box, `start` being the right."""
    align = block.layer.style.align
    plate = 2 * block.layer.plate.padding_x_pt if block.layer.plate else 0.0
    free = inner.w_pt - (block.width_pt - plate)
    right = inner.right_pt - {"center": 0.5, "end": 1.0}.get(align, 0.0) * free
    out = []
    for above, part in zip((None, *block.parts), block.parts, strict=False):
        right -= gap_pt(block.layer, above, part) if above else 0.0
        lines = []
        for i, (paragraph, span) in enumerate(part.lines):
            x = right - part.size_pt - i * part.pitch_pt
            lines.append(place_column(paragraph, *span, part.size_pt, x, inner.y_pt + block.indent_pt, fonts))
        out.append(tuple(lines))
        right -= part.deep_pt
    return out


def _marker_item(block: Block, first: Line, fonts: Fonts) -> TextItem:
    part, layer = block.parts[0], block.layer
    marker = _marker(layer, tuple(p.words for p in block.parts), fonts)
    end = len(marker.text)
    x, y, size = first.box.x_pt, first.box.y_pt, part.size_pt
    if block.vertical:
        line = place_column(marker, 0, end, size, x, y - block.indent_pt, fonts)
    else:
        line = place_line(marker, 0, end, size, x - block.indent_pt, y + ASCENT_EM * size)
    return TextItem(f"{layer.id}/marker", (line,), part.words.color, layer.style.shadow, layer.render == "overlay")


def _plate(block: Block, lines: list[Line]) -> PathItem:
    """The plate round the em boxes of the lines: the same height whether or not a letter reaches below."""
    plate = block.layer.plate
    assert plate is not None
    left, right = min(line.box.x_pt for line in lines) - block.indent_pt, max(line.box.right_pt for line in lines)
    top = min(line.box.y_pt for line in lines)
    bottom = max(line.box.bottom_pt for line in lines)
    if not block.vertical:
        bottom = top + block.height_pt - 2 * plate.padding_y_pt
    box = Box(left, top, right - left, bottom - top).inset(-plate.padding_x_pt, -plate.padding_y_pt)
    box = Box(*(round(v, 3) for v in (box.x_pt, box.y_pt, box.w_pt, box.h_pt)))
    return plate_item(plate, box)


def _string(block: Block, part: SetPart, name: str, lines: tuple[Line, ...], within: Box) -> SetString:
    layer = block.layer
    box = union([line.box for line in lines if line.runs])
    over = overflow_of(block, part)
    if not over and (box.bottom_pt > within.bottom_pt + TOLERANCE_PT or box.y_pt < within.y_pt - TOLERANCE_PT):
        over = "height"
    if not over and (box.right_pt > within.right_pt + TOLERANCE_PT or box.x_pt < within.x_pt - TOLERANCE_PT):
        over = "width"
    missing = tuple(dict.fromkeys(chain.from_iterable(p.missing for p in part.words.paragraphs)))
    return SetString(
        id=name,
        layer=layer.id,
        region=layer.region,
        role=layer.role,
        locale=part.words.part.locale,
        text=part.words.part.text,
        box=box,
        size_pt=part.size_pt,
        asked_size_pt=round(layer.style.size_pt * part.words.ratio, 3),
        lines=len(lines),
        weight=part.words.weight,
        color=part.words.color,
        render=layer.render,
        missing=missing,
        overflow=over,  # type: ignore[arg-type]
        on_fail=layer.on_fail,
    )
