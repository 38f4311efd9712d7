"""Charts: lengths tell the truth, no two labels touch, every word is a string, and data that no chart can show."""

from __future__ import annotations

import itertools
import math

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qwen_pipeline.errors import DataError
from qwen_pipeline.types import Box, ChartLayer, Color, Gradient, Item, PathItem, Place, Series, SetString, TextItem, TextStyle
from qwen_pipeline.typeset.chart_lines import spread
from qwen_pipeline.typeset.chart_round import slices
from qwen_pipeline.typeset.chart_text import Labels
from qwen_pipeline.typeset.charts import chart_items
from qwen_pipeline.typeset.fonts import Fonts
from qwen_pipeline.typeset.outline import bounds, flatten, polygon
from qwen_pipeline.typeset.ticks import halves

INK, GRID, ACCENT = Color(30, 30, 40), Color(220, 220, 224), Color(220, 70, 50)
COLORS = (Color(20, 90, 130), Color(230, 170, 80), Color(60, 170, 160))
BOX = Box(40, 30, 330, 210)
KINDS = ("bar", "hbar", "line", "area", "donut", "progress", "dot", "table", "icons")


def chart(kind: str, names: list[str], *rows: list[float], **extra: object) -> ChartLayer:
    series = tuple(Series(f"Series {i}", tuple(row), tuple(f"{v:g}" for v in row), COLORS[i]) for i, row in enumerate(rows))
    flat = [v for row in rows for v in row] or [0.0]
    low, high = min(0.0, *flat), max(1.0, *flat)
    ticks = tuple((low + (high - low) * i / 4, f"{low + (high - low) * i / 4:.0f}") for i in range(5))
    options: dict[str, object] = {"locale": "zh-CN", "highlight_color": ACCENT, "place": Place("s.yaml", 3, 1), **extra}
    return ChartLayer("c", "r", kind, tuple(names), series, ticks, TextStyle(12.0, 6.0, 400, INK), GRID, **options)  # type: ignore[arg-type]


def filled(items: tuple[Item, ...], *colors: Color) -> list[PathItem]:
    return [i for i in items if isinstance(i, PathItem) and i.fill in colors]


def touching(strings: tuple[SetString, ...]) -> list[tuple[str, str]]:
    return [(a.text, b.text) for i, a in enumerate(strings) for b in strings[:i] if a.box.overlaps(b.box, 0.05)]


# --- lengths -----------------------------------------------------------------------------------------------------------


def test_bars_are_as_high_as_their_values(fonts: Fonts) -> None:
    values = [10.0, 25.0, 40.0, 5.0]
    items, _ = chart_items(chart("bar", ["甲", "乙", "丙", "丁"], values), BOX, fonts)
    heights = [bar.box.h_pt for bar in filled(items, COLORS[0])]
    assert heights == pytest.approx([v * heights[2] / 40 for v in values])


def test_lying_bars_are_as_long_as_their_values_and_stand_on_one_zero(fonts: Fonts) -> None:
    values = [10.0, -25.0, 40.0]
    items, _ = chart_items(chart("hbar", ["A", "B", "C"], values), BOX, fonts)
    bars = filled(items, COLORS[0])
    assert [b.box.w_pt for b in bars] == pytest.approx([abs(v) * bars[2].box.w_pt / 40 for v in values])
    assert bars[0].box.x_pt == pytest.approx(bars[1].box.right_pt) == pytest.approx(bars[2].box.x_pt)


def test_negative_bars_hang_from_the_zero_line(fonts: Fonts) -> None:
    items, _ = chart_items(chart("bar", ["A", "B"], [4.0, -2.0]), BOX, fonts)
    up, down = filled(items, COLORS[0])
    assert up.box.bottom_pt == pytest.approx(down.box.y_pt)
    assert up.box.h_pt == pytest.approx(2 * down.box.h_pt)


