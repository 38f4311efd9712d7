"""A font as reportlab wants it, looked up character by character: its own reading of a CJK font makes tables of 31,000 glyphs.

What reportlab draws and embeds is the same, byte for byte.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from struct import Struct
from typing import Any
from weakref import WeakKeyDictionary

from reportlab import rl_config
from reportlab.pdfbase.ttfonts import TTEncoding, TTFont, TTFontFace

from .fontfiles import OpenFont

_SPACE, _NBSP = 0x20, 0xA0
_METRIC = Struct(">HH")
_SHORT, _LONG = Struct(">H"), Struct(">L")
_LOC_FORMAT_AT, _LONG_METRICS_AT = 50, 34
"""`indexToLocFormat` in `head` and `numberOfHMetrics` in `hhea` (OpenType 1.9)."""


class LazyFont(TTFont):  # type: ignore[misc]
    """A reportlab font under `name`, of a font that is open already."""

    def __init__(self, name: str, font: OpenFont) -> None:
        self.fontName = name
        self.face = _LazyFace(font)
        self.face.name = name.encode("ascii")
        self.encoding = TTEncoding()
        self.state: WeakKeyDictionary[object, object] = WeakKeyDictionary()
        self._asciiReadable = rl_config.ttfAsciiReadable
        self.shapable = False


class _LazyFace(TTFontFace):  # type: ignore[misc]
    """Several threads may draw with one: where reportlab stands in the file, as it reads, is each thread's own."""

    def __init__(self, font: OpenFont) -> None:
        self._open, self._stands = font, threading.local()
        self._ttf_data, self.filename = font.data, "(ttf)"
        super().__init__(None)

    def extractInfo(self, charInfo: int = 1) -> None:
        """The font's own facts as reportlab reads them; characters and glyphs when asked for."""
        super().extractInfo(0)
        font = self._open.font
        self.charToGlyph = _Found(font.get_nominal_glyph)
        self.charWidths = _Found(self._width)
        self.glyphToChar: dict[int, list[int]] = {}
        self.hmetrics = _Row(self._metric)
        self.glyphPos = _Row(self._position)
        self._long_metrics = self.get_ushort(self.get_table_pos("hhea")[0] + _LONG_METRICS_AT)
        self._long_positions = self.get_ushort(self.get_table_pos("head")[0] + _LOC_FORMAT_AT) == 1
        self.defaultWidth = self._pdfScale(self._metric(0)[0])

    @property
    def _pos(self) -> int:
        return self._stands.at  # type: ignore[no-any-return]

    @_pos.setter
    def _pos(self, at: int) -> None:
        self._stands.at = at

    def _width(self, code: int) -> float | None:
        glyph = self.charToGlyph.get(code)
        return None if glyph is None else float(self._pdfScale(self._metric(glyph)[0]))

    def _metric(self, glyph: int) -> tuple[int, int]:
        """(advance, left bearing) of a glyph; those at the end of the table share the last advance."""
        start, last = self.get_table_pos("hmtx")[0], self._long_metrics - 1
        advance, bearing = _METRIC.unpack_from(self._ttf_data, start + 4 * min(glyph, last))
        if glyph > last:
            (bearing,) = _SHORT.unpack_from(self._ttf_data, start + 4 * last + 4 + 2 * (glyph - last - 1))
        return advance, bearing

    def _position(self, glyph: int) -> int:
        """Where a glyph's outline starts in `glyf`."""
        start = self.get_table_pos("loca")[0]
        if self._long_positions:
            return int(_LONG.unpack_from(self._ttf_data, start + 4 * glyph)[0])
        return 2 * int(_SHORT.unpack_from(self._ttf_data, start + 2 * glyph)[0])

    def get_table(self, tag: str) -> Any:
        """A table's bytes; of the outlines, ten megabytes, only the parts that are taken."""
        return _Part(self._ttf_data, *self.get_table_pos(tag)) if tag == "glyf" else super().get_table(tag)


class _Found(dict[int, Any]):
    """What `find` says of a character, remembered. A space without a break is a space."""

    def __init__(self, find: Callable[[int], Any]) -> None:
        super().__init__()
        self._find = find

    def __missing__(self, code: int) -> Any:
        found = self.get(code)
        if found is None:
            raise KeyError(code)
        return found

    def get(self, code: int, default: Any = None) -> Any:
        if super().__contains__(code):
            return super().__getitem__(code)
        found = self._find(code)
        if found is None and code in (_SPACE, _NBSP):
            found = self._find(_SPACE + _NBSP - code)
        if found is None:
            return default
        self[code] = found
        return found

    def __contains__(self, code: object) -> bool:
        return isinstance(code, int) and self.get(code) is not None

    def __bool__(self) -> bool:
        return True


class _Row:
    """A list whose entries are read when they are asked for."""

    def __init__(self, read: Callable[[int], Any]) -> None:
        self._read = read

    def __getitem__(self, index: int) -> Any:
        return self._read(index)


class _Part:
    """A table of which slices are copied."""

    def __init__(self, data: Any, start: int, length: int) -> None:
        self._data, self._start, self._length = data, start, length

    def __getitem__(self, part: slice) -> bytes:
        start, stop, _ = part.indices(self._length)
        return bytes(self._data[self._start + start : self._start + stop])
