"""Progress of a build: bars on a terminal, plain lines elsewhere, nothing when quiet."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from qwen_pipeline.pipeline import Event

Listener = Callable[["Event"], None]
_NAMES = {"letter": "lettering", "scenes": "pictures", "pieces": "pieces"}
_WORDS = {"failed": "failed", "rejected": "refused by a check", "warned": "made, with warnings", "done": "made"}


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


def _say(event: Event) -> None:
    if event.step in _NAMES and event.outcome not in ("", "cached"):
        text = f"[{event.done}/{event.total}] {_NAMES[event.step]}"
        text += f": {event.subject} {_WORDS[event.outcome]}" if event.subject else ""
        click.echo(text + (f": {event.message}" if event.message else ""), err=True)
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
        TextColumn("[dim]{task.fields[subject]}"),
    )
    with Progress(*columns, console=console(stderr=True), transient=True) as progress:
        tasks: dict[str, TaskID] = {}

        def listen(event: Event) -> None:
            if event.step not in _NAMES:
                if event.message:
                    progress.console.print(f"  [dim]{safe(event.message)}[/]")
                return
            if event.step not in tasks:
                tasks[event.step] = progress.add_task(_NAMES[event.step], total=event.total, subject="")
            progress.update(tasks[event.step], completed=event.done, total=event.total, subject=safe(event.subject))
            if event.outcome == "failed":
                progress.console.print(f"  [red]✗[/] {safe(event.subject)}: {safe(event.message)}")

        yield listen
