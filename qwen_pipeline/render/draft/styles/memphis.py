"""Memphis: loud plain shapes with hard drop shadows, squiggles, confetti and laminate patterns, scattered about one thing."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..canvas import Canvas, Mask
from ..fields import Rng, pick
from ..finish import Finish
from ..motifs import Motif
from ..palette import RGB, mix, shift, tone, vivid
from ..paths import Points, ellipse, points, rect, ribbon, turn
from ..pens import bold, whole
from ..scenery import scenery
from ..stage import Stage, skin_of
from ..terrain import Layer
from ..textures import away

FINISH = Finish(feather=0.04, ghost=0.0, ragged=0.0, grain=2, wash=0.0)


def paint(stage: Stage) -> Canvas:
    p = stage.palette
    canvas = Canvas(stage.w, stage.h, _ground(stage))
    view = scenery(stage, "hills", grow=0.70, rise=0.10, land=not stage.subject.hero)
    _patches(canvas, stage)
    if view.piece is not None or not view.layers:
        area = view.area
        r = min(area.w, area.h) * 0.40
        field = _colors(stage)[3]
        _drop(canvas, stage, canvas.disc(area.cx, area.cy, r), field)
        stripes = [rect(area.cx - r, area.cy - r + r * 0.22 * k, 2 * r, r * 0.09) for k in range(10)]
        canvas.paint(canvas.shape(stripes).inside(canvas.disc(area.cx, area.cy, r)), shift(field, 0.10))
    _scatter(canvas, stage)

    def thing(motif: Motif) -> None:
        canvas.paint(whole(canvas, motif).moved(-stage.light * stage.u * 0.014, stage.u * 0.014), _ink(stage))
        bold(canvas, motif, skin_of(p), _ink(stage), max(1.2, stage.u * 0.0034), stage.light)

    view.paint(lambda i, layer: _layer(canvas, stage, layer, i), thing)
    return canvas


def _ground(stage: Stage) -> RGB:
    p = stage.palette
    return p.safe(tone(p.primary, 0.28, 1.1)) if p.dark else p.safe(mix(tone(p.secondary, 0.92, 0.9), p.paper, 0.35))


def _ink(stage: Stage) -> RGB:
    return mix(stage.palette.ink, (16, 14, 24), 0.5)


def _colors(stage: Stage) -> tuple[RGB, ...]:
    """The brand's three, and what stands across from the first on the wheel."""
    p = stage.palette
    return (
        vivid(p.spark, 0.68, 1.15),
        tone(p.primary, 0.58, 1.2),
        vivid(p.secondary, 0.82, 1.15),
        tone(mix(p.primary, (30, 190, 180), 0.6), 0.76, 1.1),
        tone(mix(p.spark, (240, 130, 190), 0.6), 0.78, 1.1),
    )


def _drop(canvas: Canvas, stage: Stage, mask: Mask, color: RGB) -> None:
    canvas.paint(mask.moved(-stage.light * stage.u * 0.013, stage.u * 0.013), _ink(stage))
    canvas.paint(mask, color)


def _patches(canvas: Canvas, stage: Stage) -> None:
    """Large fields of laminate behind everything: dots, bars, terrazzo."""
    rng, open_ground = stage.rng(171), away(stage, 0.02, 0.03)
    kinds: tuple[Callable[[float, float, float, Rng], list[Points]], ...] = (_dotted, _barred, _terrazzo)
    colors = _colors(stage)
    for k in range(6):
        size = stage.u * pick(rng, 0.24, 0.40)
        x, y = stage.w * pick(rng, -0.1, 0.95), stage.h * pick(rng, -0.05, 0.95)
        if min(stage.room.at(x + size * a, y + size * b) for a in (0, 1) for b in (0, 1)) < 0.04:
            continue
        field = canvas.shape(
            [
                turn(
                    rect(-size / 2, -size / 2, size, size, size * 0.5 * (k % 2)),
                    pick(rng, -30, 30),
                    at=(x + size / 2, y + size / 2),
                )
            ]
        )
        canvas.paint(field.times(open_ground), mix(colors[k % 5], _ground(stage), 0.35))
        pattern = canvas.shape(kinds[k % 3](x - size * 0.3, y - size * 0.3, size * 1.6, rng)).inside(field)
        canvas.paint(pattern.times(open_ground), colors[(k + 2) % 5] if k % 3 == 2 else _ink(stage))


