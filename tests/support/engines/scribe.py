"""An engine that letters by itself and errs in known ways, and a reader that knows what it wrote.

The engine writes the strings that its prompt quotes with a real font, rightly or garbled, and hides what it wrote, line by line,
in the lowest bits of the pixels in the middle of each line. So a reading is exact, costs nothing, and sees what an edit left or
took away. Both enter by the doors of real ones: `INFO`, `open_engine`; `INFO`, `open_reader`.
"""

from __future__ import annotations

import json
import random
import re
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from importlib import resources
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from qwen_pipeline.fingerprint import scene_fingerprint
from qwen_pipeline.render import SceneInputs, check_request
from qwen_pipeline.render.engines import draft
from qwen_pipeline.types import PixelBox, Quad, ReadLine, SceneRequest
from qwen_pipeline.verify.reader import ReaderInfo

INFO = replace(draft.INFO, id="draft", capabilities=frozenset({"generate", "edit", "references"}), describe="letters by itself")
READER = ReaderInfo("rapidocr", "knows what the scribe wrote", "for tests", "")

GARBLES = ("dropped", "swapped", "look-alike", "extra", "erased")
Deed = str
"""What the scribe does with a request: `right`, one of GARBLES, or for edits `wrong` (nothing changes) and `traces`."""
Plan = Callable[[SceneRequest, int], Deed]
"""From a request and the number of pictures drawn before it."""

_QUOTED = re.compile(r"[\"“]([^\"”]+)[\"”]")
_ALIKE = dict(zip("末已折未土人天大日白茶春市集OIlSBae", "未己拆末士入夭太曰自荼舂巿隼0l15Boc", strict=True))
_FILLER = "Lorem Ipsa"
_NARROWEST = 66
"""Pixels that a hidden line is wide at least: its head has 64 bits."""
_MAGIC = 0b11001010011110001101011000110101
_FONT = str(resources.files("justmytype_intl_cjk") / "fonts/ofl/notosanssc/NotoSansSC[wght].ttf")


# --- what it does ------------------------------------------------------------------------------------------------------


def always(deed: Deed, edits: Deed = "right") -> Plan:
    return lambda request, _: edits if request.source else deed


def by_turn(*deeds: Deed) -> Plan:
    """The deeds one after the other; the last for all that follow."""
    return lambda _, number: deeds[min(number, len(deeds) - 1)]


def by_rate(rate: float, garbles: Sequence[str] = GARBLES, edits: float = 1.0) -> Plan:
    """Garbled with a probability, in ways drawn by lot; an edit goes well with another. All from the request's seed."""

    def deed(request: SceneRequest, _: int) -> Deed:
        rng = random.Random(request.seed)
        if request.source:
            return "right" if rng.random() < edits else rng.choice(["wrong", "traces"])
        return rng.choice(list(garbles)) if rng.random() < rate else "right"

    return deed


def garbled(text: str, how: str, rng: random.Random) -> str:
    """The text as it is written: `dropped` lacks a character, `swapped` has two changed round, `look-alike` another one."""
    if how == "dropped" and len(text) > 1:
        at = rng.choice([i for i, c in enumerate(text) if not c.isspace()])
        return text[:at] + text[at + 1 :]
    if how == "swapped":
        places = [i for i in range(len(text) - 1) if text[i] != text[i + 1] and " " not in text[i : i + 2]]
        if places:
            at = rng.choice(places)
            return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    if how == "look-alike":
        places = [i for i, c in enumerate(text) if c in _ALIKE]
        at = rng.choice(places) if places else len(text) - 1
        return text[:at] + _ALIKE.get(text[at], "口" if text[at] > "一" else "x") + text[at + 1 :]
    return text


# --- the engine --------------------------------------------------------------------------------------------------------


@dataclass
class Log:
    opened: int = 0
    closed: int = 0
    requests: list[SceneRequest] = field(default_factory=list)
    encoded: list[int] = field(default_factory=list)

    @property
    def kinds(self) -> list[str]:
        """`draw`, `repair` or `erase`, in the order drawn."""
        return ["draw" if r.source is None else "erase" if r.prompt.startswith("Remove") else "repair" for r in self.requests]


