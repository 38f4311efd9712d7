"""Canonical JSON and sha256: the identity of scenes, pieces and files.

Machine settings never come here: a fingerprint is a function of what decides the result.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import math
from collections.abc import Hashable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from qwen_pipeline.types import CalmArea, Color, SceneRequest


def canonical(value: Any) -> Any:
    """Plain JSON data for `value`: dataclasses become objects (with their class's name), sets are sorted, `Place`s left out."""
    kind: Any = type(value)
    if kind in _PLAIN:
        return value
    if kind is float:
        return int(value) if value.is_integer() else value
    if kind is tuple or kind is list:
        return [canonical(v) for v in value]
    if isinstance(value, Mapping):
        return {str(k): canonical(v) for k, v in value.items()}
    if isinstance(value, (set, frozenset)):
        return sorted(canonical(v) for v in value)
    fields = _compared(kind)
    return value if fields is None else {"_": kind.__name__} | {name: canonical(getattr(value, name)) for name in fields}


_PLAIN = frozenset({str, int, bool, type(None)})


@lru_cache(maxsize=256)
def _compared(kind: Hashable) -> tuple[str, ...] | None:
    """The fields that make up a dataclass; None for any other class."""
    return (
        tuple(field.name for field in dataclasses.fields(kind) if field.compare)
        if isinstance(kind, type) and dataclasses.is_dataclass(kind)
        else None
    )


def digest(value: Any) -> str:
    """sha256 (hex) of the canonical JSON of `value`."""
    return hashlib.sha256(_text(value).encode()).hexdigest()


def _text(value: Any) -> str:
    """`json.dumps(canonical(value))` with sorted keys and no spaces, in a third of the time: a batch has thousands to write."""
    kind: Any = type(value)
    if kind is str:
        return _quoted(value)
    if kind is tuple or kind is list:
        return _list_text(value)
    if kind is int:
        return repr(value)
    if kind is float and math.isfinite(value):
        return repr(int(value) if value.is_integer() else value)
    if kind in _CONSTANTS:
        return _CONSTANTS[kind][value]
    keys = _keys(kind)
    if keys is None:
        return _JSON.encode(canonical(value))
    return "{" + ",".join([before + (_text(getattr(value, name)) if name else "") for name, before in keys]) + "}"


def _list_text(values: Sequence[Any]) -> str:
    if len(values) > 1 and type(values[0]) in _SHARED:
        return _shared_text(tuple(values))
    return "[" + ",".join([_text(v) for v in values]) + "]"


_SHARED = frozenset({CalmArea, Color})
"""Lists of these are the same in all pictures of a size."""


@lru_cache(maxsize=4096)
def _shared_text(values: tuple[Any, ...]) -> str:
    return "[" + ",".join([_text(v) for v in values]) + "]"


@lru_cache(maxsize=256)
def _keys(kind: Hashable) -> tuple[tuple[str, str], ...] | None:
    """Of a dataclass: (field, what stands before its value), in the order of the keys; the class's name has no field."""
    fields = _compared(kind)
    if fields is None:
        return None
    named = f'"_":{_quoted(getattr(kind, "__name__", ""))}'
    return tuple((name, f"{_quoted(name)}:" if name else named) for name in sorted(("", *fields), key=lambda name: name or "_"))


_CONSTANTS: dict[type, dict[Any, str]] = {bool: {True: "true", False: "false"}, type(None): {None: "null"}}
_quoted = json.encoder.encode_basestring
_JSON = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def file_digest(path: Path) -> str:
    """sha256 (hex) of a file's bytes."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def scene_fingerprint(request: SceneRequest) -> str:
    """Identity of one picture: everything that decides its pixels."""
    return digest(request)
