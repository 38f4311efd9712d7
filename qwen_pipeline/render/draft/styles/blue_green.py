"""Blue-green landscape (qinglu shanshui): azurite tops that turn malachite, then ochre; gold lines; a silk ground."""

from __future__ import annotations

import numpy as np

from ..canvas import Canvas, Mask, Ramp, down
from ..decor import birds, sun_spot
from ..drawing import waves
from ..fields import as_mask, fbm, pick
from ..finish import Finish
from ..motifs import MOTIFS, Motif
from ..palette import RGB, hue_of, mix, shift, tone
from ..paths import lowered
from ..pens import bold
from ..scenery import front, scenery
from ..stage import Stage, skin_of
from ..terrain import Layer
from ..textures import away, multiply, silk

FINISH = Finish(feather=0.06, ghost=0.0, ragged=0.02, grain=3, wash=0.0)
_AZURITE, _MALACHITE, _OCHRE, _GOLD = (28, 78, 152), (46, 148, 118), (206, 158, 92), (226, 186, 104)


def paint(stage: Stage) -> Canvas:
    silk_ground = _ground(stage)
    canvas = Canvas(stage.w, stage.h, down(0, stage.h, shift(silk_ground, -0.015), silk_ground, silk_ground))
    _mist(canvas, stage, silk_ground)
    view = scenery(stage, "mountains", grow=0.66)
    _sun(canvas, stage, list(view.layers))
    line = max(1.0, stage.u * 0.0026)
    view.paint(lambda i, layer: _layer(canvas, stage, layer, i, line), lambda thing: _thing(canvas, stage, thing, line))
    birds(canvas, stage, tone(stage.palette.ink, 0.3), 7)
    ring = front(stage, 0.012)
    if ring is not None:
        canvas.paint(canvas.shape([front(stage, 0.03)]).blurred(stage.u * 0.02), silk_ground, 0.9)  # type: ignore[list-item]
        canvas.paint(canvas.shape([ring]).blurred(stage.u * 0.012), silk_ground)
    multiply(canvas, silk(stage.w, stage.h, max(3, round(stage.u / 360)), 0.10))
    return canvas


def _ground(stage: Stage) -> RGB:
    p = stage.palette
    if p.dark:
        return p.safe(mix(tone(p.primary, 0.25, 0.7), (38, 42, 40), 0.4))
    return p.safe(mix((238, 220, 180), p.paper, 0.35))


def _minerals(stage: Stage) -> tuple[RGB, RGB, RGB]:
    """Top, flank and foot: the old pigments, moved towards the brand; a brand that is red or yellow keeps its own top."""
    p = stage.palette
    own = tone(p.primary, 0.40, 1.3)
    cool = 140 < hue_of(p.primary) < 300 or p.grey
    top = mix(_AZURITE, own, 0.45 if cool else 0.85)
    return top, mix(_MALACHITE, tone(p.secondary, 0.60, 1.1), 0.25), mix(_OCHRE, tone(p.secondary, 0.74), 0.2)


