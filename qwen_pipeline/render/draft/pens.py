"""Manners of painting a motif. Each takes a motif in px and a skin, and paints its parts in order."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageChops, ImageFilter

from .canvas import Canvas, Mask, Ramp, down
from .fields import Rng, as_mask, fbm
from .motifs import Motif, Shape
from .palette import RGB, lightness, mix, shift, tone
from .paths import wobble
from .stage import Skin

Floats = npt.NDArray[np.float64]


def mask_of(canvas: Canvas, shape: Shape, pad: float = 0) -> Mask:
    if shape.form == "line":
        return canvas.stroke(shape.rings, max(1.0, shape.width))
    return canvas.shape(shape.rings, shape.holes, pad)


def whole(canvas: Canvas, motif: Motif) -> Mask:
    """The silhouette of all parts together."""
    masks = [mask_of(canvas, s) for s in motif.shapes]
    x0, y0 = min(m.x for m in masks), min(m.y for m in masks)
    x1, y1 = max(m.box[2] for m in masks), max(m.box[3] for m in masks)
    image = Image.new("L", (x1 - x0, y1 - y0), 0)
    for m in masks:
        image.paste(255, (m.x - x0, m.y - y0), m.image)
    return Mask(x0, y0, image)


def across(mask: Mask, f: int = 4) -> tuple[Floats, Floats]:
    """(u, v) of every pixel at 1/f of the size: -1..1 between the mask's left and right in its row, top and bottom in
    its column. Rounds anything that is convex, like a solid of revolution."""
    small = mask.image.reduce(f) if f > 1 and min(mask.image.size) >= 16 else mask.image
    cover = np.asarray(small, np.float64) / 255
    return _between(cover), _between(cover.T).T


def _between(cover: Floats) -> Floats:
    """-1..1 across each row, from its covered width and its centre of mass: exact to a fraction of a pixel."""
    x = np.arange(cover.shape[1]) + 0.5
    width = cover.sum(1)
    middle = np.where(width > 0, cover @ x / np.maximum(width, 1e-9), cover.shape[1] / 2)
    within: Floats = np.clip((x[None, :] - middle[:, None]) / np.maximum(1.0, width / 2)[:, None], -1, 1)
    return within


def _layer(mask: Mask, strength: Floats) -> Mask:
    return Mask(mask.x, mask.y, ImageChops.multiply(mask.image, as_mask(strength, *mask.image.size)))


def studio(canvas: Canvas, motif: Motif, skin: Skin, light: int, bounce: RGB) -> None:
    """Turned solids under a soft box: a broad light, a highlight, a core shadow, light back from the surface."""
    for shape in motif.shapes:
        mask = mask_of(canvas, shape)
        color = skin(shape.role, shape.tone)
        if shape.form == "line" or shape.form == "flat":
            top, bottom = mask.y, mask.box[3]
            canvas.paint(mask, down(top, bottom, shift(color, 0.025), shift(color, -0.035)), 0.72 if shape.role == "glass" else 1)
            continue
        if shape.form == "tube":
            _tube(canvas, mask, color, light)
            continue
        u, v = across(mask)
        u = u * light  # 1 is towards the light
        ball = shape.form == "ball"
        ny = v * 0.85 if ball else v * 0.12
        nz = np.sqrt(np.maximum(0.0, 1 - np.minimum(1.0, u * u + ny * ny)))
        lambert = np.clip(u * 0.58 - ny * 0.52 + nz * 0.62, 0, 1)
        rim = np.clip((-u - 0.80) / 0.2, 0, 1) ** 1.4
        canvas.paint(mask, shift(color, -0.03))
        canvas.paint(_layer(mask, np.clip((lambert - 0.55) * 1.5, 0, 1)), shift(color, 0.13), 0.85)
        canvas.paint(_layer(mask, np.clip((0.50 - lambert) * 1.9, 0, 1)), tone(shift(color, -0.24), _low(color), 0.9), 0.9)
        canvas.paint(_layer(mask, rim * 0.8), mix(shift(color, 0.10), bounce, 0.5), 0.55)
        if ball:
            spot = np.exp(-(((u - 0.44) / 0.20) ** 2 + ((v + 0.46) / 0.15) ** 2) * 1.2)
            canvas.paint(_layer(mask, spot), (255, 255, 255), 0.62)
            canvas.paint(_layer(mask, np.clip((v - 0.55) * 1.6, 0, 1)), bounce, 0.30)
        else:
            strip = np.exp(-(((u - 0.58) / 0.085) ** 2)) + 0.28 * np.exp(-(((u - 0.30) / 0.16) ** 2))
            canvas.paint(_layer(mask, np.clip(strip, 0, 1)), (255, 255, 255), 0.50 if shape.role != "pale" else 0.3)


def _tube(canvas: Canvas, mask: Mask, color: RGB, light: int) -> None:
    """A bent rod: the side towards the light is bright, the other dark, all along it."""
    thick = max(2.0, 0.09 * min(mask.image.size))
    soft = mask.image.filter(ImageFilter.GaussianBlur(thick * 0.55))
    body = Mask(mask.x, mask.y, soft)
    canvas.paint(mask, shift(color, -0.02))
    step = thick * 0.75
    canvas.paint(mask.without(body.moved(light * step, -step)), shift(color, -0.20), 0.85)
    canvas.paint(mask.without(body.moved(-light * step, step)), shift(color, 0.17), 0.75)


def _low(color: RGB) -> float:
    return max(0.10, round(lightness(color) - 0.27, 4))


def contact(canvas: Canvas, motif: Motif, color: RGB, light: int, strength: float = 1.0) -> None:
    """The shadow a thing throws on its ground: dark and narrow where it touches, long and soft away from the light."""
    x0, _, x1, y1 = motif.box()
    w = x1 - x0
    cx = (x0 + x1) / 2
    canvas.blend(canvas.halo(cx - light * w * 0.34, y1 + w * 0.015, w * 0.95, w * 0.16),
        color, ImageChops.multiply, 0.50 * strength)
    canvas.blend(canvas.halo(cx - light * w * 0.10, y1, w * 0.62, w * 0.085), color, ImageChops.multiply, 0.75 * strength)
    canvas.blend(canvas.halo(cx, y1 - w * 0.004, w * 0.46, w * 0.035), color, ImageChops.multiply, 0.9 * strength)


def stippled(mask: Mask, strength: Floats, rng: Rng, dot: int) -> Mask:
    """A grainy gradient: dots of `dot` px, as dense as `strength` (0..1)."""
    w, h = mask.image.size
    field = np.asarray(as_mask(strength, max(1, w // dot), max(1, h // dot)), np.float64) / 255
    dots = Image.fromarray(((rng.random(field.shape) < field) * 255).astype(np.uint8)).resize((w, h), Image.Resampling.BILINEAR)
    return Mask(mask.x, mask.y, ImageChops.multiply(mask.image, dots))


def flat(canvas: Canvas, motif: Motif, skin: Skin, light: int, rng: Rng) -> None:
    """Flat shapes with grain on the side away from the light."""
    dot = max(1, round(canvas.u / 700))
    for shape in motif.shapes:
        mask = mask_of(canvas, shape)
        color = skin(shape.role, shape.tone)
        canvas.paint(mask, color, 0.8 if shape.role == "glass" else 1)
        if shape.form in ("round", "ball"):
            u, v = across(mask)
            dark = np.clip((-u * light - 0.05) * 0.95 + (np.clip(v, 0, 1) * 0.35 if shape.form == "ball" else 0), 0, 0.92)
            canvas.paint(stippled(mask, dark, rng, dot), shift(color, -0.15))
            lit = np.clip((u * light - 0.35) * 0.8, 0, 0.6)
            canvas.paint(stippled(mask, lit, rng, dot), shift(color, 0.10))


def cut(canvas: Canvas, motif: Motif, skin: Skin, light: int, lift: float) -> None:
    """Pieces of paper laid on one another: each with a cut edge that catches light and a soft shadow."""
    for shape in motif.shapes:
        mask = mask_of(canvas, shape)
        color = skin(shape.role, shape.tone)
        if shape.form != "line":
            canvas.shadow(mask, -light * lift * 0.5, lift * 0.7, lift * 0.7, (60, 50, 55), 0.45)
        canvas.paint(mask, shift(color, 0.10))
        edge = max(1, round(lift * 0.10))
        canvas.paint(mask.inside(mask.moved(-light * edge, edge)), color)


def wash(canvas: Canvas, motif: Motif, skin: Skin, rng: Rng, tooth: Image.Image, ground: RGB) -> None:
    """Brushwork: uneven outlines, pigment that pools at the edges and thins out within."""
    for shape in motif.shapes:
        size = max(float(np.ptp(np.vstack(shape.rings), 0).max()), 1.0)
        rings = tuple(wobble(r, size * 0.006, rng) for r in shape.rings)
        mask = canvas.stroke(rings, max(1.2, shape.width)) if shape.form == "line" else canvas.shape(rings)
        color = skin(shape.role, shape.tone)
        if shape.form == "line":
            canvas.paint(mask.times(tooth), color, 0.85)
            continue
        canvas.paint(mask, ground, 0.85)
        canvas.paint(mask.times(tooth), color, 0.86)
        inner = Mask(mask.x, mask.y, mask.image.filter(ImageFilter.GaussianBlur(max(1.0, size * 0.03))))
        pool = mask.without(inner)
        canvas.blend(pool, shift(color, -0.10), ImageChops.multiply, 0.65)
        if shape.form in ("round", "ball"):
            u, v = across(mask)
            canvas.paint(_layer(mask, np.clip(0.75 - np.hypot(u + 0.35, v + 0.25), 0, 1)), shift(color, 0.30), 0.75)


def lines(canvas: Canvas, motif: Motif, color: RGB, width: float, body: RGB | None = None, hatch: bool = True) -> None:
    """A drawing in lines; `body` fills the parts so that those behind are hidden."""
    for shape in motif.shapes:
        if shape.form == "line":
            canvas.paint(canvas.stroke(shape.rings, max(width * 0.6, 1)), color, 0.85)
            continue
        mask = canvas.shape(shape.rings, shape.holes)
        if body is not None:
            canvas.paint(mask, body)
        if hatch and shape.form in ("round", "ball"):
            u, v = across(mask)
            shade = np.clip((u - 0.15) * 0.9 + np.clip(v, 0, 1) * 0.25, 0, 1)
            canvas.paint(_layer(mask, shade).times(_hatching(canvas.w, canvas.h, width)), color, 0.8)
        canvas.paint(canvas.stroke([*shape.rings, *shape.holes], width, closed=True), color)


@lru_cache(maxsize=2)
def _hatching(w: int, h: int, width: float) -> Image.Image:
    """Parallel diagonal lines over w x h px."""
    pitch = max(5, round(width * 3.2))
    n = pitch * 16
    phase = (np.arange(n)[:, None] + np.arange(n)[None, :]) % pitch
    tile = np.clip((width * 0.75 - np.abs(phase - pitch / 2)) * 200, 0, 255).astype(np.uint8)
    return Image.fromarray(np.ascontiguousarray(np.tile(tile, (-(-h // n), -(-w // n)))[:h, :w]))


def bold(canvas: Canvas, motif: Motif, skin: Skin, outline: RGB, width: float, light: int) -> None:
    """Poster print: a strong dark outline, flat colour, one hard shade and one hard light."""
    for shape in motif.shapes:
        if shape.form != "line":
            canvas.paint(canvas.stroke([*shape.rings, *shape.holes], width * 2, closed=True), outline)
    for shape in motif.shapes:
        mask = mask_of(canvas, shape)
        if shape.form == "line":
            canvas.paint(mask, outline if shape.role == "detail" else skin(shape.role, shape.tone))
            continue
        color = skin(shape.role, shape.tone)
        canvas.paint(mask, color)
        if shape.form in ("round", "ball"):
            u, v = across(mask, 1 if mask.image.width * mask.image.height < 900_000 else 2)
            dark = np.clip((-u * light - 0.42 + (0.25 * v if shape.form == "ball" else 0)) * 14, 0, 1)
            canvas.paint(_layer(mask, dark), shift(color, -0.11))
            lit = np.clip((0.045 - np.abs(u * light - 0.66)) * 40, 0, 1) * np.clip((0.7 - np.abs(v)) * 8, 0, 1)
            canvas.paint(_layer(mask, lit), shift(color, 0.2), 0.9)
        canvas.paint(canvas.stroke([*shape.rings, *shape.holes], width, closed=True), outline)


def glassy(canvas: Canvas, motif: Motif, skin: Skin, light: int) -> None:
    """Frosted, self-lit shapes: a ramp across each, a bright upper edge, a glow below."""
    x0, y0, x1, y1 = motif.box()
    size = max(x1 - x0, y1 - y0)
    for shape in motif.shapes:
        mask = mask_of(canvas, shape)
        color = skin(shape.role, shape.tone)
        bx0, by0, bx1, by1 = mask.box
        start, end = ((bx0, by0), (bx1, by1)) if light < 0 else ((bx1, by0), (bx0, by1))
        ramp = Ramp(start, end, ((0, shift(color, 0.17)), (0.5, color), (1, shift(color, -0.13))))
        canvas.paint(mask, ramp, 0.90)
        if shape.form in ("round", "ball"):
            u, v = across(mask)
            canvas.paint(_layer(mask, np.clip((np.hypot(u, v * (shape.form == "ball")) - 0.72) * 2.2, 0, 1)), (255, 255, 255),
                0.28)
            spot = np.exp(-(((u * light - 0.4) / 0.3) ** 2 + ((v + 0.4) / 0.3) ** 2))
            canvas.paint(_layer(mask, spot), (255, 255, 255), 0.40)
        edge = mask.without(mask.moved(0, max(1, size * 0.004)))
        canvas.paint(edge, (255, 255, 255), 0.55)


def texture(canvas: Canvas, rng: Rng, low: float, high: float, cells: float = 7) -> Image.Image:
    """Uneven absorption over the whole canvas, `low`..`high`."""
    field = fbm(rng, max(32, canvas.w // 6), max(32, canvas.h // 6), cells, 5)
    return as_mask(low + (high - low) * field, canvas.w, canvas.h)

