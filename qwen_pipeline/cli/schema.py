"""`schema`: JSON Schema of the spec language, for editors and CI."""

from __future__ import annotations

import json
from pathlib import Path

import click

from qwen_pipeline.discover import suggest

from . import options

SHARED_KINDS = ("Batch", "Brand", "Layout")
"""Kinds that are not pieces, and have no folder of their own."""


@click.command("schema")
@click.argument("kind", required=False)
@click.option("--all", "every", is_flag=True, help="Every kind, as files.")
@click.option("--out", type=options.FOLDER, help="Where the files of --all go.  [default: schemas]")
@click.option("--templates", type=options.FOLDER, help="Another library of kinds and layouts.")
def COMMAND(kind: str | None, every: bool, out: Path | None, templates: Path | None) -> int:
    """Print the JSON Schema of a kind, or write those of all kinds."""
    from qwen_pipeline import spec
    from qwen_pipeline.store import write_if_changed

    if every == (kind is not None):
        raise click.UsageError("give a kind, or --all")
    if kind is not None:
        known = all_kinds(templates)
        if kind not in known:
            raise click.UsageError(f"no kind '{kind}': {suggest(kind, known)}")
        click.echo(_text(spec.schema(kind, templates)))
        return 0
    folder = out or Path("schemas")
    for name in all_kinds(templates):
        path = folder / f"{name.lower()}.json"
        write_if_changed(path, (_text(spec.schema(name, templates)) + "\n").encode())
        click.echo(path)
    return 0


def all_kinds(templates: Path | None) -> list[str]:
    """Every kind that a spec may be of."""
    from qwen_pipeline import spec

    return [*spec.kinds(templates), *SHARED_KINDS]


def _text(schema: object) -> str:
    return json.dumps(schema, ensure_ascii=False, indent=2)
