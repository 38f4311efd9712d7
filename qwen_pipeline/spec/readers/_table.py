"""What every reader takes and gives, and how bytes become text."""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping
from typing import Any

from qwen_pipeline.dataclass import dataclass

MAX_ROWS = 1_000_000
MAX_COLUMNS = 2_000


@dataclass(frozen=True, slots=True)
class ReadRequest:
    """`encoding`: `auto` or a codec's name; `sheet`: of a workbook, None = the first."""

    encoding: str = "auto"
    sheet: str | None = None


@dataclass(frozen=True, slots=True)
class RawTable:
    """A table as it stands in the file.

    Each row has the line (or row of the sheet) it begins in; `bad`: (line, code, message) of each row that is none.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[int, Mapping[str, Any]], ...]
    encoding: str
    bad: tuple[tuple[int, str, str], ...] = ()


class BadData(Exception):
    """The file as a whole cannot be read. `line` 0: no line in particular."""

    def __init__(self, code: str, message: str, line: int = 0, hint: str = "") -> None:
        super().__init__(message)
        self.code, self.message, self.line, self.hint = code, message, line, hint


def decode(raw: bytes, encoding: str) -> tuple[str, str]:
    """(text, name of the encoding). `auto`: a BOM, zero bytes as in UTF-16, UTF-8, then GB18030; BadData if none will do."""
    if encoding.lower() != "auto":
        return _decode_as(raw, encoding)
    for bom, name, shown in (
        (codecs.BOM_UTF8, "utf-8-sig", "UTF-8 with BOM"),
        (codecs.BOM_UTF16_LE, "utf-16", "UTF-16LE"),
        (codecs.BOM_UTF16_BE, "utf-16", "UTF-16BE"),
    ):
        if raw.startswith(bom):
            return _decode_as(raw, name)[0], shown
    utf16 = _utf16_without_bom(raw)
    if utf16:
        return _decode_as(raw, utf16)[0], utf16.upper().replace("-LE", "LE").replace("-BE", "BE")
    try:
        return raw.decode("utf-8"), "UTF-8"
    except UnicodeDecodeError as error:
        return _decode_gb(raw, error)


def _decode_as(raw: bytes, encoding: str) -> tuple[str, str]:
    try:
        codec = codecs.lookup(encoding)
        if not codec._is_text_encoding:
            raise LookupError
        return codec.decode(raw, "strict")[0].removeprefix("\ufeff"), codec.name
    except LookupError:
        raise BadData(
            "unknown-encoding", f"no encoding '{encoding}'", 0, "auto, utf-8, gb18030, utf-16, big5, shift_jis"
        ) from None
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise BadData(
            "bad-encoding", f"byte 0x{raw[error.start]:02x} is not {encoding}", line, "set encoding, or save as UTF-8"
        ) from None


def _utf16_without_bom(raw: bytes) -> str | None:
    head = raw[:2000]
    if len(head) < 4 or b"\x00" not in head:
        return None
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if odd > len(head) // 6 and even == 0:
        return "utf-16-le"
    return "utf-16-be" if even > len(head) // 6 and odd == 0 else None


def _decode_gb(raw: bytes, error: UnicodeDecodeError) -> tuple[str, str]:
    line = raw.count(b"\n", 0, error.start) + 1
    sound = raw[: error.start].decode("utf-8")
    message = f"byte 0x{raw[error.start]:02x} is not UTF-8"
    if sum(ord(c) > 127 for c in sound) >= 4:
        raise BadData(
            "bad-encoding", f"{message}, and all before it is", line, "the file is damaged here; save it again as UTF-8"
        )
    try:
        return raw.decode("gb18030"), "GB18030"
    except UnicodeDecodeError:
        raise BadData(
            "bad-encoding", f"{message}, and the file is not GB18030", line, "say encoding: latin-1, big5, ..."
        ) from None


def header(cells: list[str], line: int) -> tuple[str, ...]:
    """Column names; BadData for none, empty or repeated ones. Empty cells at the end are no columns."""
    names = [re.sub(r"\s+", " ", cell).strip() for cell in cells]
    while names and not names[-1]:
        names.pop()
    if not names:
        raise BadData("empty-data", "there is no header", line, "the first line names the columns")
    if len(names) > MAX_COLUMNS:
        raise BadData("too-large", f"{len(names)} columns; {MAX_COLUMNS} are allowed", line)
    for number, name in enumerate(names, 1):
        if not name:
            raise BadData("bad-header", f"column {number} has no name", line)
        if names.index(name) != number - 1:
            raise BadData("bad-header", f"two columns are called '{name}'", line, "column names are unique")
    return tuple(names)


def too_many(count: int) -> BadData:
    return BadData("too-large", f"more than {MAX_ROWS:,} rows", count)
