"""Studio photograph: a seamless backdrop, a soft pool of light, a plinth, leaf shadows on the wall; or a hazy landscape."""

from __future__ import annotations

import numpy as np
from PIL import ImageChops

from ..canvas import Canvas, Mask, Ramp, down
from ..decor import foliage, scenic_spot, weather
from ..fields import as_mask, fbm, pick
from ..finish import Finish
from ..motifs import MOTIFS, Motif
from ..palette import RGB, lightness, mix, shift, tone
from ..paths import lathe, turn
from ..pens import contact, studio, whole
from ..room import Rect
from ..scenery import landscape
from ..stage import Stage, fit, skin_of
from ..terrain import Layer

FINISH = Finish(feather=0.38, ghost=0.16, ragged=0.05, grain=6, vignette=0.10)


def paint(stage: Stage) -> Canvas:
    if (stage.subject.hero and not stage.scenic) or not stage.subject.setting:
        return _studio(stage)
    return _view(stage)


# --- studio -----------------------------------------------------------------------------------------------------------


def _wall(stage: Stage) -> RGB:
    p = stage.palette
    if p.dark:
        return p.safe(tone(p.primary, 0.26, 0.8), 6.2)
    return p.safe(mix(tone(p.secondary, 0.88, 0.75), tone(p.primary, 0.88, 0.5), 0.35), 6.2)


def _studio(stage: Stage) -> Canvas:
    wall = _wall(stage)
    rect = stage.hero_rect()
    has_room = min(rect.w, rect.h) > stage.u * 0.22
    floor = min(stage.h * 0.98, rect.bottom - rect.h * 0.07) if has_room else stage.h * 0.8
    canvas = Canvas(stage.w, stage.h, wall)
    _cyclorama(canvas, stage, wall, floor, rect)
    _bokeh(canvas, stage, wall)
    motif = stage.hero()
    if motif is None or not has_room:
        foliage(canvas, stage, ("palm", "sprig"), lambda c, m, r: _soft_leaf(c, stage, m), 0.42)
        return canvas
    if motif.stands:
        top = _plinth(canvas, stage, rect, floor, wall)
        area = Rect(rect.x + rect.w * 0.12, rect.y + rect.h * 0.10, rect.w * 0.76, top - rect.y - rect.h * 0.10)
        placed = fit(motif, area, 0.96, flip=stage.light > 0)
        contact(canvas, placed, _umbra(stage), stage.light)
    else:
        placed = fit(motif, rect, 0.72, floor=False, flip=stage.light > 0)
        mask = whole(canvas, placed)
        canvas.shadow(mask, -stage.light * rect.w * 0.10, rect.w * 0.10, rect.w * 0.06, _umbra(stage), 0.55)
    studio(canvas, placed, skin_of(stage.palette), stage.light, wall)
    foliage(canvas, stage, ("palm", "sprig", "eucalyptus"), lambda c, m, r: _soft_leaf(c, stage, m), 0.36, 1)
    return canvas


def _umbra(stage: Stage) -> RGB:
    return tone(mix(stage.palette.primary, stage.palette.secondary, 0.5), 0.34, 0.6)


def _cyclorama(canvas: Canvas, stage: Stage, wall: RGB, floor: float, rect: Rect) -> None:
    """Wall and floor in one sweep, a pool of light behind the hero, leaf shadows thrown on the wall."""
    lit = 0.10 if stage.palette.dark else 0.045
    bend = stage.h * 0.10
    canvas.paint(canvas.everything(), down(floor - bend * 2.4, stage.h, wall, shift(wall, -0.035), shift(wall, 0.03),
        shift(wall, -0.02)))
    x = rect.cx + stage.light * rect.w * 0.12
    y = rect.y + rect.h * 0.42
    reach = max(rect.w, rect.h) * 0.95 + stage.u * 0.15
    for k, amount in ((1.5, 0.6), (0.9, 0.7), (0.5, 0.5)):
        canvas.paint(canvas.halo(x, y, reach * k), shift(wall, lit), amount)
    _gobo(canvas, stage, rect, wall)
    canvas.paint(canvas.halo(rect.cx, floor + stage.h * 0.03, rect.w * 1.1, stage.h * 0.14), shift(wall, lit * 0.8), 0.6)


