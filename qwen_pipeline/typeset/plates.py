"""Plates behind words: rectangles, and the balloons of comics with their tails."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

from qwen_pipeline.types import Box, PathItem, Plate

from .outline import Point, Segments, ellipse, polygon, rounded_rect

_STEPS = 144
"""Points of a balloon's outline. At 300 pt across, a chord leaves the curve by less than 0.04 pt."""
_SQUARENESS = 2.7
"""Exponent of the superellipse |x/a|^n + |y/b|^n = 1: rounder than a rectangle, roomier than an ellipse (n = 2)."""
_TAIL_SHARE, _TAIL_MOST_SHARE = 0.2, 0.42
"""Width of a tail where it leaves the balloon, as a share of the balloon's shorter side; and at most, of the distance it goes."""
_TAIL_REACH = 1.15
"""How far a tail goes at most, as a multiple of the balloon's shorter side: from there on the eye goes by itself."""
_BUMP_PT, _BUMP_DEPTH = 3.2, 0.16
"""A cloud's bumps: how many times the padding each is wide, and how deep the notch between two, as a share of its width."""
_SPIKE = 0.3
"""How far a burst's spikes reach out, as a share of the balloon's shorter half axis."""
_BUBBLES = (0.34, 0.24, 0.15)
"""Diameters of the bubbles that lead from a thought to who thinks it, as shares of the balloon's shorter half axis."""


def plate_item(plate: Plate, box: Box) -> PathItem:
    """The plate round `box`, which is the words with the plate's padding."""
    segments = _outline(plate, box)
    return PathItem(segments, box, plate.fill, plate.stroke, plate.stroke_pt)


def _outline(plate: Plate, box: Box) -> Segments:
    if plate.shape == "rect":
        return polygon(tailed(_corners(box), box, plate.tail)) if plate.tail else rounded_rect(box, plate.radius_pt)
    points = balloon_points(plate, box)
    if plate.tail is None:
        return polygon(points)
    if plate.shape == "cloud":
        return (*polygon(points), *_bubbles(points, box, plate.tail))
    return polygon(tailed(points, box, plate.tail))


def _corners(box: Box) -> list[Point]:
    """A rectangle's outline as many points, clockwise from the right."""
    corners = [(box.right_pt, box.bottom_pt), (box.x_pt, box.bottom_pt), (box.x_pt, box.y_pt), (box.right_pt, box.y_pt)]
    out: list[Point] = []
    for (ax, ay), (bx, by) in pairwise((*corners, corners[0])):
        out += [(ax + (bx - ax) * t / 36, ay + (by - ay) * t / 36) for t in range(36)]
    return out


def balloon_points(plate: Plate, box: Box) -> list[Point]:
    """The outline of a balloon round `box` (whose corners lie just inside), clockwise from the right."""
    grow = 2 ** (1 / _SQUARENESS)
    inner_w, inner_h = box.w_pt - 2 * plate.padding_x_pt, box.h_pt - 2 * plate.padding_y_pt
    a = inner_w / 2 * grow + plate.padding_x_pt / 2
    b = inner_h / 2 * grow + plate.padding_y_pt / 2
    cx, cy = box.x_pt + box.w_pt / 2, box.y_pt + box.h_pt / 2
    smooth = [_superellipse(2 * math.pi * i / _STEPS, a, b) for i in range(_STEPS)]
    if plate.shape == "cloud":
        smooth = _bumps(smooth, plate.padding_y_pt or min(a, b) / 4)
    if plate.shape == "burst":
        smooth = _spikes(a, b)
    return [(cx + x, cy + y) for x, y in smooth]


def _superellipse(angle: float, a: float, b: float) -> Point:
    cos, sin, power = math.cos(angle), math.sin(angle), 2 / _SQUARENESS
    return math.copysign(a * abs(cos) ** power, cos), math.copysign(b * abs(sin) ** power, sin)


