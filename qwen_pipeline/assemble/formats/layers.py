"""OpenRaster files, one a page: every layer a transparent picture, for Krita, GIMP and whoever composes further."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING

from qwen_pipeline.assemble.format import Delivery, Format, Tools, parse_options
from qwen_pipeline.assemble.icc import srgb_profile
from qwen_pipeline.assemble.images import Frame, ImageOptions, check_images, frame_for
from qwen_pipeline.assemble.metadata import PACKAGE_XMP, make_xmp
from qwen_pipeline.assemble.package import write_package
from qwen_pipeline.assemble.page_files import write_pages
from qwen_pipeline.assemble.pagerange import pages_in
from qwen_pipeline.assemble.record import SourceTypes, make_record
from qwen_pipeline.assemble.xml_text import quoteattr
from qwen_pipeline.types import Artifact, OutputRequest

if TYPE_CHECKING:
    from PIL.Image import Image

    from qwen_pipeline.assemble.layering import CutLayer

MEDIA_TYPE = "image/openraster"
_THUMBNAIL_PX = 256


def write(delivery: Delivery, request: OutputRequest, folder: Path, tools: Tools) -> tuple[Artifact, ...]:
    """One file for each page that the request asks for."""
    options: ImageOptions = parse_options(FORMAT, request)

    def write_page(number: int, path: Path) -> None:
        write_package(path, _entries(delivery, number, options, tools))

    return write_pages(FORMAT, delivery, request, folder, pages_in(options.pages, len(delivery.piece.pages)), write_page)


def _entries(delivery: Delivery, number: int, options: ImageOptions, tools: Tools) -> list[tuple[str, bytes, bool]]:
    """(name, content, whether to pack it), as OpenRaster 0.0.6 has them."""
    from PIL import Image

    from qwen_pipeline.assemble.layering import take_apart

    page = delivery.pages[number]
    frame = frame_for(page.canvas, options)
    layers, flat = take_apart(page, frame.width_px, tools, bleed=options.bleed)
    sources = SourceTypes(delivery)
    sources.add(page)
    record = make_record(delivery, (number,))
    small = flat.copy()
    small.thumbnail((_THUMBNAIL_PX, _THUMBNAIL_PX))
    return [
        ("mimetype", MEDIA_TYPE.encode(), False),
        ("stack.xml", _stack(layers, flat, frame).encode(), True),
        *((_source(n), _png(Image.fromarray(layer.pixels), frame), False) for n, layer in enumerate(layers)),
        ("mergedimage.png", _png(flat, frame), False),
        ("Thumbnails/thumbnail.png", _png(small, frame), False),
        (PACKAGE_XMP, make_xmp(delivery.piece.metadata, record, sources.value(), media_type=MEDIA_TYPE), True),
    ]


def _source(number: int) -> str:
    return f"data/{number:03}.png"


def _stack(layers: tuple[CutLayer, ...], flat: Image, frame: Frame) -> str:
    """The list of layers, the highest first."""
    rows = [
        f'    <layer name={quoteattr(layer.name)} src="{_source(n)}" x="{layer.x_px}" y="{layer.y_px}"'
        ' opacity="1.0" visibility="visible" composite-op="svg:src-over"/>\n'
        for n, layer in enumerate(layers)
    ]
    dpi = round(frame.dpi)
    head = f'<image version="0.0.6" w="{flat.width}" h="{flat.height}" xres="{dpi}" yres="{dpi}">'
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{head}\n  <stack>\n{"".join(reversed(rows))}  </stack>\n</image>\n'


def _png(picture: Image, frame: Frame) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, "PNG", compress_level=1, dpi=(frame.dpi, frame.dpi), icc_profile=srgb_profile())
    return buffer.getvalue()


FORMAT = Format(
    id="layers",
    describe="OpenRaster pictures with every layer apart, one a page",
    media_type=MEDIA_TYPE,
    suffixes=(".ora",),
    options=ImageOptions,
    page_per_file=True,
    write=write,
    check=check_images,
)
