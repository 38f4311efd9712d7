"""SVG drawings, one a page: live text with the fonts inside, for designers who go on with Illustrator, Figma or Inkscape."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from qwen_pipeline.assemble.format import Delivery, Format, ImageMode, Options, Tools, parse_options
from qwen_pipeline.assemble.metadata import make_xmp
from qwen_pipeline.assemble.page_files import write_pages
from qwen_pipeline.assemble.pagerange import PageRange, check_range, pages_in
from qwen_pipeline.assemble.record import SourceTypes, make_record
from qwen_pipeline.assemble.svg_paint import attributes
from qwen_pipeline.assemble.xml_text import escape
from qwen_pipeline.errors import Diagnostic
from qwen_pipeline.types import Artifact, Canvas, OutputRequest, Page, Place

MEDIA_TYPE = "image/svg+xml"
_PACKET_MARKS = re.compile(rb"<\?xpacket[^>]*\?>")


class SvgOptions(Options):
    """Options of `svg`."""

    bleed: bool = False
    """Show the bleed too."""
    image_mode: ImageMode = "jpeg"
    """`jpeg` (quality 95, 4:4:4) or `lossless`."""
    pages: PageRange = "all"
    """`all`, or numbers and ranges: `1-4, 7`."""


def write(delivery: Delivery, request: OutputRequest, folder: Path, tools: Tools) -> tuple[Artifact, ...]:
    """One file for each page that the request asks for."""
    options: SvgOptions = parse_options(FORMAT, request)

    def write_page(number: int, path: Path) -> None:
        path.write_text(_document(delivery, number, options, tools), encoding="utf-8", newline="\n")

    return write_pages(FORMAT, delivery, request, folder, pages_in(options.pages, len(delivery.piece.pages)), write_page)


def _document(delivery: Delivery, number: int, options: SvgOptions, tools: Tools) -> str:
    from qwen_pipeline.assemble.svg_items import SvgPage

    page, meta = delivery.pages[number], delivery.piece.metadata
    sources = SourceTypes(delivery)
    sources.add(page)
    xmp = make_xmp(meta, make_record(delivery, (number,)), sources.value(), media_type=MEDIA_TYPE)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<svg xmlns="http://www.w3.org/2000/svg" version="1.1"{_frame(page.canvas, options.bleed)}'
        f"{attributes({'xml:lang': meta.lang})}>\n"
        f"<title>{escape(page.title or meta.title)}</title>\n"
        f"<metadata>{_PACKET_MARKS.sub(b'', xmp).decode()}</metadata>\n"
        f"{SvgPage(page, tools, options.image_mode).markup()}</svg>\n"
    )


def _frame(canvas: Canvas, bleed: bool) -> str:
    box = canvas.bleed_box if bleed else canvas.trim
    view = " ".join(f"{value:g}" for value in (box.x_pt, box.y_pt, round(box.w_pt, 4), round(box.h_pt, 4)))
    if canvas.width_px and canvas.height_px and not bleed:
        return attributes({"width": f"{canvas.width_px}px", "height": f"{canvas.height_px}px", "viewBox": view})
    return attributes({"width": f"{box.w_pt:.4f}pt", "height": f"{box.h_pt:.4f}pt", "viewBox": view})


def _check(options: SvgOptions, pages: Sequence[Page], place: Place) -> Iterator[Diagnostic]:
    return check_range(options.pages, len(pages), place) if pages else iter(())


FORMAT = Format(
    id="svg",
    describe="SVG drawings with live text, one a page",
    media_type=MEDIA_TYPE,
    suffixes=(".svg",),
    options=SvgOptions,
    page_per_file=True,
    write=write,
    check=_check,
)
