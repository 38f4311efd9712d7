"""Rasters: exact sizes, the quick way equals the plain one, lettering alone."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from qwen_pipeline.types import Box, Canvas, Color, Glyphs, Gradient, ImageItem, Item, Line, PathItem, TextItem, TypesetPage
from qwen_pipeline.typeset.fonts import Fonts
from qwen_pipeline.typeset.outline import rounded_rect
from qwen_pipeline.typeset.raster import lettering, pixel_height, rasterise

WHITE = Color(255, 255, 255)


def page_of(canvas: Canvas, *items: Item, fill: Color = WHITE) -> TypesetPage:
    ground = PathItem(rounded_rect(canvas.bleed_box), canvas.bleed_box, fill=fill)
    return TypesetPage("p", "Page", canvas, (ground, *items), ())


@pytest.fixture
def scene(tmp_path: Path) -> str:
    y, x = np.mgrid[0:256, 0:256]
    pixels = np.stack([x, y, 255 - x], -1).astype(np.uint8)
    path = tmp_path / "scene.png"
    Image.fromarray(pixels).save(path)
    return str(path)


@pytest.mark.parametrize(("width", "height"), [(1080, 1920), (1080, 1080), (1001, 777), (2480, 3508)])
def test_a_canvas_in_pixels_comes_out_at_its_own_size(fonts: Fonts, width: int, height: int) -> None:
    canvas = Canvas("c", width * 0.75, height * 0.75, width_px=width, height_px=height)
    assert pixel_height(page_of(canvas), width) == height


@pytest.mark.parametrize(
    ("width_pt", "height_pt", "asked", "height"), [(1190.55, 1683.78, 2048, 2896), (100, 300, 7, 21), (1000, 1, 100, 1)]
)
def test_heights_follow_the_proportions(fonts: Fonts, width_pt: float, height_pt: float, asked: int, height: int) -> None:
    page = page_of(Canvas("c", width_pt, height_pt))
    assert rasterise(page, fonts, asked).size == (asked, height)


def test_with_bleed_the_bleed_box_is_shown(fonts: Fonts) -> None:
    canvas = Canvas("c", 100.0, 50.0, bleed_pt=10.0)
    left = Box(-10, -10, 10, 70)
    page = page_of(canvas, PathItem(rounded_rect(left), left, fill=Color(200, 0, 0)))
    assert rasterise(page, fonts, 240, bleed=True).size == (240, 140)
    assert rasterise(page, fonts, 240, bleed=True).getpixel((10, 70)) == (200, 0, 0)
    assert rasterise(page, fonts, 240).getpixel((2, 50)) == (255, 255, 255)


@pytest.mark.parametrize("size", [256, 200, 512])
@pytest.mark.parametrize("bleed", [True, False])
def test_the_scene_pasted_equals_the_scene_drawn(fonts: Fonts, scene: str, size: int, bleed: bool) -> None:
    canvas = Canvas("c", 192.0, 192.0, bleed_pt=9.0)
    veil = Box(20, 20, 100, 60)
    layers: tuple[Item, ...] = (
        PathItem(rounded_rect(veil, 8), veil, fill=Color(255, 255, 255, 0.6)),
        PathItem(
            rounded_rect(canvas.trim),
            canvas.trim,
            fill=Gradient("linear", 90, ((0, Color(0, 0, 0, 0)), (1, Color(0, 0, 0, 0.7)))),
        ),
    )
    picture = ImageItem(scene, canvas.bleed_box, crop=(0.05, 0.05, 0.95, 0.95), is_scene=True)
    quick = page_of(canvas, picture, *layers)
    plain = page_of(canvas, replace(picture, is_scene=False), *layers)
    one, two = (np.asarray(rasterise(p, fonts, size, bleed=bleed), dtype=int) for p in (quick, plain))
    assert np.abs(one - two).mean() < 1.0


def test_a_scene_in_a_part_of_the_page_leaves_the_ground(fonts: Fonts, scene: str) -> None:
    page = page_of(Canvas("c", 100.0, 100.0), ImageItem(scene, Box(50, 0, 50, 100), is_scene=True), fill=Color(1, 2, 3))
    image = rasterise(page, fonts, 100)
    assert image.getpixel((20, 50)) == (1, 2, 3)
    assert image.getpixel((75, 50)) != (1, 2, 3)
    assert rasterise(page, fonts, 100, scene=False).getpixel((75, 50)) == (1, 2, 3)


def test_scene_and_background_can_be_left_out(fonts: Fonts, scene: str) -> None:
    canvas = Canvas("c", 100.0, 100.0)
    page = page_of(canvas, ImageItem(scene, canvas.trim, is_scene=True), fill=Color(1, 2, 3))
    assert rasterise(page, fonts, 100, scene=False).getpixel((50, 50)) == (1, 2, 3)
    assert rasterise(page, fonts, 100, scene=False, background=False).getpixel((50, 50)) == (255, 255, 255)


def test_a_transparent_scene_shows_the_background(fonts: Fonts, tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    Image.new("RGBA", (10, 10), (255, 0, 0, 0)).save(path)
    canvas = Canvas("c", 100.0, 100.0)
    page = page_of(canvas, ImageItem(str(path), canvas.trim, is_scene=True), fill=Color(1, 2, 3))
    assert rasterise(page, fonts, 100).getpixel((50, 50)) == (1, 2, 3)


def test_lettering_is_the_baked_strings_on_nothing(fonts: Fonts, scene: str) -> None:
    canvas = Canvas("c", 200.0, 200.0)

    def text(string: str, y: float, visible: bool) -> TextItem:
        run = Glyphs("春茶", "NotoSansSC-w700", 40.0, 50, y)
        return TextItem(string, (Line("春茶", Box(50, y - 40, 80, 52), (run,)),), Color(10, 200, 30), visible=visible)

    page = page_of(canvas, ImageItem(scene, canvas.trim, is_scene=True), text("baked", 80, False), text("overlay", 180, True))
    image = lettering(page, fonts, 400, 200, Box(0, 0, 200, 100))
    assert (image.mode, image.size) == ("RGBA", (400, 200))
    box = image.getchannel("A").getbbox()
    assert box is not None
    assert 95 <= box[0] <= 110
    assert 70 <= box[1] <= 100
    assert box[2] <= 265
    solid = [p for p in np.asarray(image).reshape(-1, 4).tolist() if p[3] == 255]
    assert solid
    assert all(p[:3] == [10, 200, 30] for p in solid)
    assert lettering(page, fonts, 400, 200, Box(0, 100, 200, 100)).getbbox() is None


def test_twice_the_same_pixels(fonts: Fonts, scene: str) -> None:
    canvas = Canvas("c", 100.0, 100.0)
    page = page_of(canvas, ImageItem(scene, canvas.trim, is_scene=True))
    assert rasterise(page, fonts, 128).tobytes() == rasterise(page, fonts, 128).tobytes()
