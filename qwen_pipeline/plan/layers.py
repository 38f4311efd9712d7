"""Layers of a layout -> programs that make the layers of a piece.

What is the same for every piece of a variant (locale set x canvas) is made once; only strings that read a row or an axis are
expanded for each piece.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from qwen_pipeline.types import Layer, ShapeLayer
from qwen_pipeline.types.spec import ChartSpec, LayerSpec, Text

from .environment import names_in
from .geometry import inner_box
from .page import Entry, PageContext, entries, layer_place, slot_names, slot_value
from .programs import PROGRAMS, Program, Run
from .scope import Scope, fail
from .theme import UnknownToken


def compile_layers(specs: Sequence[LayerSpec], page: PageContext) -> list[Program]:
    """For each layer spec, in drawing order: its layers, or the program that makes them for a piece."""
    fixed = Scope(names=page.names)
    out: list[Program] = []
    for spec in specs:
        for entry in entries(spec.for_each, page):
            run = PROGRAMS[spec.kind](spec, page, entry)
            out.append(
                _guarded(spec, page, entry, run) if _reads_piece(spec, page, entry) else _guarded(spec, page, entry, run)(fixed)
            )
    return out


def _reads_piece(spec: LayerSpec, page: PageContext, entry: Entry) -> bool:
    """Whether a layer depends on a row, an axis or a batch's map."""
    slot = getattr(spec, "slot", None)
    if spec.id in page.overridden or (slot and slot.split(".")[0] in page.overridden):
        return True
    if spec.when and names_in(spec.when, expression=True) & (page.dynamic_names | page.overridden):
        return True
    return any(names_in(text) & page.dynamic_names for text in _strings(spec, page, entry))


def _strings(spec: LayerSpec, page: PageContext, entry: Entry) -> Iterator[str]:
    values: list[Any] = [getattr(spec, key, None) for key in ("text", "src", "data", "icon", "alt")]
    slot = getattr(spec, "slot", None)
    values.append(slot_value(slot, page, entry) if slot else None)
    stack = values
    while stack:
        value = stack.pop()
        if isinstance(value, Text):
            yield from (text for _, text in value.values)
        elif isinstance(value, str):
            yield value
        elif isinstance(value, tuple):
            stack.extend(value)
        elif isinstance(value, ChartSpec):
            stack.extend([value.x, value.y, value.unit, *value.names])


def _guarded(spec: LayerSpec, page: PageContext, entry: Entry, run: Run) -> Run:
    def guarded(scope: Scope) -> tuple[Layer, ...]:
        if spec.when:
            extra = {**slot_names(page, page.tag, scope), **entry.names(page.tag)}
            if not scope.evaluate(spec.when, page.tag, lambda: layer_place(spec, page, entry, "when"), extra):
                return ()
        try:
            layers = run(scope)
        except UnknownToken as error:
            known = ", ".join(sorted(error.known))
            place = layer_place(spec, page, entry)
            raise fail("unknown-color", f"no colour '{error.token}' in the palette", place, f"there are: {known}") from error
        for layer in layers:
            if layer.region in page.unseen:
                _check_seen(layer, page)
        return layers

    return guarded


_CELL = re.compile(r"\[\d+\]\.")


def _check_seen(layer: Layer, page: PageContext) -> None:
    """Raise for what stands in a box that shows nothing. A line may be flat."""
    region = page.regions[layer.region]
    box = region.box if isinstance(layer, ShapeLayer) else inner_box(region)
    place = page.place(f"regions.{_CELL.sub('.cells.', region.id).split('[')[0]}.box")
    hint = "a box is [x, y, width, height], percentages of the page or of the region it lies in"
    if min(box.w_pt, box.h_pt) <= 0:
        if not isinstance(layer, ShapeLayer) or layer.shape != "line":
            message = f"layer '{layer.id}' stands in region '{region.id}', which has {box.w_pt:g} x {box.h_pt:g} pt for it"
            raise fail("empty-box", message, place, hint)
    elif not region.box.overlaps(page.canvas.trim):
        raise fail("box-off-page", f"layer '{layer.id}' stands in region '{region.id}', outside of the page", place, hint)
