"""Pixel art: a few hundred squares a side, a palette of two dozen colours, ordered dither, hard edges."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from PIL import Image

from ..canvas import Canvas, Mask, down
from ..decor import birds, sun_spot
from ..drawing import waves
from ..fields import pick
from ..finish import Finish
from ..motifs import Motif
from ..palette import RGB, mix, shift, tone, vivid
from ..paths import rect
from ..pens import across, mask_of
from ..room import Room
from ..scenery import front, scenery
from ..stage import Stage, skin_of
from ..terrain import Layer
from ..textures import away

FINISH = Finish(feather=0.0, grain=0, wash=0.0)
_BAYER = np.array([[0, 8, 2, 10], [12, 4, 14, 6], [3, 11, 1, 9], [15, 7, 13, 5]], np.float64) / 16 - 0.47


def paint(stage: Stage) -> Canvas:
    cell = max(1, round(stage.u / 150))
    w, h = -(-stage.w // cell), -(-stage.h // cell)
    small = replace(stage, w=w, h=h, room=Room(w, h, stage.room.calm))
    canvas = Canvas(stage.w, stage.h, stage.palette.ground)
    picture = _dithered(_picture(small).image, small)
    canvas.image.paste(picture.resize((w * cell, h * cell), Image.Resampling.NEAREST), (0, 0))
    return canvas


def _picture(stage: Stage) -> Canvas:
    p = stage.palette
    if p.dark:
        top, low = p.safe(tone(p.primary, 0.20, 1.1)), p.safe(mix(tone(p.primary, 0.36, 1.1), tone(p.spark, 0.4), 0.3))
    else:
        top, low = p.safe(tone(p.primary, 0.86, 0.8), 6.4), p.safe(mix(vivid(p.spark, 0.88), p.paper, 0.5), 6.4)
    canvas = Canvas(stage.w, stage.h, down(0, stage.h * 0.7, top, low))
    view = scenery(stage, "hills", grow=0.76, rise=0.06)
    r = stage.u * 0.11
    x, y = sun_spot(stage, list(view.layers), r)
    canvas.paint(_hard(canvas.disc(x, y, r)), vivid(p.spark, 0.72) if not p.dark else tone(p.paper, 0.93))
    _clouds(canvas, stage, mix(top, (255, 255, 255), 0.8 if not p.dark else 0.25))
    view.paint(lambda i, layer: _layer(canvas, stage, layer, i), lambda thing: _thing(canvas, stage, thing))
    birds(canvas, stage, tone(p.primary, 0.3), 4)
    ring = front(stage, 0.0, 0.02)
    if ring is not None:
        canvas.paint(_hard(canvas.shape([front(stage, 0.03, 0.02)])), tone(p.primary, 0.5))  # type: ignore[list-item]
        canvas.paint(_hard(canvas.shape([ring])), p.ground)
    return canvas


def _hard(mask: Mask) -> Mask:
    return Mask(mask.x, mask.y, mask.image.point([255 if v > 120 else 0 for v in range(256)]))


def _layer(canvas: Canvas, stage: Stage, layer: Layer, i: int) -> None:
    p, near = stage.palette, 1 - layer.depth
    color = mix(
        tone(p.primary, 0.76 if not p.dark else 0.44, 0.8), tone(p.primary, 0.36 if not p.dark else 0.2, 1.1), round(near, 3)
    )
    if layer.kind == "land" and i % 2:
        color = mix(color, tone(p.secondary, 0.66 if not p.dark else 0.42, 1.0), 0.5)
    mask = _hard(canvas.shape([layer.ring]))
    top = float(layer.crest[:, 1].min())
    canvas.paint(mask, down(top, top + stage.h * 0.4, shift(color, 0.06), shift(color, -0.08)))
    if layer.kind == "land":
        canvas.paint(mask.without(mask.moved(0, 1)), shift(color, 0.16))
        canvas.paint(mask.moved(0, 1).without(mask.moved(0, 2)).inside(mask), shift(color, 0.08))
    if layer.kind == "water":
        canvas.paint(_hard(canvas.stroke(waves(stage, layer, 8), 1, caps=False)).inside(mask), shift(color, 0.18))
    elif layer.lines:
        canvas.paint(_hard(canvas.stroke(layer.lines, 1, caps=False)).inside(mask), shift(color, 0.14))
    if layer.lights:
        squares = [rect(float(np.floor(ring[:, 0].min())), float(np.floor(ring[:, 1].min())), 1, 1) for ring in layer.lights]
        canvas.paint(_hard(canvas.shape(squares)).inside(mask), vivid(p.secondary, 0.86, 1.1))


def _thing(canvas: Canvas, stage: Stage, thing: Motif) -> None:
    skin, outline = skin_of(stage.palette), tone(stage.palette.primary, 0.18, 0.9)
    for shape in thing.shapes:
        if shape.form != "line":
            mask = _hard(canvas.shape(shape.rings, shape.holes))
            for dx, dy in ((1, 0), (-1, 0), (0, 1), (0, -1)):
                canvas.paint(mask.moved(dx, dy), outline)
    for shape in thing.shapes:
        mask = _hard(mask_of(canvas, shape))
        color = skin(shape.role, shape.tone)
        canvas.paint(mask, color)
        if shape.form in ("round", "ball"):
            u, _ = across(mask, 1)
            for part, by in ((u * stage.light < -0.45, -0.12), ((u * stage.light > 0.35) & (u * stage.light < 0.75), 0.13)):
                side = Image.fromarray((part * 255).astype(np.uint8)).resize(mask.image.size, Image.Resampling.NEAREST)
                canvas.paint(Mask(mask.x, mask.y, side).inside(mask), shift(color, by))


def _clouds(canvas: Canvas, stage: Stage, color: RGB) -> None:
    rng = stage.rng(161)
    for _ in range(6):
        w = round(stage.u * pick(rng, 0.10, 0.2))
        x, y = round(stage.w * pick(rng, 0, 0.9)), round(stage.room.horizon() * stage.h * pick(rng, 0.12, 0.8))
        if min(stage.room.at(x + w * k, y) for k in (0, 0.5, 1)) < 0.05:
            continue
        steps = [
            rect(x, y, w, 2),
            rect(x + w // 6, y - 2, w // 2, 2),
            rect(x + w // 3, y - 4, w // 4, 2),
            rect(x + w // 5, y + 2, w // 2, 1),
        ]
        canvas.paint(_hard(canvas.shape(steps)), color)


def _dithered(image: Image.Image, stage: Stage) -> Image.Image:
    """Nearest of two dozen colours after an ordered disturbance (Bayer 4 x 4), which leaves the words' part alone."""
    a = np.asarray(image, np.float64)
    h, w, _ = a.shape
    base = image.quantize(28, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE).convert("RGB")
    counted = base.getcolors(256) or []
    colors = np.array([color for _, color in counted] + [stage.palette.ground], np.float64)
    free = np.asarray(away(stage, 0.0, 0.08), np.float64)[..., None] / 255
    disturbed = a + np.tile(_BAYER, (-(-h // 4), -(-w // 4)))[:h, :w, None] * 20 * free
    gap = ((disturbed[:, :, None, :] - colors[None, None]) ** 2).sum(3)
    return Image.fromarray(colors[gap.argmin(2)].astype(np.uint8))
