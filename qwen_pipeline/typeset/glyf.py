"""Outlines with cubic curves (CFF, CFF2) as TrueType's quadratic ones, which is what reportlab can embed."""

from __future__ import annotations

import math
import struct
from collections.abc import Mapping
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
    bend = math.hypot(p3[0] - 3 * p2[0] + 3 * p1[0] - p0[0], p3[1] - 3 * p2[1] + 3 * p1[1] - p0[1])
    n = max(1, math.ceil((math.sqrt(3) / 36 * bend / tolerance) ** (1 / 3)))
    out: Contour = []
    for i in range(n):
        a, d = i / n, (i + 1) / n
        start, end = _at(p0, p1, p2, p3, a), _at(p0, p1, p2, p3, d)
        third = (d - a) / 3
        u, v = _slope(p0, p1, p2, p3, a), _slope(p0, p1, p2, p3, d)
        control = [(3 * (s + k * third + e - m * third) - s - e) / 4 for s, e, k, m in zip(start, end, u, v, strict=True)]
        out += [(control[0], control[1], False), (end[0], end[1], True)]
    return out


def _at(p0: Point, p1: Point, p2: Point, p3: Point, t: float) -> Point:
    a, b, c, d = (1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3
    return (a * p0[0] + b * p1[0] + c * p2[0] + d * p3[0], a * p0[1] + b * p1[1] + c * p2[1] + d * p3[1])


def _slope(p0: Point, p1: Point, p2: Point, p3: Point, t: float) -> Point:
    a, b, c = 3 * (1 - t) ** 2, 6 * t * (1 - t), 3 * t * t
    x, y = (a * (p1[k] - p0[k]) + b * (p2[k] - p1[k]) + c * (p3[k] - p2[k]) for k in (0, 1))
    return (x, y)


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
    turned = [[c[0], *reversed(c[1:])] for c in contours]
    xy = np.rint(np.asarray([(x, y) for c in turned for x, y, _ in c])).astype(np.int32)
    flags = bytes(int(on) for c in turned for _, _, on in c)
    ends = np.cumsum([len(c) for c in turned]) - 1
    low, high = xy.min(axis=0), xy.max(axis=0)
    deltas = np.diff(xy, axis=0, prepend=np.zeros((1, 2), np.int32)).astype(">i2")
    data = struct.pack(">5h", len(turned), low[0], low[1], high[0], high[1])
    data += bytes(ends.astype(">u2").tobytes()) + b"\0\0" + flags + deltas[:, 0].tobytes() + deltas[:, 1].tobytes()
    return data + b"\0" * (-len(data) % 4)
