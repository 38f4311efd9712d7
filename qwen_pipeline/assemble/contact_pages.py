"""The contact sheet as pages: a plain grid on A3, thumbnails as large as the number of pieces allows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import ceil
from statistics import median
from typing import Literal

from qwen_pipeline import fingerprint
from qwen_pipeline.dataclass import dataclass
from qwen_pipeline.types import (
    PT_PER_UNIT,
    Box,
    Canvas,
    Color,
    ImageLayer,
    Layer,
    Page,
    Region,
    Shadow,
    ShapeLayer,
    TextLayer,
    TextPart,
    TextStyle,
)

from .format import RunDelivery, SheetEntry
from .overview import Card, card, summary

Align = Literal["start", "center", "end"]

_MM = PT_PER_UNIT["mm"]
WIDTH_PT, HEIGHT_PT = 420 * _MM, 297 * _MM
_MARGIN_PT = 42.0
_HEADER_PT = 62.0
_FOOTER_PT = 22.0
_GAP_PT = 22.0
_CAPTION_PT = 52.0
_COLUMNS, _ROWS = range(2, 11), range(1, 7)
_FULL_PAGE = 24
"""Pieces on a page of a long sheet, at least."""

_PAPER = Color(250, 249, 247)
_INK = Color(28, 29, 33)
_GREY = Color(104, 106, 114)
_LINE = Color(216, 214, 208)
_EMPTY = Color(238, 236, 231)
_SHADOW = Shadow(0.0, 1.6, 4.0, Color(20, 20, 30, 0.22))
_STATES = {
    "passed": Color(30, 115, 72),
    "warnings": Color(150, 92, 0),
    "rejected": Color(184, 36, 40),
    "failed": Color(184, 36, 40),
}


@dataclass(frozen=True, slots=True)
class Grid:
    """Sizes in points. `thumb_pt`: height of the thumbnails' row, without the caption."""

    columns: int
    rows: int
    cell_pt: float
    thumb_pt: float

    @property
    def pitch_pt(self) -> float:
        return self.thumb_pt + _CAPTION_PT + _GAP_PT


def contact_pages(run: RunDelivery, *, one_page: bool = False) -> Iterator[Page]:
    """Pages to typeset. With `one_page`, one page as tall as needed."""
    entries = run.entries
    grid = choose_grid(entries)
    rows = ceil(len(entries) / grid.columns) if one_page else grid.rows
    height = max(HEIGHT_PT, _top() + rows * grid.pitch_pt + _FOOTER_PT + _MARGIN_PT) if one_page else HEIGHT_PT
    per_page = max(1, grid.columns * rows)
    total = max(1, ceil(len(entries) / per_page))
    for number in range(total):
        yield _page(run, entries[number * per_page : (number + 1) * per_page], grid, number, total, height)


def choose_grid(entries: Sequence[SheetEntry]) -> Grid:
    """The grid with the largest thumbnails that holds all pieces, or 24 of them."""
    shape = median(_ratio(entry) for entry in entries) if entries else 1.0
    wanted = min(len(entries), _FULL_PAGE)
    grids = [_grid(columns, rows, shape) for columns in _COLUMNS for rows in _ROWS if columns * rows >= wanted]
    return max(grids, key=lambda grid: min(grid.thumb_pt, grid.cell_pt / shape))


def _grid(columns: int, rows: int, shape: float) -> Grid:
    cell = (WIDTH_PT - 2 * _MARGIN_PT - (columns - 1) * _GAP_PT) / columns
    room = HEIGHT_PT - _top() - _FOOTER_PT - _MARGIN_PT
    return Grid(columns, rows, cell, min(cell / shape, (room + _GAP_PT) / rows - _CAPTION_PT - _GAP_PT))


def _top() -> float:
    return _MARGIN_PT + _HEADER_PT


def _ratio(entry: SheetEntry) -> float:
    canvas = entry.piece.pages[0].canvas
    return canvas.width_pt / canvas.height_pt


