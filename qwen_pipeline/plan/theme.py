"""Colours, paints and type styles of a page, from tokens to values."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Literal

from qwen_pipeline.dataclass import dataclass
from qwen_pipeline.types import Canvas, Color, Gradient, Length, Paint, Plate, Shadow, TextStyle, contrast_ratio
from qwen_pipeline.types.spec import (
    FitSpec,
    GradientSpec,
    Layout,
    PlateSpec,
    RoleSpec,
    ShadowSpec,
    StyleSheet,
    TextLayerSpec,
    Theme,
)

from .geometry import resolve_padding

Tone = Literal["light", "dark"]
READABLE = 4.5
"""WCAG 2.2, 1.4.3: contrast of body text."""
_READABLE_ON_VEILS = 5.3
"""Of coloured words: as much as is left of it where a picture shines through a veil is still READABLE."""


class UnknownToken(ValueError):
    """A colour name that the palette lacks."""

    def __init__(self, token: str, known: tuple[str, ...]) -> None:
        super().__init__(f"no colour '{token}'")
        self.token = token
        self.known = known


def mix(a: Color, b: Color, share: float) -> Color:
    """`share` of b in a, in sRGB."""
    return Color(*(round(x + (y - x) * share) for x, y in ((a.r, b.r), (a.g, b.g), (a.b, b.b))))


def _hex(text: str) -> Color:
    return Color(int(text[1:3], 16), int(text[3:5], 16), int(text[5:7], 16))


def _readable(wanted: Color, ground: Color, towards: Color, least: float = READABLE) -> Color:
    """`wanted`, moved towards `towards` until it can be read on `ground`."""
    for step in range(11):
        color = mix(wanted, towards, step / 10)
        if contrast_ratio(color, ground) >= least:
            return color
    return towards


def _on(ground: Color, ink: Color, paper: Color) -> Color:
    """What is read best on `ground`: paper or ink where one will do, else white or black."""
    ours = max((paper, ink), key=lambda c: contrast_ratio(c, ground))
    if contrast_ratio(ours, ground) >= READABLE:
        return ours
    return max((Color(255, 255, 255), Color(0, 0, 0)), key=lambda c: contrast_ratio(c, ground))


@dataclass(frozen=True)
class Palette:
    """The colours of one page; the tokens that depend on its tone are computed."""

    colors: Mapping[str, Color]
    tone: Tone

    def color(self, written: str) -> Color:
        """A Color from `primary`, `ink/60%`, `#0f6b5c`; UnknownToken for a name that is not there."""
        name, _, opacity = written.partition("/")
        if name.startswith("#"):
            color = _hex(name)
        elif name in self.colors:
            color = self.colors[name]
        else:
            raise UnknownToken(name, tuple(self.colors))
        return Color(color.r, color.g, color.b, round(int(opacity[:-1]) / 100, 4)) if opacity else color

    def paint(self, written: str | GradientSpec) -> Paint:
        if isinstance(written, str):
            return self.color(written)
        stops = tuple((offset.value / 100, self.color(color)) for offset, color in written.stops)
        return Gradient(written.gradient, written.angle, stops)

    def shadow(self, spec: ShadowSpec | None, size_pt: float) -> Shadow | None:
        """% lengths are of `size_pt`."""
        if spec is None:
            return None
        return Shadow(spec.dx.to_pt(size_pt), spec.dy.to_pt(size_pt), spec.blur.to_pt(size_pt), self.color(spec.color))

    def plate(self, spec: PlateSpec | None, size_pt: float, tail: tuple[float, float] | None = None) -> Plate | None:
        if spec is None:
            return None
        x, y, _, _ = resolve_padding(spec.padding or (Length(60, "%"), Length(35, "%")), size_pt)
        stroke = self.color(spec.stroke) if spec.stroke else None
        width = spec.stroke_width.to_pt(size_pt) if stroke else 0.0
        return Plate(self.paint(spec.fill), x, y, spec.radius.to_pt(size_pt), stroke, width, spec.shape, tail)


def make_palette(theme: Theme, style: StyleSheet | None, tone: Tone) -> Palette:
    """Shared colours < style < brand, then the computed tokens: fg, bg, fg-<name> (readable on bg), on-<name>."""
    written = {**theme.colors, **(style.colors if style else {}), **theme.brand_colors}
    return _palette(tuple(written.items()), tone)


@lru_cache(maxsize=512)
def _palette(items: tuple[tuple[str, str], ...], tone: Tone) -> Palette:
    written = dict(items)
    computed = {"fg", "bg", "fg-muted"}
    colors = {name: _hex(value) for name, value in written.items() if value.startswith("#") and name not in computed}
    ink, paper = colors["ink"], colors["paper"]
    light = tone == "light"
    colors["fg"], colors["bg"] = (ink, paper) if light else (paper, ink)
    colors["fg-muted"] = _readable(
        colors.get("muted", mix(ink, paper, 0.35)) if light else mix(paper, ink, 0.28), colors["bg"], colors["fg"]
    )
    for name in [n for n in colors if not n.startswith(("on-", "fg", "bg"))]:
        colors.setdefault(f"fg-{name}", _readable(colors[name], colors["bg"], colors["fg"], _READABLE_ON_VEILS))
        colors.setdefault(f"on-{name}", _on(colors[name], ink, paper))
    for name, value in written.items():
        if not value.startswith("#") and name not in computed:
            colors[name] = Palette(colors, tone).color(value)
    return Palette(colors, tone)


# --- type --------------------------------------------------------------------------------------------------------------


def dressed(theme: Theme, style: StyleSheet | None, layout: Layout, asked: str | None) -> Theme:
    """The theme of one page: the style's type under the brand's; of spec, brand, layout, style, sans the first family named."""
    family = asked or theme.family or layout.family or (style.family if style else None) or "sans"
    roles = dict(theme.roles)
    for name, over in style.roles.items() if style else ():
        if name in roles:
            own = theme.brand_roles[name].model_fields_set if name in theme.brand_roles else frozenset()
            roles[name] = roles[name].under(over, over.model_fields_set - own)
    return replace(theme, family=family, roles=roles)


def base_size_pt(theme: Theme, canvas: Canvas) -> float:
    """The size that roles multiply: a share of the square root of the page's area, in points."""
    return theme.base * math.sqrt(canvas.width_pt * canvas.height_pt)


