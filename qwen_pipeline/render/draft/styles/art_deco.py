"""Art deco: a fan of rays from the floor, stepped arches, thin double rules in gold on a dark ground; all of it on one axis."""

from __future__ import annotations

import numpy as np

from ..canvas import Canvas, Ramp
from ..finish import Finish
from ..motifs import Motif
from ..palette import RGB, mix, shift, tone
from ..paths import Points, ellipse, lowered, points
from ..pens import bold
from ..room import Rect
from ..scenery import scenery
from ..stage import Stage, skin_of
from ..terrain import Layer
from ..textures import away

FINISH = Finish(feather=0.05, ghost=0.0, ragged=0.0, grain=3, wash=0.0)


def paint(stage: Stage) -> Canvas:
    canvas = Canvas(stage.w, stage.h, _ground(stage))
    view = scenery(stage, "city", grow=0.70, rise=0.05, land=not stage.subject.hero)
    line = max(1.2, stage.u * 0.0032)
    cx, floor = view.area.cx, view.area.bottom - view.area.h * 0.04
    _fan(canvas, stage, cx, floor, line)
    _arches(canvas, stage, view.area, cx, floor, line)

    def thing(motif: Motif) -> None:
        outline = _gold(stage) if stage.palette.dark else _deep(stage)
        bold(canvas, motif, skin_of(stage.palette), outline, line * 0.9, stage.light)

    view.paint(lambda i, layer: _layer(canvas, stage, layer, i, line), thing)
    _scallops(canvas, stage, line)
    _frame(canvas, stage, line)
    return canvas


def _ground(stage: Stage) -> RGB:
    p = stage.palette
    return p.safe(tone(p.primary, 0.24, 0.75)) if p.dark else p.safe(mix(p.paper, tone(p.secondary, 0.92, 0.8), 0.5))


def _deep(stage: Stage) -> RGB:
    return tone(stage.palette.primary, 0.17, 0.7) if stage.palette.dark else tone(stage.palette.primary, 0.24, 0.8)


def _gold(stage: Stage) -> RGB:
    gold = mix(stage.palette.secondary, (214, 172, 86), 0.65)
    return tone(gold, 0.80) if stage.palette.dark else tone(gold, 0.62, 1.05)


def _metal(stage: Stage) -> Ramp:
    gold = _gold(stage)
    return Ramp((0, 0), (stage.w, stage.h), ((0, gold), (0.35, shift(gold, 0.09)), (0.6, gold), (1, shift(gold, -0.06))))


def _fan(canvas: Canvas, stage: Stage, cx: float, floor: float, line: float) -> None:
    """Wedges of two tones, every second edge ruled in gold, fading towards the words."""
    far, n = float(np.hypot(stage.w, stage.h)) * 1.1, 22
    open_ground = away(stage, 0.02, 0.30)
    edges = np.linspace(np.pi, 2 * np.pi, n * 2 + 1)
    wedges = [
        points([(cx, floor), (cx + far * np.cos(a), floor + far * np.sin(a)), (cx + far * np.cos(b), floor + far * np.sin(b))])
        for a, b in zip(edges[0::2], edges[1::2], strict=False)
    ]
    canvas.paint(canvas.shape(wedges).times(open_ground), shift(_ground(stage), 0.055 if stage.palette.dark else -0.045))
    spokes = [points([(cx, floor), (cx + far * np.cos(a), floor + far * np.sin(a))]) for a in edges[::2]]
    canvas.paint(canvas.stroke(spokes, line * 0.45).times(open_ground), _metal(stage), 0.7)


def _arches(canvas: Canvas, stage: Stage, area: Rect, cx: float, floor: float, line: float) -> None:
    """Half rings about the foot of the fan, alternately filled."""
    p = stage.palette
    r = min(area.w * 0.46, (floor - area.y) * 0.95)
    if r < stage.u * 0.08:
        return
    accent = mix(tone(p.spark, 0.46 if p.dark else 0.66, 1.0), _ground(stage), 0.15)
    fills = (
        _deep(stage) if p.dark else tone(p.primary, 0.34, 0.9),
        accent,
        _ground(stage),
        tone(p.primary, 0.36 if p.dark else 0.80, 0.9),
    )
    for k, color in zip((1.0, 0.92, 0.80, 0.74), fills, strict=True):
        canvas.paint(canvas.shape([_half(cx, floor, r * k)]), color)
        canvas.paint(canvas.stroke([_half(cx, floor, r * k)], line, closed=True), _metal(stage))
    teeth = [
        points(
            [
                (cx + r * 0.93 * np.cos(a - 0.035), floor + r * 0.93 * np.sin(a - 0.035)),
                (cx + r * 0.99 * np.cos(a), floor + r * 0.99 * np.sin(a)),
                (cx + r * 0.93 * np.cos(a + 0.035), floor + r * 0.93 * np.sin(a + 0.035)),
            ]
        )
        for a in np.linspace(np.pi + 0.05, 2 * np.pi - 0.05, 32)
    ]
    canvas.paint(canvas.shape(teeth), _metal(stage))


