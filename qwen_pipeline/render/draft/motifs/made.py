"""Buildings, vehicles, and things people use."""

from __future__ import annotations

import numpy as np

from ..fields import Rng
from ..paths import Points, ellipse, lathe, points, rect, ribbon, smooth, turn
from .shape import Maker, Motif, Shape, fill, line


def _roof(y: float, half: float, rise: float, lift: float) -> Points:
    """A sweeping eave: corners turned up by `lift`."""
    left = smooth([(-half, y - lift), (-half * 0.72, y - rise * 0.18), (-half * 0.36, y - rise * 0.52), (-half * 0.22, y - rise)], closed=False)
    under = smooth([(half, y - lift), (half * 0.6, y + 0.006), (0, y + 0.012), (-half * 0.6, y + 0.006), (-half, y - lift)], closed=False)
    return np.vstack([left, left[::-1] * (-1, 1), under])


def pagoda(rng: Rng) -> Motif:
    shapes: list[Shape] = [fill("pale", rect(-0.27, -0.035, 0.54, 0.035), tone=-0.12)]
    y, half = -0.035, 0.20
    for i in range(5):
        h = 0.115 - i * 0.008
        shapes.append(fill("warm" if i % 2 else "warm", rect(-half * 0.72, y - h, half * 1.44, h), tone=-0.02))
        doors = [rect(x * half * 0.72 - 0.016, y - h * 0.72, 0.032, h * 0.72) for x in (-0.6, 0.0, 0.6)]
        shapes.append(fill("deep", *doors))
        shapes.append(fill("body", _roof(y - h, half * 1.42, 0.065, 0.022), tone=-0.04))
        y, half = y - h - 0.045, half * 0.87
    shapes += [fill("trim", lathe([(0.006, y - 0.16), (0.022, y - 0.10), (0.012, y - 0.07), (0.03, y - 0.03), (0.04, y + 0.012)]))]
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
    gable = points([(0.10, 0), (0.10, -0.56), (0.20, -0.56), (0.20, -0.63), (0.38, -0.63), (0.38, -0.56), (0.48, -0.56), (0.48, 0)])
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
    ribs = [lathe([(0.15 * k, -0.78), (0.30 * k, -0.72), (0.385 * k, -0.54), (0.30 * k, -0.36), (0.15 * k, -0.30)]) for k in (0.36, 0.72)]
    tassel = [[(x * 0.5, -0.235), (x, -0.02)] for x in np.linspace(-0.055, 0.055, 7)]
    return Motif(
        (
            line("detail", 0.012, [(0, -1.0), (0, -0.83)]),
            fill("trim", body, form="ball"),
            line("warm", 0.010, *(np.vstack([r, r[:1]]) for r in ribs), tone=0.08),
            fill("warm", rect(-0.165, -0.835, 0.33, 0.06, 0.02), rect(-0.165, -0.305, 0.33, 0.055, 0.02), form="round"),
            line("trim", 0.012, *tassel, tone=0.05),
            fill("warm", ellipse(0, -0.235, 0.035)),
        ),
        stands=False,
    )


def boat(rng: Rng) -> Motif:
    hull = smooth([(-0.62, -0.16), (-0.35, -0.085), (0.3, -0.085), (0.66, -0.20), (0.50, -0.03), (0.2, 0.02), (-0.3, 0.02), (-0.5, -0.03)])
    cabin = np.vstack([ellipse(0.02, -0.09, 0.24, 0.20, 180, 360), points([(0.26, -0.085), (-0.22, -0.085)])])
    ribs = [ellipse(0.02, -0.09, 0.24 * k, 0.20, 180, 360) for k in (0.4, 0.75)]
    return Motif(
        (
            line("detail", 0.016, [(-0.52, -0.50), (-0.74, 0.04)]),
            fill("warm", cabin, tone=-0.05),
            line("detail", 0.008, *ribs),
            fill("body", hull, tone=-0.12),
            line("pale", 0.012, smooth([(-0.58, -0.15), (-0.33, -0.075), (0.3, -0.075), (0.62, -0.18)], closed=False)),
        ),
        stands=False,
    )


