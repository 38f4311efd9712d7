"""Matrix semantics: product, exclude, include; names and collisions; charts' axes; seeds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qwen_pipeline.plan.charts import _ticks, nice_ticks
from qwen_pipeline.plan.matrix import cells, excluded_rows, excludes
from qwen_pipeline.plan.names import FormatTraits, NameBook, default_name, fill
from qwen_pipeline.plan.scenes import derive_seed
from qwen_pipeline.plan.scope import PlanError
from qwen_pipeline.types import Place

HERE = Place("spec.yaml", 3, 1)
SIZES = [{"id": "a3", "canvas": "A3"}, {"id": "square", "canvas": "1080x1080px"}, {"id": "story", "canvas": "1080x1920px"}]
MATRIX = {
    "locale": ["zh-CN", "en-US"],
    "size": SIZES,
    "exclude": [{"locale": "en-US", "size": "story"}],
    "include": [{"locale": "zh-CN", "size": "square", "row": "tea-07", "palette": "gold"}],
}


def test_the_design_example_has_21_cells_for_4_rows() -> None:
    combos = cells(MATRIX, HERE)
    everywhere = [c for c in combos if c.row is None]
    assert len(everywhere) * 4 + len(combos) - len(everywhere) == 21
    assert combos[-1].id("palette") == "gold"


def test_exclude_a_row() -> None:
    matrix = {"locale": ["zh-CN", "en-US"], "exclude": [{"row": "x", "locale": "en-US"}]}
    rules = excluded_rows(matrix)
    combos = cells(matrix, HERE)
    assert [excludes(rules, c, "x") for c in combos] == [False, True]
    assert not any(excludes(rules, c, "y") for c in combos)


def test_include_must_name_every_axis() -> None:
    with pytest.raises(PlanError) as caught:
        cells({"locale": ["zh-CN"], "size": SIZES, "include": [{"locale": "zh-CN"}]}, HERE)
    assert caught.value.diagnostic.code == "bad-include"


def test_names() -> None:
    fields = {"name": "tea", "locale": "zh-CN", "sku": "a-1"}
    assert fill("{sku}/{locale}.{page}.png", fields, HERE) == "a-1/zh-CN.{page}.png"
    for pattern, code in (("{skU}.png", "unknown-field"),):
        with pytest.raises(PlanError) as caught:
            fill(pattern, fields, HERE)
        assert caught.value.diagnostic.code == code
        assert "{sku}" in caught.value.diagnostic.hint


@pytest.mark.parametrize("value", ["a/b", "..", ".", "", " x", "a\\b", "a:b", "a\nb", "-rf", "x" * 200])
def test_unsafe_values(value: str) -> None:
    with pytest.raises(PlanError) as caught:
        fill("{sku}.png", {"sku": value}, HERE)
    assert caught.value.diagnostic.code == "unsafe-name"


def test_collisions_ignore_case() -> None:
    book = NameBook()
    book.take("Tea.png", "piece one", HERE)
    book.take("tea-2.png", "piece two", HERE)
    with pytest.raises(PlanError) as caught:
        book.take("tea.PNG", "piece two", HERE)
    assert caught.value.diagnostic.code == "name-collision"


def test_default_names_tell_pieces_apart() -> None:
    assert default_name(FormatTraits(".pdf"), "pdf", fields=("locale",), pages=3) == "{name}.{locale}.pdf"
    assert default_name(FormatTraits(".png", file_per_page=True), "png", fields=("locale", "sku", "size"), pages=2) == (
        "{name}.{sku}.{size}.{locale}.{page}.png"
    )


@given(st.floats(-1e9, 1e9, allow_subnormal=False), st.floats(-1e9, 1e9, allow_subnormal=False))
def test_ticks_cover_the_data(a: float, b: float) -> None:
    ticks = nice_ticks(min(a, b), max(a, b))
    span = max(1e-9, ticks[-1] - ticks[0])
    assert ticks[0] <= min(a, b, 0) + span * 1e-6
    assert ticks[-1] >= max(a, b, 0) - span * 1e-6
    assert 2 <= len(ticks) <= 9
    assert 0.0 in ticks


def test_no_two_jobs_share_a_seed() -> None:
    jobs = [
        (row, size, page, op)
        for row in range(500)
        for size in ("a3", "sq")
        for page in ("p1", "p2")
        for op in ("draw", "edit\x1f1")
    ]
    seeds = {derive_seed(7, "batch", *job) for job in jobs}
    assert len(seeds) == len(jobs)
    assert all(0 <= seed < 2**63 for seed in seeds)


def test_a_line_may_start_near_its_data_and_bars_never_do() -> None:
    assert _ticks("line", 91.2, 98.4) == (90.0, 92.0, 94.0, 96.0, 98.0, 100.0)
    assert _ticks("bar", 91.2, 98.4)[0] == 0.0
    assert _ticks("line", 10.0, 98.4)[0] == 0.0
    assert _ticks("line", -98.4, -91.2)[-1] <= -90.0
