"""Changes to a finished picture, from an instruction: light, hour, colour, background, a thing added; and lettering."""

from __future__ import annotations

import re

import numpy as np
from PIL import Image, ImageChops, ImageEnhance, ImageFilter

from qwen_pipeline.types import SceneRequest

from .canvas import Canvas, down
from .compose import stage_of, style_of
from .finish import Finish, legible, settle
from .motifs import MOTIFS
from .pens import contact, flat, studio
from .room import Rect
from .stage import Stage, fit, skin_of
from .subjects import read

_ADD = re.compile(
    r"\badd(?:ing)?\b|\breplace\b.{1,80}?\bwith\b|(?<!the )(?<!same )\bplace\b|\bput\b|\binsert\b|添加|加上|增加|放上|放一",
    re.IGNORECASE,
)
_GRADES: tuple[tuple[str, str], ...] = (
    ("night", r"\bnight\b|midnight|moonlit|夜"),
    ("dusk", r"\bdusk\b|sunset|evening|golden hour|twilight|late afternoon|黄昏|傍晚|夕阳|日落"),
    ("mono", r"monochrome|black and white|black-and-white|gr[ae]yscale|desaturate|黑白|单色|灰度"),
    ("warm", r"\bwarm(?:er)?\b|暖"),
    ("cool", r"\bcool(?:er)?\b|\bcold(?:er)?\b|冷|清冷"),
    ("bright", r"\bbright(?:er|en)?\b|\blighter\b|high[- ]key|明亮|更亮|提亮"),
    ("dark", r"\bdark(?:er|en)?\b|\bmood(?:y|ier)\b|low[- ]key|更暗|压暗|暗"),
    ("soft", r"\bsoft(?:er|en)?\b|\bblur(?:red|ry)?\b|\bmist(?:y)?\b|\bfog(?:gy)?\b|\bhaz[ey]\b|柔|雾|朦胧"),
    ("vivid", r"\bvivid\b|\bsaturated?\b|more colou?rful|鲜艳|饱和"),
)
_REMOVE_BACKGROUND = re.compile(
    r"(?:remove|delete|cut out|erase)\b.{0,20}\bbackground|transparent background|去(?:除|掉)?背景|抠图|透明背景", re.I
)


def apply(source: Image.Image, request: SceneRequest) -> Image.Image:
    """The source changed as `request.prompt` says; at the request's size and in its mode. The same for the same request."""
    size = (request.width_px, request.height_px)
    picture = source if source.size == size else source.resize(size, Image.Resampling.LANCZOS)
    alpha = picture.getchannel("A") if picture.mode == "RGBA" else None
    rgb = picture.convert("RGB")
    text = request.prompt
    changed = False
    for name, pattern in _GRADES:
        if re.search(pattern, text, re.IGNORECASE):
            rgb, changed = _grade(rgb, name), True
    if _ADD.search(text):
        rgb, added = _add(rgb, request)
        changed = changed or added
    if not changed and not _REMOVE_BACKGROUND.search(text) and not request.transparent:
        rgb = _grade(rgb, "gentle")
    stage = stage_of(request)
    if not request.transparent and not legible(rgb, stage):
        rgb = settle(rgb, stage, Finish(feather=0.36, ghost=0.0, ragged=0.10, grain=0))
    if not request.transparent:
        return rgb
    if alpha is None:
        alpha = _subject_of(rgb)
    return Image.merge("RGBA", (*rgb.split(), alpha))


def letter(picture: Image.Image, lettering: Image.Image) -> Image.Image:
    """The lettering composited over the picture; opaque pixels of it arrive unchanged. Same mode as the picture."""
    layer = lettering.convert("RGBA")
    if layer.size != picture.size:
        layer = layer.resize(picture.size, Image.Resampling.LANCZOS)
    return Image.alpha_composite(picture.convert("RGBA"), layer).convert(picture.mode)


