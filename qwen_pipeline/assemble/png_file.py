"""A PNG in bands (PNG 3rd edition): rows as differences to the row above, deflated on all cores and put one after the other.

The bytes depend on the picture and the effort alone: bands have a fixed height, and none refers to another one's text.
"""

from __future__ import annotations

import os
import struct
import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from qwen_pipeline.dataclass import dataclass

if TYPE_CHECKING:
    from PIL.Image import Image

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_COLOR_TYPE = {"L": 0, "RGB": 2, "RGBA": 6}
_UP = 2
"""The filter: each byte less the one above it."""
_BAND_BYTES = 1 << 20
_INCH_M = 0.0254
_ADLER_BASE = 65521


@dataclass(frozen=True, slots=True)
class PngFacts:
    """What stands before the pixels. `chunks`: further ones, (type, data)."""

    dpi: float
    icc_profile: bytes
    chunks: tuple[tuple[bytes, bytes], ...]


@dataclass(frozen=True, slots=True)
class _Band:
    """Deflated rows. `adler` and `size` are of the rows before that."""

    packed: bytes
    adler: int
    size: int


def write_png(picture: Image, path: Path, facts: PngFacts, effort: int) -> None:
    """Write an 8-bit picture of mode L, RGB or RGBA. `effort`: zlib's level, 0 to 9."""
    density = int(facts.dpi / _INCH_M + 0.5)
    header = struct.pack(">2L5B", *picture.size, 8, _COLOR_TYPE[picture.mode], 0, 0, 0)
    before = [
        (b"IHDR", header),
        (b"iCCP", b"ICC Profile\0\0" + zlib.compress(facts.icc_profile)),
        *facts.chunks,
        (b"pHYs", struct.pack(">2LB", density, density, 1)),
    ]
    with path.open("wb") as file:
        file.write(_SIGNATURE)
        for kind, data in before:
            file.write(_chunk(kind, data))
        file.writelines(_chunk(b"IDAT", data) for data in _zlib_stream(_bands(picture, effort)))
        file.write(_chunk(b"IEND", b""))


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">L", len(data)) + kind + data + struct.pack(">L", zlib.crc32(data, zlib.crc32(kind)))


def _zlib_stream(bands: Iterable[_Band]) -> Iterable[bytes]:
    """The parts of one zlib stream (RFC 1950): header, bands, the checksum of all rows."""
    adler = 1
    yield b"\x78\x01"
    for band in bands:
        yield band.packed
        adler = adler_of_both(adler, band.adler, band.size)
    yield struct.pack(">L", adler)


def _bands(picture: Image, effort: int) -> Iterable[_Band]:
    from concurrent.futures import ThreadPoolExecutor

    height = max(1, _BAND_BYTES // (picture.width * len(picture.getbands())))
    tops = range(0, picture.height, height)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        yield from pool.map(lambda top: _band(picture, top, min(top + height, picture.height), effort), tops)


def _band(picture: Image, top: int, bottom: int, effort: int) -> _Band:
    """Rows `top` to `bottom`, filtered and deflated; all but the last band end on a byte and leave the stream open."""
    rows = _filtered(picture, top, bottom)
    deflate = zlib.compressobj(effort, zlib.DEFLATED, -zlib.MAX_WBITS, 9)
    end = zlib.Z_FINISH if bottom == picture.height else zlib.Z_SYNC_FLUSH
    return _Band(deflate.compress(rows) + deflate.flush(end), zlib.adler32(rows), len(rows))


def _filtered(picture: Image, top: int, bottom: int) -> bytes:
    import numpy as np

    above = max(0, top - 1)
    pixels = np.asarray(picture.crop((0, above, picture.width, bottom)))
    rows = pixels.reshape(bottom - above, -1)
    out = np.empty((bottom - top, rows.shape[1] + 1), np.uint8)
    out[:, 0] = _UP
    if top == 0:
        out[0, 1:] = rows[0]
    np.subtract(rows[1:], rows[:-1], out=out[bottom - top - len(rows) + 1 :, 1:])
    return out.tobytes()


def adler_of_both(first: int, second: int, second_size: int) -> int:
    """The Adler-32 checksum of two texts from those of each (zlib's `adler32_combine`)."""
    rest = second_size % _ADLER_BASE
    low = (first & 0xFFFF) + (second & 0xFFFF) - 1
    high = rest * (first & 0xFFFF) + (first >> 16) + (second >> 16) - rest
    return low % _ADLER_BASE | (high % _ADLER_BASE) << 16
