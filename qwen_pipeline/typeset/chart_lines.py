"""Line and area charts: straight lines between points, the end of every line named and valued where it ends."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import replace

from qwen_pipeline.dataclass import dataclass
from qwen_pipeline.types import Box, Color, Gradient, Item, PathItem, Series

from .chart_bars import legend
from .chart_frame import LINE_EM, Scale, header, value_range
from .chart_text import ASCENT, CAP_MIDDLE, Labels, ink_box
from .outline import Point, ellipse, polygon
from .ticks import base_line, plan_categories, put_categories, value_axis, value_axis_width

_VALUE_EM = 0.92
"""Size of values along a line, in em of the other labels."""
_END_SHARE = 0.34
"""Most of the chart's width that labels at the ends of lines may take."""
_END_PITCH_EM = 1.2
"""Least distance of two labels at the ends of lines, in em."""
_MARKED = 24
"""Up to this many points get a dot each."""
_VALUED = 14
"""Up to this many points of a single line are valued; of more, the highest and the lowest."""


@dataclass(frozen=True, slots=True)
class _End:
    """The label at the end of a line."""

    name: str
    value: str
    color: Color
    y_pt: float


def line_chart(labels: Labels, items: list[Item], box: Box) -> None:
    """One line a series; filled down to the zero line if the layer is an area chart."""
    layer, size = labels.layer, labels.size_pt
    few = len(layer.series) * _END_PITCH_EM * size <= 0.6 * box.h_pt
    named = few and len(layer.series) > 1 and _end_width(labels, names=True) <= _END_SHARE * box.w_pt
    area = header(labels, items, box, [] if named else legend(labels))
    ends = named or (few and layer.show_values and _end_width(labels, names=False) <= _END_SHARE * box.w_pt)
    right = _end_width(labels, names=named) if ends else 0.5 * size
    low, high = value_range(layer)
    left = value_axis_width(labels, Scale(low, high, area.bottom_pt - 2 * size, area.y_pt))
    span = (area.x_pt, area.right_pt)
    xs = _positions(len(layer.categories), area.x_pt + left + 0.6 * size, area.right_pt - right - 0.6 * size)
    axis = plan_categories(labels, xs, span, area.h_pt)
    top = area.y_pt + (LINE_EM if layer.show_values else 0.5) * size
    height = area.bottom_pt - axis.height_pt - 0.3 * size - top
    plot = Box(area.x_pt + left, top, max(area.w_pt - left - right, 1.0), max(height, 1.0))
    scale = Scale(low, high, plot.bottom_pt, plot.y_pt)
    value_axis(labels, items, plot, scale)
    items.append(base_line(labels, plot, scale.at(0)))
    rows = [[(x, scale.at(v)) for x, v in zip(xs, series.values, strict=True)] for series in layer.series]
    for series, points in zip(layer.series, rows, strict=True):
        _draw_series(labels, items, series, points, plot, scale)
    put_categories(labels, axis, xs, span, area.bottom_pt - axis.height_pt)
    taken = _put_ends(labels, items, rows, xs[-1] + 0.7 * size, plot, names=named) if ends else []
    if layer.show_values and len(layer.series) == 1:
        _put_values(labels, layer.series[0], rows[0], plot, taken)


def _positions(count: int, first: float, last: float) -> list[float]:
    if count == 1:
        return [(first + last) / 2]
    return [first + (last - first) * i / (count - 1) for i in range(count)]


def _draw_series(labels: Labels, items: list[Item], series: Series, points: list[Point], plot: Box, scale: Scale) -> None:
    size, layer = labels.size_pt, labels.layer
    if layer.chart == "area" and len(points) > 1:
        ground = [(points[-1][0], scale.at(0)), (points[0][0], scale.at(0))]
        items.append(_area(labels, series.color, [*points, *ground], plot, scale.at(0)))
    if len(points) > 1:
        items.append(PathItem(polygon(points, closed=False), plot, stroke=series.color, stroke_pt=0.2 * size, round_caps=True))
    for index, point in enumerate(points):
        lit = index in layer.highlight and len(layer.series) == 1
        if lit or index == len(points) - 1:
            color = layer.highlight_color if lit and layer.highlight_color else series.color
            items.append(_dot(point, 0.36 * size, color))
        elif len(points) <= _MARKED:
            items.append(_dot(point, 0.2 * size, series.color))


def _area(labels: Labels, color: Color, outline: list[Point], plot: Box, zero: float) -> Item:
    """The ground between a line and zero, dense at its peaks and almost clear at zero."""
    dense, clear = replace(color, alpha=0.34 if len(labels.layer.series) == 1 else 0.2), replace(color, alpha=0.03)
    top, bottom = min(y for _, y in outline), max(y for _, y in outline)
    span = Box(plot.x_pt, top, plot.w_pt, max(bottom - top, 1.0))
    at = (zero - top) / span.h_pt
    stops = [(0.0, dense)] * (at > 0) + [(at, clear)] + [(1.0, dense)] * (at < 1)
    ramp = Gradient("linear", 90, tuple(stops) if len(stops) > 1 else ((0.0, dense), (1.0, clear)))
    return PathItem(polygon(outline), span, fill=ramp)


