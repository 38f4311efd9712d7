"""Clay: soft modelled forms under a large soft light, round edges, thumb-smooth surfaces, everything a little inflated."""

from __future__ import annotations

from PIL import ImageChops

from ..canvas import Canvas, Mask, down
from ..decor import sun_spot
from ..fields import pick
from ..finish import Finish
from ..motifs import Motif
from ..palette import RGB, mix, shift, tone, vivid
from ..paths import rect
from ..pens import mask_of
from ..scenery import front, scenery
from ..stage import Stage, skin_of
from ..terrain import Layer
from ..textures import softened

FINISH = Finish(feather=0.06, ghost=0.0, ragged=0.0, grain=2, wash=0.0)


def paint(stage: Stage) -> Canvas:
    sky = _sky(stage)
    canvas = Canvas(stage.w, stage.h, down(0, stage.h, sky, shift(sky, 0.012)))
    view = scenery(stage, "hills", grow=0.74, rise=0.09)
    r = stage.u * 0.115
    x, y = sun_spot(stage, list(view.layers), r)
    _solid(canvas, stage, canvas.disc(x, y, r), vivid(stage.palette.spark, 0.74, 0.9), r * 0.34)
    _clouds(canvas, stage)
    view.paint(lambda i, layer: _layer(canvas, stage, layer, i), lambda thing: _thing(canvas, stage, thing))
    for lift, color in ((0.05, mix(stage.palette.ground, tone(stage.palette.primary, 0.55), 0.30)), (0.0, stage.palette.ground)):
        ring = front(stage, lift, 0.05)
        if ring is not None:
            _solid(canvas, stage, canvas.shape([ring], pad=stage.u * 0.08), color, stage.u * 0.05)
    return canvas


def _sky(stage: Stage) -> RGB:
    p = stage.palette
    return p.safe(tone(p.primary, 0.28, 0.9)) if p.dark else p.safe(mix(tone(p.primary, 0.92, 0.7), p.paper, 0.35))


def _solid(canvas: Canvas, stage: Stage, mask: Mask, color: RGB, round_px: float, cast: float = 1.0) -> None:
    """One modelled piece: its shadow, a shade away from the light, a broad soft light, a bright rim."""
    k = max(1.5, round_px)
    lx, ly = -stage.light * k, k
    shade = mix(shift(color, -0.19), tone(stage.palette.primary, 0.38), 0.18)
    if cast:
        canvas.shadow(mask, lx * 0.7, ly * 0.8, k * 0.9, tone(stage.palette.primary, 0.26, 0.7), 0.30 * cast)
    canvas.paint(mask, color)
    soft = softened(mask, k * 0.55)
    canvas.paint(mask.without(soft.moved(lx * 0.55, ly * 0.55)).inside(mask), shift(color, 0.13), 0.85)
    canvas.paint(mask.without(soft.moved(-lx * 0.55, -ly * 0.55)).inside(mask), shade, 0.55)
    rim = mask.without(softened(mask, k * 0.16).moved(lx * 0.14, ly * 0.14)).inside(mask)
    canvas.paint(rim, shift(color, 0.20), 0.35)


def _layer(canvas: Canvas, stage: Stage, layer: Layer, i: int) -> None:
    p, near = stage.palette, 1 - layer.depth
    far = mix(_sky(stage), tone(p.primary, 0.74 if not p.dark else 0.42, 0.9), 0.7)
    color = mix(far, tone(p.primary, 0.50 if not p.dark else 0.34, 1.05), round(near, 3))
    if layer.kind == "land" and i % 2:
        color = mix(color, tone(p.secondary, 0.74 if not p.dark else 0.5, 1.0), 0.55)
    mask = canvas.shape([layer.ring], pad=stage.u * 0.08)
    rounded = softened(mask, stage.u * (0.004 + 0.004 * near))
    mask = Mask(rounded.x, rounded.y, rounded.image.point([min(255, max(0, (v - 128) * 5 + 128)) for v in range(256)]))
    _solid(canvas, stage, mask, color, stage.u * (0.022 + 0.022 * near))
    if layer.lines:
        width = stage.u * (0.006 + 0.008 * near)
        groove = canvas.stroke(layer.lines, width).inside(mask)
        canvas.paint(groove.moved(0, -width * 0.25), shift(color, -0.10), 0.7)
        canvas.paint(groove.without(groove.moved(0, -width * 0.3)), shift(color, 0.13), 0.8)
    if layer.lights:
        canvas.paint(softened(canvas.shape(layer.lights).inside(mask), 1.0), tone(p.secondary, 0.88, 1.0), 0.95)
    if layer.kind == "land" and 0.15 < layer.depth < 0.75 and not layer.lines:
        _trees(canvas, stage, layer, i)


def _trees(canvas: Canvas, stage: Stage, layer: Layer, i: int) -> None:
    rng = stage.rng(150 + i)
    for _ in range(5):
        x, s = stage.w * rng.random(), stage.u * pick(rng, 0.022, 0.042)
        y = layer.height_at(x) + s * 0.3
        if stage.room.at(x, y - s * 2) < 0.06:
            continue
        _solid(
            canvas,
            stage,
            canvas.shape([rect(x - s * 0.14, y - s * 1.2, s * 0.28, s * 1.3, s * 0.1)]),
            tone(stage.palette.secondary, 0.55),
            s * 0.14,
            0.6,
        )
        _solid(
            canvas,
            stage,
            canvas.disc(x, y - s * 1.6, s * 0.85),
            tone(mix(stage.palette.primary, (110, 170, 110), 0.4), 0.62, 1.0),
            s * 0.5,
            0.8,
        )


def _clouds(canvas: Canvas, stage: Stage) -> None:
    rng = stage.rng(151)
    color = mix(_sky(stage), (255, 255, 255), 0.65 if not stage.palette.dark else 0.20)
    for _ in range(6):
        w = stage.u * pick(rng, 0.10, 0.17)
        x, y = stage.w * rng.random(), stage.room.horizon() * stage.h * pick(rng, 0.12, 0.8)
        if min(stage.room.at(x - w, y), stage.room.at(x + w, y), stage.room.at(x, y)) < 0.07:
            continue
        parts = [
            canvas.disc(x + w * dx, y + w * dy, w * r)
            for dx, dy, r in ((-0.55, 0.08, 0.30), (0, -0.08, 0.44), (0.52, 0.10, 0.28))
        ]
        whole = canvas.shape([rect(x - w * 0.8, y + w * 0.02, w * 1.6, w * 0.36, w * 0.18)], pad=4)
        for part in (whole, *parts):
            _solid(canvas, stage, part, color, w * 0.13, 0.22)


def _thing(canvas: Canvas, stage: Stage, thing: Motif) -> None:
    skin = skin_of(stage.palette, glow=0.05)
    x0, y0, x1, y1 = thing.box()
    size = max(x1 - x0, y1 - y0)
    if thing.stands:
        w = x1 - x0
        canvas.blend(
            canvas.halo((x0 + x1) / 2 - stage.light * w * 0.1, y1, w * 0.72, w * 0.12),
            tone(stage.palette.primary, 0.45, 0.7),
            ImageChops.multiply,
            0.75,
        )
    for shape in thing.shapes:
        mask = mask_of(canvas, shape)
        color = skin(shape.role, shape.tone)
        if shape.form == "line":
            canvas.paint(mask, color)
            continue
        small = min(mask.image.size)
        _solid(canvas, stage, mask, color, min(size * 0.085, small * 0.34), 0.55)