def test_bars_of_one_category_do_not_overlap(fonts: Fonts) -> None:
    items, _ = chart_items(chart("bar", ["A", "B"], [4.0, 2.0], [3.0, 3.0], [1.0, 9.0]), BOX, fonts)
    bars = [b for b in filled(items, *COLORS) if b.box.bottom_pt > BOX.y_pt + 60]
    assert len(bars) == 6
    assert not any(a.box.overlaps(b.box) for i, a in enumerate(bars) for b in bars[:i])


def test_points_of_a_line_stand_at_their_values(fonts: Fonts) -> None:
    values = [0.0, 50.0, 100.0]
    items, _ = chart_items(chart("line", ["1", "2", "3"], values), BOX, fonts)
    (line,) = [i for i in items if isinstance(i, PathItem) and i.stroke == COLORS[0]]
    ys = [float(s[2]) for s in line.segments]
    xs = [float(s[1]) for s in line.segments]
    assert ys[0] - ys[1] == pytest.approx(ys[1] - ys[2])
    assert xs[1] - xs[0] == pytest.approx(xs[2] - xs[1])


def test_an_area_reaches_down_to_zero(fonts: Fonts) -> None:
    items, _ = chart_items(chart("area", ["1", "2"], [5.0, 10.0]), BOX, fonts)
    (area,) = [i for i in items if isinstance(i, PathItem) and isinstance(i.fill, Gradient)]
    ys = [float(s[2]) for s in area.segments if len(s) == 3]
    assert ys[2] == ys[3] == max(ys)
    assert ys[0] - ys[1] == pytest.approx((max(ys) - ys[1]) / 2)


def test_shares_of_a_donut_make_a_full_turn(fonts: Fonts) -> None:
    tones = (Color(20, 90, 130), Color(90, 140, 170), Color(160, 190, 210))
    layer = chart("donut", ["A", "B", "C"], [1.0, 2.0, 5.0], shades=tones)
    parts = slices(Labels(layer, fonts, 12.0))
    assert sum(p.sweep_deg for p in parts) == pytest.approx(360)
    assert [p.sweep_deg for p in parts] == pytest.approx([45, 90, 225])
    assert [p.start_deg for p in parts] == pytest.approx([0, 45, 135])
    assert len({p.color for p in parts}) == 3


@pytest.mark.parametrize(
    ("unit", "values", "share"), [("%", [50.0, 20.0], 0.5), ("", [50.0, 25.0], 1.0), ("%", [130.0, 65.0], 1.0)]
)
def test_progress_is_a_share_of_the_whole(fonts: Fonts, unit: str, values: list[float], share: float) -> None:
    items, strings = chart_items(chart("progress", ["A", "B"], values, unit=unit), BOX, fonts)
    tracks, done = filled(items, GRID), filled(items, COLORS[0])
    assert done[0].box.w_pt / tracks[0].box.w_pt == pytest.approx(share)
    assert done[1].box.w_pt / done[0].box.w_pt == pytest.approx(values[1] / values[0])
    assert any(s.text == f"{values[0]:g}{unit}" for s in strings)


def test_the_highlight_is_in_the_accent(fonts: Fonts) -> None:
    for kind in KINDS:
        items, _ = chart_items(chart(kind, ["A", "B", "C"], [3.0, 9.0, 5.0], highlight=(1,)), BOX, fonts)
        assert filled(items, ACCENT), kind


# --- words -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_every_word_is_a_string_and_every_string_is_drawn(fonts: Fonts, kind: str) -> None:
    rows = ([3.0, 9.0, 5.0],) if kind == "donut" else ([3.0, 9.0, 5.0], [2.0, 4.0, 6.0])
    items, strings = chart_items(chart(kind, ["春", "夏", "秋"], *rows, unit="万人"), BOX, fonts)
    drawn = {i.string: "".join(r.text for line in i.lines for r in line.runs) for i in items if isinstance(i, TextItem)}
    assert drawn == {s.id: s.text for s in strings}
    assert [s.id for s in strings] == [f"c/{n}" for n in range(len(strings))]
    texts = {s.text for s in strings}
    assert {"春", "夏", "秋", "万人"} <= texts
    if len(rows) > 1:
        assert {"Series 0", "Series 1"} <= texts


