"""Dunhuang fresco: earth colours on plaster that has aged, haloes ring in ring, long scarves in the wind, flaked patches."""

from __future__ import annotations

import numpy as np

from ..canvas import Canvas, Mask, down
from ..decor import sun_spot
from ..drawing import Drawing
from ..fields import Rng, pick
from ..finish import Finish
from ..motifs import Motif, Role
from ..palette import RGB, mix, shift, tone
from ..paths import ellipse, lowered, ribbon
from ..pens import wash
from ..room import Rect
from ..scenery import front, scenery
from ..stage import Skin, Stage, skin_of
from ..terrain import Layer
from ..textures import away, cracks, multiply, worn

FINISH = Finish(feather=0.05, ghost=0.0, ragged=0.0, grain=5, wash=0.0)
_EARTH, _MALACHITE, _AZURITE, _OCHRE, _CHALK = (156, 82, 56), (92, 146, 122), (66, 104, 140), (204, 160, 96), (240, 226, 200)


def paint(stage: Stage) -> Canvas:
    ground = _ground(stage)
    canvas = Canvas(stage.w, stage.h, down(0, stage.h, shift(ground, -0.012), ground))
    tooth = worn(stage.rng(51), stage.w, stage.h, 16, 0.10, 4)
    view = scenery(stage, "mountains", grow=0.66, rise=0.10, land=not stage.subject.hero)
    line = max(1.0, stage.u * 0.0030)
    if view.piece is not None or not view.layers:
        cx, cy, r = view.area.cx, view.area.cy, min(view.area.w, view.area.h) * 0.40
    else:
        cx, cy = sun_spot(stage, list(view.layers), stage.u * 0.16)
        r = stage.u * 0.15
    _halo(canvas, stage, cx, cy, r, line)
    _scarves(canvas, stage, view.area, cx, cy, r, line)

    def thing(motif: Motif) -> None:
        wash(canvas, motif, _fresco_skin(stage), stage.rng(6), tooth, ground)
        drawn = Drawing(canvas)
        drawn.motif(motif, line)
        canvas.paint(drawn.mask, _line(stage), 0.85)

    view.paint(lambda i, layer: _layer(canvas, stage, layer, i, line), thing)
    for lift, color in ((0.045, _pigments(stage)[0]), (0.02, _pigments(stage)[3]), (0.0, ground)):
        ring = front(stage, lift, 0.03)
        if ring is not None:
            canvas.paint(canvas.shape([ring]), color)
    _age(canvas, stage, ground)
    return canvas


def _ground(stage: Stage) -> RGB:
    p = stage.palette
    if p.dark:
        return p.safe(mix(tone(p.primary, 0.27, 0.8), (78, 40, 30), 0.5))
    return p.safe(mix((234, 208, 166), p.paper, 0.30))


def _pigments(stage: Stage) -> tuple[RGB, RGB, RGB, RGB, RGB]:
    """Red earth, malachite, azurite, ochre, chalk; a quarter of each is the brand's."""
    p = stage.palette
    return (
        mix(_EARTH, p.primary, 0.25),
        mix(_MALACHITE, p.secondary, 0.25),
        mix(_AZURITE, tone(p.primary, 0.5), 0.25),
        mix(_OCHRE, p.spark, 0.15),
        _CHALK,
    )


def _line(stage: Stage) -> RGB:
    return (
        mix((84, 44, 34), tone(stage.palette.ink, 0.3), 0.35) if not stage.palette.dark else mix(_CHALK, stage.palette.paper, 0.5)
    )


def _fresco_skin(stage: Stage) -> Skin:
    earth, malachite, azurite, ochre, chalk = _pigments(stage)
    plain = skin_of(stage.palette)
    given: dict[Role, RGB] = {
        "body": malachite,
        "trim": earth,
        "petal": earth,
        "leaf": malachite,
        "warm": ochre,
        "liquid": ochre,
        "pale": chalk,
        "deep": mix(azurite, (40, 40, 40), 0.4),
    }
    return lambda role, by: shift(given[role], by) if role in given else plain(role, by)


def _halo(canvas: Canvas, stage: Stage, cx: float, cy: float, r: float, line: float) -> None:
    """Rings of pigment with a flame border."""
    if r < stage.u * 0.05:
        return
    earth, malachite, azurite, ochre, chalk = _pigments(stage)
    n = 40
    a = np.linspace(0, 2 * np.pi, n * 12 + 1)
    flame = r * (1.22 + 0.075 * np.abs(((a * n / 2 / np.pi) % 1) * 2 - 1))
    open_ground = away(stage, 0.01, 0.05)
    canvas.paint(canvas.shape([np.stack([cx + flame * np.cos(a), cy + flame * np.sin(a)], 1)]).times(open_ground), earth, 0.9)
    for k, color in (
        (1.19, chalk),
        (1.16, malachite),
        (1.07, mix(malachite, chalk, 0.5)),
        (1.03, chalk),
        (1.0, azurite),
        (0.90, mix(azurite, chalk, 0.4)),
        (0.84, chalk),
        (0.81, ochre),
        (0.70, mix(ochre, chalk, 0.55)),
    ):
        canvas.paint(canvas.disc(cx, cy, r * k).times(open_ground), color, 0.92)
    rings = [ellipse(cx, cy, r * k, n=160) for k in (1.19, 1.03, 0.84)]
    canvas.paint(canvas.stroke(rings, line, closed=True).times(open_ground), _line(stage), 0.8)
    pearls = [
        ellipse(cx + r * 1.115 * np.cos(t), cy + r * 1.115 * np.sin(t), r * 0.020, n=14)
        for t in np.linspace(0, 6.283, 44, endpoint=False)
    ]
    canvas.paint(canvas.shape(pearls).times(open_ground), chalk)


