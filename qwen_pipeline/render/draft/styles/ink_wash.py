"""Ink wash: rice paper, ranges that are darkest at the crest and dissolve downwards, a red sun, a seal of colour."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageChops

from ..canvas import Canvas, Mask, down
from ..decor import scenic_spot, sun_spot
from ..fields import as_mask, fbm, paper, pick
from ..finish import Finish
from ..motifs import MOTIFS
from ..palette import RGB, mix, tone
from ..pens import texture, wash
from ..scenery import landscape
from ..stage import Stage, fit, skin_of
from ..terrain import Layer

FINISH = Finish(feather=0.34, ghost=0.05, ragged=0.16, grain=4)


def paint(stage: Stage) -> Canvas:
    p, rng = stage.palette, stage.rng(1)
    ground = p.ground
    sky = mix(ground, tone(p.primary, 0.30 if p.dark else 0.84, 0.6), 0.42)
    canvas = Canvas(stage.w, stage.h, down(0, stage.h * 0.75, sky, ground, mix(ground, sky, 0.3)))
    tooth = texture(canvas, rng, 0.62, 1.0, 6)
    _clouds(canvas, stage)
    layers = landscape(stage, "mountains")
    _sun(canvas, stage, layers, tooth)
    spot = scenic_spot(stage, layers)
    for i, layer in enumerate(layers):
        _range(canvas, stage, layer, tooth)
        if spot is not None and spot.after == i:
            thing = MOTIFS[stage.subject.hero](stage.rng(6)).placed(spot.x, spot.y, spot.size * 0.8, flip=stage.light > 0)
            wash(canvas, thing, skin_of(p, 0.06), stage.rng(6), tooth, p.ground)
    _life(canvas, stage, layers, tooth)
    if stage.hero() is not None and not stage.scenic:
        _hero(canvas, stage, tooth)
    _branch(canvas, stage, tooth)
    sheet = paper(stage.rng(2), stage.w, stage.h)
    canvas.image = ImageChops.multiply(canvas.image, Image.merge("RGB", (sheet, sheet, sheet)))
    return canvas


def _ink(stage: Stage, depth: float) -> RGB:
    """Ink, thinned with distance and tinted with the primary."""
    p = stage.palette
    if p.dark:
        return mix(tone(p.primary, 0.16, 0.8), tone(p.primary, 0.55, 0.8), round(0.12 + 0.75 * depth, 3))
    near = mix(tone(p.primary, 0.30, 0.75), p.ink, 0.35)
    return mix(near, tone(p.primary, 0.80, 0.65), round(depth**0.8, 3))


def _clouds(canvas: Canvas, stage: Stage) -> None:
    """Long uneven veils of thin wash."""
    field = fbm(stage.rng(3), canvas.w // 6 + 1, canvas.h // 6 + 1, 2.2, 5, stretch=2.6)
    veil = Mask(0, 0, as_mask(np.clip((field - 0.45) * 1.7, 0, 1), canvas.w, canvas.h))
    canvas.paint(veil, _ink(stage, 0.95), 0.30)


def _sun(canvas: Canvas, stage: Stage, layers: list[Layer], tooth: Image.Image) -> None:
    r = stage.u * pick(stage.rng(4), 0.062, 0.085)
    x, y = sun_spot(stage, layers, r)
    y = max(stage.hero_rect().y + r * 1.2, y - stage.u * 0.06)
    moon = stage.palette.dark or stage.subject.has("moon")
    color = (246, 238, 220) if moon else tone(stage.palette.spark, 0.62, 1.1)
    canvas.paint(canvas.halo(x, y, r * 3.4), color, 0.16)
    canvas.paint(canvas.disc(x, y, r).times(tooth), color, 0.95 if moon else 0.9)


def _range(canvas: Canvas, stage: Stage, layer: Layer, tooth: Image.Image) -> None:
    near = 1 - layer.depth
    mask = canvas.shape([layer.ring])
    top = float(layer.crest[:, 1].min())
    reach = stage.h * (0.22 + 0.24 * near)
    color = _ink(stage, layer.depth)
    fade = _fade(canvas, layer, reach, 0.70 + 0.30 * near)
    body = Mask(mask.x, mask.y, ImageChops.multiply(mask.image, fade.window(mask.box)))
    canvas.paint(canvas.everything().inside(mask), stage.palette.ground, 0.55)
    canvas.paint(body.times(tooth), color, 0.95)
    crest = _fade(canvas, layer, reach * 0.22, 0.75)
    canvas.paint(Mask(mask.x, mask.y, ImageChops.multiply(mask.image, crest.window(mask.box))).times(tooth),
        _ink(stage, max(0, layer.depth - 0.16)), 0.75)
    if layer.lines and layer.depth < 0.95:
        rows = canvas.stroke(layer.lines, max(1.0, stage.u * (0.0014 + 0.0022 * near)), caps=False)
        canvas.paint(rows.inside(body).times(tooth), _ink(stage, max(0.0, layer.depth - 0.35)), 0.7)
    canvas.paint(canvas.halo(stage.w * 0.5, top + reach * 1.15, stage.w * 0.9, reach * 0.5), stage.palette.ground, 0.45)


def _fade(canvas: Canvas, layer: Layer, reach: float, power: float) -> Mask:
    """1 at the crest, 0 at `reach` px below it, whatever the crest's shape."""
    f = 8
    nx, ny = -(-canvas.w // f), -(-canvas.h // f)
    order = np.argsort(layer.crest[:, 0], kind="stable")
    crest = np.interp((np.arange(nx) + 0.5) * f, layer.crest[order, 0], layer.crest[order, 1])
    smoothed = np.convolve(np.pad(crest, 12, "edge"), np.full(25, 1 / 25), "valid")
    crest = crest * 0.55 + smoothed * 0.45
    t = np.clip(1 - ((np.arange(ny) + 0.5)[:, None] * f - crest[None, :]) / reach, 0, 1)
    return Mask(0, 0, as_mask(np.minimum(1.0, t ** (1.7 / power)), canvas.w, canvas.h))


def _life(canvas: Canvas, stage: Stage, layers: list[Layer], tooth: Image.Image) -> None:
    """What gives a landscape its size: a pavilion on a slope, a boat, a skein of birds."""
    rng = stage.rng(5)
    subject = stage.subject
    middle = layers[len(layers) // 2]
    rect = stage.hero_rect()
    name = next((e for e in subject.extras if e in ("pagoda", "pavilion", "house", "bridge")), "pavilion")
    x = rect.x + rect.w * pick(rng, 0.24, 0.40)
    size = stage.u * 0.075
    y = middle.height_at(x) + size * 0.10
    if middle.kind == "land" and not (stage.scenic and subject.hero) and stage.room.at(x, y - size / 2) > 0.03:
        motif = MOTIFS[name](rng).placed(x, y, size)
        wash(canvas, motif, skin_of(stage.palette, 0.12), rng, tooth, stage.palette.ground)
    color = _ink(stage, 0.2)
    bx, by = rect.x + rect.w * pick(rng, 0.45, 0.75), rect.y + rect.h * pick(rng, 0.16, 0.26)
    for i in range(7):
        s = stage.u * pick(rng, 0.009, 0.015)
        dx, dy = bx + i * s * 2.1 - (i % 3) * s, by - i * s * 0.7 + (i % 2) * s * 1.3
        wings = [np.array([(dx - s, dy - s * 0.35), (dx - s * 0.4, dy - s * 0.5), (dx, dy), (dx + s * 0.45, dy - s * 0.55),
            (dx + s, dy - s * 0.3)])]
        canvas.paint(canvas.stroke(wings, s * 0.22), color, 0.8)


def _hero(canvas: Canvas, stage: Stage, tooth: Image.Image) -> None:
    motif = stage.hero()
    if motif is None:
        return
    rect = stage.hero_rect()
    if min(rect.w, rect.h) < stage.u * 0.2:
        return
    placed = fit(motif, rect, 0.66, flip=stage.light > 0, floor=True).placed(0, -rect.h * 0.10, 1)
    x0, _, x1, y1 = placed.box()
    if motif.stands:
        w = x1 - x0
        canvas.paint(canvas.halo((x0 + x1) / 2, y1, w * 1.2, w * 0.5), stage.palette.ground, 0.8)
        canvas.paint(canvas.halo((x0 + x1) / 2, y1 + w * 0.01, w * 0.75, w * 0.09).times(tooth), _ink(stage, 0.2), 0.8)
    canvas.paint(canvas.halo((x0 + x1) / 2, (placed.box()[1] + y1) / 2, rect.w * 0.75, rect.h * 0.7), stage.palette.ground, 0.6)
    wash(canvas, placed, skin_of(stage.palette), stage.rng(6), tooth, stage.palette.ground)


def _branch(canvas: Canvas, stage: Stage, tooth: Image.Image) -> None:
    """A branch reaches in from a free corner."""
    rng = stage.rng(7)
    corners = [(0.0, 0.0, 128), (1.0, 0.0, 232), (0.0, 1.0, 40), (1.0, 1.0, -40)]
    free = [(stage.room.at(stage.w * (0.12 + 0.76 * cx), stage.h * (0.10 + 0.8 * cy)), cx, cy, a) for cx, cy, a in corners[:2]]
    best = max(free)
    if best[0] < 0.05:
        return
    name = "bamboo" if stage.subject.hero == "bamboo" else "plum" if stage.subject.has("blossom") else "sprig"
    size = stage.u * pick(rng, 0.30, 0.38)
    _, cx, cy, angle = best
    motif = MOTIFS[name](rng).placed(cx * stage.w, cy * stage.h + stage.u * 0.05, size, angle + pick(rng, -12, 12))
    wash(canvas, motif, skin_of(stage.palette, 0.10), rng, tooth, stage.palette.ground)
