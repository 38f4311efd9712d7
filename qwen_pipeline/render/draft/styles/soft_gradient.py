"""Soft gradient: a mesh of glowing colour, silk ribbons of fine lines, frosted glass."""

from __future__ import annotations

import numpy as np
from PIL import ImageChops

from ..canvas import Canvas, Ramp
from ..decor import scenic_spot, sun_spot
from ..fields import Rng, pick
from ..finish import Finish
from ..motifs import MOTIFS
from ..palette import RGB, mix, shift, tone, vivid
from ..pens import glassy
from ..scenery import landscape
from ..stage import Stage, fit, skin_of
from ..terrain import SETTINGS

FINISH = Finish(feather=0.34, ghost=0.14, ragged=0.0, grain=6)


def paint(stage: Stage) -> Canvas:
    canvas = Canvas(stage.w, stage.h, stage.palette.ground)
    _mesh(canvas, stage)
    area = stage.hero_rect()
    motif = stage.hero()
    named = stage.subject.setting in SETTINGS
    if named:
        _land(canvas, stage)
    else:
        _silk(canvas, stage)
        _spheres(canvas, stage)
    if motif is not None and not stage.scenic and min(area.w, area.h) > stage.u * 0.22:
        placed = fit(motif, area, 0.68, floor=False, flip=stage.light > 0)
        x0, _, x1, y1 = placed.box()
        canvas.paint(canvas.halo((x0 + x1) / 2, (placed.box()[1] + y1) / 2, area.w * 0.75, area.h * 0.66), (255, 255, 255),
            0.10 if stage.palette.dark else 0.42)
        canvas.paint(canvas.halo((x0 + x1) / 2, y1 + stage.u * 0.02, (x1 - x0) * 0.62, stage.u * 0.045),
            tone(stage.palette.primary, 0.34), 0.42)
        glassy(canvas, placed, skin_of(stage.palette, glow=0.05), stage.light)
    return canvas


def _hues(stage: Stage) -> tuple[RGB, ...]:
    p = stage.palette
    level = (0.46, 0.52, 0.58, 0.40) if p.dark else (0.80, 0.86, 0.82, 0.90)
    return (
        tone(p.primary, level[0], 1.15),
        tone(p.secondary, level[1], 0.85),
        vivid(p.spark, level[2], 0.95),
        tone(mix(p.primary, p.spark, 0.5), level[3], 1.2),
    )


def _mesh(canvas: Canvas, stage: Stage) -> None:
    rng = stage.rng(31)
    hues = _hues(stage)
    spots = [(pick(rng, -0.1, 1.1), pick(rng, -0.1, 1.1), pick(rng, 0.55, 1.05), hues[i % 4]) for i in range(9)]
    for x, y, r, color in spots:
        away = stage.room.at(x * stage.w, y * stage.h)
        if away > -0.05:
            canvas.paint(canvas.halo(x * stage.w, y * stage.h, r * stage.u, r * stage.u * pick(rng, 0.7, 1.1)),
                color, pick(rng, 0.6, 0.95))
    area = stage.hero_rect()
    canvas.paint(canvas.halo(area.cx, area.cy, stage.u * 0.62), hues[0], 0.55)
    canvas.paint(canvas.halo(area.cx + area.w * 0.25, area.cy - area.h * 0.2, stage.u * 0.45), hues[2], 0.6)


def _silk(canvas: Canvas, stage: Stage) -> None:
    """Two ribbons of many parallel lines that twist through one another."""
    rng = stage.rng(32)
    hues = _hues(stage)
    area = stage.hero_rect()
    for k in range(2):
        wave = _ribbon(stage, rng, area.cy / stage.h + pick(rng, -0.08, 0.10), 64)
        body = np.vstack([wave[0], wave[-1][::-1]])
        left, right = shift(hues[k], 0.06), shift(hues[(k + 2) % 4], 0.04)
        ramp = Ramp((0, 0), (stage.w, 0), ((0, left), (0.5, mix(left, (255, 255, 255), 0.25)), (1, right)))
        canvas.paint(canvas.shape([body]), ramp, 0.28)
        lines = canvas.stroke(wave, max(1.0, stage.u * 0.0012), caps=False)
        canvas.paint(lines, Ramp((0, 0), (stage.w, 0), ((0, hues[k]), (0.5, (255, 255, 255)), (1, hues[(k + 1) % 4]))), 0.55)