class Scribe:
    info = INFO

    def __init__(self, plan: Plan, log: Log, info: Any = INFO) -> None:
        self.plan, self.log, self.info = plan, log, info

    def count_tokens(self, text: str) -> int:
        return draft.count_tokens(text)

    def encode(self, requests: Sequence[SceneRequest], inputs: Sequence[SceneInputs]) -> Mapping[str, None]:
        self.log.encoded.append(len(requests))
        return {scene_fingerprint(request): None for request in requests}

    def render(self, request: SceneRequest, conditioning: Any, inputs: SceneInputs) -> Image.Image:
        check_request(self.info, request, draft.count_tokens(request.prompt))
        deed = self.plan(request, len(self.log.requests))
        self.log.requests.append(request)
        if request.source is None:
            return written(request, deed)
        assert inputs.source is not None
        with Image.open(inputs.source) as source:
            return _edited(source.convert("RGB"), request, deed)

    def close(self) -> None:
        self.log.closed += 1


def open_scribe(plan: Plan, log: Log, info: Any = INFO) -> Scribe:
    log.opened += 1
    return Scribe(plan, log, info)


def written(request: SceneRequest, deed: Deed) -> Image.Image:
    """A calm picture with the quoted strings, the first garbled as the deed says."""
    rng = random.Random(request.seed)
    image = ground((request.width_px, request.height_px), request.seed)
    strings = quoted(request.prompt)
    for index, (text, place) in enumerate(strings):
        here = garbled(text, deed, rng) if index == 0 else text
        write(image, here, place, erase_strokes=deed == "erased" and index == 0)
    if deed == "extra":
        write(image, _FILLER, (0.5, 0.93, 0.4))
    return image


def quoted(prompt: str) -> list[tuple[str, tuple[float, float, float]]]:
    """(string, (middle across, middle down, width), as shares of the picture) for everything that a prompt quotes."""
    found = []
    for match in _QUOTED.finditer(prompt):
        words = re.match(r" \(([^)]*)\)", prompt[match.end() :])
        found.append((match[1], _where(words[1] if words else "", len(found))))
    return found


def _where(words: str, number: int) -> tuple[float, float, float]:
    if not words:
        return 0.5, 0.12 + 0.11 * number, 0.8
    words = words.rpartition(",")[2]
    x, width = (0.3, 0.45) if "left" in words else (0.7, 0.45) if "right" in words else (0.5, 0.8)
    y = 0.2 if "upper" in words or "top" in words else 0.8 if "lower" in words or "bottom" in words else 0.45
    return x, y + 0.12 * (number % 3), width


def _edited(image: Image.Image, request: SceneRequest, deed: Deed) -> Image.Image:
    """Inside `within`: the last quoted string written anew, or nothing but ground. `wrong` leaves all as it is."""
    if deed == "wrong":
        return image
    size = image.size
    fresh = ground(size, 0, like=image)
    for box in request.within:
        area = tuple(round(v) for v in (box.left, box.top, box.right, box.bottom))
        image.paste(fresh.crop(area), area[:2])  # type: ignore[arg-type]
    if request.prompt.startswith("Remove"):
        if deed == "traces":
            write(image, "lala", _inside(request.within[0], size, 0.6))
        return image
    text = quoted(request.prompt)[-1][0]
    wrong = garbled(text, deed, random.Random(request.seed)) if deed in GARBLES else text
    write(image, "Trac" if deed == "traces" else wrong, _inside(request.within[0], size, 0.8))
    return image


def _inside(box: PixelBox, size: tuple[int, int], share: float) -> tuple[float, float, float]:
    width = min(box.width * share, 8 * box.height) / size[0]
    return (box.left + box.right) / 2 / size[0], (box.top + box.bottom) / 2 / size[1], width


def ground(size: tuple[int, int], seed: int, like: Image.Image | None = None) -> Image.Image:
    """A soft ramp between two colours; `like`: those of another picture."""
    rng = random.Random(seed)
    top, bottom = (rng.randrange(205, 225),) * 3, (rng.randrange(230, 250),) * 3
    if like is not None:
        top, bottom = like.getpixel((0, 0)), like.getpixel((size[0] - 1, size[1] - 1))  # type: ignore[assignment]
    ramp = np.linspace(np.array(top, float), np.array(bottom, float), size[1])
    pixels = np.repeat(np.rint(ramp)[:, None, :], size[0], axis=1).astype(np.uint8)
    return Image.fromarray(pixels & np.uint8(0xFE))


@lru_cache(maxsize=64)
def _font(size: int) -> ImageFont.FreeTypeFont:
    font = ImageFont.truetype(_FONT, size)
    font.set_variation_by_axes([700])
    return font


