"""Streams and dictionaries of the XObjects we write ourselves."""

from __future__ import annotations

import zlib
from typing import Any

import numpy as np
from reportlab.pdfbase.pdfdoc import PDFDictionary, PDFName, PDFStream


def stream(entries: dict[str, object], data: bytes) -> PDFStream:
    """A stream whose `data` is written as it is."""
    return PDFStream(PDFDictionary(entries), data, filters=[])


def image_entries(size_px: tuple[int, int], space: str, filter_name: str = "") -> dict[str, object]:
    """The dictionary of an 8-bit image in colour space `space`. Interpolated, so that enlarged masks and ramps stay smooth."""
    entries: dict[str, object] = {
        "Type": PDFName("XObject"),
        "Subtype": PDFName("Image"),
        "Width": size_px[0],
        "Height": size_px[1],
        "ColorSpace": PDFName(space),
        "BitsPerComponent": 8,
        "Interpolate": "true",
    }
    if filter_name:
        entries["Filter"] = PDFName(filter_name)
    return entries


def deflate(pixels: np.ndarray[Any, np.dtype[np.uint8]]) -> bytes:
    """Quick deflate of small masks and ramps."""
    return zlib.compress(pixels.tobytes(), 1)
