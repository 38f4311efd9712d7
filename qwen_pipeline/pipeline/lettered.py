"""Lettering in pictures, as workers see it: what a page expects, what a picture says, and our words in its lettering's place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from qwen_pipeline.dataclass import dataclass
from qwen_pipeline.fingerprint import digest
from qwen_pipeline.types import (
    BLACK,
    WHITE,
    Box,
    Color,
    ExpectedString,
    Page,
    PictureReading,
    PixelBox,
    SetString,
    StringReading,
    TextLayer,
    TextStyle,
)

from .bench import code_digest
from .state import WorkState, picture_box

if TYPE_CHECKING:
    from PIL.Image import Image

    from qwen_pipeline.verify.lettering_look import LetteringLook

_READABLE = 4.5
"""WCAG 2.2, 1.4.3 (AA)."""
_WORST_PERCENT = 5
_LARGER = 1.3
"""Words that replace lettering are set at most so many times as large as the layout has them: the box was made for that."""


@dataclass(frozen=True, slots=True)
class PageTask:
    """A page whose picture, of this size, spells words."""

    piece: str
    number: int
    page: Page
    scene: str
    width_px: int
    height_px: int


@dataclass(frozen=True, slots=True)
class Lettered:
    """What a picture of `size` pixels is to spell, in the order of the layers, and where it may say more."""

    size: tuple[int, int]
    strings: tuple[ExpectedString, ...]
    free: tuple[PixelBox, ...] = ()


@dataclass(frozen=True, slots=True)
class LookTask:
    """A picture to read. `number` is the caller's."""

    path: str
    digest: str
    expected: tuple[ExpectedString, ...]
    number: int
    free: tuple[PixelBox, ...] = ()


@dataclass(frozen=True, slots=True)
class ReplaceTask:
    """A page on which `strings` are to be set over the picture at `picture`. `likes`: how each was read, in which picture."""

    where: tuple[str, int]
    page: Page
    strings: tuple[str, ...]
    picture: str
    lettered: Lettered
    likes: tuple[tuple[StringReading, str], ...]


# --- expecting and reading ---------------------------------------------------------------------------------------------


def expect(state: WorkState, task: PageTask) -> Lettered:
    """The baked strings of a page, with the boxes that the typesetter gives them. Runs in a worker."""
    from qwen_pipeline.verify import needs_exact

    solved = state.solve(task.page, {})
    upper = {layer.id for layer in task.page.layers if isinstance(layer, TextLayer) and layer.style.case == "upper"}
    whole = picture_box(task.page, task.width_px, task.height_px)
    found = []
    for string in solved.strings:
        if string.render == "baked":
            text = string.text.upper() if string.layer in upper else string.text
            box = _pixels(string.box, whole, task.width_px)
            found.append(ExpectedString(string.id, text, string.locale, string.role, box, needs_exact(text, string.role)))
    free = tuple(_pixels(box, whole, task.width_px) for box in task.page.labels)
    return Lettered((task.width_px, task.height_px), tuple(found), free)


def _pixels(box: Box, whole: Box, width_px: int) -> PixelBox:
    per_pt = width_px / whole.w_pt
    left, top = (box.x_pt - whole.x_pt) * per_pt, (box.y_pt - whole.y_pt) * per_pt
    return PixelBox(*(round(v, 2) for v in (left, top, left + box.w_pt * per_pt, top + box.h_pt * per_pt)))


def box_on_page(box: PixelBox, whole: Box, width_px: int) -> Box:
    """A box in a picture of this width, which lies at `whole`, in points of the page."""
    pt = whole.w_pt / width_px
    values = (whole.x_pt + box.left * pt, whole.y_pt + box.top * pt, box.width * pt, box.height * pt)
    return Box(*(round(v, 3) for v in values))


def read_look(state: WorkState, task: LookTask) -> PictureReading:
    """What a picture says of what it should. Runs in a worker."""
    return read_picture_file(state, task)


def read_picture_file(state: WorkState, task: LookTask) -> PictureReading:
    """What a picture in a file says of what it should; from the store where it was read before."""
    key = digest([task.digest, task.expected, task.free, state.reader.info.id, state.reader.info.version, code_digest()])
    known = state.store.reading(key)
    if known is None:
        from qwen_pipeline import verify

        known = verify.read_picture(open_picture(task.path), task.expected, state.reader, free=task.free)
        state.store.put_reading(key, known)
    return known


