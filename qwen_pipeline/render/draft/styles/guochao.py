"""Guochao: bold Chinese pop with a rising sun's rays, curling clouds, scale waves, strong outlines."""

from __future__ import annotations

import numpy as np

from ..canvas import Canvas, Mask
from ..decor import scenic_spot
from ..fields import pick
from ..finish import Finish
from ..motifs import MOTIFS
from ..palette import RGB, mix, shift, tone, vivid
from ..paths import Points, ellipse, lowered, points, ribbon
from ..pens import bold
from ..scenery import front, landscape
from ..stage import Stage, backing, fit, skin_of
from ..terrain import SETTINGS
from ..textures import away

FINISH = Finish(feather=0.05, ghost=0.0, ragged=0.0, grain=3, wash=0.0)


def paint(stage: Stage) -> Canvas:
    p = stage.palette
    canvas = Canvas(stage.w, stage.h, _field(stage, 0))
    area = stage.hero_rect()
    width = max(1.4, stage.u * 0.0042)
    cx, cy = area.cx, area.cy - area.h * 0.04
    _rays(canvas, stage, cx, cy)
    r = max(stage.u * 0.16, min(area.w, area.h) * 0.42)
    _disc(canvas, stage, cx, cy, r, width)
    motif = stage.hero()
    layers = landscape(stage, "mountains") if stage.subject.setting in SETTINGS or motif is None else []
    spot = scenic_spot(stage, layers) if layers else None
    for i, layer in enumerate(layers):
        mask = canvas.shape([layer.ring])
        color = mix(tone(p.primary, 0.66, 0.9), tone(p.primary, 0.36, 1.0), round(1 - layer.depth, 3))
        if i % 3 == 1:
            color = mix(color, tone(p.secondary, 0.68, 1.0), 0.6)
        canvas.paint(mask, color)
        _bands(canvas, stage, layer.crest, mask, color)
        if layer.lights:
            canvas.paint(canvas.shape(layer.lights).inside(mask), tone(p.secondary, 0.86, 1.0))
        canvas.paint(canvas.stroke([layer.crest if layer.kind != "road" else layer.ring], width, caps=False), _ink(stage))
        if spot is not None and spot.after == i:
            thing = MOTIFS[stage.subject.hero](stage.rng(5)).placed(spot.x, spot.y, spot.size, flip=stage.light > 0)
            bold(canvas, thing, skin_of(p), _ink(stage), width, stage.light)
    _waves(canvas, stage, width)
    _clouds(canvas, stage, cx, cy, r, width)
    if motif is not None and not spot and min(area.w, area.h) > stage.u * 0.2:
        placed = fit(motif, area, 0.74, floor=False, flip=stage.light > 0)
        bold(canvas, placed, skin_of(p), _ink(stage), width * 1.1, stage.light)
    _front(canvas, stage, width)
    return canvas


def _ink(stage: Stage) -> RGB:
    return tone(stage.palette.primary, 0.20, 0.8)


def _field(stage: Stage, k: int) -> RGB:
    p = stage.palette
    if p.dark:
        return shift(p.safe(tone(p.primary, 0.30, 1.0)), 0.035 * k)
    if k == 0:
        return p.safe(mix(tone(p.secondary, 0.90, 0.9), p.paper, 0.35))
    return tone(mix(p.spark, p.secondary, 0.45), 0.84, 0.8)


def _rays(canvas: Canvas, stage: Stage, cx: float, cy: float) -> None:
    n, far = 28, float(np.hypot(stage.w, stage.h))
    start = stage.rng(71).random() * 6.283
    rays = []
    for i in range(n):
        a0, a1 = start + (i - 0.25) * 6.2832 / n, start + (i + 0.25) * 6.2832 / n
        rays.append(points([(cx, cy), (cx + far * np.cos(a0), cy + far * np.sin(a0)), (cx + far * np.cos(a1),
            cy + far * np.sin(a1))]))
    canvas.paint(canvas.shape(rays).times(away(stage, 0.0, 0.22)), _field(stage, 1))


def _disc(canvas: Canvas, stage: Stage, cx: float, cy: float, r: float, width: float) -> None:
    p = stage.palette
    red = backing(stage)
    gold = tone(mix(p.secondary, (236, 188, 92), 0.5), 0.82, 1.1)
    canvas.paint(canvas.disc(cx, cy, r * 1.16), gold)
    canvas.paint(canvas.stroke([ellipse(cx, cy, r * 1.16, n=160)], width, closed=True), _ink(stage))
    dots = [ellipse(cx + r * 1.08 * np.cos(a), cy + r * 1.08 * np.sin(a),
        r * 0.022, n=16) for a in np.linspace(0, 6.2832, 48, endpoint=False)]
    canvas.paint(canvas.shape(dots), vivid(p.spark, 0.58))
    canvas.paint(canvas.disc(cx, cy, r), red)
    canvas.paint(canvas.stroke([ellipse(cx, cy, r, n=160)], width, closed=True), _ink(stage))
    canvas.paint(canvas.disc(cx, cy, r * 0.9), shift(red, 0.045))