def sails(rng: Rng) -> Motif:
    """A junk under two ribbed sails."""
    hull = smooth([(-0.52, -0.17), (-0.46, -0.20), (-0.34, -0.11), (0.22, -0.11), (0.46, -0.17), (0.55, -0.165), (0.40, -0.015), (0.1, 0.015), (-0.28, 0.015), (-0.42, -0.03)])
    main = smooth([(-0.28, -0.16), (-0.33, -0.50), (-0.20, -0.88), (0.02, -0.97), (0.12, -0.60), (0.10, -0.17)])
    fore = smooth([(0.19, -0.17), (0.17, -0.42), (0.25, -0.66), (0.40, -0.70), (0.46, -0.45), (0.42, -0.19)])
    battens = [[(-0.325 + 0.06 * abs(k - 1.6) * 0.4, -0.28 - 0.16 * k), (0.11 - 0.012 * k, -0.31 - 0.165 * k)] for k in range(4)]
    small = [[(0.185 + 0.012 * k, -0.27 - 0.12 * k), (0.445 - 0.008 * k, -0.29 - 0.115 * k)] for k in range(3)]
    return Motif(
        (
            line("detail", 0.018, [(-0.06, -0.10), (-0.05, -1.04)], [(0.31, -0.10), (0.32, -0.76)]),
            fill("trim", main),
            fill("warm", fore, tone=0.03),
            line("detail", 0.009, *battens, *small),
            fill("body", hull, tone=-0.14),
            line("pale", 0.014, smooth([(-0.47, -0.165), (-0.33, -0.085), (0.22, -0.085), (0.48, -0.14)], closed=False)),
        ),
        stands=False,
    )


def truck(rng: Rng) -> Motif:
    cab = points([(0.30, -0.12), (0.30, -0.50), (0.46, -0.50), (0.585, -0.30), (0.66, -0.27), (0.66, -0.12)])
    wheels = [(-0.42, 0.095), (-0.20, 0.095), (0.48, 0.095)]
    return Motif(
        (
            fill("pale", rect(-0.66, -0.66, 0.92, 0.53, 0.025), form="flat"),
            fill("trim", [(-0.66, -0.28), (0.26, -0.44), (0.26, -0.34), (-0.66, -0.16)]),
            fill("body", rect(-0.66, -0.155, 0.96, 0.05)),
            fill("body", cab),
            fill("glass", [(0.345, -0.315), (0.345, -0.455), (0.44, -0.455), (0.525, -0.315)]),
            fill("detail", rect(0.26, -0.17, 0.06, 0.06)),
            fill("warm", rect(0.625, -0.215, 0.04, 0.045, 0.01)),
            fill("detail", *(ellipse(x, -r, r) for x, r in wheels)),
            fill("metal", *(ellipse(x, -r, r * 0.48) for x, r in wheels)),
        )
    )


def train(rng: Rng) -> Motif:
    """A high-speed train coming in from the left."""
    body = smooth([(-1.3, -0.38), (0.15, -0.38), (0.38, -0.35), (0.62, -0.24), (0.80, -0.10), (0.78, -0.045), (0.6, -0.03), (-1.3, -0.03)])
    body = np.vstack([points([(-1.3, -0.40), (0.15, -0.40)]), smooth([(0.15, -0.40), (0.40, -0.35), (0.64, -0.22), (0.80, -0.09), (0.76, -0.04)], closed=False), points([(0.6, -0.03), (-1.3, -0.03)])])
    band = np.vstack([points([(-1.3, -0.155)]), smooth([(0.3, -0.155), (0.55, -0.13), (0.785, -0.075)], closed=False), smooth([(0.77, -0.045), (0.5, -0.09), (0.3, -0.10)], closed=False), points([(-1.3, -0.10)])])
    windows = [rect(x, -0.31, 0.085, 0.085, 0.02) for x in np.linspace(-1.24, 0.06, 13)]
    screen = smooth([(0.34, -0.335), (0.44, -0.315), (0.57, -0.235), (0.46, -0.215), (0.36, -0.25)])
    return Motif(
        (
            fill("pale", body, form="flat"),
            fill("trim", band),
            fill("deep", *windows, screen),
            fill("detail", rect(-1.3, -0.045, 1.95, 0.02)),
            line("metal", 0.016, [(-1.4, 0), (1.1, 0)]),
        )
    )