def _mist(canvas: Canvas, stage: Stage, ground: RGB) -> None:
    field = fbm(stage.rng(3), canvas.w // 8 + 1, canvas.h // 8 + 1, 2.0, 4, stretch=3)
    veil = Mask(0, 0, as_mask(np.clip((field - 0.45) * 1.6, 0, 1), canvas.w, canvas.h)).times(away(stage))
    canvas.paint(veil, mix(ground, _MALACHITE, 0.35), 0.35)


def _sun(canvas: Canvas, stage: Stage, layers: list[Layer]) -> None:
    r = stage.u * 0.072
    x, y = sun_spot(stage, layers, r)
    canvas.paint(canvas.halo(x, y, r * 2.6), tone(stage.palette.spark, 0.7), 0.22)
    canvas.paint(canvas.disc(x, y, r), mix(tone(stage.palette.spark, 0.60, 1.15), (206, 66, 38), 0.4))


def _layer(canvas: Canvas, stage: Stage, layer: Layer, i: int, line: float) -> None:
    ground, (top, flank, foot) = _ground(stage), _minerals(stage)
    near = 1 - layer.depth
    mask = canvas.shape([layer.ring])
    fade = 0.62 * layer.depth**1.2
    gold = mix(_GOLD, ground, fade * 0.5)
    if layer.kind == "water":
        canvas.paint(mask, mix(mix(ground, flank, 0.35), top, 0.30 * near))
        canvas.paint(canvas.stroke(waves(stage, layer), line * 0.6).inside(mask).times(away(stage)), gold, 0.75)
        return
    if layer.kind == "road":
        canvas.paint(mask, mix(ground, foot, 0.4))
        return
    peak, reach = float(layer.crest[:, 1].min()), stage.h * (0.20 + 0.22 * near)
    stops = (
        (0.0, mix(top, ground, fade)),
        (0.34, mix(mix(top, flank, 0.45), ground, fade)),
        (0.58, mix(flank, ground, fade)),
        (0.82, mix(foot, ground, 0.25 + fade * 0.7)),
        (1.0, mix(ground, foot, 0.18)),
    )
    if i % 2:
        stops = (
            (0.0, mix(flank, ground, fade)),
            (0.40, mix(mix(flank, foot, 0.3), ground, fade)),
            (0.75, mix(foot, ground, 0.3 + fade * 0.6)),
            (0.9, mix(ground, foot, 0.25)),
            (1.0, mix(ground, foot, 0.12)),
        )
    canvas.paint(mask, Ramp((0, peak), (0, peak + reach + stage.h * 0.05), stops))
    _strokes(canvas, stage, layer, mask, top if i % 2 == 0 else flank, fade)
    if layer.lights:
        canvas.paint(canvas.shape(layer.lights).inside(mask), gold, 0.9)
    if layer.lines:
        canvas.paint(canvas.stroke(layer.lines, line * 0.7).inside(mask), gold, 0.8)
    canvas.paint(canvas.stroke([layer.crest], line * (0.7 + 0.6 * near), caps=False), gold)
    if layer.kind == "land" and 0.1 < layer.depth < 0.8 and not layer.lines:
        _pines(canvas, stage, layer, i, line)


def _strokes(canvas: Canvas, stage: Stage, layer: Layer, mask: Mask, color: RGB, fade: float) -> None:
    """Folds of the rock: bands that follow the crest, paler each, with a dark seam below."""
    ground = _ground(stage)
    for k, drop in enumerate((0.016, 0.038, 0.066, 0.10)):
        band = canvas.stroke([lowered(layer.crest, stage.u * drop)], stage.u * (0.006 + 0.05 * drop), caps=False).inside(mask)
        canvas.paint(band, mix(shift(color, 0.13 - 0.02 * k), ground, fade), 0.50 - 0.09 * k)
        seam = canvas.stroke([lowered(layer.crest, stage.u * (drop + 0.006))], max(1.0, stage.u * 0.0016), caps=False).inside(
            mask
        )
        canvas.paint(seam, mix(shift(color, -0.12), ground, fade), 0.5)


def _pines(canvas: Canvas, stage: Stage, layer: Layer, i: int, line: float) -> None:
    rng = stage.rng(520 + i)
    for _ in range(4):
        x = stage.w * rng.random()
        size = stage.u * pick(rng, 0.06, 0.10)
        y = layer.height_at(x)
        if stage.room.at(x, y - size) > 0.05:
            tree = MOTIFS["pine"](rng).placed(x, y + size * 0.08, size, flip=rng.random() < 0.5)
            bold(canvas, tree, skin_of(stage.palette, 0.10), tone(stage.palette.ink, 0.28), line * 0.35, stage.light)


def _thing(canvas: Canvas, stage: Stage, thing: Motif, line: float) -> None:
    x0, y0, x1, y1 = thing.box()
    canvas.paint(canvas.halo((x0 + x1) / 2, (y0 + y1) / 2, (x1 - x0) * 0.85, (y1 - y0) * 0.75), _ground(stage), 0.55)
    bold(canvas, thing, skin_of(stage.palette), mix(_GOLD, tone(stage.palette.ink, 0.3), 0.55), line * 0.9, stage.light)
