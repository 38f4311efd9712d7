"""Drawn shapes and line icons as paths."""

from __future__ import annotations

from qwen_pipeline.types import Box, Canvas, IconLayer, Item, PathItem, ShapeLayer

from .outline import Segments, arc, ellipse, polygon, rounded_rect, transform
from .svgpath import parse

ICON_GRID = 24.0
ICON_STROKE = 1.75
"""Width of an icon's lines on its grid."""


def shape_items(layer: ShapeLayer, region_box: Box, canvas: Canvas) -> tuple[Item, ...]:
    """The shape that fills `region_box`, grown by the layer's outset and, if asked, from the trim to the bleed edge."""
    box = region_box.inset(-layer.outset_pt)
    if layer.to_bleed:
        box = canvas.to_bleed(box)
    open_line = layer.shape in ("line", "arc") and layer.stroke is not None
    return (
        PathItem(
            segments=_outline(layer, box),
            box=box,
            fill=None if open_line else layer.fill,
            stroke=layer.stroke,
            stroke_pt=layer.stroke_pt,
            dash_pt=layer.dash_pt,
            round_caps=open_line and layer.radius_pt > 0,
            opacity=layer.opacity,
            shadow=layer.shadow,
        ),
    )


def _outline(layer: ShapeLayer, box: Box) -> Segments:
    x, y, w, h = box.x_pt, box.y_pt, box.w_pt, box.h_pt
    right, bottom = box.right_pt, box.bottom_pt
    cx, cy = x + w / 2, y + h / 2
    if layer.shape == "ellipse":
        return ellipse(box)
    if layer.shape == "line" and layer.stroke is not None:
        return polygon([(x, cy), (right, cy)] if w >= h else [(cx, y), (cx, bottom)], closed=False)
    if layer.shape == "triangle":
        return polygon([(cx, y), (right, bottom), (x, bottom)])
    if layer.shape == "diamond":
        return polygon([(cx, y), (right, cy), (cx, bottom), (x, cy)])
    if layer.shape == "chevron":
        tip = min(w, h) / 2
        return polygon([(x, y), (right - tip, y), (right, cy), (right - tip, bottom), (x, bottom), (x + tip, cy)])
    if layer.shape == "arc":
        return _half_turn(box, layer.stroke_pt if layer.stroke else 0.0, closed=layer.stroke is None)
    return rounded_rect(box, layer.radius_pt)  # also a line that has no stroke but a fill: a bar


def _half_turn(box: Box, stroke_pt: float, *, closed: bool) -> Segments:
    """Half an ellipse that rises from the lower corners, its stroke inside the box."""
    rx, ry = max(box.w_pt / 2 - stroke_pt / 2, 0.0), max(box.h_pt - stroke_pt, 0.0)
    rise = arc((box.x_pt + box.w_pt / 2, box.bottom_pt - stroke_pt / 2), rx, ry, 180.0, 180.0)
    return (*rise, ("Z",)) if closed else rise


def icon_items(layer: IconLayer, box: Box) -> tuple[Item, ...]:
    """The icon drawn as large as `box` lets it, in the middle.

    `stroke_pt` is the width of its lines on the page; 0 takes the drawing's own, which grows with the icon. Lines heavier
    than an eighth of the icon would run together, so that is the limit. Raises ValueError where path data cannot be read.
    """
    side = min(box.w_pt, box.h_pt)
    scale = side / ICON_GRID
    x, y = box.x_pt + (box.w_pt - side) / 2, box.y_pt + (box.h_pt - side) / 2
    lines = [transform(parse(data), lambda px, py: (x + px * scale, y + py * scale)) for data in layer.path_data]
    segments = tuple(segment for line in lines for segment in line)
    stroke_pt = min(layer.stroke_pt or ICON_STROKE * scale, side / 8)
    return (PathItem(segments, Box(x, y, side, side), stroke=layer.color, stroke_pt=stroke_pt, round_caps=True),)
