"""Blueprint: a ruled sheet, the subject in clean lines with hatching, centre lines, arcs and dimensions."""

from __future__ import annotations

import numpy as np

from ..canvas import Canvas
from ..decor import scenic_spot
from ..finish import Finish
from ..motifs import MOTIFS, Motif
from ..palette import RGB, mix, tone
from ..paths import Points, ellipse, lowered, points, rect
from ..pens import lines
from ..scenery import landscape
from ..stage import Stage, fit

FINISH = Finish(feather=0.30, ghost=0.42, ragged=0.0, grain=3, vignette=0.06)


def paint(stage: Stage) -> Canvas:
    sheet, ink = _colors(stage)
    canvas = Canvas(stage.w, stage.h, sheet)
    canvas.paint(canvas.halo(stage.w / 2, stage.h * 0.45, stage.w * 0.9, stage.h * 0.8), mix(sheet, ink, 0.07), 0.9)
    _grid(canvas, stage, ink)
    area = stage.hero_rect()
    width = max(1.2, stage.u * 0.0036)
    motif = stage.hero("globe" if not stage.subject.setting else "")
    if stage.scenic and (stage.subject.setting or motif is None):
        _land(canvas, stage, sheet, ink, width)
    elif motif is not None and min(area.w, area.h) > stage.u * 0.2:
        placed = fit(motif, area, 0.62, floor=False)
        _construction(canvas, stage, placed, ink, width)
        lines(canvas, placed, ink, width, mix(sheet, ink, 0.05))
        _dimensions(canvas, stage, placed, ink, width)
    _border(canvas, stage, ink)
    return canvas


def _colors(stage: Stage) -> tuple[RGB, RGB]:
    p = stage.palette
    if p.dark:
        return p.safe(tone(p.primary, 0.36, 1.0)), mix(p.paper, tone(p.primary, 0.85), 0.25)
    return p.ground, tone(p.hero, 0.38, 1.0)


def _grid(canvas: Canvas, stage: Stage, ink: RGB) -> None:
    pitch = stage.u / 40
    for every, width, opacity in ((1, 0.0009, 0.16), (5, 0.0014, 0.26)):
        step = pitch * every
        upright: list[Points] = [points([(x, 0), (x, stage.h)]) for x in np.arange(step, stage.w, step)]
        level: list[Points] = [points([(0, y), (stage.w, y)]) for y in np.arange(step, stage.h, step)]
        canvas.paint(canvas.stroke(upright + level, max(0.8, stage.u * width), caps=False), ink, opacity)


def _border(canvas: Canvas, stage: Stage, ink: RGB) -> None:
    m = stage.u * 0.025
    outer = rect(m, m, stage.w - 2 * m, stage.h - 2 * m)
    canvas.paint(canvas.stroke([outer], max(1.0, stage.u * 0.0022), closed=True), ink, 0.8)
    ticks = [points([(x, m), (x, m + m * 0.45)]) for x in np.linspace(m, stage.w - m, 13)[1:-1]]
    ticks += [points([(x, stage.h - m), (x, stage.h - m * 1.45)]) for x in np.linspace(m, stage.w - m, 13)[1:-1]]
    ticks += [points([(e, y), (e + d * m * 0.45, y)]) for y in np.linspace(m, stage.h - m, 13)[1:-1] for e, d in ((m, 1),
        (stage.w - m, -1))]
    canvas.paint(canvas.stroke(ticks, max(1.0, stage.u * 0.0016)), ink, 0.7)


def _dashed(a: tuple[float, float], b: tuple[float, float], pitch: float) -> list[Points]:
    """A centre line: long dash, short dash."""
    p, q = np.array(a), np.array(b)
    length = float(np.hypot(*(q - p)))
    way = (q - p) / max(1e-6, length)
    out, at = [], 0.0
    while at < length:
        for dash, gap in ((1.0, 0.28), (0.16, 0.28)):
            end = min(length, at + dash * pitch)
            if end > at:
                out.append(points([tuple(p + way * at), tuple(p + way * end)]))
            at = end + gap * pitch
    return out


def _construction(canvas: Canvas, stage: Stage, placed: Motif, ink: RGB, width: float) -> None:
    x0, y0, x1, y1 = placed.box()
    cx, cy = (x0 + x1) / 2, (y0 + y1) / 2
    r = max(x1 - x0, y1 - y0) / 2
    over = stage.u * 0.07
    pitch = stage.u * 0.035
    marks = _dashed((cx, y0 - over), (cx, y1 + over), pitch) + _dashed((x0 - over, cy), (x1 + over, cy), pitch)
    canvas.paint(canvas.stroke(marks, max(0.9, width * 0.45), caps=False), ink, 0.6)
    rings = [ellipse(cx, cy, r * 1.06, n=160), ellipse(cx, cy, r * 0.72, n=140), ellipse(cx, cy, r * 1.12, None, 200, 318, 80)]
    canvas.paint(canvas.stroke(rings, max(0.9, width * 0.42), caps=False), ink, 0.42)
    box = [points([(x0 - over * 0.4, y), (x1 + over * 0.4, y)]) for y in (y0, y1)] + [points([(x, y0 - over * 0.4),
        (x, y1 + over * 0.4)]) for x in (x0, x1)]
    canvas.paint(canvas.stroke(box, max(0.9, width * 0.4), caps=False), ink, 0.4)


