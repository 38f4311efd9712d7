"""`list`: what there is to use."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from qwen_pipeline.discover import suggest

from . import options
from .output import console, emit_json, safe, table

Row = dict[str, Any]


@click.command("list")
@click.argument("what", type=click.Choice(["kinds", "layouts", "styles", "engines", "enhancers", "checks", "formats", "icons"]))
@click.option("--kind", help="Layouts of this kind only.")
@click.option("--templates", type=options.FOLDER, help="Another library of kinds, layouts and styles.")
@options.machine_options
@options.JSON
def COMMAND(what: str, kind: str | None, templates: Path | None, as_json: bool, **given: Any) -> int:
    """List kinds, layouts, styles, engines, enhancers, checks, formats or icons."""
    finders: dict[str, Callable[[], list[Row]]] = {
        "kinds": lambda: _kinds(templates),
        "layouts": lambda: _layouts(templates, kind),
        "styles": lambda: _styles(templates),
        "icons": lambda: _icons(templates),
        "engines": lambda: _engines(given),
        "enhancers": lambda: _enhancers(given),
        "checks": _checks,
        "formats": _formats,
    }
    rows = finders[what]()
    if as_json:
        emit_json({"ok": True, "exit_code": 0, what: rows})
    elif what == "icons":
        console().print(safe("  ".join(row["id"] for row in rows)))
    elif rows:
        columns = [name for name in rows[0] if name not in ("capabilities", "rationale", "codes")]
        table(columns, [[safe(str(row[name])) for name in columns] for row in rows])
    return 0


def _kinds(templates: Path | None) -> list[Row]:
    from qwen_pipeline import spec

    return [{"kind": k.kind, "describe": _line(k.describe), "default layout": k.layout} for k in spec.kinds(templates).values()]


def _layouts(templates: Path | None, kind: str | None) -> list[Row]:
    from qwen_pipeline import spec

    known = spec.kinds(templates)
    if kind is not None and kind not in known:
        raise click.UsageError(f"no kind '{kind}': {suggest(kind, known)}")
    kinds = [kind] if kind else list(known)
    return [
        {"kind": name, "layout": layout.name, "slots": _slots(layout), "describe": _line(layout.describe)}
        for name in kinds
        for layout in spec.layouts(name, templates).values()
    ]


def _slots(layout: Any) -> str:
    return ", ".join(name + ("*" if slot.required else "") for name, slot in layout.slots.items())


def _styles(templates: Path | None) -> list[Row]:
    from qwen_pipeline import spec

    return [{"style": s.name, "tone": s.tone, "describe": _line(s.describe)} for s in spec.styles(templates).values()]


def _icons(templates: Path | None) -> list[Row]:
    from qwen_pipeline.spec.kinds import open_templates

    return [{"id": name} for name in open_templates(templates).icons()]


def _engines(given: dict[str, Any]) -> list[Row]:
    from qwen_pipeline import render

    settings = options.take_settings(given)
    rows = []
    for engine_id in render.engine_ids():
        module = render.engine_module(engine_id)
        info = module.INFO
        rows.append(
            {
                "engine": info.id,
                "usage": ", ".join(sorted(info.usages)),
                "licence": info.licence,
                "here": module.missing(settings) or "ready",
                "describe": info.describe,
                "capabilities": sorted(info.capabilities),
            }
        )
    return rows


def _enhancers(given: dict[str, Any]) -> list[Row]:
    from qwen_pipeline import render

    settings = options.take_settings(given)
    modules = [render.enhancer_module(enhancer_id) for enhancer_id in render.enhancer_ids()]
    return [
        {
            "enhancer": module.INFO.id,
            "usage": ", ".join(sorted(module.INFO.usages)),
            "licence": module.INFO.licence,
            "here": module.missing(settings) or "ready",
            "describe": module.INFO.describe,
        }
        for module in modules
    ]


def _checks() -> list[Row]:
    from qwen_pipeline import verify

    return [
        {"check": made.id, "describe": _line(made.describe), "codes": made.codes, "rationale": made.rationale}
        for made in verify.all_checks().values()
    ]


def _formats() -> list[Row]:
    from qwen_pipeline import assemble

    found = [assemble.get_format(format_id) for format_id in assemble.format_ids()]
    return [{"format": f.id, "files": f.suffix, "of": f.scope, "describe": f.describe} for f in found]


def _line(text: str) -> str:
    return text.strip().split("\n")[0]