def test_values_replace_the_axis_where_all_fit(fonts: Fonts) -> None:
    direct, _ = chart_items(chart("bar", ["A", "B"], [3.0, 9.0]), BOX, fonts)
    axis, strings = chart_items(chart("bar", ["A", "B"], [3.0, 9.0], show_values=False), BOX, fonts)
    assert not [i for i in direct if isinstance(i, PathItem) and i.stroke == GRID]
    assert [i for i in axis if isinstance(i, PathItem) and i.stroke == GRID]
    assert "0" in {s.text for s in strings}


def test_years_are_thinned_and_names_are_not(fonts: Fonts) -> None:
    years = [str(y) for y in range(1990, 2025)]
    _, strings = chart_items(chart("bar", years, [float(i) for i in range(35)], show_values=False), BOX, fonts)
    shown = [int(s.text) for s in strings if s.text in years]
    assert 3 < len(shown) < 35
    assert len({b - a for a, b in itertools.pairwise(shown)}) == 1
    names = [f"{c}产区乌龙茶叶" for c in "闽粤台浙皖云川黔"]
    _, strings = chart_items(chart("bar", names, [1.0] * 8, show_values=False), BOX, fonts)
    words = "".join(s.text for s in strings)
    assert all(c in words for c in "闽粤台浙皖云川黔")


def test_a_missing_glyph_is_reported(fonts: Fonts) -> None:
    _, strings = chart_items(chart("bar", ["\U000f0000甲"], [1.0]), BOX, fonts)
    assert [s.missing for s in strings if "甲" in s.text] == [("\U000f0000",)]


def test_a_name_too_long_for_any_size_is_an_overflow(fonts: Fonts) -> None:
    _, strings = chart_items(chart("hbar", ["很长的名字" * 30], [1.0]), BOX, fonts)
    assert "width" in {s.overflow for s in strings}


def test_rows_too_many_for_the_box_are_an_overflow(fonts: Fonts) -> None:
    _, strings = chart_items(chart("hbar", [f"N{i}" for i in range(60)], [1.0] * 60), BOX, fonts)
    assert "height" in {s.overflow for s in strings}
    assert not touching(strings)


WORDS = st.text("春夏秋冬茶abcdeWM 0123456789", min_size=1, max_size=14).map(str.strip).filter(bool)
NAMES = st.lists(WORDS, min_size=1, max_size=24)
WIDTHS, HEIGHTS = st.floats(160, 700), st.floats(140, 500)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), kind=st.sampled_from(KINDS), names=NAMES, count=st.integers(1, 3), w=WIDTHS, h=HEIGHTS)
def test_labels_never_touch(
    fonts: Fonts, data: st.DataObject, kind: str, names: list[str], count: int, w: float, h: float
) -> None:
    whole = kind in ("donut", "progress", "icons")
    value = st.floats(1 if whole else -1000, 1000).map(lambda v: round(v, 1))
    rows = [data.draw(st.lists(value, min_size=len(names), max_size=len(names))) for _ in range(1 if kind == "donut" else count)]
    layer = chart(kind, names, *rows, unit=data.draw(st.sampled_from(["", "%", "万元"])), show_values=data.draw(st.booleans()))
    _, strings = chart_items(layer, Box(10, 20, w, h), fonts)
    assert not touching(strings)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), kind=st.sampled_from(KINDS), count=st.integers(1, 8))
