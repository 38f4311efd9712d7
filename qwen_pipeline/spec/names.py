"""The names that strings may read, and what is wrong with those that read others."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from jinja2.tests import TESTS

from qwen_pipeline.errors import Diagnostic
from qwen_pipeline.types import Place
from qwen_pipeline.types.spec import BUILT_IN_NAMES, FILTERS, LOOP_ENTRIES, PAGE_NAMES, SlotSpec, Table

from .reading import Reading, read_names
from .report import Report, nearest
from .tree import Map

Names = Mapping[str, "tuple[str, ...] | None"]
"""Name -> its entries; None where they cannot be told."""

ROW = "row"
_GIVEN = frozenset({*BUILT_IN_NAMES, *PAGE_NAMES})


def table_names(tables: Iterable[str], loaded: Mapping[str, Table]) -> dict[str, tuple[str, ...] | None]:
    """Tables under `data`; the entries of one with a key are its rows. Those that could not be read have any."""
    return {name: _row_keys(loaded[name]) if name in loaded else None for name in tables}


def _row_keys(table: Table) -> tuple[str, ...]:
    return tuple(str(row[table.key]) for row in table.rows) if table.key else ()


def piece_names(variables: Iterable[str], facts: Iterable[str], tables: Names) -> Names:
    """What every string of a piece sees: vars hide tables of the same name."""
    return {**BUILT_IN_NAMES, **tables, **dict.fromkeys(variables), "facts": tuple(facts)}


def page_names(names: Names, entry: tuple[str, ...] | None, *, repeated: bool) -> Names:
    """What the strings of a page see; `entry`: what `item` has where the page is repeated."""
    return {**names, **PAGE_NAMES, **(item_names(entry) if repeated else {})}


def item_names(entry: tuple[str, ...] | None) -> Names:
    return {"item": entry, "loop": LOOP_ENTRIES}


def row_names(columns: tuple[str, ...] | None) -> Names:
    """What a `where` sees: the columns, and `row` with them."""
    return {**dict.fromkeys(columns or ()), ROW: columns}


def slot_entries(slot: SlotSpec) -> tuple[str, ...] | None:
    """Entries of a slot's value, or of each of its `items`."""
    return tuple(slot.fields) if slot.type in ("items", "group") and slot.fields else None


def slot_names(slots: Mapping[str, SlotSpec]) -> Names:
    return {name: slot_entries(slot) if slot.type == "group" else None for name, slot in slots.items()}


def check_names(text: str, names: Names, place: Place, report: Report, *, expression: bool = False) -> None:
    """Report filters, names and entries that are not there. What is optional in the text itself is let through."""
    found: dict[str, list[Diagnostic]] = {}
    for problem in _problems(read_names(text, expression), names, place):
        found.setdefault(problem.code, []).append(problem)
    shown = text if len(text) <= 80 else text[:79] + "…"
    for code, problems in found.items():  # one diagnostic a code and place, so that none hides another
        message = ", ".join(problem.message for problem in problems)
        report.add(code, f"{message}, in “{shown}”", place, " ".join(dict.fromkeys(problem.hint for problem in problems)))


def _problems(reading: Reading, names: Names, place: Place) -> Iterator[Diagnostic]:
    for name in reading.filters:
        if name not in FILTERS:
            yield Diagnostic("unknown-filter", f"no filter '{name}'", place, nearest(name, sorted(FILTERS)))
    for name in reading.tests:
        yield Diagnostic("unknown-test", f"no test '{name}'", place, nearest(name, filter(str.isalpha, TESTS)))
    for name in reading.names:
        if name not in names:
            yield Diagnostic("undefined", f"'{name}' is undefined", place, hint_for(name, names))
    for name, key in reading.entries:
        known = names.get(name)
        if known is None or key in known:
            continue
        if name == ROW:
            yield Diagnostic("unknown-column", f"the rows have no column '{key}'", place, nearest(key, known))
        else:
            hint = nearest(key, known) or f"'{name}' has no entries by name"
            yield Diagnostic("undefined", f"'{name}' has no '{key}'", place, hint)


def hint_for(name: str, names: Names) -> str:
    """The nearest name, else the piece's own names, else where to define one."""
    close = difflib.get_close_matches(name, list(names), n=1)
    if close:
        return f"did you mean '{close[0]}'?"
    own = sorted(n for n in names if n not in _GIVEN and not (n == "facts" and not names[n]))
    return f"names there are: {', '.join(own[:12])}" if own else "define it under vars"


def batch_names(tree: Map, axes: Mapping[str, Sequence[Any]], tables: Mapping[str, Table], rows: str) -> Names:
    """What strings of a batch and of its template see because of the batch: its row, axes, vars and tables."""
    declared, variables = tree.get("data"), tree.get("vars")
    names = dict(table_names(declared if isinstance(declared, Map) else (), tables))
    names.update(dict.fromkeys(variables if isinstance(variables, Map) else ()))
    if isinstance(declared, Map) and rows in declared:
        names[ROW] = tables[rows].columns if rows in tables else None
    for axis, values in axes.items():
        if axis != "locale":
            names[axis] = ("id",) if axis == "size" else _axis_entries(values)
    return names


def _axis_entries(values: Sequence[Any]) -> tuple[str, ...] | None:
    """Entries that values of an axis have, where they are maps."""
    maps = [value for value in values if isinstance(value, Mapping)]
    return tuple(dict.fromkeys(key for value in maps for key in value)) if maps and len(maps) == len(values) else None
