"""The table in docs/performance.md: the newest result of every scenario. What stands around the marks is written by hand."""

from __future__ import annotations

from pathlib import Path

from benchmarks import compare

BEGIN, END = "<!-- figures: made by `make docs` from benchmarks/results -->", "<!-- end of figures -->"


def page(path: Path) -> str:
    """The page with its figures replaced."""
    before, rest = path.read_text(encoding="utf-8").split(BEGIN)
    after = rest.split(END)[1]
    return f"{before}{BEGIN}\n\n{figures()}\n\n{END}{after}"


def figures() -> str:
    lines = compare.newest()
    if not lines:
        return "No results yet: `make bench`."
    machines = {_machine(line["machine"]) for line in lines}
    columns = compare.COLUMNS[:-1]
    rows = [row[:-1] for row in compare.table(lines)]
    return f"Measured on: {'; '.join(sorted(machines))}.\n\n{compare.markdown(columns, rows)}"


def _machine(facts: dict[str, object]) -> str:
    return f"{facts['cpus']} cores of {facts['cpu']}, {facts['memory_gib']:g} GiB, {facts['system']}, Python {facts['python']}"
