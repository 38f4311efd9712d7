"""The streams of pictures in a PDF, remembered by the picture's content: shown on many pages, encoded once."""

from __future__ import annotations

import hashlib
import io
import zlib
from typing import Any, Literal

import numpy as np
from PIL import Image

from qwen_pipeline.dataclass import dataclass
from qwen_pipeline.memo import Memo
from qwen_pipeline.pictures import content_digest, load, open_picture, size_px

from .picture_files import jpeg_stream, png_rows

ImageMode = Literal["jpeg", "lossless", "raw"]
"""jpeg: quality 95 at full chroma. lossless: deflate. raw: uncompressed, for pages that are rasterised at once."""

_JPEG_QUALITY = 95
_LOGO_PIXELS = 1_000_000
"""Pictures with alpha up to this size are kept lossless: most are logos."""


@dataclass(frozen=True, slots=True)
class Encoded:
    """Streams of one image XObject. `filter` is a PDF filter or ""; `predictor` 15 = PNG row filters; `alpha`: a soft mask."""

    key: str
    width_px: int
    height_px: int
    channels: int
    filter: str
    predictor: int
    data: bytes
    alpha: bytes | None


_encoded: Memo[Encoded] = Memo(6_000_000, lambda e: len(e.data) + len(e.alpha or b""))


def encode(path: str, mode: ImageMode, max_px: tuple[int, int] | None = None) -> Encoded:
    """Streams for an image XObject; pictures larger than `max_px` (width, height) are scaled down to it."""
    digest = content_digest(path)
    if max_px is not None:
        width, height = size_px(path)
        max_px = None if max_px[0] >= width or max_px[1] >= height else max_px
    key = (digest, mode, max_px)
    return _encoded.get(key, lambda: _encode(path, mode, max_px))


def _encode(path: str, mode: ImageMode, max_px: tuple[int, int] | None) -> Encoded:
    key = hashlib.sha256(f"{content_digest(path)} {mode} {max_px}".encode()).hexdigest()[:32]
    if max_px is None and mode != "raw":
        found = _as_is(path, key, mode)
        if found:
            return found
    image = load(path)
    if max_px is not None:
        image = image.resize(max_px, Image.Resampling.LANCZOS, reducing_gap=3.0)
    return _streams(image, key, mode, _is_graphic(path))


def _as_is(path: str, key: str, mode: ImageMode) -> Encoded | None:
    """The file's own compressed pixels, where PDF can hold them."""
    width, height = size_px(path)
    jpeg = jpeg_stream(path)
    if jpeg:
        return Encoded(key, width, height, jpeg[1], "DCTDecode", 1, jpeg[0], None)
    png = png_rows(path) if mode == "lossless" else None
    return Encoded(key, width, height, png[1], "FlateDecode", 15, png[0], None) if png else None


def _is_graphic(path: str) -> bool:
    """Palette and two-colour pictures are drawings: JPEG would smear them."""
    with open_picture(path) as image:
        return image.mode in ("P", "1", "PA")


def _streams(image: Image.Image, key: str, mode: ImageMode, graphic: bool) -> Encoded:
    alpha = image.getchannel("A") if image.mode == "RGBA" else None
    color = image.convert("RGB") if alpha else image
    channels = len(color.getbands())
    if mode == "raw":
        return Encoded(key, *image.size, channels, "", 1, color.tobytes(), alpha.tobytes() if alpha else None)
    mask = zlib.compress(alpha.tobytes(), 6) if alpha else None
    if mode == "jpeg" and not graphic and (alpha is None or image.width * image.height > _LOGO_PIXELS):
        buffer = io.BytesIO()
        color.save(buffer, "JPEG", quality=_JPEG_QUALITY, subsampling=0)
        return Encoded(key, *image.size, channels, "DCTDecode", 1, buffer.getvalue(), mask)
    return Encoded(key, *image.size, channels, "FlateDecode", 15, _deflate(np.asarray(color)), mask)


def _deflate(pixels: np.ndarray[Any, np.dtype[np.uint8]]) -> bytes:
    """Rows as differences to the row above (PNG filter 2), then deflate: about a fifth smaller than bare pixels."""
    rows = pixels.reshape(pixels.shape[0], -1)
    filtered = np.empty((rows.shape[0], rows.shape[1] + 1), np.uint8)
    filtered[:, 0] = 2
    filtered[0, 1:] = rows[0]
    np.subtract(rows[1:], rows[:-1], out=filtered[1:, 1:])
    return zlib.compress(filtered.tobytes(), 6)
