"""Colour, size and weight of lettering, measured on lettering whose colour, size and weight are known."""

from __future__ import annotations

from importlib import resources

import pytest
from PIL import Image, ImageDraw, ImageFont

from qwen_pipeline.types import PixelBox
from qwen_pipeline.verify.lettering_look import look_of

FONT = str(resources.files("justmytype_intl_cjk") / "fonts/ofl/notosanssc/NotoSansSC[wght].ttf")
INK, PAPER = (30, 60, 50), (240, 230, 210)


def lettered(text: str, size: int, weight: int, below: str = "") -> tuple[Image.Image, PixelBox]:
    """A picture of a line of text, and its box as readers give it: with some room on all sides."""
    font = ImageFont.truetype(FONT, size)
    font.set_variation_by_axes([weight])
    image = Image.new("RGB", (size * len(text) + 120, size * 3), PAPER)
    draw = ImageDraw.Draw(image)
    draw.text((50, size * 0.5), text, font=font, fill=INK)
    left, top, right, bottom = draw.textbbox((50, size * 0.5), text, font=font)
    if below:
        draw.text((50, bottom + size * 0.12), below, font=font, fill=INK)
    room = 0.15 * (bottom - top)
    return image, PixelBox(left - room, top - room, right + room, bottom + room)


@pytest.mark.parametrize("text", ["春茶市集", "Spring Tea Fair"])
@pytest.mark.parametrize("weight", [200, 400, 700, 900])
def test_what_was_drawn_is_measured(text: str, weight: int) -> None:
    image, box = lettered(text, 90, weight)
    look = look_of(image, [box], text)
    assert look is not None
    assert look.em_px == pytest.approx(90, rel=0.08)
    assert abs(look.weight - weight) <= 100
    assert max(abs(a - b) for a, b in zip((look.color.r, look.color.g, look.color.b), INK, strict=True)) <= 10


def test_a_line_below_that_looks_into_the_box_is_left_out() -> None:
    image, box = lettered("春茶市集", 90, 900, below="春茶市集")
    look = look_of(image, [PixelBox(box.left, box.top, box.right, box.bottom + 20)], "春茶市集")
    assert look is not None
    assert look.em_px == pytest.approx(90, rel=0.08)
    assert look.weight >= 800


def test_where_nothing_stands_nothing_is_measured() -> None:
    image = Image.new("RGB", (200, 100), PAPER)
    assert look_of(image, [PixelBox(10, 10, 150, 60)], "Tea") is None
    assert look_of(image, [PixelBox(10, 10, 12, 12)], "Tea") is None
    assert look_of(image, [], "Tea") is None
