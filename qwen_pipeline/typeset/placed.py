"""A block at its place: the lines, markers and plates to draw, and what became of each string."""

from __future__ import annotations

from itertools import chain

from qwen_pipeline.types import Box, Item, Line, PathItem, SetString, TextItem

from .block import TOLERANCE_PT, Block, SetPart, first_em, gap_pt, marker_of, overflow_of
from .fonts import Fonts
from .lines import Span
from .measure import Measured
from .outline import union
from .plates import plate_item
from .text import ASCENT_EM, place_line
from .vertical import place_column

MOST_STRETCH_EM = 0.5
"""A line that would need wider gaps than this is left ragged."""


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
    return tuple(items), (*strings, *left_out(block, within))


def left_out(block: Block, within: Box) -> tuple[SetString, ...]:
    """The strings of which nothing is drawn."""
    return tuple(_string(block, part, f"{block.layer.id}/{part.words.part.locale}", (), within) for part in block.lost)


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
    marker = marker_of(layer, tuple(p.words for p in block.parts), fonts)
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
    box = union([line.box for line in lines if line.runs]) if lines else within
    over = part.over or overflow_of(block, part)
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
        rest=part.rest,
    )