def shoe(rng: Rng) -> Motif:
    """A running shoe from the side, toe to the right."""
    upper = smooth([(-0.57, -0.13), (-0.585, -0.30), (-0.60, -0.47), (-0.55, -0.535), (-0.47, -0.46), (-0.36, -0.415), (-0.25, -0.44), (-0.165, -0.50), (-0.10, -0.475), (0.05, -0.365), (0.25, -0.285), (0.46, -0.25), (0.60, -0.18), (0.63, -0.10), (0.4, -0.09), (-0.3, -0.09)])
    collar = smooth([(-0.575, -0.50), (-0.47, -0.43), (-0.36, -0.385), (-0.24, -0.41), (-0.165, -0.48), (-0.25, -0.46), (-0.36, -0.44), (-0.47, -0.48)])
    toe = smooth([(0.36, -0.265), (0.48, -0.25), (0.60, -0.18), (0.635, -0.105), (0.46, -0.095), (0.40, -0.15)])
    heel = smooth([(-0.575, -0.12), (-0.585, -0.30), (-0.57, -0.38), (-0.48, -0.30), (-0.43, -0.12)])
    midsole = smooth([(-0.63, -0.155), (-0.52, -0.125), (-0.2, -0.115), (0.2, -0.105), (0.5, -0.115), (0.68, -0.15), (0.665, -0.07), (0.5, -0.02), (0.1, -0.012), (-0.45, -0.012), (-0.60, -0.045)])
    stripes = [ribbon([(-0.27 + d, -0.125), (-0.19 + d, -0.25), (-0.055 + d, -0.355 + d * 0.55)], [0.055, 0.05, 0.03]) for d in (0.0, 0.11, 0.22)]
    laces = [[(-0.135 + i * 0.075, -0.455 + i * 0.047), (-0.045 + i * 0.075, -0.505 + i * 0.062)] for i in range(4)]
    tread = [rect(x, -0.022, 0.055, 0.03, 0.008) for x in np.linspace(-0.52, 0.45, 12)]
    return Motif(
        (
            fill("detail", *tread),
            fill("body", upper, form="ball"),
            fill("deep", collar),
            fill("body", toe, tone=-0.09),
            fill("trim", heel),
            fill("pale", *stripes),
            line("pale", 0.026, *laces),
            fill("pale", midsole, form="flat"),
            line("trim", 0.022, smooth([(-0.60, -0.05), (-0.3, -0.035), (0.2, -0.03), (0.5, -0.04), (0.655, -0.075)], closed=False)),
        )
    )


def book(rng: Rng) -> Motif:
    """A stack, and one lying open on it."""
    spines: list[Shape] = []
    for i, (x, w, role) in enumerate(((-0.44, 0.90, "body"), (-0.38, 0.80, "trim"), (-0.42, 0.82, "leaf"))):
        y = -0.12 * (i + 1)
        spines += [fill(role, rect(x, y, w, 0.115, 0.02)), fill("pale", rect(x + w - 0.10, y + 0.018, 0.10, 0.08)), fill("pale", rect(x + 0.07, y + 0.045, 0.16, 0.022))]  # type: ignore[arg-type]
    pages = [np.vstack([smooth([(0, -0.40), (s * 0.2, -0.47), (s * 0.5, -0.43)], closed=False), smooth([(s * 0.56, -0.66), (s * 0.25, -0.72), (0, -0.64)], closed=False)]) for s in (-1, 1)]
    words = [line("detail", 0.008, *([(s * (0.10 + 0.02 * k), -0.50 - 0.045 * k), (s * (0.42 + 0.02 * k), -0.50 - 0.045 * k)] for k in range(4)), tone=0.3) for s in (-1, 1)]
    return Motif((*spines, fill("body", [(-0.54, -0.405), (-0.60, -0.66), (0.60, -0.66), (0.54, -0.405)], tone=-0.1), fill("pale", pages[0], tone=-0.05), fill("pale", pages[1]), *words))