def write(image: Image.Image, text: str, place: tuple[float, float, float], *, erase_strokes: bool = False) -> None:
    """Set a line round a point, as wide as asked for at most, and hide in it what it says."""
    x, y, width = place[0] * image.width, place[1] * image.height, place[2] * image.width
    size = max(9, min(round(image.height * 0.09), int(width / max(1.0, _font(100).getlength(text) / 100))))
    draw = ImageDraw.Draw(image)
    left, top, right, bottom = draw.textbbox((x, y), text, font=_font(size), anchor="mm")
    draw.text((x, y), text, font=_font(size), anchor="mm", fill=(28, 60, 52))
    if erase_strokes:
        draw.rectangle((left, top, left + (right - left) * 0.04, bottom), fill=image.getpixel((0, int(y))))
    _hide(image, text, PixelBox(left, top, right, bottom))


# --- what was written, in the pixels -----------------------------------------------------------------------------------


def _hide(image: Image.Image, text: str, box: PixelBox) -> None:
    """Bits in the blue channel, from the middle row of the line on: magic, width, length, bytes, checksum."""
    middle, half = (box.left + box.right) / 2, max(_NARROWEST, box.width) / 2
    left, right = max(0, int(middle - half)), min(image.width, int(middle + half) + 1)
    data = json.dumps([text, [box.left, box.top, box.right, box.bottom]]).encode()
    width = right - left
    head = np.concatenate([_bits(_MAGIC, 32), _bits(width, 16), _bits(len(data), 16)])
    bits = np.concatenate([head, np.unpackbits(np.frombuffer(data + zlib.crc32(data).to_bytes(4, "big"), np.uint8))])
    pixels = np.array(image)
    rows = -(-len(bits) // width)
    top = int((box.top + box.bottom) / 2) - rows // 2
    if width < len(head) or top < 0 or top + rows > image.height:
        raise AssertionError(f"no room to hide {text!r} in {width} pixels")
    block = pixels[top : top + rows, left:right, 2].reshape(-1)
    block[: len(bits)] = (block[: len(bits)] & 0xFE) | bits
    pixels[top : top + rows, left:right, 2] = block.reshape(rows, width)
    image.paste(Image.fromarray(pixels))


def hidden(image: Image.Image) -> list[tuple[str, PixelBox]]:
    """Every line that a picture still holds whole."""
    low = np.asarray(image.convert("RGB"))[:, :, 2] & 1
    pattern = _bits(_MAGIC, 32)
    spots = np.ones((low.shape[0], max(0, low.shape[1] - 31)), bool)
    for at, bit in enumerate(pattern):
        spots &= low[:, at : at + spots.shape[1]] == bit
    found = []
    for top, left in zip(*np.nonzero(spots), strict=True):
        line = _line_at(low, int(top), int(left))
        if line is not None:
            found.append(line)
    return found


def _line_at(low: Any, top: int, left: int) -> tuple[str, PixelBox] | None:
    width = _number(low[top, left + 32 : left + 48])
    length = _number(low[top, left + 48 : left + 64])
    rows = -(-(64 + 8 * (length + 4)) // max(1, width))
    bits = low[top : top + rows, left : left + width].reshape(-1)[64 : 64 + 8 * (length + 4)]
    data = np.packbits(bits).tobytes()
    if len(data) < length + 4 or zlib.crc32(data[:length]).to_bytes(4, "big") != data[length : length + 4]:
        return None
    text, box = json.loads(data[:length])
    return text, PixelBox(*box)


def _bits(value: int, count: int) -> Any:
    return np.array([value >> (count - 1 - i) & 1 for i in range(count)], np.uint8)


def _number(bits: Iterable[int]) -> int:
    return int("".join(str(int(b)) for b in bits) or "0", 2)


# --- the reader --------------------------------------------------------------------------------------------------------


class Knowing:
    """A `Reader` without a fault."""

    info = READER

    def read(self, image: Image.Image, *, max_side: int = 1280) -> tuple[ReadLine, ...]:
        return tuple(ReadLine(text, _quad(box), 0.99) for text, box in hidden(image))

    def read_lines(self, image: Image.Image, quads: Sequence[Quad]) -> tuple[ReadLine, ...]:
        lines = self.read(image)
        out = []
        for quad in quads:
            inside = [line for line in lines if _middle(line.quad, quad)]
            out.append(ReadLine(" ".join(line.text for line in inside), quad, 0.99 if inside else 0.0))
        return tuple(out)


def open_knowing(*, threads: int = 2) -> Knowing:
    return Knowing()


def _quad(box: PixelBox) -> Quad:
    return (box.left, box.top), (box.right, box.top), (box.right, box.bottom), (box.left, box.bottom)


def _middle(inner: Quad, outer: Quad) -> bool:
    x, y = (inner[0][0] + inner[2][0]) / 2, (inner[0][1] + inner[2][1]) / 2
    return outer[0][0] <= x <= outer[2][0] and outer[0][1] <= y <= outer[2][1]
