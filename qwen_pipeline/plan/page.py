"""What the layers of one page of one variant have in common, and the values they draw on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

from qwen_pipeline.dataclass import dataclass
from qwen_pipeline.types import Box, Canvas, Color, Layer, Place, Region
from qwen_pipeline.types.spec import ChartSpec, LayerSpec, PairSpec, SceneSpec, SlotSpec, SlotValue, Text, Theme

from .contract import Baking
from .environment import Names
from .geometry import inner_box
from .scope import Scope, fail
from .theme import Palette


@dataclass(frozen=True)
class Assets:
    """Files a piece may need. `resolve(written, place)`: the absolute path, or PlanError; `picture`: the same of what must show
    something; `digest(path)`: its sha256."""

    resolve: Callable[[str, Place], str]
    picture: Callable[[str, Place], str]
    digest: Callable[[str], str]
    icons: Mapping[str, tuple[str, ...]]


Ground = tuple[str, Box | None, Color | None]
"""A layer's id, and the box and colour of a plain opaque shape."""


@dataclass(frozen=True)
class PageContext:
    """What the layers of one page of one variant have in common."""

    locales: tuple[str, ...]
    canvas: Canvas
    theme: Theme
    palette: Palette
    pair: PairSpec
    slots: Mapping[str, Any]
    regions: Mapping[str, Region]
    names: Mapping[str, Names]
    """Names a locale that no row changes."""
    dynamic_names: frozenset[str]
    overridden: frozenset[str]
    """Slots and layers that a batch's `map` fills."""
    place: Callable[[str], Place]
    """Where a key of this page stands: `title`, `layers[2].text`."""
    assets: Assets
    chart: Callable[[ChartSpec, str, str, Scope, Place], Layer]
    grounds: tuple[Ground, ...]
    """Every layer in drawing order."""
    baking: Baking
    picture: Box | None
    """Where the scene's picture goes; None = the page has none."""

    @property
    def tag(self) -> str:
        return self.locales[0]

    @cached_property
    def unseen(self) -> frozenset[str]:
        """Regions that can show nothing: without an area, or off the page."""
        trim = self.canvas.trim
        boxes = {name: (region.box, inner_box(region)) for name, region in self.regions.items()}
        return frozenset(n for n, (box, inner) in boxes.items() if min(inner.w_pt, inner.h_pt) <= 0 or not box.overlaps(trim))

    def ground(self, layer: str, box: Box) -> Color | None:
        """The colour of the topmost plain shape under all of `box`; None where there is none."""
        found = None
        for name, where, color in self.grounds:
            if name == layer:
                break
            if where is not None and where.contains(box):
                found = color
        return found

    @cached_property
    def plain_slots(self) -> Mapping[str, Mapping[str, Any]]:
        """The slots as expressions see them, by locale."""
        return {tag: {name: plain(value, tag) for name, value in self.slots.items()} for tag in self.locales}


@dataclass(frozen=True)
class Entry:
    """The current entry of a for_each: its value as specified and its position. `of`: the entry whose list it is in."""

    value: Any = None
    index: int = 0
    count: int = 0
    source: str = ""
    of: Entry | None = None

    @property
    def cell(self) -> int:
        """The cell of a grid that it belongs to."""
        return self.of.index if self.of else self.index

    @property
    def number(self) -> str:
        """`3`, or `3-2` for the second of the third's."""
        return f"{self.of.index + 1}-{self.index + 1}" if self.of else f"{self.index + 1}"

    def names(self, tag: str) -> dict[str, Any]:
        if not self.count:
            return {}
        n = self.index + 1
        loop = {"index": n, "index0": self.index, "first": n == 1, "last": n == self.count, "length": self.count}
        return {"item": plain(self.value, tag), "loop": loop}


def plain(value: Any, tag: str) -> Any:
    """A slot's value as expressions see it: texts in the locale `tag` (unexpanded), a missing one as none."""
    if isinstance(value, Text):
        return value.get(tag)
    if isinstance(value, SceneSpec):
        return value.subject
    if isinstance(value, Mapping):
        return {key: plain(item, tag) for key, item in value.items()}
    if isinstance(value, (tuple, list)):
        return tuple(plain(item, tag) for item in value)
    return value


def entries(for_each: str | None, page: PageContext) -> Iterator[Entry]:
    """The entries a layer or page is repeated for; one empty entry where it is not repeated."""
    if for_each is None:
        yield Entry()
        return
    head, _, rest = for_each.partition(".")
    values = list_named(head, page)
    for index, value in enumerate(values):
        entry = Entry(value, index, len(values), head)
        if not rest:
            yield entry
            continue
        inner = tuple((value.get(rest) if isinstance(value, Mapping) else None) or ())
        for n, item in enumerate(inner):
            yield Entry(item, n, len(inner), f"{head}[{index}].{rest}", entry)


def list_named(name: str, page: PageContext) -> Sequence[Any]:
    """A slot's list, or a list or table among the names; empty where a slot was not given."""
    value: Any = page.slots.get(name)
    if value is None:
        value = page.names[page.tag].get(name, ())
    if isinstance(value, str) or not hasattr(value, "__iter__") or isinstance(value, Mapping):
        raise fail("not-a-list", f"for_each: '{name}' is not a list", page.place(name))
    return tuple(value)


def complete_slots(given: Mapping[str, SlotValue], slots: Mapping[str, SlotSpec]) -> dict[str, Any]:
    """`given`, with None for every slot and field that was not: expressions can ask for them."""
    return {name: slot.choices[0] if slot.choices else None for name, slot in slots.items()} | {
        name: _complete(value, slots[name]) if name in slots else value for name, value in given.items()
    }


def _complete(value: Any, slot: SlotSpec) -> Any:
    if slot.type == "items" and isinstance(value, tuple):
        return tuple(complete_slots(item, slot.fields) for item in value)
    return complete_slots(value, slot.fields) if slot.type == "group" and isinstance(value, Mapping) else value


def slot_value(path: str, page: PageContext, entry: Entry) -> Any:
    """`title` of the page's slots, or `item.value` of the current entry; None where it was not given."""
    head, *rest = path.split(".")
    value: Any = entry.value if head == "item" and entry.count else page.slots.get(head)
    for name in rest:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def slot_names(page: PageContext, tag: str, scope: Scope) -> dict[str, Any]:
    return {**page.plain_slots[tag], **{key: values[tag] for key, values in scope.overrides.items() if tag in values}}


def layer_place(spec: LayerSpec, page: PageContext, entry: Entry, key: str = "") -> Place:
    """Where the value of a layer was written: its slot, else its override or map entry, else the page."""
    if spec.id in page.overridden:
        return page.place(f"map.{spec.id}")
    slot = getattr(spec, "slot", None)
    if not slot or key == "when":
        return page.place(f"layers.{spec.id}" + (f".{key}" if key else ""))
    if slot in page.overridden:
        return page.place(f"map.{slot}")
    head, _, rest = slot.partition(".")
    if head == "item" and entry.count:
        return page.place(f"{entry.source}[{entry.index}]" + (f".{rest}" if rest else ""))
    return page.place(slot)


def region_id(spec: LayerSpec, entry: Entry) -> str:
    written = spec.in_.replace("[]", f"[{entry.cell}]")
    before, brace, field = written.partition("{item.")
    return before + str(entry.value[field[:-1]]) if brace else written


def layer_id(spec: LayerSpec, entry: Entry) -> str:
    return f"{spec.id}-{entry.number}" if entry.count else spec.id
