"""The big number: a series' last value, its change, and a small line of how it got there."""

from __future__ import annotations

from qwen_pipeline.types import Box, Color, Item, PathItem

from .chart_frame import LINE_EM, Scale, faded, hairline, rule
from .chart_round import is_percent, with_percent
from .chart_text import ASCENT, CAP_MIDDLE, DESCENT, Labels
from .outline import Point, ellipse, polygon

_LARGEST_EM = 7.0
_LEAST_POINTS = 3
"""Fewer make no line."""
_LINE_SHARE = 0.38
"""Of the height, what the small line takes with the names of its ends."""


def number_chart(labels: Labels, items: list[Item], box: Box) -> None:
    """Number and unit, the change below them, then the small line; of one or two values, the last one's name instead of it."""
    layer, size = labels.layer, labels.size_pt
    series = layer.series[0]
    color = layer.highlight_color if layer.highlight and layer.highlight_color else series.color
    drawn = len(series.values) >= _LEAST_POINTS and _LINE_SHARE * box.h_pt > (LINE_EM + 1.0) * size
    below = (LINE_EM * size if layer.delta else 0.0) + (0.0 if drawn else LINE_EM * size)
    room = box.h_pt * (1 - _LINE_SHARE) if drawn else box.h_pt
    bottom = _put_number(labels, Box(box.x_pt, box.y_pt, box.w_pt, max(room - below, 1.0)))
    if layer.delta:
        _put_delta(labels, items, box.x_pt, bottom + (ASCENT + 0.2) * size, box.w_pt)
        bottom += (LINE_EM + 0.2) * size
    if drawn:
        _small_line(labels, items, Box(box.x_pt, box.bottom_pt - _LINE_SHARE * box.h_pt, box.w_pt, _LINE_SHARE * box.h_pt), color)
    else:
        name = layer.categories[-1]
        labels.put(name, box.x_pt, bottom + (ASCENT + 0.1) * size, size_pt=labels.shrink_to(box.w_pt, [name]))


def _put_number(labels: Labels, room: Box) -> float:
    """The value as large as `room` lets it, the unit after it on its baseline; the bottom of its ink."""
    layer, size = labels.layer, labels.size_pt
    text = with_percent(layer, layer.series[0].labels[-1])
    unit = "" if is_percent(layer.unit) else layer.unit
    after = labels.width(unit) + 0.4 * size if unit else 0.0
    width = labels.width(text, 1.0, bold=True)
    big = max(min(room.h_pt / (ASCENT + DESCENT), max(room.w_pt - after, 1.0) / width, _LARGEST_EM * size), 1.0)
    over = "width" if big < layer.label_style.min_size_pt else ""
    baseline = room.y_pt + ASCENT * big
    labels.put(text, room.x_pt, baseline, size_pt=big, bold=True, overflow=over)  # type: ignore[arg-type]
    labels.put(unit, room.x_pt + labels.width(text, big, bold=True) + 0.4 * size, baseline)
    return baseline + DESCENT * big


def _put_delta(labels: Labels, items: list[Item], x: float, baseline: float, width: float) -> None:
    """A triangle up or down, and the change."""
    layer, size = labels.layer, labels.size_pt
    side, middle = 0.62 * size, baseline - CAP_MIDDLE * size
    box = Box(x, middle - side * 0.43, side, side * 0.86)
    up = not layer.delta.startswith(("-", "−"))
    tip, foot = (box.y_pt, box.bottom_pt) if up else (box.bottom_pt, box.y_pt)
    items.append(PathItem(polygon([(x, foot), (x + side / 2, tip), (x + side, foot)]), box, fill=layer.label_style.color))
    fitted = labels.shrink_to(width - 1.4 * side, [layer.delta], bold=True)
    labels.put(layer.delta, x + 1.4 * side, baseline, size_pt=fitted, bold=True)


def _small_line(labels: Labels, items: list[Item], area: Box, color: Color) -> None:
    """The series without axes, its last point marked, the names of the first and the last point below its ends."""
    layer, size = labels.layer, labels.size_pt
    values = layer.series[0].values
    radius = 0.3 * size
    plot = area.inset(radius, radius + 0.4 * size, radius, radius + LINE_EM * size)
    low, high = min(values), max(values)
    scale = Scale(low, high if high > low else low + 1.0, plot.bottom_pt, plot.y_pt)
    step = plot.w_pt / (len(values) - 1)
    points: list[Point] = [(plot.x_pt + i * step, scale.at(v)) for i, v in enumerate(values)]
    ground = plot.bottom_pt + radius
    items.append(rule(area.x_pt, ground, area.right_pt, ground, faded(layer.label_style.color, 0.35), hairline(labels)))
    items.append(PathItem(polygon(points, closed=False), plot, stroke=color, stroke_pt=0.16 * size, round_caps=True))
    x, y = points[-1]
    dot = Box(x - radius, y - radius, 2 * radius, 2 * radius)
    items.append(PathItem(ellipse(dot), dot, fill=color))
    names = (layer.categories[0], layer.categories[-1])
    fitted = labels.shrink_to(max(area.w_pt - size, 1.0) / 2, names)
    baseline = area.bottom_pt - DESCENT * fitted
    labels.put(names[0], area.x_pt, baseline, size_pt=fitted)
    labels.put(names[1], area.right_pt, baseline, "end", size_pt=fitted)