def _grade(image: Image.Image, name: str) -> Image.Image:
    w, h = image.size
    if name == "mono":
        return image.convert("L").convert("RGB")
    if name == "bright":
        return image.point(_curve(0.78) * 3)
    if name == "dark":
        return image.point(_curve(1.45) * 3)
    if name == "vivid":
        return ImageEnhance.Color(image).enhance(1.35)
    if name == "soft":
        soft = image.filter(ImageFilter.GaussianBlur(max(1.0, min(w, h) * 0.012)))
        return Image.blend(image, ImageChops.screen(image, soft), 0.45)
    if name == "warm":
        return _tint(image, ((255, 226, 180), (255, 196, 140)), 0.42)
    if name == "cool":
        return _tint(image, ((196, 220, 255), (176, 204, 240)), 0.42)
    if name == "dusk":
        return _tint(image.point(_curve(1.15) * 3), ((188, 150, 190), (255, 176, 110)), 0.72)
    if name == "night":
        dim = ImageEnhance.Color(image.point(_curve(1.8) * 3)).enhance(0.75)
        return _tint(dim, ((58, 74, 128), (98, 112, 160)), 0.85)
    return ImageEnhance.Contrast(_tint(image, ((255, 244, 228), (255, 236, 214)), 0.35)).enhance(1.04)


def _curve(gamma: float) -> list[int]:
    return [round(255 * (v / 255) ** gamma) for v in range(256)]


def _tint(image: Image.Image, colors: tuple[tuple[int, int, int], tuple[int, int, int]], amount: float) -> Image.Image:
    """Light of one colour above and another below."""
    light = down(0, image.height, *colors).render((0, 0, *image.size))
    return Image.blend(image, ImageChops.multiply(image, light), amount)


def _add(image: Image.Image, request: SceneRequest) -> tuple[Image.Image, bool]:
    """The thing that follows the word "add", drawn where there is room."""
    match = _ADD.search(request.prompt)
    stage = stage_of(request)
    wanted = read(request.prompt[match.end() :]).hero if match else ""
    if not wanted:
        return image, False
    canvas = Canvas(stage.w, stage.h, (0, 0, 0))
    canvas.image = image.copy()
    motif = MOTIFS[wanted](stage.rng(910))
    area = _quiet_spot(image, stage, motif.stands)
    placed = fit(motif, area, floor=motif.stands)
    if motif.stands:
        contact(canvas, placed, (90, 84, 92), stage.light, 0.8)
    if style_of(request) in ("photographic", "soft-gradient"):
        studio(canvas, placed, skin_of(stage.palette), stage.light, stage.palette.ground)
    else:
        flat(canvas, placed, skin_of(stage.palette), stage.light, stage.rng(913))
    return canvas.image, True


def _quiet_spot(image: Image.Image, stage: Stage, low: bool) -> Rect:
    """The place of a third of the free room where the picture has least detail; in its lower half for things that stand."""
    free = stage.room.free(0.5)
    w, h = free.w * 0.36, free.h * 0.42
    grey = np.asarray(image.convert("L").resize((96, 96), Image.Resampling.BOX), np.float64)
    best: tuple[float, Rect] = (1e9, free)
    for row in (4, 3) if low else (0, 1, 2):
        for col in range(5):
            spot = Rect(free.x + (free.w - w) * col / 4, free.y + (free.h - h) * row / 4, w, h)
            x0, y0 = int(spot.x / stage.w * 96), int(spot.y / stage.h * 96)
            x1, y1 = max(x0 + 2, int(spot.right / stage.w * 96)), max(y0 + 2, int(spot.bottom / stage.h * 96))
            detail = float(grey[y0:y1, x0:x1].std())
            if detail < best[0]:
                best = (detail, spot)
    return best[1]


def _subject_of(image: Image.Image) -> Image.Image:
    """Alpha of what differs from the colours along the picture's edge: a plain background goes, the subject stays."""
    w, h = image.size
    small = image.resize((max(2, w // 2), max(2, h // 2)), Image.Resampling.BOX)
    a = np.asarray(small.filter(ImageFilter.GaussianBlur(1)), np.float64)
    left, right = np.median(a[:, :4], 1)[:, None], np.median(a[:, -4:], 1)[:, None]
    s = np.linspace(0, 1, a.shape[1])[None, :, None]
    backdrop = left * (1 - s) + right * s
    gap = np.sqrt(((a - backdrop) ** 2).sum(2))
    solid = np.clip((gap - 26) / 30, 0, 1)
    if solid.max() <= 0:
        solid = np.ones_like(solid)
    return Image.fromarray(np.rint(solid * 255).astype(np.uint8)).resize((w, h), Image.Resampling.BICUBIC)

