"""Markdown for the generated pages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from .models import FieldDoc, ModelDoc

NOTE = "<!-- Made by `make docs`; do not edit. -->"


def prose(name: str) -> str:
    """What people wrote for a generated page: `prose/<name>.md`."""
    return (Path(__file__).parent / "prose" / f"{name}.md").read_text(encoding="utf-8")


def cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table; "" without rows."""
    lines = [" | ".join(cell(value) for value in row) for row in rows]
    return (
        "\n".join([f"| {' | '.join(header)} |", "|" + "---|" * len(header), *(f"| {line} |" for line in lines)]) if lines else ""
    )


def fields_table(fields: Iterable[FieldDoc]) -> str:
    return table(("key", "value", "default", ""), [(f"`{f.name}`", f.type, f.default, f.doc) for f in fields])


def model_section(model: ModelDoc, level: int = 3, skip: Iterable[str] = ()) -> str:
    """Heading, docstring and keys of a model."""
    fields = [field for field in model.fields if field.name not in set(skip)]
    return join(f"{'#' * level} {model.name}", model.doc, fields_table(fields))


def join(*parts: str) -> str:
    """Parts with an empty line between; empty ones left out."""
    return "\n\n".join(part.strip("\n") for part in parts if part.strip())