def test_what_is_not_reported_lies_inside(fonts: Fonts, data: st.DataObject, kind: str, count: int) -> None:
    rows = [data.draw(st.lists(st.floats(0.5, 900).map(lambda v: round(v, 1)), min_size=count, max_size=count))]
    items, strings = chart_items(chart(kind, [f"第{i}组" for i in range(count)], *rows), BOX, fonts)
    frame = BOX.inset(-1.5)
    drawn = [bounds(polygon([p for line in flatten(i.segments) for p in line])) for i in items if isinstance(i, PathItem)]
    for box in [s.box for s in strings if not s.overflow] + drawn:
        assert frame.x_pt <= box.x_pt
        assert frame.y_pt <= box.y_pt
        assert box.right_pt <= frame.right_pt
        assert box.bottom_pt <= frame.bottom_pt


@given(st.lists(st.floats(0, 100), min_size=1, max_size=6))
def test_spread_keeps_its_distance_and_its_order(wanted: list[float]) -> None:
    got = spread(wanted, 10, 0, 100)
    ranked = sorted(got)
    assert all(b - a >= 10 - 1e-6 for a, b in itertools.pairwise(ranked))
    assert ranked[0] >= -1e-6
    assert ranked[-1] <= 100 + 1e-6
    order = sorted(range(len(wanted)), key=lambda i: wanted[i])
    assert [got[i] for i in order] == ranked


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("Loose-leaf green tea", ("Loose-leaf", "green tea")),
        ("白毫银针", ("白毫", "银针")),
        ("Tea", ("Tea",)),
        ("2024", ("2024",)),
    ],
)
def test_names_part_where_lines_may_break(text: str, lines: tuple[str, ...]) -> None:
    assert halves(text) == lines


# --- data --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["bar", "hbar", "line", "area", "progress"])
def test_one_value_or_only_zeros_can_be_drawn(fonts: Fonts, kind: str) -> None:
    for values in ([7.0], [0.0, 0.0, 0.0]):
        _, strings = chart_items(chart(kind, ["A", "B", "C"][: len(values)], values), BOX, fonts)
        assert strings


@pytest.mark.parametrize(
    ("layer", "code"),
    [
        (chart("bar", []), "chart-empty"),
        (chart("bar", [], []), "chart-empty"),
        (chart("bar", ["A", "B"], [1.0]), "chart-ragged"),
        (chart("line", ["A"], [math.inf]), "chart-not-finite"),
        (chart("donut", ["A", "B"], [1.0, -1.0]), "chart-negative"),
        (chart("progress", ["A"], [-1.0]), "chart-negative"),
        (chart("donut", ["A", "B"], [0.0, 0.0]), "chart-zero"),
        (chart("donut", ["A", "B"], [1.0, 1.0], [1.0, 1.0]), "chart-series"),
    ],
)
def test_data_that_no_chart_can_show(fonts: Fonts, layer: ChartLayer, code: str) -> None:
    with pytest.raises(DataError) as caught:
        chart_items(layer, BOX, fonts)
    (diagnostic,) = caught.value.diagnostics
    assert diagnostic.code == code
    assert diagnostic.place.line == 3


# --- dots, tables, icons, the big number ---------------------------------------------------------------------------------


def test_a_dumbbell_says_both_ends_outside_of_the_pair_and_joins_them(fonts: Fonts) -> None:
    items, strings = chart_items(chart("dot", ["甲", "乙"], [10.0, 40.0], [30.0, 20.0], highlight=(1,)), BOX, fonts)
    dots = filled(items, *COLORS)
    at = {s.text: s.box for s in strings}
    first, second = sorted(d.box.x_pt for d in dots[-4:-2])
    assert at["10"].right_pt < first < second < at["30"].x_pt
    assert [i.stroke for i in items if isinstance(i, PathItem) and i.stroke == ACCENT] == [ACCENT]
    ends = sorted((d.box.x_pt, d.fill) for d in dots[-2:])
    assert [fill for _, fill in ends] == [COLORS[1], COLORS[0]]


