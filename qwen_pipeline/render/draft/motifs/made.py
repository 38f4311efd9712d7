"""Vehicles, and things people use."""

from __future__ import annotations

import numpy as np

from ..fields import Rng
from ..paths import ellipse, points, rect, ribbon, smooth, turn
from .shape import Maker, Motif, Role, Shape, fill, line


def boat(rng: Rng) -> Motif:
    hull = smooth([(-0.62, -0.16), (-0.35, -0.085), (0.3, -0.085), (0.66, -0.20), (0.50, -0.03), (0.2, 0.02), (-0.3, 0.02),
        (-0.5, -0.03)])
    cabin = np.vstack([ellipse(0.02, -0.09, 0.24, 0.20, 180, 360), points([(0.26, -0.085), (-0.22, -0.085)])])
    ribs = [ellipse(0.02, -0.09, 0.24 * k, 0.20, 180, 360) for k in (0.4, 0.75)]
    return Motif(
        (
            line("detail", 0.016, [(-0.52, -0.50), (-0.74, 0.04)]),
            fill("warm", cabin, tone=-0.05),
            line("detail", 0.008, *ribs),
            fill("warm", hull, tone=-0.22),
            line("pale", 0.012, smooth([(-0.58, -0.15), (-0.33, -0.075), (0.3, -0.075), (0.62, -0.18)], closed=False)),
        ),
        stands=False,
    )


def sails(rng: Rng) -> Motif:
    """A junk under two ribbed sails."""
    hull = smooth([(-0.52, -0.17), (-0.46, -0.20), (-0.34, -0.11), (0.22, -0.11), (0.46, -0.17), (0.55, -0.165),
        (0.40, -0.015), (0.1, 0.015), (-0.28, 0.015), (-0.42, -0.03)])
    main = smooth([(-0.28, -0.16), (-0.33, -0.50), (-0.20, -0.88), (0.02, -0.97), (0.12, -0.60), (0.10, -0.17)])
    fore = smooth([(0.19, -0.17), (0.17, -0.42), (0.25, -0.66), (0.40, -0.70), (0.46, -0.45), (0.42, -0.19)])
    battens = [[(-0.325 + 0.06 * abs(k - 1.6) * 0.4, -0.28 - 0.16 * k), (0.11 - 0.012 * k, -0.31 - 0.165 * k)] for k in range(4)]
    small = [[(0.185 + 0.012 * k, -0.27 - 0.12 * k), (0.445 - 0.008 * k, -0.29 - 0.115 * k)] for k in range(3)]
    return Motif(
        (
            line("detail", 0.018, [(-0.06, -0.10), (-0.05, -1.04)], [(0.31, -0.10), (0.32, -0.76)]),
            fill("petal", main),
            fill("warm", fore, tone=0.03),
            line("detail", 0.009, *battens, *small),
            fill("warm", hull, tone=-0.22),
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
    body = smooth([(-1.3, -0.38), (0.15, -0.38), (0.38, -0.35), (0.62, -0.24), (0.80, -0.10), (0.78, -0.045), (0.6, -0.03),
        (-1.3, -0.03)])
    body = np.vstack([points([(-1.3, -0.40), (0.15, -0.40)]), smooth([(0.15, -0.40), (0.40, -0.35), (0.64, -0.22),
        (0.80, -0.09), (0.76, -0.04)], closed=False), points([(0.6, -0.03), (-1.3, -0.03)])])
    band = np.vstack([points([(-1.3, -0.155)]), smooth([(0.3, -0.155), (0.55, -0.13), (0.785, -0.075)], closed=False),
        smooth([(0.77, -0.045), (0.5, -0.09), (0.3, -0.10)], closed=False), points([(-1.3, -0.10)])])
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
    upper = smooth([(-0.57, -0.13), (-0.585, -0.30), (-0.60, -0.47), (-0.55, -0.535), (-0.47, -0.46), (-0.36, -0.415),
        (-0.25, -0.44), (-0.165, -0.50), (-0.10, -0.475), (0.05, -0.365), (0.25, -0.285), (0.46, -0.25), (0.60, -0.18),
        (0.63, -0.10), (0.4, -0.09), (-0.3, -0.09)])
    collar = smooth([(-0.575, -0.50), (-0.47, -0.43), (-0.36, -0.385), (-0.24, -0.41), (-0.165, -0.48), (-0.25, -0.46),
        (-0.36, -0.44), (-0.47, -0.48)])
    toe = smooth([(0.36, -0.265), (0.48, -0.25), (0.60, -0.18), (0.635, -0.105), (0.46, -0.095), (0.40, -0.15)])
    heel = smooth([(-0.575, -0.12), (-0.585, -0.30), (-0.57, -0.38), (-0.48, -0.30), (-0.43, -0.12)])
    midsole = smooth([(-0.63, -0.155), (-0.52, -0.125), (-0.2, -0.115), (0.2, -0.105), (0.5, -0.115), (0.68, -0.15),
        (0.665, -0.07), (0.5, -0.02), (0.1, -0.012), (-0.45, -0.012), (-0.60, -0.045)])
    stripes = [ribbon([(-0.27 + d, -0.125), (-0.19 + d, -0.25),
        (-0.055 + d, -0.355 + d * 0.55)], [0.055, 0.05, 0.03]) for d in (0.0, 0.11, 0.22)]
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
            line("trim", 0.022, smooth([(-0.60, -0.05), (-0.3, -0.035), (0.2, -0.03), (0.5, -0.04),
                (0.655, -0.075)], closed=False)),
        )
    )


def book(rng: Rng) -> Motif:
    """A stack, and one lying open on it."""
    spines: list[Shape] = []
    bound: tuple[tuple[float, float, Role], ...] = ((-0.44, 0.90, "body"), (-0.38, 0.80, "trim"), (-0.42, 0.82, "leaf"))
    for i, (x, w, role) in enumerate(bound):
        y = -0.12 * (i + 1)
        spines.append(fill(role, rect(x, y, w, 0.115, 0.02)))
        spines.append(fill("pale", rect(x + w - 0.10, y + 0.018, 0.10, 0.08), rect(x + 0.07, y + 0.045, 0.16, 0.022)))
    pages = [np.vstack([smooth([(0, -0.40), (s * 0.2, -0.47), (s * 0.5, -0.43)], closed=False), smooth([(s * 0.56, -0.66),
        (s * 0.25, -0.72), (0, -0.64)], closed=False)]) for s in (-1, 1)]
    words = [line("detail", 0.008, *([(s * (0.10 + 0.02 * k), -0.50 - 0.045 * k), (s * (0.42 + 0.02 * k),
        -0.50 - 0.045 * k)] for k in range(4)), tone=0.3) for s in (-1, 1)]
    return Motif((*spines, fill("body", [(-0.54, -0.405), (-0.60, -0.66), (0.60, -0.66), (0.54, -0.405)], tone=-0.1),
        fill("pale", pages[0], tone=-0.05), fill("pale", pages[1]), *words))


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
    arcs = [[nodes[i], ((nodes[i][0] + nodes[j][0]) / 2 + 0.06, (nodes[i][1] + nodes[j][1]) / 2 - 0.16),
        nodes[j]] for i, j in ((0, 1), (3, 4), (4, 2), (1, 4))]
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


MOTIFS: dict[str, Maker] = {
    "boat": boat,
    "sails": sails,
    "truck": truck,
    "train": train,
    "shoe": shoe,
    "book": book,
    "music": music,
    "phone": phone,
    "globe": globe,
}
