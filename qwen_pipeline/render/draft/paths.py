"""Parametric curves: points are (n, 2) arrays, y grows downwards. Motifs are built from these in units of their own."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Points = npt.NDArray[np.float64]
Pairs = Sequence[tuple[float, float]] | Points


def points(pairs: Pairs) -> Points:
    return np.asarray(pairs, np.float64).reshape(-1, 2)


def smooth(pairs: Pairs, closed: bool = True, n: int = 14) -> Points:
    """Catmull-Rom spline through the points, n samples a segment."""
    p = points(pairs)
    if closed:
        p0, p1, p2, p3 = np.roll(p, 1, 0), p, np.roll(p, -1, 0), np.roll(p, -2, 0)
    else:
        padded = np.vstack([2 * p[0] - p[1], p, 2 * p[-1] - p[-2]])
        p0, p1, p2, p3 = padded[:-3], padded[1:-2], padded[2:-1], padded[3:]
    t = np.linspace(0, 1, n, endpoint=False)[None, :, None]
    a, b, c, d = (q[:, None, :] for q in (p0, p1, p2, p3))
    curve = 0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3)
    out = curve.reshape(-1, 2)
    return out if closed else np.vstack([out, p[-1:]])


def ellipse(cx: float, cy: float, rx: float, ry: float | None = None, start: float = 0, stop: float = 360, n: int = 72) -> Points:
    """Points of an ellipse or an arc; degrees clockwise from 3 o'clock."""
    a = np.radians(np.linspace(start, stop, n))
    return np.stack([cx + rx * np.cos(a), cy + (rx if ry is None else ry) * np.sin(a)], 1)


def rect(x: float, y: float, w: float, h: float, r: float = 0.0) -> Points:
    """A rectangle from its top left corner, with corners of radius r."""
    r = min(r, w / 2, h / 2)
    if r <= 0:
        return points([(x, y), (x + w, y), (x + w, y + h), (x, y + h)])
    corners = [(x + w - r, y + r, -90), (x + w - r, y + h - r, 0), (x + r, y + h - r, 90), (x + r, y + r, 180)]
    return np.vstack([ellipse(cx, cy, r, r, a, a + 90, 10) for cx, cy, a in corners])


def lathe(profile: Pairs, n: int = 10, sharp: bool = False) -> Points:
    """A symmetric outline from (half width, y) pairs, top to bottom."""
    right = points(profile) if sharp else smooth(profile, closed=False, n=n)
    left = right[::-1] * (-1, 1)
    return np.vstack([right, left])


def ribbon(pairs: Pairs, widths: Sequence[float], n: int = 12) -> Points:
    """A closed band along a smooth curve; `widths` are spread evenly along it."""
    line = smooth(pairs, closed=False, n=n)
    along = np.linspace(0, 1, len(line))
    half = np.interp(along, np.linspace(0, 1, len(widths)), widths)[:, None] / 2
    step = np.gradient(line, axis=0)
    normal = np.stack([-step[:, 1], step[:, 0]], 1) / np.maximum(1e-9, np.hypot(step[:, 0], step[:, 1]))[:, None]
    return np.vstack([line + normal * half, (line - normal * half)[::-1]])


def leaf(length: float, width: float, bend: float = 0.0, fullness: float = 0.42, n: int = 26) -> Points:
    """A leaf from its stem at the origin along -y; `bend` curves the midrib sideways, in lengths."""
    t = np.linspace(0, 1, n)
    half = width / 2 * np.sin(np.pi * t**fullness_power(fullness)) ** 1.1
    mid = np.stack([bend * length * t**2, -length * t], 1)
    step = np.gradient(mid, axis=0)
    normal = np.stack([-step[:, 1], step[:, 0]], 1) / np.hypot(step[:, 0], step[:, 1])[:, None]
    return np.vstack([mid + normal * half[:, None], (mid - normal * half[:, None])[::-1]])


def fullness_power(fullness: float) -> float:
    """Exponent that puts a leaf's widest place at `fullness` of its length."""
    return float(np.log(0.5) / np.log(fullness))


def midrib(length: float, bend: float, to: float = 0.92, n: int = 12) -> Points:
    t = np.linspace(0.02, to, n)
    return np.stack([bend * length * t**2, -length * t], 1)


def turn(p: Points, degrees: float, scale: float = 1.0, at: tuple[float, float] = (0, 0), flip: bool = False) -> Points:
    """Mirror, scale, rotate clockwise, then move."""
    q = p * ((-scale if flip else scale), scale)
    a = np.radians(degrees)
    c, s = float(np.cos(a)), float(np.sin(a))
    return np.stack([q[:, 0] * c - q[:, 1] * s + at[0], q[:, 0] * s + q[:, 1] * c + at[1]], 1)


def lowered(p: Points, by: float) -> Points:
    low: Points = p + np.array((0.0, by))
    return low


def wobble(p: Points, amount: float, rng: np.random.Generator, waves: int = 9) -> Points:
    """A hand's unsteadiness: a slow radial displacement that closes on itself."""
    t = np.linspace(0, 2 * np.pi, len(p))
    shift = np.zeros_like(p)
    for k in range(2, waves):
        phase = rng.random(2) * 2 * np.pi
        shift += np.stack([np.sin(k * t + phase[0]), np.sin(k * t + phase[1])], 1) / k
    return p + shift * amount
