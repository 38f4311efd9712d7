"""Toy checkpoints: the real classes with small configurations and random numbers, in the folder layout that diffusers writes.

A module of this package is one family of models; `MODELS` in it maps an id to what writes that checkpoint into a folder.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Callable
from importlib import import_module
from pathlib import Path


def families() -> dict[str, Callable[[Path], None]]:
    """Model id -> its writer, of every family."""
    found: dict[str, Callable[[Path], None]] = {}
    for module in pkgutil.iter_modules(__path__):
        if not module.name.startswith("_"):
            found |= import_module(f"{__name__}.{module.name}").MODELS
    return found


def write(model: str, folder: Path) -> Path:
    """Make the toy checkpoint of a model in `folder`, which is returned; the same numbers every time."""
    folder.mkdir(parents=True, exist_ok=True)
    families()[model](folder)
    return folder
