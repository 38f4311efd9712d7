"""Lacquer: a deep polished ground, the picture in gold line and dust, flecks of mother-of-pearl. Light: gold leaf and ink."""

from __future__ import annotations

import numpy as np

from ..canvas import Canvas, Mask, Ramp
from ..decor import sun_spot
from ..drawing import Drawing, waves
from ..fields import Floats, fbm, pick
from ..finish import Finish
from ..motifs import Motif
from ..palette import RGB, mix, shift, tone
from ..paths import points, rect
from ..pens import mask_of
from ..scenery import scenery
from ..stage import Stage
from ..terrain import Layer
from ..textures import away, speckles

FINISH = Finish(feather=0.06, ghost=0.0, ragged=0.0, grain=2, wash=0.0, vignette=0.05)


def paint(stage: Stage) -> Canvas:
    ground = _ground(stage)
    canvas = Canvas(stage.w, stage.h, ground)
    _polish(canvas, stage, ground)
    view = scenery(stage, "mountains", grow=0.72, rise=0.06)
    drawn = Drawing(canvas)
    line = max(1.2, stage.u * 0.0038)
    x, y = sun_spot(stage, list(view.layers), stage.u * 0.13)
    moon = canvas.disc(x, y, stage.u * 0.13)
    canvas.paint(moon, _red(stage))
    canvas.paint(moon.without(moon.moved(-stage.light * stage.u * 0.02, stage.u * 0.02)), shift(_red(stage), 0.10), 0.7)
    view.paint(
        lambda i, layer: _layer(canvas, stage, drawn, layer, ground, line),
        lambda thing: _thing(canvas, stage, drawn, thing, line),
    )
    open_ground = away(stage, 0.02, 0.12)
    gold = _gold(stage)
    canvas.paint(drawn.mask.times(open_ground), gold)
    _rules(canvas, stage, gold)
    return canvas


def _ground(stage: Stage) -> RGB:
    p = stage.palette
    if p.dark:
        return p.safe(mix(tone(p.primary, 0.19, 0.8), (18, 10, 10), 0.45))
    return p.safe(mix(tone(p.secondary, 0.90, 0.7), (244, 222, 160), 0.5))


def _red(stage: Stage) -> RGB:
    return mix(tone(stage.palette.spark, 0.50, 1.1), (172, 34, 24), 0.6)


def _gold(stage: Stage) -> Ramp:
    """Gold that catches the light across the panel; ink on a gold ground."""
    p = stage.palette
    if not p.dark:
        ink = mix(tone(p.ink, 0.24), (52, 24, 18), 0.5)
        return Ramp((0, 0), (stage.w, stage.h), ((0, ink), (1, shift(ink, 0.06))))
    gold = mix(p.secondary, (222, 176, 84), 0.7)
    stops = (
        (0.0, tone(gold, 0.68)),
        (0.28, tone(gold, 0.88, 0.9)),
        (0.5, tone(gold, 0.70)),
        (0.74, tone(gold, 0.90, 0.8)),
        (1.0, tone(gold, 0.64)),
    )
    return Ramp((0, stage.h * 0.1), (stage.w, stage.h * 0.9), stops)


def _polish(canvas: Canvas, stage: Stage, ground: RGB) -> None:
    """The sheen of many coats; on gold, the seams of the leaves."""
    p = stage.palette
    if p.dark:
        sheen = canvas.halo(stage.w * (0.25 if stage.light < 0 else 0.75), stage.h * 0.10, stage.w * 0.7, stage.h * 0.5)
        canvas.paint(sheen, shift(ground, 0.05), 0.7)
        return
    step = stage.u * 0.17
    rng = stage.rng(64)
    for i, x in enumerate(np.arange(0, stage.w, step)):
        for y in np.arange(-step * 0.5 * (i % 2), stage.h, step):
            canvas.paint(
                canvas.shape([rect(float(x), float(y), step * 1.02, step * 1.02)]), shift(ground, pick(rng, -0.018, 0.012))
            )


