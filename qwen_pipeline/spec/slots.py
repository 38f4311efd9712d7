"""What a spec fills into its layout's slots -> typed values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field, replace
from typing import Any

from pydantic_core import PydanticCustomError

from qwen_pipeline.dataclass import dataclass
from qwen_pipeline.types import Place
from qwen_pipeline.types.spec import OWN_PICTURE, ChartSpec, Point, SceneSpec, SlotSpec, SlotValue, Text, parse_length

from .diagnose import validate
from .files import Files
from .jinja import is_dynamic
from .merge import scene_map
from .names import Names, row_names
from .near_words import check_words
from .report import Report, nearest
from .texts import TextRules
from .tree import Map, Seq, place_of

ROOT_LOGO = "brand.logo"
_PAGE_ONLY = frozenset({"region", "keep_clear", "labels"})
"""Keys of a scene that speak of a page's regions."""


@dataclass(frozen=True, slots=True)
class SlotReader:
    """Reads the slots of one page. `tables`: names under `data`, for charts."""

    texts: TextRules
    files: Files
    icons: Mapping[str, tuple[str, ...]]
    tables: Mapping[str, tuple[str, ...]]
    """Columns of the tables under `data`."""
    styles: frozenset[str] = frozenset()
    """Names of styles."""
    repeated: Mapping[str, Names] = field(default_factory=dict)
    """Slots whose texts are set once for each entry of a list: what they see beside the page's names."""

    @property
    def report(self) -> Report:
        return self.texts.report

    def read(
        self,
        given: Map,
        slots: Mapping[str, SlotSpec],
        *,
        whose: str,
        other_keys: tuple[str, ...] = (),
        filled: frozenset[str] = frozenset(),
    ) -> dict[str, SlotValue]:
        """The values of `given` by slot.

        `other_keys`: what else could be meant by an unknown key; `filled`: slots that need no value.
        """
        out: dict[str, SlotValue] = {}
        for key, value in given.items():
            if key not in slots:
                self._unknown(key, given.keys_at[key], slots, whose, other_keys)
                continue
            reader = replace(self, texts=self.texts.seeing(self.repeated[key])) if key in self.repeated else self
            made = reader._value(slots[key], value, given.places[key])
            if made is not None:
                out[key] = made
        for name, slot in slots.items():
            if slot.required and name not in given and name not in filled:
                self.report.add("missing-key", f"{whose} needs '{name}'", given.at, f"add {name}: {slot.describe}".rstrip(": "))
            both = [other for other in slot.instead_of if name in given and other in given]
            if both:
                self.report.add("two-in-one-place", f"'{name}' stands in place of '{both[0]}'", given.keys_at[name], "keep one")
        return out

    def _unknown(self, key: str, place: Place, slots: Mapping[str, SlotSpec], whose: str, other_keys: tuple[str, ...]) -> None:
        hint = nearest(key, [*slots, *other_keys])
        if hint.startswith("there are"):
            hint = f"{whose} has: {', '.join(slots)}" if slots else f"{whose} has no slots"
        self.report.add("unknown-key", f"there is no key '{key}' here", place, hint)

    def _value(self, slot: SlotSpec, value: Any, place: Place) -> SlotValue | None:
        readers: dict[str, Callable[[SlotSpec, Any, Place], SlotValue | None]] = {
            "text": self._text,
            "note": self._text,
            "list": self._list,
            "items": self._items,
            "group": self._group,
            "image": self._image,
            "icon": self._icon,
            "qr": self._string,
            "chart": self._chart,
            "scene": self._scene,
            "choice": self._choice,
            "point": self._point,
        }
        return readers[slot.type](slot, value, place)

    def _text(self, slot: SlotSpec, value: Any, place: Place) -> Text | None:
        if isinstance(value, Seq):
            self._wrong(value, "text", place)
            return None
        return self.texts.read(value, place)

    def _list(self, slot: SlotSpec, value: Any, place: Place) -> tuple[SlotValue, ...] | None:
        entries = self._entries(slot, value, place)
        if entries is None:
            return None
        read = [self.texts.read(item, at) for item, at in zip(entries, entries.places, strict=True)]
        return tuple(text for text in read if text is not None)

    def _items(self, slot: SlotSpec, value: Any, place: Place) -> tuple[SlotValue, ...] | None:
        entries = self._entries(slot, value, place)
        if entries is None:
            return None
        read = [self._group(slot, item, at) for item, at in zip(entries, entries.places, strict=True)]
        return tuple(item for item in read if item is not None)

    def _entries(self, slot: SlotSpec, value: Any, place: Place) -> Seq | None:
        if not isinstance(value, Seq):
            self.report.add(
                "wrong-type", f"{_kind(value)} where a list is wanted", place, "write each entry on a line of its own, after '- '"
            )
            return None
        count = len(value)
        low, high = slot.min or 0, slot.max
        if count < low or (high is not None and count > high):
            allowed = f"{low} to {high}" if high is not None else f"at least {low}"
            self.report.add(
                "bad-count", f"{count} entries; {allowed} fit here", place, "choose another layout, or split the list"
            )
        return value

    def _group(self, slot: SlotSpec, value: Any, place: Place) -> Mapping[str, SlotValue] | None:
        if not isinstance(value, Map):
            self._wrong(value, f"a map with {', '.join(slot.fields)}", place)
            return None
        return self.read(value.without(*({"id"} - set(slot.fields))), slot.fields, whose="an entry here")

    def _string(self, slot: SlotSpec, value: Any, place: Place) -> Text | str | None:
        """One string, or one a locale."""
        text = self.texts.read(value, place)
        if text is None:
            return None
        return text.values[0][1] if text.shared else text

    def _image(self, slot: SlotSpec, value: Any, place: Place) -> Text | str | None:
        found = self._string(slot, value, place)
        written = [found] if isinstance(found, str) else [v for _, v in found.values] if found else []
        for path in written:
            if path != ROOT_LOGO and not is_dynamic(path):
                self.files.picture(path, place)
        return found

    def _icon(self, slot: SlotSpec, value: Any, place: Place) -> str | None:
        if not isinstance(value, str):
            self._wrong(value, "an icon's name", place)
            return None
        if is_dynamic(value):
            self.texts.check_string(value, place)
        elif value not in self.icons:
            self.report.add("unknown-icon", f"no icon '{value}'", place, nearest(value, self.icons))
        return value

    def _chart(self, slot: SlotSpec, value: Any, place: Place) -> ChartSpec | None:
        if not isinstance(value, Map):
            self._wrong(value, "a map with type, from, x and y", place)
            return None
        chart = validate(ChartSpec, value, self.report)
        if chart is not None:
            self.texts.check_model(chart, value, seen=chart_rules(chart, self.tables, self.texts))
            check_chart(chart, value, self.tables, self.report)
        return chart

    def _scene(self, slot: SlotSpec, value: Any, place: Place) -> SceneSpec | None:
        """What the model draws for one region; a plain text is the subject."""
        tree = scene_map(value, place)
        if not isinstance(tree, Map):
            self._wrong(value, "a scene: a text, or a map with subject and the like", place)
            return None
        for key in _PAGE_ONLY & set(tree):
            self.report.add("unknown-key", f"'{key}' belongs to a page's scene", tree.keys_at[key], "take it out")
        scene = validate(SceneSpec, tree, self.report)
        if scene is not None:
            self.texts.check_model(scene, tree)
            check_references(scene, tree, self.files)
            check_words(scene, lambda key: place_of(tree, (key,)), self.styles, self.report)
        return scene

    def _choice(self, slot: SlotSpec, value: Any, place: Place) -> str | None:
        written = str(getattr(value, "source", value))
        if written not in slot.choices:
            self.report.add("bad-value", f"'{written}' is not among the choices", place, nearest(written, slot.choices))
            return None
        return written

    def _point(self, slot: SlotSpec, value: Any, place: Place) -> Point | None:
        """[40%, 80%] as shares of a box."""
        try:
            x, y = (parse_length(part) for part in value) if isinstance(value, Seq) and len(value) == 2 else (None, None)
        except PydanticCustomError:
            x = y = None
        if x is None or y is None or x.unit != "%" or y.unit != "%":
            self._wrong(value, "a point, [40%, 80%] of the width and the height,", place)
            return None
        return x.value / 100, y.value / 100

    def _wrong(self, value: Any, wanted: str, place: Place) -> None:
        self.report.add("wrong-type", f"{_kind(value)} where {wanted} is wanted", place)


