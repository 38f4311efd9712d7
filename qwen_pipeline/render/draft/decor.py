"""Small things that several styles share: clouds, birds, leaves in free corners, a table, rain, the clearing for words."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from qwen_pipeline.dataclass import dataclass

from .canvas import Canvas, Mask
from .fields import Floats, Rng, as_mask, pick
from .motifs import MOTIFS, Motif
from .palette import RGB, shift
from .paths import points, rect
from .room import Rect
from .stage import Stage
from .terrain import Layer

Pen = Callable[[Canvas, Motif, Rng], None]


def contour(stage: Stage, reach: float, sway: float = 0.03) -> Mask:
    """Coverage of everything within `reach` short sides of the calm areas, with a slow swing in its outline."""
    f = 4
    nx, ny = max(32, stage.w // f), max(32, stage.h // f)
    shrink = 4 * max(1, max(nx, ny) // 360)
    gx, gy = nx // shrink + 2, ny // shrink + 2
    sd = stage.room.distance(gx, gy)
    rng = stage.rng(850)
    x = np.linspace(0, stage.w / stage.u, gx)[None, :]
    y = np.linspace(0, stage.h / stage.u, gy)[:, None]
    a, b, c = rng.random(3) * 6.283
    wave = np.sin(x * 4.4 + y * 1.6 + a) + np.sin(y * 4.4 - x * 1.3 + b) + 0.25 * np.sin((x + y) * 8.1 + c)
    sway *= 0.25 if stage.room.crowded else 1
    field = sd - reach - sway * wave * np.clip(sd / 0.04, 0, 1)
    field = _without_islands(field)
    fine = np.asarray(Image.fromarray(field.astype(np.float32)).resize((nx, ny), Image.Resampling.BICUBIC), np.float64)
    edge = f / stage.u
    soft = as_mask(0.5 - fine / edge * 0.5, stage.w, stage.h)
    return Mask(0, 0, soft.point([min(255, max(0, round((v - 128) * 2.2 + 128))) for v in range(256)]))


def _without_islands(field: Floats, least: float = 0.05) -> Floats:
    """The field with every positive region smaller than `least` of the picture filled up: no holes among the words."""
    open_water = Image.fromarray((field > 0).astype(np.uint8) * 255)
    found = 0
    while True:
        cells = np.argwhere(np.asarray(open_water) == 255)
        if not len(cells) or found == 250:
            break
        found += 1
        ImageDraw.floodfill(open_water, (int(cells[0, 1]), int(cells[0, 0])), found)
    labels = np.asarray(open_water)
    small = [k for k in range(1, found + 1) if (labels == k).mean() < least]
    if len(small) == found:
        return field
    main = Image.fromarray(((labels != 0) & ~np.isin(labels, small)).astype(np.uint8) * 255)
    near = np.asarray(main.filter(ImageFilter.MaxFilter(5))) > 0
    return np.where(near, field, np.minimum(field, -0.08))


def clouds(canvas: Canvas, stage: Stage, color: RGB, n: int = 6) -> None:
    """Long flat clouds of rounded bars."""
    rng = stage.rng(851)
    top = stage.room.horizon() * stage.h
    for _ in range(n):
        w = stage.u * pick(rng, 0.14, 0.34)
        x, y = stage.w * pick(rng, -0.05, 0.95), top * pick(rng, 0.08, 0.72)
        t = w * 0.085
        if min(stage.room.at(x - w * 0.1, y), stage.room.at(x + w * 0.5, y), stage.room.at(x + w, y)) < 0.06:
            continue
        bars = [rect(x, y, w, t, t), rect(x + w * 0.22, y - t * 0.98, w * 0.55, t * 1.02, t),
            rect(x - w * 0.16, y + t * 0.96, w * 0.6, t, t)]
        canvas.paint(canvas.shape(bars), color)


def birds(canvas: Canvas, stage: Stage, color: RGB, n: int = 6) -> None:
    rng = stage.rng(852)
    area = stage.hero_rect()
    bx, by = area.x + area.w * pick(rng, 0.12, 0.7), area.y + area.h * pick(rng, 0.08, 0.22)
    for i in range(n):
        s = stage.u * pick(rng, 0.008, 0.014)
        if stage.room.at(bx, by) < 0.04:
            return
        x, y = bx + (i * 2.3 + pick(rng, -0.6, 0.6)) * s, by - (i % 4) * s * 1.2
        wing = points([(x - s, y - s * 0.42), (x - s * 0.45, y - s * 0.55), (x, y), (x + s * 0.45, y - s * 0.55),
            (x + s, y - s * 0.42)])
        canvas.paint(canvas.stroke([wing], s * 0.22), color)


def foliage(canvas: Canvas, stage: Stage, names: tuple[str, ...], pen: Pen, size: float = 0.34, most: int = 2) -> None:
    """Leaves reach in from the corners that carry no words."""
    rng = stage.rng(853)
    corners = [(0.0, 0.0, 135.0), (1.0, 0.0, 225.0), (0.0, 1.0, 42.0), (1.0, 1.0, -42.0)]
    scored = []
    for cx, cy, angle in corners:
        x, y = stage.w * cx + (0.5 - cx) * stage.u * 0.36, stage.h * cy + (0.5 - cy) * stage.u * 0.36
        scored.append((min(stage.room.at(x, y), 0.5) + 0.12 * rng.random(), cx, cy, angle))
    for room, cx, cy, angle in sorted(scored, reverse=True)[:most]:
        if room < 0.10:
            continue
        length = stage.u * size * min(1.0, 0.4 + room * 1.6)
        for spread in (-26, 22, -2):
            name = names[int(rng.random() * len(names))]
            at = (cx * stage.w + (0.5 - cx) * -stage.u * 0.06, cy * stage.h + (0.5 - cy) * -stage.u * 0.06)
            pen(canvas, MOTIFS[name](rng).placed(*at, length * pick(rng, 0.85, 1.1), angle + spread + pick(rng, -6, 6)), rng)


def table(canvas: Canvas, stage: Stage, area: Rect, color: RGB) -> None:
    """A round table top under the hero."""
    y = area.bottom - area.h * 0.115
    a = np.linspace(0, 2 * np.pi, 120)
    rx, ry = area.w * 0.52, area.h * 0.075
    for dy, c in ((ry * 0.34, shift(color, -0.16)), (0.0, color)):
        canvas.paint(canvas.shape([np.stack([area.cx + rx * np.cos(a), y + dy + ry * np.sin(a)], 1)]), c)
    canvas.paint(canvas.halo(area.cx, y, rx * 0.75, ry * 0.7), shift(color, -0.14), 0.8)


def weather(canvas: Canvas, stage: Stage) -> None:
    """Rain or snow, where the subject has it."""
    rng = stage.rng(854)
    if stage.subject.has("rain"):
        slant = stage.u * 0.014 * stage.light
        drops = []
        for _ in range(130):
            x, y, s = stage.w * rng.random(), stage.h * rng.random(), pick(rng, 0.5, 1.3)
            drops.append(points([(x, y), (x + slant * s, y + stage.u * 0.045 * s)]))
        canvas.paint(canvas.stroke(drops, stage.u * 0.0022), (255, 255, 255), 0.5)
    if stage.subject.has("snow"):
        for _ in range(150):
            x, y, r = stage.w * rng.random(), stage.h * rng.random(), stage.u * pick(rng, 0.002, 0.007)
            canvas.paint(canvas.halo(x, y, r * 1.6), (255, 255, 255), 0.9)


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a thing stands in a landscape: on the layer with index `after`, its foot at (x, y), `size` px high."""

    after: int
    x: float
    y: float
    size: float


