"""Buildings, and what hangs and opens before them."""

from __future__ import annotations

import numpy as np

from ..fields import Rng
from ..paths import Points, ellipse, lathe, points, rect, smooth
from .shape import Maker, Motif, Shape, fill, line


def _roof(y: float, half: float, rise: float, lift: float) -> Points:
    """A sweeping eave: corners turned up by `lift`."""
    left = smooth([(-half, y - lift), (-half * 0.72, y - rise * 0.18), (-half * 0.36, y - rise * 0.52),
        (-half * 0.22, y - rise)], closed=False)
    under = smooth([(half, y - lift), (half * 0.6, y + 0.006), (0, y + 0.012), (-half * 0.6, y + 0.006),
        (-half, y - lift)], closed=False)
    return np.vstack([left, left[::-1] * (-1, 1), under])


def pagoda(rng: Rng) -> Motif:
    shapes: list[Shape] = [fill("pale", rect(-0.27, -0.035, 0.54, 0.035), tone=-0.12)]
    y, half = -0.035, 0.20
    for i in range(5):
        h = 0.115 - i * 0.008
        shapes.append(fill("warm", rect(-half * 0.72, y - h, half * 1.44, h), tone=-0.02))
        doors = [rect(x * half * 0.72 - 0.016, y - h * 0.72, 0.032, h * 0.72) for x in (-0.6, 0.0, 0.6)]
        shapes.append(fill("deep", *doors))
        shapes.append(fill("body", _roof(y - h, half * 1.42, 0.065, 0.022), tone=-0.04))
        y, half = y - h - 0.045, half * 0.87
    shapes += [fill("trim", lathe([(0.006, y - 0.16), (0.022, y - 0.10), (0.012, y - 0.07), (0.03, y - 0.03),
        (0.04, y + 0.012)]))]
    return Motif(tuple(shapes))


def pavilion(rng: Rng) -> Motif:
    posts = [rect(x - 0.016, -0.44, 0.032, 0.40) for x in (-0.34, -0.13, 0.13, 0.34)]
    rails = [rect(-0.34, -0.15, 0.21, 0.018), rect(0.13, -0.15, 0.21, 0.018)]
    return Motif(
        (
            fill("pale", rect(-0.46, -0.04, 0.92, 0.04), tone=-0.12),
            fill("warm", *posts, *rails),
            fill("warm", rect(-0.37, -0.455, 0.74, 0.035), tone=-0.05),
            fill("body", _roof(-0.45, 0.58, 0.27, 0.07)),
            fill("body", rect(-0.128, -0.735, 0.256, 0.03, 0.012), tone=-0.10),
            fill("trim", ellipse(0, -0.755, 0.032, 0.042)),
        )
    )


def house(rng: Rng) -> Motif:
    """White walls, stepped gables, dark tiles: a house of the water towns."""
    wall = points([(-0.48, 0), (-0.48, -0.40), (0.48, -0.40), (0.48, 0)])
    gable = points([(0.10, 0), (0.10, -0.56), (0.20, -0.56), (0.20, -0.63), (0.38, -0.63), (0.38, -0.56), (0.48, -0.56),
        (0.48, 0)])
    caps = [rect(0.08, -0.58, 0.13, 0.035), rect(0.18, -0.655, 0.22, 0.035), rect(0.37, -0.58, 0.13, 0.035)]
    windows = [rect(-0.36, -0.28, 0.11, 0.13), rect(-0.12, -0.28, 0.11, 0.13), rect(0.24, -0.42, 0.10, 0.10)]
    return Motif(
        (
            fill("pale", wall, tone=-0.03),
            fill("body", [(-0.54, -0.38), (-0.44, -0.52), (0.12, -0.52), (0.12, -0.38)], tone=-0.12),
            fill("pale", gable),
            fill("detail", *caps, *windows),
            fill("warm", rect(0.24, -0.24, 0.12, 0.24), tone=-0.06),
        )
    )


