"""Dot plots: a dot a value on one scale; of two series, the distance between them as a line."""

from __future__ import annotations

from qwen_pipeline.types import Box, Color, Item, PathItem

from .chart_bars import legend
from .chart_frame import Scale, faded, hairline, header, rule, value_range
from .chart_lying import HEAD_EM, Rows, lying_axis, plan_rows, put_names
from .chart_text import CAP_MIDDLE, Labels
from .outline import ellipse

_RADIUS_EM = 0.36
_JOIN_EM = 0.2
"""Width of the line between two dots."""
_VALUED = 2
"""Of up to this many series each dot has its value beside it, outside of the pair; of more, the axis says them."""


def dot_chart(labels: Labels, items: list[Item], box: Box) -> None:
    """Rows as those of lying bars. Positions, not lengths: the scale may begin near the lowest value."""
    layer = labels.layer
    area = header(labels, items, box, legend(labels))
    valued = layer.show_values and len(layer.series) <= _VALUED
    rows = plan_rows(labels, area, 1 if valued else _VALUED + 1)
    direct = valued and rows.value_pt > 0
    column = 0.0 if rows.above else labels.widest(layer.categories, rows.name_pt) + 0.9 * rows.name_pt
    plot = Box(area.x_pt + column, area.y_pt, area.w_pt - column, rows.pitch_pt * len(layer.categories))
    scale = _scale(labels, plot, rows.value_pt if direct else 0.0)
    if not direct:
        lying_axis(labels, items, plot, scale)
    put_names(labels, rows, area)
    for index in range(len(layer.categories)):
        _draw_row(labels, items, index, rows, plot, scale, direct=direct)


def _scale(labels: Labels, plot: Box, value_pt: float) -> Scale:
    """From end to end of `plot`, less the dots and, where they are set at `value_pt`, the values beside them.

    Pairs with their values beside them take the whole width from the least to the most: their distance is what is to be seen.
    """
    layer = labels.layer
    values = [v for s in layer.series for v in s.values]
    apart = bool(value_pt) and len(layer.series) > 1 and min(values) < max(values)
    low, high = (min(values), max(values)) if apart else value_range(layer)
    edge = (_RADIUS_EM + 0.1) * labels.size_pt
    after = before = edge
    if value_pt:
        room = labels.widest([t for s in layer.series for t in s.labels], value_pt, bold=True) + 0.55 * value_pt
        before, after = edge + (room if len(layer.series) > 1 else 0.0), edge + room
    start = plot.x_pt + before
    return Scale(low, high, start, max(plot.right_pt - after, start + 1.0))


def _draw_row(labels: Labels, items: list[Item], index: int, rows: Rows, plot: Box, scale: Scale, *, direct: bool) -> None:
    layer, size = labels.layer, rows.name_pt
    top = plot.y_pt + index * rows.pitch_pt
    y = top + rows.pitch_pt / 2 + ((HEAD_EM - 0.3) * size / 2 if rows.above else 0.0)
    radius = _RADIUS_EM * size
    lit = layer.highlight_color if index in layer.highlight else None
    ends = sorted(((s.values[index], s.labels[index], s.color) for s in layer.series), key=lambda end: end[0])
    xs = [scale.at(value) for value, _, _ in ends]
    far = plot.right_pt if not direct else xs[-1]
    if direct and len(ends) > 1:
        far = xs[0] - radius - 0.8 * size - labels.width(ends[0][1], rows.value_pt, bold=True)
    if far > plot.x_pt:
        items.append(rule(plot.x_pt, y, far, y, layer.grid_color, hairline(labels)))
    if len(ends) > 1 and xs[-1] > xs[0]:
        items.append(rule(xs[0], y, xs[-1], y, lit or faded(layer.label_style.color, 0.3), _JOIN_EM * size))
    for x, (_, _, color) in zip(xs, ends, strict=True):
        items.append(_dot(x, y, radius, lit if lit and len(ends) == 1 else color))
    if direct:
        baseline = y + CAP_MIDDLE * rows.value_pt
        labels.put(ends[-1][1], xs[-1] + radius + 0.4 * size, baseline, size_pt=rows.value_pt, bold=True)
        if len(ends) > 1:
            labels.put(ends[0][1], xs[0] - radius - 0.4 * size, baseline, "end", size_pt=rows.value_pt, bold=True)


def _dot(x: float, y: float, radius: float, color: Color) -> Item:
    box = Box(x - radius, y - radius, 2 * radius, 2 * radius)
    return PathItem(ellipse(box), box, fill=color)
