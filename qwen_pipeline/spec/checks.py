"""Names within a layout: regions, slots, roles, colours, icons and files that its layers speak of."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from qwen_pipeline.dataclass import dataclass
from qwen_pipeline.types import Place
from qwen_pipeline.types.spec import (
    ChartLayerSpec,
    GradientSpec,
    IconLayerSpec,
    ImageLayerSpec,
    Layout,
    RegionSpec,
    SceneLayerSpec,
    SceneSpec,
    SlotSpec,
    TextLayerSpec,
)

from .brand import check_color
from .files import Files
from .jinja import is_dynamic
from .names import item_names, slot_entries, slot_names
from .near_words import check_words
from .report import Report, nearest
from .slots import ROOT_LOGO, chart_rules, check_chart
from .texts import TextRules
from .tree import Map, place_of

BUILT_IN_REGIONS = ("page", "bleed")
_CONTENT = {"text": "text", "image": "src", "qr": "data", "icon": "icon", "chart": "chart", "scene": "scene"}
"""By kind of layer: the key of what it shows. Shapes show themselves."""
_COLOR_KEYS = ("fill", "color", "stroke", "background")


@dataclass(frozen=True, slots=True)
class LayoutChecks:
    """What a layout may name. `names`: vars and tables, beside its own slots."""

    texts: TextRules
    files: Files
    roles: Mapping[str, Any]
    colors: frozenset[str]
    icons: Mapping[str, tuple[str, ...]]
    tables: Mapping[str, tuple[str, ...]]
    names: frozenset[str]
    styles: frozenset[str] = frozenset()

    @property
    def report(self) -> Report:
        return self.texts.report

    def check(self, layout: Layout, raw: Map) -> None:
        """Report every name in the layout that is not there."""
        self._paint(layout.background, place_of(raw, ("background",)))
        for name, region in layout.regions.items():
            self._region(name, region, layout, raw)
        for index, layer in enumerate(layout.layers):
            self._layer(index, layer, layout, raw)

    # --- regions ---------------------------------------------------------------------------------------------------

    def _region(self, name: str, region: RegionSpec, layout: Layout, raw: Map) -> None:
        path = ("regions", name)
        self._within(region, layout.regions, raw, path, BUILT_IN_REGIONS)
        if region.grid and isinstance(region.grid.count, str):
            self._list_name(region.grid.count, layout.slots, place_of(raw, (*path, "grid", "count")), "to count")
        for cell, spec in region.cells.items():
            self._within(spec, region.cells, raw, (*path, "cells", cell), ())
        if region.cells and not region.grid:
            place = place_of(raw, (*path, "cells"), key=True)
            self.report.add("missing-key", f"region '{name}' has cells, and no grid", place, "add grid: {count: ...}")

    def _within(
        self, region: RegionSpec, others: Mapping[str, RegionSpec], raw: Map, path: tuple[str, ...], more: Iterable[str]
    ) -> None:
        if region.within is None:
            return
        place = place_of(raw, (*path, "within"))
        if region.within not in others and region.within not in more:
            self.report.add("unknown-region", f"no region '{region.within}'", place, nearest(region.within, [*others, *more]))
            return
        seen, step = [path[-1]], region.within
        while step in others:
            if step in seen:
                if min(seen) != path[-1]:  # each region of the circle comes here; one of them tells it
                    return
                chain = " -> ".join([*seen, step])
                self.report.add("cyclic-region", f"these regions lie within one another: {chain}", place)
                return
            seen.append(step)
            step = others[step].within or ""

    def region_name(self, written: str, layout: Layout, place: Place, *, repeated: bool, for_each: str = "") -> None:
        """Report a layer's `in` that names no region, no cell or no box of a cell."""
        if written in layout.regions or written in BUILT_IN_REGIONS:
            return
        chosen = _CHOSEN.match(written)
        if chosen:
            self._chosen_regions(chosen[1], chosen[2], layout, for_each, place)
            return
        grids = {n: r for n, r in layout.regions.items() if r.grid}
        boxes = [f"{n}[].{c}" for n, r in grids.items() for c in r.cells]
        known = [*layout.regions, *BUILT_IN_REGIONS, *(f"{n}[]" for n in grids), *boxes]
        if written not in known:
            self.report.add("unknown-region", f"no region '{written}'", place, nearest(written, known))
        elif not repeated:
            hint = "add for_each: the list that the grid counts"
            self.report.add("missing-key", f"'{written}' is a cell, and this layer has no for_each", place, hint)

    def _chosen_regions(self, before: str, field: str, layout: Layout, for_each: str, place: Place) -> None:
        """Report an `in` whose last part the entry chooses, where that is no choice, or where one of its words is no region."""
        slot = self._list_slot(for_each, layout.slots)
        choice = slot.fields.get(field) if slot else None
        if choice is None or choice.type != "choice":
            self.report.add("unknown-slot", f"'item.{field}' is no choice of the entries", place, "a field of type: choice")
            return
        for word in choice.choices:
            self.region_name(before + word, layout, place, repeated=True)

    def _list_slot(self, name: str, slots: Mapping[str, SlotSpec]) -> SlotSpec | None:
        """The slot that holds the list `name`: `panels`, or `panels.balloons` of its entries."""
        head, _, rest = name.partition(".")
        found = slots.get(head)
        return found.fields.get(rest) if found and rest else found

    # --- layers ----------------------------------------------------------------------------------------------------

    def _layer(self, index: int, layer: Any, layout: Layout, raw: Map) -> None:
        path = ("layers", index)
        repeated = layer.for_each is not None
        self.region_name(layer.in_, layout, place_of(raw, (*path, "in")), repeated=repeated, for_each=layer.for_each or "")
        if layer.for_each is not None:
            self._list_name(layer.for_each, layout.slots, place_of(raw, (*path, "for_each")), "to repeat for")
        slot = getattr(layer, "slot", None)
        if slot is not None:
            self._slot(slot, layer.for_each, layout.slots, place_of(raw, (*path, "slot")))
        self._content(layer, place_of(raw, path))
        for key in _COLOR_KEYS:
            self._paint(getattr(layer, key, None), place_of(raw, (*path, key)))
        if isinstance(layer, TextLayerSpec) and layer.role not in self.roles:
            self.report.add(
                "unknown-role", f"no role '{layer.role}'", place_of(raw, (*path, "role")), nearest(layer.role, self.roles)
            )
        for mark, role in (getattr(layer, "paragraphs", None) or {}).items():
            if role not in self.roles:
                place = place_of(raw, (*path, "paragraphs", mark))
                self.report.add("unknown-role", f"no role '{role}'", place, nearest(role, self.roles))
        plate = getattr(layer, "plate", None)
        if plate is not None and plate.tail:
            self._slot(plate.tail, layer.for_each, layout.slots, place_of(raw, (*path, "plate", "tail")))
        self._files(layer, place_of(raw, (*path, "src" if isinstance(layer, ImageLayerSpec) else "icon")))
        texts = self.texts.seeing(dict.fromkeys(self.names - set(self.texts.names)), slot_names(layout.slots))
        if layer.for_each is not None:
            texts = texts.seeing(item_names(self.entries_of(layer.for_each, layout.slots)))
        if isinstance(layer, SceneLayerSpec) and isinstance(layer.scene, SceneSpec):
            check_words(layer.scene, lambda key: place_of(raw, (*path, "scene", key)), self.styles, self.report)
        seen = None
        if isinstance(layer, ChartLayerSpec) and layer.chart:
            check_chart(layer.chart, raw["layers"][index]["chart"], self.tables, self.report)
            seen = chart_rules(layer.chart, self.tables, texts)
        texts.check_model(layer, raw, path, seen)

    def _content(self, layer: Any, place: Place) -> None:
        """Report a layer that shows nothing for any piece: no content, no slot, and no batch that fills it."""
        key = _CONTENT.get(layer.kind)
        if key and getattr(layer, key) is None and layer.slot is None and layer.id not in self.names:
            self.report.add("missing-key", f"layer '{layer.id}' shows nothing", place, f"add {key}: or slot:")

    def entries_of(self, name: str, slots: Mapping[str, SlotSpec]) -> tuple[str, ...] | None:
        """What each entry of the list `name` has, by name; None where that cannot be told."""
        slot = self._list_slot(name, slots)
        if slot is not None:
            return slot_entries(slot)
        return self.tables.get(name) or None

    def _list_name(self, name: str, slots: Mapping[str, SlotSpec], place: Place, what: str) -> None:
        listed = [n for n, s in slots.items() if s.type in ("list", "items")]
        listed += [f"{n}.{f}" for n, s in slots.items() for f, inner in s.fields.items() if inner.type in ("list", "items")]
        if name not in listed and name not in self.names:
            self.report.add("unknown-name", f"no list '{name}' {what}", place, nearest(name, [*listed, *self.names]))

    def _slot(self, slot: str, for_each: str | None, slots: Mapping[str, SlotSpec], place: Place) -> None:
        head, *rest = slot.split(".")
        if head == "item":
            if for_each is None:
                hint = "add for_each: the list whose entries these are"
                self.report.add("unknown-slot", f"'{slot}' without for_each", place, hint)
                return
            listed = self._list_slot(for_each, slots)
            if listed is None:
                return
            known, found = {"item": listed}, listed
        elif head in slots:
            known, found = dict(slots), slots[head]
        else:
            self.report.add("unknown-slot", f"no slot '{slot}'", place, nearest(slot, [*slots, *(["item"] if for_each else [])]))
            return
        for name in rest:
            known = found.fields
            if name not in known:
                self.report.add("unknown-slot", f"'{slot}': there is no field '{name}'", place, nearest(name, known))
                return
            found = known[name]

    def _paint(self, paint: Any, place: Place) -> None:
        if isinstance(paint, str):
            check_color(paint, self.colors, place, self.report)
        elif isinstance(paint, GradientSpec):
            for _, color in paint.stops:
                check_color(color, self.colors, place, self.report)

    def _files(self, layer: Any, place: Place) -> None:
        if isinstance(layer, ImageLayerSpec) and layer.src and layer.src != ROOT_LOGO and not is_dynamic(layer.src):
            self.files.picture(layer.src, place)
        if isinstance(layer, IconLayerSpec) and layer.icon and not is_dynamic(layer.icon) and layer.icon not in self.icons:
            self.report.add("unknown-icon", f"no icon '{layer.icon}'", place, nearest(layer.icon, self.icons))


_CHOSEN = re.compile(r"^(.*)\{item\.(\w+)\}$")
"""An `in` whose last part is a choice of the entry."""
_NAME = re.compile(r"^[A-Za-z_][A-Za-z0-9_]*$")
RESERVED_NAMES = frozenset({"locale", "row", "item", "loop", "facts"})


def check_name(name: str, what: str, place: Place, report: Report) -> None:
    """Report a name of a var or table that expressions could not use."""
    if name in RESERVED_NAMES:
        report.add("reserved-name", f"'{name}' means something else in expressions", place, f"call this {what} otherwise")
    elif not _NAME.match(name):
        report.add("bad-id", f"'{name}' cannot be written in an expression", place, "use letters, digits and _")