def test_numbers_of_a_table_end_at_one_edge_and_names_begin_at_one(fonts: Fonts) -> None:
    _, strings = chart_items(chart("table", ["东区", "西区"], [5.0, 1250.0], [7.0, 81.0], unit="万人"), BOX, fonts)
    at = {s.text: s.box for s in strings}
    assert at["5"].right_pt == pytest.approx(at["1250"].right_pt) == pytest.approx(at["Series 0"].right_pt)
    assert at["7"].right_pt == pytest.approx(at["81"].right_pt) == pytest.approx(BOX.right_pt)
    assert at["东区"].x_pt == at["西区"].x_pt == at["万人"].x_pt == BOX.x_pt


def test_a_table_with_too_many_rows_says_so(fonts: Fonts) -> None:
    _, strings = chart_items(chart("table", [f"第{i}组" for i in range(60)], [float(i) for i in range(60)]), BOX, fonts)
    assert {s.overflow for s in strings} == {"height"}


@pytest.mark.parametrize(
    ("value", "total", "count", "lit"), [(7.0, 10.0, 10, 7), (3.0, 12.0, 12, 3), (0.0, 8.0, 8, 0), (52.0, 100.0, 10, 5)]
)
def test_so_many_of_so_many_icons_are_coloured(fonts: Fonts, value: float, total: float, count: int, lit: int) -> None:
    layer = chart("icons", ["居民"], [value], total=total, icon=("M4 4 L20 20",))
    items, strings = chart_items(layer, BOX, fonts)
    drawn = [i.stroke for i in items if isinstance(i, PathItem)]
    assert (len(drawn), drawn.count(COLORS[0])) == (count, lit)
    assert drawn[:lit] == [COLORS[0]] * lit
    assert f"{value:g}" in {s.text for s in strings}


def test_a_big_number_is_the_last_value_with_its_change_and_the_ends_of_its_line(fonts: Fonts) -> None:
    layer = chart("number", ["1月", "2月", "3月"], [4.0, 9.0, 6.5], unit="万人", delta="-2.5")
    items, strings = chart_items(layer, BOX, fonts)
    assert [s.text for s in strings] == ["6.5", "万人", "-2.5", "1月", "3月"]
    assert strings[0].size_pt > 4 * strings[1].size_pt
    line = next(i for i in items if isinstance(i, PathItem) and i.stroke == COLORS[0])
    assert line.box.bottom_pt < BOX.bottom_pt
    assert not touching(strings)


def test_a_number_of_one_value_has_its_name_instead_of_a_line(fonts: Fonts) -> None:
    _, strings = chart_items(chart("number", ["2026"], [4.0]), BOX, fonts)
    assert [s.text for s in strings] == ["4", "2026"]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(count=st.integers(1, 9), w=WIDTHS, h=HEIGHTS, delta=st.sampled_from(["", "+1,250.5"]))
def test_the_words_of_a_big_number_never_touch(fonts: Fonts, count: int, w: float, h: float, delta: str) -> None:
    names = [f"2026 年 {i} 月" for i in range(count)]
    layer = chart("number", names, [12345.6 * i for i in range(count)], unit="万人", delta=delta)
    _, strings = chart_items(layer, Box(10, 20, w, h), fonts)
    assert not touching(strings)


def test_a_big_number_of_two_series_is_refused(fonts: Fonts) -> None:
    with pytest.raises(DataError) as wrong:
        chart_items(chart("number", ["A"], [1.0], [2.0]), BOX, fonts)
    assert [d.code for d in wrong.value.diagnostics] == ["chart-series"]


def test_more_than_all_icons_is_refused(fonts: Fonts) -> None:
    with pytest.raises(DataError) as wrong:
        chart_items(chart("icons", ["A"], [12.0], total=10.0), BOX, fonts)
    assert [d.code for d in wrong.value.diagnostics] == ["chart-total"]
