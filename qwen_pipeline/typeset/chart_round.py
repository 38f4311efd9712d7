"""Donuts and progress bars: shares of a whole."""

from __future__ import annotations

from typing import Literal

from qwen_pipeline.dataclass import dataclass
from qwen_pipeline.types import Box, ChartLayer, Color, Item, PathItem

from .chart_bars import legend
from .chart_frame import LINE_EM, header, too_wide
from .chart_text import ASCENT, CAP_MIDDLE, DESCENT, Labels
from .outline import ring_slice, rounded_rect

_HOLE = 0.62
"""Inner radius as a share of the outer one."""
_GAP_PT_EM = 0.16
"""Room between slices, in em of the labels."""
_PERCENT = ("%", "％")


@dataclass(frozen=True, slots=True)
class Slice:
    """One share of a donut; angles clockwise from twelve o'clock, gaps not taken off."""

    name: str
    text: str
    color: Color
    start_deg: float
    sweep_deg: float


def slices(labels: Labels) -> list[Slice]:
    """The categories of the only series, in their shades; or, of several series with one value each, the series."""
    layer = labels.layer
    if len(layer.series) > 1:
        parts = [(s.name, with_percent(layer, s.labels[0]), s.values[0], s.color) for s in layer.series]
    else:
        only = layer.series[0]
        texts = [with_percent(layer, text) for text in only.labels]
        parts = list(zip(layer.categories, texts, only.values, _shades(layer), strict=True))
    total = sum(value for _, _, value, _ in parts)
    out, at = [], 0.0
    for name, text, value, color in parts:
        sweep = 360 * value / total
        out.append(Slice(name, text, color, at, sweep))
        at += sweep
    return out


def is_percent(unit: str) -> bool:
    """Whether a unit is a bare percent sign, which is set with its number."""
    return unit in _PERCENT


def with_percent(layer: ChartLayer, text: str) -> str:
    """A value's label with the unit, where that is a bare percent sign: it needs no line of its own."""
    return text + layer.unit if layer.unit in _PERCENT and layer.unit not in text else text


def _shades(layer: ChartLayer) -> list[Color]:
    """Of the categories of one series; highlighted slices in the accent."""
    found = layer.shades or (layer.series[0].color,) * len(layer.categories)
    return [(layer.highlight_color if i in layer.highlight else None) or color for i, color in enumerate(found)]


def donut_chart(labels: Labels, items: list[Item], box: Box) -> None:
    """A ring with its legend at the right, or below in a tall box; the highlighted share stands in the hole."""
    parts = slices(labels)
    size = labels.size_pt
    text_room = labels.widest([p.name for p in parts]) + 2.1 * size
    value_room = labels.widest([p.text for p in parts], bold=True) if labels.layer.show_values else 0.0
    row = min(1.9 * size, 0.9 * box.h_pt / len(parts))
    list_w, list_h = text_room + value_room + 1.2 * size, row * len(parts)
    beside = min(box.h_pt, box.w_pt - list_w - 2.2 * size)
    list_under = min(row, LINE_EM * size) * len(parts)
    below = min(box.w_pt, box.h_pt - list_under - 1.2 * size)
    if beside >= below and beside > 0:
        ring = min(beside, box.h_pt)
        centre = (box.x_pt + ring / 2, box.y_pt + box.h_pt / 2)
        left = box.x_pt + ring + 2.2 * size
        area = Box(left, box.y_pt + (box.h_pt - list_h) / 2, min(list_w * 1.35, box.right_pt - left), list_h)
    else:
        ring = max(below, min(box.w_pt, box.h_pt) * 0.35)
        centre = (box.x_pt + box.w_pt / 2, box.y_pt + ring / 2)
        width = min(box.w_pt, max(list_w, ring))
        left, top = box.x_pt + (box.w_pt - width) / 2, box.y_pt + ring + 1.2 * size
        area = Box(left, top, width, max(box.bottom_pt - top, 1.0))
    _draw_ring(labels, items, parts, centre, ring / 2)
    _put_middle(labels, parts, centre, ring / 2 * _HOLE)
    _put_legend(labels, items, parts, area)


def _draw_ring(labels: Labels, items: list[Item], parts: list[Slice], centre: tuple[float, float], radius: float) -> None:
    inner = radius * _HOLE
    box = Box(centre[0] - radius, centre[1] - radius, 2 * radius, 2 * radius)
    visible = [p for p in parts if p.sweep_deg > 0]
    gap = 0.0 if len(visible) == 1 else _GAP_PT_EM * labels.size_pt / (radius * (1 + _HOLE) / 2) * 57.29578
    for part in visible:
        pad = min(gap, part.sweep_deg * 0.4)
        shape = ring_slice(centre, radius, inner, part.start_deg - 90 + pad / 2, part.sweep_deg - pad)
        items.append(PathItem(shape, box, fill=part.color))


