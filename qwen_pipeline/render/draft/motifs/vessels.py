"""Things to drink and eat from, and the packs they come in."""

from __future__ import annotations

import numpy as np

from ..fields import Rng, pick
from ..paths import ellipse, lathe, leaf, points, rect, ribbon, smooth, turn
from .shape import Maker, Motif, Shape, fill, line


def _steam(x: float, y: float, h: float, n: int = 2) -> Shape:
    t = np.linspace(0, 1, 40)
    starts = [x + (i - (n - 1) / 2) * 0.13 for i in range(n)]
    lines = [np.stack([s + 0.035 * np.sin(t * 7.2 + i) * (0.35 + t), y - h * t], 1) for i, s in enumerate(starts)]
    return line("pale", 0.018, *lines)


def teapot(rng: Rng) -> Motif:
    body = lathe([(0.17, -0.585), (0.31, -0.55), (0.43, -0.42), (0.465, -0.28), (0.40, -0.13), (0.27, -0.045), (0.22, -0.02)])
    spout = ribbon([(0.34, -0.22), (0.53, -0.27), (0.60, -0.43), (0.71, -0.58)], [0.21, 0.135, 0.092, 0.08])
    handle = ribbon([(-0.36, -0.47), (-0.56, -0.56), (-0.705, -0.43), (-0.62, -0.21),
        (-0.41, -0.15)], [0.055, 0.07, 0.07, 0.062, 0.05])
    lid = lathe([(0.02, -0.69), (0.10, -0.672), (0.175, -0.62), (0.20, -0.572)])
    return Motif(
        (
            fill("body", handle, tone=-0.04, form="tube"),
            fill("body", spout, tone=-0.02, form="tube"),
            fill("body", rect(-0.235, -0.05, 0.47, 0.05, 0.015), tone=-0.10, form="round"),
            fill("body", body, form="ball"),
            fill("deep", ellipse(0, -0.572, 0.205, 0.026)),
            fill("body", lid, tone=0.03, form="round"),
            fill("trim", ellipse(0, -0.722, 0.046, 0.05), form="ball"),
            line("pale", 0.010, ellipse(0, -0.50, 0.365, 0.055, 14, 166)),
            line("pale", 0.010, ellipse(0, -0.475, 0.385, 0.058, 14, 166)),
        )
    )


def cup(rng: Rng) -> Motif:
    bowl = lathe([(0.375, -0.475), (0.36, -0.34), (0.29, -0.18), (0.17, -0.09), (0.155, -0.06)])
    return Motif(
        (
            fill("body", ellipse(0, -0.035, 0.47, 0.06), tone=-0.08, form="round"),
            fill("body", ellipse(0, -0.05, 0.47, 0.055), tone=0.03),
            fill("body", ellipse(0, -0.056, 0.25, 0.028), tone=-0.08),
            fill("body", bowl, form="ball"),
            fill("deep", ellipse(0, -0.475, 0.375, 0.064)),
            fill("liquid", ellipse(0, -0.462, 0.325, 0.047)),
            line("pale", 0.012, ellipse(0, -0.475, 0.375, 0.064)),
            _steam(0, -0.58, 0.36),
        )
    )


def mug(rng: Rng) -> Motif:
    body = lathe([(0.30, -0.66), (0.305, -0.4), (0.30, -0.09), (0.25, -0.01), (0.2, 0)])
    handle = ribbon([(0.27, -0.52), (0.46, -0.55), (0.53, -0.36), (0.44, -0.17),
        (0.27, -0.17)], [0.07, 0.065, 0.065, 0.065, 0.07])
    return Motif(
        (
            fill("body", handle, tone=-0.05, form="tube"),
            fill("body", body, form="round"),
            fill("deep", ellipse(0, -0.66, 0.30, 0.055)),
            fill("liquid", ellipse(0, -0.65, 0.265, 0.042)),
            line("pale", 0.012, ellipse(0, -0.66, 0.30, 0.055)),
            fill("trim", lathe([(0.3035, -0.30), (0.3035, -0.22)], sharp=True), form="round"),
            _steam(0, -0.76, 0.34),
        )
    )


def bottle(rng: Rng) -> Motif:
    body = lathe(
        [(0.075, -0.93), (0.078, -0.80), (0.085, -0.73), (0.15, -0.64), (0.185, -0.54), (0.19, -0.40), (0.19, -0.05),
            (0.175, -0.012), (0.15, 0)]
    )
    return Motif(
        (
            fill("body", body, form="round"),
            fill("trim", rect(-0.088, -1.0, 0.176, 0.09, 0.014), form="round"),
            fill("trim", rect(-0.08, -0.915, 0.16, 0.014), tone=-0.1, form="round"),
            fill("pale", rect(-0.189, -0.46, 0.378, 0.31), form="round"),
            fill("trim", ellipse(0, -0.345, 0.062)),
            fill("body", smooth(turn(leaf(0.085, 0.05), 20, at=(-0.008, -0.315))), tone=0.2),
            line("detail", 0.008, [(-0.10, -0.235), (0.10, -0.235)]),
            line("detail", 0.006, [(-0.065, -0.208), (0.065, -0.208)]),
        )
    )


