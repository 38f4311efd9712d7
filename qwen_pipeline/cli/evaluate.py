"""`evaluate`: how well an engine spells."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import click

from . import options
from .output import console, emit_json, table

_SIZE = re.compile(r"(\d{2,5})x(\d{2,5})")


@click.command("evaluate")
@click.argument("sets", metavar="SET...", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--engine", default="auto", metavar="ID", show_default=True, help="auto, or one of `list engines`.")
@click.option(
    "--usage",
    type=click.Choice(["research", "commercial"]),
    default="research",
    show_default=True,
    help="Decides which weights may be used.",
)
@click.option("--out", type=options.FOLDER, help="Where pictures and reports go.  [default: out/evaluation-<engine>]")
@click.option("--limit", type=click.IntRange(1), metavar="N", help="Only N briefs of each set, spread evenly over it.")
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="Another seed, other pictures.")
@click.option("--size", metavar="WxH", help="Pixels of a picture.  [default: the engine's squarest, else 1024x1024]")
@click.option("--workers", type=click.IntRange(1, 256), help="Processes to work with.  [default: by pictures and cores]")
@options.machine_options
@options.JSON
@options.QUIET
def COMMAND(sets: tuple[Path, ...], out: Path | None, size: str | None, as_json: bool, quiet: bool, **given: Any) -> int:
    """Draw the briefs of a set, read the pictures back, and count what they spell.

    A SET is a JSONL file of prompts with the strings each picture must spell (LongText-Bench as it is); prompts without
    strings (GenEval, a folder of DPG-Bench's prompts, a text file) are drawn and laid out for outside scoring.
    """
    from qwen_pipeline.pipeline import Trial, evaluate
    from qwen_pipeline.pipeline.evaluation_report import COLUMNS, as_data, rows

    from .progress import listening

    pixels = _pixels(size)
    settings = options.take_settings(given, workers=given["workers"])
    folder = out or Path("out") / f"evaluation-{given['engine']}"
    trial = Trial(sets, given["engine"], given["usage"], given["limit"], given["seed"], pixels)
    with listening(quiet or as_json) as on_event:
        made = evaluate(trial, folder, settings, on_event)
    code = 4 if made.failed else 0
    if as_json:
        emit_json({"ok": not code, "exit_code": code, "out": str(folder), "rendered": made.rendered, **as_data(made)})
        return code
    if made.groups and not quiet:
        table(COLUMNS, rows(made), right=range(2, len(COLUMNS)))
    if not quiet:
        failed = f", {made.failed} failed" if made.failed else ""
        console().print(f"  {len(made.judged)} pictures{failed}; {folder / 'index.html'}")
    return code


def _pixels(size: str | None) -> tuple[int, int] | None:
    if size is None:
        return None
    match = _SIZE.fullmatch(size)
    if match is None:
        raise click.UsageError(f"--size {size}: write it as 1024x1024")
    return int(match[1]), int(match[2])
