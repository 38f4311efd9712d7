"""City at night: a glow behind the towers, lit windows, neon, a wet street that gives it all back. In light tone, first light."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageChops, ImageFilter, ImageOps

from ..canvas import Canvas, Mask, down
from ..decor import scenic_spot, weather
from ..fields import pick
from ..finish import Finish
from ..motifs import MOTIFS
from ..palette import RGB, mix, shift, tone
from ..paths import rect
from ..pens import studio
from ..scenery import landscape
from ..stage import Stage, fit, skin_of
from ..terrain import Layer

FINISH = Finish(feather=0.38, ghost=0.10, ragged=0.06, grain=6, vignette=0.10)


def paint(stage: Stage) -> Canvas:
    p = stage.palette
    street = _street(stage)
    glow = tone(p.spark, 0.54 if p.dark else 0.86, 0.8)
    top = p.safe(tone(p.primary, 0.19, 0.9)) if p.dark else p.safe(mix(p.ground, tone(p.primary, 0.86, 0.8), 0.5), 6.5)
    canvas = Canvas(stage.w, stage.h, down(0, street, top, mix(top, glow, 0.18), mix(top, glow, 0.72)))
    area = stage.hero_rect()
    canvas.paint(canvas.halo(area.cx, street - stage.u * 0.12, stage.u * 0.95, stage.u * 0.62), glow, 0.75)
    _moon(canvas, stage)
    layers = landscape(stage, "city")
    spot = scenic_spot(stage, layers)
    for i, layer in enumerate(layers):
        _block(canvas, stage, layer, glow)
        if spot is not None and spot.after == i:
            studio(canvas, MOTIFS[stage.subject.hero](stage.rng(5)).placed(spot.x, spot.y, spot.size), skin_of(p, 0.25),
                stage.light, glow)
    _neon(canvas, stage, layers)
    _wet(canvas, stage, street, glow)
    _bokeh(canvas, stage, street)
    weather(canvas, stage)
    _hero(canvas, stage, glow)
    return canvas


def _street(stage: Stage) -> float:
    """Height of the water's or the street's edge, px."""
    return min(0.90, stage.room.horizon(0.66) + 0.17) * stage.h


def _moon(canvas: Canvas, stage: Stage) -> None:
    area, rng = stage.hero_rect(), stage.rng(51)
    x, y, r = area.x + area.w * pick(rng, 0.55, 0.8), area.y + area.h * pick(rng, 0.12, 0.22), stage.u * 0.05
    if stage.room.at(x, y) > 0.05:
        canvas.paint(canvas.halo(x, y, r * 3.2), (255, 246, 226), 0.28)
        canvas.paint(canvas.disc(x, y, r), (255, 248, 232), 0.92)
    if stage.palette.dark:
        for _ in range(70):
            sx, sy, sr = stage.w * rng.random(), stage.h * 0.5 * rng.random(), stage.u * pick(rng, 0.001, 0.0026)
            canvas.paint(canvas.halo(sx, sy, sr * 2), (255, 255, 255), pick(rng, 0.3, 0.9))


def _block(canvas: Canvas, stage: Stage, layer: Layer, glow: RGB) -> None:
    p = stage.palette
    near = 1 - layer.depth
    dark = tone(p.primary, 0.13 if p.dark else 0.40, 0.8)
    color = mix(mix(dark, glow, 0.55), dark, round(near**0.6, 3))
    mask = canvas.shape([layer.ring])
    top = float(layer.crest[:, 1].min())
    canvas.paint(mask, down(top, top + stage.h * 0.5, shift(color, -0.02), mix(color, glow, 0.34)))
    lit = mask.without(mask.moved(-stage.light * stage.u * 0.003, stage.u * 0.0015))
    canvas.paint(lit, mix(color, glow, 0.75), 0.8)
    if layer.lines:
        canvas.paint(canvas.stroke(layer.lines, stage.u * 0.002).inside(mask), glow, 0.5)
    if not layer.lights:
        return
    rng = stage.rng(60 + round(layer.depth * 40))
    tints = (tone(p.secondary, 0.90, 0.8), (255, 226, 168), tone(p.spark, 0.76, 1.0))
    for k, tint in enumerate(tints):
        part = [light for light in layer.lights if int(rng.random() * 3) == k]
        if part:
            windows = canvas.shape(part).inside(mask)
            canvas.paint(windows, tint, 0.92 if p.dark else 0.75)
            if p.dark:
                canvas.blend(windows.blurred(stage.u * 0.007), tint, ImageChops.screen, 0.55)


def _neon(canvas: Canvas, stage: Stage, layers: list[Layer]) -> None:
    """Upright signs and roof lines that glow; no words."""
    if not stage.palette.dark:
        return
    rng, p = stage.rng(52), stage.palette
    tints = (tone(p.spark, 0.74, 1.3), tone(p.secondary, 0.80, 1.3), tone(p.primary, 0.74, 1.4))
    front = layers[-1]
    for i in range(7):
        x = stage.w * pick(rng, 0.03, 0.97)
        y = front.height_at(x) + stage.u * pick(rng, 0.02, 0.10)
        w, h = stage.u * pick(rng, 0.018, 0.03), stage.u * pick(rng, 0.07, 0.15)
        if stage.room.at(x, y) < 0.06:
            continue
        sign = rect(x, y, w, h, w * 0.3)
        bars = [rect(x + w * 0.28, y + h * (0.10 + 0.17 * k), w * 0.44, h * 0.10, w * 0.1) for k in range(5)]
        for mask, strength in ((canvas.stroke([sign], stage.u * 0.003, closed=True), 1.0), (canvas.shape(bars), 0.8)):
            canvas.blend(mask.blurred(stage.u * 0.012), tints[i % 3], ImageChops.screen, 0.9 * strength)
            canvas.paint(mask, mix(tints[i % 3], (255, 255, 255), 0.45), 0.95)


def _wet(canvas: Canvas, stage: Stage, street: float, glow: RGB) -> None:
    """The picture above the street, mirrored, stretched, blurred along the vertical, darkened."""
    y = round(street)
    h = stage.h - y
    if h < 8:
        return
    above = canvas.image.crop((0, max(0, y - round(h * 1.35)), stage.w, y))
    small = ImageOps.flip(above).resize((max(2, stage.w // 3), max(2, h // 12)), Image.Resampling.BOX)
    mirror = small.filter(ImageFilter.GaussianBlur(1)).resize((stage.w, h), Image.Resampling.BICUBIC)
    rng = stage.rng(53)
    rows = max(2, h // 4)
    ripple = Image.fromarray((rng.random((rows, 1)) * 60 + 165).astype(np.uint8)).resize((stage.w, h), Image.Resampling.BICUBIC)
    mirror = ImageChops.multiply(mirror, Image.merge("RGB", (ripple, ripple, ripple)))
    canvas.image.paste(mirror, (0, y))
    floor = tone(stage.palette.primary, 0.14 if stage.palette.dark else 0.62, 0.8)
    canvas.paint(Mask(0, y, Image.linear_gradient("L").resize((stage.w, h))), floor, 0.75)
    canvas.paint(canvas.halo(stage.w / 2, y, stage.w * 0.8, stage.u * 0.02), mix(glow, (255, 255, 255), 0.3), 0.5)


def _bokeh(canvas: Canvas, stage: Stage, street: float) -> None:
    rng, p = stage.rng(54), stage.palette
    tints = (tone(p.spark, 0.72, 1.1), tone(p.secondary, 0.80, 0.9), (255, 214, 150))
    for i in range(24):
        x, y, r = stage.w * rng.random(), street + stage.u * pick(rng, -0.16, 0.12), stage.u * pick(rng, 0.008, 0.034)
        if stage.room.at(x, y) < 0.04:
            continue
        disc = canvas.disc(x, y, r).blurred(max(0.7, r * 0.09))
        canvas.blend(disc, tints[i % 3], ImageChops.screen if p.dark else ImageChops.soft_light, pick(rng, 0.12, 0.42))


def _hero(canvas: Canvas, stage: Stage, glow: RGB) -> None:
    motif, area = stage.hero(), stage.hero_rect()
    if motif is None or stage.scenic or min(area.w, area.h) < stage.u * 0.22:
        return
    placed = fit(motif, area, 0.70, floor=motif.stands, flip=stage.light > 0).placed(0, -area.h * 0.07 * motif.stands, 1)
    x0, y0, x1, y1 = placed.box()
    canvas.blend(canvas.halo((x0 + x1) / 2, (y0 + y1) / 2, area.w * 0.8, area.h * 0.7),
        glow, ImageChops.screen, 0.40 if stage.palette.dark else 0.7)
    if motif.stands:
        canvas.blend(canvas.halo((x0 + x1) / 2, y1, (x1 - x0) * 0.7, stage.u * 0.03), (20, 18, 30), ImageChops.multiply, 0.8)
    studio(canvas, placed, skin_of(stage.palette, glow=0.03), stage.light, glow)
