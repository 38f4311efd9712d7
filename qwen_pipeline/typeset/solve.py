"""Page -> TypesetPage: every layer as items at their places, every string with its fate."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Protocol

from qwen_pipeline.dataclass import dataclass
from qwen_pipeline.types import (
    MIDDLE,
    Box,
    ChartLayer,
    IconLayer,
    ImageItem,
    ImageLayer,
    Item,
    Layer,
    LayerSpan,
    Page,
    PathItem,
    QrLayer,
    QrMark,
    SceneLayer,
    SetString,
    ShapeLayer,
    TextItem,
    TypesetPage,
)

from .fonts import Fonts
from .growth import alike, growing_roles
from .images import cover_crop, image_items
from .outline import rounded_rect
from .placed import left_out, place_block
from .qr import qr_items
from .shapes import icon_items, shape_items
from .stack import Stack, solve_region

_CELL = re.compile(r"\[\d+\]")
"""What tells the cells of a grid apart: `stats[0].value`, `stats[1].value`."""


class Picture(Protocol):
    """A scene's picture in a file: what `solve` needs to know of it (PictureFile, SceneResult)."""

    @property
    def path(self) -> str: ...
    @property
    def width_px(self) -> int: ...
    @property
    def height_px(self) -> int: ...


@dataclass(frozen=True, slots=True)
class PictureFile:
    """A picture that is there, and its size."""

    path: str
    width_px: int
    height_px: int


def solve(page: Page, fonts: Fonts, pictures: Mapping[str, Picture] | None = None) -> TypesetPage:
    """Set `page`. `pictures`: by scene fingerprint; a scene without a picture is left out.

    Nothing is dropped unsaid: of a text that does not fit at its smallest size whole lines are drawn as far as they have room,
    and its SetString names the rest; a character that no font has is drawn as a box and listed. The same page and fonts give
    the same result. Raises DataError for fonts and pictures that cannot be used.
    """
    stacks = _stacks(page, fonts)
    pictures = pictures or {}
    items: list[Item] = [_background(page)]
    spans = [LayerSpan("background", 0, 1)]
    if page.scene and page.scene in pictures:
        spans.append(LayerSpan("scene", 1, 2))
        items.append(scene_item(pictures[page.scene], page.picture_box, page.scene_focus))
    strings: list[SetString] = []
    marks: list[QrMark] = []
    for index, layer in enumerate(page.layers):
        made, said, marked = _expand(page, index, layer, stacks[layer.region], fonts, pictures)
        spans.append(LayerSpan(layer.id, len(items), len(items) + len(made)))
        items += made
        strings += said
        marks += marked
    return TypesetPage(
        id=page.id,
        title=page.title,
        canvas=page.canvas,
        items=tuple(items),
        strings=tuple(strings),
        qr_marks=tuple(marks),
        fonts=_fonts_used(items),
        notes=tuple((part.locale, part.text) for part in page.notes),
        spans=tuple(span for span in spans if span.stop > span.start),
    )


def _stacks(page: Page, fonts: Fonts) -> dict[str, Stack]:
    layers: dict[str, list[tuple[int, Layer]]] = {region.id: [] for region in page.regions}
    for index, layer in enumerate(page.layers):
        layers[layer.region].append((index, layer))
    stacks = {region.id: solve_region(region, layers[region.id], fonts) for region in page.regions if layers[region.id]}
    least = _least_of_cells(stacks)
    for region in page.regions:
        most = least.get(_CELL.sub("[]", region.id), 1.0)
        if region.id in stacks and stacks[region.id].blocks and (stacks[region.id].factor or 0.0) > most:
            stacks[region.id] = solve_region(region, layers[region.id], fonts, most)
    _grow_alike(page, layers, stacks, fonts)
    return stacks


