"""What the layers of a page stand on, as far as a plain colour can be told."""

from __future__ import annotations

from collections.abc import Mapping

from qwen_pipeline.types import Box, Color, Region
from qwen_pipeline.types.spec import GradientSpec, Layout, ShapeLayerSpec

from .page import Ground
from .theme import Palette

_NEARLY_OPAQUE = 0.85


def grounds_of(layout: Layout, regions: Mapping[str, Region], palette: Palette, has_scene: bool) -> tuple[Ground, ...]:
    """What layers stand on: plain rectangles, and the page's own colour where no picture covers it."""
    out: list[Ground] = []
    if isinstance(layout.background, str) and not has_scene and "bleed" in regions:
        out.append(("", regions["bleed"].box, palette.color(layout.background)))
    for spec in layout.layers:
        if isinstance(spec, ShapeLayerSpec) and spec.shape == "rect" and isinstance(spec.fill, str) and "/" not in spec.fill:
            box = regions[spec.in_].box if spec.in_ in regions else None
            out.append((spec.id, box, palette.color(spec.fill)))
        elif isinstance(spec, ShapeLayerSpec) and isinstance(spec.fill, GradientSpec) and spec.in_ in regions:
            out.append((spec.id, *_dense_half(spec.fill, regions[spec.in_].box, palette)))
        else:
            out.append((spec.id, None, None))
    return tuple(out)


def _dense_half(fill: GradientSpec, box: Box, palette: Palette) -> tuple[Box | None, Color | None]:
    """The half of a level ramp that starts nearly opaque, as a ground; (None, None) for any other gradient."""
    color = palette.color(fill.stops[0][1])
    if fill.gradient != "linear" or fill.angle != 0 or color.alpha < _NEARLY_OPAQUE:
        return None, None
    return Box(box.x_pt, box.y_pt, box.w_pt / 2, box.h_pt), Color(color.r, color.g, color.b)
