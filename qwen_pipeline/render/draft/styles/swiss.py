"""Swiss: a strict grid of circles, quarters and bars in few colours; white space for the words; one thing large."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..canvas import Canvas
from ..fields import pick
from ..finish import Finish
from ..palette import RGB, mix, tone, vivid
from ..paths import Points, ellipse, points, rect
from ..pens import flat
from ..room import Rect
from ..stage import Stage, backing, fit, skin_of

FINISH = Finish(feather=0.0, grain=3)

Tile = Callable[[float, float, float, int], list[Points]]


def paint(stage: Stage) -> Canvas:
    canvas = Canvas(stage.w, stage.h, stage.palette.ground)
    n = 5 if stage.w <= stage.h else 8
    cell = stage.w / n
    rows = int(np.ceil(stage.h / cell))
    top = stage.h - rows * cell  # the grid stands on the foot of the page
    if stage.room.crowded:
        _mosaic(canvas, stage, n, rows, cell, top, None, tuple(mix(stage.palette.ground, c, 0.07) for c in _colors(stage)))
        return canvas
    hero = _hero_block(stage, n, rows, cell, top)
    _mosaic(canvas, stage, n, rows, cell, top, hero, _colors(stage))
    if hero is not None:
        _hero(canvas, stage, hero)
    return canvas


def _free(stage: Stage, x: float, y: float, w: float, h: float) -> bool:
    """No part of the rectangle lies in a calm area or close to one."""
    return all(stage.room.at(x + w * a, y + h * b) > 0.018 for a in np.linspace(0, 1, 5) for b in np.linspace(0, 1, 5))


def _hero_block(stage: Stage, n: int, rows: int, cell: float, top: float) -> Rect | None:
    """The largest square of whole cells that is free, not larger than three fifths of the width."""
    if not stage.subject.hero and not stage.subject.setting:
        return None
    lean = stage.rng(81).random()
    for size in range(min(n, rows, 4 if n > 5 else 3), 0, -1):
        found = [
            (abs((c + size / 2) / n - lean) + 0.3 * (1 - (r + size) / rows), c, r)
            for c in range(n - size + 1)
            for r in range(rows - size + 1)
            if top + r * cell >= -cell * 0.05 and _free(stage, c * cell, top + r * cell, size * cell, size * cell)
        ]
        if found:
            _, c, r = min(found)
            return Rect(c * cell, top + r * cell, size * cell, size * cell)
    return None


def _quarter(x: float, y: float, s: float, turn: int) -> list[Points]:
    cx, cy = ((x, y), (x + s, y), (x + s, y + s), (x, y + s))[turn % 4]
    return [np.vstack([ellipse(cx, cy, s, s, turn * 90, turn * 90 + 90, 40), points([(cx, cy)])])]


def _half(x: float, y: float, s: float, turn: int) -> list[Points]:
    cx, cy = ((x, y + s / 2), (x + s / 2, y), (x + s, y + s / 2), (x + s / 2, y + s))[turn % 4]
    return [ellipse(cx, cy, s / 2, s / 2, turn * 90 - 90, turn * 90 + 90, 50)]


def _circle(x: float, y: float, s: float, turn: int) -> list[Points]:
    return [ellipse(x + s / 2, y + s / 2, s / 2 * (1.0, 0.72, 0.5, 0.86)[turn % 4], n=90)]


def _bars(x: float, y: float, s: float, turn: int) -> list[Points]:
    k = 5
    step = s / k
    if turn % 2:
        return [rect(x + i * step, y, step * 0.5, s) for i in range(k)]
    return [rect(x, y + i * step, s, step * 0.5) for i in range(k)]


def _diagonal(x: float, y: float, s: float, turn: int) -> list[Points]:
    corners = [(x, y), (x + s, y), (x + s, y + s), (x, y + s)]
    return [points([corners[(turn + i) % 4] for i in range(3)])]


def _petal(x: float, y: float, s: float, turn: int) -> list[Points]:
    a, b = ((x, y), (x + s, y + s)) if turn % 2 else ((x + s, y), (x, y + s))
    t = np.linspace(0, np.pi / 2, 30)
    if turn % 2:
        one = np.stack([a[0] + s * np.sin(t), a[1] + s * (1 - np.cos(t))], 1)
        two = np.stack([b[0] - s * np.sin(t), b[1] - s * (1 - np.cos(t))], 1)
    else:
        one = np.stack([a[0] - s * np.sin(t), a[1] + s * (1 - np.cos(t))], 1)
        two = np.stack([b[0] + s * np.sin(t), b[1] - s * (1 - np.cos(t))], 1)
    return [np.vstack([one, two])]


def _dots(x: float, y: float, s: float, turn: int) -> list[Points]:
    k = 4
    return [ellipse(x + s * (i + 0.5) / k, y + s * (j + 0.5) / k, s * 0.075, n=20) for i in range(k) for j in range(k)]


def _rings(x: float, y: float, s: float, turn: int) -> list[Points]:
    cx, cy = ((x, y), (x + s, y), (x + s, y + s), (x, y + s))[turn % 4]
    out = []
    for r0, r1 in ((0.28, 0.46), (0.64, 0.82)):
        outer = ellipse(cx, cy, s * r1, s * r1, turn * 90, turn * 90 + 90, 40)
        inner = ellipse(cx, cy, s * r0, s * r0, turn * 90, turn * 90 + 90, 40)
        out.append(np.vstack([outer, inner[::-1]]))
    return out


_TILES: tuple[Tile, ...] = (_quarter, _quarter, _half, _circle, _bars, _diagonal, _petal, _dots, _rings)


def _colors(stage: Stage) -> tuple[RGB, ...]:
    p = stage.palette
    if p.dark:
        return (tone(p.primary, 0.52, 1.1), tone(p.secondary, 0.78, 1.0), vivid(p.spark, 0.64), mix(p.ground, p.paper, 0.14),
            tone(p.paper, 0.94))
    return (p.hero, tone(p.secondary, 0.80, 1.0), vivid(p.spark, 0.62), tone(p.primary, 0.30, 0.9),
        mix(p.ground, tone(p.secondary, 0.8), 0.35))


def _mosaic(
    canvas: Canvas, stage: Stage, n: int, rows: int, cell: float, top: float, hero: Rect | None, colors: tuple[RGB, ...]
) -> None:
    """Tiles where no words are; the pattern thins out towards them. No tile repeats its neighbour."""
    rng = stage.rng(82)
    last: dict[tuple[int, int], int] = {}
    for row in range(rows):
        for col in range(n):
            x, y = col * cell, top + row * cell
            draw = rng.random(6)
            if hero is not None and hero.x - 1 <= x < hero.right - 1 and hero.y - 1 <= y < hero.bottom - 1:
                continue
            if not stage.room.crowded and not _free(stage, x, max(0.0, y), cell, cell + min(0.0, y)):
                continue
            near = 1.0 if stage.room.crowded else min(1.0, stage.room.at(x + cell / 2, y + cell / 2) / 0.30)
            if draw[0] > 0.42 + 0.55 * near:
                continue
            _tile(canvas, draw, colors, x, y, cell, last, (row, col))


def _tile(
    canvas: Canvas, draw: np.ndarray[tuple[int, ...], np.dtype[np.float64]], colors: tuple[RGB, ...], x: float, y: float,
        cell: float, last: dict[tuple[int, int], int], at: tuple[int, int]
) -> None:
    back = int(draw[1] * 5)
    while back in (last.get((at[0] - 1, at[1])), last.get((at[0], at[1] - 1))):
        back = (back + 1) % 5
    last[at] = back
    fore = (back + 1 + int(draw[2] * 3)) % 5
    canvas.paint(canvas.shape([rect(x - 0.5, y - 0.5, cell + 1, cell + 1)]), colors[back])
    tile = _TILES[int(draw[3] * len(_TILES))]
    canvas.paint(canvas.shape(tile(x, y, cell, int(draw[4] * 4))), colors[fore])
    if tile is _circle and draw[5] < 0.6:
        canvas.paint(canvas.shape(_half(x, y, cell, int(draw[4] * 4))), colors[(fore + 2) % 5])


def _hero(canvas: Canvas, stage: Stage, area: Rect) -> None:
    """The subject on a field of one colour with a great circle; a landscape becomes bands and a sun."""
    p = stage.palette
    field = tone(p.secondary, 0.34 if p.dark else 0.86, 0.9)
    canvas.paint(canvas.shape([rect(area.x, area.y, area.w, area.h)]), field)
    motif = stage.hero()
    disc = backing(stage)
    if motif is None or (stage.scenic and stage.subject.setting):
        _bands(canvas, stage, area, disc)
    else:
        canvas.paint(canvas.shape([ellipse(area.cx, area.cy, area.w * 0.42, n=160)]), disc)
        canvas.paint(canvas.shape([ellipse(area.cx, area.cy, area.w * 0.42, area.w * 0.42, 0, 180, 100)]),
            mix(disc, tone(p.primary, 0.3), 0.22))
    if motif is not None:
        inner = Rect(area.x + area.w * 0.10, area.y + area.h * 0.08, area.w * 0.80, area.h * 0.82)
        flat(canvas, fit(motif, inner, 0.92, floor=motif.stands, flip=stage.light > 0), skin_of(p), stage.light, stage.rng(6))


def _bands(canvas: Canvas, stage: Stage, area: Rect, disc: RGB) -> None:
    """Sun, and waves or slopes of plain bands, cut off at the block's edge."""
    p, rng = stage.palette, stage.rng(83)
    block = canvas.shape([rect(area.x, area.y, area.w, area.h)])
    canvas.paint(canvas.shape([ellipse(area.cx + area.w * pick(rng, -0.2, 0.2),
        area.y + area.h * 0.42, area.w * 0.27, n=140)]), disc)
    x = np.linspace(area.x, area.right, 80)
    peaks = stage.subject.setting in ("mountains", "terraces", "desert", "forest", "")
    if stage.subject.setting == "city":
        _towers(canvas, stage, area)
        return
    for i in range(5):
        base = area.y + area.h * (0.46 + 0.12 * i)
        t = (x - area.x) / area.w
        k = pick(rng, 1.2, 2.2)
        phase = rng.random()
        shape = np.abs(((t * k + phase) % 1) * 2 - 1) * 0.30 if peaks else np.sin((t * k + phase) * 6.283) * 0.035
        ring = np.vstack([np.stack([x, base + (shape - 0.1 * peaks) * area.h], 1), points([(area.right, area.bottom),
            (area.x, area.bottom)])])
        color = mix(tone(p.primary, 0.72, 0.9), tone(p.primary, 0.28, 1.0), i / 4)
        canvas.paint(canvas.shape([ring]).inside(block), color)


def _towers(canvas: Canvas, stage: Stage, area: Rect) -> None:
    """A skyline of plain bars, some of them ruled."""
    p, rng = stage.palette, stage.rng(84)
    n = 9
    w = area.w / n
    for i in range(n):
        h = area.h * pick(rng, 0.25, 0.72)
        color = mix(tone(p.primary, 0.66, 0.9), tone(p.primary, 0.28, 1.0), float(rng.random()))
        x, y = area.x + i * w, area.bottom - h
        canvas.paint(canvas.shape([rect(x, y, w + 0.5, h)]), color)
        if i % 3 == 1:
            rules = [rect(x + w * 0.22, y + w * (0.3 + 0.5 * k), w * 0.56, w * 0.2) for k in range(int(h / w * 2) - 1)]
            if rules:
                canvas.paint(canvas.shape(rules), tone(p.secondary, 0.84, 0.9))
        elif i % 3 == 2:
            canvas.paint(canvas.shape([ellipse(x + w / 2, y, w / 2, w / 2, 180, 360, 40)]), color)
