"""Travel poster: stepped skies, mountains with a lit and a shadowed side, few inks, one strong light."""

from __future__ import annotations

import numpy as np

from ..canvas import Canvas, Mask
from ..decor import birds, sun_spot, weather
from ..fields import pick
from ..finish import Finish
from ..motifs import Motif
from ..palette import RGB, mix, shift, tone, vivid
from ..paths import Points, points, rect
from ..pens import bold
from ..scenery import front, scenery
from ..stage import Stage, skin_of
from ..terrain import Layer
from ..textures import away

FINISH = Finish(feather=0.05, ghost=0.0, ragged=0.0, grain=4, wash=0.0)


def paint(stage: Stage) -> Canvas:
    p = stage.palette
    canvas = Canvas(stage.w, stage.h, _sky(stage, 0.0))
    view = scenery(stage, "mountains", grow=0.72)
    _bands(canvas, stage)
    _sun(canvas, stage, list(view.layers))
    view.paint(lambda i, layer: _layer(canvas, stage, layer, i), lambda thing: _thing(canvas, stage, thing))
    birds(canvas, stage, tone(p.primary, 0.32, 0.8), 6)
    weather(canvas, stage)
    for lift, color in (
        (0.06, tone(p.primary, 0.34 if p.dark else 0.60, 0.9)),
        (0.03, mix(p.ground, tone(p.primary, 0.5), 0.35)),
        (0.0, p.ground),
    ):
        ring = front(stage, lift, 0.04)
        if ring is not None:
            canvas.paint(canvas.shape([ring]), color)
    _border(canvas, stage)
    return canvas


def _sky(stage: Stage, t: float) -> RGB:
    """From the top (0) to the horizon (1): the primary's air, then the sun's."""
    p = stage.palette
    if p.dark:
        return p.safe(mix(tone(p.primary, 0.24, 1.0), mix(tone(p.primary, 0.40), tone(p.spark, 0.45), 0.35), t))
    return p.safe(mix(tone(p.primary, 0.84, 0.6), mix(vivid(p.spark, 0.86), p.paper, 0.45), t), 6.4)


def _bands(canvas: Canvas, stage: Stage) -> None:
    """Steps of colour with slow wavy edges; the words stand in the upper ones."""
    n, horizon = 7, max(0.5, stage.room.horizon()) * stage.h
    rng = stage.rng(111)
    x = np.linspace(-10, stage.w + 10, 80)
    for k in range(1, n):
        y = horizon * (k / n) ** 0.9
        a, b = rng.random(2) * 6.283
        wave = np.sin(x / stage.u * 3.1 + a) * 0.010 + np.sin(x / stage.u * 7.3 + b) * 0.004
        ring = np.vstack([np.stack([x, y + wave * stage.u], 1), points([(stage.w + 10, stage.h), (-10, stage.h)])])
        canvas.paint(canvas.shape([ring]), _sky(stage, k / (n - 1)))


def _sun(canvas: Canvas, stage: Stage, layers: list[Layer]) -> None:
    r = stage.u * 0.135
    x, y = sun_spot(stage, layers, r)
    color = mix(vivid(stage.palette.spark, 0.80, 0.9), (255, 244, 214), 0.45)
    open_ground = away(stage, 0.0, 0.08)
    for k, t in ((2.1, 0.25), (1.5, 0.5)):
        canvas.paint(canvas.disc(x, y, r * k).times(open_ground), mix(_sky(stage, 0.8), color, t), 0.9)
    canvas.paint(canvas.disc(x, y, r).times(open_ground), color)


