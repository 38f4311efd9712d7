"""Charts drawn from data: items to draw, and every word in them as a string."""

from __future__ import annotations

import math

from qwen_pipeline.errors import DataError, Diagnostic
from qwen_pipeline.types import Box, ChartLayer, Item, Place, SetString

from .chart_bars import bar_chart
from .chart_dots import dot_chart
from .chart_icons import icon_chart
from .chart_lines import line_chart
from .chart_lying import hbar_chart
from .chart_number import number_chart
from .chart_round import donut_chart, progress_chart
from .chart_table import table_chart
from .chart_text import Labels
from .fonts import Fonts

_DRAW = {
    "bar": bar_chart,
    "hbar": hbar_chart,
    "line": line_chart,
    "area": line_chart,
    "donut": donut_chart,
    "progress": progress_chart,
    "dot": dot_chart,
    "table": table_chart,
    "icons": icon_chart,
    "number": number_chart,
}


def chart_items(layer: ChartLayer, box: Box, fonts: Fonts) -> tuple[tuple[Item, ...], tuple[SetString, ...]]:
    """The chart in `box`. Strings are `<layer id>/<n>`; shapes come first, words above them.

    Raises DataError at the layer's place: `chart-empty`, `chart-ragged`, `chart-not-finite`, and for shares of a whole
    `chart-negative`, `chart-zero`, `chart-series`, `chart-total`.
    """
    _check(layer)
    labels = Labels(layer, fonts, layer.label_style.size_pt)
    shapes: list[Item] = []
    _DRAW[layer.chart](labels, shapes, box)
    return (*shapes, *labels.items), tuple(labels.strings)


def _check(layer: ChartLayer) -> None:
    values = [v for series in layer.series for v in series.values]
    if not layer.categories or not layer.series:
        raise _undrawable(layer, "chart-empty", "there is nothing to draw: no rows or no columns", "check `where`, `x` and `y`")
    if any(len(s.values) != len(layer.categories) or len(s.labels) != len(s.values) for s in layer.series):
        raise _undrawable(layer, "chart-ragged", "a series has more or fewer values than there are categories", "")
    if not all(math.isfinite(v) for v in values):
        raise _undrawable(layer, "chart-not-finite", "a value is infinite or no number", "")
    if layer.chart in ("donut", "progress", "icons") and min(values) < 0:
        message = f"a {layer.chart} shows shares of a whole; {min(values):g} is below zero"
        raise _undrawable(layer, "chart-negative", message, "use hbar")
    if layer.chart == "donut" and sum(values) == 0:
        raise _undrawable(layer, "chart-zero", "all values are zero, so there are no shares to draw", "")
    if layer.chart == "donut" and len(layer.series) > 1 and len(layer.categories) > 1:
        raise _undrawable(layer, "chart-series", "a donut shows one series", "give one column in `y`, or use bar")
    if layer.chart == "icons" and layer.total and max(values) > layer.total:
        message = f"{max(values):g} is more than the {layer.total:g} that a full row stands for"
        raise _undrawable(layer, "chart-total", message, "raise `total`")
    if layer.chart == "number" and len(layer.series) > 1:
        raise _undrawable(layer, "chart-series", "a big number shows one series", "give one column in `y`, or use table")


def _undrawable(layer: ChartLayer, code: str, message: str, hint: str) -> DataError:
    return DataError([Diagnostic(code, f"chart '{layer.id}': {message}", layer.place or Place(""), hint)])