def _bumps(points: Sequence[Point], padding: float) -> list[Point]:
    """Round bumps of one width along an outline, each standing out between two notches."""
    lengths = [math.dist(p, q) for p, q in pairwise((*points, points[0]))]
    total = sum(lengths)
    count = max(7, round(total / (_BUMP_PT * padding)))
    deep = total / count * _BUMP_DEPTH
    out, at = [], 0.0
    for (x, y), step in zip(points, lengths, strict=True):
        rise = deep * (abs(math.sin(math.pi * count * at / total)) * 2 - 0.4)
        reach = math.hypot(x, y)
        out.append((x * (1 + rise / reach), y * (1 + rise / reach)))
        at += step
    return out


def _spikes(a: float, b: float) -> list[Point]:
    """A star of uneven spikes whose notches lie on the balloon. The lengths follow a fixed pattern, so that all runs agree."""
    count = max(12, min(26, round(2 * math.pi * math.sqrt(a * b) / (0.42 * min(a, b)))))
    out: list[Point] = []
    for i in range(2 * count):
        x, y = _superellipse(math.pi * i / count, a, b)
        reach = 1 + (_SPIKE * min(a, b) * (0.65 + 0.35 * math.sin(2.4 * i)) / math.hypot(x, y) if i % 2 else 0.0)
        out.append((x * reach, y * reach))
    return out


def tailed(points: Sequence[Point], box: Box, towards: Point) -> list[Point]:
    """An outline with a tail that goes `towards` a point, and no further than the eye needs. A point inside needs no tail."""
    root, tip, away = _way(points, box, towards)
    if away <= 0:
        return list(points)
    width = min(_TAIL_SHARE * min(box.w_pt, box.h_pt) + 2, _TAIL_MOST_SHARE * away + 1)
    first = last = root
    while math.dist(points[first % len(points)], points[root]) < width / 2 and root - first < len(points) // 4:
        first -= 1
    while math.dist(points[last % len(points)], points[root]) < width / 2 and last - root < len(points) // 4:
        last += 1
    kept = [points[i % len(points)] for i in range(last, first + len(points) + 1)]
    return [*kept, tip]


def _way(points: Sequence[Point], box: Box, towards: Point) -> tuple[int, Point, float]:
    """Where a tail leaves the outline (an index), where it ends, and how long it is; 0 or less where the point lies inside."""
    cx, cy = box.x_pt + box.w_pt / 2, box.y_pt + box.h_pt / 2
    root = min(range(len(points)), key=lambda i: _off_ray(points[i], (cx, cy), towards))
    edge, whole = math.dist(points[root], (cx, cy)), math.dist(towards, (cx, cy))
    away = min(whole - edge, _TAIL_REACH * min(box.w_pt, box.h_pt))
    share = (edge + away) / whole if whole else 0.0
    return root, (cx + (towards[0] - cx) * share, cy + (towards[1] - cy) * share), away


def _off_ray(point: Point, center: Point, tip: Point) -> float:
    """The angle between the directions from `center` to `point` and to `tip`."""
    a = math.atan2(point[1] - center[1], point[0] - center[0]) - math.atan2(tip[1] - center[1], tip[0] - center[0])
    return abs(math.remainder(a, 2 * math.pi))


def _bubbles(points: Sequence[Point], box: Box, towards: Point) -> Segments:
    """Smaller and smaller bubbles on the way to a point."""
    root, (tx, ty), away = _way(points, box, towards)
    (ex, ey), side = points[root], min(box.w_pt, box.h_pt) / 2
    out: list[tuple[str | float, ...]] = []
    for n, share in enumerate(_BUBBLES if away > 0 else ()):
        d, at = max(share * side, 2.0), (n + 0.6) / len(_BUBBLES)
        out += ellipse(Box(ex + (tx - ex) * at - d / 2, ey + (ty - ey) * at - d / 2, d, d))
    return tuple(out)
