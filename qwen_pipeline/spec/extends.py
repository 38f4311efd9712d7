"""Layouts: the chain of `extends`, variants for each canvas shape, and a page's own regions and layers on top."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from pathlib import Path
from typing import Any

from qwen_pipeline.dataclass import dataclass
from qwen_pipeline.types import Place
from qwen_pipeline.types.spec import SHAPES, AssetKind, Layout

from .canvas import check_canvas
from .diagnose import validate
from .files import Files, shown
from .keywords import slot_keys_taken
from .kinds import Templates, read_template
from .merge import apply_changes, merge_layouts
from .report import Report, nearest
from .tree import Map, place_of

Key = tuple[str, bool]
KEYS: tuple[Key, ...] = tuple((shape, pair) for shape in SHAPES for pair in (False, True))
_MAX_CHAIN = 12


@dataclass(frozen=True, slots=True)
class Chain:
    """One layout with all it extends, merged. `raw`: without variants; `layout`: as a model, for its slots."""

    name: str
    raw: Map
    variants: tuple[Map, ...]
    layout: Layout


@dataclass(frozen=True, slots=True)
class Effective:
    """The layout of one page for every canvas shape, and the raw data that errors point into (each distinct one once)."""

    layouts: Mapping[Key, Layout]
    distinct: tuple[tuple[Layout, Map], ...]


@dataclass(slots=True)
class LayoutBook:
    """The layouts of one kind as one spec sees them."""

    templates: Templates
    kind: AssetKind
    files: Files
    report: Report
    _chains: dict[str, Chain | None] = field(default_factory=dict)
    _plain: dict[str, Effective | None] = field(default_factory=dict)

    def chain(self, written: str, place: Place) -> Chain | None:
        """The layout called `written` (a name of the kind, or a path); None where the report says what is wrong."""
        if written not in self._chains:
            maps = self._collect(written, place, self.files, [])
            self._chains[written] = self._compose(maps) if maps else None
        return self._chains[written]

    def effective(self, written: str, place: Place, changes: Map | None) -> Effective | None:
        """The layout for every canvas shape, with `changes` (regions, layers, background) of a page."""
        chain = self.chain(written, place)
        if chain is None:
            return None
        if changes is not None and changes:
            return self._effective(chain, changes)
        if written not in self._plain:
            self._plain[written] = self._effective(chain, None)
        return self._plain[written]

    # --- the chain -------------------------------------------------------------------------------------------------

    def _collect(self, written: str, place: Place, files: Files, seen: list[Path]) -> list[Map] | None:
        """Raw layouts, the outermost base first."""
        path = self._path(written, place, files)
        if path is None:
            return None
        if path in seen or len(seen) >= _MAX_CHAIN:
            names = " -> ".join(p.stem for p in (*seen, path))
            self.report.add("cyclic-extends", f"these layouts extend one another: {names}", place, "take one `extends` out")
            return None
        data = read_template(path).data
        files.note(path, self.templates.name(path) if path.is_relative_to(self.templates.root) else None)
        if not self._fits(data):
            return None
        base: list[Map] | None = []
        if isinstance(data.get("extends"), str):
            base = self._collect(data["extends"], data.places["extends"], files.at(path.parent), [*seen, path])
        return None if base is None else [*base, data]

    def _path(self, written: str, place: Place, files: Files) -> Path | None:
        """The layout's file. For a name that is nearly one, the one that is meant, so that the rest can be checked too."""
        if "/" in written or written.endswith((".yaml", ".yml")):
            folder = files.folder.resolve()
            if folder.is_relative_to(self.templates.root):
                files = Files(folder, self.templates.root, self.report, files.base, files.inputs)
            return files.find(written, place, what="layout", code="missing-layout")
        known = self.templates.layout_files(self.kind.kind)
        if written not in known:
            message = f"no layout '{written}' for {self.kind.kind}"
            hint = nearest(written, known)
            self.report.add("unknown-layout", message, place, hint)
            meant = [name for name in known if hint == f"did you mean '{name}'?"]
            return known[meant[0]] if meant else None
        return known[written]

    def _fits(self, data: Map) -> bool:
        kind, whose = data.get("kind", "Layout"), data.get("for", "")
        if kind != "Layout":
            self.report.add("wrong-kind", f"a Layout is wanted, and this is a {kind}", place_of(data, ("kind",)))
            return False
        if whose not in ("", self.kind.kind):
            self.report.add("wrong-kind", f"this layout is for {whose}, not for {self.kind.kind}", place_of(data, ("for",)))
            return False
        return True

    def _compose(self, maps: list[Map]) -> Chain | None:
        merged = maps[0]
        for over in maps[1:]:
            merged = merge_layouts(merged, over, self.report)
        layout = validate(Layout, merged, self.report)
        if layout is None:
            return None
        self._check_slots(layout, merged)
        if layout.canvas is not None:
            check_canvas(layout.canvas, merged["canvas"], place_of(merged, ("canvas",)), self.report)
        variants = merged.get("variants", ())
        return Chain(layout.name, merged.without("variants", "extends"), tuple(variants), layout)

    def _check_slots(self, layout: Layout, raw: Map) -> None:
        """Slots that no spec could fill: a key has that name where slots are filled in. Notes are meant to be both."""
        for name, slot in layout.slots.items():
            if slot.type != "note" and name in slot_keys_taken(self.kind):
                place = place_of(raw, ("slots", name), key=True)
                self.report.add("reserved-name", f"'{name}' is a key of the spec itself", place, "call the slot otherwise")

    # --- variants --------------------------------------------------------------------------------------------------

    def _effective(self, chain: Chain, changes: Map | None) -> Effective | None:
        made: list[tuple[Layout, Map]] = []
        layouts: dict[Key, Layout] = {}
        for key in KEYS:
            raw = self._raw(chain, key, changes)
            found = next((layout for layout, other in made if other == raw), None)
            if found is None:
                found = validate(Layout, raw, self.report)
                if found is None:
                    return None
                made.append((found, raw))
            layouts[key] = found
        return Effective(layouts, tuple(made))

    def _raw(self, chain: Chain, key: Key, changes: Map | None) -> Map:
        raw = chain.raw
        for variant in chain.variants:
            if _applies(variant.get("when"), key):
                raw = apply_changes(raw, variant, self.report, f"layout {chain.name}")
        return apply_changes(raw, changes, self.report, f"layout {chain.name}") if changes else raw


def _applies(when: Any, key: Key) -> bool:
    if not isinstance(when, Map):
        return True
    shapes, pair = when.get("shape", ()), when.get("pair")
    return (not shapes or key[0] in shapes) and pair in (None, key[1])


def layouts_of(templates: Templates, kind: AssetKind) -> dict[str, Layout]:
    """Every layout of a kind by name, with all it inherits; SpecError, naming the file, for a broken one."""
    report = Report()
    book = LayoutBook(templates, kind, Files(templates.root, templates.root, report, templates.root), report)
    found = {}
    for name, path in templates.layout_files(kind.kind).items():
        chain = book.chain(name, Place(shown(path)))
        if chain is not None:
            if chain.name != name:
                report.add(
                    "bad-layout",
                    f"the layout is called '{chain.name}', and its file '{path.name}'",
                    place_of(read_template(path).data, ("name",)),
                )
            found[name] = chain.layout
    report.stop_if_any()
    return found