def tower(rng: Rng) -> Motif:
    panes = [rect(x, y, 0.035, 0.05) for x in (-0.12, -0.055, 0.01) for y in np.linspace(-0.86, -0.10, 11)]
    side = [rect(x, y, 0.03, 0.04) for x in (0.13, 0.19, 0.25) for y in np.linspace(-0.52, -0.08, 8)]
    return Motif(
        (
            fill("body", rect(0.07, -0.58, 0.25, 0.58), tone=-0.12),
            fill("body", [(-0.16, 0), (-0.16, -0.94), (-0.06, -1.0), (0.08, -1.0), (0.08, 0)]),
            fill("warm", *panes, tone=0.1),
            fill("warm", *side, tone=0.02),
            line("detail", 0.012, [(0.01, -1.0), (0.01, -1.14)]),
        )
    )


def bridge(rng: Rng) -> Motif:
    """A humpback bridge of stone over its reflection's line."""
    deck = smooth([(-0.80, -0.06), (-0.42, -0.22), (0, -0.40), (0.42, -0.22), (0.80, -0.06)], closed=False)
    outline = np.vstack([deck, points([(0.80, 0), (-0.80, 0)])])
    holes = [ellipse(0, 0, 0.25, 0.29, 180, 360), ellipse(-0.46, 0, 0.11, 0.12, 180, 360), ellipse(0.46, 0, 0.11, 0.12, 180, 360)]
    posts = [[(float(x), float(y)), (float(x), float(y) - 0.075)] for x, y in deck[::5]]
    return Motif(
        (
            fill("pale", outline, tone=-0.10, holes=tuple(holes)),
            line("pale", 0.022, deck, tone=-0.22),
            line("pale", 0.016, deck - (0, 0.075), *posts, tone=-0.16),
            line("pale", 0.018, *(h for h in holes), tone=-0.26),
        )
    )


def lantern(rng: Rng) -> Motif:
    body = lathe([(0.15, -0.78), (0.30, -0.72), (0.385, -0.54), (0.30, -0.36), (0.15, -0.30)])
    ribs = [lathe([(0.15 * k, -0.78), (0.30 * k, -0.72), (0.385 * k, -0.54), (0.30 * k, -0.36),
        (0.15 * k, -0.30)]) for k in (0.36, 0.72)]
    tassel = [[(x * 0.5, -0.235), (x, -0.02)] for x in np.linspace(-0.055, 0.055, 7)]
    return Motif(
        (
            line("detail", 0.012, [(0, -1.0), (0, -0.83)]),
            fill("petal", body, form="ball"),
            line("warm", 0.010, *(np.vstack([r, r[:1]]) for r in ribs), tone=0.08),
            fill("warm", rect(-0.165, -0.835, 0.33, 0.06, 0.02), rect(-0.165, -0.305, 0.33, 0.055, 0.02), form="round"),
            line("petal", 0.012, *tassel, tone=0.05),
            fill("warm", ellipse(0, -0.235, 0.035)),
        ),
        stands=False,
    )


def umbrella(rng: Rng) -> Motif:
    """An oiled-paper umbrella."""
    top = np.vstack([ellipse(0, -0.52, 0.62, 0.40, 180, 360), smooth([(0.62, -0.52), (0.41, -0.46), (0.2, -0.52), (0, -0.45),
        (-0.2, -0.52), (-0.41, -0.46), (-0.62, -0.52)], closed=False)])
    ribs = [[(0, -0.92), (x * 0.7, -0.78), (x, -0.50)] for x in (-0.41, -0.2, 0.0, 0.2, 0.41)]
    return Motif(
        (
            line("detail", 0.024, [(0, -0.98), (0, -0.02)]),
            fill("petal", top, form="round"),
            line("warm", 0.009, *ribs, curve=True),
            line("pale", 0.016, ellipse(0, -0.52, 0.40, 0.24, 190, 350)),
        ),
        stands=False,
    )


MOTIFS: dict[str, Maker] = {
    "pagoda": pagoda,
    "pavilion": pavilion,
    "house": house,
    "tower": tower,
    "bridge": bridge,
    "lantern": lantern,
    "umbrella": umbrella,
}
