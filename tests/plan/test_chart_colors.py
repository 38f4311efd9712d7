"""Colours of series stay apart for colour-blind readers, over every brand and style that is shipped."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
import yaml

from qwen_pipeline.plan.chart_colors import (
    DISTANCE,
    FOUND,
    SEEN,
    VISIONS,
    apart,
    distance,
    highlight,
    is_apart,
    shades,
)
from qwen_pipeline.plan.theme import _palette
from qwen_pipeline.types import Color, contrast_ratio

ROOT = Path(__file__).parents[2]

WHITE, BLACK = Color(255, 255, 255), Color(16, 18, 22)
RED, GREEN = Color(200, 80, 60), Color(110, 130, 40)


def test_a_red_and_a_green_that_deuteranopes_confuse_are_moved_apart() -> None:
    assert distance(RED, GREEN) < DISTANCE
    first, second = apart((RED, GREEN), WHITE)
    assert first == RED
    assert second != GREEN
    assert is_apart(first, second)


def test_colours_that_are_apart_stay_what_the_brand_says() -> None:
    blue, amber = Color(20, 60, 130), Color(240, 180, 70)
    assert apart((blue, amber), WHITE) == (blue, amber)


@pytest.mark.parametrize("ground", [WHITE, BLACK])
def test_one_colour_four_times_gives_four_that_are_apart(ground: Color) -> None:
    out = apart((Color(30, 110, 120),) * 4, ground)
    assert len(set(out)) == 4
    assert all(is_apart(a, b) for i, a in enumerate(out) for b in out[:i])
    assert all(contrast_ratio(c, ground) >= SEEN for c in out)


def test_simulations_keep_grey_grey() -> None:
    """Every row of a matrix sums to 1, as in the paper: white stays white."""
    assert all(sum(row) == pytest.approx(1.0, abs=2e-6) for vision in VISIONS.values() for row in vision)


def test_a_colour_that_the_page_swallows_is_moved_until_it_is_seen() -> None:
    navy = Color(23, 64, 94)
    assert contrast_ratio(navy, BLACK) < SEEN or contrast_ratio(navy, BLACK) < FOUND
    (out,) = apart((Color(20, 30, 44),), BLACK)
    assert contrast_ratio(out, BLACK) >= FOUND


def _palettes() -> list[tuple[str, dict[str, str]]]:
    shared = yaml.safe_load((ROOT / "templates/_shared/type.yaml").read_text("utf-8"))["colors"]
    styles = [*sorted((ROOT / "templates/_shared/styles").glob("*.yaml")), *sorted(ROOT.glob("examples/*/_brand.yaml"))]
    return [
        (path.parent.name + "/" + path.stem, {**shared, **(yaml.safe_load(path.read_text("utf-8")).get("colors") or {})})
        for path in styles
    ]


@pytest.mark.parametrize("tone", ["light", "dark"])
@pytest.mark.parametrize(("name", "colors"), _palettes(), ids=[name for name, _ in _palettes()])
def test_every_style_and_brand_gives_series_that_all_readers_tell_apart(name: str, colors: dict[str, str], tone: str) -> None:
    palette = _palette(tuple(colors.items()), tone)  # type: ignore[arg-type]
    ground = palette.color("bg")
    out = apart(tuple(palette.color(n) for n in ("primary", "accent", "secondary", "muted")), ground)
    assert all(is_apart(a, b) for i, a in enumerate(out) for b in out[:i]), out
    assert all(contrast_ratio(c, ground) >= SEEN for c in out)


@pytest.mark.parametrize("tone", ["light", "dark"])
@pytest.mark.parametrize(("name", "colors"), _palettes(), ids=[name for name, _ in _palettes()])
def test_every_style_and_brand_gives_slices_and_a_highlight_that_all_readers_tell_apart(
    name: str, colors: dict[str, str], tone: str
) -> None:
    palette = _palette(tuple(colors.items()), tone)  # type: ignore[arg-type]
    ground = palette.color("bg")
    (first,) = apart((palette.color("primary"),), ground)
    for count in (2, 3, 5, 7):
        slices = shades(first, count, ground)
        assert len(slices) == count
        assert all(contrast_ratio(c, ground) >= SEEN - 0.05 for c in slices)
        assert all(distance(a, b) >= 0.05 for a, b in itertools.pairwise(slices))
    lit = highlight(palette.color("accent"), (first,), ground)
    assert is_apart(lit, first)
    assert contrast_ratio(lit, ground) >= SEEN


def test_slices_start_in_the_brands_colour_where_there_is_room() -> None:
    teal = Color(23, 90, 94)
    assert shades(teal, 3, WHITE)[0] == teal
    assert shades(teal, 1, WHITE) == (teal,)


def test_a_slice_that_is_highlighted_is_told_from_the_others() -> None:
    teal, amber = Color(23, 90, 94), Color(230, 150, 30)
    rest = shades(teal, 4, WHITE)[1:]
    lit = highlight(amber, rest, WHITE)
    assert all(distance(lit, other) >= DISTANCE for other in rest)
