"""Outlines with cubic curves (CFF, CFF2) as TrueType's quadratic ones, which is what reportlab can embed."""

from __future__ import annotations

import math
import struct
from collections.abc import Mapping
from itertools import accumulate, pairwise
from typing import Any

import numpy as np
import uharfbuzz as hb

TOLERANCE_EM = 0.0005
"""Largest distance between a cubic and its quadratics: half a unit of a 1000 unit em."""

Point = tuple[float, float]
Contour = list[tuple[float, float, bool]]
"""(x, y, on the curve)."""

_DROPPED = ("CFF ", "CFF2", "VORG", "STAT", "fvar", "avar", "HVAR", "MVAR", "VVAR", "cvar")


class _Outline:
    """Collects the contours of a glyph from HarfBuzz's drawing calls."""

    def __init__(self, tolerance: float) -> None:
        self.contours: list[Contour] = []
        self._tolerance = tolerance
        self._at: Point = (0.0, 0.0)

    def move_to(self, x: float, y: float, _: Any = None) -> None:
        self.contours.append([(x, y, True)])
        self._at = (x, y)

    def line_to(self, x: float, y: float, _: Any = None) -> None:
        self.contours[-1].append((x, y, True))
        self._at = (x, y)

    def cubic_to(self, x1: float, y1: float, x2: float, y2: float, x: float, y: float, _: Any = None) -> None:
        self.contours[-1] += quadratics(self._at, (x1, y1), (x2, y2), (x, y), self._tolerance)
        self._at = (x, y)

    def quadratic_to(self, x1: float, y1: float, x: float, y: float, _: Any = None) -> None:
        self.contours[-1] += [(x1, y1, False), (x, y, True)]
        self._at = (x, y)

    def close_path(self, _: Any = None) -> None:
        contour = self.contours[-1]
        if len(contour) > 1 and contour[-1] == contour[0]:
            contour.pop()


def quadratics(p0: Point, p1: Point, p2: Point, p3: Point, tolerance: float) -> Contour:
    """Points of quadratics that follow the cubic p0 p1 p2 p3 within `tolerance`, without p0.

    The cubic is cut at equal parameters; each piece's control point is (3 (b + c) - a - d) / 4. The error of n pieces is
    sqrt(3) / 36 |p3 - 3 p2 + 3 p1 - p0| / n^3 (Sederberg, Computer Aided Geometric Design, on degree reduction).
    """
    (x0, y0), (x1, y1), (x2, y2), (x3, y3) = p0, p1, p2, p3
    ax, bx, cx = x3 - x0 + 3 * (x1 - x2), 3 * (x0 - 2 * x1 + x2), 3 * (x1 - x0)
    ay, by, cy = y3 - y0 + 3 * (y1 - y2), 3 * (y0 - 2 * y1 + y2), 3 * (y1 - y0)
    n = max(1, math.ceil((math.sqrt(3) / 36 * math.hypot(ax, ay) / tolerance) ** (1 / 3)))
    out: Contour = []
    quarter, x, y, dx, dy = 0.25 / n, x0, y0, cx, cy
    for i in range(1, n + 1):
        t = i / n
        ex, ey = ((ax * t + bx) * t + cx) * t + x0, ((ay * t + by) * t + cy) * t + y0
        fx, fy = (3 * ax * t + 2 * bx) * t + cx, (3 * ay * t + 2 * by) * t + cy
        # By Hermite's form 3 (b + c) - a - d = 2 (a + d) + (slope at a - slope at d) / n
        out.append(((x + ex) / 2 + quarter * (dx - fx), (y + ey) / 2 + quarter * (dy - fy), False))
        out.append((ex, ey, True))
        x, y, dx, dy = ex, ey, fx, fy
    return out


def with_quadratic_outlines(face: hb.Face, tables: Mapping[str, bytes]) -> dict[str, bytes]:
    """`tables` of `face` with `glyf` and `loca` in place of its cubic outlines; glyph ids stay as they are."""
    font = hb.Font(face)
    funcs = _draw_funcs()
    glyphs, offsets, at, points, contours = [], [0], 0, 0, 0
    for gid in range(face.glyph_count):
        outline = _Outline(TOLERANCE_EM * face.upem)
        font.draw_glyph(gid, funcs, outline)
        kept = [c for c in outline.contours if len(c) > 1]
        data = _simple_glyph(kept)
        points, contours = max(points, sum(map(len, kept))), max(contours, len(kept))
        glyphs.append(data)
        at += len(data)
        offsets.append(at)
    out = {tag: table for tag, table in tables.items() if tag not in _DROPPED}
    out["glyf"] = b"".join(glyphs)
    out["loca"] = np.asarray(offsets, ">u4").tobytes()
    long_loca = struct.pack(">h", 1)
    out["head"] = tables["head"][:50] + long_loca + tables["head"][52:]
    out["maxp"] = struct.pack(">L14H", 0x00010000, face.glyph_count, points, contours, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0)
    out["post"] = struct.pack(">L", 0x00030000) + tables["post"][4:32]
    return out


def _draw_funcs() -> hb.DrawFuncs:
    funcs = hb.DrawFuncs()
    funcs.set_move_to_func(lambda x, y, o: o.move_to(x, y))
    funcs.set_line_to_func(lambda x, y, o: o.line_to(x, y))
    funcs.set_cubic_to_func(lambda x1, y1, x2, y2, x, y, o: o.cubic_to(x1, y1, x2, y2, x, y))
    funcs.set_quadratic_to_func(lambda x1, y1, x, y, o: o.quadratic_to(x1, y1, x, y))
    funcs.set_close_path_func(lambda o: o.close_path())
    return funcs


def _simple_glyph(contours: list[Contour]) -> bytes:
    """A simple glyph, every coordinate a word (OpenType 1.9, "glyf"). PostScript's contours turn the other way."""
    if not contours:
        return b""
    points = [point for c in contours for point in (c[0], *c[:0:-1])]
    xs, ys = [round(x) for x, _, _ in points], [round(y) for _, y, _ in points]
    ends = [end - 1 for end in accumulate(map(len, contours))]
    moves = [b - a for values in (xs, ys) for a, b in pairwise((0, *values))]
    data = struct.pack(f">5h{len(ends)}HH", len(ends), min(xs), min(ys), max(xs), max(ys), *ends, 0)
    data += bytes([on for _, _, on in points]) + struct.pack(f">{len(moves)}h", *moves)
    return data + b"\0" * (-len(data) % 4)
