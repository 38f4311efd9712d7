"""Names that strings see: locale, brand, data, vars, facts, a row and the axes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from qwen_pipeline.dataclass import dataclass
from qwen_pipeline.errors import SpecError
from qwen_pipeline.types import Fact, Place
from qwen_pipeline.types.spec import FactSpec, Spec, Table

from .environment import Names, RowView, TableView, is_dynamic, names_in
from .locales import locale_names, resolve_locale_maps
from .scope import PlanError, Scope, fail


@dataclass(frozen=True)
class Vocabulary:
    """The vars and facts of a spec, in the order they are written; which of them change with a row or an axis."""

    spec: Spec
    vars: Mapping[str, Any]
    facts: Mapping[str, FactSpec]
    tables: Mapping[str, TableView]
    dynamic: frozenset[str]

    def fixed(self, locales: tuple[str, ...], shape: str) -> dict[str, dict[str, Any]]:
        """Names a locale that no row changes."""
        out: dict[str, dict[str, Any]] = {}
        for tag in locales:
            names: dict[str, Any] = {
                "locale": locale_names(tag),
                "name": self.spec.name,
                "brand": {"name": self.spec.theme.name if self.spec.theme else ""},
                "pair": len(locales) > 1,
                "shape": shape,
                **self.tables,
            }
            out[tag] = names
            self._add(names, tag, dynamic=False)
        return out

    def complete(self, fixed: Mapping[str, Names], extra: Names) -> dict[str, Names]:
        """Names of one piece: the fixed ones, the row and axes in `extra`, and the vars and facts that read them."""
        out: dict[str, Names] = {}
        for tag, names in fixed.items():
            own = {**names, **extra}
            if self.dynamic:
                self._add(own, tag, dynamic=True)
            out[tag] = own
        return out

    def _add(self, names: dict[str, Any], tag: str, *, dynamic: bool) -> None:
        scope = Scope(names={tag: names})
        for name, value in self.vars.items():
            if (name in self.dynamic) == dynamic:
                names[name] = self._var(name, value, tag, scope)
        if ("facts" in self.dynamic) == dynamic:
            values: dict[str, Any] = {}
            names["facts"] = values
            for name, fact in self.facts.items():
                values[name] = scope.evaluate(fact.query, tag, lambda name=name: self.spec.place(f"facts.{name}.query"))  # type: ignore[misc]

    def _var(self, name: str, value: Any, tag: str, scope: Scope) -> Any:
        def place() -> Any:
            return self.spec.place(f"vars.{name}")

        try:
            found = resolve_locale_maps(value, tag)
        except KeyError:
            raise fail("missing-locale", f"vars.{name} has no text for {tag}", place(), f"add {tag}: ...") from None
        return _expand(found, tag, scope, place)

    def fact_list(self, names: Names) -> tuple[Fact, ...]:
        values = names.get("facts", {})
        return tuple(Fact(name, str(values[name]), fact.cite) for name, fact in self.facts.items())


def _expand(value: Any, tag: str, scope: Scope, place: Any) -> Any:
    if isinstance(value, str):
        return scope.expand(value, tag, place)
    if isinstance(value, Mapping):
        return {key: _expand(item, tag, scope, place) for key, item in value.items()}
    if isinstance(value, tuple):
        return tuple(_expand(item, tag, scope, place) for item in value)
    return getattr(value, "source", value)


def make_vocabulary(
    spec: Spec, extra_vars: Mapping[str, Any], tables: Mapping[str, TableView], changing: frozenset[str]
) -> Vocabulary:
    """`changing`: row and axes; vars and facts that read them, directly or through another, change too."""
    document = spec.document
    facts: Mapping[str, FactSpec] = getattr(document, "facts", {})
    variables = {**getattr(document, "vars", {}), **extra_vars}
    dynamic = set(changing)
    for name, value in variables.items():
        if _reads(value) & dynamic:
            dynamic.add(name)
    if any(names_in(fact.query, expression=True) & dynamic for fact in facts.values()):
        dynamic.add("facts")
    return Vocabulary(spec, variables, facts, tables, frozenset(dynamic))


def _reads(value: Any) -> frozenset[str]:
    if isinstance(value, str):
        return names_in(value) if is_dynamic(value) else frozenset()
    if isinstance(value, Mapping):
        return frozenset().union(*(_reads(item) for item in value.values()))
    if isinstance(value, (list, tuple)):
        return frozenset().union(*(_reads(item) for item in value))
    if hasattr(value, "values"):
        return frozenset().union(*(_reads(text) for _, text in value.values))
    return frozenset()


def table_views(spec: Spec) -> dict[str, TableView]:
    """The tables of a spec by name, with the rows that each one's `where` lets through."""
    sources = spec.document.data
    return {name: _view(table, sources[name].where, spec) for name, table in spec.tables.items()}


def _view(table: Table, where: str | None, spec: Spec) -> TableView:
    rows: Sequence[Mapping[str, Any]] = table.rows
    if where:
        rows = [row for row in rows if row_passes(where, row, lambda: spec.place(f"data.{table.name}.where"))]
    return TableView(table.columns, rows, table.key)


def row_passes(where: str, row: Mapping[str, Any], place: Callable[[], Place]) -> bool:
    """Whether a row is let through; SpecError where that cannot be told. Columns are names, and so is `row`."""
    try:
        return bool(Scope(names={"": {**row, "row": RowView(row)}}).evaluate(where, "", place))
    except PlanError as error:
        raise SpecError([error.diagnostic]) from error