def open_picture(path: str) -> Image:
    """RGB, on white where it has holes."""
    from PIL import Image

    with Image.open(path) as image:
        if image.mode != "RGBA":
            return image.convert("RGB")
        return Image.alpha_composite(Image.new("RGBA", image.size, "white"), image).convert("RGB")


# --- our words in the place of lettering -------------------------------------------------------------------------------


def replaced_page(state: WorkState, task: ReplaceTask) -> Page:
    """The page with its replaced strings set by us, in their own regions, as the picture had them. Runs in a worker."""
    ground = open_picture(task.picture)
    whole = picture_box(task.page, *task.lettered.size)
    looks = _looks(task)
    pt_per_px = whole.w_pt / task.lettered.size[0]
    names = {string.rpartition("/")[0] for string in task.strings}
    ours = [layer for layer in task.page.layers if isinstance(layer, TextLayer) and layer.id in names]
    matched = {layer.id: _matched(layer, looks, pt_per_px) for layer in ours}
    page = replace(task.page, layers=tuple(matched.get(layer.id, layer) for layer in task.page.layers))
    solved = {string.layer: string for string in reversed(state.solve(page, {}).strings)}
    readable = {name: _readable(layer, task.page, solved[name], ground, whole) for name, layer in matched.items()}
    return replace(page, layers=tuple(readable.get(layer.id, layer) for layer in page.layers))


def _looks(task: ReplaceTask) -> dict[str, LetteringLook]:
    from qwen_pipeline.verify.lettering_look import look_of

    found = {}
    for reading, path in task.likes:
        look = look_of(open_picture(path), reading.boxes, reading.read)
        if look is not None:
            found[reading.string] = look
    return found


def _matched(layer: TextLayer, looks: Mapping[str, LetteringLook], pt_per_px: float) -> TextLayer:
    """The layer as overlay, in the size, weight and colour of the lettering; on a plate, in the plate's own colours."""
    style, layer = layer.style, replace(layer, render="overlay")
    found = [looks.get(f"{layer.id}/{part.locale}") for part in layer.parts]
    first = found[0]
    if first is not None:
        size = min(max(first.em_px * pt_per_px, style.min_size_pt), _LARGER * style.size_pt)
        style = replace(style, size_pt=round(size, 3), weight=first.weight)
        style = style if layer.plate else replace(style, color=first.color)
    second = found[1] if len(found) > 1 else None
    if second is not None:
        color = layer.pair_color if layer.plate else second.color
        layer = replace(layer, pair_color=color, pair_weight=second.weight)
        if first is not None:
            layer = replace(layer, pair_ratio=round(min(1.0, max(0.4, second.em_px / first.em_px)), 3))
    return replace(layer, style=style)


def _readable(layer: TextLayer, page: Page, string: SetString, ground: Image, whole: Box) -> TextLayer:
    """In colours that stand out from the erased picture: the lettering's own, else the layout's, else black or white."""
    if layer.plate:
        return layer
    planned = next(one for one in page.layers if one.id == layer.id)
    assert isinstance(planned, TextLayer)
    under = _under(string.box, ground, whole)
    color = _first_readable((layer.style.color, planned.style.color), under)
    pair = layer.pair_color
    if pair is not None:
        pair = _first_readable((pair, planned.pair_color or color, color), under)
    return replace(layer, style=_colored(layer.style, color), pair_color=pair)


def _colored(style: TextStyle, color: Color) -> TextStyle:
    return style if style.color == color else replace(style, color=color)


def _under(box: Box, ground: Image, whole: Box) -> Image:
    area = _pixels(box, whole, ground.width)
    left, top = max(0, int(area.left)), max(0, int(area.top))
    return ground.crop((left, top, max(left + 1, int(area.right)), max(top + 1, int(area.bottom))))


def _first_readable(colors: tuple[Color, ...], under: Image) -> Color:
    from qwen_pipeline.verify.luminance import contrast_over

    for color in colors:
        if contrast_over(color, under, _WORST_PERCENT) >= _READABLE:
            return color
    return max((WHITE, BLACK), key=lambda color: contrast_over(color, under, _WORST_PERCENT))
