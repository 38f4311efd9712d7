"""How commands speak: tables for people, one JSON object for machines."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from rich.console import Console

    from qwen_pipeline.types import Finding

_MARKS = {"error": ("✗", "red"), "internal": ("✗", "magenta"), "warn": ("!", "yellow"), "info": ("·", "blue")}


@cache
def console(stderr: bool = False) -> Console:
    """The terminal; plain and as wide as needed where it is none."""
    from rich.console import Console

    made = Console(stderr=stderr, highlight=False, soft_wrap=True)
    if not made.is_terminal:
        made.width = 10_000
    return made


def emit_json(value: dict[str, Any]) -> None:
    """The one object of `--json`."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2, default=_plain))


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return dataclasses.asdict(value)
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    return str(value)


def table(columns: Sequence[str], rows: Iterable[Sequence[str]], *, right: Sequence[int] = (), indent: int = 2) -> None:
    """A table without lines; columns numbered in `right` are set flush right."""
    from rich.padding import Padding
    from rich.table import Table
    from rich.text import Text

    made = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0), header_style="dim")
    for number, column in enumerate(columns):
        made.add_column(column, justify="right" if number in right else "left", overflow="fold")
    for row in rows:
        made.add_row(*(Text.from_markup(cell) for cell in row))
    console().print(Padding(made, (0, 0, 0, indent), expand=False))


def safe(text: str) -> str:
    """Text on one line, with brackets that rich would read as styles escaped."""
    from rich.markup import escape

    return escape(one_line(text))


def one_line(text: str) -> str:
    """Text whose control characters are shown and not sent: what a spec holds never starts a line or moves a cursor."""
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)


def finding_lines(finding: Finding) -> list[str]:
    """What a check saw, as one or two lines of markup; its hint is apart, because many findings share one."""
    mark, color = _MARKS[finding.severity]
    where = " · ".join(part for part in (finding.page, finding.string) if part)
    lines = [f"  [{color}]{mark}[/] [bold]{finding.check}[/] {safe(finding.message)}"]
    if where:
        lines[0] += f" [dim]({safe(where)})[/]"
    if finding.measured and finding.allowed:
        lines.append(f"      [dim]found[/] {safe(finding.measured)}[dim], allowed[/] {safe(finding.allowed)}")
    return lines


def count(number: int, one: str, many: str = "") -> str:
    """`1 piece`, `3 pieces`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def size(number: int) -> str:
    """Bytes as people read them."""
    value = float(number)
    for unit in ("B", "kB", "MB", "GB"):
        if value < 1000 or unit == "GB":
            return f"{value:.0f} {unit}" if unit in ("B", "kB") or value >= 100 else f"{value:.1f} {unit}"
        value /= 1000
    raise AssertionError
