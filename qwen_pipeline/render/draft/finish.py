"""What every picture gets last: calm where the words go, grain, and a guarantee of contrast in the calm areas."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageChops, ImageFilter

from qwen_pipeline.dataclass import dataclass
from qwen_pipeline.types import CalmArea, Color

from .fields import as_mask, fbm, grain
from .palette import AIM, Palette, luminance
from .stage import Stage

Floats = npt.NDArray[np.float64]

LAW = 4.8
"""Least contrast between the words and any pixel of a calm area; the law is 4.5, the rest is for later resampling."""

_LINEAR = np.array([Color(v, v, v).luminance() for v in range(256)])


@dataclass(frozen=True, slots=True)
class Finish:
    """How a style ends. `feather`: width of the fade round the words, in short sides; `ghost`: how much of the picture stays
    visible under them (0..1); `ragged`: how uneven the fade is; `grain`: +- levels. `feather` 0: the style clears the room.
    `wash`: least share of the ground colour under the words; 0 for a style that composes its calm, where only detail is lost."""

    feather: float = 0.22
    ghost: float = 0.10
    ragged: float = 0.10
    grain: int = 5
    vignette: float = 0.0
    wash: float = 0.65


def settle(image: Image.Image, stage: Stage, finish: Finish) -> Image.Image:
    """Fade the picture out under the words, add vignette and grain, and hold the contrast."""
    if finish.vignette:
        image = _vignette(image, finish.vignette)
    if stage.room.calm and finish.feather:
        image = _veil(image, stage, finish)
    if finish.grain:
        noise = grain(stage.rng(801), image.width, image.height, finish.grain)
        image = ImageChops.add(image, Image.merge("RGB", (noise, noise, noise)), 1, -128)
    for area in stage.room.calm:
        _hold(image, area, stage.palette)
    return image


def legible(image: Image.Image, stage: Stage) -> bool:
    """Whether every calm area holds the law as it is."""
    words = luminance(stage.palette.words)
    for area in stage.room.calm:
        box = _box(image, area)
        if box is not None and _contrast(np.asarray(image.crop(box).reduce(2), np.float64), words).min() < LAW:
            return False
    return True


def _veil(image: Image.Image, stage: Stage, finish: Finish) -> Image.Image:
    w, h = image.size
    nx, ny = max(24, min(256, w // 8)), max(24, min(256, h // 8))
    sd = stage.room.distance(nx, ny, reaching=finish.wash > 0)
    if finish.ragged:
        outside = np.clip(sd / 0.06, 0, 1)
        sd = sd + (fbm(stage.rng(802), nx, ny, 3, 4) - 0.45) * finish.ragged * outside
    t = np.clip(1 - (sd - (0.012 if finish.wash else 0.0)) / finish.feather, 0, 1)
    t = t * (1 - 0.8 * _kept(stage, nx, ny))
    cover = t * t * t * (t * (6 * t - 15) + 10) * (1 - finish.ghost - (0.14 if stage.room.crowded else 0))
    small = image.resize((nx, ny), Image.Resampling.BOX).filter(ImageFilter.GaussianBlur(max(1.0, nx * 0.035)))
    calm = _towards_ground(np.asarray(small, np.float64), stage.palette, finish.wash)
    soft = Image.fromarray(np.rint(calm).astype(np.uint8)).resize((w, h), Image.Resampling.BICUBIC)
    return Image.composite(soft, image, as_mask(cover, w, h))


def _kept(stage: Stage, nx: int, ny: int) -> Floats:
    """1 where the hero stands, 0 at the edge of its rectangle: there the fade holds back."""
    rect = stage.hero_rect()
    if min(rect.w, rect.h) < stage.u * 0.2:
        return np.zeros((ny, nx))
    x = ((np.arange(nx) + 0.5) / nx * stage.w - rect.cx) / (rect.w / 2)
    y = ((np.arange(ny) + 0.5) / ny * stage.h - rect.cy) / (rect.h / 2)
    t = np.clip((1.05 - np.hypot(x[None, :], y[:, None])) / 0.55, 0, 1)
    kept: Floats = t * t * (3 - 2 * t)
    return kept


def _towards_ground(rgb: Floats, palette: Palette, least: float) -> Floats:
    """Every pixel mixed with the ground colour, `least` of it, and as far as the contrast needs."""
    ground = np.array(palette.ground, np.float64)
    words = luminance(palette.words)
    best = rgb * (1 - least) + ground * least
    for t in (0.25, 0.5, 0.65, 0.72, 0.80, 0.85, 0.93, 1.0):
        if t <= least:
            continue
        low = _contrast(best, words) < AIM
        if not low.any():
            break
        best[low] = rgb[low] * (1 - t) + ground * t
    return best


def _contrast(rgb: Floats | npt.NDArray[np.uint8], words: float) -> Floats:
    index = rgb if rgb.dtype == np.uint8 else np.clip(np.rint(rgb), 0, 255).astype(np.intp)
    lum = _LINEAR[index] @ (0.2126, 0.7152, 0.0722)
    return (np.maximum(lum, words) + 0.05) / (np.minimum(lum, words) + 0.05)


def _box(image: Image.Image, area: CalmArea) -> tuple[int, int, int, int] | None:
    """The area in px, with a margin; None if none of it lies in the picture."""
    w, h = image.size
    left, top = max(0, int(area.x * w) - 2), max(0, int(area.y * h) - 2)
    right, bottom = min(w, int((area.x + area.w) * w) + 3), min(h, int((area.y + area.h) * h) + 3)
    return (left, top, right, bottom) if left < right and top < bottom else None


def _hold(image: Image.Image, area: CalmArea, palette: Palette) -> None:
    """Move each pixel of the area that falls short of `LAW` towards white or black until it does not. In place."""
    box = _box(image, area)
    if box is None:
        return
    words = luminance(palette.words)
    part = image.crop(box)
    # the worst pixel of a block has the block's extreme of every channel, or better: a cheap first look
    if _contrast(_extremes(part, palette.dark), words).min() >= LAW:
        return
    rgb = np.asarray(part, np.float64).copy()
    end = np.array((0, 0, 0) if palette.dark else (255, 255, 255), np.float64)
    low = _contrast(rgb, words) < LAW
    bad = rgb[low]
    lifted = bad
    for t in np.linspace(0.1, 1, 10):
        short = _contrast(lifted, words) < LAW
        if not short.any():
            break
        lifted = np.where(short[:, None], bad * (1 - t) + end * t, lifted)
    rgb[low] = lifted
    image.paste(Image.fromarray(np.clip(np.rint(rgb), 0, 255).astype(np.uint8)), box[:2])


def _extremes(part: Image.Image, lightest: bool) -> npt.NDArray[np.uint8]:
    """The lightest or darkest value of every channel in blocks of 4 x 4 px."""
    pick = np.maximum if lightest else np.minimum
    found = np.asarray(part)
    for _ in range(2):
        odd = ((0, found.shape[0] % 2), (0, found.shape[1] % 2), (0, 0))
        found = np.pad(found, odd, "edge") if any(pad for _, pad in odd) else found
        found = pick(found[0::2], found[1::2])
        found = pick(found[:, 0::2], found[:, 1::2])
    return found


def _vignette(image: Image.Image, amount: float) -> Image.Image:
    w, h = image.size
    x = np.linspace(-1, 1, 96)
    r = np.clip((np.hypot(x[None, :], x[:, None]) - 0.55) / 0.9, 0, 1)
    dark = as_mask(1 - amount * r * r * (3 - 2 * r), w, h)
    return ImageChops.multiply(image, Image.merge("RGB", (dark, dark, dark)))


