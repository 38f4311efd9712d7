"""YAML: a list of maps, one a row, by the rules of specs."""

from __future__ import annotations

from ..report import Report
from ..tree import Map, Seq
from ..yaml12 import Stop, parse
from ._table import BadData, RawTable, ReadRequest, decode

MAX_NODES = 1_000_000


def read(raw: bytes, request: ReadRequest) -> RawTable:
    """A table from a YAML list; columns in the order they first appear. BadData if there is none."""
    text, encoding = decode(raw, request.encoding)
    report = Report()
    try:
        data = parse(text.encode(), "", report, max_nodes=MAX_NODES).data
    except Stop:
        data = None
    if report.found:
        first = report.found[0]
        raise BadData(first.code, first.message, first.place.line, first.hint)
    if not isinstance(data, Seq):
        raise BadData("bad-data", "a list of maps is wanted", 1, "- {name: ...}")
    columns: dict[str, None] = {}
    rows, bad = [], []
    for value, place in zip(data, data.places, strict=True):
        nested = [k for k, v in value.items() if isinstance(v, (Map, Seq))] if isinstance(value, Map) else []
        if not isinstance(value, Map) or nested:
            found = f"'{nested[0]}' is a list or a map; a cell is one value" if nested else "a map is wanted"
            bad.append((place.line, "bad-row", found))
            continue
        columns.update(dict.fromkeys(value))
        rows.append((place.line, dict(value)))
    return RawTable(tuple(columns), tuple(rows), encoding, tuple(bad))
