"""Spec: text -> Spec. What is written is read, merged, checked and placed; nothing is expanded and nothing is drawn."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from qwen_pipeline.types.spec import AssetKind, Layout, StyleSheet

from .kinds import open_templates, templates_dir
from .load import load

__all__ = ["kinds", "layouts", "load", "schema", "styles", "templates_dir"]


def kinds(templates: Path | str | None = None) -> dict[str, AssetKind]:
    """Kinds of pieces by name; SpecError, naming the file, for a broken template."""
    return open_templates(templates).kinds()


def layouts(kind: str, templates: Path | str | None = None) -> dict[str, Layout]:
    """Layouts of a kind by name, each with all it inherits; KeyError for a kind that is not there."""
    from .extends import layouts_of

    offered = open_templates(templates)
    return layouts_of(offered, offered.kinds()[kind])


def styles(templates: Path | str | None = None) -> dict[str, StyleSheet]:
    """Named styles by name."""
    return open_templates(templates).styles()


def schema(kind: str, templates: Path | str | None = None) -> dict[str, Any]:
    """The JSON Schema (2020-12) of a kind, or of Layout, Brand or Batch; KeyError for another word."""
    from .json_schema import make_schema

    return make_schema(kind, open_templates(templates))