def check_references(scene: SceneSpec, tree: Map, files: Files) -> None:
    """Report reference files that are not there. Pictures of the piece itself (`scene.cover`) are known to the plan."""
    for index, path in enumerate(scene.references):
        if path != ROOT_LOGO and not is_dynamic(path) and not path.startswith(OWN_PICTURE):
            files.picture(path, place_of(tree, ("references", index)))
    for number, edit in enumerate(scene.edits):
        for index, path in enumerate(edit.references):
            if not is_dynamic(path):
                files.picture(path, place_of(tree, ("edits", number, "references", index)))
        if edit.mask and not is_dynamic(edit.mask):
            files.picture(edit.mask, place_of(tree, ("edits", number, "mask")))


def chart_rules(
    chart: ChartSpec, tables: Mapping[str, tuple[str, ...]], texts: TextRules
) -> Callable[[tuple[str | int, ...]], TextRules]:
    """The rules for a chart's strings: its `where` sees the columns of its table."""
    rows = texts.seeing(row_names(tables.get(chart.from_) or None))
    return lambda path: rows if path[-1] == "where" else texts


def check_chart(chart: ChartSpec, tree: Map, tables: Mapping[str, tuple[str, ...]], report: Report) -> None:
    """Report a table or columns that are not there."""
    if chart.from_ not in tables:
        report.add(
            "unknown-table",
            f"no table '{chart.from_}' under data",
            tree.places["from"],
            nearest(chart.from_, tables) or "declare it under data",
        )
        return
    columns = tables[chart.from_]
    for key, names in (("x", (chart.x,)), ("y", (chart.y,) if isinstance(chart.y, str) else chart.y)):
        for name in names:
            if columns and name not in columns and not is_dynamic(name):
                report.add(
                    "unknown-column",
                    f"the table '{chart.from_}' has no column '{name}'",
                    tree.places[key],
                    nearest(name, columns),
                )


def _kind(value: Any) -> str:
    if isinstance(value, Map):
        return "a map"
    return "a list" if isinstance(value, Seq) else f"'{getattr(value, 'source', value)}'"
