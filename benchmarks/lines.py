"""Single lines in as many looks as the fonts here allow: faces, weights, sizes, contrast, blur, noise, JPEG, busy grounds."""

from __future__ import annotations

import io
import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from benchmarks.longtext import Brief
from qwen_pipeline.types.reading import Quad

_PACKAGE = files("justmytype_intl_cjk") / "fonts/ofl"
_VARIABLE = {
    "SC": "notosanssc/NotoSansSC[wght].ttf",
    "TC": "notosanstc/NotoSansTC[wght].ttf",
    "JP": "notosansjp/NotoSansJP[wght].ttf",
}
_WEIGHTS = (200, 300, 400, 500, 700, 900)
_SYSTEM = tuple(
    path
    for path in map(
        Path, (f"/usr/share/fonts/opentype/noto/Noto{n}CJK-{w}.ttc" for n in ("Serif", "Sans") for w in ("Regular", "Bold"))
    )
    if path.exists()
)
_SC_IN_TTC = 2
_SIZES = (32, 48, 72, 96, 140)
_VEIL = 0.45
"""How far a busy ground is drawn towards the paper, so that a person can read the line."""
INKS = (
    ((30, 40, 36), (246, 241, 230)),
    ((250, 248, 240), (28, 60, 72)),
    ((196, 60, 44), (250, 236, 214)),
    ((120, 120, 118), (200, 198, 190)),
)


@dataclass(frozen=True, slots=True)
class Look:
    """One way to draw a line."""

    name: str
    face: str
    weight: int
    px: int
    finish: str

    def font(self) -> ImageFont.FreeTypeFont:
        return _font(self.face, self.weight, self.px)


@cache
def _font(face: str, weight: int, px: int) -> ImageFont.FreeTypeFont:
    font = ImageFont.truetype(face, px, index=0 if weight else _SC_IN_TTC)
    if weight:
        font.set_variation_by_axes([weight])
    return font


def look(rng: random.Random, text: str) -> Look:
    """A look whose face has every character of `text`: the regional faces lack some simplified ones."""
    while True:
        region = rng.choice(("SC", "SC", "SC", "TC", "JP", "system", "system"))
        if region == "system" and _SYSTEM:
            path, weight = str(rng.choice(_SYSTEM)), 0
        else:
            path, weight = str(_PACKAGE / _VARIABLE.get(region, _VARIABLE["SC"])), rng.choice(_WEIGHTS)
        if _covers(path, weight, text):
            finish = rng.choice((*_FINISHES, "plain", "plain", "busy", "busy"))
            return Look(Path(path).stem.split("[")[0], path, weight, rng.choice(_SIZES), finish)


@cache
def _known(path: str, weight: int) -> frozenset[int]:
    import uharfbuzz as hb

    return frozenset(hb.Face(hb.Blob.from_file_path(path), 0 if weight else _SC_IN_TTC).unicodes)


def _covers(path: str, weight: int, text: str) -> bool:
    return all(ord(char) in _known(path, weight) for char in text if not char.isspace())


def ink(text: str, look: Look) -> Image.Image:
    """The line alone: L, 0 is ground and 255 ink; half an em of room on the left, 0.15 em above."""
    font, px = look.font(), look.px
    image = Image.new("L", (int(font.getlength(text) + px), int(px * 1.7)), 0)
    ImageDraw.Draw(image).text((px / 2, px * 0.15), text, font=font, fill=255)
    return image


def char_box(text: str, place: int, look: Look) -> tuple[int, int, int, int]:
    """Where character number `place` of the line stands in its `ink`."""
    font, px = look.font(), look.px
    left, top, right, bottom = font.getbbox(text[place])
    x = px / 2 + font.getlength(text[:place])
    return int(x + left), int(px * 0.15 + top), int(x + right) + 1, int(px * 0.15 + bottom) + 1


def picture(line: Image.Image, look: Look, rng: random.Random, grounds: Sequence[Image.Image] = ()) -> tuple[Image.Image, Quad]:
    """(the line over a ground, its place as a detector would give it)."""
    colour, paper = rng.choice(INKS)
    ground = Image.new("RGB", line.size, paper)
    if grounds and look.finish == "busy":
        ground = Image.blend(_cut(rng.choice(grounds), line.size, rng), ground, _VEIL)
    image = Image.composite(Image.new("RGB", line.size, colour), ground, line)
    return _FINISHES.get(look.finish, _plain)(image, look.px), _place(line)


def _cut(ground: Image.Image, size: tuple[int, int], rng: random.Random) -> Image.Image:
    """A place of the picture as large as the line; a picture smaller than that is made larger."""
    grown = max(1.0, size[0] / ground.width, size[1] / ground.height)
    if grown > 1:
        ground = ground.resize((math.ceil(ground.width * grown), math.ceil(ground.height * grown)))
    x, y = rng.randint(0, ground.width - size[0]), rng.randint(0, ground.height - size[1])
    return ground.crop((x, y, x + size[0], y + size[1]))


def _place(line: Image.Image) -> Quad:
    left, top, right, bottom = line.getbbox() or (0, 0, *line.size)
    room = 0.12 * (bottom - top)
    left, top, right, bottom = left - room, top - room, right + room, bottom + room
    return (left, top), (right, top), (right, bottom), (left, bottom)


def _plain(image: Image.Image, px: int) -> Image.Image:
    return image


def _blurred(image: Image.Image, px: int) -> Image.Image:
    return image.filter(ImageFilter.GaussianBlur(px / 40))


def _jpeg(image: Image.Image, px: int) -> Image.Image:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=40)
    return Image.open(out).convert("RGB")


def _noisy(image: Image.Image, px: int) -> Image.Image:
    noise = np.random.default_rng(px).normal(0, 14, (image.height, image.width, 3))
    return Image.fromarray(np.clip(np.asarray(image, dtype=np.float32) + noise, 0, 255).astype(np.uint8))


_FINISHES: dict[str, Callable[[Image.Image, int], Image.Image]] = {
    "plain": _plain,
    "blur": _blurred,
    "jpeg": _jpeg,
    "noise": _noisy,
    "busy": _plain,
}


def texts(briefs: Sequence[Brief], longest: int) -> list[str]:
    return sorted({text for brief in briefs for text in brief.strings if 3 <= len(text) <= longest and "\n" not in text})
