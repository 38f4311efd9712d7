"""Canonical JSON and sha256: the identity of scenes, pieces and files.

Machine settings never come here: a fingerprint is a function of what decides the result.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from qwen_pipeline.types import SceneHints, SceneRequest


def canonical(value: Any) -> Any:
    """Plain JSON data for `value`: dataclasses become objects (with their class's name), sets are sorted, `Place`s left out."""
    kind = type(value)
    if kind is str or kind is int or value is None or kind is bool:
        return value
    if kind is float:
        return int(value) if value.is_integer() else value
    if kind is tuple or kind is list:
        return [canonical(v) for v in value]
    if isinstance(value, Mapping):
        return {str(k): canonical(v) for k, v in value.items()}
    if isinstance(value, (set, frozenset)):
        return sorted(canonical(v) for v in value)
    if kind is SceneHints:
        return _hints(value)
    if dataclasses.is_dataclass(kind):
        return _fields(kind, value)
    return value


def _fields(kind: type, value: Any) -> dict[str, Any]:
    return {"_": kind.__name__} | {name: canonical(getattr(value, name)) for name in _compared(kind)}


@lru_cache(maxsize=4096)
def _hints(value: SceneHints) -> dict[str, Any]:
    """A batch's pictures of one size share their hints."""
    return _fields(SceneHints, value)


@lru_cache(maxsize=256)
def _compared(kind: type) -> tuple[str, ...]:
    return tuple(field.name for field in dataclasses.fields(kind) if field.compare)


def digest(value: Any) -> str:
    """sha256 (hex) of the canonical JSON of `value`."""
    return hashlib.sha256(_JSON.encode(canonical(value)).encode()).hexdigest()


_JSON = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def file_digest(path: Path) -> str:
    """sha256 (hex) of a file's bytes."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def scene_fingerprint(request: SceneRequest) -> str:
    """Identity of one picture: everything that decides its pixels."""
    return digest(request)
