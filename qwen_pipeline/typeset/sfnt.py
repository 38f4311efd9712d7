"""Font files as tables: read, write, and give an instance a PostScript name of its own."""

from __future__ import annotations

import mmap
import struct
from collections.abc import Mapping

import numpy as np

TRUETYPE = b"\x00\x01\x00\x00"
_ENTRY = struct.Struct(">4sLLL")
_NAME_RECORD = struct.Struct(">6H")
_FULL_NAME, _UNIQUE_ID, _POSTSCRIPT_NAME = 4, 3, 6


def read_tables(data: bytes) -> dict[str, bytes]:
    """The tables of one TrueType or OpenType font (not a collection), by tag."""
    count = struct.unpack_from(">H", data, 4)[0]
    entries = [_ENTRY.unpack_from(data, 12 + 16 * i) for i in range(count)]
    return {tag.decode("latin-1"): data[start : start + length] for tag, _, start, length in entries}


def is_whole(data: bytes | mmap.mmap) -> bool:
    """Whether `data` is a TrueType font whose table directory fits its length."""
    if len(data) < 12 or data[:4] != TRUETYPE:
        return False
    count = struct.unpack_from(">H", data, 4)[0]
    if not count or len(data) < 12 + 16 * count:
        return False
    ends = (_ENTRY.unpack_from(data, 12 + 16 * i) for i in range(count))
    return max(start + length for _, _, start, length in ends) in range(len(data) - 3, len(data) + 1)


def write_font(tables: Mapping[str, bytes]) -> bytes:
    """A TrueType font of `tables`, with its checksums (OpenType 1.9, "Font file")."""
    tables = {**tables, "head": tables["head"][:8] + b"\0\0\0\0" + tables["head"][12:]}
    count = len(tables)
    power = 1 << (count.bit_length() - 1)
    header = TRUETYPE + struct.pack(">4H", count, power * 16, power.bit_length() - 1, (count - power) * 16)
    start, directory, body, head_at = 12 + 16 * count, b"", b"", 0
    parts = []
    for tag in sorted(tables):
        table = tables[tag] + b"\0" * (-len(tables[tag]) % 4)
        directory += _ENTRY.pack(tag.encode("latin-1"), checksum(table), start, len(tables[tag]))
        head_at = start if tag == "head" else head_at
        parts.append(table)
        start += len(table)
    body = header + directory + b"".join(parts)
    adjust = struct.pack(">L", (0xB1B0AFBA - checksum(body)) & 0xFFFFFFFF)
    return body[: head_at + 8] + adjust + body[head_at + 12 :]


def checksum(padded: bytes) -> int:
    """Sum of the big-endian 32-bit words, modulo 2**32."""
    return int(np.frombuffer(padded, ">u4").sum(dtype=np.uint64)) & 0xFFFFFFFF


def rename(name_table: bytes, postscript_name: str) -> bytes:
    """The `name` table with another PostScript name, full name and unique id: renderers key embedded fonts by these."""
    count, strings_at = struct.unpack_from(">HH", name_table, 2)
    records, strings = [], b""
    for i in range(count):
        platform, encoding, language, name_id, length, offset = _NAME_RECORD.unpack_from(name_table, 6 + 12 * i)
        text = name_table[strings_at + offset : strings_at + offset + length]
        if name_id in (_UNIQUE_ID, _FULL_NAME, _POSTSCRIPT_NAME):
            text = postscript_name.encode("latin-1" if platform == 1 else "utf-16-be")
        records.append(_NAME_RECORD.pack(platform, encoding, language, name_id, len(text), len(strings)))
        strings += text
    return struct.pack(">HHH", 0, count, 6 + 12 * count) + b"".join(records) + strings
