"""A chart's data -> values, labels and axis in the piece's language and number format."""

from __future__ import annotations

import difflib
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from qwen_pipeline.dataclass import dataclass
from qwen_pipeline.types import ChartLayer, Color, Place, Series, TextStyle
from qwen_pipeline.types.spec import ChartSpec, Text

from .chart_colors import FOUND, SEEN, apart, highlight, shades
from .environment import ExpansionError, TableView, compile_text
from .filters import to_number
from .scope import Scope, fail, text_for

_THIN = ("line", "dot", "icons")
"""Charts of thin marks, which need more contrast than areas do."""


@dataclass(frozen=True)
class ChartLook:
    """What a page gives its charts: colours of the series in order, of page, grid and highlight, the labels' type, icons.

    `words`: a big number's colours, plain and highlighted, which can be read on the page.
    """

    series: tuple[Color, ...]
    ground: Color
    grid: Color
    highlight: Color
    words: tuple[Color, Color]
    label: TextStyle
    icons: Mapping[str, tuple[str, ...]]


def make_chart(
    spec: ChartSpec,
    layer_id: str,
    region: str,
    *,
    scope: Scope,
    tables: Mapping[str, TableView],
    tag: str,
    look: ChartLook,
    place: Place,
) -> ChartLayer:
    """The chart of one piece; PlanError where a table, a column or a number is not there."""
    table = _table(spec, tables, place)
    x = scope.expand(spec.x, tag, lambda: place)
    columns = tuple(scope.expand(y, tag, lambda: place) for y in ((spec.y,) if isinstance(spec.y, str) else spec.y))
    _require(table, spec.from_, (x, *columns), place)
    rows = _rows(spec, table, columns[0], scope, place, tag)
    values = [_numbers(rows, column, place) for column in columns]
    flat = [x for v in values for x in v]
    number = _formatter(spec.format, tag)
    numbers = [_formatter(spec.format or _even_decimals(spec, v), tag) for v in values]
    colors = _colors(spec, look, len(columns))
    series = tuple(
        Series(_series_name(spec, i, column, tag, place), tuple(v), tuple(numbers[i](x) for x in v), colors[i])
        for i, (column, v) in enumerate(zip(columns, values, strict=True))
    )
    tones = shades(colors[0], len(rows), look.ground) if spec.type == "donut" and len(columns) == 1 else ()
    lit = _highlight(spec, values[0])
    scope.trace.append(repr([(s.name, s.labels) for s in series]))
    return ChartLayer(
        id=layer_id,
        region=region,
        chart=spec.type,
        categories=tuple(_category(row[x], spec, tag) for row in rows),
        series=series,
        axis_ticks=tuple((tick, number(tick)) for tick in _ticks(spec.type, min(flat), max(flat))),
        label_style=look.label,
        grid_color=look.grid,
        locale=tag,
        unit=scope.expand(text_for(spec.unit, tag, lambda: place), tag, lambda: place) if spec.unit else "",
        highlight=lit,
        highlight_color=_lit_color(spec, look, lit, tones or colors) if lit else None,
        shades=tones,
        show_values=spec.show_values,
        icon=_icon(spec.icon, look.icons, place),
        total=spec.total,
        delta=_delta(spec, values[0], number),
        place=place,
    )


def _require(table: TableView, name: str, columns: Sequence[str], place: Place) -> None:
    for column in columns:
        if column not in table.columns:
            there = f"there are: {', '.join(table.columns)}"
            raise fail("unknown-column", f"table '{name}' has no column '{column}'", place, there)


def _colors(spec: ChartSpec, look: ChartLook, count: int) -> tuple[Color, ...]:
    """A colour for each series, apart from one another and from the page."""
    asked = look.words[:1] if spec.type == "number" else look.series
    least = FOUND if spec.type in _THIN else SEEN
    return apart(tuple(asked[i % len(asked)] for i in range(count)), look.ground, least)


def _table(spec: ChartSpec, tables: Mapping[str, TableView], place: Place) -> TableView:
    if spec.from_ not in tables:
        raise fail("unknown-table", f"no table '{spec.from_}' under data", place, f"there are: {', '.join(tables) or 'none'}")
    return tables[spec.from_]


def _rows(spec: ChartSpec, table: TableView, first: str, scope: Scope, place: Place, tag: str) -> list[Mapping[str, Any]]:
    rows = [row for row in table if not spec.where or scope.evaluate(spec.where, tag, lambda: place, {**row, "row": row})]
    if spec.sort != "none":
        rows.sort(key=lambda row: to_number(row[first]), reverse=spec.sort == "descending")
    rows = rows[: spec.limit] if spec.limit else rows
    if not rows:
        raise fail("no-data", f"no rows of '{spec.from_}' are left for this chart", place, "check `where`")
    return list(rows)