def _layer(canvas: Canvas, stage: Stage, layer: Layer, i: int) -> None:
    p, near = stage.palette, 1 - layer.depth
    far = mix(_sky(stage, 0.7), tone(p.primary, 0.62, 0.8), 0.75)
    color = mix(far, tone(p.primary, 0.27 if not p.dark else 0.18, 1.0), round(near**0.85, 3))
    if layer.kind == "land" and i % 3 == 2:
        color = mix(color, tone(p.secondary, 0.55 if not p.dark else 0.40, 1.0), 0.55)
    mask = canvas.shape([layer.ring])
    if layer.kind == "road":
        canvas.paint(mask, mix(tone(p.secondary, 0.80, 0.8), color, 0.2))
        canvas.paint(canvas.stroke(layer.lines, stage.u * 0.006), p.paper)
        return
    canvas.paint(mask, color)
    lit = mix(shift(color, 0.10), vivid(p.spark, 0.72), 0.30)
    if layer.kind == "land" and not layer.lines:
        canvas.paint(_facets(canvas, stage, layer).inside(mask), lit)
    elif layer.kind == "city":
        edge = max(2, round(stage.u * 0.012 * (0.5 + near)))
        canvas.paint(mask.without(mask.moved(-stage.light * edge, 0)), lit)
    if layer.lines:
        canvas.paint(
            canvas.stroke(layer.lines, stage.u * (0.003 + 0.004 * near), caps=layer.kind == "water").inside(mask), lit, 0.9
        )
    if layer.lights:
        canvas.paint(canvas.shape(layer.lights).inside(mask), tone(p.secondary, 0.86, 1.0), 0.85)
    if layer.kind == "land" and 0.0 < layer.depth < 0.5:
        _firs(canvas, stage, layer, i)


def _facets(canvas: Canvas, stage: Stage, layer: Layer) -> Mask:
    """The sides of the summits that the sun reaches: from each peak down its slope, with a jagged inner edge."""
    x, y = layer.crest[:, 0], layer.crest[:, 1]
    rng = stage.rng(112 + round(layer.depth * 30))
    span = max(4, len(x) // 26)
    rings: list[Points] = []
    for k in range(span, len(x) - span):
        if y[k] > y[k - span : k + span + 1].min() + 1e-9 or (rings and x[k] - rings[-1][0, 0] < stage.u * 0.05):
            continue
        end = k
        step = stage.light
        while 0 < end + step < len(x) - 1 and y[end + step] >= y[end] - stage.u * 0.004 and abs(end - k) < 3 * span:
            end += step
        if abs(end - k) < 3:
            continue
        way = np.arange(k, end, step)
        deep = (y[end] - y[k]) * pick(rng, 0.9, 1.4)
        n = 7
        t = np.linspace(1, 0, n)
        inner = np.stack(
            [x[k] + (x[end] - x[k]) * t * 0.55 + stage.u * 0.016 * (np.arange(n) % 2) * step, y[k] + deep * (0.15 + 0.85 * t)], 1
        )
        rings.append(np.vstack([np.stack([x[way], y[way]], 1), inner, points([(x[k], y[k])])]))
    return canvas.shape(rings) if rings else canvas.disc(-9, -9, 1)


def _firs(canvas: Canvas, stage: Stage, layer: Layer, i: int) -> None:
    rng, color = stage.rng(113 + i), tone(stage.palette.primary, 0.22 if not stage.palette.dark else 0.14, 0.9)
    rings: list[Points] = []
    for _ in range(26):
        x, size = stage.w * rng.random(), stage.u * pick(rng, 0.035, 0.075) * (1.25 - layer.depth)
        y = layer.height_at(x) + size * 0.15
        if stage.room.at(x, y - size) > 0.03:
            rings += [
                points([(x - size * k, y - size * h), (x, y - size * (h + 0.62)), (x + size * k, y - size * h)])
                for k, h in ((0.26, 0.0), (0.20, 0.34), (0.13, 0.66))
            ]
    if rings:
        canvas.paint(canvas.shape(rings), color)


def _thing(canvas: Canvas, stage: Stage, thing: Motif) -> None:
    bold(canvas, thing, skin_of(stage.palette), tone(stage.palette.primary, 0.20, 0.9), max(0.8, stage.u * 0.0016), stage.light)


def _border(canvas: Canvas, stage: Stage) -> None:
    """The bare margin of a lithograph."""
    if stage.room.margin < 0.036:
        return
    m = stage.u * 0.03
    edge = canvas.shape([rect(-4, -4, stage.w + 8, stage.h + 8)], [rect(m, m, stage.w - 2 * m, stage.h - 2 * m, m * 0.4)])
    canvas.paint(edge, stage.palette.paper if not stage.palette.dark else tone(stage.palette.paper, 0.92))