def _ribbon(stage: Stage, rng: Rng, middle: float, n: int) -> list[np.ndarray[tuple[int, ...], np.dtype[np.float64]]]:
    x = np.linspace(-0.05, 1.05, 90)
    a, b, c = rng.random(3) * 6.283
    out = []
    for i in range(n):
        t = i / (n - 1) - 0.5
        twist = np.sin(x * 3.3 + a) * t * 0.34
        y = middle + 0.10 * np.sin(x * 4.2 + b) + 0.06 * np.sin(x * 7.9 + c + t * 2.2) + twist
        out.append(np.stack([x * stage.w, y * stage.h], 1))
    return out


def _spheres(canvas: Canvas, stage: Stage) -> None:
    """A few glass balls, each lit from the same side."""
    rng = stage.rng(33)
    area, hues = stage.hero_rect(), _hues(stage)
    alone = stage.hero() is None
    for i in range(6 if alone else 4):
        r = stage.u * pick(rng, 0.025, 0.07) * (2.2 if alone and i == 0 else 1.0)
        angle = 6.283 * (i / 5) + pick(rng, -0.4, 0.4)
        x = area.cx + float(np.cos(angle)) * area.w * (0.42 if i or not alone else 0.05)
        y = area.cy + float(np.sin(angle)) * area.h * (0.40 if i or not alone else 0.05)
        if stage.room.at(x, y) < r / stage.u * 0.6:
            continue
        color = hues[(i + 1) % 4]
        canvas.paint(canvas.halo(x - stage.light * r * 0.3, y + r * 1.15, r * 1.1, r * 0.45),
            tone(stage.palette.primary, 0.3), 0.22)
        ball = canvas.disc(x, y, r)
        focus = (x + stage.light * r * 0.38, y - r * 0.42)
        canvas.paint(ball, Ramp(focus, None, ((0, (255, 255, 255)), (0.25, mix(color, (255, 255, 255), 0.5)), (0.7, color),
            (1, shift(color, -0.14))), r * 1.55), 0.94)
        canvas.paint(ball.without(canvas.disc(x + stage.light * r * 0.06, y - r * 0.07, r * 0.98)), mix(color,
            (255, 255, 255), 0.7), 0.8)


def _land(canvas: Canvas, stage: Stage) -> None:
    """The named landscape as veils of colour, each melting into the next; the sun a glow."""
    hues = _hues(stage)
    layers = landscape(stage, "mountains")
    r = stage.u * 0.15
    sx, sy = sun_spot(stage, layers, r)
    canvas.paint(canvas.halo(sx, sy, r * 3.6), hues[2], 0.7)
    sun = canvas.disc(sx, sy, r)
    canvas.paint(sun, Ramp((sx, sy - r), (sx, sy + r), ((0, mix(hues[2], (255, 255, 255), 0.75)), (1, hues[2]))), 0.95)
    spot = scenic_spot(stage, layers)
    for i, layer in enumerate(layers):
        near = 1 - layer.depth
        top = float(layer.crest[:, 1].min())
        color = mix(mix(hues[1], hues[0], near), tone(stage.palette.primary, 0.26 if stage.palette.dark else 0.55, 1.1),
            round(0.7 * near, 3))
        mask = canvas.shape([layer.ring])
        fade = Ramp((0, top), (0, top + stage.h * 0.42), ((0, color), (1, mix(color, hues[3], 0.75))))
        canvas.paint(mask, fade, 0.72 + 0.2 * near)
        canvas.paint(mask.without(mask.moved(0, max(1, stage.u * 0.0022))), (255, 255, 255), 0.35)
        if layer.lines:
            canvas.paint(canvas.stroke(layer.lines, stage.u * 0.0016).inside(mask), (255, 255, 255), 0.35)
        if layer.lights:
            canvas.blend(canvas.shape(layer.lights).inside(mask), (255, 236, 206), ImageChops.screen, 0.6)
        if spot is not None and spot.after == i:
            motif = MOTIFS[stage.subject.hero](stage.rng(5)).placed(spot.x, spot.y, spot.size, flip=stage.light > 0)
            glassy(canvas, motif, skin_of(stage.palette), stage.light)
