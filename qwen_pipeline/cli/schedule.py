"""`schedule`: a batch's `schedule:` as a deployment of a Prefect server."""

from __future__ import annotations

import dataclasses
import threading
from pathlib import Path
from typing import Any

import click

from . import options
from .flow import flows, spread_options, take_spread
from .output import emit_json


@click.command("schedule")
@click.argument("spec", metavar="SPEC", type=click.Path(path_type=Path))
@click.option("--out", type=options.FOLDER, help="Where the files go.  [default: out/<name>]")
@options.order_options
@options.machine_options
@click.option("--workers", type=click.IntRange(1, 256), help="How many work at once.  [default: by pieces and cores]")
@spread_options
@click.option("--pool", default="qwen-pipeline", show_default=True, metavar="NAME", help="The work pool; it is made if missing.")
@click.option("--serve", is_flag=True, help="Start a server and a worker on this machine, and keep the schedule until stopped.")
@options.JSON
def COMMAND(spec: Path, out: Path | None, workers: int | None, pool: str, serve: bool, as_json: bool, **given: Any) -> int:
    """Have a batch built by its `schedule:` (cron and time zone), and only when something has changed."""
    from .build import out_folders

    settings = options.take_settings(given, workers=workers)
    (folder,) = out_folders((spec,), out)
    order, spread = options.take_order(spec, given), take_spread(given, workers)
    machine = settings.model_dump(mode="json", exclude_unset=True)
    deploying = flows("deploy")
    if not serve:
        show(deploying.deploy(order, folder, spread, pool, machine), as_json)
        return 0
    with deploying.serving(settings, pool) as url:
        show(deploying.deploy(order, folder, spread, pool, machine), as_json)
        click.echo(f"  pages at {url}; Ctrl-C stops the schedule", err=True)
        threading.Event().wait()
    return 0


def show(deployed: Any, as_json: bool) -> None:
    if as_json:
        emit_json({"ok": True, "deployment": dataclasses.asdict(deployed)})
        return
    when = f"{deployed.cron} ({deployed.timezone})" if deployed.cron else "no schedule in the spec; run it by hand"
    click.echo(f"  {deployed.name} in the pool {deployed.pool}: {when}")
