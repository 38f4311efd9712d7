"""Results as a table: the newest run of every scenario, or two commits side by side."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from benchmarks.record import RESULTS, Figure, figure_of, read

COLUMNS = ("scenario", "figure", "measured", "wanted", "kept", "peer", "ratio", "commit")


def newest(folder: Path = RESULTS, commit: str | None = None) -> list[dict[str, Any]]:
    """The last line of every scenario (of one commit, where it is named)."""
    found = []
    for path in sorted(folder.glob("*.jsonl")):
        lines = [line for line in read(path) if commit is None or line["commit"].rstrip("+") == commit]
        found += lines[-1:]
    return found


def amount(value: float, unit: str) -> str:
    """`0.412 s`, `211 MB`, `100 %`, `236`."""
    if unit == "s":
        return f"{value:.3f} s" if value < 1 else f"{value:.2f} s"
    if unit == "MB":
        return f"{value:.0f} MB"
    number = f"{value:,.0f}" if float(value).is_integer() else f"{value:,.2f}"
    return f"{number} {unit}".strip()


def row(scenario: str, figure: Figure, commit: str) -> tuple[str, ...]:
    wanted = f"<= {amount(figure.limit, figure.unit)}" if figure.limit is not None else ("<= peer" if figure.peer else "")
    kept = {None: "", True: "yes", False: "NO"}[figure.within]
    peer = f"{figure.peer} {amount(figure.peer_value, figure.unit)}" if figure.peer_value is not None else ""
    ratio = f"{figure.ratio:.2f}" if figure.ratio is not None else ""
    return scenario, figure.name, amount(figure.value, figure.unit), wanted, kept, peer, ratio, commit


def table(lines: Iterable[dict[str, Any]]) -> list[tuple[str, ...]]:
    """One row a figure."""
    return [row(line["scenario"], figure_of(data), line["commit"]) for line in lines for data in line["figures"]]


def two(before: str, after: str, folder: Path = RESULTS) -> list[tuple[str, ...]]:
    """Figures of two commits, with the change in per cent."""
    old = {(line["scenario"], f["name"]): f for line in newest(folder, before) for f in line["figures"]}
    rows = []
    for line in newest(folder, after):
        for new in line["figures"]:
            then = old.get((line["scenario"], new["name"]))
            change = f"{(new['value'] / then['value'] - 1) * 100:+.0f} %" if then and then["value"] else ""
            was = amount(then["value"], then["unit"]) if then else ""
            rows.append((line["scenario"], new["name"], was, amount(new["value"], new["unit"]), change))
    return rows


def text(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Columns of even width."""
    widths = [max(len(line[i]) for line in [header, *rows]) for i in range(len(header))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in [header, *rows]]
    return "\n".join(lines)


def markdown(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """The same as a Markdown table."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
