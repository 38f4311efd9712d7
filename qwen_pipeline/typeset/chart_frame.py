"""What charts share: scales, the header with unit and legend, grid lines, and labels along an axis of categories."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from qwen_pipeline.dataclass import dataclass
from qwen_pipeline.types import Box, ChartLayer, Color, Item, PathItem

from .chart_text import ASCENT, CAP_MIDDLE, DESCENT, Labels
from .outline import polygon, rounded_rect

_SWATCH_EM = 0.62
LINE_EM = 1.45
"""Height of a line of labels, in em."""


@dataclass(frozen=True, slots=True)
class Scale:
    """Values to points along one axis: `low` at `start_pt`, `high` at `end_pt`."""

    low: float
    high: float
    start_pt: float
    end_pt: float

    def at(self, value: float) -> float:
        return self.start_pt + (value - self.low) / (self.high - self.low) * (self.end_pt - self.start_pt)


def value_range(layer: ChartLayer) -> tuple[float, float]:
    """(lowest, highest) value of the axis: its ticks and the data, and 0 wherever lengths or areas must tell the truth."""
    values = [v for s in layer.series for v in s.values] + [tick for tick, _ in layer.axis_ticks]
    if layer.chart not in ("line", "dot") or not layer.axis_ticks:
        values.append(0.0)
    low, high = min(values), max(values)
    return (low, high) if high > low else (low, low + 1.0)


def rule(x0: float, y0: float, x1: float, y1: float, color: Color, width_pt: float) -> PathItem:
    """A straight line."""
    box = Box(min(x0, x1), min(y0, y1), abs(x1 - x0), abs(y1 - y0))
    return PathItem(polygon([(x0, y0), (x1, y1)], closed=False), box, stroke=color, stroke_pt=width_pt)


def hairline(labels: Labels) -> float:
    return max(0.4, labels.size_pt * 0.05)


def faded(color: Color, alpha: float) -> Color:
    return replace(color, alpha=color.alpha * alpha)


def header(labels: Labels, items: list[Item], box: Box, entries: Sequence[tuple[str, Color]]) -> Box:
    """Unit and legend in rows at the top of `box`; what is left below them."""
    unit = labels.layer.unit
    if not unit and not entries:
        return box
    size = labels.size_pt
    swatch, gap = size * _SWATCH_EM, size * 1.3
    x, baseline = box.x_pt, box.y_pt + ASCENT * size
    if unit:
        fitted = labels.shrink_to(box.w_pt, [unit])
        labels.put(unit, x, baseline, size_pt=fitted, overflow=too_wide(labels.width(unit, fitted), box.w_pt))
        x += labels.width(unit, fitted) + gap
    for name, color in entries:
        width = swatch + 0.45 * size + labels.width(name)
        if x > box.x_pt and x + width > box.right_pt:
            x, baseline = box.x_pt, baseline + LINE_EM * size
        dot = Box(x, baseline - CAP_MIDDLE * size - swatch / 2, swatch, swatch)
        items.append(PathItem(rounded_rect(dot, swatch * 0.28), dot, fill=color))
        room = box.right_pt - x - swatch - 0.45 * size
        fitted = labels.shrink_to(room, [name])
        labels.put(name, x + swatch + 0.45 * size, baseline, size_pt=fitted, overflow=too_wide(labels.width(name, fitted), room))
        x += width + gap
    return box.inset(0, baseline + (DESCENT + 0.75) * size - box.y_pt, 0, 0)


def too_wide(width_pt: float, room_pt: float) -> Literal["", "width"]:
    return "width" if width_pt > room_pt + 0.01 else ""
