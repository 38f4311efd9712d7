"""`reproduce`: draw a delivered file's pictures again, from the file alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from . import options
from .output import console, emit_json, safe


@click.command("reproduce")
@click.argument("image", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--out", type=options.FOLDER, help="Where the pictures go.  [default: beside the file, in <name>.scenes]")
@click.option("--assets", type=options.FOLDER, help="Where the reference pictures lie; they are found by their digest.")
@options.machine_options
@options.JSON
def COMMAND(image: Path, out: Path | None, assets: Path | None, as_json: bool, **given: Any) -> int:
    """Draw a file's pictures again and compare them with what was delivered."""
    from qwen_pipeline.pipeline import reproduce

    made = reproduce(image, out or image.with_name(image.stem + ".scenes"), options.take_settings(given), assets)
    same = all(picture.same for picture in made)
    if as_json:
        emit_json({"ok": same, "exit_code": 0 if same else 1, "pictures": made})
    for picture in () if as_json else made:
        mark = "[green]✓ same pixels[/]" if picture.same else "[red]✗ other pixels[/]"
        console().print(f"  {mark}  {safe(picture.path)}")
    if not made and not as_json:
        console().print("  this file shows no drawn picture")
    return 0 if same else 1
