"""Plants, animals, sky."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from ..fields import Rng, pick
from ..paths import Points, ellipse, leaf, midrib, points, ribbon, smooth, turn
from .shape import Maker, Motif, Role, Shape, fill, line


def leafed(
    stem: Points, rng: Rng, n: int, length: float, width: float, role: Role = "leaf", alternate: bool = True, taper: float = 0.45
) -> tuple[Shape, ...]:
    """Leaves along a stem, smaller towards its tip, with midribs, and one at the end."""
    step = np.gradient(stem, axis=0)
    light: list[Points] = []
    dark: list[Points] = []
    ribs: list[Points] = []
    for i in range(n):
        at = 0.16 + 0.80 * i / max(1, n - 1)
        k = min(len(stem) - 1, round(at * (len(stem) - 1)))
        heading = float(np.degrees(np.arctan2(step[k, 0], -step[k, 1])))
        for side in (-1, 1) if not alternate else ((-1, 1)[i % 2],):
            size = length * (1 - taper * at) * pick(rng, 0.88, 1.1)
            bend = side * pick(rng, 0.08, 0.25)
            angle = heading + side * pick(rng, 44, 58) * (1.1 - 0.5 * at)
            where = (float(stem[k, 0]), float(stem[k, 1]))
            (light if side > 0 else dark).append(turn(leaf(size, size * width, bend), angle, at=where))
            ribs.append(turn(midrib(size, bend), angle, at=where))
    heading = float(np.degrees(np.arctan2(step[-1, 0], -step[-1, 1])))
    tip = (float(stem[-1, 0]), float(stem[-1, 1]))
    light.append(turn(leaf(length * 0.7, length * 0.7 * width), heading, at=tip))
    return (
        line(role, length * 0.05, stem, tone=-0.08),
        fill(role, *(dark or light)),
        fill(role, *light, tone=0.09),
        line(role, length * 0.022, *ribs, tone=0.24),
    )


def sprig(rng: Rng) -> Motif:
    bend = pick(rng, -0.22, 0.22)
    stem = smooth([(0, 0), (bend * 0.3, -0.35), (bend, -0.75), (bend * 1.6, -0.98)], closed=False)
    return Motif(leafed(stem, rng, 9, 0.36, pick(rng, 0.34, 0.46)), stands=False)


def palm(rng: Rng) -> Motif:
    """A feathered frond."""
    bend = pick(rng, 0.2, 0.45)
    stem = smooth([(0, 0), (bend * 0.15, -0.4), (bend * 0.6, -0.8), (bend * 1.3, -1.05)], closed=False)
    return Motif(leafed(stem, rng, 17, 0.46, 0.13, alternate=False, taper=0.62), stands=False)


def eucalyptus(rng: Rng) -> Motif:
    bend = pick(rng, -0.25, 0.25)
    stem = smooth([(0, 0), (bend * 0.3, -0.35), (bend, -0.75), (bend * 1.7, -1.0)], closed=False)
    return Motif(leafed(stem, rng, 8, 0.21, 0.86, alternate=False, taper=0.5), stands=False)


def tea(rng: Rng) -> Motif:
    """Two leaves and a bud."""
    stem = smooth([(0, 0), (0.03, -0.3), (-0.02, -0.62)], closed=False)
    shapes = leafed(stem, rng, 4, 0.46, 0.36, taper=0.25)
    return Motif((*shapes, fill("leaf", turn(leaf(0.36, 0.09, 0.08), 4, at=(-0.02, -0.6)), tone=0.16)), stands=False)


def bamboo(rng: Rng) -> Motif:
    shapes: list[Shape] = []
    for x, lean, top, w in ((-0.12, -0.02, -1.05, 0.055), (0.10, 0.03, -0.92, 0.042)):
        joints = np.linspace(0, top, 6)
        for a, b in pairwise(joints):
            x0, x1 = x + lean * float(a), x + lean * float(b)
            seg = [(x0 - w / 2, a - 0.008), (x0 + w / 2, a - 0.008), (x1 + w / 2, b + 0.008), (x1 - w / 2, b + 0.008)]
            shapes.append(fill("leaf", seg, form="round"))
            for _ in range(2):
                angle = pick(rng, 100, 150) * (1 if rng.random() < 0.5 else -1)
                size = pick(rng, 0.20, 0.32)
                shapes.append(fill("leaf", turn(leaf(size, size * 0.17, 0.1), angle, at=(x1, float(b))),
                    tone=pick(rng, -0.08, 0.1)))
    return Motif(tuple(shapes), stands=False)


def _petals(cx: float, cy: float, r: float, n: int, width: float, start: float = 0.0) -> list[Points]:
    """Round petals with a notch."""
    w = r * width
    petal = smooth([(0, 0), (w * 0.62, -r * 0.42), (w * 0.58, -r * 0.86), (w * 0.16, -r * 0.98), (0, -r * 0.90),
        (-w * 0.16, -r * 0.98), (-w * 0.58, -r * 0.86), (-w * 0.62, -r * 0.42)], n=7)
    return [turn(petal, start + i * 360 / n, at=(cx, cy)) for i in range(n)]


def blossom(cx: float, cy: float, r: float, rng: Rng, role: Role = "petal") -> tuple[Shape, ...]:
    """A five-petalled flower seen from the front."""
    start = pick(rng, 0, 72)
    petals = [ellipse(cx + r * 0.52 * np.sin(a), cy - r * 0.52 * np.cos(a),
        r * 0.46) for a in np.radians(start + np.arange(5) * 72)]
    hairs = [points([(cx, cy), (cx + r * 0.42 * np.sin(a),
        cy - r * 0.42 * np.cos(a))]) for a in np.radians(start + 36 + np.arange(10) * 36)]
    dots = [ellipse(float(h[1, 0]), float(h[1, 1]), r * 0.05, n=12) for h in hairs]
    return (
        fill(role, *petals, tone=0.10),
        fill(role, ellipse(cx, cy, r * 0.34), tone=-0.06),
        line("pale", r * 0.035, *hairs),
        fill("pale", *dots),
    )


def plum(rng: Rng) -> Motif:
    """A blossoming branch."""
    main = ribbon([(-0.55, 0.02), (-0.25, -0.16), (0.0, -0.30), (0.28, -0.58), (0.52, -0.74)], [0.085, 0.06, 0.05, 0.03, 0.012])
    twigs = [
        ribbon([(-0.2, -0.18), (-0.22, -0.42), (-0.08, -0.66)], [0.04, 0.025, 0.01]),
        ribbon([(0.12, -0.42), (0.36, -0.42), (0.56, -0.34)], [0.035, 0.022, 0.01]),
    ]
    spots = [(-0.22, -0.44), (-0.08, -0.68), (0.05, -0.36), (0.30, -0.60), (0.53, -0.75), (0.40, -0.42), (0.58, -0.34),
        (-0.33, -0.12)]
    flowers = [s for x, y in spots for s in blossom(x + pick(rng, -0.02, 0.02), y + pick(rng, -0.02, 0.02),
        pick(rng, 0.075, 0.12), rng)]
    return Motif((fill("detail", main, *twigs), *flowers), stands=False)


def flower(rng: Rng) -> Motif:
    """A peony on its stem."""
    cx, cy = 0.0, -0.66
    stem = smooth([(0.02, 0), (0.05, -0.25), (0.0, -0.55)], closed=False)
    rings = []
    for r, n, width, tone in ((0.37, 8, 0.78, -0.10), (0.30, 7, 0.82, -0.02), (0.23, 6, 0.86, 0.06), (0.155, 5, 0.9, 0.13),
        (0.09, 4, 0.9, 0.19)):
        rings.append(fill("petal", *_petals(cx, cy, r, n, width, pick(rng, 0, 60)), tone=tone))
    return Motif((*leafed(stem, rng, 4, 0.34, 0.42, taper=0.2)[:-1], *rings, fill("warm", ellipse(cx, cy, 0.045))), stands=False)


def lotus(rng: Rng) -> Motif:
    stem = ribbon([(0.0, 0.0), (0.03, -0.25), (0.0, -0.48)], [0.03, 0.026, 0.024])
    back = [turn(leaf(0.44, 0.19, 0, 0.5), a, at=(0, -0.46)) for a in (-64, 64, -36, 36)]
    front = [turn(leaf(0.42, 0.21, 0, 0.5), a, at=(0, -0.45)) for a in (-18, 18)]
    low = [turn(leaf(0.30, 0.17, 0, 0.5), a, at=(0, -0.45)) for a in (-88, 88, -48, 48, 0)]
    pad = smooth([(0.12, -0.03), (0.34, -0.13), (0.62, -0.10), (0.70, 0.0), (0.45, 0.06), (0.2, 0.05)])
    return Motif(
        (
            fill("leaf", pad, tone=-0.02),
            fill("leaf", stem),
            fill("petal", *back, tone=-0.05),
            fill("petal", *front, tone=0.04),
            fill("petal", *low, tone=0.12),
        ),
        stands=False,
    )


def tree(rng: Rng) -> Motif:
    trunk = ribbon([(0, 0.0), (0.01, -0.25), (-0.01, -0.52)], [0.10, 0.055, 0.03])
    twigs = [ribbon([(0.005, -0.28), (0.12, -0.42), (0.16, -0.54)], [0.035, 0.02, 0.01])]
    crowns = [(-0.14, -0.62, 0.25), (0.17, -0.60, 0.23), (0.0, -0.80, 0.24), (-0.02, -0.60, 0.26)]
    blobs = [ellipse(x, y, r, r * 0.92) for x, y, r in crowns]
    lit = [ellipse(x - r * 0.2, y - r * 0.22, r * 0.66, r * 0.6) for x, y, r in crowns]
    return Motif((fill("detail", trunk, *twigs), fill("leaf", *blobs, tone=-0.05), fill("leaf", *lit, tone=0.05)))


def pine(rng: Rng) -> Motif:
    """An old pine that leans over, with flat clouds of needles."""
    trunk = ribbon([(-0.10, 0.02), (-0.02, -0.22), (-0.12, -0.44), (0.06, -0.68), (0.22, -0.84)], [0.11, 0.075, 0.06, 0.04, 0.02])
    boughs = [
        ribbon([(-0.09, -0.40), (0.14, -0.46), (0.34, -0.50)], [0.045, 0.03, 0.012]),
        ribbon([(-0.06, -0.55), (-0.26, -0.62), (-0.40, -0.64)], [0.04, 0.026, 0.012]),
    ]
    pads = [(0.36, -0.53, 0.25), (-0.40, -0.67, 0.24), (0.24, -0.88, 0.30), (0.02, -0.74, 0.18)]
    clumps, lit = [], []
    for x, y, r in pads:
        outline = [(x - r, y + 0.02), (x - r * 0.7, y - r * 0.25), (x - r * 0.2, y - r * 0.38), (x + r * 0.35, y - r * 0.34),
            (x + r * 0.85, y - r * 0.16), (x + r, y + 0.03), (x, y + 0.055)]
        clumps.append(smooth(outline))
        lit.append(smooth([(px * 0.74 + x * 0.26, (py - y) * 0.62 + y - 0.018) for px, py in outline]))
    return Motif((fill("detail", trunk, *boughs), fill("leaf", *clumps, tone=-0.06), fill("leaf", *lit, tone=0.04)))


def bird(rng: Rng) -> Motif:
    """A crane in flight."""
    body = smooth([(-0.42, -0.06), (-0.16, -0.15), (0.12, -0.13), (0.32, -0.20), (0.55, -0.235), (0.33, -0.15), (0.10, 0.0),
        (-0.15, 0.01)])
    far = smooth([(0.06, -0.10), (0.12, -0.40), (0.30, -0.66), (0.22, -0.36), (0.22, -0.12)])
    near = smooth([(-0.14, -0.10), (-0.22, -0.44), (-0.10, -0.82), (0.0, -0.50), (0.14, -0.10)])
    tips = smooth([(-0.19, -0.50), (-0.17, -0.66), (-0.10, -0.82), (-0.03, -0.58), (-0.08, -0.5)])
    return Motif(
        (
            fill("pale", far, tone=-0.08),
            line("detail", 0.018, [(-0.40, -0.055), (-0.72, 0.02)], [(-0.38, -0.04), (-0.70, 0.05)]),
            fill("pale", body),
            fill("pale", near),
            fill("detail", tips),
            line("detail", 0.014, [(0.53, -0.235), (0.66, -0.235)]),
            fill("petal", ellipse(0.53, -0.25, 0.03, 0.018)),
        ),
        stands=False,
    )


def fish(rng: Rng) -> Motif:
    """A koi seen from above, turning."""
    body = smooth([(0.52, -0.50), (0.40, -0.66), (0.14, -0.66), (-0.12, -0.52), (-0.32, -0.28), (-0.36, -0.16),
        (-0.22, -0.22), (0.04, -0.34), (0.32, -0.38)])
    tail = smooth([(-0.32, -0.24), (-0.52, -0.16), (-0.60, 0.04), (-0.46, -0.02), (-0.40, 0.10), (-0.28, -0.04), (-0.26, -0.18)])
    fins = [smooth([(0.18, -0.64), (0.10, -0.86), (-0.06, -0.84), (0.04, -0.64)]), smooth([(0.22, -0.37), (0.26, -0.14),
        (0.10, -0.12), (0.06, -0.34)])]
    spots = [smooth([(0.30, -0.63), (0.36, -0.52), (0.22, -0.46), (0.10, -0.54), (0.16, -0.64)]), smooth([(-0.02, -0.56),
        (0.02, -0.44), (-0.14, -0.36), (-0.20, -0.44)])]
    return Motif(
        (
            fill("petal", tail, *fins, tone=0.10),
            fill("pale", body, form="ball"),
            fill("petal", *spots),
            fill("detail", ellipse(0.44, -0.60, 0.018), ellipse(0.47, -0.47, 0.018)),
        ),
        stands=False,
    )


MOTIFS: dict[str, Maker] = {
    "sprig": sprig,
    "palm": palm,
    "eucalyptus": eucalyptus,
    "tea": tea,
    "bamboo": bamboo,
    "plum": plum,
    "flower": flower,
    "lotus": lotus,
    "tree": tree,
    "pine": pine,
    "bird": bird,
    "fish": fish,
}
