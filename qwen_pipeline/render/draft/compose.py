"""A request -> a picture: read the words, choose the style, paint, settle, letter."""

from __future__ import annotations

from dataclasses import replace
from typing import Protocol, cast

import numpy as np
from PIL import Image, ImageChops

from qwen_pipeline import discover
from qwen_pipeline.types import SceneRequest

from .areas import areas_in
from .canvas import Canvas
from .finish import Finish, settle
from .palette import RGB, palette_of, towards
from .pens import bold, flat, lines, studio
from .room import Rect, Room
from .stage import Stage, fit, skin_of
from .subjects import read, style_in

DEFAULT_STYLE = "flat-editorial"
STYLES = "qwen_pipeline.render.draft.styles"
_BOLD = frozenset(
    {"guochao", "paper-cut", "new-year-print", "woodblock", "blue-green", "memphis", "travel-poster", "art-deco", "pixel"}
)
_LINED = frozenset({"blueprint", "ink-wash", "monoline", "chalkboard", "seal-red"})
_LIT = frozenset({"photographic", "soft-gradient", "night-city", "clay", "collage", "lacquer"})
"""How a thing alone is painted, by its picture's style; flat in the others."""


class Style(Protocol):
    FINISH: Finish

    def paint(self, stage: Stage) -> Canvas: ...


def style_ids() -> tuple[str, ...]:
    return tuple(discover.modules(STYLES, separator="-"))


def style_of(request: SceneRequest) -> str:
    """The named style of the hints, else the one that the words ask for."""
    hints = request.hints
    if hints is not None and hints.style in style_ids():
        return hints.style
    words = f"{hints.style} {hints.style_words}" if hints is not None and (hints.style or hints.style_words) else request.prompt
    return style_in(words) or DEFAULT_STYLE


def stage_of(request: SceneRequest, borrowed: tuple[RGB, ...] = ()) -> Stage:
    """The request understood; `borrowed` colours (of a reference picture) are mixed into the palette, 30 %."""
    hints = request.hints
    palette = palette_of(hints)
    if borrowed:
        palette = towards(palette, borrowed, 0.3)
    text = request.prompt
    if hints is not None and hints.subject:  # a named style's words say how it is painted, free words may say what
        text = hints.subject if hints.style in style_ids() else f"{hints.subject} . {hints.style_words}"
    room = Room(request.width_px, request.height_px, hints.calm if hints is not None else ())
    return Stage(request.width_px, request.height_px, request.seed, palette, read(text), room)


def draw(request: SceneRequest, borrowed: tuple[RGB, ...] = ()) -> Image.Image:
    """The generated picture, before lettering."""
    stage = stage_of(request, borrowed)
    style_id = style_of(request)
    if request.transparent:
        return _cut_out(stage, style_id)
    style = cast(Style, discover.load(STYLES, style_id, separator="-", what="style"))
    return settle(style.paint(stage).image, stage, style.FINISH)


def guided(request: SceneRequest, sketch: Image.Image) -> SceneRequest:
    """The request with the calm areas that a layout sketch shows: everything in it that is not paper."""
    if request.hints is None:
        return request
    return replace(request, hints=replace(request.hints, calm=areas_in(sketch)))


def _cut_out(stage: Stage, style_id: str) -> Image.Image:
    """The hero alone with transparency: painted on black and on white, the difference gives its alpha."""
    on_black, on_white = (_hero_on(stage, style_id, ground) for ground in ((0, 0, 0), (255, 255, 255)))
    return matte(on_black, on_white)


def _hero_on(stage: Stage, style_id: str, ground: RGB) -> Image.Image:
    canvas = Canvas(stage.w, stage.h, ground)
    motif = stage.hero("flower")
    if motif is None:
        raise AssertionError("a fallback was given")
    margin = stage.u * 0.06
    placed = fit(motif, Rect(margin, margin, stage.w - 2 * margin, stage.h - 2 * margin), floor=False)
    skin = skin_of(stage.palette)
    ink = skin("detail", 0)
    if style_id in _BOLD:
        bold(canvas, placed, skin, ink, max(1.0, stage.u * 0.005), stage.light)
    elif style_id in _LINED:
        lines(canvas, placed, ink, max(1.0, stage.u * 0.004), skin("pale", 0))
    elif style_id in _LIT:
        studio(canvas, placed, skin, stage.light, skin("pale", 0))
    else:
        flat(canvas, placed, skin, stage.light, stage.rng(6))
    return canvas.image


def matte(on_black: Image.Image, on_white: Image.Image) -> Image.Image:
    """RGBA from one painting on black and on white (difference matting; A. R. Smith and J. F. Blinn, 1996)."""
    black = np.asarray(on_black, np.float64)
    gap = np.asarray(ImageChops.subtract(on_white, on_black), np.float64).mean(2)
    alpha = 255 - gap
    color = np.where(alpha[..., None] > 0.5, black * 255 / np.maximum(alpha, 1)[..., None], 0)
    rgba = np.dstack([np.clip(np.rint(color), 0, 255), np.rint(alpha)]).astype(np.uint8)
    return Image.fromarray(rgba, "RGBA")


def colors_of(picture: Image.Image) -> tuple[RGB, ...]:
    """Three colours that a picture lives on, the most vivid first; fewer if it has fewer."""
    small = picture.convert("RGB").resize((64, 64), Image.Resampling.BOX)
    counted = small.quantize(8, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE).convert("RGB").getcolors(4096) or []
    ranked = sorted(counted, key=lambda c: (-(max(c[1]) - min(c[1])) * c[0] ** 0.35, c[1]))  # type: ignore[arg-type,type-var]
    return tuple(color for _, color in ranked[:3])  # type: ignore[misc]
