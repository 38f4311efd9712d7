"""Font instances as reportlab knows them. The registry is global to the process, so names carry the font's digest."""

from __future__ import annotations

import hashlib
import io
import re
import threading
from typing import Protocol

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

_lock = threading.Lock()


class FontSource(Protocol):
    """Where the bytes of a font instance come from; the same bytes object for the same id."""

    def bytes(self, font_id: str, /) -> bytes: ...


def face_name(font_id: str, fonts: FontSource) -> str:
    """The name under which reportlab has the instance `font_id`; registers it at first use.

    The digest is of the table directory, which holds a checksum of every table, so that ten megabytes need not be hashed.
    """
    data = fonts.bytes(font_id)
    digest = hashlib.sha256(data[:4096] + str(len(data)).encode()).hexdigest()[:8]
    name = f"{re.sub('[^A-Za-z0-9-]', '', font_id)}-{digest}"
    with _lock:
        if name not in pdfmetrics.getRegisteredFontNames():
            font = TTFont(name, io.BytesIO(data), shapable=False)
            # Instances pinned from one variable font share a PostScript name, by which reportlab keys the embedded file.
            font.face.name = name.encode("ascii")
            pdfmetrics.registerFont(font)
    return name


def advance(text: str, face: str, size_pt: float) -> float:
    """Width in points of `text` by the font's own advances."""
    return float(pdfmetrics.stringWidth(text, face, size_pt))
