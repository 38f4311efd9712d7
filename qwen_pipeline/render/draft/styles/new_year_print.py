"""New Year print (nianhua): a black key block, bright spot colours a little out of register, an even order round a medallion."""

from __future__ import annotations

import numpy as np

from ..canvas import Canvas, Mask
from ..decor import sun_spot
from ..drawing import Drawing, waves
from ..fields import paper
from ..finish import Finish
from ..motifs import MOTIFS, Motif, Role
from ..palette import RGB, mix, shift, tone, vivid
from ..paths import Points, ellipse, leaf, points, rect, turn
from ..pens import mask_of
from ..room import Rect
from ..scenery import front, scenery
from ..stage import Skin, Stage, skin_of
from ..terrain import Layer
from ..textures import multiply, wood, worn

FINISH = Finish(feather=0.02, ghost=0.0, ragged=0.0, grain=3, wash=0.0)


def paint(stage: Stage) -> Canvas:
    canvas = Canvas(stage.w, stage.h, stage.palette.ground)
    key = Drawing(canvas)
    bare = Mask(0, 0, worn(stage.rng(44), stage.w, stage.h, 22, 0.03, 9))
    view = scenery(stage, "mountains", grow=0.70, rise=0.06, land=not stage.subject.hero)
    width = max(1.3, stage.u * 0.0046)
    if view.piece is not None or not view.layers:
        _medallion(canvas, stage, key, view.area, width)
    else:
        _sun(canvas, stage, key, view.layers, width)
    view.paint(
        lambda i, layer: _layer(canvas, stage, key, layer, i, width), lambda thing: _thing(canvas, stage, key, thing, width)
    )
    _front(canvas, stage, key, width)
    _corners(canvas, stage, key, width)
    _fret(canvas, stage, key)
    canvas.paint(key.mask.inside(bare), _ink(stage), 0.94)
    multiply(canvas, wood(stage.rng(45), stage.w, stage.h, 0.06))
    multiply(canvas, paper(stage.rng(2), stage.w, stage.h))
    return canvas


def _ink(stage: Stage) -> RGB:
    return mix(tone(stage.palette.ink, 0.20), (24, 18, 20), 0.5) if not stage.palette.dark else tone(stage.palette.paper, 0.93)


def _bright(stage: Stage) -> tuple[RGB, ...]:
    """The print's five spot colours: rose, green, orange-yellow, violet and red, each leaning on the brand."""
    p = stage.palette
    old = ((226, 74, 120), (52, 150, 96), (246, 178, 52), (126, 84, 160), (214, 52, 40))
    own = (p.spark, p.secondary, p.secondary, p.primary, p.primary)
    return tuple(vivid(mix(a, b, t), 0.63, 1.1) for a, b, t in zip(old, own, (0.25, 0.2, 0.3, 0.3, 0.35), strict=True))


def _shift(stage: Stage) -> tuple[float, float]:
    """How far the colours lie beside the key block."""
    return stage.u * 0.0042 * stage.light, stage.u * 0.0030


def _skin(stage: Stage) -> Skin:
    rose, green, yellow, violet, red = _bright(stage)
    plain = skin_of(stage.palette)
    given: dict[Role, RGB] = {
        "body": red,
        "trim": yellow,
        "petal": rose,
        "leaf": green,
        "warm": yellow,
        "liquid": yellow,
        "deep": violet,
        "glass": tone(green, 0.88, 0.5),
    }

    def color(role: Role, by: float) -> RGB:
        return shift(given[role], by) if role in given else plain(role, by)

    return color


def _thing(canvas: Canvas, stage: Stage, key: Drawing, thing: Motif, width: float) -> None:
    skin, (dx, dy) = _skin(stage), _shift(stage)
    for shape in thing.shapes:
        if shape.form != "line":
            canvas.paint(canvas.shape(shape.rings, shape.holes), stage.palette.ground)
    for shape in thing.shapes:
        mask = mask_of(canvas, shape)
        if shape.form == "line" and shape.role != "pale":
            continue
        canvas.paint(mask.moved(dx, dy), skin(shape.role, shape.tone))
        if shape.form in ("round", "ball"):
            w = mask.image.width
            canvas.paint(
                mask.without(mask.moved(-stage.light * w * 0.16, -w * 0.03)).moved(dx, dy),
                shift(skin(shape.role, shape.tone), -0.10),
            )
    key.motif(thing, width)


def _layer(canvas: Canvas, stage: Stage, key: Drawing, layer: Layer, i: int, width: float) -> None:
    rose, green, yellow, violet, _ = _bright(stage)
    ground, (dx, dy) = stage.palette.ground, _shift(stage)
    mask = canvas.shape([layer.ring])
    canvas.paint(mask, ground)
    color = (tone(green, 0.74), tone(yellow, 0.84), tone(green, 0.60), tone(violet, 0.68), tone(rose, 0.74), tone(green, 0.52))[
        i % 6
    ]
    if layer.kind == "water":
        color = tone(mix(green, violet, 0.35), 0.78, 0.8)
    if stage.palette.dark:
        color = tone(color, 0.48)
    canvas.paint(mask.moved(dx, dy), mix(color, ground, 0.35 * layer.depth))
    key.layer(stage, layer, width, echoes=3, gap=0.018)
    if layer.kind == "water":
        key.stroke(waves(stage, layer, 8), width * 0.8, inside=mask)
    if layer.lights:
        canvas.paint(canvas.shape(layer.lights).inside(mask).moved(dx, dy), yellow)


