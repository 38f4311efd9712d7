"""The pages of a document: their layouts, slots and scenes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from qwen_pipeline.dataclass import dataclass
from qwen_pipeline.types import Place
from qwen_pipeline.types.spec import AssetKind, Layout, PageSource, PageSpec, SceneSpec, SlotValue, StyleSheet

from .checks import LayoutChecks
from .diagnose import validate
from .extends import Chain, Effective, LayoutBook
from .keywords import page_keys
from .merge import merge_scenes
from .names import Names, item_names, page_names, slot_names
from .near_words import check_words
from .report import Report, nearest
from .slots import SlotReader, check_references
from .tree import Map, Seq, place_of

_CHANGES = ("regions", "layers", "background")
_CONTENT = frozenset({"text", "src", "data", "icon", "chart"})


@dataclass(slots=True)
class PageReader:
    """Reads all pages of one document. `filled`: slots and layers that a batch fills."""

    kind: AssetKind
    book: LayoutBook
    slots: SlotReader
    checks: LayoutChecks
    styles: Mapping[str, StyleSheet]
    defaults: Map
    filled: frozenset[str]
    other_keys: tuple[str, ...]
    """Keys of the document, to be suggested for an unknown key of a one-page spec."""

    @property
    def report(self) -> Report:
        return self.checks.report

    def read(self, tree: Map, own: Map) -> tuple[PageSource, ...]:
        """The pages of the document `tree`; `own` is what is left of it without the document's keys."""
        if self.kind.pages is None:
            layout = own.get(self.kind.layout_key, self.kind.layout)
            place = place_of(own, (self.kind.layout_key,))
            page = self._page("page", own.without(self.kind.layout_key), layout, place, Place(tree.at.file, 1, 1))
            return (page,) if page else ()
        if self.kind.single is not None and self.kind.pages not in own:
            page = self._page("page", own, self.kind.single, tree.at, Place(tree.at.file, 1, 1))
            return (page,) if page else ()
        for key in own:
            if key != self.kind.pages:
                known = [*self.other_keys, self.kind.pages]
                self.report.add("unknown-key", f"there is no key '{key}' here", own.keys_at[key], self._hint(key, known))
        return self._pages(own)

    def _hint(self, key: str, known: list[str]) -> str:
        hint = nearest(key, known)
        return hint if hint.startswith("did") else f"slots belong to an entry of {self.kind.pages}; {hint}"

    def _pages(self, own: Map) -> tuple[PageSource, ...]:
        name = str(self.kind.pages)
        listed = own.get(name)
        if not isinstance(listed, Seq) or not listed:
            code = "missing-key" if name not in own else "wrong-type" if not isinstance(listed, Seq) else "bad-count"
            self.report.add(
                code, f"a {self.kind.kind} needs {name}", place_of(own, (name,)), f"{name}: a list, each entry after '- '"
            )
            return ()
        pages = []
        for index, tree in enumerate(listed):
            if not isinstance(tree, Map):
                self.report.add("wrong-type", "a page is a map of slots", listed.places[index], "- title: ...")
                continue
            layout = tree.get("layout", self.defaults.get("layout", self.kind.layout))
            where = tree if "layout" in tree else self.defaults
            default = f"{name.removesuffix('s')}-{index + 1}"
            page = self._page(default, tree.without("layout"), layout, place_of(where, ("layout",)), listed.places[index])
            if page:
                pages.append(page)
        self._unique(pages)
        return tuple(pages)

    def _unique(self, pages: list[PageSource]) -> None:
        first: dict[str, Place] = {}
        for page in pages:
            other = first.setdefault(page.id, page.place)
            if other is not page.place:
                message = f"two pages are called '{page.id}'; the first in line {other.line}"
                self.report.add("duplicate-id", message, page.place, "ids are unique in a document")

    # --- one page --------------------------------------------------------------------------------------------------

    def _page(self, default_id: str, tree: Map, layout: Any, layout_place: Place, place: Place) -> PageSource | None:
        spec = validate(PageSpec, tree.pick(set(page_keys(self.kind))), self.report)
        if not isinstance(layout, str):
            self.report.add("wrong-type", "the name of a layout is wanted", layout_place)
            return None
        chain = self.book.chain(layout, layout_place)
        if chain is None:
            return None
        effective = self.book.effective(layout, layout_place, self._changes(tree))
        own = self._seeing(spec, chain.layout)
        slots = own._slots(tree, chain, place, [made for made, _ in effective.distinct] if effective else [chain.layout])
        notes = own.checks.texts.read(tree["notes"], tree.places["notes"]) if "notes" in tree else None
        if spec is not None:
            own._page_names(spec, tree, chain.layout)
        if effective is None:
            return None
        for made, raw in effective.distinct:
            own.checks.check(made, raw)
        scene = own._scene(tree, chain.raw, effective)
        if spec is None:
            return None
        page_id = spec.id or default_id
        continued = self._continued(chain.layout, place)
        return PageSource(page_id, slots, effective.layouts, scene, place, spec.when, spec.for_each, notes, continued)

    def _continued(self, layout: Layout, place: Place) -> Mapping[tuple[str, bool], Layout] | None:
        """The layout on which texts of a region go on; its region of the same name takes them."""
        flowing = {name: region.flow for name, region in layout.regions.items() if region.flow}
        if not flowing:
            return None
        name, wanted = next(iter(flowing.items()))
        if len(flowing) > 1:
            self.report.add("bad-flow", f"texts flow from {' and '.join(flowing)}", place, "one region of a layout may have flow")
        found = self.book.effective(wanted, place, None)
        if found is not None and any(name not in made.regions for made, _ in found.distinct):
            self.report.add("bad-flow", f"layout {wanted} has no region '{name}'", place, "the text goes on in the same region")
            return None
        return found.layouts if found else None

    def _seeing(self, spec: PageSpec | None, layout: Layout) -> PageReader:
        """This reader with the names that the strings of one page see."""
        for_each = spec.for_each if spec else None
        entry = self.checks.entries_of(for_each, layout.slots) if for_each else None
        texts = self.checks.texts
        texts = replace(texts, names=page_names(texts.names, entry, repeated=for_each is not None))
        return replace(self, checks=replace(self.checks, texts=texts), slots=replace(self.slots, texts=texts))

    def _repeated(self, layouts: list[Layout]) -> dict[str, Names]:
        """Slots that are shown by a layer with `for_each`: their texts see its entry, and the other slots."""
        found: dict[str, Names] = {}
        for layout in layouts:
            for layer in layout.layers:
                slot = getattr(layer, "slot", None)
                if layer.for_each is not None and slot and "." not in layer.for_each:
                    head = slot.split(".")[0]
                    entry = self.checks.entries_of(layer.for_each, layout.slots)
                    shown = layer.for_each if head == "item" else head
                    found[shown] = {**slot_names(layout.slots), **item_names(entry)}
        return found

    def _slots(self, tree: Map, chain: Chain, place: Place, layouts: list[Layout]) -> Mapping[str, SlotValue]:
        given = tree.without(*page_keys(self.kind))
        given.at = place
        filled = self.filled | _filled_by_layers(tree, chain.layout) | ({"notes"} if "notes" in tree else set())
        other_keys = (*self.other_keys, *page_keys(self.kind))
        reader = replace(self.slots, repeated=self._repeated(layouts))
        return reader.read(given, chain.layout.slots, whose=f"layout {chain.name}", other_keys=other_keys, filled=filled)

    def _changes(self, tree: Map) -> Map:
        changes = tree.pick(_CHANGES)
        if "background" in self.defaults and "background" not in changes:
            changes.take_from(self.defaults, "background")
        return changes

    def _page_names(self, spec: PageSpec, tree: Map, layout: Layout) -> None:
        if spec.when is not None:
            self.checks.texts.check_string(spec.when, tree.places["when"], expression=True)
        if spec.for_each is not None:
            listed = [n for n, s in layout.slots.items() if s.type in ("list", "items")]
            if spec.for_each not in listed and spec.for_each not in self.checks.names:
                known = [*listed, *self.checks.names]
                self.report.add(
                    "unknown-name",
                    f"no list '{spec.for_each}' to repeat for",
                    tree.places["for_each"],
                    nearest(spec.for_each, known),
                )

    # --- scenes ----------------------------------------------------------------------------------------------------

    def _scene(self, tree: Map, layout: Map, effective: Effective) -> SceneSpec | None:
        """Layout < defaults < page. A layout or default of `none` has a picture only where the page asks for one."""
        asked, base, default = tree.get("scene"), layout.get("scene"), self.defaults.get("scene")
        if asked == "none" or (asked is None and "none" in (base, default)):
            return None
        if "none" in (base, default):
            base, default = (None if base == "none" else base), (None if default == "none" else default)
        at = place_of(tree, ("scene",))
        raw = merge_scenes(merge_scenes(base, default, at), asked, at)
        if raw is None:
            return SceneSpec()
        if not isinstance(raw, Map):
            return None
        scene = validate(SceneSpec, raw, self.report)
        if scene is not None:
            self._check_scene(scene, raw, effective)
        return scene

    def _check_scene(self, scene: SceneSpec, raw: Map, effective: Effective) -> None:
        self.checks.texts.check_model(scene, raw)
        for made, _ in effective.distinct:
            for key in ("keep_clear", "labels"):
                for index, name in enumerate(getattr(scene, key)):
                    self.checks.region_name(name, made, place_of(raw, (key, index)), repeated=True)
            for index, edit in enumerate(scene.edits):
                if edit.region is not None:
                    self.checks.region_name(edit.region, made, place_of(raw, ("edits", index, "region")), repeated=True)
            if scene.region is not None:
                self.checks.region_name(scene.region, made, place_of(raw, ("region",)), repeated=False)
        check_references(scene, raw, self.slots.files)
        check_words(scene, lambda key: place_of(raw, (key,)), self.styles, self.report)


def _filled_by_layers(tree: Map, layout: Layout) -> frozenset[str]:
    """Slots that need no value, since the page gives the layer that shows them its own content."""
    given = tree.get("layers")
    if not isinstance(given, Seq):
        return frozenset()
    own = {layer.get("id") for layer in given if isinstance(layer, Map) and _CONTENT & set(layer)}
    shown = (getattr(layer, "slot", None) for layer in layout.layers if layer.id in own)
    return frozenset(slot for slot in shown if slot)
