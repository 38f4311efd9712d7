"""Blue and white porcelain: cobalt under a clear glaze, one roundel with the subject, bands of scrolls and lappets."""

from __future__ import annotations

import numpy as np
from PIL import Image

from ..canvas import Canvas, Ramp
from ..drawing import Drawing, waves
from ..fields import as_mask, fbm
from ..finish import Finish
from ..motifs import Motif
from ..palette import RGB, hue_of, mix, shift, tone
from ..paths import Points, ellipse, leaf, points, turn
from ..pens import wash
from ..room import Rect
from ..scenery import framed, scenery
from ..stage import Stage, one_ink
from ..terrain import Layer
from ..textures import away

FINISH = Finish(feather=0.05, ghost=0.0, ragged=0.0, grain=2, wash=0.0)


def paint(stage: Stage) -> Canvas:
    glaze, cobalt = _colors(stage)
    canvas = Canvas(stage.w, stage.h, glaze)
    canvas.paint(canvas.halo(stage.w * (0.3 if stage.light < 0 else 0.7), stage.h * 0.25, stage.u * 1.1), shift(glaze, 0.02), 0.8)
    _bands(canvas, stage, cobalt)
    area = stage.hero_rect()
    if min(area.w, area.h) > stage.u * 0.2:
        size = min(area.w, area.h) * 0.92
        _plate(canvas, stage, Rect(area.cx - size / 2, area.cy - size / 2, size, size), glaze, cobalt)
    return canvas


def _colors(stage: Stage) -> tuple[RGB, RGB]:
    """(glaze, cobalt): on a dark ground the ware is blue-glazed and the drawing white."""
    p = stage.palette
    blue = tone(mix(p.primary, (24, 58, 150), 0.35 if 220 < hue_of(p.primary) < 300 else 0.15), 0.40, 1.15)
    if p.grey:
        blue = (36, 66, 142)
    if p.dark:
        return p.safe(tone(blue, 0.30, 1.0)), mix(tone(p.paper, 0.95), blue, 0.12)
    return p.safe(mix((246, 249, 250), tone(blue, 0.95, 0.4), 0.35)), blue


def _plate(canvas: Canvas, stage: Stage, b: Rect, glaze: RGB, cobalt: RGB) -> None:
    r = b.w / 2
    disc = canvas.disc(b.cx, b.cy, r)
    canvas.shadow(disc, -stage.light * r * 0.02, r * 0.05, r * 0.07, tone(cobalt, 0.35, 0.5), 0.32)
    canvas.paint(
        disc,
        Ramp(
            (b.cx + stage.light * r * 0.4, b.cy - r * 0.5),
            None,
            ((0, shift(glaze, 0.03)), (0.7, glaze), (1, shift(glaze, -0.05))),
            r * 1.8,
        ),
    )
    rings = [(0.975, 0.012), (0.94, 0.004), (0.745, 0.004), (0.715, 0.011)]
    for k, width in rings:
        canvas.paint(canvas.stroke([ellipse(b.cx, b.cy, r * k, n=200)], r * width, closed=True), cobalt, 0.92)
    _scroll(canvas, b.cx, b.cy, r, cobalt)
    well = canvas.disc(b.cx, b.cy, r * 0.70)
    side = r * 1.40
    inner = _well(stage, side, glaze, cobalt)
    picture = inner.image
    x, y = round(b.cx - side / 2), round(b.cy - side / 2)
    canvas.image.paste(picture, (x, y), well.window((x, y, x + picture.width, y + picture.height)))
    shine = canvas.stroke(
        [ellipse(b.cx, b.cy, r * 0.86, r * 0.86, 205 if stage.light < 0 else 285, 250 if stage.light < 0 else 330)], r * 0.05
    )
    canvas.paint(shine.blurred(r * 0.03), (255, 255, 255), 0.55)


def _well(stage: Stage, side: float, glaze: RGB, cobalt: RGB) -> Canvas:
    """The picture in the middle of the plate."""
    view = framed(stage, Rect(0, 0, side, side))
    canvas = Canvas(view.w, view.h, glaze)
    tooth = as_mask(0.55 + 0.45 * fbm(stage.rng(40), 96, 96, 7, 4), view.w, view.h)
    skin = one_ink(cobalt, glaze)
    shown = scenery(view, "mountains", grow=0.82, rise=0.12, land=not view.subject.hero)
    width = max(1.0, view.u * 0.006)

    def thing(motif: Motif) -> None:
        wash(canvas, motif, skin, view.rng(6), tooth, glaze)
        drawn = Drawing(canvas)
        drawn.motif(motif, width)
        canvas.paint(drawn.mask, cobalt, 0.9)

    shown.paint(lambda i, layer: _hill(canvas, view, layer, (glaze, cobalt), tooth, width), thing)
    return canvas