def _gobo(canvas: Canvas, stage: Stage, rect: Rect, wall: RGB) -> None:
    """The soft shadow of a plant outside the frame, and a window's slanted light."""
    rng = stage.rng(21)
    light = stage.light
    slats = []
    w = stage.u * 0.16
    for i in range(4):
        x = rect.cx + (i - 1.7) * w * 1.22
        slats.append(np.array([(x, rect.y - stage.u * 0.1), (x + w, rect.y - stage.u * 0.1),
            (x + w - light * stage.u * 0.34, rect.bottom), (x - light * stage.u * 0.34, rect.bottom)], np.float64))
    beam = canvas.shape(slats).blurred(stage.u * 0.022)
    canvas.paint(beam, shift(wall, 0.06 if stage.palette.dark else 0.03), 0.55)
    base = (rect.cx + light * rect.w * 0.55, rect.y - stage.u * 0.05)
    for k in range(4):
        angle = (180 + light * (22 + 21 * k)) + pick(rng, -8, 8)
        frond = MOTIFS["palm"](rng).placed(*base, stage.u * pick(rng, 0.55, 0.75), angle)
        soft = canvas.shape([r for s in frond.shapes if s.form != "line" for r in s.rings]).blurred(stage.u * 0.012)
        canvas.paint(soft, shift(wall, -0.12 if not stage.palette.dark else -0.07), 0.34)


def _bokeh(canvas: Canvas, stage: Stage, wall: RGB) -> None:
    rng = stage.rng(22)
    if not stage.palette.dark:
        return
    warm = tone(stage.palette.spark, 0.75, 0.8)
    for _ in range(26):
        x, y, r = stage.w * rng.random(), stage.h * 0.75 * rng.random(), stage.u * pick(rng, 0.012, 0.05)
        disc = canvas.disc(x, y, r).blurred(r * 0.10)
        canvas.blend(disc, mix(wall, warm, pick(rng, 0.3, 0.9)), ImageChops.screen, pick(rng, 0.06, 0.24))


def _plinth(canvas: Canvas, stage: Stage, rect: Rect, floor: float, wall: RGB) -> float:
    """A round podium in two steps; returns the height of its top's middle."""
    p = stage.palette
    stone = tone(mix(p.secondary, p.primary, 0.25), 0.40 if p.dark else 0.84, 0.55)
    if abs(lightness(stone) - lightness(wall)) < 0.05:
        stone = shift(stone, 0.06 if p.dark else -0.07)
    h = rect.h * 0.105
    top = floor
    for half, height, color in ((rect.w * 0.50, h * 0.55, shift(stone, -0.03)), (rect.w * 0.39, h, stone)):
        tilt = half * 0.135
        base = top
        top = base - height
        x, y = rect.cx, base
        canvas.blend(canvas.halo(x - stage.light * half * 0.45, y + tilt * 0.5, half * 1.45, tilt * 2.0), _umbra(stage),
            ImageChops.multiply, 0.42)
        drum = turn(lathe([(half, 0), (half, height)], sharp=True), 0, at=(x, top))
        a = np.linspace(0, np.pi, 60)
        side = np.vstack([drum[:1], np.array([(x + half * np.cos(t), base + tilt * np.sin(t)) for t in a]), drum[-1:]])
        lightside = x + stage.light * half
        ramp = Ramp((lightside, 0), (2 * x - lightside, 0), ((0, shift(color, -0.02)), (0.22, shift(color, 0.05)),
            (0.62, shift(color, -0.07)), (0.92, shift(color, -0.16)), (1, shift(color, -0.12))))
        canvas.paint(canvas.shape([side]), ramp)
        t = np.linspace(0, 2 * np.pi, 140)
        lid = canvas.shape([np.stack([x + half * np.cos(t), top + tilt * np.sin(t)], 1)])
        canvas.paint(lid, Ramp((lightside, 0), (2 * x - lightside, 0), ((0, shift(color, 0.11)), (1, shift(color, 0.02)))))
        edge = lid.without(lid.moved(0, max(1, stage.u * 0.002)))
        canvas.paint(edge, shift(color, 0.16), 0.7)
    return top + rect.w * 0.39 * 0.03


def _soft_leaf(canvas: Canvas, stage: Stage, motif: Motif) -> None:
    """A leaf close to the lens: dark, large, out of focus."""
    color = skin_of(stage.palette)("leaf", -0.10)
    rings = [r for s in motif.shapes if s.form != "line" for r in s.rings]
    mask = canvas.shape(rings, pad=40).blurred(stage.u * 0.006)
    canvas.paint(mask, Ramp((0, mask.y), (0, mask.box[3]), ((0, shift(color, 0.06)), (1, shift(color, -0.08)))), 0.94)


# --- landscape --------------------------------------------------------------------------------------------------------


