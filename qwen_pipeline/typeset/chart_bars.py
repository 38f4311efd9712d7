"""Bars, and charts of upright ones: lengths from a zero line, rounded ends, values on the bars."""

from __future__ import annotations

from collections.abc import Iterator

from qwen_pipeline.dataclass import dataclass
from qwen_pipeline.types import Box, Color, Item, PathItem

from .chart_frame import LINE_EM, Scale, header, value_range
from .chart_text import Labels
from .outline import rounded_rect
from .ticks import base_line, plan_categories, put_categories, value_axis, value_axis_width

_BAR_SHARE = 0.62
"""Of a category's room, what its bars take."""
_WIDEST_EM = 5.5
"""Upright bars grow no wider than this, in em of the labels."""
SERIES_GAP = 0.08
"""Between bars of one category, as a share of a bar."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar along the axis of categories: where, how thick, of which value."""

    category: int
    start_pt: float
    thick_pt: float
    value: float
    text: str
    color: Color


def bars(labels: Labels, start_pt: float, pitch_pt: float, thick_pt: float) -> Iterator[Bar]:
    """The bars of all categories, in groups `pitch_pt` apart from `start_pt`, each bar `thick_pt` thick."""
    layer = labels.layer
    group = group_pt(labels, thick_pt)
    for category in range(len(layer.categories)):
        left = start_pt + (category + 0.5) * pitch_pt - group / 2
        for index, series in enumerate(layer.series):
            lit = category in layer.highlight and len(layer.series) == 1
            color = layer.highlight_color if lit and layer.highlight_color else series.color
            x = left + index * thick_pt * (1 + SERIES_GAP)
            yield Bar(category, x, thick_pt, series.values[category], series.labels[category], color)


def group_pt(labels: Labels, thick_pt: float) -> float:
    """Room in points that the bars of one category take side by side."""
    count = len(labels.layer.series)
    return thick_pt * (count + (count - 1) * SERIES_GAP)


def thickness(labels: Labels, room_pt: float, widest_pt: float) -> float:
    """How thick a bar may be where its group has `room_pt`."""
    return min(room_pt / group_pt(labels, 1.0), widest_pt)


def legend(labels: Labels) -> list[tuple[str, Color]]:
    """Names and colours where there is more than one series to tell apart."""
    series = labels.layer.series
    return [(s.name, s.color) for s in series] if len(series) > 1 else []


def bar_chart(labels: Labels, items: list[Item], box: Box) -> None:
    """Upright bars. Values stand on the bars where all fit, and then no axis says them again; else a grid with its ticks."""
    area = header(labels, items, box, legend(labels))
    layer, size = labels.layer, labels.size_pt
    low, high = value_range(layer)
    texts = [t for s in layer.series for t in s.labels]
    values = [v for s in layer.series for v in s.values]
    pitch = area.w_pt / len(layer.categories)
    thick = thickness(labels, pitch * _BAR_SHARE, _WIDEST_EM * size)
    room = pitch * 0.9 if len(layer.series) == 1 else thick * (1 + SERIES_GAP)
    value_size = labels.shrink_to(room, texts, bold=True)
    direct = layer.show_values and labels.widest(texts, value_size, bold=True) <= room + 0.01
    left = 0.0
    if direct:
        low, high = min(0.0, *values), max(0.0, *values)
        high = high if high > low else low + 1.0
    else:
        left = value_axis_width(labels, Scale(low, high, area.bottom_pt - 2 * size, area.y_pt))
    span = (area.x_pt + left, area.right_pt)
    pitch = (span[1] - span[0]) / len(layer.categories)
    centres = [span[0] + (i + 0.5) * pitch for i in range(len(layer.categories))]
    axis = plan_categories(labels, centres, span, area.h_pt)
    top = area.y_pt + (LINE_EM * value_size if direct else 0.5 * size)
    foot = area.bottom_pt - axis.height_pt - (LINE_EM * value_size if direct and low < 0 else 0.2 * size)
    plot = Box(span[0], top, span[1] - span[0], max(foot - top, 1.0))
    scale = Scale(low, high, plot.bottom_pt, plot.y_pt)
    if not direct:
        value_axis(labels, items, plot, scale)
    for bar in bars(labels, span[0], pitch, thickness(labels, pitch * _BAR_SHARE, _WIDEST_EM * size)):
        _upright_bar(labels, items, bar, scale, value_size if direct else 0.0)
    items.append(base_line(labels, plot, scale.at(0)))
    put_categories(labels, axis, centres, span, area.bottom_pt - axis.height_pt)


def _upright_bar(labels: Labels, items: list[Item], bar: Bar, scale: Scale, value_size: float) -> None:
    zero, end = scale.at(0), scale.at(bar.value)
    radius = min(bar.thick_pt * 0.22, 0.45 * labels.size_pt, abs(end - zero))
    corners = (radius, radius, 0.0, 0.0) if bar.value >= 0 else (0.0, 0.0, radius, radius)
    box = Box(bar.start_pt, min(zero, end), bar.thick_pt, abs(end - zero))
    if box.h_pt > 0:
        items.append(PathItem(rounded_rect(box, corners), box, fill=bar.color))
    if value_size:
        middle = bar.start_pt + bar.thick_pt / 2
        baseline = end - 0.42 * value_size if bar.value >= 0 else end + 1.12 * value_size
        labels.put(bar.text, middle, baseline, "center", size_pt=value_size, bold=True)
