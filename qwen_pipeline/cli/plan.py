"""`plan`: what a build would make, and what is there already."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from . import options
from .output import console, count, emit_json, safe, table

if TYPE_CHECKING:
    from qwen_pipeline.pipeline import Forecast
    from qwen_pipeline.types import Piece

_MAX_LISTED = 40


@click.command("plan")
@options.SPECS
@options.order_options
@options.machine_options
@options.JSON
@click.option("--all", "show_all", is_flag=True, help=f"List every piece, not only the first {_MAX_LISTED}.")
def COMMAND(specs: tuple[Path, ...], as_json: bool, show_all: bool, **given: Any) -> int:
    """Show pieces, pictures, files and time, and what is made already."""
    from qwen_pipeline.pipeline import forecast
    from qwen_pipeline.store import open_store

    from .progress import planned_aloud

    settings = options.take_settings(given)
    shown = []
    for spec in specs:
        planned = planned_aloud(options.take_order(spec, given), settings, as_json)
        ahead = forecast(planned.plan, open_store(settings))
        if as_json:
            shown.append(_object(ahead))
        else:
            _show(ahead, None if show_all else _MAX_LISTED)
    if as_json:
        emit_json({"ok": True, "exit_code": 0, "plans": shown})
    return 0


def _object(ahead: Forecast) -> dict[str, Any]:
    plan = ahead.plan
    return {
        "name": plan.name,
        "digest": plan.digest,
        "engine": plan.engine.id,
        "estimate": ahead.estimate,
        "pieces": [{**_piece(piece), "made": piece.id in ahead.made} for piece in plan.pieces],
        "scenes": [
            {
                "fingerprint": scene.fingerprint,
                "width_px": scene.request.width_px,
                "height_px": scene.request.height_px,
                "seed": scene.request.seed,
                "tokens": scene.tokens,
                "used_by": scene.used_by,
                "drawn": scene.fingerprint not in ahead.missing,
            }
            for scene in plan.scenes
        ],
        "outputs": [request.name for request in plan.run_outputs],
        "failures": plan.failures,
        "notices": plan.notices,
    }


def _piece(piece: Piece) -> dict[str, Any]:
    return {
        "id": piece.id,
        "kind": piece.kind,
        "locales": piece.locales,
        "canvas": [_canvas(piece)],
        "pages": len(piece.pages),
        "outputs": [request.name for request in piece.outputs],
        "fingerprint": piece.fingerprint,
    }


def _canvas(piece: Piece) -> str:
    canvas = piece.pages[0].canvas
    if canvas.width_px:
        return f"{canvas.width_px} x {canvas.height_px} px"
    return f"{canvas.width_pt / 72 * 25.4:.0f} x {canvas.height_pt / 72 * 25.4:.0f} mm"


def _show(ahead: Forecast, limit: int | None) -> None:
    plan, echo = ahead.plan, console().print
    echo(f"\n[bold]{safe(plan.name)}[/]  [dim]{count(len(plan.pieces), 'piece')} · {plan.engine.id}[/]\n")
    rows = [
        (
            "[green]✓[/]" if piece.id in ahead.made else "[dim]·[/]",
            safe(piece.id),
            _canvas(piece),
            str(len(piece.pages)),
            safe(", ".join(request.name for request in piece.outputs)),
        )
        for piece in plan.pieces[:limit]
    ]
    table(("", "piece", "size", "pages", "files"), rows, right=(3,))
    if limit is not None and len(plan.pieces) > limit:
        echo(f"  [dim]and {len(plan.pieces) - limit:,} more (--all lists them)[/]")
    for request in plan.run_outputs:
        echo(f"  [dim]of the whole run:[/] {safe(request.name)}")
    for failure in plan.failures:
        echo(f"  [red]✗[/] {safe(failure.piece)}: {safe(failure.message)} [dim]({failure.code}, {safe(failure.place)})[/]")
    for notice in plan.notices:
        echo(f"  [dim]{safe(notice)}[/]")
    echo(_costs(ahead))


def _costs(ahead: Forecast) -> str:
    estimate, plan = ahead.estimate, ahead.plan
    made = f"{len(ahead.made):,} of {count(len(plan.pieces), 'piece')} made"
    pictures = f"{count(estimate.scenes, 'picture')}, {estimate.scenes_cached:,} there or not needed"
    prompts = f" [dim]·[/] {count(estimate.prompts, 'prompt')} to rewrite" if estimate.prompts else ""
    return f"\n  {made} [dim]·[/] {pictures}{prompts} [dim]·[/] about {_time(estimate.seconds)} of drawing"


def _time(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
