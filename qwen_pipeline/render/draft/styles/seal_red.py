"""Seal red: one cinnabar seal on bare paper, the subject cut out of it in white lines, edges chipped by the knife."""

from __future__ import annotations

from ..canvas import Canvas, Mask
from ..drawing import Drawing, waves
from ..fields import paper
from ..finish import Finish
from ..motifs import MOTIFS
from ..palette import RGB, hue_of, mix, tone
from ..paths import rect
from ..pens import whole
from ..room import Rect
from ..scenery import filled, framed, landscape
from ..stage import Stage, fit
from ..textures import multiply, rough, worn

FINISH = Finish(feather=0.05, ghost=0.0, ragged=0.0, grain=3, wash=0.0)


def paint(stage: Stage) -> Canvas:
    canvas = Canvas(stage.w, stage.h, stage.palette.ground)
    ink = _cinnabar(stage)
    area = stage.hero_rect()
    if min(area.w, area.h) > stage.u * 0.12:
        block = filled(stage, area, 1.2, 0.84 if stage.room.calm else 0.92)
        _press(canvas, stage, block, ink)
        _small(canvas, stage, block, ink)
    multiply(canvas, paper(stage.rng(2), stage.w, stage.h))
    return canvas


def _cinnabar(stage: Stage) -> RGB:
    """The brand's red where it has one, else its strongest colour pulled towards cinnabar."""
    p = stage.palette
    reds = [c for c in (p.primary, p.accent, p.secondary) if 10 < hue_of(c) < 48 and not p.grey]
    red = tone(reds[0], 0.53, 1.1) if reds else mix(tone(p.spark, 0.5, 1.1), (188, 44, 34), 0.45)
    return tone(red, 0.60, 1.1) if p.dark else red


def _cut(view: Stage) -> Drawing:
    """What the knife takes away: the landscape in lines, the thing in outline with a bare rim, a frame."""
    canvas = Canvas(view.w, view.h, (0, 0, 0))
    cut, side = Drawing(canvas), view.u
    scenic = bool(view.subject.setting) or (view.scenic and bool(view.subject.hero))
    if scenic:
        cut.add(canvas.disc(view.w * (0.72 if view.light > 0 else 0.28), view.h * 0.24, side * 0.085))
        for layer in landscape(view, "mountains"):
            mask = cut.layer(view, layer, side * 0.010, echoes=4, gap=0.020)
            if layer.kind == "water":
                cut.stroke(waves(view, layer, 7), side * 0.006, inside=mask)
    motif = view.hero("" if scenic else "plum")
    if motif is not None:
        room = Rect(view.w * 0.15, view.h * 0.14, view.w * 0.70, view.h * (0.70 if motif.stands else 0.72))
        placed = fit(motif, room, 0.88 if scenic else 1.0, floor=motif.stands, flip=view.light > 0)
        cut.hide(whole(canvas, placed).blurred(side * 0.012))
        cut.motif(placed, side * 0.012, frozenset({"pale", "petal", "trim"}))
        if motif.stands and not scenic:
            cut.stroke([rect(view.w * 0.16, view.h * 0.855, view.w * 0.68, side * 0.012)], side * 0.006, closed=True)
    return cut


def _press(canvas: Canvas, stage: Stage, b: Rect, ink: RGB) -> None:
    side = min(b.w, b.h)
    cut = _cut(framed(stage, b))
    lines = Mask(round(b.x), round(b.y), cut.image)
    m = side * 0.05
    inner = canvas.shape([rect(b.x + m, b.y + m, b.w - 2 * m, b.h - 2 * m, side * 0.03)])
    k = side * 0.034
    frame = canvas.stroke([rect(b.x + k, b.y + k, b.w - 2 * k, b.h - 2 * k, side * 0.04)], side * 0.009, closed=True)
    body = canvas.shape([rect(b.x, b.y, b.w, b.h, side * 0.06)])
    chipped = rough(body, stage.rng(21), side * 0.010, side * 0.035, 0.42).without(lines.inside(inner)).without(frame)
    pressed = chipped.times(worn(stage.rng(22), stage.w, stage.h, 30 * stage.u / side, 0.035, 14))
    canvas.paint(pressed, ink, 0.97)
    pool = worn(stage.rng(23), stage.w, stage.h, 4, 0.45, 1.6)
    canvas.paint(pressed.times(pool), tone(ink, 0.52 if stage.palette.dark else 0.46, 1.05), 0.45)


def _small(canvas: Canvas, stage: Stage, b: Rect, ink: RGB) -> None:
    """A second, small seal in the other manner: red lines on paper, beside the large one."""
    side = min(b.w, b.h) * 0.13
    spots = [
        (b.right - side, b.bottom + side * 0.4),
        (b.right + side * 0.4, b.bottom - side),
        (b.x - side * 1.4, b.bottom - side),
    ]
    open_spots = [
        (x, y)
        for x, y in spots
        if x > stage.u * 0.03
        and x + side < stage.w - stage.u * 0.03
        and y + side < stage.h - stage.u * 0.03
        and stage.room.at(x + side / 2, y + side / 2) > side / stage.u * 0.9
    ]
    if not open_spots:
        return
    x, y = open_spots[0]
    drawn = Drawing(canvas)
    drawn.stroke([rect(x, y, side, side, side * 0.2)], side * 0.07, closed=True)
    inner = Rect(x + side * 0.2, y + side * 0.2, side * 0.6, side * 0.6)
    drawn.motif(fit(MOTIFS["flower"](stage.rng(24)), inner, floor=False), side * 0.04)
    canvas.paint(rough(drawn.mask, stage.rng(25), side * 0.015, side * 0.08, 0.3), ink)
