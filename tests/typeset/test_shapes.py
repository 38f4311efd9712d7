"""Shapes and icons: outlines, bleed, path data."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qwen_pipeline.types import Box, Canvas, Color, IconLayer, PathItem, ShapeLayer, TypesetPage
from qwen_pipeline.typeset.fonts import Fonts
from qwen_pipeline.typeset.outline import bounds, flatten, ring_slice, rounded_rect
from qwen_pipeline.typeset.raster import rasterise
from qwen_pipeline.typeset.shapes import icon_items, shape_items
from qwen_pipeline.typeset.svgpath import parse

CANVAS = Canvas("c", 400.0, 300.0, bleed_pt=9.0)
RED = Color(200, 0, 0)
BOX = Box(50, 40, 120, 80)


def shape(kind: str, box: Box = BOX, **extra: object) -> PathItem:
    (item,) = shape_items(ShapeLayer("s", "r", kind, **extra), box, CANVAS)  # type: ignore[arg-type]
    assert isinstance(item, PathItem)
    return item


def area(item: PathItem) -> float:
    return sum(
        abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(line, line[1:] + line[:1], strict=True))) / 2
        for line in flatten(item.segments, 40)
    )


@pytest.mark.parametrize(
    ("kind", "share"),
    [
        ("rect", 1.0),
        ("ellipse", math.pi / 4),
        ("triangle", 0.5),
        ("diamond", 0.5),
        ("chevron", 80 / 120),
        ("arc", math.pi / 4),
        ("line", 1.0),
    ],
)
def test_a_filled_shape_has_its_area_and_stays_in_its_box(kind: str, share: float) -> None:
    item = shape(kind, fill=RED)
    assert area(item) == pytest.approx(share * 120 * 80, rel=2e-3)
    hull = bounds(item.segments)
    assert hull.x_pt >= 49.99
    assert hull.right_pt <= 170.01
    assert hull.y_pt >= 39.99
    assert hull.bottom_pt <= 120.01


@pytest.mark.parametrize(
    ("box", "segments"),
    [(Box(0, 0, 100, 10), (("M", 0, 5.0), ("L", 100, 5.0))), (Box(0, 0, 10, 100), (("M", 5.0, 0), ("L", 5.0, 100)))],
)
def test_a_stroked_line_runs_along_the_longer_side(box: Box, segments: tuple[object, ...]) -> None:
    item = shape("line", box, stroke=RED, stroke_pt=2.0, fill=RED)
    assert item.segments == segments
    assert item.fill is None


def test_radii_are_held_to_half_the_shorter_side() -> None:
    assert area(shape("rect", fill=RED, radius_pt=500.0)) == pytest.approx(40 * 80 + math.pi * 40**2, rel=2e-3)


def test_outset_grows_the_box() -> None:
    assert shape("rect", fill=RED, outset_pt=5.0).box == Box(45, 35, 130, 90)


@pytest.mark.parametrize(
    ("box", "grown"),
    [
        (Box(0, 0, 400, 300), Box(-9, -9, 418, 318)),
        (Box(0, 100, 50, 20), Box(-9, 100, 59, 20)),
        (Box(350.02, 250, 49.99, 50), Box(350.02, 250, 58.98, 59)),
        (Box(10, 10, 50, 50), Box(10, 10, 50, 50)),
    ],
)
def test_to_bleed_extends_the_sides_on_the_trim(box: Box, grown: Box) -> None:
    got = shape("rect", box, fill=RED, to_bleed=True).box
    assert (got.x_pt, got.y_pt, got.w_pt, got.h_pt) == pytest.approx((grown.x_pt, grown.y_pt, grown.w_pt, grown.h_pt))


@given(st.floats(0.1, 360), st.floats(0, 360))
def test_ring_slices_have_the_area_of_their_angle(sweep: float, start: float) -> None:
    item = PathItem(ring_slice((0, 0), 10, 6, start, sweep), Box(-10, -10, 20, 20))
    outer, *hole = flatten(item.segments, 40)
    signed = sum(
        sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(line, line[1:] + line[:1], strict=True)) / 2 for line in (outer, *hole)
    )
    assert signed == pytest.approx(math.pi * (100 - 36) * sweep / 360, rel=5e-3, abs=0.02)


# --- path data ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "segments"),
    [
        ("M1 2L3 4", [("M", 1, 2), ("L", 3, 4)]),
        ("m1 2 3 4 5 6z", [("M", 1, 2), ("L", 4, 6), ("L", 9, 12), ("Z",)]),
        ("M1,2H5V6h-1v-1", [("M", 1, 2), ("L", 5, 2), ("L", 5, 6), ("L", 4, 6), ("L", 4, 5)]),
        ("M0 0C1 1 2 1 3 0S5-1 6 0", [("M", 0, 0), ("C", 1, 1, 2, 1, 3, 0), ("C", 4, -1, 5, -1, 6, 0)]),
        ("M0 0c1 1 2 1 3 0s2-1 3 0", [("M", 0, 0), ("C", 1, 1, 2, 1, 3, 0), ("C", 4, -1, 5, -1, 6, 0)]),
        ("M0 0Q3 3 6 0", [("M", 0, 0), ("C", 2, 2, 4, 2, 6, 0)]),
        ("M0 0q3 3 6 0t6 0", [("M", 0, 0), ("C", 2, 2, 4, 2, 6, 0), ("C", 8, -2, 10, -2, 12, 0)]),
        ("M0 0S1 1 2 2", [("M", 0, 0), ("C", 0, 0, 1, 1, 2, 2)]),
        ("M1 1A0 5 0 0 1 4 4", [("M", 1, 1), ("L", 4, 4)]),
        ("M1e1-.5.5.5", [("M", 10, -0.5), ("L", 0.5, 0.5)]),
        ("M1 1L2 2ZL5 5", [("M", 1, 1), ("L", 2, 2), ("Z",), ("M", 1, 1), ("L", 5, 5)]),
    ],
)
def test_path_data(data: str, segments: list[tuple[object, ...]]) -> None:
    got = parse(data)
    assert [s[0] for s in got] == [s[0] for s in segments]
    for one, two in zip(got, segments, strict=True):
        assert one[1:] == pytest.approx(two[1:])


@pytest.mark.parametrize("flags", ["0 0 1 10 0", "0 0110 0", "0,0,1,10,0"])
def test_a_half_circle(flags: str) -> None:
    (line,) = flatten(parse(f"M0 0A5 5 {flags}"), 32)
    assert line[-1] == pytest.approx((10, 0))
    assert min(y for _, y in line) == pytest.approx(-5, abs=0.01)
    assert all(math.dist(p, (5, 0)) == pytest.approx(5, rel=1e-3) for p in line)


@pytest.mark.parametrize(
    ("large", "sweep", "low", "high"), [(0, 0, -0.01, 2.1), (0, 1, -2.1, 0.01), (1, 0, -0.01, 8.1), (1, 1, -8.1, 0.01)]
)
def test_arc_flags_choose_one_of_four(large: int, sweep: int, low: float, high: float) -> None:
    (line,) = flatten(parse(f"M0 0A5 5 0 {large} {sweep} 8 0"), 32)
    ys = [y for _, y in line]
    assert low <= min(ys)
    assert max(ys) <= high
    assert max(abs(y) for y in ys) == pytest.approx(8 if large else 2, abs=0.02)


def test_arcs_too_small_are_grown_and_turned_arcs_end_where_they_should() -> None:
    (line,) = flatten(parse("M0 0a1 1 0 0 1 10 0"), 32)
    assert max(abs(y) for _, y in line) == pytest.approx(5, abs=0.01)
    (turned,) = flatten(parse("M0 0A8 3 30 1 0 4 5"), 32)
    assert turned[-1] == pytest.approx((4, 5))


@pytest.mark.parametrize("data", ["L1 1", "M1", "M1 1 X", "M1 1L2", "M1 1C1 1 2 2", "1 2", "M1 1Z3 3", "M1 1A1 1 0 0 1"])
def test_path_data_that_cannot_be_read_is_an_error(data: str) -> None:
    with pytest.raises(ValueError, match="path data"):
        parse(data)


# --- icons -------------------------------------------------------------------------------------------------------------


def test_an_icon_is_centred_in_its_box_and_scaled() -> None:
    layer = IconLayer("i", "r", "plus", ("M12 0V24", "M0 12H24"), RED, 0.0)
    (item,) = icon_items(layer, Box(10, 20, 96, 48))
    assert isinstance(item, PathItem)
    assert item.box == Box(34, 20, 48, 48)
    assert bounds(item.segments) == Box(34, 20, 48, 48)
    assert item.stroke_pt == pytest.approx(3.5)
    assert item.round_caps


def test_an_icons_own_stroke_is_kept_until_lines_would_merge() -> None:
    def width(stroke: float) -> float:
        (item,) = icon_items(IconLayer("i", "r", "x", ("M0 0L24 24",), RED, stroke), Box(0, 0, 24, 24))
        assert isinstance(item, PathItem)
        return item.stroke_pt

    assert width(2.0) == 2.0
    assert width(9.0) == 3.0


def test_an_icon_is_seen(fonts: Fonts) -> None:
    canvas = Canvas("c", 48.0, 48.0)
    ground = PathItem(rounded_rect(canvas.trim), canvas.trim, fill=Color(255, 255, 255))
    items = icon_items(IconLayer("i", "r", "x", ("M4 12a8 8 0 1 0 16 0a8 8 0 1 0-16 0z",), RED, 2.0), canvas.trim)
    image = rasterise(TypesetPage("p", "", canvas, (ground, *items), ()), fonts, 48)
    assert image.getpixel((8, 24)) == (200, 0, 0)
    assert image.getpixel((24, 24)) == (255, 255, 255)
