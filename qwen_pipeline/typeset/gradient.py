"""Gradients as PDF shadings; opacity by a soft mask with a shading of its own, so that ramps are smooth at any size.

Soft radial gradients are small interpolated images instead: pdfium computes radial shadings a pixel at a time, which costs a
quarter of a second on a 2K page and shows no difference.
"""

from __future__ import annotations

import hashlib
import itertools
import math
from collections.abc import Sequence

import numpy as np
from reportlab.pdfbase.pdfdoc import PDFDictionary, PDFName, PDFStream

from qwen_pipeline.types import Box, Gradient

from .pen import Pen
from .xobjects import deflate, image_entries, stream

_SIDE_PX = 512
_HARD_EDGE = 0.02

Values = tuple[float, ...]


def paint_gradient(pen: Pen, gradient: Gradient, box: Box, opacity: float = 1.0) -> None:
    """Fill the current clip with `gradient` spanned over `box`.

    Linear: the ramp runs along `angle_deg` and is as long as it takes for both ends to meet a corner of the box.
    Radial: an ellipse of the box's proportions, from its middle through its corners. Both as in CSS Images 3, section 3.
    """
    if gradient.kind == "radial" and _is_soft(gradient):
        _paint_image(pen, gradient, box, opacity)
        return
    place, coords, kind = _span(pen, gradient, box)
    colors = [(at, (c.r / 255, c.g / 255, c.b / 255)) for at, c in gradient.stops]
    alphas = [(at, (c.alpha * opacity,)) for at, c in gradient.stops]
    area = [pen.x(box.x_pt) - 1, pen.y(box.bottom_pt) - 1, pen.x(box.right_pt) + 1, pen.y(box.y_pt) + 1]
    resources = {"Shading": PDFDictionary({"S": _shading(kind, coords, "DeviceRGB", _ramp(colors))})}
    content = f"{place} /S sh"
    if any(alpha < (1.0,) for _, alpha in alphas):
        local = area if not place else [-3.0, -3.0, 3.0, 3.0]
        resources["ExtGState"] = PDFDictionary({"A": _soft_mask(pen, _shading(kind, coords, "DeviceGray", _ramp(alphas)), local)})
        content = f"{place} /A gs /S sh"
    name = _name(content, area, coords, colors, alphas)
    if not pen.has(name):
        pen.add(name, _form(content, area, resources))
    pen.paint(name)


def _is_soft(gradient: Gradient) -> bool:
    """Whether no two stops are so close that their edge would need more pixels than the image has."""
    return all(b[0] - a[0] > _HARD_EDGE for a, b in itertools.pairwise(gradient.stops))


def _paint_image(pen: Pen, gradient: Gradient, box: Box, opacity: float) -> None:
    name = _name(gradient, opacity)
    if not pen.has(name):
        axis = (np.arange(_SIDE_PX) + 0.5) / (_SIDE_PX / 2) - 1
        radius = np.hypot(axis[:, None], axis[None, :]) / math.sqrt(2)
        at = [stop for stop, _ in gradient.stops]
        bands = [[c.r for _, c in gradient.stops], [c.g for _, c in gradient.stops], [c.b for _, c in gradient.stops]]
        alphas = [c.alpha * opacity * 255 for _, c in gradient.stops]
        rgb = np.stack([np.interp(radius, at, band) for band in bands], -1).round().astype(np.uint8)
        size = (_SIDE_PX, _SIDE_PX)
        entries = image_entries(size, "DeviceRGB", "FlateDecode")
        if min(alphas) < 255:
            mask = np.interp(radius, at, alphas).round().astype(np.uint8)
            entries["SMask"] = pen.add(name + "M", stream(image_entries(size, "DeviceGray", "FlateDecode"), deflate(mask)))
        pen.add(name, stream(entries, deflate(rgb)))
    pen.paint(name, box)


def _span(pen: Pen, gradient: Gradient, box: Box) -> tuple[str, Values, int]:
    """(matrix operator or "", shading coordinates, shading type) in the canvas's coordinates."""
    cx, cy = pen.x(box.x_pt + box.w_pt / 2), pen.y(box.y_pt + box.h_pt / 2)
    if gradient.kind == "radial":
        rx, ry = (side / 2 * math.sqrt(2) for side in (box.w_pt, box.h_pt))
        return f"{rx:.4f} 0 0 {ry:.4f} {cx:.4f} {cy:.4f} cm", (0, 0, 0, 0, 0, 1), 3
    angle = math.radians(gradient.angle_deg)
    half = (abs(box.w_pt * math.cos(angle)) + abs(box.h_pt * math.sin(angle))) / 2
    dx, dy = half * math.cos(angle), -half * math.sin(angle)
    return "", (cx - dx, cy - dy, cx + dx, cy + dy), 2


def _shading(kind: int, coords: Values, space: str, ramp: str) -> str:
    return f"<< /ShadingType {kind} /ColorSpace /{space} /Coords {_array(coords)} /Function {ramp} /Extend [true true] >>"


def _ramp(stops: Sequence[tuple[float, Values]]) -> str:
    """A stitching function over 0 to 1; linear between stops (PDF 32000-1, 7.10.3 and 7.10.4)."""
    if stops[0][0] > 0:
        stops = [(0.0, stops[0][1]), *stops]
    if stops[-1][0] < 1:
        stops = [*stops, (1.0, stops[-1][1])]
    pairs = [(a, b) for a, b in itertools.pairwise(stops) if b[0] > a[0]]
    parts = [f"<< /FunctionType 2 /Domain [0 1] /N 1 /C0 {_array(a[1])} /C1 {_array(b[1])} >>" for a, b in pairs]
    bounds = _array(tuple(b[0] for _, b in pairs[:-1]))
    encode = " ".join(["0 1"] * len(pairs))
    return f"<< /FunctionType 3 /Domain [0 1] /Functions [{' '.join(parts)}] /Bounds {bounds} /Encode [{encode}] >>"


def _soft_mask(pen: Pen, shading: str, area: list[float]) -> PDFDictionary:
    """A graphics state whose opacity is the shading's grey (PDF 32000-1, 11.6.5.3)."""
    group = PDFDictionary({"S": PDFName("Transparency"), "CS": PDFName("DeviceGray")})
    form = _form("/S sh", area, {"Shading": PDFDictionary({"S": shading})}, group)
    name = _name(shading, area)
    reference = pen.add(name, form) if not pen.has(name) else pen.reference(name)
    return PDFDictionary({"SMask": PDFDictionary({"S": PDFName("Luminosity"), "G": reference})})


def _form(content: str, area: list[float], resources: dict[str, PDFDictionary], group: PDFDictionary | None = None) -> PDFStream:
    entries: dict[str, object] = {
        "Type": PDFName("XObject"),
        "Subtype": PDFName("Form"),
        "BBox": _array(tuple(area)),
        "Resources": PDFDictionary(resources),
    }
    if group is not None:
        entries["Group"] = group
    return stream(entries, content.encode("ascii"))


def _array(values: Values) -> str:
    return "[" + " ".join(f"{v:.5f}".rstrip("0").rstrip(".") for v in values) + "]"


def _name(*parts: object) -> str:
    return "Gr" + hashlib.sha256(repr(parts).encode()).hexdigest()[:24]
