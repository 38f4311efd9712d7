"""What checks look at: one finished piece, its solved pages, its pixels and its files."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from qwen_pipeline.dataclass import dataclass
from qwen_pipeline.types import Box, Ending, OutputRequest, Page, Piece, TypesetPage

from .filetext import page_texts

if TYPE_CHECKING:
    from PIL.Image import Image


class Raster(Protocol):
    """Pixels of the trim of a page."""

    def __call__(self, page: int, *, text: bool = True, width_px: int | None = None) -> Image:
        """RGB picture of page number `page` (from 0). `text` False: without strings. `width_px` None: as delivered."""


@dataclass(frozen=True, slots=True)
class Delivered:
    """One file of the piece, and the pages (from 0) it shows, in its own order."""

    request: OutputRequest
    path: Path
    pages: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Subject:
    """The thing under test. `pages[i]` is the solved form of `piece.pages[i]`."""

    piece: Piece
    pages: Sequence[TypesetPage]
    raster: Raster
    files: tuple[Delivered, ...] = ()
    texts: Callable[[Path], list[str]] = page_texts
    """The text of every page of a file. pdfium is not thread-safe: a caller with threads hands in a guarded one."""
    endings: tuple[Ending, ...] = ()
    """How the strings that pictures were to spell ended."""
    plain_prompts: tuple[str, ...] = ()
    """Ids of the pages with a picture whose prompt was to be rewritten, and was drawn from as it is."""

    def each_page(self) -> Iterator[tuple[int, Page, TypesetPage]]:
        """(number, page as planned, page as set)."""
        for number, planned in enumerate(self.piece.pages):
            yield number, planned, self.pages[number]


def pixels_of(box: Box, page: TypesetPage, raster: Image) -> tuple[int, int, int, int]:
    """Left, upper, right, lower of `box` in a raster of the trim, cut to the picture; may be empty."""
    per_x, per_y = raster.width / page.canvas.width_pt, raster.height / page.canvas.height_pt
    left, top = max(0, round(box.x_pt * per_x)), max(0, round(box.y_pt * per_y))
    right, bottom = min(raster.width, round(box.right_pt * per_x)), min(raster.height, round(box.bottom_pt * per_y))
    return left, top, max(left, right), max(top, bottom)
