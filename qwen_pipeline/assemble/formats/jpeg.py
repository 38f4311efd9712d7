"""JPEG image sets: small, without colour subsampling, since letters suffer from it first."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from qwen_pipeline.assemble.format import Delivery, Format, Tools
from qwen_pipeline.assemble.icc import srgb_profile
from qwen_pipeline.assemble.images import Frame, ImageOptions, Origin, check_images, write_set
from qwen_pipeline.types import Artifact, OutputRequest

if TYPE_CHECKING:
    from PIL.Image import Image


class JpegOptions(ImageOptions):
    """Options of `jpeg`."""

    quality: Annotated[int, Field(ge=30, le=100)] = 92
    progressive: bool = True


def encode(picture: Image, path: Path, frame: Frame, origin: Origin, options: JpegOptions) -> None:
    dpi = round(frame.dpi)
    picture.convert("RGB").save(
        path,
        "JPEG",
        quality=options.quality,
        subsampling="4:4:4",
        progressive=options.progressive,
        dpi=(dpi, dpi),
        icc_profile=srgb_profile(),
        xmp=origin.xmp,
    )


def write(delivery: Delivery, request: OutputRequest, folder: Path, tools: Tools) -> tuple[Artifact, ...]:
    """Write one JPEG a page."""
    return write_set(FORMAT, encode, delivery, request, folder, tools)


FORMAT = Format(
    id="jpeg",
    describe="JPEG pictures, one a page",
    media_type="image/jpeg",
    suffixes=(".jpg", ".jpeg"),
    options=JpegOptions,
    page_per_file=True,
    write=write,
    check=check_images,
)
