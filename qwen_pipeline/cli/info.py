"""`info`: how a file was made."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from . import options
from .output import console, emit_json, safe

_DRAWN_BY = {
    "none": "none",
    "neural": "drawn by a trained model",
    "algorithmic": "computed, without a trained model",
}


@click.command("info")
@click.argument("image", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@options.JSON
def COMMAND(image: Path, as_json: bool) -> int:
    """Show how a PDF or picture was made: piece, engine, prompts, seeds."""
    from qwen_pipeline.pipeline import read_record

    record = read_record(image)
    if as_json:
        emit_json({"ok": True, "exit_code": 0, "record": record})
    else:
        _show(image, record)
    return 0


def _show(image: Path, record: dict[str, Any]) -> None:
    echo = console().print
    echo(f"\n[bold]{safe(image.name)}[/]  [dim]{safe(str(record['generator']))}[/]\n")
    engine = record.get("engine", {})
    rows = [
        ("piece", f"{record['piece']} ({record['kind']}, {record['usage']})" if record.get("piece") else ""),
        ("locales", ", ".join(record.get("locales", ()))),
        ("pages", ", ".join(record.get("pages", ()))),
        ("engine", " ".join(str(engine.get(key, "")) for key in ("id", "version", "licence"))),
        ("pictures", _DRAWN_BY.get(record["drawn_by"], "")),
        ("fingerprint", record.get("fingerprint", "")),
    ]
    for name, value in rows:
        if value:
            echo(f"  [dim]{name:<12}[/] {safe(value)}")
    for scene in record["scenes"]:
        _show_scene(scene)


def _show_scene(scene: dict[str, Any]) -> None:
    echo, request = console().print, scene["request"]
    echo(f"\n  [bold]picture {scene['fingerprint'][:16]}[/]")
    size = f"{request['width_px']} x {request['height_px']} px, seed {request['seed']}, {request['num_inference_steps']} steps"
    echo(f"  [dim]{'drawn':<12}[/] {size}")
    for name, value in _made(scene, request):
        if value:
            echo(f"  [dim]{name:<12}[/] {safe(value)}")
    for number, source in enumerate(scene["sources"]):
        echo(f"  [dim]{'from' if number == 0 else 'then':<12}[/] {safe(' '.join(source['prompt'].split()))}")
    echo(f"  [dim]{'then' if scene['sources'] else 'prompt':<12}[/] {safe(' '.join(request['prompt'].split()))}")
    if request.get("negative_prompt"):
        echo(f"  [dim]{'not wanted':<12}[/] {safe(request['negative_prompt'])}")


def _enhanced(request: dict[str, Any]) -> str:
    """What rewrote the prompt, and the prompt before; or what was to, and could not."""
    made, wish = request.get("enhanced"), request.get("enhance")
    if made:
        by = f"by {made['enhancer']} {made['version']}, weights {made['weights_digest'][:16]}, seed {made['seed']}"
        return f"{by}, from: {' '.join(made['prompt'].split())}"
    return f"no usable answer by {wish['enhancer']}: the template's own prompt" if wish else ""


def _made(scene: dict[str, Any], request: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """What else decided the pixels, and what they were drawn with."""
    yield "weights", request.get("weights_digest", "")
    yield "mode", scene.get("mode", "") or request.get("dtype", "")
    yield "sigmas", ", ".join(f"{sigma:g}" for sigma in request.get("sigmas", ()))
    scale = request.get("true_cfg_scale", 1)
    yield "guidance", f"{scale:g}" if scale > 1 else ""
    yield "adapters", ", ".join(f"{a['digest'][:16]} x {a['weight']:g}" for a in request.get("adapters", ()))
    yield "enhanced", _enhanced(request)
    yield "references", ", ".join(name[:22] for name in request.get("references", ()))
    yield "versions", ", ".join(f"{name} {version}" for name, version in sorted(scene.get("versions", {}).items()))
