"""Soft shadows: a blurred mask at a modest resolution, put into the PDF as the soft mask of one coloured pixel."""

from __future__ import annotations

import hashlib
import io
import math
import zlib

from PIL import Image, ImageDraw, ImageFilter
from reportlab.pdfgen.canvas import Canvas as PdfCanvas

from qwen_pipeline.memo import Memo
from qwen_pipeline.types import Box, Color, Line, Shadow, TextItem

from . import pdfium
from .faces import face_name
from .glyphs import set_text
from .outline import Segment, bounds, flatten
from .pen import Pen
from .xobjects import image_entries, stream

REACH = 3.0
"""A Gaussian's extent in sigmas: 0.1 % of the weight lies outside."""
_SIGMA_PX = 4.0
_MAX_SIDE_PX = 1400
_MAX_PX_PER_PT = 8.0

_text_masks: Memo[Image.Image] = Memo(24_000_000, lambda i: i.width * i.height)


def extent(box: Box, shadow: Shadow) -> Box:
    """The box outside of which `shadow` of something in `box` changes nothing."""
    reach = REACH * shadow.blur_pt
    return Box(box.x_pt + shadow.dx_pt, box.y_pt + shadow.dy_pt, box.w_pt, box.h_pt).inset(-reach)


def path_shadow(pen: Pen, segments: tuple[Segment, ...], shadow: Shadow, stroke_pt: float, filled: bool, opacity: float) -> None:
    """Draw the shadow of a path: its filled outline, or its line of `stroke_pt`."""
    hull = bounds(segments).inset(0 if filled else -stroke_pt / 2)
    if shadow.blur_pt <= 0:
        _hard_shadow(pen, segments, shadow, stroke_pt, filled, opacity)
        return
    area, scale, size = _frame(hull, shadow)
    mask = Image.new("L", size)
    draw = ImageDraw.Draw(mask)
    lines = [[((x - area.x_pt) * scale, (y - area.y_pt) * scale) for x, y in line] for line in flatten(segments)]
    if filled:
        first = _turn(lines[0])
        for line in lines:
            draw.polygon(line, fill=255 if _turn(line) * first >= 0 else 0)
    else:
        for line in lines:
            draw.line(line, fill=255, width=max(1, round(stroke_pt * scale)), joint="curve")
    _place(pen, _blur(mask, shadow, scale), area, shadow, opacity)


def _hard_shadow(pen: Pen, segments: tuple[Segment, ...], shadow: Shadow, stroke_pt: float, filled: bool, opacity: float) -> None:
    canvas = pen.canvas
    canvas.saveState()
    canvas.translate(shadow.dx_pt, -shadow.dy_pt)
    pen.fill_color(shadow.color, opacity)
    pen.stroke_color(shadow.color, opacity)
    canvas.setLineWidth(stroke_pt)
    canvas.drawPath(pen.path(segments), stroke=int(not filled), fill=int(filled), fillMode=1)
    canvas.restoreState()


def picture_shadow(pen: Pen, alpha: Image.Image, box: Box, shadow: Shadow, opacity: float) -> None:
    """Draw the shadow of a picture with transparent parts; `alpha` fills `box`."""
    area, scale, size = _frame(box, shadow)
    mask = Image.new("L", size)
    inner = alpha.resize((max(1, round(box.w_pt * scale)), max(1, round(box.h_pt * scale))), reducing_gap=2.0)
    mask.paste(inner, (round((box.x_pt - area.x_pt) * scale), round((box.y_pt - area.y_pt) * scale)))
    _place(pen, _blur(mask, shadow, scale), area, shadow, opacity)


def text_shadow(pen: Pen, item: TextItem, shadow: Shadow) -> None:
    """Draw the shadow of text. The letters are set alone by the same code, so that they are the same letters."""
    hull = _ink(item.lines)
    area, scale, size = _frame(hull, shadow)
    faces = tuple(face_name(f, pen.fonts) for f in sorted({r.font for line in item.lines for r in line.runs}))
    key = (item.lines, faces, area, size, shadow.blur_pt)
    mask = _text_masks.get(key, lambda: _blur(_letters(pen, item, area, size), shadow, scale))
    _place(pen, mask, area, shadow, item.color.alpha)


def _letters(pen: Pen, item: TextItem, area: Box, size: tuple[int, int]) -> Image.Image:
    buffer = io.BytesIO()
    canvas = PdfCanvas(buffer, pagesize=(area.w_pt, area.h_pt), pageCompression=0, invariant=1)
    black = TextItem(item.string, item.lines, Color(0, 0, 0))
    set_text(Pen(canvas, -area.x_pt, area.h_pt + area.y_pt, pen.fonts), black, visible=True)
    canvas.showPage()
    canvas.save()
    pixels = bytearray(size[0] * size[1] * 4)
    pdfium.paint(buffer.getvalue(), pixels, *size, alpha=True)
    return Image.frombuffer("RGBA", size, pixels, "raw", "RGBA", 0, 1).getchannel("A")


def _ink(lines: tuple[Line, ...]) -> Box:
    """A box that holds the lines' ink: the union of their boxes, grown by half a letter for accents and overhangs."""
    boxes = [line.box for line in lines]
    slack = max(run.size_pt for line in lines for run in line.runs) / 2
    x, y = min(b.x_pt for b in boxes), min(b.y_pt for b in boxes)
    return Box(x, y, max(b.right_pt for b in boxes) - x, max(b.bottom_pt for b in boxes) - y).inset(-slack)


def _frame(hull: Box, shadow: Shadow) -> tuple[Box, float, tuple[int, int]]:
    """(area of the mask before the offset, pixels a point, size in pixels). A few pixels a sigma: a blur has no finer detail."""
    area = hull.inset(-REACH * shadow.blur_pt)
    scale = min(_MAX_PX_PER_PT, _SIGMA_PX / max(shadow.blur_pt, 0.01), _MAX_SIDE_PX / max(area.w_pt, area.h_pt))
    size = (math.ceil(area.w_pt * scale) + 1, math.ceil(area.h_pt * scale) + 1)
    return Box(area.x_pt, area.y_pt, size[0] / scale, size[1] / scale), scale, size


def _blur(mask: Image.Image, shadow: Shadow, scale: float) -> Image.Image:
    return mask.filter(ImageFilter.GaussianBlur(shadow.blur_pt * scale))


def _turn(line: list[tuple[float, float]]) -> float:
    """Twice the signed area: its sign tells outlines from holes."""
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(line, line[1:] + line[:1], strict=True))


def _place(pen: Pen, mask: Image.Image, area: Box, shadow: Shadow, opacity: float) -> None:
    color = shadow.color
    data = mask.tobytes()
    name = "Sd" + hashlib.sha256(data + repr((mask.size, color.r, color.g, color.b)).encode()).hexdigest()[:24]
    if not pen.has(name):
        mask_entries = image_entries(mask.size, "DeviceGray", "FlateDecode")
        pixel = image_entries((1, 1), "DeviceRGB")
        pixel["SMask"] = pen.add(name + "M", stream(mask_entries, zlib.compress(data, 1)))
        pen.add(name, stream(pixel, bytes((color.r, color.g, color.b))))
    pen.canvas.saveState()
    pen.canvas.setFillAlpha(color.alpha * opacity)
    pen.paint(name, Box(area.x_pt + shadow.dx_pt, area.y_pt + shadow.dy_pt, area.w_pt, area.h_pt))
    pen.canvas.restoreState()
