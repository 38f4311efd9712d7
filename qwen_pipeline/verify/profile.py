"""Profiles: which checks run by default, how strictly, and why. Data in `profiles/*.yaml`; a spec's `checks` win over them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Literal

import yaml

from qwen_pipeline.types import CheckRule, Piece

ProfileName = Literal["print", "screen"]


def profile_name(piece: Piece) -> ProfileName:
    """`print` where any page has a bleed or is measured in millimetres or points; `screen` where all are in pixels."""
    canvases = [page.canvas for page in piece.pages]
    return "print" if any(c.bleed_pt > 0 or c.width_px is None for c in canvases) else "screen"


def profile_for(piece: Piece) -> Mapping[str, CheckRule]:
    """The rules of the piece's profile."""
    return load_profile(profile_name(piece))


@cache
def load_profile(name: ProfileName) -> Mapping[str, CheckRule]:
    """Check id -> rule: those of `default.yaml`, then the profile's own changes."""
    merged = {**_entries("default"), **_entries(name)}
    return {check_id: _rule(check_id, entry) for check_id, entry in merged.items()}


def _entries(name: str) -> dict[str, dict[str, Any]]:
    text = (files("qwen_pipeline.verify") / "profiles" / f"{name}.yaml").read_text(encoding="utf-8")
    entries: dict[str, dict[str, Any]] = yaml.safe_load(text)["checks"]
    return entries


def _rule(check_id: str, entry: Mapping[str, Any]) -> CheckRule:
    options = tuple((key, value) for key, value in entry.items() if key not in ("level", "reason"))
    return CheckRule(check_id, entry["level"], options)
