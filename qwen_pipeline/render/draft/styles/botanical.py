"""Botanical plate: cream paper, watercolour leaves and flowers that grow in from the free edges, the hero among them."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageChops

from ..canvas import Canvas
from ..fields import Rng, paper, pick
from ..finish import Finish
from ..motifs import MOTIFS
from ..palette import mix, tone
from ..pens import texture, wash
from ..stage import Stage, fit, skin_of

FINISH = Finish(feather=0.10, ghost=0.0, ragged=0.04, grain=3)
_PLANTS = ("sprig", "eucalyptus", "tea", "palm", "sprig")
_IN_BLOOM = ("flower", "plum", "lotus")


def paint(stage: Stage) -> Canvas:
    p = stage.palette
    canvas = Canvas(stage.w, stage.h, p.ground)
    canvas.paint(canvas.halo(stage.w / 2, stage.h / 2, stage.w * 0.8, stage.h * 0.8),
        mix(p.ground, p.secondary if p.dark else (255, 255, 255), 0.06 if p.dark else 0.4), 0.8)
    tooth = texture(canvas, stage.rng(41), 0.66, 1.0, 8)
    _wash_spots(canvas, stage, tooth)
    growth = _growth(stage)
    for depth, size in ((0.62, 0.40), (0.30, 0.34), (0.0, 0.30)):
        for i, (x, y, angle, room) in enumerate(growth):
            if (i % 2 == 0 and depth == 0) or (i % 2 and depth > 0.5):
                continue
            rng = stage.rng(1000 + round(depth * 100) * 50 + i)
            _plant(canvas, stage, rng, x, y, angle, min(size * stage.u, (room + 0.05) * stage.u * 1.15), depth, tooth)
    _hero(canvas, stage, tooth)
    sheet = paper(stage.rng(2), stage.w, stage.h)
    canvas.image = ImageChops.multiply(canvas.image, Image.merge("RGB", (sheet, sheet, sheet)))
    return canvas


def _growth(stage: Stage) -> list[tuple[float, float, float, float]]:
    """(x, y, heading, room) along the edges, where nothing must stay calm; clustered at the corners."""
    rng = stage.rng(42)
    out = []
    w, h, u = stage.w, stage.h, stage.u
    edge = -0.02 * u
    places = []
    for cx in (0.0, 1.0):
        for cy in (0.0, 1.0):
            for along in (0.02, 0.14, 0.27, 0.40):
                places.append((cx * w + (1 - 2 * cx) * along * w, cy * h + (1 - 2 * cy) * edge, cy))
                places.append((cx * w + (1 - 2 * cx) * edge, cy * h + (1 - 2 * cy) * along * h, cy))
    for x, y, _ in places:
        inward = float(np.degrees(np.arctan2(w / 2 - x, y - h / 2)))
        corner = max(min(x, w - x) / w, min(y, h - y) / h)
        room = stage.room.at(x + (w / 2 - x) * 0.16, y + (h / 2 - y) * 0.16)
        room = min(room, 0.42) * (1.0 - 1.5 * max(0.0, corner - 0.12))
        if room > 0.06 and rng.random() < 0.92:
            out.append((x, y, inward + pick(rng, -34, 34), room))
    return out


def _wash_spots(canvas: Canvas, stage: Stage, tooth: Image.Image) -> None:
    """Pale blooms of wet colour behind the plants."""
    rng = stage.rng(43)
    for _ in range(7):
        x, y = stage.w * rng.random(), stage.h * rng.random()
        if stage.room.at(x, y) > 0.06:
            r = stage.u * pick(rng, 0.12, 0.26)
            color = tone(stage.palette.secondary, 0.34 if stage.palette.dark else 0.88, 0.7)
            canvas.paint(canvas.halo(x, y, r, r * pick(rng, 0.7, 1.2)).times(tooth), color, 0.5)


def _plant(canvas: Canvas, stage: Stage, rng: Rng, x: float, y: float, angle: float, size: float, depth: float,
    tooth: Image.Image) -> None:
    blooms = depth < 0.5 and rng.random() < (0.42 if stage.subject.has("blossom") or stage.subject.hero in _IN_BLOOM else 0.26)
    name = _IN_BLOOM[int(rng.random() * 2)] if blooms else _PLANTS[int(rng.random() * len(_PLANTS))]
    if stage.subject.hero in ("bamboo", "lotus") and rng.random() < 0.5:
        name = stage.subject.hero
    motif = MOTIFS[name](rng).placed(x, y, size * pick(rng, 0.8, 1.12), angle, flip=rng.random() < 0.5)
    wash(canvas, motif, skin_of(stage.palette, depth), rng, tooth, stage.palette.ground)


def _hero(canvas: Canvas, stage: Stage, tooth: Image.Image) -> None:
    area = stage.hero_rect()
    motif = stage.hero("" if stage.room.share > 0.55 else "flower")
    if motif is None or min(area.w, area.h) < stage.u * 0.24:
        return
    ground = stage.palette.ground
    canvas.paint(canvas.halo(area.cx, area.cy, area.w * 0.62, area.h * 0.62), ground, 0.85)
    placed = fit(motif, area, 0.70, floor=False, flip=stage.light > 0)
    if motif.stands:
        x0, _, x1, y1 = placed.box()
        canvas.paint(canvas.halo((x0 + x1) / 2, y1, (x1 - x0) * 0.62, (x1 - x0) * 0.07).times(tooth),
            tone(stage.palette.primary, 0.4, 0.5), 0.5)
    wash(canvas, placed, skin_of(stage.palette), stage.rng(6), tooth, stage.palette.ground)
