"""Jinja for string values: sandboxed, strict, data only.

No attribute of a Python object is ever reached: names after a dot are keys of maps or columns of tables. There is no loader,
nothing can be called, and loops are keys of the spec (`for_each`), so an expression always ends.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from jinja2 import StrictUndefined, TemplateError, Undefined, UndefinedError, meta, nodes
from jinja2.exceptions import SecurityError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from qwen_pipeline.types.spec import JINJA_FILTERS

from .bounded import BOUNDED, MAX_OUTPUT_CHARS
from .filters import FILTERS

Names = Mapping[str, Any]
_MAX_DIGITS = 40


class RowView(dict[str, Any]):
    """One row of a table: columns by name."""


class TableView(Sequence[RowView]):
    """A table in an expression: rows in order; by key where the table has one (`q3.on_time`).

    With a key and one other column, the key gives that column's value; else the row.
    """

    def __init__(self, columns: Sequence[str], rows: Sequence[Mapping[str, Any]], key: str | None = None) -> None:
        self.columns = tuple(columns)
        self.rows = tuple(RowView(row) for row in rows)
        self.key = key
        others = [column for column in columns if column != key]
        self._value = others[0] if key and len(others) == 1 else None
        self._by_key = {str(row[key]): row for row in self.rows} if key else {}

    def lookup(self, name: str) -> Any:
        """The entry under `name`; KeyError when there is none."""
        row = self._by_key[name]
        return row[self._value] if self._value else row

    def with_rows(self, rows: Sequence[RowView]) -> TableView:
        return TableView(self.columns, rows, self.key)

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, index: Any) -> Any:
        return self.rows[index] if isinstance(index, (int, slice)) else self.lookup(str(index))

    def __iter__(self) -> Iterator[RowView]:
        return iter(self.rows)


_WIDE_FORMAT = re.compile(r"%[^a-zA-Z%]*(\*|\d{4})")


class DataEnvironment(ImmutableSandboxedEnvironment):
    """Attribute access is key access, nothing is callable, and no product can fill the memory."""

    intercepted_binops = frozenset({"*", "**", "%"})

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        if operator == "%" and isinstance(left, str):
            if _WIDE_FORMAT.search(left):
                raise SecurityError("'%' takes widths and precisions of up to three digits")
            return super().call_binop(context, operator, left, right)
        if isinstance(left, (str, list, tuple)) or isinstance(right, (str, list, tuple)):
            raise SecurityError(f"'{operator}' works on numbers only")
        if operator == "**" and (abs(left) > 10**6 or abs(right) > 6):
            raise SecurityError("'**' takes numbers up to 1,000,000 and exponents up to 6")
        result = super().call_binop(context, operator, left, right)
        if abs(result) > 10**_MAX_DIGITS:
            raise SecurityError(f"a number of more than {_MAX_DIGITS} digits")
        return result

    def getattr(self, obj: Any, attribute: str) -> Any:
        return self._entry(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        if isinstance(argument, int) and isinstance(obj, (tuple, list, str, TableView)):
            try:
                return obj[argument]
            except IndexError:
                return self.undefined(f"there is no entry {argument}")
        return self._entry(obj, argument)

    def _entry(self, obj: Any, name: Any) -> Any:
        if isinstance(obj, Undefined):
            return self.undefined(obj=obj, name=name)
        try:
            if isinstance(obj, Mapping):
                return obj[name]
            if isinstance(obj, TableView):
                return obj.lookup(str(name))
        except KeyError:
            return self.undefined(f"'{name}' is not there; there are: {_some(obj)}")
        return self.undefined(f"'{name}' cannot be taken from {_kind(obj)}")

    def is_safe_callable(self, obj: Any) -> bool:
        return False

    def call(self, context: Any, obj: Any, *args: Any, **kwargs: Any) -> Any:
        raise SecurityError("calls are not allowed in specs; use filters")


def _some(obj: Any) -> str:
    names = list(obj) if isinstance(obj, Mapping) else sorted(obj._by_key) if isinstance(obj, TableView) else []
    return ", ".join(str(name) for name in names[:8]) + (", ..." if len(names) > 8 else "")


def _kind(obj: Any) -> str:
    return {"str": "a text", "int": "a number", "float": "a number", "tuple": "a list", "list": "a list"}.get(
        type(obj).__name__, "this"
    )


class ExpansionError(ValueError):
    """A string could not be expanded. `code`: undefined, forbidden, bad-expression."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def make_environment() -> DataEnvironment:
    """The environment of specs: strict, no escaping, our filters and nothing that reads or runs."""
    env = DataEnvironment(undefined=StrictUndefined, autoescape=False, keep_trailing_newline=False, cache_size=0)
    env.globals.clear()
    env.filters = {**{name: env.filters[name] for name in sorted(JINJA_FILTERS)}, **FILTERS, **BOUNDED}
    return env


ENVIRONMENT = make_environment()


def is_dynamic(text: str) -> bool:
    """Whether `text` has anything for Jinja in it."""
    return "{{" in text or "{%" in text or "{#" in text


_REFUSED = (
    *(nodes.For, nodes.Macro, nodes.CallBlock, nodes.FilterBlock, nodes.Include, nodes.Import, nodes.FromImport),
    *(nodes.Extends, nodes.Block, nodes.Assign, nodes.AssignBlock, nodes.With),
)


