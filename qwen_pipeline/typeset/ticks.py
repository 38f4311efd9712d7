"""Axes: value ticks with grid lines, and labels of categories that never run into one another."""

from __future__ import annotations

import itertools
import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from qwen_pipeline.dataclass import dataclass
from qwen_pipeline.types import Box, Glyphs, Item, Line, TextItem

from .chart_frame import LINE_EM, Scale, faded, hairline, rule
from .chart_text import ASCENT, CAP_MIDDLE, DESCENT, Labels
from .linebreak import opportunities

Span = tuple[float, float]
Rows = tuple[tuple[str, ...], ...]
"""The lines of every category's label."""

_GAP_EM = 0.5
"""Least room between two labels side by side."""
_DATE_WORDS = 5.0
"""Em of letters that a date may have beside its digits: `September 2026`, `2026 年 4 月`."""
_TALL = 0.36
"""Share of the chart's height that turned labels may take."""


def axis_ticks(labels: Labels, scale: Scale) -> list[tuple[float, str]]:
    """The layer's ticks within the scale: all of them, or every second, third ... so that they do not crowd; 0 always stays."""
    ticks = [t for t in labels.layer.axis_ticks if scale.low - 1e-9 <= t[0] <= scale.high + 1e-9]
    if len(ticks) < 2:
        return ticks
    pitch = min(abs(scale.at(b[0]) - scale.at(a[0])) for a, b in itertools.pairwise(ticks))
    zero = min(range(len(ticks)), key=lambda i: abs(ticks[i][0]))
    step = 1
    while pitch * step < LINE_EM * labels.size_pt and step < len(ticks):
        step += 1
    return [t for i, t in enumerate(ticks) if (i - zero) % step == 0]


def value_axis(labels: Labels, items: list[Item], plot: Box, scale: Scale) -> None:
    """Horizontal grid lines across `plot`, each tick's label left of it."""
    for value, text in axis_ticks(labels, scale):
        y = scale.at(value)
        if value != 0:
            items.append(rule(plot.x_pt, y, plot.right_pt, y, labels.layer.grid_color, hairline(labels)))
        labels.put(text, plot.x_pt - 0.7 * labels.size_pt, y + CAP_MIDDLE * labels.size_pt, "end")


def value_axis_width(labels: Labels, scale: Scale) -> float:
    """Room in points that `value_axis` takes left of the plot."""
    return labels.widest([text for _, text in axis_ticks(labels, scale)]) + 0.7 * labels.size_pt


def base_line(labels: Labels, plot: Box, y_pt: float) -> Item:
    """The line at 0, a little stronger than the grid."""
    return rule(plot.x_pt, y_pt, plot.right_pt, y_pt, faded(labels.layer.label_style.color, 0.5), 1.6 * hairline(labels))


@dataclass(frozen=True, slots=True)
class CategoryAxis:
    """How the categories of an axis are set: which, how large, in how many lines, or turned."""

    size_pt: float
    shown: tuple[int, ...]
    rows: Rows
    upright: bool = False
    height_pt: float = 0.0


def plan_categories(labels: Labels, centres: Sequence[float], span: Span, height_pt: float) -> CategoryAxis:
    """Choose how to set the categories under points at `centres` within `span`, in a chart `height_pt` high.

    In this order: as they are; an ordered axis (dates, numbers; all of a line chart) shows every k-th; names are set in two
    lines, then smaller, then turned by 90 degrees. Where even turned names would touch, every k-th is shown.
    """
    names = labels.layer.categories
    everyone = tuple(range(len(names)))
    size, smallest = labels.size_pt, min(labels.layer.label_style.min_size_pt, labels.size_pt)
    ordered = labels.layer.chart in ("line", "area") or all(_is_dated(name) for name in names)
    one = tuple((name,) for name in names)
    if _fits(labels, centres, span, one, everyone, size):
        return _flat(size, everyone, one)
    if not ordered:
        two = tuple(halves(name) for name in names)
        for attempt in (size, (size + smallest) / 2, smallest):
            for rows in (one, two):
                if _fits(labels, centres, span, rows, everyone, attempt):
                    return _flat(attempt, everyone, rows)
    turned = _upright(labels, centres, height_pt, one)
    return turned if turned is not None and not ordered else _thinned(labels, centres, span, one)


def _is_dated(name: str) -> bool:
    """Whether a label is a date, a year, an hour or the like: digits with few words. Of such a row some may go unsaid."""
    return any(c.isdigit() for c in name) and sum(_weight(c) for c in name if c.isalpha()) <= _DATE_WORDS


