"""Landscapes as layers of outlines, from far to near. Styles decide how a layer is painted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import field
from typing import Literal

import numpy as np

from qwen_pipeline.dataclass import dataclass

from .fields import Rng, pick, ridge
from .paths import Points, points, rect, smooth
from .stage import Stage

Kind = Literal["land", "water", "city", "trees", "road"]


@dataclass(frozen=True, slots=True)
class Layer:
    """One depth of a landscape: `crest` is its skyline from left to right, `ring` its outline down past the picture's foot.

    `depth` is 1 at the horizon and 0 in front. `lines` are drawn within it, `lights` are small rings that may glow.
    """

    kind: Kind
    depth: float
    crest: Points
    ring: Points
    lines: tuple[Points, ...] = ()
    lights: tuple[Points, ...] = field(default=())

    def height_at(self, x: float) -> float:
        """y of the crest at x, px."""
        return float(np.interp(x, self.crest[:, 0], self.crest[:, 1]))


def _layer(stage: Stage, kind: Kind, depth: float, x: Points, y: Points, lines: tuple[Points, ...] = ()) -> Layer:
    crest = np.stack([x, y], 1)
    foot = stage.h * 1.05
    return Layer(kind, depth, crest, np.vstack([crest, points([(x[-1], foot), (x[0], foot)])]), lines)


def _columns(stage: Stage, n: int = 420) -> Points:
    return np.linspace(-0.04 * stage.w, 1.04 * stage.w, n)


def _depths(n: int) -> list[float]:
    return [1 - i / max(1, n - 1) for i in range(n)]


def ranges(stage: Stage, n: int = 6, sharp: float = 0.7, relief: float = 0.30, rest: float = 0.58) -> list[Layer]:
    """Ranges one behind the other; a summit rises on the side that is free of words."""
    rng = stage.rng(11)
    x = _columns(stage)
    horizon = stage.room.horizon(rest) * stage.h
    wide = stage.w / stage.u
    peak = 0.5 - 0.26 * stage.room.right_heavy() + pick(rng, -0.14, 0.14)
    out = []
    for i, depth in enumerate(_depths(n)):
        base = horizon + (stage.h * 1.0 - horizon) * (1 - depth) ** 1.25
        rise = relief * stage.h * (0.40 + 0.60 * depth) * pick(rng, 0.85, 1.15)
        shape = ridge(rng, len(x), (1.6 + 0.8 * i) * wide, 6, 0.46, sharp * (0.35 + 0.65 * depth))
        side = peak if i % 2 == 0 else peak + pick(rng, 0.25, 0.45) * (-1 if peak > 0.5 else 1)
        bulge = np.exp(-(((x / stage.w - side) / (0.24 + 0.10 * (1 - depth))) ** 2))
        out.append(_layer(stage, "land", depth, x, base - rise * (shape * 0.55 + bulge * 0.65 * (0.5 + 0.5 * shape))))
    return out


def hills(stage: Stage, n: int = 5, rest: float = 0.56) -> list[Layer]:
    rng = stage.rng(12)
    x = _columns(stage)
    horizon = stage.room.horizon(rest) * stage.h
    out = []
    for i, depth in enumerate(_depths(n)):
        base = horizon + (stage.h * 0.97 - horizon) * (1 - depth) ** 1.1
        phase, k = pick(rng, 0, 6.28), pick(rng, 0.7, 1.25) * (1 + 0.25 * i)
        swing = np.sin(x / stage.w * 6.283 * k * 0.62 + phase) * 0.5 + 0.5
        roll = ridge(rng, len(x), 2.2, 2, 0.4)
        out.append(_layer(stage, "land", depth, x, base - stage.h * 0.155 * (0.72 * swing + 0.28 * roll) * (0.8 + 0.4 * depth)))
    return out


def terraces(stage: Stage, n: int = 5) -> list[Layer]:
    """Hills with the contour lines of terraced rows, wider apart the nearer they are."""
    out = []
    for layer in hills(stage, n, 0.50):
        near = 1 - layer.depth
        gap = stage.u * (0.012 + 0.034 * near)
        flow = np.gradient(layer.crest[:, 1])
        rows = []
        for k in range(1, 14):
            drop = gap * (k + 0.085 * k * k)
            bow = flow * gap * 0.35 * k * 0.2
            rows.append(np.stack([layer.crest[:, 0], layer.crest[:, 1] + drop + bow], 1)[::4])
        out.append(Layer("land", layer.depth, layer.crest, layer.ring, tuple(rows)))
    return out


def sea(stage: Stage, n: int = 5) -> list[Layer]:
    """Islands, then water with glitter, then swells."""
    rng = stage.rng(13)
    x = _columns(stage)
    horizon = stage.room.horizon(0.52) * stage.h
    out = []
    for depth, relief, centre in ((1.0, 0.13, pick(rng, 0.15, 0.4)), (0.88, 0.09, pick(rng, 0.6, 0.9))):
        bump = np.exp(-(((x / stage.w - centre) / pick(rng, 0.18, 0.30)) ** 2))
        shape = ridge(rng, len(x), 5 * stage.w / stage.u, 5, 0.5, 0.5)
        y = horizon - stage.h * relief * bump * (0.35 + 0.65 * shape) + stage.h * 0.012 * (1 - bump)
        out.append(_layer(stage, "land", depth, x, np.minimum(y, horizon + 2)))
    glitter = _glitter(stage, rng, horizon)
    out.append(_layer(stage, "water", 0.72, x, np.full(len(x), horizon), glitter))
    for i in range(n - 2):
        near = (i + 1) / (n - 2)
        base = horizon + (stage.h * 1.04 - horizon) * (0.26 + 0.60 * near**1.15)
        k = (5.2 - 2.3 * near) * stage.w / stage.u
        phase = pick(rng, 0, 6.28)
        t = x / stage.w * k * 6.283 / 2 + phase
        swell = np.sin(t + 0.45 * np.sin(t)) * (0.008 + 0.018 * near) + np.sin(t * 0.37 + phase) * 0.010
        out.append(_layer(stage, "water", 0.6 * (1 - near), x, base + swell * stage.h))
    return out


def _glitter(stage: Stage, rng: Rng, horizon: float) -> tuple[Points, ...]:
    centre = (0.5 - 0.24 * stage.room.right_heavy()) * stage.w
    dashes = []
    for i in range(46):
        near = (i / 45) ** 1.4
        y = horizon + stage.h * (0.008 + 0.30 * near)
        half = stage.u * (0.012 + 0.05 * near) * pick(rng, 0.4, 1.2)
        x = centre + stage.u * (0.04 + 0.26 * near) * (rng.random() + rng.random() - 1) * 1.2
        dashes.append(points([(x - half, y), (x + half, y)]))
    return tuple(dashes)


def city(stage: Stage, n: int = 4) -> list[Layer]:
    """Skylines in depth; windows on the nearer ones."""
    rng = stage.rng(14)
    horizon = (stage.room.horizon(0.66) + 0.06) * stage.h
    out = []
    for i, depth in enumerate(_depths(n)):
        base = horizon + stage.h * 0.24 * (1 - depth) ** 1.3
        out.append(_skyline(stage, rng, depth, base, 0.36 - 0.05 * i, 0.044 + 0.020 * i))
    return out


def _skyline(stage: Stage, rng: Rng, depth: float, base: float, tall: float, width: float) -> Layer:
    outline: list[tuple[float, float]] = []
    lights: list[Points] = []
    x = -0.05 * stage.w
    focus = 0.5 - 0.27 * stage.room.right_heavy() + pick(rng, -0.1, 0.1)
    while x < stage.w * 1.05:
        w = stage.u * width * pick(rng, 0.65, 1.5)
        hump = 0.30 + 0.70 * float(np.exp(-(((x / stage.w - focus) / 0.34) ** 2)))
        top = base - stage.h * tall * hump * pick(rng, 0.30, 1.0)
        outline += _building(rng, x, w, top, base)
        if depth < 0.9:
            lights += _windows(rng, x, w, top + w * 0.25, min(stage.h, base), stage.u * (0.0065 + 0.005 * (1 - depth)))
        x += w * pick(rng, 1.0, 1.12)
    crest = points(outline)
    ring = np.vstack([crest, points([(crest[-1, 0], stage.h * 1.05), (crest[0, 0], stage.h * 1.05)])])
    return Layer("city", depth, crest, ring, (), tuple(lights))


def _building(rng: Rng, x: float, w: float, top: float, base: float) -> list[tuple[float, float]]:
    kind = int(rng.random() * 6)
    if kind == 0:  # spire
        return [(x, top), (x + w * 0.4, top - w * 0.22), (x + w * 0.48, top - w * 0.28), (x + w * 0.5, top - w * 1.0),
            (x + w * 0.52, top - w * 0.28), (x + w * 0.6, top - w * 0.22), (x + w, top)]
    if kind == 1:  # setback
        return [(x, top + w * 0.7), (x + w * 0.18, top + w * 0.7), (x + w * 0.18, top), (x + w * 0.82, top),
            (x + w * 0.82, top + w * 0.7), (x + w, top + w * 0.7)]
    if kind == 2:  # slanted roof
        return [(x, top + w * 0.35), (x + w, top)]
    if kind == 3:  # dome
        arc = [(x + w / 2 - w / 2 * float(np.cos(a)), top - w * 0.32 * float(np.sin(a))) for a in np.linspace(0, np.pi, 9)]
        return arc
    return [(x, top), (x + w, top)]


def _windows(rng: Rng, x: float, w: float, top: float, foot: float, size: float) -> list[Points]:
    out = []
    cols = max(1, int((w - size) / (size * 2.1)))
    margin = (w - cols * size * 2.1 + size * 1.1) / 2
    for row in range(min(26, int((foot - top) / (size * 2.6)))):
        lit = rng.random(cols)
        for col in range(cols):
            if lit[col] < 0.42:
                out.append(rect(x + margin + col * size * 2.1, top + row * size * 2.6, size, size * 1.35))
    return out


def forest(stage: Stage, n: int = 5) -> list[Layer]:
    """Hills whose skyline is the tops of trees."""
    rng = stage.rng(15)
    out: list[Layer] = []
    for layer in hills(stage, n, 0.48):
        size = stage.u * (0.028 + 0.085 * (1 - layer.depth))
        outline: list[tuple[float, float]] = []
        x = -0.05 * stage.w
        while x < 1.05 * stage.w:
            w, tall = size * pick(rng, 0.45, 0.8), size * pick(rng, 1.0, 2.1)
            outline += _fir(x, w, layer.height_at(x), tall)
            x += w * pick(rng, 0.55, 1.1)
        crest = points(outline)
        ring = np.vstack([crest, points([(crest[-1, 0], stage.h * 1.05), (crest[0, 0], stage.h * 1.05)])])
        out.append(Layer("trees", layer.depth, crest, ring))
    return out


def _fir(x: float, w: float, y: float, tall: float) -> list[tuple[float, float]]:
    steps = 4
    left = []
    for i in range(steps):
        half = w / 2 * (1 - i / steps)
        at = y - tall * i / steps
        left += [(half, at), (half * 0.62, at - tall / steps * 0.30)]
    return [(x - a, b) for a, b in left] + [(x, y - tall)] + [(x + a, b) for a, b in reversed(left)]


def fields(stage: Stage, n: int = 5) -> list[Layer]:
    """Rolling land with furrows that run to a vanishing point."""
    out = []
    layers = hills(stage, n, 0.52)
    for i, layer in enumerate(layers):
        if i < n - 3:
            out.append(layer)
            continue
        vx = (0.5 - 0.5 * stage.room.right_heavy() + 0.35 * (-1) ** i) * stage.w
        rows = []
        for k in range(-16, 17):
            x1 = vx + k * stage.u * 0.17
            x0 = vx + k * stage.u * 0.03
            y0 = layer.height_at(x0)
            rows.append(smooth([(x0, y0), (x0 + (x1 - x0) * 0.35, y0 + stage.h * 0.12), (x1, y0 + stage.h * 0.38)], closed=False))
        out.append(Layer("land", layer.depth, layer.crest, layer.ring, tuple(rows)))
    return out


def desert(stage: Stage, n: int = 5) -> list[Layer]:
    rng = stage.rng(16)
    x = _columns(stage)
    horizon = stage.room.horizon(0.54) * stage.h
    out = []
    for depth in _depths(n):
        base = horizon + (stage.h - horizon) * (1 - depth) ** 1.2
        t = x / stage.w * pick(rng, 1.3, 2.4) * stage.w / stage.u + pick(rng, 0, 1)
        saw = np.abs((t % 1) - 0.64 * (t % 1 > 0.64) * 0) * 1.0
        dune = np.where(saw < 0.64, saw / 0.64, (1 - saw) / 0.36)
        dune = dune**1.35
        out.append(_layer(stage, "land", depth, x, base - stage.h * 0.13 * dune * (0.6 + 0.5 * depth)))
    return out


def road(stage: Stage, n: int = 5) -> list[Layer]:
    """Hills with a road that winds from the horizon into the foreground."""
    layers = hills(stage, n, 0.52)
    far = layers[-3]
    vx = (0.5 - 0.22 * stage.room.right_heavy()) * stage.w
    y0 = far.height_at(vx)
    near = stage.h * 1.05
    swing = stage.u * 0.16 * stage.light
    middle = [(vx, y0), (vx + swing * 0.4, y0 + (near - y0) * 0.16), (vx - swing, y0 + (near - y0) * 0.45),
        (vx + swing * 0.4, near)]
    line = smooth(middle, closed=False, n=24)
    grow = ((line[:, 1] - y0) / (near - y0)).clip(0, 1) ** 1.5
    half = (stage.u * (0.004 + 0.20 * grow))[:, None] * (1.0, 0.0)
    ring = np.vstack([line - half, (line + half)[::-1]])
    dashes = tuple(line[i : i + 5] for i in range(4, len(line) - 6, 9))
    return [*layers[:-2], Layer("road", 0.2, line, ring, dashes), ]


SETTINGS: dict[str, Callable[[Stage], list[Layer]]] = {
    "hills": hills,
    "mountains": ranges,
    "terraces": terraces,
    "sea": sea,
    "city": city,
    "forest": forest,
    "fields": fields,
    "desert": desert,
    "road": road,
}