def _put_middle(labels: Labels, parts: list[Slice], centre: tuple[float, float], hole: float) -> None:
    """In the hole: the highlighted share's value, its name below; else the unit."""
    layer, room = labels.layer, hole * 1.5
    lit = [parts[i] for i in layer.highlight if i < len(parts)] if len(layer.series) == 1 else []
    if not lit or not layer.show_values:
        width = labels.width(layer.unit)
        if layer.unit not in _PERCENT and width <= room:
            labels.put(layer.unit, centre[0], centre[1] + CAP_MIDDLE * labels.size_pt, "center")
        return
    value = lit[0].text
    big = min(hole * 0.62, room / max(labels.width(value, 1.0, bold=True), 0.01))
    labels.put(value, centre[0], centre[1] + CAP_MIDDLE * big, "center", size_pt=big, bold=True)
    below = "" if layer.unit in _PERCENT else layer.unit
    baseline = centre[1] + (CAP_MIDDLE + 0.2) * big + (ASCENT + 0.1) * labels.size_pt
    if below and labels.width(below) <= hole * 1.2 and baseline < centre[1] + hole * 0.8:
        labels.put(below, centre[0], baseline, "center")


def _put_legend(labels: Labels, items: list[Item], parts: list[Slice], area: Box) -> None:
    """A row a share: swatch, name, value at the right edge."""
    layer, asked = labels.layer, labels.size_pt
    row = min(1.9 * asked, area.h_pt / len(parts))
    size = min(asked, row / (ASCENT + DESCENT + 0.12))
    values = labels.widest([p.text for p in parts], size, bold=True) + 0.8 * size if layer.show_values else 0.0
    room = area.w_pt - 1.15 * size - values
    widest = labels.widest([p.name for p in parts], size)
    fitted = size if widest <= room else max(size * room / widest, min(layer.label_style.min_size_pt, size))
    short: Literal["", "height"] = "height" if size < min(layer.label_style.min_size_pt, asked) else ""
    for index, part in enumerate(parts):
        middle = area.y_pt + (index + 0.5) * row
        dot = Box(area.x_pt, middle - 0.34 * size, 0.68 * size, 0.68 * size)
        items.append(PathItem(rounded_rect(dot, 0.2 * size), dot, fill=part.color))
        over = short or too_wide(labels.width(part.name, fitted), room)
        labels.put(part.name, area.x_pt + 1.15 * size, middle + CAP_MIDDLE * fitted, size_pt=fitted, overflow=over)
        if layer.show_values:
            labels.put(part.text, area.right_pt, middle + CAP_MIDDLE * size, "end", size_pt=size, bold=True, overflow=short)


def full_scale(labels: Labels) -> float:
    """What a full progress bar stands for: 1 or 100 where values are percentages, else the axis' last tick."""
    layer = labels.layer
    values = [v for s in layer.series for v in s.values]
    percent = "%" in layer.unit or "％" in layer.unit or all("%" in t for s in layer.series for t in s.labels)
    if percent and max(values) <= 100:
        return 1.0 if max(values) <= 1 and "%" not in layer.unit else 100.0
    return max([*values, *(tick for tick, _ in layer.axis_ticks)])


def shares_header(labels: Labels, items: list[Item], box: Box) -> Box:
    """What is left of `box` below the unit, which a percent sign beside every value needs no line for, and the legend."""
    entries = legend(labels)
    return box if is_percent(labels.layer.unit) and not entries else header(labels, items, box, entries)


def progress_chart(labels: Labels, items: list[Item], box: Box) -> None:
    """A row a category: its name and value above a rounded track, filled from the left."""
    layer = labels.layer
    area = shares_header(labels, items, box)
    rows = [
        (name, with_percent(layer, series.labels[i]), series.values[i], series.color, i)
        for i, name in enumerate(layer.categories)
        for series in layer.series
    ]
    asked = labels.size_pt
    row = min(area.h_pt / len(rows), 3.9 * asked)
    size = min(asked, row / (LINE_EM + 0.75))
    short: Literal["", "height"] = "height" if size < min(layer.label_style.min_size_pt, asked) else ""
    full = full_scale(labels)
    thick = min(0.62 * size, row - (LINE_EM + 0.1) * size)
    for index, (name, text, value, color, category) in enumerate(rows):
        top = area.y_pt + index * row
        baseline = top + ASCENT * size
        number = text if layer.show_values else ""
        room = area.w_pt - labels.width(number, size, bold=True) - (0.8 * size if number else 0.0)
        fitted = min(size, labels.shrink_to(room, [name]))
        over = short or too_wide(labels.width(name, fitted), room)
        labels.put(name, area.x_pt, baseline, size_pt=fitted, overflow=over)
        labels.put(number, area.right_pt, baseline, "end", size_pt=size, bold=True, overflow=short)
        track = Box(area.x_pt, top + (LINE_EM - 0.15) * size, area.w_pt, thick)
        items.append(PathItem(rounded_rect(track, thick / 2), track, fill=layer.grid_color))
        share = min(max(value / full, 0.0), 1.0)
        if share > 0:
            done = Box(track.x_pt, track.y_pt, max(track.w_pt * share, thick), thick)
            lit = category in layer.highlight and layer.highlight_color
            items.append(PathItem(rounded_rect(done, thick / 2), done, fill=lit or color))
