"""Mid-century modern: loose kidney shapes in muted colours laid over one another, starbursts, dry brush, loose line."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageChops

from ..canvas import Canvas
from ..drawing import Drawing
from ..fields import Rng, as_mask, fbm, paper, pick
from ..finish import Finish
from ..motifs import Motif
from ..palette import RGB, mix, shift, tone, vivid
from ..paths import Points, points, rect, smooth, turn
from ..pens import across, mask_of, stippled
from ..scenery import front, scenery
from ..stage import Stage, skin_of
from ..terrain import Layer
from ..textures import multiply

FINISH = Finish(feather=0.05, ghost=0.0, ragged=0.0, grain=4, wash=0.0)


def paint(stage: Stage) -> Canvas:
    p = stage.palette
    canvas = Canvas(stage.w, stage.h, _ground(stage))
    brush = _dry_brush(stage)
    view = scenery(stage, "hills", grow=0.74, rise=0.08, land=not stage.subject.hero)
    _blobs(canvas, stage, brush)
    _stars(canvas, stage)
    ink = Drawing(canvas)
    line = max(1.0, stage.u * 0.0034)
    view.paint(
        lambda i, layer: _layer(canvas, stage, ink, layer, i, brush), lambda thing: _thing(canvas, stage, ink, thing, line)
    )
    for lift, color in ((0.045, _colors(stage)[1]), (0.0, p.ground)):
        ring = front(stage, lift, 0.05)
        if ring is not None:
            mask = canvas.shape([ring])
            ink.hide(mask)
            canvas.paint(mask, color)
    canvas.paint(ink.mask, tone(p.ink, 0.26) if not p.dark else mix(p.paper, p.primary, 0.1), 0.95)
    multiply(canvas, paper(stage.rng(2), stage.w, stage.h))
    return canvas


def _ground(stage: Stage) -> RGB:
    p = stage.palette
    return p.safe(tone(p.primary, 0.28, 0.8)) if p.dark else p.safe(mix((244, 234, 210), p.paper, 0.4))


def _colors(stage: Stage) -> tuple[RGB, ...]:
    """Muted partners of the brand: teal, mustard, persimmon, olive, dusty pink, each leaning on a brand colour."""
    p = stage.palette
    old = ((58, 130, 132), (222, 170, 66), (212, 96, 56), (138, 142, 84), (226, 166, 146))
    own = (p.primary, p.secondary, p.spark, p.primary, p.spark)
    level = -0.10 if p.dark else 0.0
    return tuple(shift(mix(a, vivid(b, 0.62, 0.85), 0.5), level) for a, b in zip(old, own, strict=True))


def _dry_brush(stage: Stage) -> Image.Image:
    """Streaks of a brush that runs out of paint."""
    nx, ny = max(64, stage.w // 3), max(64, stage.h // 3)
    streaks = fbm(stage.rng(191), nx, ny, 60, 2, stretch=16)
    drift = fbm(stage.rng(192), nx, ny, 2.5, 3)
    return as_mask(np.clip(1.9 - streaks * 1.3 - drift * 0.9 + 0.25, 0, 1), stage.w, stage.h)


def _kidney(rng: Rng, x: float, y: float, r: float) -> Points:
    a = np.linspace(0, 2 * np.pi, 7, endpoint=False) + rng.random() * 6.283
    k = 0.62 + 0.5 * rng.random(7)
    return smooth(np.stack([x + np.cos(a) * r * k * 1.15, y + np.sin(a) * r * k], 1))


def _blobs(canvas: Canvas, stage: Stage, brush: Image.Image) -> None:
    """Overlapping shapes about the free room; where two meet, they darken."""
    rng, area = stage.rng(193), stage.hero_rect()
    colors = _colors(stage)
    mode = ImageChops.screen if stage.palette.dark else ImageChops.multiply
    for k in range(5):
        r = min(area.w, area.h) * pick(rng, 0.22, 0.42)
        x, y = area.x + area.w * pick(rng, 0.1, 0.9), area.y + area.h * pick(rng, 0.15, 0.85)
        r = min(r, (stage.room.at(x, y) - 0.03) * stage.u / 1.3)
        if r < stage.u * 0.05:
            continue
        mask = canvas.shape([_kidney(rng, x, y, r)])
        color = colors[k] if stage.palette.dark else mix(colors[k], (255, 255, 255), 0.25)
        canvas.blend(mask.times(brush), shift(color, -0.25) if stage.palette.dark else color, mode, 0.92)


def _stars(canvas: Canvas, stage: Stage) -> None:
    """Atomic starbursts: needles of three lengths, some with a bead."""
    rng, colors = (
        stage.rng(194),
        (*_colors(stage), tone(stage.palette.ink, 0.3) if not stage.palette.dark else stage.palette.paper),
    )
    placed: list[tuple[float, float]] = []
    for k in range(60):
        x, y, r = stage.w * rng.random(), stage.h * rng.random(), stage.u * pick(rng, 0.022, 0.062)
        n = int(8 + rng.random() * 6)
        if (
            stage.room.at(x, y) < r / stage.u + 0.02
            or len(placed) > 9
            or any(np.hypot(x - a, y - b) < stage.u * 0.17 for a, b in placed)
        ):
            continue
        placed.append((x, y))
        rings: list[Points] = []
        for j in range(n):
            a = j * 2 * np.pi / n
            long = r * (1.0, 0.55, 0.78)[j % 3]
            wide = r * 0.045
            tip, side = np.array((np.cos(a), np.sin(a))), np.array((-np.sin(a), np.cos(a)))
            rings.append(np.array([(x, y) - side * wide, (x, y) + tip * long, (x, y) + side * wide]))
        canvas.paint(canvas.shape(rings), colors[k % 6])
        if k % 2:
            beads = [canvas.disc(float(ring[1, 0]), float(ring[1, 1]), r * 0.06) for ring in rings[::3]]
            for bead in beads:
                canvas.paint(bead, colors[(k + 2) % 6])


def _layer(canvas: Canvas, stage: Stage, ink: Drawing, layer: Layer, i: int, brush: Image.Image) -> None:
    colors = _colors(stage)
    color = mix(colors[(i * 2) % 5], _ground(stage), 0.42 * layer.depth)
    mask = canvas.shape([layer.ring])
    ink.hide(mask)
    canvas.paint(mask, mix(color, _ground(stage), 0.45))
    canvas.paint(mask.times(brush), color)
    width = max(1.0, stage.u * 0.0034)
    if layer.lines:
        ink.stroke(layer.lines, width * 0.8, inside=mask)
    if layer.lights:
        canvas.paint(
            canvas.shape(layer.lights).inside(mask), _colors(stage)[1] if i % 2 else mix(stage.palette.paper, color, 0.1)
        )
    if layer.kind == "land" and 0.1 < layer.depth < 0.9 and not layer.lines:
        _trees(canvas, stage, ink, layer, i, width)


def _trees(canvas: Canvas, stage: Stage, ink: Drawing, layer: Layer, i: int, width: float) -> None:
    """Lollipops and lozenges on needle stems, their line a little beside the colour."""
    rng, colors = stage.rng(195 + i), _colors(stage)
    for k in range(6):
        x, s = stage.w * rng.random(), stage.u * pick(rng, 0.045, 0.085)
        y = layer.height_at(x) + s * 0.2
        if stage.room.at(x, y - s * 1.4) < 0.06:
            continue
        half = s * (0.30 if k % 2 else 0.42)
        crown = (
            smooth([(x, y - s * 1.7), (x + half, y - s * 1.0), (x, y - s * 0.45), (x - half, y - s * 1.0)])
            if k % 2
            else _round(x, y - s * 1.1, half)
        )
        canvas.paint(canvas.shape([turn(crown, 0, at=(s * 0.06, s * 0.04))]), colors[(k + i) % 5])
        ink.stroke(
            [
                points([(x, y), (x, y - s * 1.5)]),
                points([(x, y - s * 0.8), (x + half * 0.55, y - s * 1.1)]),
                points([(x, y - s), (x - half * 0.5, y - s * 1.3)]),
            ],
            width * 0.8,
        )


def _round(x: float, y: float, r: float) -> Points:
    a = np.linspace(0, 2 * np.pi, 40)
    return np.stack([x + r * np.cos(a), y + r * np.sin(a)], 1)


def _thing(canvas: Canvas, stage: Stage, ink: Drawing, thing: Motif, line: float) -> None:
    """Flat colour with a stippled shade, the line drawn beside it."""
    skin, move = skin_of(stage.palette), (stage.light * stage.u * 0.006, stage.u * 0.004)
    x0, _, x1, y1 = thing.box()
    if thing.stands:
        table = canvas.shape(
            [rect(x0 - (x1 - x0) * 0.28, y1 - stage.u * 0.004, (x1 - x0) * 1.56, stage.u * 0.018, stage.u * 0.009)]
        )
        canvas.paint(table, tone(stage.palette.ink, 0.3) if not stage.palette.dark else tone(stage.palette.secondary, 0.7))
    for shape in thing.shapes:
        mask = mask_of(canvas, shape).moved(*move)
        color = skin(shape.role, shape.tone)
        canvas.paint(mask, color)
        if shape.form in ("round", "ball"):
            u, _ = across(mask)
            canvas.paint(
                stippled(mask, np.clip((-u * stage.light - 0.1) * 1.1, 0, 0.9), stage.rng(196), max(1, round(stage.u / 420))),
                shift(color, -0.16),
            )
    ink.motif(thing, line)
