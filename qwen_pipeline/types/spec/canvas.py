"""Canvas sizes as written, and what they are in points and pixels."""

import re
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from ..geometry import PT_PER_UNIT
from .scalars import LengthField, Strict


class CanvasSpec(Strict):
    """`A3`, `1080x1080px`, `210mmx297mm`, `16:9`, or these as `size` with the rest beside it."""

    size: str
    """As above."""
    orientation: Literal["portrait", "landscape"] | None = None
    bleed: LengthField | None = None
    """Outside the trim, for the printer's knife."""
    safe: LengthField | None = None
    """Inside the trim: words, codes and logos keep out of it."""
    min_dpi: Annotated[float, Field(strict=True, ge=0)] | None = None
    """Lowest resolution of pictures, as placed."""


def parse_canvas(value: Any) -> Any:
    return {"size": value} if isinstance(value, str) else value


CanvasField = Annotated[CanvasSpec, BeforeValidator(parse_canvas)]

PAPER_MM: dict[str, tuple[float, float]] = {
    "A0": (841, 1189), "A1": (594, 841), "A2": (420, 594), "A3": (297, 420), "A4": (210, 297), "A5": (148, 210), "A6": (105, 148),
    "B4": (250, 353), "B5": (176, 250), "LETTER": (215.9, 279.4), "LEGAL": (215.9, 355.6), "TABLOID": (279.4, 431.8),
}  # fmt: skip
"""Paper sizes, portrait, width x height in mm; ISO 216, ANSI/ASME Y14.1."""

RATIO_PX: dict[str, tuple[int, int]] = {
    "16:9": (1920, 1080), "4:3": (1440, 1080), "3:2": (1620, 1080), "1:1": (1080, 1080),
    "9:16": (1080, 1920), "3:4": (1080, 1440), "2:3": (1080, 1620), "4:5": (1080, 1350),
}  # fmt: skip

MAX_CANVAS_PT = 5000 / 25.4 * 72
MAX_CANVAS_PX = 16384
_SIZE = re.compile(r"^\s*(\d+(?:\.\d+)?)\s*(mm|cm|in|pt|px)?\s*[x×]\s*(\d+(?:\.\d+)?)\s*(mm|cm|in|pt|px)\s*$")


def parse_canvas_size(size: str, orientation: str | None = None) -> tuple[float, float, int | None, int | None]:
    """Trim of a canvas: width and height in pt, and in px where the size is written in px or as a ratio (else None).

    Knows `A0` to `A6`, `B4`, `B5`, `Letter`, `Legal`, `Tabloid` (portrait unless turned), ratios (`16:9` is 1920 x 1080 px) and
    `1080x1920px`, `210mmx297mm`. ValueError says what is wrong: an unknown size, or one that is empty or too large.
    """
    width, height, in_px = _canvas_sides(size)
    if orientation and (width > height) != (orientation == "landscape") and width != height:
        width, height = height, width
    if in_px:
        if width != int(width) or height != int(height):
            raise ValueError(f"{size}: pixels come whole")
        if max(width, height) > MAX_CANVAS_PX:
            raise ValueError(f"{size} is too large; a side has at most {MAX_CANVAS_PX} px")
    width_pt, height_pt = (width * 0.75, height * 0.75) if in_px else (width, height)
    if min(width_pt, height_pt) <= 0:
        raise ValueError(f"{size} is empty; both sides must be more than 0")
    if max(width_pt, height_pt) > MAX_CANVAS_PT:
        raise ValueError(f"{size} is too large; a side has at most 5 m")
    return width_pt, height_pt, *((int(width), int(height)) if in_px else (None, None))


def _canvas_sides(size: str) -> tuple[float, float, bool]:
    """Width and height as (px, px, True) or (pt, pt, False)."""
    name = size.strip()
    if name.upper() in PAPER_MM:
        width_mm, height_mm = PAPER_MM[name.upper()]
        return width_mm / 25.4 * 72, height_mm / 25.4 * 72, False
    if name in RATIO_PX:
        width_px, height_px = RATIO_PX[name]
        return width_px, height_px, True
    match = _SIZE.match(name)
    if not match:
        known = ", ".join([*(n.capitalize() for n in PAPER_MM), *RATIO_PX])
        raise ValueError(f"'{size}' is no canvas size; write 1080x1920px, 210mmx297mm, or one of {known}")
    unit_w, unit_h = match[2] or match[4], match[4]
    if unit_w == unit_h == "px":
        return float(match[1]), float(match[3]), True
    return float(match[1]) * PT_PER_UNIT[unit_w], float(match[3]) * PT_PER_UNIT[unit_h], False
