"""`fonts`: families of type beside the built-in sans. Nothing is downloaded unless it is asked for here."""

from __future__ import annotations

from pathlib import Path

import click

from . import options
from .output import emit_json, size, table

FONTS = click.option("--fonts", "folder", type=options.FOLDER, help="Where families are kept.  [default: the user's data folder]")


@click.group("fonts")
def COMMAND() -> None:
    """Families of type beside the built-in sans: which are here, and how to add one.

    A spec names a family with `family: serif`, in a brand, a layout, a style, a role or a layer. Files of your own go into the
    brand's `fonts`, and win.
    """


@COMMAND.command("list")
@FONTS
@options.JSON
def show(folder: Path | None, as_json: bool) -> int:
    """Families that can be added, and whether they are here."""
    from qwen_pipeline.pipeline import typefaces

    here = typefaces.installed(_folder(folder))
    known = [
        {"family": s.family, "installed": s.family in here, "licence": s.licence, "download_bytes": s.size_bytes, "url": s.url}
        for s in typefaces.CATALOGUE.values()
    ]
    if as_json:
        emit_json({"ok": True, "exit_code": 0, "folder": str(_folder(folder)), "families": known})
        return 0
    rows = [
        (s.family, "here" if s.family in here else "not here", size(s.size_bytes), s.licence)
        for s in typefaces.CATALOGUE.values()
    ]
    table(("family", "", "download", "what it is"), rows, right=(2,))
    return 0


@COMMAND.command("add")
@click.argument("family")
@click.option(
    "--from", "archive", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="An archive fetched before."
)
@FONTS
@options.JSON
def add(family: str, archive: Path | None, folder: Path | None, as_json: bool) -> int:
    """Download a family, check it against the digest that this version knows, and keep its regular and bold."""
    from qwen_pipeline import discover
    from qwen_pipeline.pipeline import typefaces

    if family not in typefaces.CATALOGUE:
        raise click.UsageError(f"no family '{family}': {discover.suggest(family, typefaces.CATALOGUE)}")
    source = typefaces.CATALOGUE[family]
    if not as_json and archive is None:
        click.echo(f"  {source.url} ({size(source.size_bytes)})")
    files = typefaces.add(source, _folder(folder), archive)
    if as_json:
        emit_json({"ok": True, "exit_code": 0, "family": family, "files": [str(path) for path in files]})
        return 0
    for path in files:
        click.echo(f"  {path}")
    return 0


def _folder(given: Path | None) -> Path:
    from qwen_pipeline.settings import Settings

    return given or Settings().fonts
