"""Chalkboard: white and coloured chalk on a wiped slate; by day, charcoal and pastel on kraft paper."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from PIL import Image, ImageChops, ImageFilter

from ..canvas import Canvas, Mask
from ..decor import foliage, sun_spot
from ..drawing import Drawing, waves
from ..fields import as_mask, fbm, grain
from ..finish import Finish
from ..motifs import Motif
from ..palette import RGB, mix, shift, tone, vivid
from ..paths import ellipse, rect, wobble
from ..pens import mask_of
from ..scenery import scenery
from ..stage import Stage
from ..terrain import Layer
from ..textures import away, worn

FINISH = Finish(feather=0.06, ghost=0.0, ragged=0.0, grain=4, wash=0.0)


def paint(stage: Stage) -> Canvas:
    p = stage.palette
    slate = p.safe(mix(tone(p.primary, 0.27, 0.45), (42, 48, 46), 0.55)) if p.dark else p.safe(mix((226, 204, 168), p.paper, 0.4))
    canvas = Canvas(stage.w, stage.h, slate)
    _wiped(canvas, stage, slate)
    tooth = _tooth(stage)
    view = scenery(stage, "hills", grow=0.72, rise=0.06)
    drawn = Drawing(canvas)
    width = max(1.6, stage.u * 0.0062)
    colors = _chalks(stage)
    r = stage.u * 0.12
    x, y = sun_spot(stage, list(view.layers), r)
    _hatch(canvas, stage, canvas.disc(x, y, r), colors[0], tooth)
    drawn.stroke([wobble(ellipse(x, y, r, n=90), r * 0.03, stage.rng(103))], width, closed=True)

    def layer(i: int, one: Layer) -> None:
        mask = drawn.layer(stage, one, width, echoes=0)
        canvas.paint(mask, slate)
        band = mask.without(mask.moved(0, stage.u * (0.05 + 0.05 * (1 - one.depth))))
        _hatch(canvas, stage, band, colors[i % len(colors)], tooth, 0.55)
        if one.kind == "water":
            drawn.stroke(waves(stage, one, 6), width * 0.8, inside=mask)

    def thing(motif: Motif) -> None:
        for shape in motif.shapes:
            if shape.form != "line":
                mask = mask_of(canvas, shape)
                canvas.paint(mask, slate)
                color = {"body": colors[1], "petal": colors[0], "leaf": colors[2], "trim": colors[0], "warm": colors[3]}.get(
                    shape.role
                )
                if color is not None:
                    _hatch(canvas, stage, mask, color, tooth, 0.95)
        drawn.motif(motif, width)

    view.paint(layer, thing)
    foliage(canvas, stage, ("sprig", "eucalyptus"), lambda c, m, r: drawn.motif(m, width * 0.8), 0.26)
    chalk = mix(p.paper, (255, 255, 255), 0.4) if p.dark else mix(tone(p.ink, 0.26), (46, 42, 40), 0.4)
    drawn.image = ImageChops.multiply(drawn.image, away(stage, 0.0, 0.05))
    _frame(drawn, stage, width)
    lines = drawn.mask
    canvas.paint(lines.times(tooth), chalk, 0.96)
    dust = Mask(0, 0, lines.image).blurred(stage.u * 0.006)
    canvas.paint(dust, chalk, 0.10)
    return canvas


def _chalks(stage: Stage) -> tuple[RGB, ...]:
    p = stage.palette
    level = 0.80 if p.dark else 0.62
    return (
        vivid(p.spark, level, 0.9),
        tone(p.primary, level, 0.95),
        tone(mix(p.secondary, (120, 190, 140), 0.5), level, 0.9),
        tone(p.secondary, level + 0.06),
    )


@lru_cache(maxsize=2)
def _strokes(stage: Stage) -> Image.Image:
    """Broad slanting passes of the chalk's side."""
    side = max(stage.w, stage.h)
    field = fbm(stage.rng(105), max(64, side // 5), max(64, side // 5), 34, 2, stretch=14)
    slanted = as_mask(np.clip((field - 0.18) * 1.7, 0, 1), side * 2, side * 2).rotate(24, Image.Resampling.BILINEAR)
    left, top = side - stage.w // 2, side - stage.h // 2
    return slanted.crop((left, top, left + stage.w, top + stage.h))


def _tooth(stage: Stage) -> Image.Image:
    """The grain of the board, which chalk touches only in part."""
    fine = grain(stage.rng(101), stage.w, stage.h, 110).filter(ImageFilter.GaussianBlur(max(0.5, stage.u / 2200)))
    broken = fine.point([min(255, max(0, round((v - 84) * 3.4 + 96))) for v in range(256)])
    return ImageChops.multiply(broken, worn(stage.rng(102), stage.w, stage.h, 40, 0.03, 4))


def _wiped(canvas: Canvas, stage: Stage, slate: RGB) -> None:
    """Smears of an old drawing."""
    field = fbm(stage.rng(104), max(32, stage.w // 8), max(32, stage.h // 8), 2.5, 5, stretch=3.5)
    smear = Mask(0, 0, as_mask(np.clip((field - 0.42) * 1.5, 0, 1), stage.w, stage.h))
    canvas.paint(smear, shift(slate, 0.055 if stage.palette.dark else -0.025), 0.55)


def _hatch(canvas: Canvas, stage: Stage, mask: Mask, color: RGB, tooth: Image.Image, amount: float = 0.9) -> None:
    """The side of the chalk, in slanting strokes."""
    canvas.paint(mask.times(tooth).times(_strokes(stage)), color, amount)


def _frame(drawn: Drawing, stage: Stage, width: float) -> None:
    m = stage.u * 0.026
    if stage.room.margin < 0.04:
        return
    for inset, k in ((m, 1.0), (m * 1.5, 0.5)):
        ring = rect(inset, inset, stage.w - 2 * inset, stage.h - 2 * inset, stage.u * 0.02)
        drawn.stroke([ring], width * k, closed=True)