def _layer(canvas: Canvas, stage: Stage, drawn: Drawing, layer: Layer, ground: RGB, line: float) -> None:
    near = 1 - layer.depth
    mask = canvas.shape([layer.ring])
    lift = (0.018 + 0.05 * near) * (1 if stage.palette.dark else -0.9)
    canvas.paint(mask, mix(shift(ground, lift), _red(stage), 0.10 + 0.10 * near))
    drawn.layer(stage, layer, line * (0.7 + 0.6 * near), echoes=0)
    if layer.kind == "water":
        drawn.stroke(waves(stage, layer, 9), line * 0.7, inside=mask)
    if layer.lights:
        canvas.paint(canvas.shape(layer.lights).inside(mask), tone(stage.palette.secondary, 0.82), 0.9)
    dot = max(1, round(stage.u / 620))
    dust = speckles(stage, stage.rng(660 + round(layer.depth * 40)), _below(stage, layer), dot)
    drawn.add(Mask(dust.x, dust.y, dust.image).inside(mask), 235)


def _below(stage: Stage, layer: Layer) -> Floats:
    """Dust that is thick under the crest and thins out below it, in drifts."""
    nx, ny = 96, max(24, round(96 * stage.h / stage.w))
    order = np.argsort(layer.crest[:, 0], kind="stable")
    crest = np.interp((np.arange(nx) + 0.5) / nx * stage.w, layer.crest[order, 0], layer.crest[order, 1])
    y = (np.arange(ny) + 0.5) / ny * stage.h
    fall = np.clip(1 - (y[:, None] - crest[None, :]) / (stage.u * 0.16), 0, 1) * (y[:, None] >= crest[None, :] - stage.u * 0.01)
    drift: Floats = fall**2 * (0.25 + 0.6 * fbm(stage.rng(67), nx, ny, 3, 3))
    return drift * 0.62


def _thing(canvas: Canvas, stage: Stage, drawn: Drawing, thing: Motif, line: float) -> None:
    """Lacquer relief: red and black parts within gold lines, shell on the pale ones."""
    red, dark = _red(stage), mix(tone(stage.palette.primary, 0.28, 0.9), (24, 14, 14), 0.35)
    for shape in thing.shapes:
        if shape.form == "line":
            continue
        mask = mask_of(canvas, shape)
        color = {
            "body": red,
            "petal": red,
            "warm": mix(red, (226, 160, 70), 0.6),
            "leaf": dark,
            "detail": dark,
            "deep": shift(dark, -0.06),
        }.get(shape.role, shift(red, -0.06))
        canvas.paint(mask, shift(color, shape.tone))
        w = mask.image.width
        canvas.paint(mask.without(mask.moved(-stage.light * w * 0.10, w * 0.05)), shift(color, 0.10), 0.55)
        if shape.role in ("pale", "trim", "metal", "glass"):
            _shell(canvas, stage, mask)
    drawn.motif(thing, line)


def _shell(canvas: Canvas, stage: Stage, mask: Mask) -> None:
    """Mother-of-pearl: splinters of rose, green and silver."""
    rng = stage.rng(68)
    x0, y0, x1, y1 = mask.box
    canvas.paint(mask, (206, 214, 214))
    size = max(4.0, stage.u * 0.016)
    tints = ((214, 190, 214), (176, 218, 208), (232, 226, 206), (168, 196, 222))
    for k in range(min(240, int((x1 - x0) * (y1 - y0) / (size * size)) + 8)):
        x, y = x0 + (x1 - x0) * rng.random(), y0 + (y1 - y0) * rng.random()
        a = rng.random(3) * 6.283
        ring = points([(x + size * np.cos(t), y + size * np.sin(t)) for t in np.sort(a)])
        canvas.paint(canvas.shape([ring]).inside(mask), tints[k % 4], 0.8)


def _rules(canvas: Canvas, stage: Stage, gold: Ramp) -> None:
    m = stage.u * 0.022
    if stage.room.margin < 0.036:
        return
    frame = [
        rect(m, m, stage.w - 2 * m, stage.h - 2 * m, m * 0.8),
        rect(m * 1.5, m * 1.5, stage.w - 3 * m, stage.h - 3 * m, m * 0.6),
    ]
    canvas.paint(canvas.stroke(frame[:1], max(1.0, stage.u * 0.0032), closed=True), gold)
    canvas.paint(canvas.stroke(frame[1:], max(1.0, stage.u * 0.0014), closed=True), gold)
