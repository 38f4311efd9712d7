"""Bar charts, upright and lying: lengths from a zero line, rounded ends, values beside the bars."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from qwen_pipeline.types import Box, Color, Item, PathItem

from .chart_frame import LINE_EM, Scale, faded, hairline, header, rule, too_wide, value_range
from .chart_text import CAP_MIDDLE, Labels
from .outline import rounded_rect
from .ticks import axis_ticks, base_line, plan_categories, put_categories, value_axis, value_axis_width

_BAR_SHARE = 0.62
"""Of a category's room, what its bars take."""
_SERIES_GAP = 0.08
"""Between bars of one category, as a share of a bar."""


@dataclass(frozen=True, slots=True)
class _Bar:
    """One bar along the axis of categories: where, how thick, of which value."""

    category: int
    start_pt: float
    thick_pt: float
    value: float
    text: str
    color: Color


def _bars(labels: Labels, start_pt: float, pitch_pt: float, widest_pt: float) -> Iterator[_Bar]:
    """The bars of all categories, `pitch_pt` apart from `start_pt`; a bar is at most `widest_pt` thick."""
    layer = labels.layer
    count = len(layer.series)
    group = group_room(labels, pitch_pt, widest_pt)
    thick = group / (count + (count - 1) * _SERIES_GAP)
    for category in range(len(layer.categories)):
        left = start_pt + (category + 0.5) * pitch_pt - group / 2
        for index, series in enumerate(layer.series):
            lit = category in layer.highlight and layer.highlight_color is not None and count == 1
            color = layer.highlight_color if lit and layer.highlight_color else series.color
            x = left + index * thick * (1 + _SERIES_GAP)
            yield _Bar(category, x, thick, series.values[category], series.labels[category], color)


def group_room(labels: Labels, pitch_pt: float, widest_pt: float) -> float:
    """Room in points that the bars of one category take across the bars."""
    count = len(labels.layer.series)
    return min(pitch_pt * _BAR_SHARE, widest_pt * (count + (count - 1) * _SERIES_GAP))


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
    room = pitch * (0.94 if len(layer.series) == 1 else _BAR_SHARE / len(layer.series) * (1 + _SERIES_GAP))
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
    for bar in _bars(labels, span[0], pitch, 5.5 * size):
        _upright_bar(labels, items, bar, scale, value_size if direct else 0.0)
    items.append(base_line(labels, plot, scale.at(0)))
    put_categories(labels, axis, centres, span, area.bottom_pt - axis.height_pt)


def _upright_bar(labels: Labels, items: list[Item], bar: _Bar, scale: Scale, value_size: float) -> None:
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


def hbar_chart(labels: Labels, items: list[Item], box: Box) -> None:
    """Lying bars, every category named: beside its bars where names are short, above them where they are long."""
    area = header(labels, items, box, legend(labels))
    layer = labels.layer
    names = layer.categories
    above = labels.widest(names) > 0.36 * area.w_pt
    lines = len(layer.series) + (1 if above else 0)
    axis_room = 0.0 if layer.show_values else LINE_EM * labels.size_pt
    pitch = min((area.h_pt - axis_room) / len(names), labels.size_pt * (2.1 * lines + 1.0))
    size = min(labels.size_pt, pitch / (LINE_EM * lines + 0.1))
    short = size < min(layer.label_style.min_size_pt, labels.size_pt)
    labels.size_pt = size
    column = 0.0 if above else labels.widest(names) + 0.9 * size
    plot = Box(area.x_pt + column, area.y_pt, area.w_pt - column, pitch * len(names))
    scale = _lying_scale(labels, plot)
    if not layer.show_values:
        _lying_axis(labels, items, plot, scale)
    head = (LINE_EM - 0.1) * size if above else 0.0
    for index, name in enumerate(names):
        top = plot.y_pt + index * pitch
        middle = top + 0.55 * size if above else top + pitch / 2
        fitted = labels.shrink_to(area.w_pt if above else column, [name])
        over = "height" if short else too_wide(labels.width(name, fitted), area.w_pt)
        labels.put(name, area.x_pt, middle + CAP_MIDDLE * size, size_pt=fitted, overflow=over)
    thickest = 0.9 * size if above and len(layer.series) == 1 else 1.5 * size
    for bar in _bars(labels, plot.y_pt, pitch, thickest):
        # Under a name the bars stand close to it, so that the pair reads as one.
        shift = head - (pitch - group_room(labels, pitch, thickest)) / 2 if above else 0.0
        _lying_bar(labels, items, bar, scale, bar.start_pt + shift)
    if scale.low < 0:
        zero, ink = scale.at(0), faded(layer.label_style.color, 0.5)
        items.append(rule(zero, plot.y_pt, zero, plot.bottom_pt, ink, 1.6 * hairline(labels)))


def _lying_scale(labels: Labels, plot: Box) -> Scale:
    """A scale that leaves room for the values beyond the ends of the longest bars."""
    layer = labels.layer
    if not layer.show_values:
        low, high = value_range(layer)
        return Scale(low, high, plot.x_pt, plot.right_pt - labels.size_pt)
    values = [v for s in layer.series for v in s.values]
    low, high = min(0.0, *values), max(0.0, *values)
    room = labels.widest([t for s in layer.series for t in s.labels], bold=True) + 0.55 * labels.size_pt
    left = plot.x_pt + (room if low < 0 else 0.0)
    right = max(plot.right_pt - (room if high > 0 or low == 0 else 0.0), left + 1.0)
    return Scale(low, high if high > low else low + 1.0, left, right)


def _lying_axis(labels: Labels, items: list[Item], plot: Box, scale: Scale) -> None:
    edge = plot.x_pt - labels.size_pt
    for value, text in axis_ticks(labels, scale):
        x = scale.at(value)
        items.append(rule(x, plot.y_pt, x, plot.bottom_pt, labels.layer.grid_color, hairline(labels)))
        half = labels.width(text) / 2
        if x - half > edge:
            labels.put(text, x, plot.bottom_pt + 1.15 * labels.size_pt, "center")
            edge = x + half + 0.5 * labels.size_pt


def _lying_bar(labels: Labels, items: list[Item], bar: _Bar, scale: Scale, top: float) -> None:
    zero, end = scale.at(0), scale.at(bar.value)
    radius = min(bar.thick_pt * 0.28, 0.45 * labels.size_pt, abs(end - zero))
    corners = (0.0, radius, radius, 0.0) if bar.value >= 0 else (radius, 0.0, 0.0, radius)
    box = Box(min(zero, end), top, abs(end - zero), bar.thick_pt)
    if box.w_pt > 0:
        items.append(PathItem(rounded_rect(box, corners), box, fill=bar.color))
    if labels.layer.show_values:
        size = min(labels.size_pt, bar.thick_pt * 0.95) if len(labels.layer.series) > 1 else labels.size_pt
        baseline = top + bar.thick_pt / 2 + CAP_MIDDLE * size
        gap = 0.45 * size if bar.value >= 0 else -0.45 * size
        labels.put(bar.text, end + gap, baseline, "start" if bar.value >= 0 else "end", size_pt=size, bold=True)
