"""Regions, grids and canvases in points."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qwen_pipeline.errors import SpecError
from qwen_pipeline.plan.calm import scene_size
from qwen_pipeline.plan.geometry import GridLoad, grid_boxes, resolve_canvas, resolve_regions
from qwen_pipeline.plan.page_program import uncover_baked
from qwen_pipeline.types import Box, Canvas, Color, EngineInfo, Region, ShapeLayer, TextLayer, TextPart, TextStyle
from qwen_pipeline.types.spec import CanvasSpec, GridSpec, Layout

from .plans import plan

CANVAS = Canvas("c", 400.0, 200.0, bleed_pt=10.0)


def test_boxes_nest() -> None:
    layout = Layout.model_validate(
        {
            "name": "x",
            "regions": {
                "outer": {"box": ["10%", "10%", "50%", "80%"]},
                "inner": {"within": "outer", "box": ["50%", "0%", "50%", "20pt"]},
            },
        }
    )
    regions = resolve_regions(layout, CANVAS, lambda _grid: GridLoad(0))
    assert regions["outer"].box == Box(40, 20, 200, 160)
    assert regions["inner"].box == Box(140, 20, 100, 20)
    assert regions["bleed"].box == Box(-10, -10, 420, 220)


def test_cells_of_a_grid() -> None:
    layout = Layout.model_validate(
        {
            "name": "x",
            "regions": {
                "stats": {
                    "box": ["0%", "0%", "100%", "100%"],
                    "grid": {"columns": 2, "count": "stats", "gap": "20pt"},
                    "cells": {"value": {"box": ["0%", "50%", "100%", "50%"], "align": "center"}},
                }
            },
        }
    )
    regions = resolve_regions(layout, CANVAS, lambda _grid: GridLoad(3))
    assert regions["stats[0]"].box == Box(0, 0, 190, 90)
    assert regions["stats[2]"].box == Box(0, 110, 190, 90)
    assert regions["stats[1].value"].box == Box(210, 45, 190, 45)
    assert regions["stats[1].value"].align == "center"
    assert "stats[3]" not in regions


@given(
    st.integers(1, 40), st.sampled_from(["auto", 1, 2, 5]), st.floats(0, 5), st.lists(st.floats(1, 900), min_size=40, max_size=40)
)
def test_grid_cells_never_overlap_and_stay_inside(count: int, columns: object, gap: float, weights: list[float]) -> None:
    grid = GridSpec.model_validate({"columns": columns, "count": count, "gap": f"{gap:.2f}pt", "weights": "content"})
    outer = Box(5, 7, 600, 500)
    boxes = grid_boxes(grid, outer, GridLoad(count, tuple(weights[:count])))
    assert len(boxes) == count
    for index, box in enumerate(boxes):
        assert box.w_pt > 0
        assert box.x_pt >= outer.x_pt - 0.01
        assert box.right_pt <= outer.right_pt + 0.01
        assert box.bottom_pt <= outer.bottom_pt + 0.01
        assert not any(box.overlaps(other, 0.01) for other in boxes[:index])


def test_canvas_sizes() -> None:
    a2 = resolve_canvas(CanvasSpec.model_validate({"size": "A2", "orientation": "landscape", "bleed": "3mm"}))
    assert (round(a2.width_pt, 1), round(a2.height_pt, 1)) == (1683.8, 1190.6)
    assert round(a2.bleed_pt, 3) == 8.504
    square = resolve_canvas(CanvasSpec.model_validate({"size": "1080x1080px"}))
    assert (square.width_pt, square.width_px) == (810.0, 1080)


@pytest.mark.parametrize("size", ["A99", "0x10px", "10x10", "99999x10px", "-3mmx4mm", ""])
def test_impossible_sizes(size: str) -> None:
    with pytest.raises(ValueError):
        resolve_canvas(CanvasSpec.model_validate({"size": size}))


@given(st.floats(50, 4000), st.floats(50, 4000), st.sampled_from([1, 16, 32]))
def test_a_picture_never_exceeds_the_engines_area(width: float, height: float, step: int) -> None:
    area = 2400 * 1792
    info = EngineInfo("e", "1", "", frozenset(), frozenset(), (), step, area, 100)
    size = scene_size(info, Box(0, 0, width, height), Canvas("c", width, height))
    assert size[0] * size[1] <= area
    assert size[0] % step == size[1] % step == 0
    assert size[0] / size[1] == pytest.approx(width / height, rel=0.2 if min(size) > 20 * step else 5)


def test_a_picture_for_a_pixel_canvas_has_its_pixels() -> None:
    info = EngineInfo("e", "1", "", frozenset(), frozenset(), (), 1, 2400 * 1792, 100)
    assert scene_size(info, Box(0, 0, 810, 810), Canvas("c", 810, 810, width_px=1080, height_px=1080)) == (1080, 1080)


def test_veils_leave_baked_words_and_solid_shapes_make_them_overlay() -> None:
    style = TextStyle(20, 10, 700, Color(0, 0, 0))
    title = TextLayer("title", "top", "title", (TextPart("en", "Tea"),), style, render="baked")
    veil = ShapeLayer("veil", "top", "rect", Color(255, 255, 255, 0.5))
    panel = ShapeLayer("panel", "top", "rect", Color(255, 255, 255))
    bar = ShapeLayer("bar", "foot", "rect", Color(0, 0, 0))
    regions = {"top": Region("top", Box(0, 0, 100, 50)), "foot": Region("foot", Box(0, 60, 100, 10))}
    assert uncover_baked([veil, bar, title], regions) == (bar, title)
    (_, over) = uncover_baked([panel, title], regions)
    assert isinstance(over, TextLayer)
    assert over.render == "overlay"
    plain = replace(title, render="overlay")
    assert uncover_baked([veil, plain], regions) == (veil, plain)


def test_a_grid_leaves_no_cell_alone_where_it_can_be_even() -> None:
    box = Box(0, 0, 600, 400)

    def rows(count: int) -> list[int]:
        tops = [cell.y_pt for cell in grid_boxes(GridSpec(columns=3, count=count), box, GridLoad(count))]
        return [tops.count(top) for top in sorted(set(tops))]

    assert [rows(count) for count in (2, 3, 4, 5, 6, 7)] == [[2], [3], [2, 2], [3, 2], [3, 3], [3, 3, 1]]


SPOT = "kind: Poster\nname: p\nlocales: [en]\ntitle: x\nregions:\n  spot: {box: [%s]}\nlayers: [{id: new, in: spot, %s}]\n"
WORDS = "kind: text, text: hello"


@pytest.mark.parametrize(
    ("box", "code"),
    [
        ("10%, 10%, 0%, 10%", "empty-box"),
        ("10%, 10%, 10%, 0", "empty-box"),
        ("101%, 10%, 10%, 10%", "box-off-page"),
        ("-20%, 10%, 10%, 10%", "box-off-page"),
        ("10%, 100%, 10%, 10%", "box-off-page"),
    ],
)
def test_a_box_that_shows_nothing(tmp_path: Path, box: str, code: str) -> None:
    with pytest.raises(SpecError) as caught:
        plan(tmp_path, SPOT % (box, WORDS))
    (found,) = caught.value.diagnostics
    assert (found.code, found.place.line, found.place.path) == (code, 6, "regions.spot.box")


@pytest.mark.parametrize(
    ("box", "layer"),
    [
        ("10%, 10%, 80%, 0", "kind: shape, shape: line, stroke: ink"),
        ("-5%, 10%, 10%, 10%", WORDS),
        ("10%, 10%, 0%, 10%", f"{WORDS}, when: title == 'y'"),
    ],
)
def test_a_box_that_is_seen_or_that_nothing_stands_in(tmp_path: Path, box: str, layer: str) -> None:
    assert plan(tmp_path, SPOT % (box, layer)).pieces
