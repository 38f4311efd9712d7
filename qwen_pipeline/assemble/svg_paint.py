"""What an SVG's elements refer to: gradients, shadows, clips and fonts, each defined once and named by its order."""

from __future__ import annotations

import base64
import math
from collections.abc import Iterable

from qwen_pipeline.types import Box, Color, Gradient, Paint, Shadow

from .format import Tools
from .xml_text import quoteattr

Attributes = dict[str, str | float | None]

SHADOW_REACH = 3.0
"""A Gaussian's extent in sigmas."""
_HARD_ALPHA = 255
"""Slope that makes everything drawn fully opaque: a shadow falls from the whole shape, however thin its colour."""


def number(value: float) -> str:
    """At most three decimals, and none that say nothing."""
    text = f"{value:.3f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def attributes(values: Attributes) -> str:
    """` name="value"` for every value that is not None."""
    parts = []
    for name, value in values.items():
        if value is not None:
            parts.append(f" {name}={quoteattr(value if isinstance(value, str) else number(value))}")
    return "".join(parts)


class Defs:
    """Collects definitions; equal ones are made once."""

    def __init__(self) -> None:
        self._made: dict[str, str] = {}
        self._characters: dict[str, set[str]] = {}

    def reference(self, kind: str, body: str) -> str:
        """`url(#id)` of an element `<kind ...>` whose text after `<kind id="..."` is `body`."""
        found = self._made.setdefault(kind + body, f"{kind[0]}{len(self._made)}")
        return f"url(#{found})"

    def text(self) -> str:
        """All definitions but fonts, in the order they were first used."""
        out = []
        for made, name in self._made.items():
            kind = next(k for k in ("linearGradient", "radialGradient", "clipPath", "filter") if made.startswith(k))
            out.append(f'<{kind} id="{name}"{made[len(kind):]}</{kind}>')
        return "".join(out)

    # --- fonts ---------------------------------------------------------------------------------------------------------

    def use_font(self, font_id: str, text: str) -> None:
        self._characters.setdefault(font_id, set()).update(text)

    def font_style(self, tools: Tools) -> tuple[str, dict[str, tuple[str, int]]]:
        """(`@font-face` rules that hold the glyphs used, font id -> (family, weight))."""
        rules, names = [], {}
        for font_id in sorted(self._characters):
            font = tools.web_font(font_id, sorted(self._characters[font_id]))
            data = base64.b64encode(font.data).decode()
            names[font_id] = (font.family, font.weight)
            rules.append(
                f'@font-face{{font-family:"{font.family}";font-weight:{font.weight};'
                f'src:url("data:font/ttf;base64,{data}") format("truetype")}}'
            )
        return "".join(rules), names

    # --- paints --------------------------------------------------------------------------------------------------------

    def paint(self, paint: Paint | None, box: Box, name: str) -> Attributes:
        """Attributes that fill or stroke (`name`) with `paint`; a gradient spans `box`."""
        if paint is None:
            return {name: "none"}
        if isinstance(paint, Gradient):
            return {name: self._gradient(paint, box)}
        return {name: paint.hex, f"{name}-opacity": None if paint.alpha >= 1 else paint.alpha}

    def _gradient(self, gradient: Gradient, box: Box) -> str:
        """As CSS Images 3, section 3, has it: linear ramps reach both corners, radial ones run from centre to corner."""
        cx, cy = box.x_pt + box.w_pt / 2, box.y_pt + box.h_pt / 2
        stops = "".join(_stop(at, color) for at, color in gradient.stops)
        if gradient.kind == "radial":
            rx, ry = box.w_pt / 2 * math.sqrt(2), box.h_pt / 2 * math.sqrt(2)
            place = f"translate({number(cx)} {number(cy)}) scale({number(rx)} {number(ry)})"
            given: Attributes = {"gradientUnits": "userSpaceOnUse", "cx": 0, "cy": 0, "r": 1, "gradientTransform": place}
            return self.reference("radialGradient", f"{attributes(given)}>{stops}")
        angle = math.radians(gradient.angle_deg)
        half = (abs(box.w_pt * math.cos(angle)) + abs(box.h_pt * math.sin(angle))) / 2
        dx, dy = half * math.cos(angle), half * math.sin(angle)
        ends: Attributes = {"gradientUnits": "userSpaceOnUse", "x1": cx - dx, "y1": cy - dy, "x2": cx + dx, "y2": cy + dy}
        return self.reference("linearGradient", f"{attributes(ends)}>{stops}")

    def shadow(self, shadow: Shadow, hull: Box, *, opaque: bool) -> str:
        """A filter that puts the shadow under what lies in `hull`; under a translucent shape it is cut out."""
        reach = SHADOW_REACH * shadow.blur_pt + max(abs(shadow.dx_pt), abs(shadow.dy_pt)) + 1
        area = hull.inset(-reach)
        corner: Attributes = {"filterUnits": "userSpaceOnUse", "x": area.x_pt, "y": area.y_pt}
        place = corner | {"width": area.w_pt, "height": area.h_pt}
        flood = attributes({"flood-color": shadow.color.hex, "flood-opacity": shadow.color.alpha})
        blur = attributes({"stdDeviation": shadow.blur_pt})
        move = attributes({"dx": shadow.dx_pt, "dy": shadow.dy_pt})
        cut = "" if opaque else '<feComposite in2="whole" operator="out"/>'
        whole = attributes({"type": "linear", "slope": 1 if opaque else _HARD_ALPHA})
        return self.reference(
            "filter",
            f'{attributes(place)} color-interpolation-filters="sRGB">'
            f'<feComponentTransfer in="SourceAlpha" result="whole"><feFuncA{whole}/></feComponentTransfer>'
            f'<feGaussianBlur{blur}/><feOffset{move} result="cast"/><feFlood{flood}/>'
            f'<feComposite in2="cast" operator="in"/>{cut}'
            '<feMerge><feMergeNode/><feMergeNode in="SourceGraphic"/></feMerge>',
        )

    def clip(self, path_data: str) -> str:
        return self.reference("clipPath", f'><path d="{path_data}"/>')


def _stop(at: float, color: Color) -> str:
    given: Attributes = {"offset": at, "stop-color": color.hex, "stop-opacity": None if color.alpha >= 1 else color.alpha}
    return f"<stop{attributes(given)}/>"


def path_data(segments: Iterable[tuple[str | float, ...]]) -> str:
    """Segments of a PathItem as SVG path data."""
    return "".join(str(op) + " ".join(number(float(v)) for v in values) for op, *values in segments)


def rounded_path(box: Box, radius_pt: float) -> str:
    """The outline of a box with round corners."""
    x, y, w, h = box.x_pt, box.y_pt, box.w_pt, box.h_pt
    r = min(radius_pt, w / 2, h / 2)
    if r <= 0:
        return f"M{number(x)} {number(y)}h{number(w)}v{number(h)}h{number(-w)}Z"
    turn = f"a{number(r)} {number(r)} 0 0 1"
    return (
        f"M{number(x + r)} {number(y)}h{number(w - 2 * r)}{turn} {number(r)} {number(r)}v{number(h - 2 * r)}"
        f"{turn} {number(-r)} {number(r)}h{number(2 * r - w)}{turn} {number(-r)} {number(-r)}v{number(2 * r - h)}"
        f"{turn} {number(r)} {number(-r)}Z"
    )
