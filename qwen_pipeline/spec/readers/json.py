"""JSON: a list of objects, one a row."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from ._table import MAX_ROWS, BadData, RawTable, ReadRequest, decode, too_many

_SPACE = re.compile(r"[ \t\r\n]*")


def read(raw: bytes, request: ReadRequest) -> RawTable:
    """A table from a JSON list; columns in the order they first appear. BadData if there is none."""
    text, encoding = decode(raw, request.encoding)
    columns: dict[str, None] = {}
    rows, bad = [], []
    for line, value in _entries(text):
        if not isinstance(value, dict):
            bad.append((line, "bad-row", f"a {type(value).__name__} where an object is wanted"))
            continue
        nested = next((key for key, item in value.items() if isinstance(item, (dict, list))), None)
        if nested is not None:
            bad.append((line, "bad-row", f"'{nested}' is a list or an object; a cell is one value"))
            continue
        columns.update(dict.fromkeys(value))
        rows.append((line, value))
        if len(rows) > MAX_ROWS:
            raise too_many(line)
    return RawTable(tuple(columns), tuple(rows), encoding, tuple(bad))


def _entries(text: str) -> Iterator[tuple[int, Any]]:
    decoder = json.JSONDecoder(object_pairs_hook=_object, parse_constant=_constant)
    position = _skip(text, 0)
    if text[position : position + 1] != "[":
        raise BadData("bad-data", "a list of objects is wanted", _line(text, position), '[{"name": "..."}, ...]')
    position = _skip(text, position + 1)
    line, counted = 1, 0
    while text[position : position + 1] != "]":
        line, counted = line + text.count("\n", counted, position), position
        try:
            value, position = decoder.raw_decode(text, position)
        except json.JSONDecodeError as error:
            raise BadData("bad-data", f"{error.msg} (column {error.colno})", error.lineno) from None
        except (RecursionError, ValueError) as error:
            raise BadData("bad-data", str(error) if isinstance(error, ValueError) else "nested too deeply", line) from None
        yield line, value
        position = _skip(text, position)
        if text[position : position + 1] == ",":
            position = _skip(text, position + 1)
        elif text[position : position + 1] != "]":
            raise BadData("bad-data", "a ',' or ']' is missing", _line(text, position))
    if text[_skip(text, position + 1) :]:
        raise BadData("bad-data", "something stands after the list", _line(text, position + 1))


def _skip(text: str, position: int) -> int:
    match = _SPACE.match(text, position)
    assert match is not None
    return match.end()


def _line(text: str, position: int) -> int:
    return text.count("\n", 0, position) + 1


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    out = dict(pairs)
    if len(out) != len(pairs):
        twice = next(key for n, (key, _) in enumerate(pairs) if key in dict(pairs[:n]))
        raise ValueError(f"'{twice}' is written twice")
    return out


def _constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")
