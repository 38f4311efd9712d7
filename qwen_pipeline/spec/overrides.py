"""`--set path=value`: values laid over a document before it is read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from qwen_pipeline.dataclass import dataclass
from qwen_pipeline.types import Place

from .report import Report, nearest
from .tree import Map, Seq
from .yaml12 import Stop, parse, resolve_scalar

FILE = "--set"
_STEP = re.compile(r"([^.\[\]]+)|\[(\d+)\]")
_SHORT = {"canvas": "size", "scene": "subject"}
"""Keys that may be written as a text, which stands for this key of the map."""


@dataclass(frozen=True, slots=True)
class Override:
    """One `--set`. `path` as steps: keys, positions, ids of layers and pages."""

    written: str
    path: tuple[str | int, ...]
    value: Any

    @property
    def place(self) -> Place:
        return Place(FILE, 0, 0, self.written)


def read_overrides(written: Sequence[str], report: Report) -> tuple[Override, ...]:
    """The overrides in `written` (`layers.title.text=Hello`)."""
    found = []
    for text in written:
        key, equals, value = text.partition("=")
        key = key.strip()
        if not equals or not re.fullmatch(r"[^.\[\]]+(\.[^.\[\]]+|\[\d+\])*", key):
            report.add("bad-override", f"'{text}' is not KEY=VALUE", Place(FILE, 0, 0, key), "--set generate.seed=7")
            continue
        path = tuple(name or int(index) for name, index in _STEP.findall(key))
        try:
            found.append(Override(key, path, _value(value.strip(), key, report)))
        except Stop:
            continue
    return tuple(found)


def _value(text: str, key: str, report: Report) -> Any:
    if not text.startswith(("[", "{", '"', "'")) or text.startswith(("{{", "{%")):
        return text if text == "" else resolve_scalar(text)
    found = parse(text.encode(), f"{FILE} {key}", report).data
    return found


def apply_overrides(tree: Map, overrides: Sequence[Override], report: Report) -> Map:
    """`tree` with the values laid over it. Maps that are not there are made; a position or id that is not there is an error."""
    for override in overrides:
        tree = _set(tree, override.path, override, report)
    return tree


def _set(tree: Any, path: Sequence[str | int], override: Override, report: Report) -> Any:
    if not path:
        return override.value
    step, place = path[0], override.place
    if isinstance(tree, Seq):
        return _set_in_list(tree, path, override, report)
    if isinstance(step, int) or not isinstance(tree, Map):
        report.add("unknown-key", f"'{override.written}' goes into something that is no map or list", place)
        return tree
    out = tree.pick(set(tree))
    inner: Any = tree.get(step)
    if len(path) > 1 and not isinstance(inner, (Map, Seq)):
        inner = _as_map(step, inner, place)
    out.put(step, _set(inner, path[1:], override, report), place)
    return out


def _as_map(step: str, value: Any, place: Place) -> Map:
    out = Map(place)
    if value is not None and step in _SHORT and value != "none":
        out.put(_SHORT[step], value, place)
    return out


def _set_in_list(tree: Seq, path: Sequence[str | int], override: Override, report: Report) -> Any:
    ids = [item.get("id") if isinstance(item, Map) else None for item in tree]
    step = path[0]
    index = step if isinstance(step, int) else ids.index(step) if step in ids else -1
    if not 0 <= index < len(tree):
        known = [str(i) for i in ids if i is not None] or [f"[0] to [{len(tree) - 1}]"]
        report.add("unknown-key", f"'{override.written}': there is no entry '{step}'", override.place, nearest(str(step), known))
        return tree
    values = [_set(item, path[1:], override, report) if n == index else item for n, item in enumerate(tree)]
    places = [override.place if n == index and len(path) == 1 else place for n, place in enumerate(tree.places)]
    return Seq.of(values, places, tree.at)
