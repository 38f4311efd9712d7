"""Drawn shapes, fills, lines and shadows in DrawingML (ECMA-376 part 1, chapter 20.1). Lengths are in EMU: 12,700 a point."""

from __future__ import annotations

import math
from collections.abc import Iterable

from qwen_pipeline.dataclass import dataclass
from qwen_pipeline.types import Box, Color, Gradient, Paint, PathItem, Shadow

from .xml_text import quoteattr

EMU_PER_PT = 12_700
NAMESPACES = (
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
    ' xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"'
    ' xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
)
_BLUR_PER_SIGMA = 2.0
"""A blur radius in DrawingML is about two sigmas of a Gaussian."""


def emu(value_pt: float) -> int:
    return round(value_pt * EMU_PER_PT)


@dataclass(frozen=True, slots=True)
class Named:
    """A shape's number on its slide, unique there, and the name that people see in the selection pane."""

    number: int
    name: str

    def xml(self, tag: str = "p:cNvPr", alt: str = "") -> str:
        described = f" descr={quoteattr(alt)}" if alt else ""
        return f'<{tag} id="{self.number}" name={quoteattr(self.name)}{described}/>'


def frame(box: Box) -> str:
    """Where a shape lies on the slide."""
    place = f'<a:off x="{emu(box.x_pt)}" y="{emu(box.y_pt)}"/>'
    return f'<a:xfrm>{place}<a:ext cx="{max(emu(box.w_pt), 0)}" cy="{max(emu(box.h_pt), 0)}"/></a:xfrm>'


def fill(paint: Paint | None, opacity: float = 1.0) -> str:
    if paint is None:
        return "<a:noFill/>"
    if isinstance(paint, Color):
        return f"<a:solidFill>{color(paint, opacity)}</a:solidFill>"
    return _gradient(paint, opacity)


def color(value: Color, opacity: float = 1.0) -> str:
    alpha = value.alpha * opacity
    thin = f'<a:alpha val="{round(alpha * 100_000)}"/>' if alpha < 1 else ""
    return f'<a:srgbClr val="{value.hex[1:].upper()}">{thin}</a:srgbClr>'


def _gradient(gradient: Gradient, opacity: float) -> str:
    stops = "".join(f'<a:gs pos="{round(at * 100_000)}">{color(c, opacity)}</a:gs>' for at, c in gradient.stops)
    if gradient.kind == "linear":
        way = f'<a:lin ang="{round(gradient.angle_deg % 360 * 60_000)}" scaled="0"/>'
    else:
        way = '<a:path path="circle"><a:fillToRect l="50000" t="50000" r="50000" b="50000"/></a:path>'
    return f'<a:gradFill rotWithShape="1"><a:gsLst>{stops}</a:gsLst>{way}</a:gradFill>'


def shadow(cast: Shadow | None, opacity: float = 1.0) -> str:
    if cast is None:
        return ""
    distance = math.hypot(cast.dx_pt, cast.dy_pt)
    angle = round(math.degrees(math.atan2(cast.dy_pt, cast.dx_pt)) % 360 * 60_000)
    blur = emu(cast.blur_pt * _BLUR_PER_SIGMA)
    given = f'blurRad="{blur}" dist="{emu(distance)}" dir="{angle}" algn="ctr" rotWithShape="0"'
    return f"<a:effectLst><a:outerShdw {given}>{color(cast.color, opacity)}</a:outerShdw></a:effectLst>"


def path_shape(item: PathItem, named: Named) -> str:
    """A free form with the item's own curves."""
    box = _bounds(item.segments)
    size = f'w="{emu(box.w_pt)}" h="{emu(box.h_pt)}"'
    curves = "".join(_segment(segment, box) for segment in item.segments)
    inside = "" if item.fill is not None else ' fill="none"'
    return (
        f"<p:sp {NAMESPACES}><p:nvSpPr>{named.xml()}<p:cNvSpPr/><p:nvPr/></p:nvSpPr><p:spPr>{frame(box)}"
        '<a:custGeom><a:avLst/><a:gdLst/><a:ahLst/><a:cxnLst/><a:rect l="0" t="0" r="r" b="b"/>'
        f"<a:pathLst><a:path {size}{inside}>{curves}</a:path></a:pathLst></a:custGeom>"
        f"{fill(item.fill, item.opacity)}{_line(item)}{shadow(item.shadow, item.opacity)}</p:spPr></p:sp>"
    )


def _segment(segment: tuple[str | float, ...], box: Box) -> str:
    op, *values = segment
    numbers = [float(v) for v in values]
    points = "".join(
        f'<a:pt x="{emu(x - box.x_pt)}" y="{emu(y - box.y_pt)}"/>' for x, y in zip(numbers[::2], numbers[1::2], strict=True)
    )
    tag = {"M": "moveTo", "L": "lnTo", "C": "cubicBezTo"}.get(str(op))
    return f"<a:{tag}>{points}</a:{tag}>" if tag else "<a:close/>"


def _line(item: PathItem) -> str:
    if item.stroke is None or item.stroke_pt <= 0:
        return "<a:ln><a:noFill/></a:ln>"
    ends = "round" if item.round_caps else "flat"
    joint = "<a:round/>" if item.round_caps else '<a:miter lim="800000"/>'
    on_off = zip(item.dash_pt[::2], item.dash_pt[1::2] or item.dash_pt[::2], strict=False)
    dashes = "".join(f'<a:ds d="{_per_width(on, item)}" sp="{_per_width(off, item)}"/>' for on, off in on_off)
    dashed = f"<a:custDash>{dashes}</a:custDash>" if dashes else ""
    return f'<a:ln w="{emu(item.stroke_pt)}" cap="{_CAPS[ends]}">{fill(item.stroke, item.opacity)}{dashed}{joint}</a:ln>'


_CAPS = {"round": "rnd", "flat": "flat"}


def _per_width(length_pt: float, item: PathItem) -> int:
    """Dashes are given in thousandths of a percent of the line's width."""
    return round(length_pt / item.stroke_pt * 100_000)


def _bounds(segments: Iterable[tuple[str | float, ...]]) -> Box:
    numbers = [float(v) for segment in segments for v in segment[1:]]
    xs, ys = numbers[::2], numbers[1::2]
    return Box(min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys))