def text_style(spec: TextLayerSpec, role: RoleSpec, theme: Theme, canvas: Canvas, palette: Palette, align: str) -> TextStyle:
    """Role < layer; sizes in points."""
    base = base_size_pt(theme, canvas)
    size = spec.size.to_pt(base) if spec.size else base * (role.scale or theme.ratio ** (role.step or 0))
    size *= theme.ratio ** (spec.step or 0) * (spec.scale or 1.0)
    fit = spec.fit or FitSpec()
    smallest = fit.min.to_pt(size) if fit.min else max(theme.min_pt, size * (role.min_scale or 0.6))
    if fit.mode == "none":
        smallest = size
    return TextStyle(
        size_pt=round(size, 3),
        min_size_pt=round(min(size, smallest), 3),
        weight=spec.weight or role.weight or 400,
        color=palette.color(spec.color or role.color or "fg"),
        family=spec.family or role.family or theme.family or "sans",
        leading=spec.leading or role.leading or 1.4,
        tracking_em=spec.tracking if spec.tracking is not None else role.tracking or 0.0,
        align=spec.align or role.align or align,  # type: ignore[arg-type]
        indent_em=spec.indent if spec.indent is not None else role.indent or 0.0,
        direction=spec.direction or "horizontal",
        case=spec.case or role.case or "as-is",
        shadow=palette.shadow(spec.shadow, size),
        balance=bool(role.balance),
        grows_pt=_larger_sizes(fit, size, theme.ratio),
    )


_MOST_STEPS = 2
"""That a text grows where `fit.max` does not say how far."""


def _larger_sizes(fit: FitSpec, size_pt: float, ratio: float) -> tuple[float, ...]:
    """The steps of the modular scale over `size_pt` that a text may grow to."""
    if fit.mode != "grow":
        return ()
    most = fit.max.to_pt(size_pt) / size_pt if fit.max else ratio**_MOST_STEPS
    steps = math.floor(math.log(max(most, 1.0), ratio) + 0.01)
    return tuple(round(size_pt * ratio**n, 3) for n in range(1, steps + 1))
