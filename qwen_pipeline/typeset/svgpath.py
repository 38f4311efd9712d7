"""SVG path data to segments: M L H V C S Q T A Z, absolute and relative (SVG 2, chapter 9)."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

from .outline import Point, Segment, Segments, arc_curves

_TOKEN = re.compile(r"([MmLlHhVvCcSsQqTtAaZz])|([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)|([\s,]+)|(.)")
_COUNT = {"M": 2, "L": 2, "H": 1, "V": 1, "C": 6, "S": 4, "Q": 4, "T": 2, "A": 7, "Z": 0}


def parse(data: str) -> Segments:
    """Segments of path data, in its own units. Raises ValueError naming what cannot be read, as nothing is skipped."""
    walker = _Walker()
    for op, numbers in _commands(data):
        walker.step(op, numbers)
    return tuple(walker.out)


def _commands(data: str) -> Iterator[tuple[str, list[float]]]:
    """(command, its numbers), repeated commands spelled out: `M0 0 1 1` is a move and a line."""
    tokens = _tokens(data)
    op, at = "", 0
    while at < len(tokens):
        if tokens[at] in _LETTERS:
            op, at = tokens[at], at + 1
        elif op in ("", "Z", "z"):
            raise ValueError(f"path data: a command is wanted at {tokens[at]!r}")
        count = _COUNT[op.upper()]
        try:
            numbers = [float(t) for t in _arc_flags(tokens, at)] if op in "Aa" else [float(t) for t in tokens[at : at + count]]
        except ValueError:
            raise ValueError(f"path data: {op} wants {count} numbers") from None
        if len(numbers) < count:
            raise ValueError(f"path data: {op} wants {count} numbers")
        yield op, numbers
        at += count
        op = {"M": "L", "m": "l"}.get(op, op)


_LETTERS = frozenset("MmLlHhVvCcSsQqTtAaZz")


def _tokens(data: str) -> list[str]:
    out = []
    for match in _TOKEN.finditer(data):
        if match[4]:
            raise ValueError(f"path data: {match[4]!r} is no command or number")
        if not match[3]:
            out.append(match[0])
    return out


def _arc_flags(tokens: list[str], at: int) -> list[str]:
    """The seven numbers of an arc. Its two flags are single digits that may stand against what follows: `0 01.5` is 0 0 1.5."""
    for index in (at + 3, at + 4):
        if index < len(tokens) and tokens[index][0] in "01" and len(tokens[index]) > 1:
            tokens[index : index + 1] = [tokens[index][0], tokens[index][1:]]
    return tokens[at : at + 7]


class _Walker:
    """Follows the pen. `before` is the last control point and the kind of curve it belongs to, for S and T."""

    def __init__(self) -> None:
        self.out: list[Segment] = []
        self.at: Point = (0.0, 0.0)
        self.start: Point = (0.0, 0.0)
        self.before: tuple[str, Point] = ("", (0.0, 0.0))

    def step(self, op: str, n: list[float]) -> None:
        kind = op.upper()
        if not self.out and kind != "M":
            raise ValueError("path data: it must begin with M")
        points = self._points(op, n)
        before, self.before = self.before, ("", self.at)
        if kind == "Z":
            self.out.append(("Z",))
            self.at = self.start
            return
        if self.out and self.out[-1] == ("Z",) and kind != "M":
            self.out.append(("M", *self.at))
        if kind == "M":
            self.out.append(("M", *points[0]))
            self.start = points[0]
        elif kind in "LHV":
            self.out.append(("L", *points[0]))
        elif kind in "CS":
            first = points.pop(0) if kind == "C" else self._mirror("C", before)
            self._cubic(first, *points)
            self.before = ("C", points[0])
        elif kind in "QT":
            control = points.pop(0) if kind == "Q" else self._mirror("Q", before)
            self._quadratic(control, points[0])
            self.before = ("Q", control)
        else:
            self.out += endpoint_arc(self.at, points[0], (n[0], n[1]), n[2], large=n[3] != 0, clockwise=n[4] != 0)
        self.at = points[-1]

    def _points(self, op: str, n: list[float]) -> list[Point]:
        """The command's points, absolute."""
        x, y = self.at if op.islower() else (0.0, 0.0)
        kind = op.upper()
        if kind == "H":
            return [(n[0] + x, self.at[1])]
        if kind == "V":
            return [(self.at[0], n[0] + y)]
        pairs = n[5:] if kind == "A" else n
        return [(pairs[i] + x, pairs[i + 1] + y) for i in range(0, len(pairs), 2)]

    def _mirror(self, kind: str, before: tuple[str, Point]) -> Point:
        """The last control point mirrored at the pen, if the last command was of the same kind; else the pen."""
        if before[0] != kind:
            return self.at
        return (2 * self.at[0] - before[1][0], 2 * self.at[1] - before[1][1])

    def _cubic(self, first: Point, second: Point, end: Point) -> None:
        self.out.append(("C", *first, *second, *end))

    def _quadratic(self, control: Point, end: Point) -> None:
        """A quadratic raised to a cubic: its handles are two thirds of the way to the control point."""
        a, b = ((p[0] + 2 / 3 * (control[0] - p[0]), p[1] + 2 / 3 * (control[1] - p[1])) for p in (self.at, end))
        self._cubic(a, b, end)


def endpoint_arc(start: Point, end: Point, radii: Point, turn_deg: float, *, large: bool, clockwise: bool) -> Segments:
    """An elliptical arc between two points as cubics. SVG 2, B.2.4 and B.2.5 (end points to centre, radii too small)."""
    rx, ry = abs(radii[0]), abs(radii[1])
    if rx == 0 or ry == 0:
        return (("L", *end),)
    if start == end:
        return ()
    cos, sin = math.cos(math.radians(turn_deg)), math.sin(math.radians(turn_deg))
    hx, hy = (start[0] - end[0]) / 2, (start[1] - end[1]) / 2
    x, y = cos * hx + sin * hy, cos * hy - sin * hx
    grow = math.sqrt(max(1.0, (x / rx) ** 2 + (y / ry) ** 2))
    rx, ry = rx * grow, ry * grow
    spare = (rx * ry) ** 2 / ((rx * y) ** 2 + (ry * x) ** 2) - 1
    k = math.sqrt(max(0.0, spare)) * (-1 if large == clockwise else 1)
    cx, cy = k * rx * y / ry, -k * ry * x / rx
    begin = math.degrees(math.atan2((y - cy) / ry, (x - cx) / rx))
    sweep = math.degrees(math.atan2((-y - cy) / ry, (-x - cx) / rx)) - begin
    if clockwise and sweep < 0:
        sweep += 360
    if not clockwise and sweep > 0:
        sweep -= 360
    mx, my = (start[0] + end[0]) / 2, (start[1] + end[1]) / 2
    out: list[Segment] = []
    for op, *v in arc_curves((cx, cy), rx, ry, begin, sweep):
        pairs = [(float(v[i]), float(v[i + 1])) for i in (0, 2, 4)]
        out.append((op, *(c for px, py in pairs for c in (cos * px - sin * py + mx, sin * px + cos * py + my))))
    return tuple(out)