def can(rng: Rng) -> Motif:
    body = lathe([(0.235, -0.79), (0.235, -0.07), (0.228, -0.045), (0.198, -0.004), (0.18, 0)], sharp=True)
    wave = [(-0.235, -0.36), (-0.12, -0.44), (0.0, -0.36), (0.12, -0.29), (0.235, -0.37)]
    lower = np.vstack([smooth(wave, closed=False), points([(0.235, -0.085), (-0.235, -0.085)])])
    return Motif(
        (
            fill("metal", lathe([(0.198, -0.868), (0.206, -0.85), (0.233, -0.80), (0.235, -0.775)], sharp=True), form="round"),
            fill("metal", body, form="round"),
            fill("body", lathe([(0.235, -0.785), (0.235, -0.075)], sharp=True), form="round"),
            fill("trim", lower, form="round"),
            fill("pale", ellipse(0, -0.52, 0.105), form="round"),
            fill("trim", ellipse(0, -0.52, 0.07)),
            fill("metal", ellipse(0, -0.868, 0.20, 0.028), tone=0.08),
            fill("metal", ellipse(0.02, -0.87, 0.06, 0.011), tone=-0.22),
        )
    )


def box(rng: Rng) -> Motif:
    front = points([(-0.40, -0.80), (0.16, -0.76), (0.16, 0.0), (-0.40, -0.055)])
    side = points([(0.16, -0.76), (0.42, -0.83), (0.42, -0.10), (0.16, 0.0)])
    top = points([(-0.40, -0.80), (-0.13, -0.865), (0.42, -0.83), (0.16, -0.76)])
    return Motif(
        (
            fill("body", side, tone=-0.15),
            fill("body", front),
            fill("body", top, tone=0.13),
            fill("trim", [(-0.40, -0.33), (0.16, -0.285), (0.16, -0.10), (-0.40, -0.15)]),
            fill("trim", [(0.16, -0.285), (0.42, -0.365), (0.42, -0.19), (0.16, -0.10)], tone=-0.14),
            fill("pale", ellipse(-0.12, -0.53, 0.135)),
            fill("leaf", turn(leaf(0.20, 0.105, 0.1), 25, at=(-0.155, -0.44))),
            fill("leaf", turn(leaf(0.15, 0.08, -0.1), -42, at=(-0.13, -0.44)), tone=0.1),
        )
    )


def glass(rng: Rng) -> Motif:
    outer = lathe([(0.245, -0.80), (0.20, -0.03), (0.18, 0.0)], sharp=True)
    liquid = lathe([(0.226, -0.64), (0.19, -0.045), (0.175, -0.03)], sharp=True)
    ice = [turn(rect(-0.065, -0.065, 0.13, 0.13, 0.028), a, at=(x, y)) for a, x, y in ((18, -0.10, -0.58),
        (-24, 0.075, -0.60), (8, -0.02, -0.44))]
    return Motif(
        (
            line("trim", 0.026, [(-0.03, -0.25), (0.155, -1.02)]),
            *_citrus(0.235, -0.79, 0.155).shapes,
            fill("glass", outer, tone=0.1),
            fill("liquid", liquid, form="round"),
            *(fill("pale", i, tone=0.02) for i in ice),
            fill("liquid", ellipse(0, -0.64, 0.226, 0.034), tone=0.12),
            fill("leaf", turn(leaf(0.19, 0.10, 0.1), -38, at=(-0.09, -0.66))),
            fill("leaf", turn(leaf(0.16, 0.09, -0.1), 6, at=(-0.09, -0.66)), tone=0.08),
            line("pale", 0.011, ellipse(0, -0.80, 0.245, 0.034)),
            line("pale", 0.016, [(-0.178, -0.72), (-0.145, -0.16)]),
        )
    )


def _citrus(x: float, y: float, r: float) -> Motif:
    wedges = []
    for i in range(8):
        a = np.radians(np.linspace(i * 45 + 5, i * 45 + 40, 8))
        arc = np.stack([x + r * 0.78 * np.cos(a), y + r * 0.78 * np.sin(a)], 1)
        m = np.radians(i * 45 + 22.5)
        wedges.append(np.vstack([arc, [(x + r * 0.12 * np.cos(m), y + r * 0.12 * np.sin(m))]]))
    return Motif(
        (
            fill("warm", ellipse(x, y, r)),
            fill("pale", ellipse(x, y, r * 0.88)),
            fill("warm", *wedges, tone=0.06),
        )
    )


def citrus(rng: Rng) -> Motif:
    """A whole fruit, a half in front of it, a leaf."""
    whole = ellipse(-0.14, -0.34, 0.34, 0.335)
    return Motif(
        (
            fill("warm", whole, form="ball"),
            fill("leaf", turn(leaf(0.34, 0.16, 0.25), 62, at=(-0.13, -0.665))),
            fill("leaf", turn(leaf(0.26, 0.13, -0.2), -50, at=(-0.14, -0.665)), tone=0.09),
            line("detail", 0.02, [(-0.135, -0.72), (-0.14, -0.66)]),
            *_citrus(0.27, -0.25, 0.25).shapes,
        )
    )


