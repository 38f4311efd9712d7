"""Flat editorial illustration: clean shapes in few colours, grain on the shaded side, a large sun."""

from __future__ import annotations

import numpy as np

from ..canvas import Canvas, Mask
from ..decor import birds, clouds, foliage, scenic_spot, sun_spot, table, weather
from ..fields import pick
from ..finish import Finish
from ..motifs import MOTIFS
from ..palette import RGB, mix, shift, tone, vivid
from ..pens import flat, stippled
from ..scenery import front, landscape
from ..stage import Stage, fit, skin_of
from ..terrain import Layer

FINISH = Finish(feather=0.05, ghost=0.0, ragged=0.0, grain=3, wash=0.0)


def paint(stage: Stage) -> Canvas:
    sky = _sky(stage)
    canvas = Canvas(stage.w, stage.h, sky)
    layers = landscape(stage, "hills")
    _sun(canvas, stage, layers)
    clouds(canvas, stage, mix(sky, (255, 255, 255), 0.16 if stage.palette.dark else 0.55))
    spot = scenic_spot(stage, layers)
    for i, layer in enumerate(layers):
        _land(canvas, stage, layer, _color(stage, layer.depth, i))
        if spot is not None and spot.after == i:
            thing = MOTIFS[stage.subject.hero](stage.rng(5)).placed(spot.x, spot.y, spot.size, flip=stage.light > 0)
            flat(canvas, thing, skin_of(stage.palette), stage.light, stage.rng(5))
        if i == len(layers) // 2 and layer.kind == "land":
            _trees(canvas, stage, layer)
    birds(canvas, stage, tone(stage.palette.primary, 0.85 if stage.palette.dark else 0.35, 0.6))
    weather(canvas, stage)
    foliage(canvas, stage, ("sprig", "eucalyptus", "palm"), lambda c, m, r: flat(c, m, skin_of(stage.palette), stage.light, r))
    _front(canvas, stage)
    motif = stage.hero()
    if motif is not None and not stage.scenic:
        rect = stage.hero_rect()
        if min(rect.w, rect.h) > stage.u * 0.22:
            if motif.stands:
                table(canvas, stage, rect, tone(stage.palette.secondary, 0.36 if stage.palette.dark else 0.80, 0.8))
            placed = fit(motif, rect, 0.74 if motif.stands else 0.66, flip=stage.light > 0, floor=motif.stands)
            flat(canvas, placed.placed(0, -rect.h * 0.12 if motif.stands else 0, 1), skin_of(stage.palette),
                stage.light, stage.rng(6))
    return canvas


def _sky(stage: Stage) -> RGB:
    p = stage.palette
    return p.safe(tone(p.primary, 0.27, 0.85)) if p.dark else p.safe(mix(p.paper, tone(p.secondary, 0.90, 0.8), 0.55))


def _sun(canvas: Canvas, stage: Stage, layers: list[Layer]) -> None:
    rng, p, rect = stage.rng(4), stage.palette, stage.hero_rect()
    r = min(stage.u * pick(rng, 0.15, 0.20), rect.w * 0.34)
    x, y = sun_spot(stage, layers, r)
    color = tone(p.secondary, 0.90, 0.7) if p.dark else vivid(p.spark, 0.70, 1.0)
    sky = _sky(stage)
    for k, amount in ((2.9, 0.06), (2.2, 0.11), (1.55, 0.18)):
        canvas.paint(canvas.disc(x, y, r * k), mix(sky, color, amount))
    sun = canvas.disc(x, y, r)
    canvas.paint(sun, color)
    ramp = np.linspace(0, 0.8, 40)[:, None] * np.ones((1, 4))
    canvas.paint(stippled(sun, ramp, rng, max(1, round(stage.u / 700))), shift(color, 0.11))


def _color(stage: Stage, depth: float, i: int) -> RGB:
    p = stage.palette
    far = mix(_sky(stage), tone(p.primary, 0.52 if p.dark else 0.74, 0.8), 0.55)
    near = tone(p.primary, 0.20 if p.dark else 0.36, 0.95)
    color = mix(far, near, round((1 - depth) ** 0.9, 3))
    if i % 3 == 1:
        color = mix(color, tone(p.secondary, 0.42 if p.dark else 0.66, 0.9), 0.42)
    return color


def _land(canvas: Canvas, stage: Stage, layer: Layer, color: RGB) -> None:
    mask = canvas.shape([layer.ring])
    if layer.kind == "road":
        canvas.paint(mask, mix(color, stage.palette.paper, 0.55))
        canvas.paint(canvas.stroke(layer.lines, stage.u * 0.006), stage.palette.paper)
        return
    canvas.paint(mask, color)
    dot = max(1, round(stage.u / 700))
    canvas.paint(stippled(mask, _below(layer, mask, stage.h * 0.16), stage.rng(40 + round(layer.depth * 50)), dot),
        shift(color, 0.10 if not stage.palette.dark else 0.07))
    if layer.lines:
        width = stage.u * (0.0022 + 0.0042 * (1 - layer.depth))
        role = shift(color, 0.13) if layer.kind == "land" else mix(color, stage.palette.paper, 0.75)
        canvas.paint(canvas.stroke(layer.lines, width, caps=layer.kind == "water").inside(mask), role, 0.75)
    if layer.lights:
        glow = tone(stage.palette.secondary, 0.88, 0.9)
        canvas.paint(canvas.shape(layer.lights), mix(color, glow, 0.85 if stage.palette.dark else 0.5))


def _below(layer: Layer, mask: Mask, reach: float) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """Light that falls on the crest and fades `reach` px below it, at an eighth of the mask's size."""
    nx, ny = max(2, mask.image.width // 8), max(2, mask.image.height // 8)
    xs = mask.x + (np.arange(nx) + 0.5) * mask.image.width / nx
    ys = mask.y + (np.arange(ny) + 0.5) * mask.image.height / ny
    crest = np.interp(xs, layer.crest[:, 0], layer.crest[:, 1])
    return np.clip(1 - (ys[:, None] - crest[None, :]) / reach, 0, 1) ** 1.6 * 0.72


def _trees(canvas: Canvas, stage: Stage, layer: Layer) -> None:
    """Small trees on the middle distance."""
    rng = stage.rng(5)
    for _ in range(9):
        x = stage.w * rng.random()
        y = layer.height_at(x)
        size = stage.u * pick(rng, 0.035, 0.06)
        if stage.room.at(x, y) > 0.05:
            flat(canvas, MOTIFS["tree"](rng).placed(x, y + size * 0.06, size), skin_of(stage.palette, 0.12), stage.light, rng)


def _front(canvas: Canvas, stage: Stage) -> None:
    """The ground in front: two tinted crests, then the plain ground for the words."""
    p = stage.palette
    tint = tone(p.primary, 0.45 if p.dark else 0.70, 0.9)
    for lift, color in ((0.075, mix(p.ground, tint, 0.55)), (0.035, mix(p.ground, tint, 0.25)), (0.0, p.ground)):
        ring = front(stage, lift)
        if ring is not None:
            canvas.paint(canvas.shape([ring]), color)
