"""WebP image sets, for the web: lossy or lossless."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from qwen_pipeline.assemble.format import Delivery, Format, Tools
from qwen_pipeline.assemble.icc import srgb_profile
from qwen_pipeline.assemble.images import Frame, ImageOptions, Origin, check_images, write_set
from qwen_pipeline.types import Artifact, OutputRequest

if TYPE_CHECKING:
    from PIL.Image import Image

_INCH = 2
"""Exif 2.32, tag ResolutionUnit."""


class WebpOptions(ImageOptions):
    """Options of `webp`."""

    quality: Annotated[int, Field(ge=1, le=100)] = 90
    lossless: bool = False


def encode(picture: Image, path: Path, frame: Frame, origin: Origin, options: WebpOptions) -> None:
    picture.save(
        path,
        "WEBP",
        quality=70 if options.lossless else options.quality,  # for lossless files the number means effort
        lossless=options.lossless,
        method=4,
        icc_profile=srgb_profile(),
        xmp=origin.xmp,
        exif=_resolution(frame.dpi),
    )


def _resolution(dpi: float) -> bytes:
    from PIL.ExifTags import Base
    from PIL.Image import Exif
    from PIL.TiffImagePlugin import IFDRational

    exact = Fraction(dpi).limit_denominator(1000)
    exif = Exif()
    exif[Base.XResolution] = exif[Base.YResolution] = IFDRational(exact.numerator, exact.denominator)
    exif[Base.ResolutionUnit] = _INCH
    return exif.tobytes()


def write(delivery: Delivery, request: OutputRequest, folder: Path, tools: Tools) -> tuple[Artifact, ...]:
    """Write one WebP file a page."""
    return write_set(FORMAT, encode, delivery, request, folder, tools)


FORMAT = Format(
    id="webp",
    describe="WebP pictures, one a page",
    media_type="image/webp",
    suffixes=(".webp",),
    options=WebpOptions,
    page_per_file=True,
    write=write,
    check=check_images,
)
