"""Seeded errors that make another character of one: nearest look-alikes, wrong digits, dropped, doubled and swapped characters.

Look-alikes of hanzi are measured, not listed: every character of GB 2312 in the built-in font against every other.
"""

from __future__ import annotations

import random
from functools import cache
from importlib.resources import files

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

_FONT = "fonts/ofl/notosanssc/NotoSansSC[wght].ttf"
_NEAR = 0.16
"""Relative squared difference of two blurred glyphs; 天 and 夭 differ by 0.03, 人 and 入 by 0.13."""
LETTERS = {
    "O": "0Q", "0": "O8", "1": "7", "5": "S6", "S": "5", "8": "B3", "B": "8", "3": "8", "6": "8b", "9": "g0", "a": "o", "e": "c",
    "c": "e", "n": "h", "h": "b", "b": "h6", "i": "j", "t": "f", "u": "v", "v": "u", "2": "Z7", "7": "1", "m": "n", "w": "v",
    "r": "n", "G": "C", "C": "G", "E": "F", "F": "E", "P": "R", "Q": "O", "4": "9",
}  # fmt: skip
"""Look-alikes of letters and digits. I, l and | are left out: in many faces they are one shape, and no eye tells them apart."""
_SAME = (frozenset("Il1|"),)


@cache
def look_alikes() -> dict[str, tuple[str, ...]]:
    """Hanzi of GB 2312 -> its look-alikes, nearest first, at most three."""
    chars = [char for char in _gb2312() if "\u4e00" <= char <= "\u9fff"]
    rows = np.stack([_ink(char) for char in chars])
    norm = (rows**2).sum(axis=1)
    found = {}
    for start in range(0, len(chars), 512):
        part = slice(start, start + 512)
        both = norm[part, None] + norm[None, :]
        apart = (both - 2 * rows[part] @ rows.T) / both
        for row, char in zip(apart, chars[part], strict=True):
            near = [int(i) for i in np.argpartition(row, 4)[:4] if chars[i] != char and row[i] < _NEAR]
            found[char] = tuple(chars[i] for i in sorted(near, key=lambda i: row[i]))
    return found


def corrupt(text: str, rng: random.Random) -> tuple[str, str]:
    """(kind of error, the text with one such error); always another text when white space is left out."""
    for _ in range(200):
        kind = rng.choice(("alike", "alike", "alike", "other", "drop", "double", "swap"))
        place = rng.choice([i for i, char in enumerate(text) if char.isalnum()])
        wrong = _wrong(text, place, kind, rng)
        if wrong and "".join(wrong.split()) != "".join(text.split()):
            return kind, wrong
    raise ValueError(f"no error to make in {text!r}")


def _wrong(text: str, place: int, kind: str, rng: random.Random) -> str:
    char, before, after = text[place], text[:place], text[place + 1 :]
    if kind == "drop":
        return before + after
    if kind == "double":
        return before + char + char + after
    if kind == "swap":
        follows = after[:1]
        return before + follows + char + after[1:] if follows.isalnum() and follows != char else ""
    other = _alike(char, rng) if kind == "alike" else _other(char, rng)
    return before + other + after if other and not any({char, other} <= same for same in _SAME) else ""


def _alike(char: str, rng: random.Random) -> str:
    near = look_alikes().get(char, ()) if ord(char) > 0x2E80 else tuple(LETTERS.get(char, ""))
    return rng.choice(near) if near else ""


def _other(char: str, rng: random.Random) -> str:
    pool = (
        "0123456789" if char.isdigit() else "abcdefghkmnopqrstuvwxyz" if char.isascii() else "".join(list(look_alikes())[:3000])
    )
    return rng.choice([other for other in pool if other.casefold() != char.casefold()])


def _gb2312() -> list[str]:
    found = []
    for high in range(0xB0, 0xF8):
        for low in range(0xA1, 0xFF):
            found += list(bytes((high, low)).decode("gb2312", errors="ignore"))
    return found


@cache
def _font() -> ImageFont.FreeTypeFont:
    font = ImageFont.truetype(str(files("justmytype_intl_cjk") / _FONT), 40)
    font.set_variation_by_axes([500])
    return font


def _ink(char: str) -> np.ndarray:  # type: ignore[type-arg]
    image = Image.new("L", (48, 48), 0)
    ImageDraw.Draw(image).text((4, -4), char, font=_font(), fill=255)
    return np.asarray(image.filter(ImageFilter.GaussianBlur(1.0)), dtype=np.float32).ravel() / 255
