"""PNG image sets: lossless."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from qwen_pipeline.assemble.format import Delivery, Format, Tools
from qwen_pipeline.assemble.icc import srgb_profile
from qwen_pipeline.assemble.images import Frame, ImageOptions, Origin, check_images, write_set
from qwen_pipeline.assemble.metadata import PNG_KEY, record_json
from qwen_pipeline.assemble.png_file import PngFacts, write_png
from qwen_pipeline.types import Artifact, OutputRequest

if TYPE_CHECKING:
    from PIL.Image import Image


class PngOptions(ImageOptions):
    """Options of `png`."""

    compress: Annotated[int, Field(ge=0, le=9)] = 1
    """Effort of the packing, 0 to 9. 6 takes some five times as long as 1 and makes files a quarter smaller."""


def encode(picture: Image, path: Path, frame: Frame, origin: Origin, options: PngOptions) -> None:
    from PIL.PngImagePlugin import PngInfo

    info = PngInfo()
    info.add_itxt("XML:com.adobe.xmp", origin.xmp.decode())
    info.add_itxt(PNG_KEY, record_json(origin.record), zip=True)
    texts = tuple((kind, data) for kind, data, *_ in info.chunks)
    write_png(picture, path, PngFacts(frame.dpi, srgb_profile(), texts), options.compress)


def write(delivery: Delivery, request: OutputRequest, folder: Path, tools: Tools) -> tuple[Artifact, ...]:
    """Write one PNG a page."""
    return write_set(FORMAT, encode, delivery, request, folder, tools)


FORMAT = Format(
    id="png",
    describe="PNG pictures, one a page",
    media_type="image/png",
    suffixes=(".png",),
    options=PngOptions,
    page_per_file=True,
    write=write,
    check=check_images,
)