def _sun(canvas: Canvas, stage: Stage, key: Drawing, layers: tuple[Layer, ...], width: float) -> None:
    red = _bright(stage)[4]
    r = stage.u * 0.11
    x, y = sun_spot(stage, list(layers), r)
    canvas.paint(canvas.disc(x, y, r).moved(*_shift(stage)), red)
    for k in (1.0, 1.22):
        key.stroke([ellipse(x, y, r * k, n=120)], width * (1.0 if k == 1 else 0.7), closed=True)
    rays = [
        np.stack([x + np.cos(a) * r * np.array([1.32, 1.50]), y + np.sin(a) * r * np.array([1.32, 1.50])], 1)
        for a in np.linspace(0, 6.283, 28, endpoint=False)
    ]
    key.stroke(rays, width)


def _medallion(canvas: Canvas, stage: Stage, key: Drawing, area: Rect, width: float) -> None:
    """A round field with lotus petals about it, behind the thing."""
    rose, green, yellow, _, _ = _bright(stage)
    cx, cy, r = area.cx, area.cy, min(area.w, area.h) * 0.40
    if r < stage.u * 0.06:
        return
    n, move = 18, _shift(stage)
    petals: list[list[Points]] = [[], []]
    for k in range(n):
        a = k * 360 / n
        at = (cx + r * 0.90 * np.sin(np.radians(a)), cy - r * 0.90 * np.cos(np.radians(a)))
        petals[k % 2].append(turn(leaf(r * 0.36, r * 0.34, 0.0, 0.5), a, at=(float(at[0]), float(at[1]))))
    for group, color in zip(petals, (tone(rose, 0.70), tone(green, 0.70)), strict=True):
        canvas.paint(canvas.shape(group).moved(*move), color)
        key.stroke(group, width * 0.8, closed=True)
    for size, color in ((1.0, yellow), (0.90, tone(yellow, 0.93, 0.45) if not stage.palette.dark else tone(yellow, 0.4))):
        disc = canvas.disc(cx, cy, r * size)
        key.hide(disc)
        canvas.paint(disc.moved(*move), color)
        key.stroke([ellipse(cx, cy, r * size, n=140)], width, closed=True)


def _front(canvas: Canvas, stage: Stage, key: Drawing, width: float) -> None:
    for lift, color in ((0.03, tone(_bright(stage)[2], 0.82 if not stage.palette.dark else 0.5)), (0.0, stage.palette.ground)):
        ring = front(stage, lift, 0.02)
        if ring is not None:
            mask = canvas.shape([ring])
            key.hide(mask)
            canvas.paint(mask, color)
            key.stroke([ring[:-2]], width)


def _corners(canvas: Canvas, stage: Stage, key: Drawing, width: float) -> None:
    """Peonies in the lower corners, mirrored, where there is room."""
    size = stage.u * 0.20
    for flip, x in ((False, stage.u * 0.10), (True, stage.w - stage.u * 0.10)):
        y = stage.h - stage.u * 0.03
        if stage.room.at(x, y - size * 0.6) < size / stage.u * 0.62:
            continue
        for dx, k, angle in ((0.10, 0.75, 34.0), (0.0, 1.0, 6.0)):
            side = -1.0 if flip else 1.0
            flower = MOTIFS["flower"](stage.rng(46)).placed(x + side * dx * stage.u, y, size * k, angle * side, flip)
            _thing(canvas, stage, key, flower, width * 0.7)


def _fret(canvas: Canvas, stage: Stage, key: Drawing) -> None:
    """A border of key fret, where no words stand in it."""
    u = stage.u
    if stage.room.margin < 0.058:
        return
    unit, width = u * 0.030, max(1.2, u * 0.0042)
    m = u * 0.016
    drawn = Drawing(canvas)
    frame = [
        rect(m, m, stage.w - 2 * m, stage.h - 2 * m),
        rect(m + unit * 1.25, m + unit * 1.25, stage.w - 2 * m - unit * 2.5, stage.h - 2 * m - unit * 2.5),
    ]
    drawn.stroke(frame, width, closed=True)
    turns = points([(0.0, 1.0), (0.0, 0.0), (0.78, 0.0), (0.78, 0.72), (0.34, 0.72), (0.34, 0.36), (0.56, 0.36)])
    for length, place in ((stage.w, "h"), (stage.h, "v")):
        n = max(2, round((length - 2 * m) / unit))
        step = (length - 2 * m - 2 * unit) / n
        rows: list[Points] = []
        for k in range(n):
            at = m + unit + k * step
            for far in (False, True):
                cell = turns * (step, unit * 0.86) + (at, m + unit * 0.20)
                if far:
                    cell = cell * (1, -1) + (0, stage.h if place == "h" else stage.w)
                rows.append(cell if place == "h" else cell[:, ::-1])
        drawn.stroke(rows, width * 0.8)
    colour = canvas.shape([rect(m, m, stage.w - 2 * m, stage.h - 2 * m)], [frame[1]])
    key.hide(colour)
    canvas.paint(colour, _bright(stage)[4])
    canvas.paint(drawn.mask, tone(_bright(stage)[2], 0.86, 0.9))
