"""`doctor`: what this machine can do, and what keeps it from doing more."""

from __future__ import annotations

import os
import platform
import shutil
import sys
from collections.abc import Iterable, Iterator, Sequence
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal

import click

from qwen_pipeline.dataclass import dataclass

from . import options
from .fitting import Card, Fit, cards, describe, fits
from .output import console, emit_json, safe, size

_WEIGHTS = "trained engines want an accelerator and weights: build --engine ID --download, or --weights DIR"


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing found. `bad` keeps builds from working; `note` is good to know."""

    name: str
    state: Literal["ok", "note", "bad"]
    value: str
    hint: str = ""


@click.command("doctor")
@options.machine_options
@options.JSON
def COMMAND(as_json: bool, **given: Any) -> int:
    """Look at this machine: engines, accelerator, memory, fonts, store."""
    settings = options.take_settings(given)
    found = cards()
    models = tuple(fits(settings, found))
    facts = [*_versions(), *_fonts(), *_store(settings.store), *_machine(found), *_engines(settings), *_enhancers(settings)]
    facts += [*_auto(settings), *_models(models), *_flows()]
    bad = any(fact.state == "bad" for fact in facts)
    if as_json:
        emit_json({"ok": not bad, "exit_code": 4 if bad else 0, "facts": facts, "accelerators": found, "models": models})
        return 4 if bad else 0
    marks = {"ok": "[green]✓[/]", "note": "[yellow]·[/]", "bad": "[red]✗[/]"}
    width = max(len(fact.name) for fact in facts)
    for fact in facts:
        console().print(f"  {marks[fact.state]} [dim]{fact.name:<{width}}[/] {safe(fact.value)}")
        if fact.hint:
            console().print(f"    {'':<{width}} [cyan]hint:[/] {safe(fact.hint)}")
    return 4 if bad else 0


def _versions() -> Iterator[Fact]:
    python = f"Python {platform.python_version()} · {sys.platform}"
    yield Fact("qwen-pipeline", "ok", f"{metadata.version('qwen-pipeline')} · {python}")


def _fonts() -> Iterator[Fact]:
    from qwen_pipeline.pipeline.bench import FONT_PACKAGE

    try:
        yield Fact("fonts", "ok", f"{FONT_PACKAGE} {metadata.version(FONT_PACKAGE)}: Chinese, Japanese, Korean, Latin")
    except metadata.PackageNotFoundError:
        yield Fact("fonts", "bad", f"{FONT_PACKAGE} is not installed", f"pip install {FONT_PACKAGE}")


def _store(folder: Path) -> Iterator[Fact]:
    existing = next(parent for parent in (folder, *folder.absolute().parents) if parent.exists())
    free = shutil.disk_usage(existing).free
    writable = os.access(existing, os.W_OK)
    hint = "" if writable else "choose a folder of your own with --store or QWEN_PIPELINE_STORE"
    yield Fact("store", "ok" if writable else "bad", f"{folder}, {size(free)} free", hint)


def _machine(found: Sequence[Card]) -> Iterator[Fact]:
    memory = ""
    if hasattr(os, "sysconf") and "SC_PHYS_PAGES" in os.sysconf_names:
        memory = f", {size(os.sysconf('SC_PHYS_PAGES') * os.sysconf('SC_PAGE_SIZE'))} memory"
    yield Fact("processor", "ok", f"{os.cpu_count()} cores{memory}")
    for card in found:
        free = f"{size(card.total_bytes)}, {size(card.free_bytes)} free, compute capability {card.capability}"
        yield Fact("accelerator", "ok", f"{card.name}, {free}")
    if not found:
        yield Fact("accelerator", "note", "none that nvidia-smi knows of")
    if find_spec("torch") is None:
        yield Fact("torch", "note", "not installed: only the draft engine draws here", 'pip install "qwen-pipeline[model]"')
    else:
        yield Fact("torch", "ok", metadata.version("torch"))


def _models(models: Iterable[Fit]) -> Iterator[Fact]:
    """What each engine takes, and what this machine makes of it."""
    for fit in models:
        yield Fact(f"memory {fit.engine}", "ok" if fit.fits and fit.weights == "here" else "note", describe(fit))


def _engines(settings: Any) -> Iterator[Fact]:
    from qwen_pipeline import render

    for engine_id in render.engine_ids():
        module = render.engine_module(engine_id)
        reason = module.missing(settings)
        uses = " and ".join(sorted(module.INFO.usages))
        ready = f"ready, for {uses} use ({module.INFO.licence})"
        yield Fact(f"engine {engine_id}", "note" if reason else "ok", f"for {uses} use; {reason}" if reason else ready)


def _auto(settings: Any) -> Iterator[Fact]:
    """What draws where no engine is named."""
    from qwen_pipeline import render

    for usage in ("commercial", "research"):
        engine_id, _ = render.choose_engine("auto", usage, settings)
        hint = _WEIGHTS if engine_id == "draft" and usage == "research" else ""
        yield Fact(f"auto, {usage}", "ok", f"{engine_id} draws where a spec names no engine", hint)


def _enhancers(settings: Any) -> Iterator[Fact]:
    from qwen_pipeline import render

    for enhancer_id in render.enhancer_ids():
        module = render.enhancer_module(enhancer_id)
        reason = module.missing(settings)
        uses = " and ".join(sorted(module.INFO.usages))
        ready = f"ready, for {uses} use ({module.INFO.licence})"
        yield Fact(f"enhancer {enhancer_id}", "note" if reason else "ok", reason or ready)


def _flows() -> Iterator[Fact]:
    if find_spec("prefect") is None:
        yield Fact("flows", "note", "not installed", 'for scheduled batches: pip install "qwen-pipeline[flows]"')
    else:
        yield Fact("flows", "ok", f"prefect {metadata.version('prefect')}")
