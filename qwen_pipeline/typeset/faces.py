"""Font instances as reportlab knows them. The registry is global to the process, so names carry the font's digest."""

from __future__ import annotations

import re
import threading
from typing import Protocol

from reportlab.pdfbase import pdfmetrics

from .fontfiles import OpenFont
from .rlface import LazyFont

_lock = threading.Lock()


class FontSource(Protocol):
    """Where font instances come from; the same one for the same id."""

    def opened(self, font_id: str, /) -> OpenFont: ...


def face_name(font_id: str, fonts: FontSource) -> str:
    """The name under which reportlab has the instance `font_id`; registers it at first use.

    Instances pinned from one variable font share a PostScript name, by which reportlab keys the embedded file: this name
    takes its place.
    """
    font = fonts.opened(font_id)
    name = f"{re.sub('[^A-Za-z0-9-]', '', font_id)}-{font.digest[:8]}"
    with _lock:
        if name not in pdfmetrics._fonts:
            pdfmetrics.registerFont(LazyFont(name, font))
    return name


def advance(text: str, face: str, size_pt: float) -> float:
    """Width in points of `text` by the font's own advances."""
    return float(pdfmetrics.stringWidth(text, face, size_pt))