def _grow_alike(page: Page, layers: Mapping[str, list[tuple[int, Layer]]], stacks: dict[str, Stack], fonts: Fonts) -> None:
    """Texts of one role that may grow are set in one size all over the page."""
    found = {name: growing_roles(la for i, la in layers[name] if i in stack.blocks) for name, stack in stacks.items()}
    roles = {name: own for name, own in found.items() if own}
    regions = {region.id: region for region in page.regions}

    def set_again(name: str, most: int) -> int:
        stacks[name] = solve_region(regions[name], layers[name], fonts, most_steps=most)
        return stacks[name].steps

    alike({name: stacks[name].steps for name in roles}, roles, set_again)


def _least_of_cells(stacks: Mapping[str, Stack]) -> dict[str, float]:
    """The least factor among the cells of a grid that stand for the same: what is alike is set in one size.

    A cell whose words fit at no size does not count: it is an error, and no reason to make the others small.
    """
    out: dict[str, float] = {}
    for name, stack in stacks.items():
        if "[" in name and stack.factor:
            alike = _CELL.sub("[]", name)
            out[alike] = min(stack.factor, out.get(alike, 1.0))
    return out


def _expand(
    page: Page, index: int, layer: Layer, stack: Stack, fonts: Fonts, pictures: Mapping[str, Picture]
) -> tuple[tuple[Item, ...], tuple[SetString, ...], tuple[QrMark, ...]]:
    if isinstance(layer, ShapeLayer):
        region = next(r for r in page.regions if r.id == layer.region)
        return shape_items(layer, region.box, page.canvas), (), ()
    if isinstance(layer, SceneLayer):
        return _picture_items(page, layer, pictures), (), ()
    if index not in stack.boxes:
        return (), left_out(stack.blocks[index], stack.within) if index in stack.blocks else (), ()
    box = stack.boxes[index]
    if isinstance(layer, ImageLayer):
        return image_items(layer, box), (), ()
    if isinstance(layer, IconLayer):
        return icon_items(layer, box), (), ()
    if isinstance(layer, QrLayer):
        items, mark = qr_items(layer, box)
        return items, (), (mark,)
    if isinstance(layer, ChartLayer):
        from .charts import chart_items  # a dozen modules that most pages have no use for

        return *chart_items(layer, box, fonts), ()
    return *place_block(stack.blocks[index], box, stack.within, fonts), ()


def _picture_items(page: Page, layer: SceneLayer, pictures: Mapping[str, Picture]) -> tuple[Item, ...]:
    """A layer's own picture over its box, and its frame."""
    box = next(r for r in page.regions if r.id == layer.region).box
    box = page.canvas.to_bleed(box) if layer.to_bleed else box
    items: list[Item] = []
    if layer.scene in pictures:
        whole = scene_item(pictures[layer.scene], box, layer.focus)
        radius = min(layer.radius_pt, min(box.w_pt, box.h_pt) / 2)
        items.append(replace(whole, clip_radius_pt=radius, layer=layer.id, alt=layer.alt))
    if layer.stroke and layer.stroke_pt > 0:
        items.append(PathItem(rounded_rect(box, layer.radius_pt), box, stroke=layer.stroke, stroke_pt=layer.stroke_pt))
    return tuple(items)


def _background(page: Page) -> PathItem:
    box = page.canvas.bleed_box
    return PathItem(rounded_rect(box), box, fill=page.background)


def scene_item(picture: Picture, box: Box, focus: tuple[float, float] = MIDDLE) -> ImageItem:
    """The picture over all of `box`, cropped round its focus, never distorted."""
    crop = tuple(round(v, 6) for v in cover_crop(picture.width_px, picture.height_px, box, focus))
    scale = max(box.w_pt / picture.width_px, box.h_pt / picture.height_px)
    return ImageItem(picture.path, box, crop, is_scene=True, effective_dpi=round(72 / scale, 3))  # type: ignore[arg-type]


def _fonts_used(items: list[Item]) -> tuple[str, ...]:
    used = {run.font for item in items if isinstance(item, TextItem) for line in item.lines for run in line.runs}
    return tuple(sorted(used))
