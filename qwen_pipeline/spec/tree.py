"""Plain data that remembers where it was written: what the YAML reader returns, and what survives merging."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from qwen_pipeline.types import Place


class Map(dict[str, Any]):
    """A mapping with the place of each value (`places`) and of each key (`keys_at`), and its own (`at`)."""

    __slots__ = ("at", "keys_at", "places")

    def __init__(self, at: Place) -> None:
        super().__init__()
        self.at = at
        self.places: dict[str, Place] = {}
        self.keys_at: dict[str, Place] = {}

    def put(self, key: str, value: Any, place: Place, key_at: Place | None = None) -> None:
        self[key] = value
        self.places[key] = place
        self.keys_at[key] = key_at or place

    def take_from(self, other: Map, key: str) -> None:
        self.put(key, other[key], other.places[key], other.keys_at[key])

    def pick(self, keys: Sequence[str] | frozenset[str] | set[str]) -> Map:
        """Only these keys, in the order they are written."""
        out = Map(self.at)
        for key in self:
            if key in keys:
                out.take_from(self, key)
        return out

    def without(self, *keys: str) -> Map:
        out = Map(self.at)
        for key in self:
            if key not in keys:
                out.take_from(self, key)
        return out


class Seq(tuple[Any, ...]):
    """A list with the place of each entry."""

    at: Place
    places: tuple[Place, ...]

    @staticmethod
    def of(values: Sequence[Any], places: Sequence[Place], at: Place) -> Seq:
        out = Seq(values)
        out.at, out.places = at, tuple(places)
        return out


def place_of(tree: Any, path: Sequence[str | int], *, key: bool = False, default: Place | None = None) -> Place:
    """Where the value at `path` was written (with `key`, where its key was), or the nearest thing above it."""
    place = tree.at if isinstance(tree, (Map, Seq)) else default or Place("")
    for number, step in enumerate(path):
        if isinstance(tree, Map) and step in tree:
            last = number == len(path) - 1
            place = tree.keys_at[str(step)] if key and last else tree.places[str(step)]
        elif isinstance(tree, Seq) and isinstance(step, int) and step < len(tree):
            place = tree.places[step]
        else:
            break
        tree = tree[step]  # type: ignore[index]
    return place


def merge_maps(base: Any, over: Any) -> Any:
    """`over` on `base`: maps are merged key by key, all else is replaced. Both are left as they are."""
    if not isinstance(base, Map) or not isinstance(over, Map):
        return over
    out = Map(over.at)
    for key in base:
        out.take_from(base, key)
    for key in over:
        merged = merge_maps(base[key], over[key]) if key in base else over[key]
        out.put(key, merged, over.places[key], over.keys_at[key])
    return out


def flatten(tree: Map) -> dict[str, Place]:
    """Dotted path -> place for everything in a document; layers also by id (`layers.title.text`)."""
    out: dict[str, Place] = {}
    for path, place in _walk(tree, ""):
        out.setdefault(path, place)
    return out


def _walk(value: Any, path: str) -> Iterator[tuple[str, Place]]:
    if isinstance(value, Map):
        for key, item in value.items():
            own = f"{path}.{key}" if path else key
            yield own, value.places[key]
            yield from _walk(item, own)
            if key == "layers" and isinstance(item, Seq):
                yield from _by_id(item, own)
    elif isinstance(value, Seq):
        for index, item in enumerate(value):
            own = f"{path}[{index}]"
            yield own, value.places[index]
            yield from _walk(item, own)


def _by_id(layers: Seq, path: str) -> Iterator[tuple[str, Place]]:
    for index, layer in enumerate(layers):
        if isinstance(layer, Map) and isinstance(layer.get("id"), str):
            own = f"{path}.{layer['id']}"
            yield own, layers.places[index]
            yield from _walk(layer, own)


def strings(value: Any, path: str = "") -> Iterator[tuple[str, str, Place]]:
    """(path, text, place) of every string value in the tree."""
    if isinstance(value, Map):
        for key, item in value.items():
            own = f"{path}.{key}" if path else key
            if isinstance(item, str):
                yield own, item, value.places[key]
            else:
                yield from strings(item, own)
    elif isinstance(value, Seq):
        for index, item in enumerate(value):
            if isinstance(item, str):
                yield f"{path}[{index}]", item, value.places[index]
            else:
                yield from strings(item, f"{path}[{index}]")


def dotted(path: Sequence[str | int]) -> str:
    """`("slides", 2, "title")` -> `slides[2].title`."""
    out = ""
    for step in path:
        out += f"[{step}]" if isinstance(step, int) else f".{step}" if out else step
    return out


def as_text(value: Any) -> str | None:
    """A text, or a number as it was written; None for anything else."""
    text = getattr(value, "source", value)
    return text if isinstance(text, str) else None


def plain(value: Any) -> Any:
    """The same data without places: maps, tuples and scalars."""
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, tuple):
        return tuple(plain(item) for item in value)
    return value
