"""Collage: torn paper with a white core, a thing cut out of a halftone picture, tape, squared paper, one great paper circle."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageChops

from ..canvas import Canvas, Mask
from ..decor import sun_spot
from ..fields import paper, pick
from ..finish import Finish
from ..motifs import Motif
from ..palette import RGB, chroma_of, mix, shift, tone, vivid
from ..paths import Points, points, rect, turn
from ..pens import studio, whole
from ..scenery import front, scenery
from ..stage import Skin, Stage, skin_of
from ..terrain import Layer
from ..textures import away, dots, multiply, rough

FINISH = Finish(feather=0.04, ghost=0.0, ragged=0.0, grain=4, wash=0.0)
_SHADE: RGB = (40, 34, 38)


def paint(stage: Stage) -> Canvas:
    p = stage.palette
    ground = p.safe(tone(p.primary, 0.27, 0.7)) if p.dark else p.safe(mix(p.paper, tone(p.secondary, 0.90, 0.7), 0.35))
    canvas = Canvas(stage.w, stage.h, ground)
    view = scenery(stage, "hills", grow=0.76, rise=0.05)
    _squared(canvas, stage)
    r = stage.u * 0.20
    x, y = sun_spot(stage, list(view.layers), r)
    _sheet(canvas, stage, canvas.disc(x, y, r), vivid(p.spark, 0.66, 1.05), torn=False)
    view.paint(lambda i, layer: _layer(canvas, stage, layer, i), lambda thing: _cutout(canvas, stage, thing))
    for lift, color in ((0.05, tone(p.secondary, 0.80 if not p.dark else 0.45, 0.9)), (0.0, p.ground)):
        ring = front(stage, lift, 0.04)
        if ring is not None:
            _sheet(canvas, stage, canvas.shape([ring], pad=stage.u * 0.05), color)
    _tape(canvas, stage)
    multiply(canvas, paper(stage.rng(2), stage.w, stage.h))
    return canvas


def _sheet(canvas: Canvas, stage: Stage, mask: Mask, color: RGB, torn: bool = True) -> None:
    """A shadow, the white core where the paper tore, the printed face."""
    u = stage.u
    if torn:
        mask = rough(mask, stage.rng(181 + mask.box[1] % 97), u * 0.004, u * 0.016, 0.5)
    canvas.shadow(mask, -stage.light * u * 0.004, u * 0.006, u * 0.007, _SHADE, 0.42)
    if torn:
        canvas.paint(mask, mix(stage.palette.paper, (255, 255, 255), 0.6))
        inner = rough(mask.moved(0, u * 0.011), stage.rng(182 + mask.box[1] % 89), u * 0.004, u * 0.022, 0.55)
        canvas.paint(inner.inside(mask), color)
    else:
        canvas.paint(mask, color)


def _layer(canvas: Canvas, stage: Stage, layer: Layer, i: int) -> None:
    p, near = stage.palette, 1 - layer.depth
    choices = (
        tone(p.primary, 0.78, 0.7),
        tone(p.secondary, 0.78, 1.0),
        tone(p.primary, 0.52, 1.0),
        mix(p.paper, tone(p.primary, 0.7), 0.25),
        tone(p.primary, 0.34, 0.9),
    )
    color = choices[i % 5]
    if p.dark:
        color = shift(color, -0.16)
    mask = canvas.shape([layer.ring], pad=stage.u * 0.05)
    _sheet(canvas, stage, mask, color, torn=layer.kind != "city")
    if i % 3 == 2 and layer.kind != "city":
        field = Image.fromarray(np.rint(np.linspace(150, 20, 64))[:, None].repeat(4, 1).astype(np.uint8)).resize(
            mask.image.size, Image.Resampling.BICUBIC
        )
        ink = Mask(mask.x, mask.y, ImageChops.multiply(mask.image, dots(field, max(4, round(stage.u / 110)))))
        canvas.paint(ink.moved(0, stage.u * 0.012).inside(mask), shift(color, -0.20), 0.8)
    if layer.lines:
        canvas.paint(
            canvas.stroke(layer.lines, stage.u * (0.002 + 0.003 * near)).inside(mask),
            shift(color, -0.14 if near < 0.6 else 0.2),
            0.8,
        )
    if layer.lights:
        canvas.paint(canvas.shape(layer.lights).inside(mask), tone(p.secondary, 0.86, 1.0), 0.9)


def _cutout(canvas: Canvas, stage: Stage, thing: Motif) -> None:
    """The thing as a printed photograph, cut out with a white border; its strongest part keeps a flat colour."""
    u = stage.u
    outline = whole(canvas, thing)
    border = outline.blurred(u * 0.011)
    border = Mask(border.x, border.y, border.image.point([min(255, max(0, (v - 26) * 12)) for v in range(256)]))
    canvas.shadow(border, -stage.light * u * 0.006, u * 0.009, u * 0.009, _SHADE, 0.5)
    canvas.paint(border, (252, 250, 245))
    shot = Canvas(stage.w, stage.h, (255, 255, 255))
    studio(shot, thing, _lit(skin_of(stage.palette)), stage.light, (255, 255, 255))
    x0, y0 = outline.box[:2]
    photo = shot.image.crop(outline.box)
    field = photo.convert("L").point([round(255 * (1 - (v / 255)) ** 0.9) for v in range(256)])
    ink = Mask(x0, y0, ImageChops.multiply(outline.image, dots(field, max(3, round(u / 170)))))
    canvas.paint(outline, mix(stage.palette.paper, (255, 255, 255), 0.3))
    pale = photo.point([min(255, round(v * 0.70 + 76)) for v in range(256)] * 3)
    canvas.image.paste(pale, (x0, y0), outline.image)
    canvas.paint(ink, mix(stage.palette.ink, tone(stage.palette.primary, 0.3), 0.4), 0.72)


def _lit(skin: Skin) -> Skin:
    return lambda role, by: shift(skin(role, by), 0.08)


def _squared(canvas: Canvas, stage: Stage) -> None:
    """A turned sheet of squared paper behind everything, away from the words."""
    area, rng = stage.hero_rect(), stage.rng(183)
    w, h = area.w * 0.74, area.h * 0.80
    ring = turn(rect(-w / 2, -h / 2, w, h), pick(rng, -9, 9), at=(area.cx + area.w * 0.06, area.cy - area.h * 0.03))
    sheet = canvas.shape([ring], pad=stage.u * 0.05).times(away(stage, -0.02, 0.0))
    color = mix(stage.palette.paper, (255, 255, 255), 0.5) if not stage.palette.dark else tone(stage.palette.primary, 0.36, 0.7)
    _sheet(canvas, stage, sheet, color, torn=False)
    step = stage.u * 0.028
    span = np.arange(-w, w, step)
    rules: list[Points] = []
    angle = float(np.degrees(np.arctan2(ring[1, 1] - ring[0, 1], ring[1, 0] - ring[0, 0])))
    for k in span:
        rules += [
            turn(points([(k, -h), (k, h)]), angle, at=(area.cx, area.cy)),
            turn(points([(-w, k), (w, k)]), angle, at=(area.cx, area.cy)),
        ]
    canvas.paint(
        canvas.stroke(rules, max(0.8, stage.u * 0.0012), caps=False).inside(sheet), tone(stage.palette.primary, 0.66, 0.8), 0.5
    )


def _tape(canvas: Canvas, stage: Stage) -> None:
    """Strips of masking tape with toothed ends."""
    area, rng = stage.hero_rect(), stage.rng(184)
    tint = stage.palette.secondary if chroma_of(stage.palette.secondary) > 0.04 else (226, 200, 140)
    for k, (x, y) in enumerate(
        ((area.x + area.w * 0.16, area.y + area.h * 0.10), (area.right - area.w * 0.14, area.y + area.h * 0.16))
    ):
        w, h = stage.u * 0.12, stage.u * 0.034
        if stage.room.at(x, y) < 0.07:
            continue
        teeth = [(w / 2 + (h * 0.08 if j % 2 else 0), -h / 2 + h * j / 8) for j in range(9)]
        ring = points([(-w / 2, -h / 2), *teeth, *[(-w / 2 - (h * 0.08 if j % 2 else 0), h / 2 - h * j / 8) for j in range(9)]])
        strip = canvas.shape([turn(ring, pick(rng, 24, 52) * (1 if k else -1), at=(x, y))])
        canvas.shadow(strip, 0, stage.u * 0.002, stage.u * 0.003, _SHADE, 0.3)
        canvas.paint(strip, tone(tint, 0.86, 0.8), 0.82)
