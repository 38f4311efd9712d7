"""Paper-cut: sheets of coloured card in depth, each with a cut edge and a shadow on the one below."""

from __future__ import annotations

from PIL import Image, ImageChops

from ..canvas import Canvas, Mask
from ..decor import foliage, frame_opening, scenic_spot, sun_spot
from ..fields import paper, pick
from ..finish import Finish
from ..motifs import MOTIFS
from ..palette import RGB, mix, shift, tone, vivid
from ..paths import lowered, rect
from ..pens import cut
from ..scenery import front, landscape
from ..stage import Stage, fit, skin_of
from ..terrain import Layer

FINISH = Finish(feather=0.05, ghost=0.0, ragged=0.0, grain=3, wash=0.0)
_SHADE: RGB = (52, 46, 56)


def paint(stage: Stage) -> Canvas:
    p = stage.palette
    lift = stage.u * 0.012
    back = p.safe(tone(p.primary, 0.30, 0.9) if p.dark else mix(tone(p.secondary, 0.90, 0.9), p.paper, 0.25))
    canvas = Canvas(stage.w, stage.h, back)
    layers = landscape(stage, "mountains")
    _sun(canvas, stage, layers, back, lift)
    _clouds(canvas, stage, lift)
    spot = scenic_spot(stage, layers)
    for i, layer in enumerate(layers):
        _sheet(canvas, stage, layer, lift * (0.8 + 0.8 * (1 - layer.depth)))
        if spot is not None and spot.after == i:
            thing = MOTIFS[stage.subject.hero](stage.rng(5)).placed(spot.x, spot.y, spot.size, flip=stage.light > 0)
            cut(canvas, thing, skin_of(p), stage.light, lift * 0.5)
    motif = stage.hero()
    area = stage.hero_rect()
    if motif is not None and not stage.scenic and min(area.w, area.h) > stage.u * 0.2:
        behind = mix(p.ground, p.paper if p.dark else tone(p.secondary, 0.6), 0.14)
        _lay(canvas, stage, canvas.disc(area.cx, area.cy - area.h * 0.04, min(area.w, area.h) * 0.46), behind, lift)
        placed = fit(motif, area, 0.72, floor=motif.stands, flip=stage.light > 0).placed(0, -area.h * 0.08 * motif.stands, 1)
        cut(canvas, placed, skin_of(p), stage.light, lift * 0.75)
    foliage(canvas, stage, ("sprig", "palm"), lambda c, m, r: cut(c, m, skin_of(p, 0.05), stage.light, lift * 0.6))
    _front(canvas, stage, lift)
    sheet = paper(stage.rng(2), stage.w, stage.h, fibres=False)
    canvas.image = ImageChops.multiply(canvas.image, Image.merge("RGB", (sheet, sheet, sheet)))
    return canvas


def _lay(canvas: Canvas, stage: Stage, mask: Mask, color: RGB, lift: float) -> None:
    """One sheet: shadow, bright cut edge, face."""
    canvas.shadow(mask, -stage.light * lift * 0.3, lift * 0.1, lift * 0.95, _SHADE, 0.46)
    canvas.paint(mask, shift(color, 0.09))
    canvas.paint(mask.inside(mask.moved(0, max(1, lift * 0.12))), color)


def _sun(canvas: Canvas, stage: Stage, layers: list[Layer], back: RGB, lift: float) -> None:
    p = stage.palette
    x, y = sun_spot(stage, layers, stage.u * 0.15)
    color = vivid(p.spark, 0.72 if p.dark else 0.66, 0.95)
    for k, amount in ((2.5, 0.22), (1.75, 0.48), (1.0, 1.0)):
        _lay(canvas, stage, canvas.disc(x, y, stage.u * 0.15 * k), mix(back, color, amount), lift * 0.8)


def _clouds(canvas: Canvas, stage: Stage, lift: float) -> None:
    rng = stage.rng(8)
    color = mix(stage.palette.paper, tone(stage.palette.primary, 0.5), 0.55 if stage.palette.dark else 0.04)
    for _ in range(5):
        w, x = stage.u * pick(rng, 0.16, 0.30), stage.w * pick(rng, -0.05, 0.9)
        y = stage.room.horizon() * stage.h * pick(rng, 0.15, 0.75)
        t = w * 0.12
        if min(stage.room.at(x, y), stage.room.at(x + w, y)) < 0.06:
            continue
        bars = [rect(x, y, w, t, t), rect(x + w * 0.2, y - t * 0.9, w * 0.5, t * 1.2, t),
            rect(x + w * 0.42, y + t * 0.85, w * 0.7, t, t)]
        _lay(canvas, stage, canvas.shape(bars), color, lift * 0.6)


def _sheet(canvas: Canvas, stage: Stage, layer: Layer, lift: float) -> None:
    p = stage.palette
    far = mix(tone(p.primary, 0.62 if p.dark else 0.80, 0.75), tone(p.secondary, 0.70 if p.dark else 0.84, 0.8), 0.35)
    near = tone(p.primary, 0.24 if p.dark else 0.40, 1.0)
    color = mix(far, near, round((1 - layer.depth) ** 0.85, 3))
    mask = canvas.shape([layer.ring], pad=lift * 4)
    if layer.kind == "road":
        color = mix(color, p.paper, 0.6)
    _lay(canvas, stage, mask, color, lift)
    if layer.lines and layer.kind != "road":
        width = stage.u * (0.002 + 0.004 * (1 - layer.depth))
        canvas.paint(canvas.stroke(layer.lines, width).inside(mask), shift(color, -0.07), 0.8)
        canvas.paint(canvas.stroke([lowered(q, width * 0.8) for q in layer.lines], width * 0.5).inside(mask), shift(color, 0.09),
            0.8)
    if layer.lights:
        canvas.paint(canvas.shape(layer.lights).inside(mask), tone(p.spark, 0.80, 0.9))


def _front(canvas: Canvas, stage: Stage, lift: float) -> None:
    """Sheets in front, the nearest plain for the words; where there are no words, a frame round the picture."""
    p = stage.palette
    tints = (mix(p.ground, tone(p.primary, 0.5), 0.34), mix(p.ground, tone(p.primary, 0.5), 0.17), p.ground)
    for i, color in enumerate(tints):
        ring = front(stage, (2 - i) * 0.045, 0.05)
        if ring is not None:
            _lay(canvas, stage, canvas.shape([ring], pad=lift * 4), color, lift * 1.1)
        elif not stage.room.calm:
            _lay(canvas, stage, frame_opening(stage, 0.035 + (2 - i) * 0.036), color, lift * 1.1)
