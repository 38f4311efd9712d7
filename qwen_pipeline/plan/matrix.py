"""Matrix x rows -> cells. `exclude` and `include` mean what they mean in CI matrices."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from qwen_pipeline.dataclass import dataclass
from qwen_pipeline.types import Place
from qwen_pipeline.types.spec import SizeAxis

from .scope import fail


@dataclass(frozen=True, slots=True)
class Cell:
    """One combination of axis values: ids for names and matching, values for expressions."""

    ids: tuple[tuple[str, str], ...]
    values: Mapping[str, Any]
    row: str | None = None
    """Only for the row with this key (an `include` with `row`)."""

    def id(self, axis: str) -> str | None:
        return dict(self.ids).get(axis)


def axis_id(value: Any) -> str:
    """What an axis value is called: itself, or its `id`."""
    if isinstance(value, SizeAxis):
        return value.id
    if isinstance(value, Mapping):
        return str(value.get("id", ""))
    return str(getattr(value, "source", value))


def read_axes(matrix: Mapping[str, Sequence[Any]]) -> dict[str, tuple[Any, ...]]:
    """The axes without exclude and include; sizes as SizeAxis."""
    axes: dict[str, tuple[Any, ...]] = {}
    for name, values in matrix.items():
        if name not in ("exclude", "include"):
            axes[name] = tuple(v if name != "size" or isinstance(v, SizeAxis) else SizeAxis.model_validate(v) for v in values)
    return axes


def cells(matrix: Mapping[str, Sequence[Any]], place: Place) -> tuple[Cell, ...]:
    """All combinations, less the excluded, plus the included."""
    axes = read_axes(matrix)
    rules = [_rule(entry) for entry in matrix.get("exclude", ())]
    out = [cell for cell in _product(axes) if not any(_matches(rule, cell) for rule in rules if "row" not in rule)]
    for entry in matrix.get("include", ()):
        out.append(_included(_rule(entry), axes, place))
    return tuple(out)


def excluded_rows(matrix: Mapping[str, Sequence[Any]]) -> list[Mapping[str, str]]:
    """Exclusions that name a row."""
    return [rule for rule in (_rule(entry) for entry in matrix.get("exclude", ())) if "row" in rule]


def excludes(rules: Sequence[Mapping[str, str]], cell: Cell, key: str) -> bool:
    return any(rule["row"] == key and _matches({k: v for k, v in rule.items() if k != "row"}, cell) for rule in rules)


def cells_of_row(combos: Sequence[Cell], rules: Sequence[Mapping[str, str]], key: str) -> list[Cell]:
    """The cells of one row. An `include` of what is there already adds nothing."""
    found: dict[tuple[tuple[str, str], ...], Cell] = {}
    for cell in combos:
        if cell.row in (None, key) and not excludes(rules, cell, key):
            found.setdefault(cell.ids, cell)
    return list(found.values())


def _rule(entry: Mapping[str, Any]) -> dict[str, str]:
    return {name: axis_id(value) for name, value in entry.items()}


def _product(axes: Mapping[str, Sequence[Any]]) -> Iterator[Cell]:
    for values in itertools.product(*axes.values()):
        yield Cell(tuple((n, axis_id(v)) for n, v in zip(axes, values, strict=True)), dict(zip(axes, values, strict=True)))


def _matches(rule: Mapping[str, str], cell: Cell) -> bool:
    return all(cell.id(name) == value for name, value in rule.items())


def _included(rule: Mapping[str, str], axes: Mapping[str, Sequence[Any]], place: Place) -> Cell:
    values: dict[str, Any] = {}
    for name, options in axes.items():
        if name not in rule:
            raise fail(
                "bad-include",
                f"include says nothing of the axis '{name}'",
                place,
                f"add {name}: one of " + ", ".join(axis_id(o) for o in options),
            )
        values[name] = next((o for o in options if axis_id(o) == rule[name]), None)
        if values[name] is None:
            raise fail(
                "bad-include",
                f"'{rule[name]}' is not on the axis '{name}'",
                place,
                "there are: " + ", ".join(axis_id(o) for o in options),
            )
    extra = {k: v for k, v in rule.items() if k not in axes and k != "row"}
    ids = tuple((n, axis_id(v)) for n, v in values.items()) + tuple(extra.items())
    return Cell(ids, {**values, **extra}, rule.get("row"))
