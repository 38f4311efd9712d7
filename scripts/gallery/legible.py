"""Whether the words of a cell can be read: apart, in their places, and out of the ground they lie on, at the size of a cell."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from qwen_pipeline import verify
from qwen_pipeline.types import Box, CheckRule, Page, TextItem, TypesetPage
from scripts.gallery.cells import Cell
from scripts.gallery.drawing import Studio

if TYPE_CHECKING:
    from PIL.Image import Image

RULES = tuple(CheckRule(name, "error") for name in ("contrast", "overlap", "text.overflow", "text.missing_glyph", "safe_zone"))
"""As a build asks for them: a contrast of 4.5 on every line."""
_OVER_PT = 1.0
"""How far ink may stand out of its region: a rounding, not a line."""


def faults(studio: Studio, cell: Cell) -> list[str]:
    """`check/code string: measured` of all that is wrong with a cell."""
    piece, page = studio.solved(cell)

    def raster(number: int, *, text: bool = True, width_px: int | None = None) -> Image:
        return studio.raster(page, cell, text=text)

    first = verify.Subject(replace(piece, pages=piece.pages[:1]), [page], raster)
    found = [f"{f.check}/{f.code} {f.string}: {f.measured}" for f in verify.run(first, RULES)]
    return [*found, *(f"off its region {string}" for string in strays(piece.pages[0], page))]


def strays(planned: Page, page: TypesetPage) -> Iterator[str]:
    """Strings with a line that stands out of its region."""
    regions = {region.id: region.box for region in planned.regions}
    places = {string.id: regions.get(string.region) for string in page.strings}
    for item in page.items:
        box = places.get(item.string) if isinstance(item, TextItem) else None
        if box and any(_out(line.box, box) > _OVER_PT for line in item.lines if line.text.strip()):
            yield item.string


def _out(line: Box, box: Box) -> float:
    return max(box.x_pt - line.x_pt, box.y_pt - line.y_pt, line.right_pt - box.right_pt, line.bottom_pt - box.bottom_pt)