def scenic_spot(stage: Stage, layers: Sequence[Layer], part: float = 0.60) -> Spot | None:
    """The best place for a hero that belongs into the landscape, where no nearer layer hides it; None if there is none."""
    if not stage.subject.hero or not stage.scenic:
        return None
    area = stage.hero_rect()
    size = min(area.w * 0.62, area.h * part, stage.u * (0.40 if stage.subject.hero in ("boat", "bird", "sails") else 0.52))
    if size < stage.u * 0.08:
        return None
    x = area.cx + area.w * pick(stage.rng(855), -0.10, 0.10)
    afloat = stage.subject.hero in ("boat", "sails", "bridge")
    want = area.y + area.h * (0.42 if stage.subject.hero == "bird" else 0.84)
    best, after = 1e9, len(layers) - 1
    for i, layer in enumerate(layers):
        if layer.kind == "road" or (afloat and layer.kind != "water"):
            continue
        miss = abs(layer.height_at(x) - want)
        if miss < best:
            best, after = miss, i
    top = layers[after].height_at(x)
    hidden = layers[after + 1].height_at(x) if after + 1 < len(layers) else stage.h * 1.0
    y = want if stage.subject.hero == "bird" else min(hidden - size * 0.01, top + max(stage.u * 0.05,
        (want - top) * 0.6)) if afloat else top + size * 0.015
    y = min(y, area.bottom - stage.u * 0.045)
    return Spot(len(layers) - 1 if stage.subject.hero == "bird" else after, x, y, size)


def sun_spot(stage: Stage, layers: Sequence[Layer], r: float) -> tuple[float, float]:
    """Where a sun of radius r shows: where the sky reaches lowest in the free part, a little sunk behind the land."""
    area, rng = stage.hero_rect(), stage.rng(857)
    best, place = -1e9, (area.cx, area.y + r)
    for at in np.linspace(0.24, 0.76, 7):
        x = area.x + area.w * (float(at) + pick(rng, -0.03, 0.03))
        skyline = min((layer.height_at(x) for layer in layers if layer.kind != "road"), default=area.cy)
        y = max(area.y + min(r * 1.15, area.h * 0.4), skyline - r * pick(rng, 0.25, 0.6))
        shown = skyline - (y - r) + r * 0.8 * rng.random() - abs(float(at) - 0.5) * r
        if shown > best:
            best, place = shown, (x, y)
    return place


def frame_opening(stage: Stage, inset: float) -> Mask:
    """A sheet with a softly irregular opening, `inset` short sides from the edges."""
    rng = stage.rng(856)
    a = np.linspace(0, 2 * np.pi, 240)
    swing = sum(np.sin(k * a + rng.random() * 6.283) / k for k in (2, 3, 5, 7)) * 0.018 * stage.u
    power = 5.0
    c, s = np.cos(a), np.sin(a)
    r = (np.abs(c) ** power + np.abs(s) ** power) ** (-1 / power)
    rx, ry = stage.w / 2 - inset * stage.u, stage.h / 2 - inset * stage.u
    hole = np.stack([stage.w / 2 + c * r * (rx + swing), stage.h / 2 + s * r * (ry + swing)], 1)
    pad = 40
    outer = rect(-pad, -pad, stage.w + 2 * pad, stage.h + 2 * pad)
    return Canvas(stage.w, stage.h, (0, 0, 0)).shape([outer], [hole], pad=pad)
