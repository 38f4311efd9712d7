"""`check`: is a spec right? Everything that can be known before any work."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from qwen_pipeline.errors import SpecError

from . import options
from .errors import report
from .output import count, emit_json


@click.command("check")
@options.SPECS
@options.order_options
@options.machine_options
@options.JSON
@options.QUIET
def COMMAND(specs: tuple[Path, ...], as_json: bool, quiet: bool, **given: Any) -> int:
    """Check specs, data, names and options; no work is done."""
    from .progress import planned_aloud

    settings = options.take_settings(given)
    checked: list[dict[str, Any]] = []
    wrong: list[SpecError] = []
    rows = 0
    for spec in specs:
        try:
            planned = planned_aloud(options.take_order(spec, given), settings, quiet or as_json, identified=False)
        except SpecError as error:
            wrong.append(error)
            continue
        plan = planned.plan
        rows += len(plan.failures)
        entry = {"spec": str(spec), "pieces": len(plan.pieces), "scenes": len(plan.scenes), "failures": plan.failures}
        checked.append({**entry, "notices": plan.notices})
        if not quiet and not as_json:
            _show(spec, entry, plan.notices)
    if wrong:
        return report(SpecError(d for error in wrong for d in error.diagnostics), as_json=as_json)
    if as_json:
        emit_json({"ok": not rows, "exit_code": 2 if rows else 0, "specs": checked})
    return 2 if rows else 0


def _show(spec: Path, entry: dict[str, Any], notices: tuple[str, ...]) -> None:
    mark = click.style("✗", fg="red") if entry["failures"] else click.style("✓", fg="green")
    click.echo(f"{mark} {spec}: {count(entry['pieces'], 'piece')}, {count(entry['scenes'], 'picture')}")
    for notice in notices:
        click.echo(click.style(f"    {notice}", dim=True))
    for failure in entry["failures"]:
        click.echo(f"  {click.style('error', fg='red')} {failure.piece}: {failure.code}: {failure.message}", err=True)
        for text in (failure.place and f"--> {failure.place}", failure.hint and f"hint: {failure.hint}"):
            if text:
                click.echo(f"      {text}", err=True)