def music(rng: Rng) -> Motif:
    """A record half out of its sleeve."""
    grooves = [ellipse(0.20, -0.42, r) for r in (0.24, 0.29, 0.34, 0.37)]
    return Motif(
        (
            fill("deep", ellipse(0.20, -0.42, 0.40)),
            line("detail", 0.006, *grooves, tone=0.2),
            fill("trim", ellipse(0.20, -0.42, 0.15)),
            fill("pale", ellipse(0.20, -0.42, 0.022)),
            fill("body", rect(-0.66, -0.84, 0.82, 0.84, 0.01)),
            fill("pale", ellipse(-0.25, -0.42, 0.25)),
            fill("trim", ellipse(-0.25, -0.42, 0.25, 0.25, 90, 270)),
            fill("body", ellipse(-0.25, -0.42, 0.12), tone=-0.12),
        )
    )


def phone(rng: Rng) -> Motif:
    bars = [rect(-0.15 + i * 0.085, -0.26 - h, 0.055, h, 0.012) for i, h in enumerate((0.08, 0.14, 0.11, 0.20))]
    return Motif(
        (
            fill("detail", rect(-0.26, -1.0, 0.52, 1.0, 0.075)),
            fill("pale", rect(-0.235, -0.975, 0.47, 0.95, 0.055)),
            fill("body", rect(-0.235, -0.975, 0.47, 0.40, 0.055)),
            fill("trim", ellipse(0, -0.76, 0.095)),
            fill("leaf", *bars),
            line("detail", 0.012, [(-0.16, -0.18), (0.16, -0.18)], [(-0.16, -0.13), (0.06, -0.13)], tone=0.3),
        )
    )


def globe(rng: Rng) -> Motif:
    """A sphere of meridians with lit nodes, for networks and the world."""
    r, cy = 0.46, -0.5
    meridians = [ellipse(0, cy, r * k, r) for k in (0.33, 0.7)]
    parallels = [ellipse(0, cy + r * s, r * float(np.sqrt(1 - s * s)), r * 0.07) for s in (-0.62, -0.22, 0.22, 0.62)]
    nodes = [(0.33, -0.62), (-0.21, -0.80), (0.12, -0.28), (-0.36, -0.40), (0.02, -0.56)]
    arcs = [[nodes[i], ((nodes[i][0] + nodes[j][0]) / 2 + 0.06, (nodes[i][1] + nodes[j][1]) / 2 - 0.16), nodes[j]] for i, j in ((0, 1), (3, 4), (4, 2), (1, 4))]
    return Motif(
        (
            fill("body", ellipse(0, cy, r), form="ball"),
            line("pale", 0.007, *meridians, *parallels, [(0, cy - r), (0, cy + r)]),
            line("warm", 0.013, *arcs, curve=True),
            fill("trim", *(ellipse(x, y, 0.032) for x, y in nodes)),
            line("trim", 0.008, turn(ellipse(0, 0, 0.62, 0.17), -18, at=(0, cy))),
        ),
        stands=False,
    )


def umbrella(rng: Rng) -> Motif:
    """An oiled-paper umbrella."""
    top = np.vstack([ellipse(0, -0.52, 0.62, 0.40, 180, 360), smooth([(0.62, -0.52), (0.41, -0.46), (0.2, -0.52), (0, -0.45), (-0.2, -0.52), (-0.41, -0.46), (-0.62, -0.52)], closed=False)])
    ribs = [[(0, -0.92), (x * 0.7, -0.78), (x, -0.50)] for x in (-0.41, -0.2, 0.0, 0.2, 0.41)]
    return Motif(
        (
            line("detail", 0.024, [(0, -0.98), (0, -0.02)]),
            fill("trim", top, form="round"),
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
    "boat": boat,
    "sails": sails,
    "truck": truck,
    "train": train,
    "shoe": shoe,
    "book": book,
    "music": music,
    "phone": phone,
    "globe": globe,
    "umbrella": umbrella,
}
