"""Progress of a build: bars on a terminal, plain lines elsewhere, nothing when quiet."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import click

from .output import size

if TYPE_CHECKING:
    from qwen_pipeline.pipeline import Event, Order, Planned
    from qwen_pipeline.settings import Settings

Listener = Callable[["Event"], None]
_NAMES = {"letter": "lettering", "enhance": "prompts", "scenes": "pictures", "read": "reading", "pieces": "pieces"}
_PHASES = {"identify": "weights MB", "encode": "encoding", "denoise": "steps", "write": "words"}
"""What an engine with weights does between pictures: shown on a terminal only, where it can be overwritten."""
_WORDS = {"failed": "failed", "rejected": "refused by a check", "warned": "made, with warnings", "done": "made"}


def planned_aloud(order: Order, settings: Settings, quiet: bool, *, identified: bool = True) -> Planned:
    """A plan, with a word about weights that are read for the first time: that may take a minute."""
    from qwen_pipeline.pipeline import make_plan, unheard

    return make_plan(order, settings, unheard if quiet else _say, identified=identified)


@contextlib.contextmanager
def listening(quiet: bool) -> Iterator[Listener]:
    """Something to hear the events of a build with, on standard error."""
    if quiet:
        yield lambda event: None
    elif sys.stderr.isatty():
        with _bars() as listener:
            yield listener
    else:
        yield _say


def duration(seconds: float) -> str:
    """Hours, minutes and seconds, as coarse as people need them: `1 h 20 min`, `4 min`, `35 s`."""
    whole = round(seconds)
    if whole >= 3600:
        return f"{whole // 3600} h {whole % 3600 // 60} min"
    return f"{round(whole / 60)} min" if whole >= 100 else f"{whole} s"


def _say(event: Event) -> None:
    if event.step in _NAMES and event.outcome not in ("", "cached"):
        text = f"[{event.done}/{event.total}] {_NAMES[event.step]}"
        text += f": {event.subject} {_WORDS[event.outcome]}" if event.subject else ""
        text += f", about {duration(event.seconds_left)} left" if event.seconds_left else ""
        click.echo(text + (f": {event.message}" if event.message else ""), err=True)
    elif event.step == "load":
        click.echo(f"loading {size(event.total)} of weights", err=True)
    elif event.step == "identify" and event.done == 0:
        click.echo(f"reading {size(event.total)} of weights once, for their digest", err=True)
    elif event.step == "encode" and event.done == event.total:
        click.echo(f"[{event.done}/{event.total}] prompts encoded", err=True)
    elif event.message:
        click.echo(event.message, err=True)


@contextlib.contextmanager
def _bars() -> Iterator[Listener]:
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

    from .output import console, safe

    columns = (
        TextColumn("  {task.description:<10}"),
        BarColumn(bar_width=32, complete_style="cyan", finished_style="green"),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[left]}"),
        TextColumn("[dim]{task.fields[subject]}"),
    )
    with Progress(*columns, console=console(stderr=True), transient=True) as progress:
        tasks: dict[str, TaskID] = {}

        def listen(event: Event) -> None:
            if event.step == "load":
                progress.console.print(f"  [dim]loading {size(event.total)} of weights[/]")
                return
            if event.step not in _NAMES and event.step not in _PHASES:
                if event.message:
                    progress.console.print(f"  [dim]{safe(event.message)}[/]")
                return
            if event.step not in tasks:
                name = _NAMES.get(event.step) or _PHASES[event.step]
                tasks[event.step] = progress.add_task(name, total=None, subject="", left="")
            left = f"{duration(event.seconds_left)} left" if event.seconds_left else ""
            unit = 1_000_000 if event.step == "identify" else 1
            done, total = event.done // unit, event.total // unit
            progress.update(tasks[event.step], completed=done, total=total, subject=safe(event.subject), left=left)
            if event.outcome == "failed":
                progress.console.print(f"  [red]✗[/] {safe(event.subject)}: {safe(event.message)}")

        yield listen
