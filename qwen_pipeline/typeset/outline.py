"""Outlines as path segments in points: rectangles, ellipses, polygons, arcs, ring slices; flattening and bounds."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence

from qwen_pipeline.types import Box

Segment = tuple[str | float, ...]
Segments = tuple[Segment, ...]
Point = tuple[float, float]

KAPPA = 4 / 3 * (math.sqrt(2) - 1)
"""Control distance of the cubic that draws a quarter circle; largest radial error 0.027 %."""


def rounded_rect(box: Box, radius_pt: float | tuple[float, float, float, float] = 0.0) -> Segments:
    """A rectangle with round corners: one radius, or four from the top left clockwise, each at most half a side."""
    corners = radius_pt if isinstance(radius_pt, tuple) else (radius_pt,) * 4
    limit = min(box.w_pt, box.h_pt) / 2
    tl, tr, br, bl = (min(max(r, 0.0), limit) for r in corners)
    x0, y0, x1, y1 = box.x_pt, box.y_pt, box.right_pt, box.bottom_pt
    out: list[Segment] = [("M", x0 + tl, y0), ("L", x1 - tr, y0)]
    _corner(out, (x1 - tr, y0), (x1, y0), (x1, y0 + tr))
    out.append(("L", x1, y1 - br))
    _corner(out, (x1, y1 - br), (x1, y1), (x1 - br, y1))
    out.append(("L", x0 + bl, y1))
    _corner(out, (x0 + bl, y1), (x0, y1), (x0, y1 - bl))
    out.append(("L", x0, y0 + tl))
    _corner(out, (x0, y0 + tl), (x0, y0), (x0 + tl, y0))
    out.append(("Z",))
    return tuple(out)


def _corner(out: list[Segment], start: Point, corner: Point, end: Point) -> None:
    """Append the quarter circle from `start` to `end` that `corner` would square off; nothing where the radius is 0."""
    if start == end:
        return
    x1, y1 = (s + KAPPA * (c - s) for s, c in zip(start, corner, strict=True))
    x2, y2 = (e + KAPPA * (c - e) for e, c in zip(end, corner, strict=True))
    out.append(("C", x1, y1, x2, y2, *end))


def ellipse(box: Box) -> Segments:
    """The ellipse that touches all four sides of `box`."""
    rx, ry = box.w_pt / 2, box.h_pt / 2
    cx, cy = box.x_pt + rx, box.y_pt + ry
    return (("M", cx + rx, cy), *arc_curves((cx, cy), rx, ry, 0.0, 360.0), ("Z",))


def polygon(points: Sequence[Point], *, closed: bool = True) -> Segments:
    """Straight lines through `points`."""
    head: list[Segment] = [("M", *points[0])]
    head += [("L", *p) for p in points[1:]]
    return (*head, ("Z",)) if closed else tuple(head)


def on_ellipse(centre: Point, rx: float, ry: float, angle_deg: float) -> Point:
    """The point at `angle_deg`, clockwise from three o'clock (y grows downwards)."""
    a = math.radians(angle_deg)
    return (centre[0] + rx * math.cos(a), centre[1] + ry * math.sin(a))


def arc_curves(centre: Point, rx: float, ry: float, start_deg: float, sweep_deg: float) -> Segments:
    """Cubics along an ellipse from `start_deg`, clockwise for a positive sweep; at most 90 degrees each. No leading "M"."""
    pieces = max(1, math.ceil(abs(sweep_deg) / 90 - 1e-9))
    step = math.radians(sweep_deg / pieces)
    handle = 4 / 3 * math.tan(step / 4)
    out: list[Segment] = []
    angle = math.radians(start_deg)
    for _ in range(pieces):
        c0, s0, c1, s1 = math.cos(angle), math.sin(angle), math.cos(angle + step), math.sin(angle + step)
        out.append((
            "C",
            centre[0] + rx * (c0 - handle * s0), centre[1] + ry * (s0 + handle * c0),
            centre[0] + rx * (c1 + handle * s1), centre[1] + ry * (s1 - handle * c1),
            centre[0] + rx * c1, centre[1] + ry * s1,
        ))  # fmt: skip
        angle += step
    return tuple(out)


def arc(centre: Point, rx: float, ry: float, start_deg: float, sweep_deg: float) -> Segments:
    """An open arc."""
    return (("M", *on_ellipse(centre, rx, ry, start_deg)), *arc_curves(centre, rx, ry, start_deg, sweep_deg))


def ring_slice(centre: Point, outer: float, inner: float, start_deg: float, sweep_deg: float) -> Segments:
    """A slice of a ring between two radii; a full turn makes a closed ring (two outlines in opposite directions)."""
    if sweep_deg >= 360 - 1e-6:
        out = (("M", *on_ellipse(centre, outer, outer, 0)), *arc_curves(centre, outer, outer, 0, 360), ("Z",))
        hole = (("M", *on_ellipse(centre, inner, inner, 0)), *arc_curves(centre, inner, inner, 0, -360), ("Z",))
        return (*out, *hole)
    end = start_deg + sweep_deg
    return (
        *arc(centre, outer, outer, start_deg, sweep_deg),
        ("L", *on_ellipse(centre, inner, inner, end)),
        *arc_curves(centre, inner, inner, end, -sweep_deg),
        ("Z",),
    )


def transform(segments: Iterable[Segment], move: Callable[[float, float], Point]) -> Segments:
    """`segments` with every point put through `move`."""
    out: list[Segment] = []
    for op, *numbers in segments:
        values = [float(n) for n in numbers]
        moved = [c for i in range(0, len(values), 2) for c in move(values[i], values[i + 1])]
        out.append((op, *moved))
    return tuple(out)


def bounds(segments: Iterable[Segment]) -> Box:
    """The box of all points, control points included (never smaller than the drawn outline). Raises ValueError if empty."""
    numbers = [float(n) for s in segments for n in s[1:]]
    xs, ys = numbers[0::2], numbers[1::2]
    return Box(min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys))


def flatten(segments: Iterable[Segment], steps: int = 12) -> list[list[Point]]:
    """Polylines, one a subpath; every cubic becomes `steps` chords."""
    out: list[list[Point]] = []
    for op, *numbers in segments:
        v = [float(n) for n in numbers]
        if op == "M":
            out.append([(v[0], v[1])])
        elif op == "L":
            out[-1].append((v[0], v[1]))
        elif op == "C":
            x0, y0 = out[-1][-1]
            out[-1] += [_cubic((x0, y0), v, i / steps) for i in range(1, steps + 1)]
        else:
            out[-1].append(out[-1][0])
    return out


def _cubic(start: Point, v: Sequence[float], t: float) -> Point:
    u = 1 - t
    a, b, c, d = u * u * u, 3 * u * u * t, 3 * u * t * t, t * t * t
    return (a * start[0] + b * v[0] + c * v[2] + d * v[4], a * start[1] + b * v[1] + c * v[3] + d * v[5])


def union(boxes: list[Box]) -> Box:
    """The smallest box round all of `boxes`."""
    left, top = min(b.x_pt for b in boxes), min(b.y_pt for b in boxes)
    right, bottom = max(b.right_pt for b in boxes), max(b.bottom_pt for b in boxes)
    return Box(left, top, round(right - left, 3), round(bottom - top, 3))
