"""`review`: a person's yes, no or pick, written down beside the spec."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from . import options
from .output import count, emit_json, safe, table

_MARKS = {"approve": "[green]approved[/]", "pick": "[green]picked[/]", "reject": "[red]rejected[/]"}


@click.command("review")
@click.argument("spec", type=click.Path(path_type=Path))
@click.option("--approve", multiple=True, metavar="PIECE", help="Approve; * is a wildcard, repeatable.")
@click.option("--reject", multiple=True, metavar="PIECE", help="Reject.")
@click.option("--pick", multiple=True, metavar="PIECE", help="Pick this candidate.")
@click.option("--from", "source", type=click.Path(dir_okay=False, path_type=Path), help="Decisions saved from the sheet.")
@click.option("--by", default="", metavar="NAME", help="Who decides.")
@click.option("--note", default="", help="Why.")
@options.order_options
@options.machine_options
@options.JSON
def COMMAND(spec: Path, source: Path | None, by: str, note: str, as_json: bool, **given: Any) -> int:
    """Decide on pieces that wait for a person; without a decision, list them.

    The next build delivers what was approved or picked. Decisions stand in SPEC's name with .review.json, and what was
    approved is kept in .goldens: put both under version control.
    """
    from qwen_pipeline.pipeline.review import read_decisions
    from qwen_pipeline.pipeline.reviewing import desk

    table_ = desk(options.take_order(spec, given), options.take_settings(given))
    if source is not None and not source.is_file():
        raise click.UsageError(f"--from {source}: there is no such file")
    taken = [*(table_.record(read_decisions(source).decisions) if source else ())]
    for verdict in ("approve", "reject", "pick"):
        if given[verdict]:
            taken += table_.decide(verdict, given[verdict], by, note)  # type: ignore[arg-type]
    rows = table_.listed()
    open_ = [row for row in rows if not row.decided]
    waiting = bool(open_) and table_.gate != "none" and not (table_.gate == "pick-one" and any(r.decided for r in rows))
    code = 5 if waiting and not taken else 0
    if as_json:
        emit_json({"ok": code == 0, "exit_code": code, "gate": table_.gate, "decided": taken, "pieces": rows})
        return code
    if taken:
        click.echo(f"{count(len(taken), 'decision')} written; the next build delivers what was approved or picked")
    else:
        table(("piece", "state"), [(safe(row.piece), _state(row.decided, row.built)) for row in rows])
    return code


def _state(decided: str, built: bool) -> str:
    return _MARKS.get(decided) or ("waits" if built else "[dim]not built[/]")
