"""Tab-separated values."""

from __future__ import annotations

from ._delimited import read_delimited
from ._table import RawTable, ReadRequest


def read(raw: bytes, request: ReadRequest) -> RawTable:
    """A table from TSV; BadData if there is none."""
    return read_delimited(raw, request, "\t")
