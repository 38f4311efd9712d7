"""What readers mistake (`confusions.json`, measured) and which glyphs are alike (`look_alikes.json`): docs/reading.md."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def _table() -> dict[str, dict[str, dict[str, int]]]:
    return _read("confusions.json")


@cache
def _alike() -> dict[str, str]:
    return _read("look_alikes.json")


def _read(name: str) -> dict[str, Any]:
    table: dict[str, Any] = json.loads((files(__package__) / name).read_text(encoding="utf-8"))
    return table


def misread(char: str) -> dict[str, int]:
    """Character -> how often `char`, drawn well, was read as it."""
    return _table()["misread"].get(char, {})


def overlooked(char: str) -> dict[str, int]:
    """Look-alike -> how often it was drawn in the place of `char` and read as `char`."""
    return _table()["overlooked"].get(char, {})


def look_alikes(char: str) -> str:
    """Hanzi of GB 2312 whose glyphs are nearest, at most three."""
    return _alike().get(char, "")
