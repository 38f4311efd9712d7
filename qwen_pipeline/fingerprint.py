"""Canonical JSON and sha256: the identity of scenes, pieces and files.

Machine settings never come here: a fingerprint is a function of what decides the result.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from pathlib import Path
from typing import Any

from qwen_pipeline.types import SceneRequest


def canonical(value: Any) -> Any:
    """Plain JSON data for `value`: dataclasses become objects (with their class's name), sets are sorted, `Place`s left out."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        out: dict[str, Any] = {"_": type(value).__name__}
        for f in dataclasses.fields(value):
            if f.compare:
                out[f.name] = canonical(getattr(value, f.name))
        return out
    if isinstance(value, dict):
        return {str(k): canonical(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [canonical(v) for v in value]
    if isinstance(value, (set, frozenset)):
        return sorted(canonical(v) for v in value)
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def digest(value: Any) -> str:
    """sha256 (hex) of the canonical JSON of `value`."""
    text = json.dumps(canonical(value), ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


def file_digest(path: Path) -> str:
    """sha256 (hex) of a file's bytes."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def scene_fingerprint(request: SceneRequest) -> str:
    """Identity of one picture: everything that decides its pixels."""
    return digest(request)
