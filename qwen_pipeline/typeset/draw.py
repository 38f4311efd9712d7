"""The one drawing function: a solved page onto a reportlab canvas, for PDFs and, by pdfium, for pictures."""

from __future__ import annotations

from typing import Literal

from reportlab.pdfbase.pdfdoc import PDFStream
from reportlab.pdfgen.canvas import Canvas as PdfCanvas

from qwen_pipeline.pictures import load
from qwen_pipeline.types import Box, Color, Gradient, ImageItem, PathItem, TextItem, TypesetPage

from .embed import Encoded, ImageMode, encode
from .faces import FontSource
from .glyphs import set_text
from .gradient import paint_gradient
from .outline import rounded_rect
from .pen import NON_ZERO, Pen
from .shadow import path_shadow, picture_shadow, text_shadow
from .xobjects import image_entries, stream

TextMode = Literal["all", "none", "only-baked"]


def draw(
    canvas: PdfCanvas,
    page: TypesetPage,
    fonts: FontSource,
    *,
    scene: bool = True,
    text: TextMode = "all",
    offset: tuple[float, float] = (0.0, 0.0),
    image_mode: ImageMode = "jpeg",
    max_ppi: float | None = None,
) -> None:
    """Draw `page` onto the current page of `canvas`, clipped to the bleed.

    `offset` is where the trim's top left corner lies, in points from the sheet's top left corner. `scene` False leaves the
    model's picture out. `text`: "all" draws baked strings invisibly, for search; "none" draws no string; "only-baked" draws
    the baked strings visibly and nothing else. Pictures finer than `max_ppi` are scaled down to it; None keeps every pixel.
    Raises BadPicture for picture files that cannot be read.
    """
    pen = Pen(canvas, offset[0], canvas._pagesize[1] - offset[1], fonts, image_mode, max_ppi)
    canvas.saveState()
    pen.clip(rounded_rect(page.canvas.bleed_box))
    for item in page.items:
        if isinstance(item, TextItem):
            _draw_text(pen, item, text)
        elif text == "only-baked":
            continue
        elif isinstance(item, PathItem):
            _draw_path(pen, item)
        elif scene or not item.is_scene:
            _draw_image(pen, item)
    canvas.restoreState()


def _draw_text(pen: Pen, item: TextItem, text: TextMode) -> None:
    if text == "none" or (text == "only-baked" and item.visible) or not any(line.runs for line in item.lines):
        return
    visible = item.visible or text == "only-baked"
    if visible and item.shadow:
        text_shadow(pen, item, item.shadow)
    set_text(pen, item, visible=visible)


def _draw_path(pen: Pen, item: PathItem) -> None:
    if item.shadow:
        _shade_path(pen, item)
    canvas = pen.canvas
    canvas.saveState()
    filled = isinstance(item.fill, Color)
    if isinstance(item.fill, Color):
        pen.fill_color(item.fill, item.opacity)
    elif isinstance(item.fill, Gradient):
        canvas.saveState()
        pen.clip(item.segments)
        paint_gradient(pen, item.fill, item.box, item.opacity)
        canvas.restoreState()
    stroked = item.stroke is not None and item.stroke_pt > 0
    if item.stroke is not None and stroked:
        pen.stroke_color(item.stroke, item.opacity)
        canvas.setLineWidth(item.stroke_pt)
        canvas.setLineCap(int(item.round_caps))
        canvas.setLineJoin(int(item.round_caps))
        if item.dash_pt:
            canvas.setDash(list(item.dash_pt))
    if filled or stroked:
        canvas.drawPath(pen.path(item.segments), stroke=int(stroked), fill=int(filled), fillMode=NON_ZERO)
    canvas.restoreState()


def _shade_path(pen: Pen, item: PathItem) -> None:
    """The shadow of a path; under a translucent fill it is cut out, so that it does not show through."""
    assert item.shadow is not None
    filled = item.fill is not None
    pen.canvas.saveState()
    if filled and not _opaque(item):
        outside = rounded_rect(item.box.inset(-1e4))
        pen.canvas.clipPath(pen.path((*outside, *item.segments)), stroke=0, fill=0, fillMode=0)
    path_shadow(pen, item.segments, item.shadow, item.stroke_pt, filled, item.opacity)
    pen.canvas.restoreState()


def _opaque(item: PathItem) -> bool:
    colors = [item.fill] if isinstance(item.fill, Color) else [c for _, c in item.fill.stops] if item.fill else []
    return item.opacity >= 1 and all(c.alpha >= 1 for c in colors)


def _draw_image(pen: Pen, item: ImageItem) -> None:
    whole = _whole(item)
    picture = encode(item.path, pen.image_mode, _max_px(pen, whole))
    if not pen.has(picture.key):
        pen.add(picture.key, _xobject(pen, picture))
    frame = rounded_rect(item.box, item.clip_radius_pt)
    if item.shadow and picture.alpha and item.crop == (0.0, 0.0, 1.0, 1.0) and not item.clip_radius_pt:
        picture_shadow(pen, load(item.path).getchannel("A"), item.box, item.shadow, item.opacity)
    elif item.shadow:
        path_shadow(pen, frame, item.shadow, 0.0, True, item.opacity)
    pen.canvas.saveState()
    if item.clip_radius_pt or whole != item.box:
        pen.clip(frame)
    pen.canvas.setFillAlpha(item.opacity)
    pen.paint(picture.key, whole)
    pen.canvas.restoreState()


def _whole(item: ImageItem) -> Box:
    """Where the uncropped picture lies, so that its crop fills the box."""
    left, top, right, bottom = item.crop
    w, h = item.box.w_pt / (right - left), item.box.h_pt / (bottom - top)
    return Box(item.box.x_pt - left * w, item.box.y_pt - top * h, w, h)


def _max_px(pen: Pen, whole: Box) -> tuple[int, int] | None:
    if pen.max_ppi is None:
        return None
    return max(1, round(whole.w_pt * pen.max_ppi / 72)), max(1, round(whole.h_pt * pen.max_ppi / 72))


def _xobject(pen: Pen, picture: Encoded) -> PDFStream:
    size = (picture.width_px, picture.height_px)
    entries = image_entries(size, "DeviceRGB" if picture.channels == 3 else "DeviceGray", picture.filter)
    if picture.predictor > 1:
        entries["DecodeParms"] = f"<< /Predictor {picture.predictor} /Colors {picture.channels} /Columns {picture.width_px} >>"
    if picture.alpha is not None:
        mask = image_entries(size, "DeviceGray", "FlateDecode" if picture.filter else "")
        entries["SMask"] = pen.add(picture.key + "M", stream(mask, picture.alpha))
    return stream(entries, picture.data)