def _numbers(rows: Sequence[Mapping[str, Any]], column: str, place: Place) -> list[float]:
    try:
        return [float(to_number(row[column])) for row in rows]
    except ValueError as error:
        raise fail("not-a-number", f"column '{column}': {error}", place) from error


def _series_name(spec: ChartSpec, index: int, column: str, tag: str, place: Place) -> str:
    if index >= len(spec.names):
        return column
    name: Text = spec.names[index]
    return text_for(name, tag, lambda: place)


def _formatter(pattern: str | None, tag: str) -> Callable[[float], str]:
    from babel import Locale
    from babel.numbers import format_decimal

    locale = Locale.parse(tag, sep="-")

    def number(value: float) -> str:
        return str(format_decimal(round(value, 6), format=pattern, locale=locale))

    return number


def _even_decimals(spec: ChartSpec, values: Sequence[float]) -> str | None:
    """Numbers under one another line up by their decimals: a table's column gets as many as its longest."""
    if spec.type != "table":
        return None
    decimals = max(len(f"{value:.6f}".rstrip("0").partition(".")[2]) for value in values)
    return "#,##0" + ("." + "0" * decimals if decimals else "")


def _delta(spec: ChartSpec, values: Sequence[float], number: Callable[[float], str]) -> str:
    """The change of the last value with its sign; nothing where there is one value."""
    if spec.delta == "none" or spec.type != "number" or len(values) < 2:
        return ""
    change = values[-1] - values[-2 if spec.delta == "previous" else 0]
    return ("+" if round(change, 6) > 0 else "") + number(change)


def _icon(name: str | None, icons: Mapping[str, tuple[str, ...]], place: Place) -> tuple[str, ...]:
    if name is None:
        return ()
    if name not in icons:
        close = difflib.get_close_matches(name, icons, n=1)
        raise fail("unknown-icon", f"no icon '{name}'", place, f"did you mean '{close[0]}'?" if close else "see: list icons")
    return icons[name]


def _category(value: Any, spec: ChartSpec, tag: str) -> str:
    if not spec.x_format:
        return str(value)
    try:
        return compile_text("{{ value | date(pattern) }}")({"value": value, "pattern": spec.x_format, "locale": {"tag": tag}})
    except ExpansionError:
        return str(value)


def _highlight(spec: ChartSpec, values: Sequence[float]) -> tuple[int, ...]:
    if spec.highlight == "none":
        return ()
    return ({"max": values.index(max(values)), "min": values.index(min(values)), "last": len(values) - 1}[spec.highlight],)


def _lit_color(spec: ChartSpec, look: ChartLook, lit: Sequence[int], others: Sequence[Color]) -> Color:
    """Of what is highlighted: apart from the slices round it, or from the series that it is a value of."""
    if spec.type == "number":
        return look.words[1]
    plain = [color for i, color in enumerate(others) if spec.type != "donut" or i not in lit]
    return highlight(look.highlight, plain, look.ground, FOUND if spec.type in _THIN else SEEN)


def _ticks(kind: str, low: float, high: float) -> tuple[float, ...]:
    """Lengths start at zero; lines and dots, which show change and place, start near the lowest value if zero flattens them."""
    if kind in ("line", "dot") and 0 < high - low < 0.4 * min(abs(low), abs(high)) and low * high > 0:
        ticks = nice_ticks(0.0, high - low)
        step = ticks[1] - ticks[0]
        first = math.floor(low / step)
        return tuple(float(f"{i * step:.12g}") for i in range(first, math.ceil(high / step - 1e-9) + 1))
    return nice_ticks(low, high)


def nice_ticks(low: float, high: float, wanted: int = 5) -> tuple[float, ...]:
    """Round axis values from 0 (or below) past `high`; steps of 1, 2, 2.5 or 5 x 10^n.

    Source: P. Heckbert, "Nice numbers for graph labels", Graphics Gems, 1990.
    """
    low, high = min(0.0, low), max(0.0, high)
    if high == low:
        high = low + 1.0
    raw = (high - low) / (wanted - 1)
    magnitude = 10 ** math.floor(math.log10(raw))
    step = next(m * magnitude for m in (1, 2, 2.5, 5, 10) if m * magnitude >= raw * 0.999)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return tuple(float(f"{i * step:.12g}") for i in range(first, last + 1))
