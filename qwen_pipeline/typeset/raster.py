"""Solved pages to pixels. The scene's picture goes straight into the bitmap; pdfium draws the layers over it."""

from __future__ import annotations

import io
from dataclasses import replace

from PIL import Image
from reportlab.pdfgen.canvas import Canvas as PdfCanvas

from qwen_pipeline.pictures import load
from qwen_pipeline.types import Box, ImageItem, Item, LayerSpan, TypesetPage

from . import pdfium
from .draw import TextMode, draw
from .faces import FontSource

_WHITE = b"\xff"
_NEAR = 1e-3
_STRIP_PX = 128


def pixel_height(page: TypesetPage, width_px: int, *, bleed: bool = False) -> int:
    """Height in pixels of a picture of `width_px`: the area's proportions, rounded to the nearest pixel, at least 1.

    A canvas given in pixels comes out at exactly its own size when its own width is asked for.
    """
    canvas = page.canvas
    if not bleed and canvas.width_px == width_px and canvas.height_px:
        return canvas.height_px
    area = canvas.bleed_box if bleed else canvas.trim
    return max(1, round(width_px * area.h_pt / area.w_pt))


def rasterise(
    page: TypesetPage,
    fonts: FontSource,
    width_px: int,
    *,
    bleed: bool = False,
    text: TextMode = "all",
    scene: bool = True,
    background: bool = True,
) -> Image.Image:
    """The page as an RGB picture `width_px` wide; with `bleed`, of the bleed box.

    `background` False leaves out what the page is filled with (white shows). pdfium is not thread-safe: calls wait for one
    another.
    """
    area = page.canvas.bleed_box if bleed else page.canvas.trim
    size = (width_px, pixel_height(page, width_px, bleed=bleed))
    items = page.items if background else _without_background(page)
    if not scene:
        items = tuple(i for i in items if not (isinstance(i, ImageItem) and i.is_scene))
    base, items = _base(items, area, size)
    pdfium.paint(_pdf(replace(page, items=items), fonts, area, size, text), base, *size, alpha=False)
    return Image.frombuffer("RGBX", size, base, "raw", "RGBX", 0, 1).convert("RGB")


def lettering(page: TypesetPage, fonts: FontSource, width_px: int, height_px: int, box: Box) -> Image.Image:
    """The baked strings alone, visible, on transparent ground: the part `box` of the page as an RGBA picture of this size."""
    size = (width_px, height_px)
    pixels = bytearray(width_px * height_px * 4)
    pdfium.paint(_pdf(page, fonts, box, size, "only-baked"), pixels, *size, alpha=True)
    return Image.frombuffer("RGBA", size, pixels, "raw", "RGBA", 0, 1).copy()


def rasterise_span(page: TypesetPage, fonts: FontSource, span: LayerSpan, width_px: int, *, bleed: bool = False) -> Image.Image:
    """One layer alone, on transparent ground: an RGBA picture of the trim (or of the bleed box), alpha not multiplied in."""
    area = page.canvas.bleed_box if bleed else page.canvas.trim
    size = (width_px, pixel_height(page, width_px, bleed=bleed))
    pixels = bytearray(size[0] * size[1] * 4)
    alone = replace(page, items=page.items[span.start : span.stop])
    pdfium.paint(_pdf(alone, fonts, area, size, "all"), pixels, *size, alpha=True)
    return Image.frombuffer("RGBA", size, pixels, "raw", "RGBA", 0, 1).copy()


def _pdf(page: TypesetPage, fonts: FontSource, area: Box, size: tuple[int, int], text: TextMode) -> bytes:
    buffer = io.BytesIO()
    canvas = PdfCanvas(buffer, pagesize=(area.w_pt, area.h_pt), pageCompression=0, invariant=1)
    ppi = max(size[0] / area.w_pt, size[1] / area.h_pt) * 72
    draw(canvas, page, fonts, text=text, offset=(-area.x_pt, -area.y_pt), image_mode="raw", max_ppi=ppi)
    canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def _without_background(page: TypesetPage) -> tuple[Item, ...]:
    """The first item of a page is its background (`Page.background`), over the whole bleed box."""
    return page.items[1:]


def _base(items: tuple[Item, ...], area: Box, size: tuple[int, int]) -> tuple[bytearray, tuple[Item, ...]]:
    """(pixels to draw on, items still to draw): the scene's picture where it hides all below it, else white."""
    for index, item in enumerate(items[:2]):
        if isinstance(item, ImageItem) and item.is_scene and _hides(item, area):
            return _scene_pixels(item, area, size), items[index + 1 :]
    return bytearray(_WHITE * (size[0] * size[1] * 4)), items


def _hides(item: ImageItem, area: Box) -> bool:
    box = item.box
    covers = (
        box.x_pt <= area.x_pt + _NEAR
        and box.y_pt <= area.y_pt + _NEAR
        and box.right_pt >= area.right_pt - _NEAR
        and box.bottom_pt >= area.bottom_pt - _NEAR
    )
    return covers and not item.clip_radius_pt and item.opacity >= 1 and load(item.path).mode != "RGBA"


def _scene_pixels(item: ImageItem, area: Box, size: tuple[int, int]) -> bytearray:
    """The part of the picture that lies in `area`, resampled to `size`, as RGBX."""
    picture = load(item.path)
    left, top, right, bottom = item.crop
    per_x, per_y = (right - left) * picture.width / item.box.w_pt, (bottom - top) * picture.height / item.box.h_pt
    x = left * picture.width + (area.x_pt - item.box.x_pt) * per_x
    y = top * picture.height + (area.y_pt - item.box.y_pt) * per_y
    part = (max(x, 0.0), max(y, 0.0), min(x + area.w_pt * per_x, picture.width), min(y + area.h_pt * per_y, picture.height))
    if picture.size != size or part != (0.0, 0.0, float(size[0]), float(size[1])):
        picture = picture.resize(size, Image.Resampling.LANCZOS, box=part, reducing_gap=3.0)
    return _rgbx(picture if picture.mode == "RGB" else picture.convert("RGB"))


def _rgbx(picture: Image.Image) -> bytearray:
    """The pixels of an RGB picture, taken strip by strip: whole, they would be in memory twice."""
    row = picture.width * 4
    pixels = bytearray(row * picture.height)
    for top in range(0, picture.height, _STRIP_PX):
        bottom = min(top + _STRIP_PX, picture.height)
        pixels[top * row : bottom * row] = picture.crop((0, top, picture.width, bottom)).tobytes("raw", "RGBX")
    return pixels
