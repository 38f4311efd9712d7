"""Compressed pixels taken from a file as they are: no second compression, no loss, and no metadata of the camera."""

from __future__ import annotations

from pathlib import Path

from PIL import Image

from qwen_pipeline.pictures import UPRIGHT, load, open_picture, orientation

_SOS = 0xDA
_KEPT_APP = (0xE0, 0xEE)
"""JFIF and Adobe: they say how the colours are stored. EXIF, XMP, ICC and comments stay behind (places, names, thumbnails)."""


def jpeg_stream(path: str) -> tuple[bytes, int] | None:
    """The JPEG's own stream and its number of channels; None where its pixels need work first.

    That is: turned, CMYK, with a profile other than sRGB, or no JPEG at all.
    """
    with open_picture(path) as image:
        plain = image.format == "JPEG" and image.mode in ("L", "RGB") and orientation(image) == UPRIGHT
        if not plain or not _srgb(image):
            return None
        channels = len(image.getbands())
    load(path)  # a damaged file must fail here and not in the reader's viewer
    return strip_jpeg(Path(path).read_bytes()), channels


def _srgb(image: Image.Image) -> bool:
    profile = image.info.get("icc_profile")
    return profile is None or b"sRGB" in profile or "sRGB".encode("utf-16-be") in profile


def strip_jpeg(data: bytes) -> bytes:
    """The JPEG without application segments other than JFIF and Adobe, and without comments (ITU T.81, annex B)."""
    out, at = bytearray(data[:2]), 2
    while at < len(data):
        marker = data[at + 1]
        if data[at] != 0xFF or marker == _SOS:
            return bytes(out + data[at:])
        if marker == 0xFF:  # fill byte
            at += 1
            continue
        end = at + 2 + int.from_bytes(data[at + 2 : at + 4], "big")
        dropped = marker == 0xFE or (0xE0 <= marker <= 0xEF and marker not in _KEPT_APP)
        if not dropped:
            out += data[at:end]
        at = end
    return bytes(out)


def png_rows(path: str) -> tuple[bytes, int] | None:
    """The compressed rows and channels of a plain 8-bit RGB or grey PNG, or None. PDF's predictor 15 is PNG's own."""
    data = Path(path).read_bytes()
    if data[:8] != b"\x89PNG\r\n\x1a\n" or data[24] != 8 or data[25] not in (0, 2) or data[28] != 0:
        return None
    rows, at = bytearray(), 8
    while at < len(data):
        length, kind = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8]
        if kind in (b"tRNS", b"iCCP", b"gAMA", b"eXIf"):
            return None
        if kind == b"IDAT":
            rows += data[at + 8 : at + 8 + length]
        at += 12 + length
    load(path)
    return bytes(rows), 3 if data[25] == 2 else 1