def _hill(canvas: Canvas, view: Stage, layer: Layer, colors: tuple[RGB, RGB], tooth: Image.Image, width: float) -> None:
    glaze, cobalt = colors
    mask = canvas.shape([layer.ring])
    near = 1 - layer.depth
    top = float(layer.crest[:, 1].min())
    canvas.paint(mask, glaze)
    if layer.kind == "water":
        canvas.paint(canvas.stroke(waves(view, layer, 8), width * 0.8).inside(mask), cobalt, 0.7)
        return
    wet = Ramp(
        (0, top),
        (0, top + view.h * 0.34),
        ((0, mix(cobalt, glaze, 0.55 - 0.35 * near)), (0.5, mix(cobalt, glaze, 0.75)), (1, glaze)),
    )
    canvas.paint(mask.times(tooth), wet, 0.95)
    drawn = Drawing(canvas)
    drawn.layer(view, layer, width * (0.6 + 0.6 * near), echoes=2, gap=0.02)
    canvas.paint(drawn.mask, cobalt, 0.6 + 0.4 * near)


def _scroll(canvas: Canvas, cx: float, cy: float, r: float, cobalt: RGB) -> None:
    """A vine that swings between the rings, a flower in each bow and a leaf on either side."""
    n, mid, swing = 10, r * 0.843, r * 0.045
    a = np.linspace(0, 2 * np.pi, 361)
    wave = mid + swing * np.sin(a * n)
    vine = np.stack([cx + wave * np.cos(a), cy + wave * np.sin(a)], 1)
    drawn = Drawing(canvas)
    drawn.stroke([vine], r * 0.009, closed=True)
    leaves: list[Points] = []
    for k in range(2 * n):
        at = (k + 0.5) * np.pi / n
        side = 1 if k % 2 == 0 else -1
        px, py = cx + (mid - side * swing * 0.25) * np.cos(at), cy + (mid - side * swing * 0.25) * np.sin(at)
        for turned in (-62, 62):
            leaves.append(
                turn(
                    leaf(r * 0.085, r * 0.042, 0.2 if turned > 0 else -0.2),
                    float(np.degrees(at)) + 90 + turned * side,
                    at=(px, py),
                )
            )
        _bloom(canvas, drawn, px, py, r * 0.040)
    drawn.add(canvas.shape(leaves))
    canvas.paint(drawn.mask, cobalt, 0.88)


def _bloom(canvas: Canvas, drawn: Drawing, x: float, y: float, r: float) -> None:
    petals = [
        ellipse(x + r * 0.62 * np.cos(a), y + r * 0.62 * np.sin(a), r * 0.42, n=18)
        for a in np.linspace(0, 6.283, 5, endpoint=False)
    ]
    drawn.hide(canvas.disc(x, y, r * 1.25))
    drawn.add(canvas.shape(petals))
    drawn.hide(canvas.disc(x, y, r * 0.3))


def _bands(canvas: Canvas, stage: Stage, cobalt: RGB) -> None:
    """Lappets along the head and foot, and a fret, where no words are near."""
    u = stage.u
    unit = u * 0.055
    drawn = Drawing(canvas)
    for y, up in ((0.0, 1.0), (float(stage.h), -1.0)):
        n = max(4, round(stage.w / (unit * 1.6)))
        step = stage.w / n
        if min(stage.room.at(stage.w * k, y + up * unit) for k in (0.1, 0.3, 0.5, 0.7, 0.9)) < 0.03:
            continue
        for k in range(n):
            cx = (k + 0.5) * step
            for size in (1.0, 0.66, 0.30):
                drawn.stroke([_lappet(cx, y, step * 0.46 * size, unit * (0.35 + 1.25 * size), up)], u * 0.0032)
            drawn.add(canvas.shape([_lappet(cx, y, step * 0.13, unit * 0.62, up)]))
        rule = [points([(0, y + up * unit * k), (stage.w, y + up * unit * k)]) for k in (0.16, 1.85)]
        drawn.stroke(rule, u * 0.005)
    canvas.paint(drawn.mask.times(away(stage)), cobalt, 0.85)


def _lappet(cx: float, y: float, half: float, tall: float, up: float) -> Points:
    t = np.linspace(-1, 1, 25)
    return np.stack([cx + t * half, y + up * tall * (1 - np.abs(t) ** 2.6)], 1)