def refuse_statements(text: str) -> None:
    """Raise ExpansionError `forbidden` for statements other than `if`, and for the template's own object."""
    tree = ENVIRONMENT.parse(text)
    if any(name.name == "self" for name in tree.find_all(nodes.Name)):
        raise ExpansionError("forbidden", "'self' is not allowed in specs")
    found = next(tree.find_all(_REFUSED), None)
    if found is not None:
        name = type(found).__name__.lower()
        raise ExpansionError("forbidden", f"'{{% {name} %}}' is not allowed in specs; repeat with for_each, choose with when")


@lru_cache(maxsize=8192)
def compile_text(text: str) -> Callable[[Names], str]:
    """A function from names to the expanded text; raises ExpansionError, also when called."""
    if not is_dynamic(text):
        return lambda _names: text
    full = _compile_template(text)
    parts = _PLAIN_ENTRY.split(text)
    literals = parts[::_PARTS]
    plain = not any(is_dynamic(literal) or "\r" in literal for literal in literals) and not text.endswith("\n")
    return _entries_reader(parts, full) if plain and set(parts[3::_PARTS]) <= _PLAIN_FILTERS else full


_PLAIN_ENTRY = re.compile(r"\{\{ *(\w+)\.(\w+) *(?:\| *(\w+) *)?\}\}")
_PARTS = 4
"""`split` gives the literal before an entry, its map's name, its key and its filter, over and over, and the last literal."""
_PLAIN_FILTERS = frozenset({None, "date", "money", "number", "percent", "time"})
"""Filters that take of their context no more than the name `locale`."""


def _entries_reader(parts: Sequence[str], full: Callable[[Names], str]) -> Callable[[Names], str]:
    """`{{ row.sku }}, {{ row.price | money }}`: most of what a batch expands, without the template's machinery.

    What is not there, no text or in any way wrong goes the full way, and is reported there.
    """
    entries = [(parts[i], parts[i + 1], parts[i + 2], FILTERS.get(parts[i + 3])) for i in range(0, len(parts) - 1, _PARTS)]
    last = parts[-1]

    def read(names: Names) -> str:
        out: list[str] = []
        for literal, name, key, change in entries:
            value = names.get(name)
            found = value.get(key) if isinstance(value, dict) else None
            if not isinstance(found, str):
                return full(names)
            try:
                out += (literal, change(names, found) if change else found)
            except (ValueError, TypeError, ArithmeticError, LookupError):
                return full(names)
        result = "".join((*out, last))
        return result if len(result) <= MAX_OUTPUT_CHARS else full(names)

    return read


def _compile_template(text: str) -> Callable[[Names], str]:
    try:
        refuse_statements(text)
        template = ENVIRONMENT.from_string(text)
    except TemplateError as error:
        raise ExpansionError("bad-expression", f"{error}") from error

    def expand(names: Names) -> str:
        result: str = _guarded(lambda: template.render(names))
        if len(result) > MAX_OUTPUT_CHARS:
            raise ExpansionError("too-long", f"expands to {len(result)} characters; {MAX_OUTPUT_CHARS} are allowed")
        return result

    return expand


@lru_cache(maxsize=8192)
def compile_expression(text: str) -> Callable[[Names], Any]:
    """A function from names to the value of a bare expression (`when`, `where`, `query`)."""
    try:
        expression = ENVIRONMENT.compile_expression(text, undefined_to_none=False)
    except TemplateError as error:
        raise ExpansionError("bad-expression", f"{error}") from error

    either = text.split(" or ") if _EITHER.fullmatch(text) else None

    def evaluate(names: Names) -> Any:
        value = _first(either, names) if either else None
        if value is not None:
            return value
        value = _guarded(lambda: expression(names))
        if isinstance(value, Undefined):
            _guarded(lambda: str(value))
        return value

    return evaluate


_EITHER = re.compile(r"\w+( or \w+)*")


def _first(either: Sequence[str], names: Names) -> Any:
    """Of names joined by `or`, what the first one with something to it stands for; None where the full way has to tell."""
    for name in either:
        if name not in names:
            return None
        if names[name]:
            return names[name]
    return None


@lru_cache(maxsize=8192)
def names_in(text: str, expression: bool = False) -> frozenset[str]:
    """The names that a text or an expression reads."""
    source = "{{ " + text + " }}" if expression else text
    try:
        return frozenset(meta.find_undeclared_variables(ENVIRONMENT.parse(source)))
    except TemplateError:
        return frozenset()


def _guarded(function: Callable[[], Any]) -> Any:
    try:
        return function()
    except UndefinedError as error:
        raise ExpansionError("undefined", str(error)) from error
    except SecurityError as error:
        raise ExpansionError("forbidden", str(error)) from error
    except (TemplateError, ValueError, TypeError, ArithmeticError, LookupError, AttributeError, AssertionError) as error:
        raise ExpansionError("bad-expression", str(error)) from error
    except (OverflowError, MemoryError, RecursionError) as error:
        raise ExpansionError("too-long", f"this expression grows without bound ({type(error).__name__})") from error
