"""Delimited text, row by row; a row of the wrong width is set aside."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from ._table import MAX_ROWS, BadData, RawTable, ReadRequest, decode, header, too_many

_NAMES = {",": "commas", "\t": "tabs", ";": "semicolons"}


def read_delimited(raw: bytes, request: ReadRequest, delimiter: str) -> RawTable:
    """A table with one header line. Blank lines are skipped."""
    text, encoding = decode(raw, request.encoding)
    if "\x00" in text:
        line = text.count("\n", 0, text.index("\x00")) + 1
        raise BadData("bad-encoding", "a zero byte in the text", line, "set encoding: utf-16, or save as UTF-8")
    records = _records(text, delimiter)
    first = next(records, None)
    if first is None:
        raise BadData("empty-data", "the file is empty", 0, "the first line names the columns")
    _check_delimiter(first[1], delimiter, first[0])
    columns = header(first[1], first[0])
    width = len(columns)
    rows, bad = [], []
    for line, cells in records:
        extra = cells[width:]
        if len(cells) < width or any(cell.strip() for cell in extra):
            bad.append((line, "bad-row", f"{len(cells)} cells, and there are {width} columns"))
        else:
            rows.append((line, dict(zip(columns, cells, strict=False))))
        if len(rows) + len(bad) > MAX_ROWS:
            raise too_many(line)
    return RawTable(columns, tuple(rows), encoding, tuple(bad))


def _records(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    start = 1
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            hint = 'a quote within a quoted cell is written twice: ""'
            raise BadData("bad-quotes", f"{error}", start, hint) from None
        if any(cell.strip() for cell in cells):
            yield start, cells
        start = reader.line_num + 1


def _check_delimiter(cells: list[str], delimiter: str, line: int) -> None:
    if len(cells) != 1:
        return
    for other, name in _NAMES.items():
        if other != delimiter and cells[0].count(other) >= 1:
            hint = (
                "use tsv: instead of csv:"
                if other == "\t"
                else "use csv: instead of tsv:"
                if other == ","
                else "save it with commas"
            )
            raise BadData("bad-delimiter", f"the columns are separated by {name}, not by {_NAMES[delimiter]}", line, hint)