def _half(cx: float, floor: float, r: float) -> Points:
    return ellipse(cx, floor, r, r, 180, 360, 120)


def _layer(canvas: Canvas, stage: Stage, layer: Layer, i: int, line: float) -> None:
    p, near = stage.palette, 1 - layer.depth
    far = tone(p.primary, 0.42 if p.dark else 0.74, 0.8)
    color = mix(far, _deep(stage) if p.dark else tone(p.primary, 0.30, 0.9), round(near, 3))
    mask = canvas.shape([layer.ring])
    top = float(layer.crest[:, 1].min())
    canvas.paint(mask, Ramp((0, top), (0, top + stage.h * 0.4), ((0, shift(color, 0.07)), (1, shift(color, -0.04)))))
    if layer.lights:
        canvas.paint(canvas.shape(layer.lights).inside(mask), _metal(stage), 0.9)
    if layer.lines:
        canvas.paint(canvas.stroke(layer.lines, line * 0.7).inside(mask), _metal(stage), 0.8)
    crest = layer.ring if layer.kind == "road" else layer.crest
    canvas.paint(canvas.stroke([crest], line * (0.6 + 0.5 * near), caps=False), _metal(stage))
    if layer.kind == "land" and not layer.lines:
        echoes = [lowered(layer.crest, stage.u * 0.014 * k) for k in (1, 2)]
        canvas.paint(canvas.stroke(echoes, line * 0.45, caps=False).inside(mask), _metal(stage), 0.75)


def _scallops(canvas: Canvas, stage: Stage, line: float) -> None:
    """Fish scales of nested arcs along the foot."""
    if stage.room.at(stage.w / 2, stage.h * 0.97) < 0.05 or stage.room.at(stage.w * 0.15, stage.h * 0.97) < 0.05:
        return
    n = max(5, round(stage.w / (stage.u * 0.11)))
    r = stage.w / n / 2
    for row, y in enumerate((stage.h - r * 0.9, stage.h - r * 0.15)):
        for k in range(-1, n + 1):
            x = (k + 0.5 + 0.5 * (row % 2)) * 2 * r
            for j, size in enumerate((1.0, 0.72, 0.44)):
                fill = (_deep(stage), tone(stage.palette.primary, 0.40, 0.9), _gold(stage))[j]
                canvas.paint(canvas.shape([_half(x, y + r, r * size)]), fill)
                canvas.paint(canvas.stroke([_half(x, y + r, r * size)], line * 0.7), _metal(stage))


def _frame(canvas: Canvas, stage: Stage, line: float) -> None:
    """A double rule with stepped corners."""
    if stage.room.margin < 0.042:
        return
    m = stage.u * 0.024
    for inset, step, width in ((m, stage.u * 0.045, line * 1.5), (m * 1.55, stage.u * 0.040, line * 0.6)):
        x0, y0, x1, y1 = inset, inset, stage.w - inset, stage.h - inset
        ring = [
            (x0 + step, y0),
            (x1 - step, y0),
            (x1 - step, y0 + step / 2),
            (x1 - step / 2, y0 + step / 2),
            (x1 - step / 2, y0 + step),
            (x1, y0 + step),
            (x1, y1 - step),
            (x1 - step / 2, y1 - step),
            (x1 - step / 2, y1 - step / 2),
            (x1 - step, y1 - step / 2),
            (x1 - step, y1),
            (x0 + step, y1),
            (x0 + step, y1 - step / 2),
            (x0 + step / 2, y1 - step / 2),
            (x0 + step / 2, y1 - step),
            (x0, y1 - step),
            (x0, y0 + step),
            (x0 + step / 2, y0 + step),
            (x0 + step / 2, y0 + step / 2),
            (x0 + step, y0 + step / 2),
        ]
        canvas.paint(canvas.stroke([points(ring)], width, closed=True), _metal(stage))