def bowl(rng: Rng) -> Motif:
    body = lathe([(0.50, -0.40), (0.475, -0.26), (0.36, -0.11), (0.20, -0.055), (0.185, 0.0)])
    t = np.linspace(0, np.pi, 26)
    noodles = []
    for i in range(11):
        x, half = -0.36 + i * 0.072, 0.095 + 0.02 * float(np.sin(i * 2.3))
        noodles.append(np.stack([x - half * np.cos(t), -0.405 - (0.075 + 0.035 * float(np.sin(i * 1.7))) * np.sin(t)], 1))
    return Motif(
        (
            line("detail", 0.022, [(0.06, -0.44), (0.62, -0.86)], [(0.13, -0.42), (0.70, -0.80)]),
            fill("deep", ellipse(0, -0.40, 0.50, 0.075)),
            fill("liquid", ellipse(0, -0.405, 0.455, 0.062)),
            line("warm", 0.030, *noodles, tone=0.02),
            line("pale", 0.016, *noodles),
            fill("leaf", turn(leaf(0.17, 0.09), -60, at=(-0.16, -0.43)), turn(leaf(0.15, 0.08), -20, at=(-0.18, -0.43))),
            fill("pale", ellipse(0.16, -0.462, 0.10, 0.058)),
            fill("warm", ellipse(0.165, -0.468, 0.052, 0.034)),
            fill("body", np.vstack([body, ellipse(0, -0.40, 0.50, 0.075, 180, 0)]), form="ball"),
            line("trim", 0.022, ellipse(0, -0.345, 0.488, 0.075, 6, 174)),
            _steam(-0.05, -0.60, 0.34, 3),
        )
    )


def bread(rng: Rng) -> Motif:
    loaf = smooth([(-0.52, -0.10), (-0.47, -0.30), (-0.25, -0.46), (0.05, -0.50), (0.35, -0.42), (0.52, -0.22), (0.50, -0.05),
        (0.30, 0.0), (-0.3, 0.0)])
    cuts = [turn(leaf(0.26, 0.055, 0.12), a, at=(x, y)) for a, x, y in ((28, -0.32, -0.20), (30, -0.12, -0.22),
        (32, 0.09, -0.21), (34, 0.29, -0.16))]
    ears = [_ear(x, a) for x, a in ((-0.46, -24), (-0.56, -40))]
    return Motif((*(s for e in ears for s in e), fill("warm", loaf, form="ball"), fill("pale", *cuts)))


def _ear(x: float, angle: float) -> tuple[Shape, ...]:
    """An ear of wheat."""
    grains = []
    for i in range(6):
        y = -0.55 - i * 0.065
        grains += [turn(leaf(0.105, 0.05), 32, at=(0.008, y)), turn(leaf(0.105, 0.05), -32, at=(-0.008, y))]
    grains.append(turn(leaf(0.12, 0.05), 0, at=(0, -0.93)))
    placed = [turn(g, angle, at=(x, 0)) for g in grains]
    return line("leaf", 0.012, turn(points([(0, 0), (0, -0.93)]), angle, at=(x, 0))), fill("warm", *placed, tone=0.08)


def gift(rng: Rng) -> Motif:
    loops = [ribbon([(0, -0.62), (s * 0.20, -0.80), (s * 0.30, -0.70), (s * 0.16, -0.62),
        (0, -0.62)], [0.05, 0.085, 0.085, 0.07, 0.04]) for s in (-1, 1)]
    return Motif(
        (
            fill("body", rect(-0.36, -0.46, 0.72, 0.46, 0.02), form="round"),
            fill("body", rect(-0.40, -0.62, 0.80, 0.17, 0.02), tone=0.07, form="round"),
            fill("trim", rect(-0.06, -0.62, 0.12, 0.62)),
            fill("trim", *loops, tone=0.04),
            fill("trim", ellipse(0, -0.635, 0.055, 0.045), tone=-0.08),
        )
    )


def jar(rng: Rng) -> Motif:
    body = lathe([(0.24, -0.62), (0.29, -0.55), (0.30, -0.42), (0.30, -0.08), (0.26, -0.01), (0.2, 0)])
    x = pick(rng, -0.01, 0.01)
    return Motif(
        (
            fill("body", body, form="round"),
            fill("trim", rect(-0.255, -0.755, 0.51, 0.14, 0.022), form="round"),
            fill("pale", rect(-0.2995, -0.42, 0.599, 0.27), form="round"),
            fill("trim", ellipse(x, -0.285, 0.075)),
            line("detail", 0.008, [(-0.20, -0.285), (-0.11, -0.285)], [(0.11, -0.285), (0.20, -0.285)]),
        )
    )


MOTIFS: dict[str, Maker] = {
    "teapot": teapot,
    "cup": cup,
    "mug": mug,
    "bottle": bottle,
    "can": can,
    "box": box,
    "glass": glass,
    "citrus": citrus,
    "bowl": bowl,
    "bread": bread,
    "gift": gift,
    "jar": jar,
}