def _bands(canvas: Canvas, stage: Stage, crest: Points, mask: Mask, color: RGB) -> None:
    """Two lighter bands below a crest, as in old green-and-blue landscapes."""
    for drop, by in ((0.012, 0.16), (0.030, 0.09), (0.055, 0.045)):
        line = canvas.stroke([lowered(crest, stage.u * drop)], stage.u * (0.006 + drop * 0.22), caps=False)
        canvas.paint(line.inside(mask), shift(color, by))


def _waves(canvas: Canvas, stage: Stage, width: float) -> None:
    """Rows of scale waves along the foot."""
    p = stage.palette
    r = stage.u * 0.082
    foot = 0.17 if stage.room.at(stage.w / 2, stage.h * 0.93) > 0.02 else 0.10
    rows = max(2, round(foot * stage.h / (r * 0.5)))
    tints = (tone(p.primary, 0.40, 1.1), tone(p.paper, 0.95), tone(p.primary, 0.58, 1.0), tone(p.secondary, 0.84, 0.9))
    for row in range(rows):
        y = stage.h - foot * stage.h + r * (0.9 + 0.5 * row)
        offset = r * (row % 2)
        for x in np.arange(-r + offset, stage.w + r, 2 * r):
            if stage.room.at(float(x), y - r * 0.5) < 0.005:
                continue
            for k, tint in zip((1.0, 0.76, 0.52, 0.28), tints, strict=True):
                canvas.paint(canvas.disc(float(x), y, r * k), tint)
            canvas.paint(canvas.stroke([ellipse(float(x), y, r)], width * 0.8, closed=True), _ink(stage))


def _cloud(cx: float, cy: float, s: float, flip: int) -> tuple[list[Points], list[Points]]:
    """(outline parts, curls) of an auspicious cloud: three heads on a long tail."""
    heads = [ellipse(cx + flip * dx * s, cy + dy * s, r * s) for dx, dy, r in ((0, 0, 0.30), (0.36, 0.07, 0.22),
        (-0.33, 0.08, 0.22))]
    tail = ribbon([(cx - flip * 0.30 * s, cy + 0.19 * s), (cx + flip * 0.3 * s, cy + 0.21 * s),
        (cx + flip * 0.85 * s, cy + 0.12 * s), (cx + flip * 1.25 * s, cy + 0.18 * s)], [0.20 * s, 0.20 * s, 0.12 * s, 0.01 * s])
    curls = []
    for dx, dy, r in ((0, 0, 0.30), (0.36, 0.07, 0.22), (-0.33, 0.08, 0.22)):
        t = np.linspace(0, 1, 40)
        a = 3.5 + t * 7.2
        rr = r * s * (0.68 - 0.52 * t)
        curls.append(np.stack([cx + flip * (dx * s + rr * np.cos(a)), cy + dy * s + rr * np.sin(a)], 1))
    return [*heads, tail], curls


def _clouds(canvas: Canvas, stage: Stage, cx: float, cy: float, r: float, width: float) -> None:
    rng, p = stage.rng(72), stage.palette
    places = [(cx - r * 1.12, cy + r * 0.62, 0.62, -1), (cx + r * 1.16, cy + r * 0.38, 0.70, 1),
        (cx + r * 0.86, cy - r * 0.92, 0.42, 1), (cx - r * 1.0, cy - r * 0.72, 0.46, -1)]
    places += [(stage.w * rng.random(), stage.h * pick(rng, 0.06, 0.9), pick(rng, 0.3, 0.5),
        1 if rng.random() < 0.5 else -1) for _ in range(5)]
    tints = (tone(p.paper, 0.97), tone(p.primary, 0.80, 0.7), tone(p.secondary, 0.86, 0.9))
    for i, (x, y, k, flip) in enumerate(places):
        s = r * k if i < 4 else stage.u * 0.2 * k * 1.5
        if min(stage.room.at(x + k * s, y) for k in (-0.5, 0.0, 0.6, 1.2)) < s / stage.u * 0.35:
            continue
        parts, curls = _cloud(x, y, s, flip)
        canvas.paint(canvas.stroke(parts, width * 2, closed=True), _ink(stage))
        body = canvas.shape(parts)
        canvas.paint(body, tints[i % 3])
        canvas.paint(body.without(body.moved(0, -s * 0.05)), shift(tints[i % 3], -0.10), 0.9)
        canvas.paint(canvas.stroke(curls, width * 0.85), vivid(p.spark, 0.58) if i % 2 else _ink(stage))


def _front(canvas: Canvas, stage: Stage, width: float) -> None:
    """The ground for words at the foot: a bank with a double rule along its crest."""
    p = stage.palette
    gold = tone(mix(p.secondary, (236, 188, 92), 0.5), 0.80, 1.1)
    edge = width / stage.u
    for lift, color in ((edge * 3.6, _ink(stage)), (edge * 2.8, gold), (edge, _ink(stage)), (0.0, p.ground)):
        ring = front(stage, 0.0, 0.03)
        if ring is not None:
            canvas.paint(canvas.shape([ring - (0, lift * stage.u)]), color)
