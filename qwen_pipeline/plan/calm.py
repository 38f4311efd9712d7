"""How large a picture is drawn, and which of its parts must stay calm."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

from qwen_pipeline.types import (
    Box,
    CalmArea,
    Canvas,
    EngineInfo,
    Gradient,
    IconLayer,
    ImageLayer,
    Layer,
    Region,
    ShapeLayer,
    TextLayer,
)


def scene_size(engine: EngineInfo, box: Box, canvas: Canvas, side_px: int | None = None) -> tuple[int, int]:
    """Pixels to draw for a box: the native size nearest in shape, or the canvas's own pixels within the engine's area.

    `side_px`: of a square as large as the picture is to be, in the box's own shape; at most the engine's area.
    """
    ratio = box.w_pt / box.h_pt
    if engine.native_sizes and side_px is None:
        return min(engine.native_sizes, key=lambda size: abs(math.log(size[0] / size[1] / ratio)))
    width, height = box.w_pt, box.h_pt
    per_pt = canvas.width_px / canvas.width_pt if canvas.width_px and side_px is None else math.inf
    scale = min(per_pt, math.sqrt((side_px**2 if side_px else engine.max_area_px) / (width * height)))
    step = engine.size_multiple
    exact = (width * scale / step, height * scale / step)
    rounded = [max(1, round(side)) * step for side in exact]
    if rounded[0] * rounded[1] > engine.max_area_px:
        rounded = [max(1, math.floor(side)) * step for side in exact]
    return rounded[0], rounded[1]


def calm_areas(
    layers: Sequence[Layer], regions: Mapping[str, Region], keep_clear: Sequence[str], box: Box
) -> tuple[CalmArea, ...]:
    """Where the picture carries words, as fractions of `box`. Words on an opaque shape of ours need none."""
    wanted = list(keep_clear)
    solid: list[Box] = []
    for layer in layers:
        where = regions[layer.region].box
        if isinstance(layer, ShapeLayer):
            solid += [where] if is_opaque(replace(layer, shape="rect") if layer.shape == "ellipse" else layer) else []
        elif _wants_calm(layer) and not any(s.contains(where) for s in solid):
            wanted.append(layer.region)
    out = []
    for name in dict.fromkeys(wanted):
        area = fraction(regions[name].box, box)
        if area and area not in out:
            out.append(area)
    return tuple(out)


def _wants_calm(layer: Layer) -> bool:
    """Words, icons and cut-out pictures (a logo); what brings its own ground does not, but for balloons, which hide faces."""
    if isinstance(layer, TextLayer):
        return layer.plate is None or layer.plate.shape in ("balloon", "cloud")
    return isinstance(layer, IconLayer) or (isinstance(layer, ImageLayer) and layer.fit == "contain")


def is_opaque(layer: ShapeLayer) -> bool:
    """Whether nothing shows through a shape."""
    return (
        layer.shape == "rect"
        and layer.fill is not None
        and not isinstance(layer.fill, Gradient)
        and layer.fill.alpha * layer.opacity >= 0.95
    )


def fraction(inner: Box, outer: Box) -> CalmArea | None:
    """`inner` as fractions of `outer`; None where they do not meet."""
    left, top = max(inner.x_pt, outer.x_pt), max(inner.y_pt, outer.y_pt)
    right, bottom = min(inner.right_pt, outer.right_pt), min(inner.bottom_pt, outer.bottom_pt)
    if right <= left or bottom <= top:
        return None
    return CalmArea(
        round((left - outer.x_pt) / outer.w_pt, 4),
        round((top - outer.y_pt) / outer.h_pt, 4),
        round((right - left) / outer.w_pt, 4),
        round((bottom - top) / outer.h_pt, 4),
    )
