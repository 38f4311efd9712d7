"""Icon arrays: so many of so many, as people say it, with the exact number beside."""

from __future__ import annotations

import math
from typing import Literal

from qwen_pipeline.types import Box, Color, IconLayer, Item, PathItem

from .chart_frame import LINE_EM, faded, too_wide
from .chart_round import full_scale, shares_header, with_percent
from .chart_text import ASCENT, Labels
from .outline import ellipse
from .shapes import icon_items

_TEN = 10
_MOST = 50
"""A total up to this is counted out in icons."""
_LARGEST_EM = 3.0
"""Icons grow no larger than this, in em of the labels."""
_READABLE_EM = 1.6
"""Icons stay on one line as long as they are this large."""
_FILL = 0.84
"""Share of its cell that an icon takes."""


def icon_chart(labels: Labels, items: list[Item], box: Box) -> None:
    """A block a category and series: name and value, and below them the icons, the first so many of them coloured.

    The share is rounded to whole icons; the value beside them is exact.
    """
    layer, asked = labels.layer, labels.size_pt
    area = shares_header(labels, items, box)
    blocks = [(i, s) for i in range(len(layer.categories)) for s in layer.series]
    full = layer.total or full_scale(labels)
    count = icon_count(layer.total)
    pitch = area.h_pt / len(blocks)
    size = min(asked, pitch / (LINE_EM + 1.2))
    lines, side = grid(count, area.w_pt, pitch - (LINE_EM + 0.35) * size, asked)
    pitch = min(pitch, (LINE_EM + 1.0) * size + lines * side)
    short: Literal["", "height"] = "height" if size < min(layer.label_style.min_size_pt, asked) else ""
    for number, (category, series) in enumerate(blocks):
        top = area.y_pt + number * pitch
        name = layer.categories[category]
        text = with_percent(layer, series.labels[category]) if layer.show_values else ""
        _put_head(labels, name, text, Box(area.x_pt, top, area.w_pt, size), short)
        color = (category in layer.highlight and layer.highlight_color) or series.color
        taken = round(min(max(series.values[category] / full, 0.0), 1.0) * count)
        _draw_icons(
            labels, items, Box(area.x_pt, top + LINE_EM * size, side, side), (taken, count, math.ceil(count / lines)), color
        )


def icon_count(total: float | None) -> int:
    """How many icons a row has: the total itself where it is a small whole number, else ten."""
    return int(total) if total and total == int(total) and total <= _MOST else _TEN


def grid(count: int, width: float, height: float, em: float) -> tuple[int, float]:
    """(lines, side in points) of the square cells that hold `count` icons in a box: few lines before large icons."""
    best = (1, 0.0)
    for lines in range(1, count + 1):
        side = min(width / math.ceil(count / lines), max(height, 0.1) / lines, _LARGEST_EM * em)
        if side >= _READABLE_EM * em:
            return lines, side
        best = max(best, (lines, side), key=lambda option: (round(option[1], 6), -option[0]))
    return best


def _put_head(labels: Labels, name: str, text: str, line: Box, short: Literal["", "height"]) -> None:
    size, baseline = line.h_pt, line.y_pt + ASCENT * line.h_pt
    room = line.w_pt - labels.width(text, size, bold=True) - (0.8 * size if text else 0.0)
    fitted = min(size, labels.shrink_to(room, [name]))
    labels.put(name, line.x_pt, baseline, size_pt=fitted, overflow=short or too_wide(labels.width(name, fitted), room))
    labels.put(text, line.right_pt, baseline, "end", size_pt=size, bold=True, overflow=short)


def _draw_icons(labels: Labels, items: list[Item], first: Box, counts: tuple[int, int, int], color: Color) -> None:
    """`first`: the cell of the first icon; `counts`: coloured ones, all of them, those in a line."""
    taken, count, in_line = counts
    pale = faded(labels.layer.label_style.color, 0.2)
    side = first.w_pt
    for index in range(count):
        x, y = first.x_pt + (index % in_line - (1 - _FILL) / 2) * side, first.y_pt + index // in_line * side
        cell = Box(x, y, side, side).inset(side * (1 - _FILL) / 2)
        items.extend(_icon(labels, cell, color if index < taken else pale, lit=index < taken))


def _icon(labels: Labels, cell: Box, color: Color, *, lit: bool) -> tuple[Item, ...]:
    layer = labels.layer
    if not layer.icon:
        return (PathItem(ellipse(cell), cell, fill=color),)
    return icon_items(IconLayer(layer.id, layer.region, "", layer.icon, color, cell.w_pt * (0.11 if lit else 0.075)), cell)