def _dotted(x: float, y: float, s: float, rng: Rng) -> list[Points]:
    step = s / 14
    return [ellipse(x + (i + 0.5 * (j % 2)) * step, y + j * step, step * 0.20, n=16) for i in range(15) for j in range(15)]


def _barred(x: float, y: float, s: float, rng: Rng) -> list[Points]:
    step = s / 16
    return [turn(rect(-s, -step * 0.2, 2 * s, step * 0.4), 45, at=(x + s / 2, y + k * step * 1.4 - s * 0.2)) for k in range(18)]


def _terrazzo(x: float, y: float, s: float, rng: Rng) -> list[Points]:
    out = []
    for _ in range(46):
        cx, cy, r = x + s * rng.random(), y + s * rng.random(), s * pick(rng, 0.012, 0.035)
        a = np.sort(rng.random(5)) * 6.283
        out.append(np.stack([cx + r * np.cos(a), cy + r * np.sin(a)], 1))
    return out


def _scatter(canvas: Canvas, stage: Stage) -> None:
    """Squiggles, rings, triangles, crosses and short bars, each clear of the words and of one another."""
    rng, colors, ink = stage.rng(172), _colors(stage), _ink(stage)
    taken: list[tuple[float, float, float]] = []
    for k in range(90):
        size = stage.u * pick(rng, 0.035, 0.075)
        x, y = stage.w * rng.random(), stage.h * rng.random()
        turned, draw = rng.random() * 360, k % 5
        if stage.room.at(x, y) < size / stage.u * 0.8 + 0.02 or any(
            np.hypot(x - a, y - b) < (size + c) * 0.95 for a, b, c in taken
        ):
            continue
        taken.append((x, y, size))
        color = colors[(k * 3) % 5]
        if draw == 0:
            t = np.linspace(-1.2, 1.2, 9)
            line = [(float(a * size * 0.75), float(size * 0.26 * (-1) ** i)) for i, a in enumerate(t)]
            _drop(canvas, stage, canvas.shape([turn(ribbon(line, [size * 0.20] * 2, 10), turned, at=(x, y))]), color)
        elif draw == 1:
            canvas.paint(canvas.stroke([ellipse(x, y, size * 0.45, n=60)], size * 0.20, closed=True), color)
            canvas.paint(canvas.stroke([ellipse(x, y, size * 0.55, n=60)], max(1.0, stage.u * 0.003), closed=True), ink)
        elif draw == 2:
            _drop(
                canvas,
                stage,
                canvas.shape(
                    [turn(points([(0, -size * 0.6), (size * 0.56, size * 0.42), (-size * 0.56, size * 0.42)]), turned, at=(x, y))]
                ),
                color,
            )
        elif draw == 3:
            arms = [turn(rect(-size * 0.5, -size * 0.11, size, size * 0.22), turned + a, at=(x, y)) for a in (0, 90)]
            canvas.paint(canvas.shape(arms), ink if k % 2 else color)
        else:
            bars = [
                turn(rect(-size * 0.6, -size * 0.36 + size * 0.30 * j, size * 1.2, size * 0.12), turned, at=(x, y))
                for j in range(3)
            ]
            canvas.paint(canvas.shape(bars), ink)


def _layer(canvas: Canvas, stage: Stage, layer: Layer, i: int) -> None:
    color = _colors(stage)[(i * 2 + 1) % 5]
    mask = canvas.shape([layer.ring])
    width = max(1.4, stage.u * 0.0050)
    canvas.paint(mask, mix(color, _ground(stage), 0.25 * layer.depth))
    if i % 2:
        step = stage.u * 0.034
        spots = [
            ellipse(x, float(y), step * 0.16, n=14)
            for j, y in enumerate(np.arange(float(layer.crest[:, 1].min()), stage.h, step))
            for x in np.arange(step * 0.5 * (j % 2), stage.w, step)
        ]
        if spots:
            canvas.paint(canvas.shape(spots).inside(mask), shift(color, -0.16))
    if layer.lines:
        canvas.paint(canvas.stroke(layer.lines, width).inside(mask), _ink(stage) if layer.kind == "water" else shift(color, 0.14))
    if layer.lights:
        canvas.paint(canvas.shape(layer.lights).inside(mask), _ink(stage))
    crest = layer.ring if layer.kind == "road" else layer.crest
    canvas.paint(canvas.stroke([crest], width, caps=False), _ink(stage))
