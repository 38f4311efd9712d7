"""Watercolour: wet washes that bloom and dry to a dark edge, sheet showing through, splashes where the brush was shaken."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageChops

from ..canvas import Canvas, Mask, Ramp
from ..decor import birds, sun_spot
from ..fields import as_mask, fbm, paper, pick
from ..finish import Finish
from ..motifs import Motif
from ..palette import RGB, mix, shift, tone, vivid
from ..pens import mask_of
from ..scenery import scenery
from ..stage import Stage, skin_of
from ..terrain import Layer
from ..textures import away, multiply, rough, softened

FINISH = Finish(feather=0.16, ghost=0.0, ragged=0.10, grain=3, wash=0.0)


def paint(stage: Stage) -> Canvas:
    p = stage.palette
    sheet = p.ground
    canvas = Canvas(stage.w, stage.h, sheet)
    wet = _wetness(stage)
    open_ground = away(stage, -0.01, 0.16)
    view = scenery(stage, "mountains", grow=0.72, rise=0.08)
    _sky(canvas, stage, wet, open_ground)
    r = stage.u * 0.11
    x, y = sun_spot(stage, list(view.layers), r)
    _wash(
        canvas,
        stage,
        rough(canvas.disc(x, y, r), stage.rng(121), r * 0.05, r * 0.5, 0.3).times(open_ground),
        vivid(p.spark, 0.72),
        wet,
        0.85,
    )

    def layer(i: int, one: Layer) -> None:
        near = 1 - one.depth
        mask = rough(canvas.shape([one.ring]), stage.rng(130 + i), stage.u * 0.004, stage.u * 0.03, 0.34)
        top = float(one.crest[:, 1].min())
        hue = (tone(p.primary, 0.55, 1.25), tone(mix(p.primary, p.secondary, 0.55), 0.62, 1.25), tone(p.primary, 0.42, 1.3))[
            i % 3
        ]
        hue = mix(hue, sheet, 0.45 * one.depth)
        fade = Ramp(
            (0, top),
            (0, top + stage.h * (0.24 + 0.2 * near)),
            ((0, (255, 0, 0)), (1, (120 if i < len(view.layers) - 1 else 170, 0, 0))),
        )
        box = mask.box
        thinner = Mask(mask.x, mask.y, ImageChops.multiply(mask.image, fade.render(box).getchannel("R")))
        canvas.paint(mask.times(open_ground), sheet, 0.55)
        _wash(canvas, stage, thinner.times(open_ground), hue, wet, 0.9, edge=mask.times(open_ground))
        if one.lines:
            rows = canvas.stroke(one.lines, stage.u * (0.003 + 0.004 * near), caps=False).inside(mask).times(open_ground)
            canvas.paint(rows.times(wet), shift(hue, -0.16) if one.kind == "land" else sheet, 0.6)
        if one.lights:
            canvas.paint(canvas.shape(one.lights).inside(mask).times(wet), mix(vivid(p.spark, 0.8), sheet, 0.3), 0.8)

    view.paint(layer, lambda thing: _thing(canvas, stage, thing, wet))
    birds(canvas, stage, tone(p.primary, 0.4), 5)
    _splashes(canvas, stage, open_ground)
    multiply(canvas, paper(stage.rng(2), stage.w, stage.h))
    return canvas


def _wetness(stage: Stage) -> Image.Image:
    """Where pigment lies thick: blooms with a hard outer edge over slow unevenness."""
    nx, ny = max(64, stage.w // 6), max(64, stage.h // 6)
    slow, fine = fbm(stage.rng(122), nx, ny, 3.2, 4), fbm(stage.rng(123), nx, ny, 9, 4)
    bloom = np.clip(1 - np.abs(((slow * 3.0 + fine * 0.5) % 1) - 0.12) * 9, 0, 1)
    return as_mask(0.62 + 0.30 * slow + 0.14 * bloom + 0.10 * (fine - 0.5), stage.w, stage.h)


def _sky(canvas: Canvas, stage: Stage, wet: Image.Image, open_ground: Image.Image) -> None:
    """A loose wash that leaves the sheet bare in drifts."""
    p, rng = stage.palette, stage.rng(124)
    field = fbm(rng, max(48, stage.w // 8), max(48, stage.h // 8), 1.8, 5, stretch=1.6)
    for level, color, amount in (
        (0.42, tone(p.primary, 0.78 if not p.dark else 0.42, 0.9), 0.55),
        (0.62, tone(p.secondary, 0.82 if not p.dark else 0.44, 1.0), 0.55),
    ):
        drift = Mask(0, 0, as_mask(np.clip((field - level) * 7, 0, 1), stage.w, stage.h)).times(open_ground)
        _wash(canvas, stage, drift, color, wet, amount)
        field = 1 - field


def _wash(
    canvas: Canvas, stage: Stage, mask: Mask, color: RGB, wet: Image.Image, amount: float, edge: Mask | None = None
) -> None:
    """Transparent colour, thick where it is wet, and a line of pigment where it dried."""
    if stage.palette.dark:
        canvas.paint(mask.times(wet), shift(color, -0.12), amount)
        return
    canvas.blend(mask.times(wet), mix(color, (255, 255, 255), 0.12), ImageChops.multiply, amount)
    outline = edge or mask
    rim = outline.without(softened(outline, stage.u * 0.006))
    canvas.blend(rim.times(wet), shift(color, 0.02), ImageChops.multiply, 0.85 * amount)


def _thing(canvas: Canvas, stage: Stage, thing: Motif, wet: Image.Image) -> None:
    skin = skin_of(stage.palette, glow=0.05)
    x0, _, x1, y1 = thing.box()
    if thing.stands:
        canvas.paint(
            canvas.halo((x0 + x1) / 2, y1, (x1 - x0) * 0.62, (x1 - x0) * 0.07).times(wet), tone(stage.palette.primary, 0.5), 0.6
        )
    for n, shape in enumerate(thing.shapes):
        mask = mask_of(canvas, shape)
        if shape.form != "line":
            mask = rough(mask, stage.rng(140 + n), stage.u * 0.0025, stage.u * 0.02, 0.3)
            canvas.paint(mask, mix(stage.palette.paper, (255, 255, 255), 0.5), 0.94)
        color = skin(shape.role, shape.tone)
        canvas.paint(mask.times(wet), color, 0.92)
        if shape.form in ("round", "ball"):
            w = mask.image.width
            light = softened(mask.inside(mask.moved(stage.light * w * 0.22, -w * 0.14)), w * 0.06).inside(mask)
            canvas.paint(light.times(wet), shift(color, 0.22), 0.55)
        canvas.paint(mask.without(softened(mask, stage.u * 0.005)), shift(color, -0.14), 0.55)


def _splashes(canvas: Canvas, stage: Stage, open_ground: Image.Image) -> None:
    rng, p = stage.rng(125), stage.palette
    area = stage.hero_rect()
    for color in (tone(p.primary, 0.6), vivid(p.spark, 0.7), tone(p.secondary, 0.7)):
        cx, cy = area.x + area.w * rng.random(), area.y + area.h * rng.random()
        for _ in range(14):
            r = stage.u * pick(rng, 0.0015, 0.008) * pick(rng, 0.3, 1)
            a, d = rng.random() * 6.283, stage.u * 0.22 * rng.random()
            canvas.paint(canvas.disc(cx + d * np.cos(a), cy + d * np.sin(a), r).times(open_ground), color, 0.6)
