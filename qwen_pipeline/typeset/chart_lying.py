"""Charts of lying bars: every category named, beside its bars where names are short, above them where they are long."""

from __future__ import annotations

from typing import Literal

from qwen_pipeline.dataclass import dataclass
from qwen_pipeline.types import Box, Item, PathItem

from .chart_bars import SERIES_GAP, Bar, bars, group_pt, legend, thickness
from .chart_frame import LINE_EM, Scale, faded, hairline, header, rule, too_wide, value_range
from .chart_text import ASCENT, CAP_MIDDLE, DESCENT, Labels
from .outline import rounded_rect
from .ticks import axis_ticks

_NAME_SHARE = 0.36
"""Most of the width that a column of names may take."""
HEAD_EM = 1.35
"""From a name's top to the bars under it."""


@dataclass(frozen=True, slots=True)
class Rows:
    """How the rows are built: names above the bars or beside, sizes in points. `value_pt` 0: no values, but an axis."""

    above: bool
    pitch_pt: float
    thick_pt: float
    name_pt: float
    value_pt: float
    short: Literal["", "height"]


def hbar_chart(labels: Labels, items: list[Item], box: Box) -> None:
    """Lying bars with their values at the ends; where values would be too small to read, a grid with its ticks."""
    area = header(labels, items, box, legend(labels))
    names = labels.layer.categories
    rows = plan_rows(labels, area, len(labels.layer.series))
    column = 0.0 if rows.above else labels.widest(names, rows.name_pt) + 0.9 * rows.name_pt
    plot = Box(area.x_pt + column, area.y_pt, area.w_pt - column, rows.pitch_pt * len(names))
    scale = _scale(labels, plot, rows.value_pt)
    if not rows.value_pt:
        lying_axis(labels, items, plot, scale)
    put_names(labels, rows, area)
    for bar in bars(labels, plot.y_pt, rows.pitch_pt, rows.thick_pt):
        # Under a name the bars stand close to it, so that the pair reads as one.
        free = (rows.pitch_pt - group_pt(labels, rows.thick_pt)) / 2
        _draw_bar(labels, items, bar, scale, bar.start_pt + (HEAD_EM * rows.name_pt - free if rows.above else 0.0), rows)
    if scale.low < 0:
        zero, ink = scale.at(0), faded(labels.layer.label_style.color, 0.5)
        items.append(rule(zero, plot.y_pt, zero, plot.bottom_pt, ink, 1.6 * hairline(labels)))


def plan_rows(labels: Labels, area: Box, count: int) -> Rows:
    """Rows of `count` bars, one under another, in `area`."""
    layer, asked = labels.layer, labels.size_pt
    smallest = min(layer.label_style.min_size_pt, asked)
    above = labels.widest(layer.categories) > _NAME_SHARE * area.w_pt
    widest = (0.9 if above else 1.5) if count == 1 else 1.25

    def build(height_pt: float) -> Rows:
        roomy = (HEAD_EM if above else 0.0) + widest * count + 1.0
        pitch = min(height_pt / len(layer.categories), roomy * asked)
        name = min(asked, pitch / (LINE_EM + 1.05 * count if above else ASCENT + DESCENT + 0.1))
        room = pitch - (HEAD_EM + 0.3) * name if above else pitch * (0.62 if count == 1 else 0.78)
        thick = thickness(labels, room, widest * asked)
        value = name if count == 1 else min(name, thick * (1 + SERIES_GAP) / (ASCENT + DESCENT))
        return Rows(above, pitch, thick, name, value, "height" if name < smallest else "")

    rows = build(area.h_pt)
    if layer.show_values and rows.value_pt >= smallest:
        return rows
    bare = build(area.h_pt - LINE_EM * asked)
    return Rows(above, bare.pitch_pt, bare.thick_pt, bare.name_pt, 0.0, bare.short)


def put_names(labels: Labels, rows: Rows, area: Box) -> None:
    for index, name in enumerate(labels.layer.categories):
        top = area.y_pt + index * rows.pitch_pt
        middle = top + 0.55 * rows.name_pt if rows.above else top + rows.pitch_pt / 2
        fitted = min(rows.name_pt, labels.shrink_to(area.w_pt, [name]))
        over = rows.short or too_wide(labels.width(name, fitted), area.w_pt)
        labels.put(name, area.x_pt, middle + CAP_MIDDLE * rows.name_pt, size_pt=fitted, overflow=over)


def _scale(labels: Labels, plot: Box, value_pt: float) -> Scale:
    """A scale that leaves room for the values beyond the ends of the longest bars."""
    layer = labels.layer
    if not value_pt:
        low, high = value_range(layer)
        return Scale(low, high, plot.x_pt, plot.right_pt - labels.size_pt)
    values = [v for s in layer.series for v in s.values]
    low, high = min(0.0, *values), max(0.0, *values)
    room = labels.widest([t for s in layer.series for t in s.labels], value_pt, bold=True) + 0.55 * value_pt
    left = plot.x_pt + (room if low < 0 else 0.0)
    right = max(plot.right_pt - (room if high > 0 or low == 0 else 0.0), left + 1.0)
    return Scale(low, high if high > low else low + 1.0, left, right)


def lying_axis(labels: Labels, items: list[Item], plot: Box, scale: Scale) -> None:
    edge = plot.x_pt - labels.size_pt
    for value, text in axis_ticks(labels, scale):
        x = scale.at(value)
        items.append(rule(x, plot.y_pt, x, plot.bottom_pt, labels.layer.grid_color, hairline(labels)))
        half = labels.width(text) / 2
        if x - half > edge:
            labels.put(text, x, plot.bottom_pt + 1.15 * labels.size_pt, "center")
            edge = x + half + 0.5 * labels.size_pt


def _draw_bar(labels: Labels, items: list[Item], bar: Bar, scale: Scale, top: float, rows: Rows) -> None:
    zero, end = scale.at(0), scale.at(bar.value)
    radius = min(bar.thick_pt * 0.28, 0.45 * labels.size_pt, abs(end - zero))
    corners = (0.0, radius, radius, 0.0) if bar.value >= 0 else (radius, 0.0, 0.0, radius)
    box = Box(min(zero, end), top, abs(end - zero), bar.thick_pt)
    if box.w_pt > 0:
        items.append(PathItem(rounded_rect(box, corners), box, fill=bar.color))
    if rows.value_pt:
        baseline = top + bar.thick_pt / 2 + CAP_MIDDLE * rows.value_pt
        gap = 0.45 * rows.value_pt if bar.value >= 0 else -0.45 * rows.value_pt
        anchor: Literal["start", "end"] = "start" if bar.value >= 0 else "end"
        labels.put(bar.text, end + gap, baseline, anchor, size_pt=rows.value_pt, bold=True)
