"""Monoline: everything in one even line, and two flat spots of colour that do not quite meet it."""

from __future__ import annotations

from ..canvas import Canvas
from ..decor import foliage, sun_spot
from ..drawing import Drawing, waves
from ..finish import Finish
from ..motifs import Motif
from ..palette import RGB, mix, tone, vivid
from ..paths import ellipse
from ..pens import mask_of
from ..scenery import scenery
from ..stage import Stage
from ..terrain import Layer
from ..textures import away

FINISH = Finish(feather=0.05, ghost=0.0, ragged=0.0, grain=2, wash=0.0)


def paint(stage: Stage) -> Canvas:
    p = stage.palette
    canvas = Canvas(stage.w, stage.h, p.ground)
    view = scenery(stage, "hills", grow=0.74, rise=0.06)
    drawn = Drawing(canvas)
    width = max(1.4, stage.u * 0.0052)
    spot, second = _spots(stage)
    r = stage.u * 0.16
    x, y = sun_spot(stage, list(view.layers), r)
    canvas.paint(canvas.disc(x + stage.light * r * 0.12, y + r * 0.08, r), spot)
    drawn.stroke([ellipse(x, y, r, n=140)], width, closed=True)

    def layer(i: int, one: Layer) -> None:
        mask = drawn.layer(stage, one, width, echoes=1, gap=0.024)
        canvas.paint(mask, p.ground)
        if i == len(view.layers) - 2:
            canvas.paint(mask.moved(stage.light * stage.u * 0.012, stage.u * 0.014), second)
        if one.kind == "water":
            drawn.stroke(waves(stage, one, 7), width, inside=mask)

    def thing(motif: Motif) -> None:
        for shape in motif.shapes:
            if shape.form != "line":
                canvas.paint(mask_of(canvas, shape), p.ground)
        for shape in motif.shapes:
            if shape.form != "line" and shape.role in ("body", "petal", "trim"):
                canvas.paint(
                    mask_of(canvas, shape).moved(stage.light * stage.u * 0.012, stage.u * 0.010),
                    spot if shape.role != "trim" else second,
                )
            elif shape.form != "line":
                canvas.paint(mask_of(canvas, shape).moved(stage.light * stage.u * 0.012, stage.u * 0.010), p.ground)
        drawn.motif(motif, width)

    view.paint(layer, thing)
    foliage(canvas, stage, ("eucalyptus", "sprig"), lambda c, m, r: drawn.motif(m, width), 0.26)
    ink = tone(p.primary, 0.32, 1.0) if not p.dark else mix(p.paper, tone(p.primary, 0.9), 0.2)
    canvas.paint(drawn.mask.times(away(stage, 0.0, 0.06)), ink)
    return canvas


def _spots(stage: Stage) -> tuple[RGB, RGB]:
    p = stage.palette
    if p.dark:
        return vivid(p.spark, 0.60), tone(p.primary, 0.42, 1.0)
    return vivid(p.spark, 0.74, 0.95), mix(tone(p.secondary, 0.86, 0.9), p.ground, 0.1)
