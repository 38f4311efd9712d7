"""Tables of `data`: read by the reader that the key names, typed, keyed. A row that is wrong is set aside, not the table."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any, Protocol, cast

from qwen_pipeline import discover
from qwen_pipeline.dataclass import dataclass
from qwen_pipeline.types import Place
from qwen_pipeline.types.spec import DataSource, SourceFloat, SourceInt, Table

from .diagnose import validate
from .files import Files, shown
from .jinja import check_expression
from .readers._table import BadData, RawTable, ReadRequest
from .report import Report, nearest
from .shape import keys
from .tree import Map, place_of

READERS = "qwen_pipeline.spec.readers"
MAX_BYTES = 100_000_000
_INTEGER = re.compile(r"[-+]?(\d+|\d{1,3}(,\d{3})+)$", re.ASCII)
_NUMBER = re.compile(r"[-+]?(\d+|\d{1,3}(,\d{3})+)?(\.\d+)?([eE][-+]?\d+)?$", re.ASCII)
_PLAIN = re.compile(r"-?\d{1,300}(\.\d{1,300})?$", re.ASCII)
_DATE = re.compile(
    r"(\d{4})(?:-(\d{1,2})-(\d{1,2})|/(\d{1,2})/(\d{1,2})|\.(\d{1,2})\.(\d{1,2})"
    r"|年(\d{1,2})月(\d{1,2})日?|(\d{2})(\d{2}))$"
)
"""2026-04-18, 2026/4/18, 2026.4.18, 2026年4月18日, 20260418"""
_TRUE = frozenset({"true", "yes", "y", "1", "是", "真"})
_FALSE = frozenset({"false", "no", "n", "0", "否", "假"})
_WORDS = {"int": "a whole number", "float": "a number", "date": "a date (2026-04-18)", "bool": "true or false"}

Bad = tuple[str, str, str, Place]


class Reader(Protocol):
    """A module in `readers/`."""

    def read(self, raw: bytes, request: ReadRequest) -> RawTable: ...


@dataclass(frozen=True, slots=True)
class Declared:
    """One entry of `data`, with the reader it names and the file."""

    name: str
    source: DataSource
    reader: str
    path: str
    tree: Map


def declare(data: Any, report: Report) -> tuple[Declared, ...]:
    """The entries of `data:`, checked; what is wrong goes to `report`."""
    if not isinstance(data, Map):
        return ()
    found = []
    for name, tree in data.items():
        made = _declared(name, tree, report) if isinstance(tree, Map) else None
        if made is not None:
            found.append(made)
    return tuple(found)


def _declared(name: str, tree: Map, report: Report) -> Declared | None:
    readers = discover.modules(READERS)
    known = [*readers, *(k for k in keys(DataSource) if k not in readers)]
    for key in tree:
        if key not in known:
            report.add("unknown-key", f"there is no key '{key}' here", tree.keys_at[key], nearest(key, known))
    named = [key for key in tree if key in readers]
    if not named and any(key not in known for key in tree):
        return None
    if len(named) != 1:
        code, message = ("bad-count", "several files") if named else ("missing-key", "no file")
        hint = f"one of {', '.join(f'{r}: FILE' for r in readers)}"
        report.add(code, f"data.{name} names {message}", tree.at, hint)
        return None
    source = validate(DataSource, tree.pick(set(known)), report)
    if source is None:
        return None
    if source.where:
        check_expression(source.where, tree.places["where"], report)
    return Declared(name, source, named[0], str(tree[named[0]]), tree)


def load_tables(
    declared: tuple[Declared, ...], files: Files, report: Report, *, rows_name: str | None = None
) -> dict[str, Table]:
    """All tables by name. Bad rows of the table `rows_name` are left to the plan; those of any other are errors."""
    tables = {}
    for entry in declared:
        table = _load(entry, files, report)
        if table is None:
            continue
        if entry.name != rows_name:
            for _, code, message, place in table.bad:
                report.add(code, message, place, data=True)
        tables[entry.name] = table
    return tables


def _load(entry: Declared, files: Files, report: Report) -> Table | None:
    place = entry.tree.places[entry.reader]
    path = files.find(entry.path, place, what="data file")
    if path is None:
        return None
    files.note(path)
    size = path.stat().st_size
    if size > MAX_BYTES:
        report.add("too-large", f"{size:,} bytes; {MAX_BYTES:,} are allowed", Place(shown(path)), data=True)
        return None
    reader = cast(Reader, discover.load(READERS, entry.reader, what="reader", place=place))
    file = shown(path)
    try:
        raw = reader.read(path.read_bytes(), ReadRequest(entry.source.encoding, entry.source.sheet))
    except BadData as error:
        report.add(error.code, error.message, Place(file, error.line, 1 if error.line else 0), error.hint, data=True)
        return None
    if raw.encoding not in ("UTF-8", "XLSX"):
        report.notices.append(f"data.{entry.name}: {entry.path} was read as {raw.encoding}")
    return _table(entry, raw, file, report)


def _table(entry: Declared, raw: RawTable, file: str, report: Report) -> Table | None:
    if not _check_columns(entry, raw.columns, report):
        return None
    types, key = entry.source.types, entry.source.key
    rows: list[Mapping[str, Any]] = []
    places: list[Place] = []
    bad: list[Bad] = [(str(number_of(line)), code, message, Place(file, line, 1)) for line, code, message in raw.bad]
    seen: dict[str, int] = {}
    for number, (line, values) in enumerate(raw.rows, 1):
        place = Place(file, line, 1)
        try:
            row = {name: values.get(name) for name in raw.columns}
            for name, value in row.items():
                if name in types or not isinstance(value, str):
                    row[name] = convert(value, types.get(name), name)
            if key:
                _check_key(key, row, seen, line)
        except _BadRow as error:
            name = str(values.get(key) or number) if key else str(number)
            bad.append((name, error.code, str(error), place))
            continue
        rows.append(row)
        places.append(place)
    return Table(entry.name, raw.columns, tuple(rows), tuple(places), key, raw.encoding, tuple(bad))


def number_of(line: int) -> str:
    """What a row without a readable key is called."""
    return f"line-{line}"


def _check_columns(entry: Declared, columns: tuple[str, ...], report: Report) -> bool:
    named = [(("key",), entry.source.key)] + [(("types", name), name) for name in entry.source.types]
    sound = True
    for path, name in named:
        if name is not None and name not in columns:
            sound = False
            place = place_of(entry.tree, path, key=path[0] == "types")
            report.add("unknown-column", f"{entry.path} has no column '{name}'", place, nearest(name, columns))
    return sound


class _BadRow(Exception):
    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def _check_key(key: str, row: Mapping[str, Any], seen: dict[str, int], line: int) -> None:
    value = row[key]
    text = "" if value is None else str(value).strip()
    if not text:
        raise _BadRow("missing-row-key", f"the key column '{key}' is empty")
    if text in seen:
        raise _BadRow("duplicate-row-key", f"{key} '{text}' is taken by line {seen[text]}")
    seen[text] = line


def convert(value: Any, type_: str | None, column: str) -> Any:
    """A cell as the type asked for; an empty cell is None (text: an empty text). Without a type, as it was read."""
    if type_ is None:
        return _untyped(value)
    if type_ == "text":
        return "" if value is None else _as_text(value)
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    made = {"int": _to_int, "float": _to_float, "date": _to_date, "bool": _to_bool}[type_](value)
    if made is None:
        raise _BadRow("bad-cell", f"{column}: '{_as_text(value)}' is not {_WORDS[type_]}")
    return made


def _untyped(value: Any) -> Any:
    if isinstance(value, SourceInt):
        return int(value)
    return float(value) if isinstance(value, SourceFloat) else value


def _as_text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(getattr(value, "source", value))


def _to_int(value: Any) -> int | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, (int, float)):
        return int(value) if value == int(value) else None
    text = str(value).strip()
    return int(text.replace(",", "")) if len(text) < 300 and _INTEGER.match(text) else None


def _to_float(value: Any) -> float | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, (int, float)):
        return float(value)
    text = str(value).strip()
    if not _PLAIN.match(text) and not (_NUMBER.match(text) and re.search(r"\d", text)):
        return None
    number = SourceFloat(text.replace(",", ""))
    number.source = text
    return number if abs(number) != float("inf") else None


def _to_date(value: Any) -> dt.date | None:
    if isinstance(value, dt.datetime):
        return value.date()
    if isinstance(value, dt.date):
        return value
    match = _DATE.match(_as_text(value).strip())
    if not match:
        return None
    year, month, day = (int(group) for group in match.groups() if group is not None)
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None


def _to_bool(value: Any) -> bool | None:
    if isinstance(value, bool):
        return value
    text = _as_text(value).strip().lower()
    return True if text in _TRUE else False if text in _FALSE else None
