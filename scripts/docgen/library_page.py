"""docs/library.md: kinds, layouts and slots, styles, icons, engines, formats and checks, from the files themselves."""

from __future__ import annotations

import importlib
import inspect
from pathlib import Path
from typing import Any

from qwen_pipeline import assemble, render, spec, verify
from qwen_pipeline.spec.kinds import open_templates
from qwen_pipeline.types.spec import AssetKind, Layout, SlotSpec
from qwen_pipeline.verify.profile import load_profile

from .models import FieldDoc, ModelDoc, read_models
from .text import NOTE, fields_table, join, prose, table


def page() -> str:
    return join(NOTE, prose("library"), _kinds(), _styles(), _icons(), _engines(), _formats(), _checks())


def _kinds() -> str:
    return join("## Kinds and layouts", *(_kind(kind) for kind in spec.kinds().values()))


def _kind(kind: AssetKind) -> str:
    words = [
        f"Canvas `{kind.canvas.size}` unless the spec says otherwise; layout `{kind.layout}`, chosen with `{kind.layout_key}`."
    ]
    if kind.pages:
        words.append(f"Its pages are the entries of `{kind.pages}`, each with a layout of its own.")
    words.append(f"Without `outputs`: {', '.join(f'`{output.format}`' for output in kind.outputs)}.")
    if kind.facts:
        words.append("Every number on the page must come from `facts` or `data`.")
    return join(
        f"### {kind.kind}", kind.describe, " ".join(words), *(_layout(layout) for layout in spec.layouts(kind.kind).values())
    )


def _layout(layout: Layout) -> str:
    rows = [row for name, slot in layout.slots.items() for row in _slot_rows(name, slot)]
    return join(f"#### `{layout.name}`", layout.describe, table(("slot", "type", "fits well", ""), rows))


def _slot_rows(name: str, slot: SlotSpec) -> list[tuple[str, ...]]:
    count = f" {slot.min or 0} to {slot.max}" if slot.max else (f" {slot.min} or more" if slot.min else "")
    fits = ", ".join(f"{number} {script}" for script, number in slot.max_chars.items())
    required = " (required)" if slot.required else ""
    rows: list[tuple[str, ...]] = [(f"`{name}`", f"{slot.type}{count}{required}", fits, slot.describe)]
    for field, inner in slot.fields.items():
        rows += _slot_rows(f"{name}{'[]' if slot.type == 'items' else ''}.{field}", inner)
    return rows


def _styles() -> str:
    rows = [(f"`{style.name}`", style.tone, style.describe) for style in spec.styles().values()]
    return join("## Styles", table(("`scene.style`", "tone", ""), rows))


def _icons() -> str:
    return join("## Icons", ", ".join(f"`{name}`" for name in open_templates(None).icons()))


def _engines() -> str:
    rows = []
    for engine_id in render.engine_ids():
        info = render.engine_module(engine_id).INFO
        rows.append(
            (f"`{info.id}`", info.licence, ", ".join(sorted(info.usages)), ", ".join(sorted(info.capabilities)), info.describe)
        )
    return join("## Engines", table(("engine", "licence", "usage", "can", ""), rows))


def _formats() -> str:
    parts = []
    for format_id in assemble.format_ids():
        made = assemble.get_format(format_id)
        per = "one a page" if made.page_per_file else f"one a {made.scope}"
        head = f"{made.describe}. Files: {', '.join(f'`{s}`' for s in made.suffixes)}, {per}."
        parts.append(join(f"### `{format_id}`", head, fields_table(_option_fields(made.options))))
    return join("## Formats", "Options stand beside `format` and `name` in an entry of `outputs`.", *parts)


def _checks() -> str:
    profile = {name: load_profile(name) for name in ("print", "screen")}  # type: ignore[arg-type]
    parts = []
    for made in verify.all_checks().values():
        levels = {name: rules[made.id].level for name, rules in profile.items() if made.id in rules}
        default = (
            next(iter(levels.values())) if len(set(levels.values())) == 1 else ", ".join(f"{k}: {v}" for k, v in levels.items())
        )
        codes = ", ".join(f"`{made.id}/{code}`" for code in made.codes)
        head = f"{made.describe} {made.rationale}"
        facts = f"Level: {default}. Codes: {codes}."
        parts.append(join(f"### `{made.id}`", head, facts, fields_table(_option_fields(made.settings))))
    intro = "`checks: {contrast: warn}`, or with settings: `checks: {contrast: {level: error, min: 7}}`."
    return join("## Checks", intro, *parts)


def _option_fields(model: type[Any]) -> list[FieldDoc]:
    """Fields of a pydantic model and of its bases, from their modules' sources; the bases' first."""
    found: list[FieldDoc] = []
    for ancestor in reversed(model.__mro__):
        if ancestor.__module__.startswith("qwen_pipeline."):
            found += _source(ancestor).fields
    return found


def _source(model: type[Any]) -> ModelDoc:
    path = inspect.getsourcefile(importlib.import_module(model.__module__))
    assert path is not None
    return read_models(Path(path))[model.__name__]
