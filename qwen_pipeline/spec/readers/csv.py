"""Comma-separated values (RFC 4180), as spreadsheets write them."""

from __future__ import annotations

from ._delimited import read_delimited
from ._table import RawTable, ReadRequest


def read(raw: bytes, request: ReadRequest) -> RawTable:
    """A table from CSV; BadData if there is none."""
    return read_delimited(raw, request, ",")