def _view(stage: Stage) -> Canvas:
    p = stage.palette
    low = _sunlit(stage)
    top = p.safe(tone(p.primary, 0.25, 0.9)) if p.dark else p.safe(mix(p.ground, tone(p.primary, 0.86, 0.7), 0.45), 6.5)
    horizon = stage.room.horizon() * stage.h
    canvas = Canvas(stage.w, stage.h, down(0, horizon, top, mix(top, low, 0.35), low))
    rect = stage.hero_rect()
    sx, sy = rect.cx + rect.w * pick(stage.rng(23), -0.2, 0.2), horizon - stage.u * 0.09
    canvas.paint(canvas.halo(sx, sy, stage.u * 0.75), mix(low, (255, 246, 226), 0.25 if p.dark else 0.6), 0.6)
    canvas.paint(canvas.halo(sx, sy, stage.u * 0.22), (255, 250, 238), 0.55 if p.dark else 0.8)
    canvas.paint(canvas.disc(sx, sy, stage.u * 0.042).blurred(stage.u * 0.006), (255, 252, 244), 0.95)
    layers = landscape(stage, "mountains")
    spot = scenic_spot(stage, layers)
    for i, layer in enumerate(layers):
        _depth(canvas, stage, layer, low, horizon)
        if spot is not None and spot.after == i:
            thing = MOTIFS[stage.subject.hero](stage.rng(5)).placed(spot.x, spot.y, spot.size, flip=stage.light > 0)
            studio(canvas, thing, skin_of(p, 0.12 + 0.3 * layer.depth, -0.10), stage.light, low)
        if layer.depth > 0.3:
            canvas.paint(canvas.halo(sx, sy, stage.u * 0.55), mix(low, (255, 244, 220), 0.5), 0.16 * layer.depth)
    _haze(canvas, stage, low)
    weather(canvas, stage)
    canvas.glow(sx, sy, stage.u * 0.95, mix(low, (255, 224, 180), 0.5), 0.18)
    return canvas


def _sunlit(stage: Stage) -> RGB:
    p = stage.palette
    warm = p.spark if p.grey else mix(p.spark, (240, 150, 84), 0.35)
    return tone(warm, 0.64 if p.dark else 0.90, 0.85 if p.dark else 0.5)


def _depth(canvas: Canvas, stage: Stage, layer: Layer, low: RGB, horizon: float) -> None:
    p = stage.palette
    near = tone(p.primary, 0.15 if p.dark else 0.27, 0.75)
    color = mix(near, mix(low, tone(p.primary, 0.46 if p.dark else 0.76, 0.9), 0.72 if p.dark else 0.5),
        round(layer.depth**0.75, 3))
    mask = canvas.shape([layer.ring])
    soft = stage.u * (0.0035 if layer.depth < 0.15 else 0.0012 * layer.depth)
    if soft > 0.8:
        mask = mask.blurred(soft)
    top = float(layer.crest[:, 1].min())
    if layer.kind == "water":
        canvas.paint(mask, down(top, stage.h, mix(low, color, 0.35), color, shift(color, -0.06)), 0.9)
        if layer.lines:
            canvas.paint(canvas.stroke(layer.lines, stage.u * 0.003).blurred(1.2), (255, 250, 236), 0.8)
        return
    canvas.paint(mask, down(top, top + stage.h * 0.32, shift(color, -0.03), mix(color, low, 0.42 * (0.3 + layer.depth * 0.7))))
    if layer.kind == "road":
        canvas.paint(mask, shift(low, -0.1), 0.5)
    if layer.lines:
        canvas.paint(canvas.stroke(layer.lines, stage.u * (0.0012 + 0.003 * (1 - layer.depth))).inside(mask),
            shift(color, 0.10), 0.55)
    if layer.lights:
        lights = canvas.shape(layer.lights)
        canvas.paint(lights.inside(mask), tone(p.secondary, 0.86, 0.8), 0.8)
        canvas.blend(lights.blurred(stage.u * 0.006), tone(p.spark, 0.6, 0.8), ImageChops.screen, 0.5)


def _haze(canvas: Canvas, stage: Stage, low: RGB) -> None:
    field = fbm(stage.rng(24), canvas.w // 8 + 1, canvas.h // 8 + 1, 2.5, 4, stretch=3)
    y = (np.arange(field.shape[0]) + 0.5)[:, None] / field.shape[0]
    band = np.exp(-(((y - stage.room.horizon() - 0.10) / 0.13) ** 2))
    canvas.paint(Mask(0, 0, as_mask(np.clip(field * 1.3 - 0.25, 0, 1) * band, canvas.w, canvas.h)), low, 0.55)
