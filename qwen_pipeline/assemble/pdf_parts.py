"""Pages -> PDF parts. reportlab keeps a whole document in memory, so a long one is drawn as several short files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from qwen_pipeline.dataclass import dataclass
from qwen_pipeline.types import ImageItem, TypesetPage

from .format import ImageMode, Tools
from .sheet import Sheet, draw_marks, sheet_for

_PART_PIXELS = {"jpeg": 40_000_000, "lossless": 13_000_000}
"""Pictures in one part, in pixels: about 15 MB as JPEG, 30 MB as PNG, of which reportlab holds some three copies."""
_PART_PAGES = 50


@dataclass(frozen=True, slots=True)
class PdfLook:
    """How pages become PDF."""

    marks: tuple[str, ...]
    image_mode: ImageMode


@dataclass(frozen=True, slots=True)
class Part:
    """One PDF file of some of the pages."""

    path: Path
    titles: tuple[str, ...]
    sheets: tuple[Sheet, ...]


def write_parts(pages: Iterable[TypesetPage], look: PdfLook, folder: Path, tools: Tools) -> Iterator[Part]:
    """Draw the pages, a part at a time. Every part is complete when it is yielded."""
    for number, group in enumerate(_groups(pages, look)):
        yield _write_part(group, look, folder / f"part{number:05}.pdf", tools)


def _write_part(pages: list[TypesetPage], look: PdfLook, path: Path, tools: Tools) -> Part:
    sheets = tuple(sheet_for(page.canvas, look.marks) for page in pages)
    lettered = next((page for page in pages if page.fonts), pages[0])
    canvas = _canvas(path, tools.first_font(lettered), sheets[0])
    for page, sheet in zip(pages, sheets, strict=True):
        canvas.setPageSize((sheet.width_pt, sheet.height_pt))
        tools.draw(canvas, page, offset=(sheet.margin_pt, sheet.margin_pt), image_mode=look.image_mode)
        if look.marks:
            draw_marks(canvas, sheet, look.marks)
        canvas.showPage()
    canvas.save()
    _release(canvas)
    return Part(path, tuple(page.title for page in pages), sheets)


def _canvas(path: Path, first_font: str, sheet: Sheet) -> Any:
    from reportlab import rl_config
    from reportlab.pdfgen.canvas import Canvas

    rl_config.useA85 = 0  # ASCII85 makes files a quarter larger and pictures ten times slower to write
    return Canvas(
        str(path),
        pagesize=(sheet.width_pt, sheet.height_pt),
        pageCompression=1,
        invariant=1,
        initialFontName=first_font,
        pdfVersion=(1, 6),
    )


def _release(canvas: Any) -> None:
    """Give a document's streams back now: it and its canvas hold one another, and the collector may come late."""
    vars(canvas._doc).clear()
    vars(canvas).clear()


def _groups(pages: Iterable[TypesetPage], look: PdfLook) -> Iterator[list[TypesetPage]]:
    group: list[TypesetPage] = []
    held: dict[str, int] = {}
    for page in pages:
        pictures = {item.path: _pixels(item.path) for item in page.items if isinstance(item, ImageItem) and item.path not in held}
        full = sum(held.values()) + sum(pictures.values()) > _PART_PIXELS[look.image_mode] or len(group) == _PART_PAGES
        if group and full:
            yield group
            group, held = [], {}
        group.append(page)
        held.update(pictures)
    if group:
        yield group


def _pixels(path: str) -> int:
    from PIL import Image

    with Image.open(path) as image:
        return image.width * image.height