def _dimensions(canvas: Canvas, stage: Stage, placed: Motif, ink: RGB, width: float) -> None:
    x0, y0, x1, y1 = placed.box()
    off = stage.u * 0.05
    arrow = stage.u * 0.012
    rules = [points([(x0, y1 + off), (x1, y1 + off)]), points([(x1 + off, y0), (x1 + off, y1)])]
    heads = [
        points([(x0, y1 + off), (x0 + arrow, y1 + off - arrow * 0.35), (x0 + arrow, y1 + off + arrow * 0.35)]),
        points([(x1, y1 + off), (x1 - arrow, y1 + off - arrow * 0.35), (x1 - arrow, y1 + off + arrow * 0.35)]),
        points([(x1 + off, y0), (x1 + off - arrow * 0.35, y0 + arrow), (x1 + off + arrow * 0.35, y0 + arrow)]),
        points([(x1 + off, y1), (x1 + off - arrow * 0.35, y1 - arrow), (x1 + off + arrow * 0.35, y1 - arrow)]),
    ]
    canvas.paint(canvas.stroke(rules, max(0.9, width * 0.5)), ink, 0.8)
    canvas.paint(canvas.shape(heads), ink, 0.9)
    accent = tone(stage.palette.spark, 0.72 if stage.palette.dark else 0.58, 1.1)
    nodes = [(x0 + (x1 - x0) * 0.28, y0 + (y1 - y0) * 0.36), (x0 + (x1 - x0) * 0.70, y0 + (y1 - y0) * 0.62)]
    for (x, y), side in zip(nodes, (-1, 1), strict=True):
        ex, ey = (x0 - off * 0.9, y - off) if side < 0 else (x1 + off * 2.0, y + off * 0.6)
        canvas.paint(canvas.stroke([points([(x, y), (ex + side * -off * 0.8, ey), (ex, ey)])], max(1.0, width * 0.6)), accent)
        canvas.paint(canvas.disc(x, y, stage.u * 0.007), accent)
        canvas.paint(canvas.stroke([ellipse(ex + side * off * 0.32, ey, off * 0.32)], max(1.0, width * 0.6), closed=True), accent)


def _land(canvas: Canvas, stage: Stage, sheet: RGB, ink: RGB, width: float) -> None:
    """Contours: every depth hides what lies behind it."""
    area = stage.hero_rect()
    sun = (area.cx, max(area.y + area.h * 0.3, stage.room.horizon() * stage.h - stage.u * 0.2))
    accent = tone(stage.palette.spark, 0.72 if stage.palette.dark else 0.58, 1.1)
    rays = [ellipse(*sun, stage.u * r, n=120) for r in (0.10, 0.118, 0.175, 0.25)]
    canvas.paint(canvas.stroke(rays[:2], width, closed=True), accent)
    canvas.paint(canvas.stroke(rays[2:], width * 0.45, closed=True), ink, 0.5)
    layers = landscape(stage, "mountains")
    spot = scenic_spot(stage, layers)
    for i, layer in enumerate(layers):
        near = 1 - layer.depth
        mask = canvas.shape([layer.ring])
        canvas.paint(mask, mix(sheet, ink, 0.05 + 0.05 * near))
        if layer.kind == "land" and not layer.lines:
            rows = [lowered(layer.crest, stage.u * (0.010 + 0.016 * near) * k * (1 + 0.12 * k)) for k in range(1, 8)]
            canvas.paint(canvas.stroke([r[::3] for r in rows], max(0.9, width * 0.4), caps=False).inside(mask), ink, 0.45)
        if layer.lines:
            canvas.paint(canvas.stroke(layer.lines, max(0.9, width * 0.5)).inside(mask), ink, 0.6)
        if layer.lights:
            canvas.paint(canvas.stroke(layer.lights, max(0.8, width * 0.35), closed=True).inside(mask), ink, 0.55)
        outline = [layer.ring] if layer.kind in ("city", "road") else [layer.crest]
        canvas.paint(canvas.stroke(outline, width * (0.6 + 0.6 * near), caps=False), ink, 0.65 + 0.35 * near)
        if spot is not None and spot.after == i:
            motif = MOTIFS[stage.subject.hero](stage.rng(5)).placed(spot.x, spot.y, spot.size)
            lines(canvas, motif, ink, width, mix(sheet, ink, 0.06))