def _page(run: RunDelivery, entries: Sequence[SheetEntry], grid: Grid, number: int, total: int, height: float) -> Page:
    regions: list[Region] = []
    layers: list[Layer] = []

    def add(region: Region, *made: Layer) -> None:
        regions.append(region)
        layers.extend(made)

    width = WIDTH_PT - 2 * _MARGIN_PT
    add(
        Region("title", Box(_MARGIN_PT, _MARGIN_PT - 6, width * 0.5, 32), valign="end"),
        _text("title", "title", run.name, 22, 700, _INK),
    )
    add(
        Region("summary", Box(_MARGIN_PT + width * 0.5, _MARGIN_PT - 6, width * 0.5, 32), valign="end", align="end"),
        _text("summary", "summary", summary(run), 9.5, 400, _GREY, align="end"),
    )
    add(Region("rule", Box(_MARGIN_PT, _MARGIN_PT + 34, width, 0.6)), ShapeLayer("rule", "rule", "rect", fill=_INK))
    for position, entry in enumerate(entries):
        row, column = divmod(position, grid.columns)
        left = _MARGIN_PT + column * (grid.cell_pt + _GAP_PT)
        for region, made in _cell(f"c{position}", entry, left, _top() + row * grid.pitch_pt, grid):
            add(region, *made)
    if total > 1:
        foot = Box(_MARGIN_PT, height - _MARGIN_PT - _FOOTER_PT + 8, width, 14)
        folio = _text("folio", "folio", f"{number + 1} / {total}", 8, 400, _GREY, align="end")
        add(Region("folio", foot, valign="end", align="end"), folio)
    canvas = Canvas("contact-sheet", WIDTH_PT, height)
    return Page(f"sheet-{number + 1}", f"{run.name} {number + 1}/{total}", canvas, _PAPER, tuple(regions), tuple(layers))


def _cell(name: str, entry: SheetEntry, left: float, top: float, grid: Grid) -> Iterator[tuple[Region, tuple[Layer, ...]]]:
    made = card(entry)
    frame = _fitted(entry, Box(left, top, grid.cell_pt, grid.thumb_pt))
    region = f"{name}-picture"
    if entry.thumbnail is not None:
        picture = ImageLayer(
            region, region, str(entry.thumbnail), fingerprint.file_digest(entry.thumbnail), fit="cover", shadow=_SHADOW
        )
        yield Region(region, frame), (picture,)
    else:
        yield Region(region, frame), (ShapeLayer(region, region, "rect", fill=_EMPTY, stroke=_LINE, stroke_pt=0.6),)
        word = f"{name}-empty"
        yield Region(word, frame, "center", "center"), (_text(word, word, "not made", 8, 400, _GREY, align="center"),)
    y = top + grid.thumb_pt + 10
    dot = f"{name}-dot"
    yield Region(dot, Box(left, y + 3.6, 5.2, 5.2)), (ShapeLayer(dot, dot, "ellipse", fill=_STATES[made.state]),)
    yield from _caption(name, made, Box(left + 11, y, grid.cell_pt - 11, _CAPTION_PT - 10))


def _caption(name: str, made: Card, box: Box) -> Iterator[tuple[Region, tuple[Layer, ...]]]:
    """Name; locale, size and pages; and, where it did not simply pass, what happened. A region each, so that each fits alone."""
    rows = [("name", 0.0, 13.0, made.name, 9.0, 600, _INK), ("facts", 14.5, 10.5, made.facts, 7.4, 400, _GREY)]
    if made.state != "passed":
        rows.append(("note", 26.0, 17.0, made.note, 7.4, 600, _STATES[made.state]))
    for key, top, height, words, size, weight, color in rows:
        region = f"{name}-{key}"
        lines = 2 if key == "note" else 1
        place = Box(box.x_pt, box.y_pt + top, box.w_pt, height)
        yield Region(region, place), (_text(region, region, words, size, weight, color, lines=lines),)


def _fitted(entry: SheetEntry, cell: Box) -> Box:
    """The piece's shape within the cell, standing on its lower edge at the left, so that captions line up."""
    ratio = _ratio(entry)
    width = min(cell.w_pt, cell.h_pt * ratio)
    height = width / ratio
    return Box(cell.x_pt, cell.bottom_pt - height, width, height)


def _text(
    name: str, region: str, words: str, size: float, weight: int, color: Color, *, align: Align = "start", lines: int = 1
) -> TextLayer:
    style = TextStyle(size, size * 0.5, weight, color, leading=1.25, align=align)
    return TextLayer(name, region, "caption", (TextPart("en", words),), style, max_lines=lines, on_fail="off")