def _dot(centre: Point, radius: float, color: Color) -> Item:
    box = Box(centre[0] - radius, centre[1] - radius, 2 * radius, 2 * radius)
    return PathItem(ellipse(box), box, fill=color)


def _end_width(labels: Labels, *, names: bool) -> float:
    """Room in points for the labels at the ends: gap, dot, name, value."""
    layer, size = labels.layer, labels.size_pt
    widths = [
        (labels.width(s.name) + 0.4 * size if names else 0.0)
        + (labels.width(s.labels[-1], bold=True) if layer.show_values else 0.0)
        for s in layer.series
    ]
    return max(widths) + (0.95 if len(layer.series) > 1 else 0.0) * size + 0.9 * size


def _put_ends(labels: Labels, items: list[Item], rows: list[list[Point]], x: float, plot: Box, *, names: bool) -> list[Box]:
    """Label the ends of the lines, spread so that no two touch; the boxes taken."""
    layer, size = labels.layer, labels.size_pt
    wanted = [row[-1][1] for row in rows]
    spread_y = spread(wanted, _END_PITCH_EM * size, plot.y_pt, plot.bottom_pt - 0.15 * size)
    moved = any(abs(a - b) > 0.2 * size for a, b in zip(wanted, spread_y, strict=True))
    dot = 0.62 * size if names or moved else 0.0
    before = len(labels.strings)
    for series, y in zip(layer.series, spread_y, strict=True):
        at, baseline = x + 0.2 * size, y + CAP_MIDDLE * size
        if dot:
            items.append(_dot((at + dot / 2, y), dot / 2, series.color))
            at += dot + 0.33 * size
        if names:
            labels.put(series.name, at, baseline)
            at += labels.width(series.name) + 0.4 * size
        if layer.show_values:
            labels.put(series.labels[-1], at, baseline, bold=True)
    return [s.box for s in labels.strings[before:]]


def spread(wanted: Sequence[float], pitch: float, low: float, high: float) -> list[float]:
    """Positions in the order of `wanted`, at least `pitch` apart, as near as a pass down and a pass up leave them.

    They keep within `low` to `high` where there is room for all.
    """
    order = sorted(range(len(wanted)), key=lambda i: wanted[i])
    out = list(wanted)
    edge = low - pitch
    for i in order:
        out[i] = edge = max(wanted[i], edge + pitch)
    edge = max(high, low + (len(wanted) - 1) * pitch) + pitch
    for i in reversed(order):
        out[i] = edge = min(out[i], edge - pitch)
    return out


def _put_values(labels: Labels, series: Series, points: list[Point], plot: Box, taken: list[Box]) -> None:
    """Value the points of a single line but the last: all of them where that stays clear, else only those that matter."""
    found = _places(labels, series, points, plot, taken, range(len(points) - 1)) if len(points) <= _VALUED else {}
    if len(found) < len(points) - 1:
        values = series.values
        wanted = {*labels.layer.highlight, values.index(max(values)), values.index(min(values))} - {len(points) - 1}
        found = _places(labels, series, points, plot, taken, sorted(wanted))
    for index, baseline in found.items():
        labels.put(series.labels[index], points[index][0], baseline, "center", size_pt=_VALUE_EM * labels.size_pt, bold=True)


def _places(
    labels: Labels, series: Series, points: list[Point], plot: Box, taken: list[Box], wanted: Iterable[int]
) -> dict[int, float]:
    """Baselines of the values that find room: above their point, or below it in a dip, clear of lines and other values."""
    size = _VALUE_EM * labels.size_pt
    taken, out = list(taken), {}
    for index in wanted:
        x, y = points[index]
        dips = all(points[j][1] < y for j in (index - 1, index + 1) if 0 <= j < len(points))
        baseline = y + (0.55 + ASCENT) * size if dips else y - 0.6 * size
        box = ink_box(x, baseline, labels.width(series.labels[index], size, bold=True), size, "center")
        inside = box.x_pt >= plot.x_pt and box.y_pt >= plot.y_pt - LINE_EM * labels.size_pt and box.bottom_pt <= plot.bottom_pt
        if inside and not any(box.inset(-0.2 * size).overlaps(b) for b in taken) and not _crosses(box, points):
            out[index] = baseline
            taken.append(box)
    return out


def _crosses(box: Box, points: Sequence[Point]) -> bool:
    """Whether a line through `points` enters the box; tested at 24 places a stretch."""
    for (x0, y0), (x1, y1) in itertools.pairwise(points):
        for step in range(25):
            x, y = x0 + (x1 - x0) * step / 24, y0 + (y1 - y0) * step / 24
            if box.x_pt < x < box.right_pt and box.y_pt < y < box.bottom_pt:
                return True
    return False