def _scarves(canvas: Canvas, stage: Stage, area: Rect, cx: float, cy: float, r: float, line: float) -> None:
    """Three long scarves that sweep about the halo, each with a lining and folds at its turns."""
    earth, malachite, azurite, _, chalk = _pigments(stage)
    rng = stage.rng(52)
    open_ground = away(stage, 0.02, 0.07)
    reach = max(r * 1.9, min(area.w, stage.u) * 0.55)
    for k, (color, lining) in enumerate(
        ((malachite, chalk), (earth, mix(earth, chalk, 0.6)), (azurite, mix(azurite, chalk, 0.6)))
    ):
        path = _sweep(rng, cx, cy, reach, r, k, stage.light)
        wide = r * (0.15 - 0.02 * k)
        body = ribbon(path, [wide * 0.15, wide, wide * 0.7, wide * 1.05, wide * 0.6, wide * 0.1])
        back = ribbon([(x, y + wide * 0.42) for x, y in path], [0.0, wide * 0.35, wide * 0.2, wide * 0.4, wide * 0.2, 0.0])
        canvas.paint(canvas.shape([back]).times(open_ground), lining, 0.95)
        canvas.paint(canvas.shape([body]).times(open_ground), color, 0.92)
        canvas.paint(canvas.stroke([body, back], line * 0.8, closed=True).times(open_ground), _line(stage), 0.75)


def _sweep(rng: Rng, cx: float, cy: float, reach: float, r: float, k: int, light: int) -> list[tuple[float, float]]:
    side = light * (-1) ** k
    lift = r * (0.95 - 0.55 * k) + r * pick(rng, -0.1, 0.1)
    steps = ((-1.15, -0.35), (-0.66, 0.52), (-0.22, -0.10), (0.26, 0.48), (0.70, -0.20), (1.20, 0.26))
    return [(cx + side * x * reach, cy + lift + y * r * 0.85 * pick(rng, 0.8, 1.2)) for x, y in steps]


def _layer(canvas: Canvas, stage: Stage, layer: Layer, i: int, line: float) -> None:
    earth, malachite, azurite, ochre, _ = _pigments(stage)
    color = (malachite, ochre, azurite, earth, mix(malachite, azurite, 0.5), mix(earth, ochre, 0.4))[i % 6]
    if layer.kind == "water":
        color = mix(azurite, malachite, 0.4)
    color = mix(color, _ground(stage), 0.50 * layer.depth)
    mask = canvas.shape([layer.ring])
    canvas.paint(mask, color)
    for k, drop in enumerate((0.014, 0.034, 0.060)):
        band = canvas.stroke([lowered(layer.crest, stage.u * drop)], stage.u * (0.008 + 0.004 * k), caps=False).inside(mask)
        canvas.paint(band, mix(color, _CHALK, 0.42 - 0.12 * k), 0.8)
    if layer.lines:
        canvas.paint(canvas.stroke(layer.lines, line).inside(mask), mix(color, _CHALK, 0.6), 0.8)
    if layer.lights:
        canvas.paint(canvas.shape(layer.lights).inside(mask), _CHALK, 0.8)
    canvas.paint(canvas.stroke([layer.crest], line, caps=False), _line(stage), 0.8)


def _age(canvas: Canvas, stage: Stage, ground: RGB) -> None:
    """Flakes down to the plaster, cracks, and the uneven dark of smoke; little of it near the words."""
    open_ground = away(stage, 0.0, 0.2)
    gone = Mask(0, 0, worn(stage.rng(53), stage.w, stage.h, 7, 0.075, 14).point([255 - v for v in range(256)])).times(open_ground)
    canvas.paint(gone.moved(stage.u * 0.002, stage.u * 0.002), (96, 70, 56), 0.5)
    canvas.paint(gone, mix(ground, _CHALK if not stage.palette.dark else ground, 0.55))
    canvas.paint(Mask(0, 0, cracks(stage.rng(54), stage.w, stage.h)).times(open_ground), (92, 66, 52), 0.55)
    multiply(canvas, worn(stage.rng(55), stage.w, stage.h, 5, 0.3, 0.8).point([232 + v * 23 // 255 for v in range(256)]))
