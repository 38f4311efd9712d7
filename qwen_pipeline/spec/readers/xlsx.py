"""Workbooks: one sheet, its first row the header. Values as they were last calculated."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from typing import Any

from ._table import MAX_COLUMNS, MAX_ROWS, BadData, RawTable, ReadRequest, header, too_many

MAX_UNPACKED = 300_000_000
MAX_RATIO = 150
MAX_PARTS = 5_000
MAX_EMPTY = 10_000
_SMALL = 2_000_000
_ERRORS = frozenset({"#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!"})


def read(raw: bytes, request: ReadRequest) -> RawTable:
    """A table from a sheet; BadData for what is no workbook, unpacks to too much, or lacks the sheet."""
    check_zip(raw)
    import openpyxl

    try:
        book = openpyxl.load_workbook(io.BytesIO(raw), read_only=True, data_only=True, keep_links=False)
        sheet = _sheet(book, request.sheet)
        sheet.reset_dimensions()
        return _table(sheet)
    except BadData:
        raise
    except Exception as error:  # openpyxl raises whatever its parsers do
        raise BadData(
            "bad-data", f"this workbook cannot be read: {type(error).__name__}: {error}", 0, "save it again as .xlsx"
        ) from error


def check_zip(raw: bytes) -> None:
    """Refuse what is no workbook, or would unpack to far more than it is. Nothing is unpacked but the head of each part."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(raw))
        parts = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        hint = "an old .xls? save it as .xlsx" if raw.startswith(b"\xd0\xcf\x11\xe0") else ""
        raise BadData("bad-data", "this is no .xlsx workbook", 0, hint) from None
    if len(parts) > MAX_PARTS or sum(p.file_size for p in parts) > MAX_UNPACKED:
        raise BadData("data-bomb", f"unpacks to more than {MAX_UNPACKED // 1_000_000} MB", 0, "save the table as CSV")
    for part in parts:
        if part.file_size > _SMALL and part.file_size > MAX_RATIO * max(part.compress_size, 1):
            raise BadData(
                "data-bomb", f"{part.filename} unpacks to {part.file_size // max(part.compress_size, 1)} times its size"
            )
        if part.flag_bits & 1:
            raise BadData("bad-data", "the workbook has a password", 0, "save it without")
        _check_head(archive, part)
    if "[Content_Types].xml" not in archive.namelist():
        raise BadData("bad-data", "this is a zip file, but no workbook")


def _check_head(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    if not part.filename.endswith((".xml", ".rels")):
        return
    try:
        with archive.open(part) as handle:
            head = handle.read(4096)
    except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError, RuntimeError) as error:
        raise BadData("bad-data", f"{part.filename} is damaged: {error}") from None
    if b"<!DOCTYPE" in head or b"<!ENTITY" in head:
        raise BadData("data-bomb", f"{part.filename} declares entities")


def _sheet(book: Any, name: str | None) -> Any:
    names = [sheet.title for sheet in book.worksheets]
    if name is None:
        if not names:
            raise BadData("empty-data", "the workbook has no sheet")
        return book.worksheets[0]
    if name not in names:
        raise BadData("unknown-sheet", f"no sheet '{name}'", 0, f"there are: {', '.join(names)}")
    return book[name]


def _table(sheet: Any) -> RawTable:
    rows, bad = [], []
    columns: tuple[str, ...] = ()
    empty = 0
    for number, cells in enumerate(sheet.iter_rows(values_only=True, max_col=MAX_COLUMNS), 1):
        if number > MAX_ROWS + 1:
            raise too_many(number)
        if all(cell is None or cell == "" for cell in cells):
            empty += 1
            if empty > MAX_EMPTY:
                hint = "delete the empty rows; a stray cell may stand below them"
                raise BadData("too-large", f"more than {MAX_EMPTY:,} empty rows, one after the other", number, hint)
            continue
        empty = 0
        if not columns:
            columns = header([_text(cell) for cell in cells], number)
            continue
        values = dict(zip(columns, (_value(cell) for cell in cells), strict=False))
        wrong = next((name for name, value in values.items() if value in _ERRORS), None)
        if wrong is not None:
            bad.append((number, "bad-row", f"'{wrong}' is {values[wrong]}"))
        else:
            rows.append((number, {name: values.get(name) for name in columns}))
    if not columns:
        raise BadData("empty-data", f"the sheet '{sheet.title}' is empty", 0, "the first row names the columns")
    return RawTable(columns, tuple(rows), "XLSX", tuple(bad))


def _value(cell: Any) -> Any:
    if isinstance(cell, float) and cell.is_integer():
        return int(cell)
    if isinstance(cell, dt.datetime):
        return cell.date() if cell.time() == dt.time() else cell
    return cell if isinstance(cell, (int, float, bool, dt.date, dt.time)) or cell is None else str(cell)


def _text(cell: Any) -> str:
    value = _value(cell)
    return "" if value is None else str(value)
