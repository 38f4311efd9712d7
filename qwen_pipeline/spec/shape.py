"""What a model allows at a place in a document: keys, words, kinds of value. Read from the models' annotations."""

from __future__ import annotations

import types
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from qwen_pipeline.types import Length

from .tree import Map, Seq

Step = str | int
_WORDS = {
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    str: "text",
    Length: "a size with a unit (3mm, 11pt, 8%)",
    tuple: "a list",
    dict: "a map",
}


def _discriminator(annotation: Any) -> str | None:
    if get_origin(annotation) is Annotated:
        for note in annotation.__metadata__:
            if isinstance(note, FieldInfo) and note.discriminator:
                return str(note.discriminator)
    return None


def members(annotation: Any) -> list[Any]:
    """The alternatives of an annotation, without None; each bare."""
    if get_origin(annotation) is Annotated:
        return members(annotation.__origin__)
    if get_origin(annotation) in (Union, types.UnionType):
        return [m for part in get_args(annotation) for m in members(part)]
    return [] if annotation is type(None) else [annotation]


def _alternatives(annotation: Any) -> int:
    """How many alternatives pydantic sees (a nested union of an alias is flat)."""
    return len(members(annotation))


@lru_cache(maxsize=256)
def keys(model: type[BaseModel]) -> tuple[str, ...]:
    """A model's keys as they are written."""
    return tuple(field.alias or name for name, field in model.model_fields.items())


def is_model(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def _child(annotation: Any, step: Step) -> list[Any]:
    if is_model(annotation):
        for name, field in annotation.model_fields.items():
            if step in (field.alias or name, name):
                return [field.annotation]
        return []
    origin, args = get_origin(annotation), get_args(annotation)
    if origin is dict:
        return [args[1]]
    if origin is tuple and isinstance(step, int):
        if len(args) == 2 and args[1] is Ellipsis:
            return [args[0]]
        return [args[step]] if step < len(args) else []
    return []


def _select(found: list[Any], label: Step) -> list[Any]:
    """The alternative that pydantic's label names, or all."""
    named = [m for m in found if is_model(m) and m.__name__ == label]
    if named:
        return named
    listed = [m for m in found if get_origin(m) is tuple and str(label).startswith("tuple")]
    return listed or found


def _tagged(found: list[Any], discriminator: str, tag: Step) -> list[Any]:
    return [m for m in found if is_model(m) and m.model_fields[discriminator].default == tag] or found


def locate(model: type[BaseModel], tree: Any, loc: Sequence[Step]) -> tuple[list[Step], list[Any], list[Any]]:
    """A pydantic `loc` without its labels: (path in the data, alternatives at its parent, alternatives at the path)."""
    path: list[Step] = []
    here: list[Any] = [model]
    parent: list[Any] = []
    rest = list(loc)
    while rest:
        annotation = here[0] if len(here) == 1 else None
        discriminator = _discriminator(annotation) if annotation is not None else None
        found = [m for a in here for m in members(a)]
        if discriminator:
            found = _tagged(found, discriminator, rest.pop(0))
        elif annotation is not None and _alternatives(annotation) > 1:
            found = _select(found, rest.pop(0))
        if not rest:
            here = found
            break
        step = rest.pop(0)
        if step == "[key]":
            continue
        path.append(step)
        parent, here = found, [c for m in found for c in _child(m, step)]
    return path, parent, [m for a in here for m in members(a)]


def fitting(found: Iterable[Any], value: Any) -> list[Any]:
    """The alternatives that `value` could be meant as: maps for maps, lists for lists."""
    wanted = list(found)
    if isinstance(value, Map):
        return [m for m in wanted if is_model(m) or get_origin(m) is dict] or wanted
    if isinstance(value, Seq):
        return [m for m in wanted if get_origin(m) is tuple] or wanted
    return wanted


def allowed_keys(found: Iterable[Any]) -> list[str]:
    return list(dict.fromkeys(key for m in found if is_model(m) for key in keys(m)))


def words(found: Iterable[Any]) -> list[str]:
    """The words that may stand there."""
    return [str(v) for m in found if get_origin(m) is Literal for v in get_args(m)]


def describe(found: Iterable[Any]) -> str:
    """`a whole number or 'auto'`."""
    out = []
    for m in found:
        if get_origin(m) is Literal:
            out += [f"'{v}'" for v in get_args(m)]
        elif is_model(m):
            out.append("a map")
        else:
            out.append(_WORDS.get(get_origin(m) or m, "a value"))
    out = list(dict.fromkeys(out))
    return " or ".join([", ".join(out[:-1]), out[-1]] if len(out) > 1 else out)
