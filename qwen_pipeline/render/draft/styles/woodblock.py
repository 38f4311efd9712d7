"""Woodblock: graded colour wiped on the block, thin dark key lines, the plank's grain in every flat, waves drawn in order."""

from __future__ import annotations

from PIL import ImageChops

from ..canvas import Canvas, Ramp, down
from ..decor import birds, sun_spot
from ..drawing import Drawing, waves
from ..fields import paper, pick
from ..finish import Finish
from ..motifs import Motif
from ..palette import RGB, mix, shift, tone, vivid
from ..paths import lowered, rect
from ..pens import bold
from ..scenery import front, scenery
from ..stage import Stage, skin_of
from ..terrain import Layer
from ..textures import away, multiply, wood

FINISH = Finish(feather=0.05, ghost=0.0, ragged=0.0, grain=3, wash=0.0)


def paint(stage: Stage) -> Canvas:
    p = stage.palette
    canvas = Canvas(stage.w, stage.h, _sky(stage))
    view = scenery(stage, "sea" if not stage.subject.hero else "mountains", grow=0.70)
    line = max(1.0, stage.u * 0.0030)
    _sun(canvas, stage, list(view.layers))
    _clouds(canvas, stage)
    key = Drawing(canvas)
    view.paint(lambda i, layer: _layer(canvas, stage, key, layer, i, line), lambda thing: _thing(canvas, stage, key, thing, line))
    for lift, color in ((0.05, mix(p.ground, tone(p.primary, 0.5), 0.30)), (0.0, p.ground)):
        ring = front(stage, lift, 0.03)
        if ring is not None:
            mask = canvas.shape([ring])
            key.hide(mask)
            top = float(ring[:-2, 1].min())
            canvas.paint(mask, down(top, top + stage.u * 0.16, mix(color, tone(p.primary, 0.5), 0.20), color))
    canvas.paint(key.mask, _ink(stage), 0.92)
    birds(canvas, stage, _ink(stage), 5)
    calm = away(stage, 0.0, 0.2)
    grain = ImageChops.invert(ImageChops.multiply(ImageChops.invert(wood(stage.rng(72), stage.w, stage.h, 0.11)), calm))
    multiply(canvas, grain)
    multiply(canvas, paper(stage.rng(2), stage.w, stage.h))
    _margin(canvas, stage)
    return canvas


def _ink(stage: Stage) -> RGB:
    return mix(tone(stage.palette.primary, 0.24, 0.9), (20, 24, 40), 0.4)


def _sky(stage: Stage) -> Ramp:
    """Wiped from a deep edge at the top to bare paper, then a blush at the horizon; as deep as the words allow."""
    p = stage.palette
    if p.dark:
        top, middle = p.safe(tone(p.primary, 0.18, 1.0)), p.safe(tone(p.primary, 0.34, 1.0))
        return down(0, stage.h, top, middle, p.safe(mix(tone(p.primary, 0.42), tone(p.spark, 0.5), 0.4)), middle)
    bare = p.safe(mix(p.paper, tone(p.secondary, 0.92, 0.7), 0.35))
    top = p.safe(tone(p.primary, 0.74, 1.0), 6.6)
    blush = p.safe(mix(bare, vivid(p.spark, 0.80), 0.45))
    return down(-stage.h * 0.03, stage.h * 0.92, top, bare, bare, blush, bare)


def _sun(canvas: Canvas, stage: Stage, layers: list[Layer]) -> None:
    r = stage.u * 0.105
    x, y = sun_spot(stage, layers, r)
    red = vivid(stage.palette.spark, 0.60, 1.1)
    canvas.paint(canvas.disc(x, y, r), down(y - r, y + r, red, mix(red, stage.palette.ground, 0.45)))


def _clouds(canvas: Canvas, stage: Stage) -> None:
    """Flat bars of mist with round ends, one behind the other."""
    rng, p = stage.rng(73), stage.palette
    horizon = stage.room.horizon() * stage.h
    for _ in range(7):
        w, t = stage.u * pick(rng, 0.22, 0.55), stage.u * pick(rng, 0.014, 0.024)
        x, y = stage.w * pick(rng, -0.1, 0.9), horizon * pick(rng, 0.35, 1.0)
        if min(stage.room.at(x + w * k, y) for k in (0.0, 0.5, 1.0)) > 0.06:
            canvas.paint(
                canvas.shape([rect(x, y, w, t, t), rect(x + w * 0.2, y + t * 0.98, w * 0.6, t, t)]), shift(p.ground, -0.03), 0.9
            )


def _layer(canvas: Canvas, stage: Stage, key: Drawing, layer: Layer, i: int, line: float) -> None:
    p, near = stage.palette, 1 - layer.depth
    far = mix(tone(p.primary, 0.80, 0.6), tone(p.secondary, 0.84, 0.6), 0.4)
    deep = tone(p.primary, 0.40, 1.1)
    color = mix(far, deep, round(near**0.9, 3))
    if layer.kind == "land" and i % 2:
        color = mix(color, tone(p.secondary, 0.62, 0.9), 0.45)
    if p.dark:
        color = shift(color, -0.14)
    mask = canvas.shape([layer.ring])
    top = float(layer.crest[:, 1].min())
    if layer.kind == "water":
        canvas.paint(mask, down(top, top + stage.h * 0.5, shift(color, -0.06), shift(color, 0.16), shift(color, 0.08)))
    else:
        canvas.paint(mask, down(top, top + stage.h * (0.20 + 0.20 * near), shift(color, -0.09), color, shift(color, 0.20)))
    key.layer(stage, layer, line * (0.7 + 0.5 * near), echoes=2 if layer.kind == "land" else 0, gap=0.022)
    if layer.kind == "water":
        rows = waves(stage, layer, 9)
        canvas.paint(
            canvas.stroke([lowered(r, stage.u * 0.004) for r in rows], line * 1.1).inside(mask), tone(p.paper, 0.96), 0.85
        )
        key.stroke(rows, line * 0.6, inside=mask)
    if layer.lights:
        canvas.paint(canvas.shape(layer.lights).inside(mask), tone(p.secondary, 0.88), 0.95)


def _thing(canvas: Canvas, stage: Stage, key: Drawing, thing: Motif, line: float) -> None:
    for shape in thing.shapes:
        if shape.form != "line":
            key.hide(canvas.shape(shape.rings, shape.holes))
    bold(canvas, thing, skin_of(stage.palette), _ink(stage), line, stage.light)


def _margin(canvas: Canvas, stage: Stage) -> None:
    """The bare edge of the sheet round the print."""
    m = stage.u * 0.022
    if stage.room.margin < 0.024:
        return
    edge = canvas.shape([rect(-4, -4, stage.w + 8, stage.h + 8)], [rect(m, m, stage.w - 2 * m, stage.h - 2 * m, m * 0.3)])
    canvas.paint(edge, mix(stage.palette.paper, (255, 255, 255), 0.2) if not stage.palette.dark else stage.palette.ground)
    open_line = canvas.stroke([rect(m, m, stage.w - 2 * m, stage.h - 2 * m, m * 0.3)], max(1.0, stage.u * 0.002), closed=True)
    canvas.paint(open_line, _ink(stage), 0.9)
