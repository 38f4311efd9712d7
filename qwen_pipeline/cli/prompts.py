"""`prompts`: what the engine would be told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from . import options
from .output import emit_json


@click.command("prompts")
@options.SPECS
@options.order_options
@options.machine_options
@options.JSON
def COMMAND(specs: tuple[Path, ...], as_json: bool, **given: Any) -> int:
    """Show the expanded prompt of every picture, with its token count."""
    from qwen_pipeline.pipeline import prompt_text

    from .progress import planned_aloud

    settings = options.take_settings(given)
    found = []
    for spec in specs:
        plan = planned_aloud(options.take_order(spec, given), settings, as_json).plan
        for scene in plan.scenes:
            if as_json:
                found.append({"fingerprint": scene.fingerprint, "tokens": scene.tokens, "limit": plan.engine.prompt_limit_tokens,
                              "used_by": scene.used_by, "strings": scene.strings, "request": scene.request})  # fmt: skip
            else:
                click.echo(click.style("─" * 72, dim=True))
                click.echo(prompt_text(scene, plan.engine))
        if not plan.scenes and not as_json:
            click.echo(f"{spec}: no picture is drawn for this spec", err=True)
    if as_json:
        emit_json({"ok": True, "exit_code": 0, "scenes": found})
    return 0