def _flat(size_pt: float, shown: tuple[int, ...], rows: Rows) -> CategoryAxis:
    lines = max((len(rows[i]) for i in shown), default=1)
    return CategoryAxis(size_pt, shown, rows, height_pt=(lines * LINE_EM + 0.25) * size_pt)


def _thinned(labels: Labels, centres: Sequence[float], span: Span, rows: Rows) -> CategoryAxis:
    """Every k-th label, the highlighted one among them; the first alone, as small as it takes, if no two fit."""
    keep = labels.layer.highlight[0] if labels.layer.highlight else 0
    for step in range(2, len(rows)):
        shown = tuple(i for i in range(len(rows)) if (i - keep) % step == 0)
        if _fits(labels, centres, span, rows, shown, labels.size_pt):
            return _flat(labels.size_pt, shown, rows)
    return _flat(labels.shrink_to(span[1] - span[0], rows[keep]), (keep,), rows)


def _upright(labels: Labels, centres: Sequence[float], height_pt: float, rows: Rows) -> CategoryAxis | None:
    pitch = min((abs(b - a) for a, b in itertools.pairwise(centres)), default=0.0)
    names = [row[0] for row in rows]
    size = min(labels.shrink_to(height_pt * _TALL, names), pitch / (ASCENT + DESCENT + 0.1))
    tall = labels.widest(names, size)
    if size < labels.layer.label_style.min_size_pt or tall > height_pt * _TALL + 0.01:
        return None
    return CategoryAxis(size, tuple(range(len(rows))), rows, upright=True, height_pt=tall + 0.9 * size)


def _fits(
    labels: Labels,
    centres: Sequence[float],
    span: Span,
    rows: Rows,
    shown: Sequence[int],
    size_pt: float,
) -> bool:
    """Whether the shown labels, moved inwards at both ends, keep their distance."""
    edge = span[0] - _GAP_EM * size_pt
    for index in shown:
        width = labels.widest(rows[index], size_pt)
        left = _left(centres[index], width, span)
        if left < edge + _GAP_EM * size_pt - 0.01 or width > span[1] - span[0]:
            return False
        edge = left + width
    return True


def _left(centre: float, width: float, span: Span) -> float:
    return min(max(centre - width / 2, span[0]), span[1] - width)


def put_categories(labels: Labels, axis: CategoryAxis, centres: Sequence[float], span: Span, top_pt: float) -> None:
    """Set the categories with their tops at `top_pt`."""
    for index in axis.shown:
        if axis.upright:
            x = centres[index] + CAP_MIDDLE * axis.size_pt
            labels.put(axis.rows[index][0], x, top_pt + 0.3 * axis.size_pt, "end", size_pt=axis.size_pt)
            turn_last(labels, x, top_pt + 0.3 * axis.size_pt)
            continue
        for line, text in enumerate(axis.rows[index]):
            width = labels.width(text, axis.size_pt)
            middle = _left(centres[index], width, span) + width / 2
            baseline = top_pt + (0.25 + ASCENT + line * LINE_EM) * axis.size_pt
            over: Literal["", "width"] = "width" if width > span[1] - span[0] + 0.01 else ""
            labels.put(text, middle, baseline, "center", size_pt=axis.size_pt, overflow=over)


def turn_last(labels: Labels, x_pt: float, y_pt: float) -> None:
    """Turn the text set last by 90 degrees to the left round a point, so that it reads upwards."""
    item, string = labels.items[-1], labels.strings[-1]
    assert isinstance(item, TextItem)
    lines = tuple(
        Line(line.text, _turn_box(line.box, x_pt, y_pt), tuple(_turn_run(run, x_pt, y_pt) for run in line.runs))
        for line in item.lines
    )
    labels.items[-1] = replace(item, lines=lines)
    labels.strings[-1] = replace(string, box=_turn_box(string.box, x_pt, y_pt))


def _turn_run(run: Glyphs, x: float, y: float) -> Glyphs:
    return replace(run, x_pt=x + run.y_pt - y, y_pt=y - (run.x_pt - x), rotate_deg=run.rotate_deg - 90)


def _turn_box(box: Box, x: float, y: float) -> Box:
    return Box(x + box.y_pt - y, y - (box.right_pt - x), box.h_pt, box.w_pt)


def halves(text: str) -> tuple[str, ...]:
    """`text` in two lines as even as its places to break allow. One line where nothing parts."""
    cuts = [i for i in opportunities(text) if 0 < i < len(text)]
    if not cuts:
        return (text,)
    cut = min(cuts, key=lambda i: (abs(_weight(text[:i].rstrip()) - _weight(text[i:])), i))
    return (text[:cut].rstrip(), text[cut:])


def _weight(text: str) -> float:
    return sum(1.0 if unicodedata.east_asian_width(c) in "WF" else 0.55 for c in text)
