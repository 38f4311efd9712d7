"""Picture files: sizes and decoded pixels (upright, 8 bit, sRGB), remembered by the file's content within a bound."""

from __future__ import annotations

import io
import warnings
import zlib
from pathlib import Path

from PIL import Image, ImageCms, ImageOps

from qwen_pipeline.errors import BadPicture
from qwen_pipeline.fingerprint import file_digest

from .memo import Memo

MAX_PIXELS = 180_000_000
UPRIGHT = 1
_ORIENTATION = 0x0112


_digests: Memo[str] = Memo(1_000_000, lambda _: 300)
_sizes: Memo[tuple[int, int]] = Memo(1_000_000, lambda _: 300)
_decoded: Memo[Image.Image] = Memo(22_000_000, lambda i: i.width * i.height * (1 if i.mode == "L" else 4))
"""Room for one picture of 2K and small ones beside it; Pillow keeps four bytes for every pixel that is not grey."""


def _stamp(path: str) -> tuple[str, int, int]:
    try:
        stat = Path(path).stat()
    except OSError as error:
        raise BadPicture(f"cannot read the picture {Path(path).name}: {error.strerror}", code="image-missing") from error
    return (path, stat.st_mtime_ns, stat.st_size)


def content_digest(path: str) -> str:
    """sha256 (hex) of the file's bytes."""
    return _digests.get(_stamp(path), lambda: file_digest(Path(path)))


def size_px(path: str) -> tuple[int, int]:
    """(width, height) as shown, from the header alone. Raises BadPicture: `image-missing`, `image-broken`, `image-too-large`."""
    return _sizes.get(_stamp(path), lambda: _read_size(path))


def _read_size(path: str) -> tuple[int, int]:
    with open_picture(path) as image:
        return (image.height, image.width) if orientation(image) in (5, 6, 7, 8) else (image.width, image.height)


def orientation(image: Image.Image) -> int:
    """The camera's orientation, 1 to 8; 1 is upright. A PNG is asked only for what stands before its pixels."""
    if image.format == "PNG" and "exif" not in image.info:
        return UPRIGHT
    return int(image.getexif().get(_ORIENTATION, UPRIGHT))


def open_picture(path: str) -> Image.Image:
    """The file opened, header only. Raises BadPicture."""
    name = Path(path).name
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            image = Image.open(path)
    except Image.DecompressionBombError as error:
        raise _too_large(name, str(error)) from error
    except (OSError, SyntaxError, ValueError) as error:
        drawing = name.lower().endswith((".svg", ".pdf", ".ai", ".eps"))
        hint = "export it as PNG" if drawing else "open it in a viewer and save it as PNG or JPEG"
        raise BadPicture(f"{name} is not a picture that can be read", code="image-broken", hint=hint) from error
    if image.width * image.height > MAX_PIXELS:
        raise _too_large(name, f"{image.width} x {image.height}")
    return image


def _too_large(name: str, found: str) -> BadPicture:
    limit = f"{MAX_PIXELS // 1_000_000} megapixels"
    return BadPicture(f"{name} is too large ({found}); the limit is {limit}", code="image-too-large", hint="scale it down")


def load(path: str) -> Image.Image:
    """The pixels, upright, in mode L, RGB or RGBA, in sRGB. Shared: never change it. Raises BadPicture as `size_px` does."""
    return _decoded.get(content_digest(path), lambda: _decode(path))


def _decode(path: str) -> Image.Image:
    try:
        with open_picture(path) as source:
            turned = orientation(source) != UPRIGHT
            _decoded.make_room(source.width * source.height * 4)
            source.load()
            profile = source.info.get("icc_profile")
            return _to_srgb(_eight_bit(ImageOps.exif_transpose(source) if turned else source), profile)
    except BadPicture:
        raise
    except (OSError, SyntaxError, ValueError, zlib.error) as error:
        raise BadPicture(
            f"{Path(path).name} is damaged: {error}", code="image-broken", hint="open it in a viewer and save it again"
        ) from error


def _eight_bit(image: Image.Image) -> Image.Image:
    if image.mode in ("L", "RGB", "RGBA", "CMYK"):
        return image if "transparency" not in image.info else image.convert("RGBA")
    if image.mode.startswith("I"):
        import numpy as np

        return Image.fromarray((np.asarray(image).astype(np.int64) >> 8).clip(0, 255).astype(np.uint8))
    if image.mode in ("P", "PA", "LA", "La", "RGBa"):
        alpha = image.mode != "P" or "transparency" in image.info
        return image.convert("RGBA" if alpha else "RGB")
    return image.convert("L" if image.mode == "1" else "RGB")


def _to_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Photographs carry profiles (Display P3, Adobe RGB, CMYK); what has none is taken for sRGB."""
    if profile and image.mode in ("RGB", "RGBA", "CMYK"):
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            if "srgb" not in ImageCms.getProfileDescription(source).lower():
                return _convert(image, source)
        except (ImageCms.PyCMSError, OSError):
            pass  # A profile that is broken, or of another kind than its picture, says nothing about it.
    return image.convert("RGB") if image.mode == "CMYK" else image


def _convert(image: Image.Image, source: ImageCms.ImageCmsProfile) -> Image.Image:
    flat = image.convert("RGB") if image.mode == "RGBA" else image
    done = ImageCms.profileToProfile(flat, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
    if done is None:
        raise ImageCms.PyCMSError("no conversion")
    if image.mode == "RGBA":
        done.putalpha(image.getchannel("A"))
    return done
