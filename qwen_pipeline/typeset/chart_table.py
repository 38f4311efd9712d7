"""Small tables: names at the left, numbers at the right edges of their columns, rules instead of boxes."""

from __future__ import annotations

from typing import Literal

from qwen_pipeline.dataclass import dataclass
from qwen_pipeline.types import Box, Color, Item, PathItem

from .chart_frame import faded, hairline, rule
from .chart_text import ASCENT, CAP_MIDDLE, DESCENT, Labels
from .outline import polygon
from .ticks import halves

Heads = tuple[tuple[str, ...], ...]
Short = Literal["", "width", "height"]

_PITCH_EM = 2.0
"""Of the rows, where there is room."""
_HEAD_LINE_EM = 1.3
_GAP_EM = 1.2
"""Least room between two columns."""
_TAB_EM = 0.24
"""Width of the mark beside the highlighted row."""


@dataclass(frozen=True, slots=True)
class _Table:
    """How a table is set: the lines of every column's head, the names' first; heights, sizes and inset in points."""

    heads: Heads
    head_pt: float
    pitch_pt: float
    size_pt: float
    inset_pt: float
    short: Short


def table_chart(labels: Labels, items: list[Item], box: Box) -> None:
    """A header row with the unit over the names, a row a category, the highlighted one bold on a tint."""
    layer = labels.layer
    table = _plan(labels, box)
    size, pitch = table.size_pt, table.pitch_pt
    rows = Box(box.x_pt, box.y_pt + table.head_pt, box.w_pt, pitch * len(layer.categories))
    left = box.x_pt + table.inset_pt
    rights = _right_edges(labels, box, table)
    _rules(labels, items, rows, pitch)
    for texts, x, anchor in zip(table.heads, (left, *rights), ("start", *["end"] * len(rights)), strict=True):
        for line, text in enumerate(texts):
            baseline = rows.y_pt - (0.55 + (len(texts) - 1 - line) * _HEAD_LINE_EM) * size
            labels.put(text, x, baseline, anchor, size_pt=size, bold=True, overflow=table.short)  # type: ignore[arg-type]
    for index, name in enumerate(layer.categories):
        top = rows.y_pt + index * pitch
        lit = index in layer.highlight
        if lit and layer.highlight_color:
            items.append(_rect(Box(box.x_pt, top, box.w_pt, pitch), faded(layer.highlight_color, 0.12)))
            items.append(_rect(Box(box.x_pt, top, _TAB_EM * size, pitch), layer.highlight_color))
        baseline = top + pitch / 2 + CAP_MIDDLE * size
        labels.put(name, left, baseline, size_pt=size, bold=lit, overflow=table.short)
        for series, right in zip(layer.series, rights, strict=True):
            labels.put(series.labels[index], right, baseline, "end", size_pt=size, bold=lit, overflow=table.short)


def _plan(labels: Labels, box: Box) -> _Table:
    """Heads on one line each if all columns fit at the asked size, else halved where they break; then smaller."""
    layer, asked = labels.layer, labels.size_pt
    names = (layer.unit, *(s.name for s in layer.series))
    inset = 0.6 if layer.highlight else 0.0
    cells = (layer.categories, *(s.labels for s in layer.series))
    wide = [labels.width(name, bold=True) > labels.widest(column, bold=True) for name, column in zip(names, cells, strict=True)]
    halved = tuple(halves(name) if is_wide else (name,) for name, is_wide in zip(names, wide, strict=True))
    for heads in (tuple((name,) for name in names), halved):
        needed = sum(_widths(labels, heads, asked)) + (_GAP_EM * len(layer.series) + 2 * inset) * asked
        lines = max(len(head) for head in heads)
        head_em = 0.9 + lines * _HEAD_LINE_EM
        if needed <= box.w_pt:
            break
    smallest = min(layer.label_style.min_size_pt, asked)
    by_height = min(asked, box.h_pt / (head_em + (ASCENT + DESCENT + 0.15) * len(layer.categories)))
    size = min(by_height, asked * min(1.0, box.w_pt / needed))
    pitch = min((box.h_pt - head_em * size) / len(layer.categories), _PITCH_EM * size)
    short: Short = "" if size >= smallest else "height" if by_height < smallest else "width"
    return _Table(heads, head_em * size, pitch, size, inset * size, short)


def _widths(labels: Labels, heads: Heads, size: float) -> list[float]:
    """Width in points that every column needs, the names' first."""
    columns = (labels.layer.categories, *(s.labels for s in labels.layer.series))
    return [labels.widest([*head, *cells], size, bold=True) for head, cells in zip(heads, columns, strict=True)]


def _right_edges(labels: Labels, box: Box, table: _Table) -> list[float]:
    """Right edges of the columns of numbers; what room is left is shared by all columns."""
    widths, gap = _widths(labels, table.heads, table.size_pt), _GAP_EM * table.size_pt
    free = (box.w_pt - 2 * table.inset_pt - sum(widths) - gap * (len(widths) - 1)) / len(widths)
    edges, right = [], box.right_pt - table.inset_pt
    for width in reversed(widths[1:]):
        edges.append(right)
        right -= width + gap + max(free, 0.0)
    return edges[::-1]


def _rules(labels: Labels, items: list[Item], rows: Box, pitch: float) -> None:
    """Strong above the first row and below the last, hairlines between."""
    strong = faded(labels.layer.label_style.color, 0.6)
    count = len(labels.layer.categories)
    for index in range(count + 1):
        y = rows.y_pt + index * pitch
        color, width = (labels.layer.grid_color, 1.0) if 0 < index < count else (strong, 1.6)
        items.append(rule(rows.x_pt, y, rows.right_pt, y, color, width * hairline(labels)))


def _rect(box: Box, color: Color) -> Item:
    corners = [(box.x_pt, box.y_pt), (box.right_pt, box.y_pt), (box.right_pt, box.bottom_pt), (box.x_pt, box.bottom_pt)]
    return PathItem(polygon(corners), box, fill=color)
