"""Words of every layout in every style: apart, in their places, and with a contrast of 4.5 to what lies under them."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from qwen_pipeline.types import Box
from scripts.gallery import cells, legible
from scripts.gallery.cells import Cell
from scripts.gallery.drawing import Studio

SLOW = bool(os.environ.get("QWEN_PIPELINE_SLOW"))
SAMPLE = (
    Cell("poster", "statement", "clay"),
    Cell("poster", "product", "travel-poster"),
    Cell("poster", "scroll", "blue-green"),
    Cell("deck", "statement", "travel-poster"),
    Cell("infographic", "process", "blueprint"),
    Cell("guide", "day", "night-city"),
    Cell("card", "ticket", "lacquer"),
    Cell("card", "coupon", "chalkboard"),
)
"""Cells that were hard to read once, and what is nearest to them."""


def test_what_was_hard_to_read_can_be_read(tmp_path: Path) -> None:
    studio = Studio(tmp_path)
    assert {cell.file: found for cell in SAMPLE if (found := legible.faults(studio, cell))} == {}


@pytest.mark.skipif(not SLOW, reason="takes ten minutes: QWEN_PIPELINE_SLOW=1")
@pytest.mark.parametrize("name", cells.layout_names())
def test_every_style_of_a_layout_can_be_read(name: str, tmp_path: Path) -> None:
    studio = Studio(tmp_path)
    assert {cell.file: found for cell in cells.of_layout(name) if (found := legible.faults(studio, cell))} == {}


def test_words_out_of_their_region_are_seen(tmp_path: Path) -> None:
    piece, page = Studio(tmp_path).solved(SAMPLE[0])
    planned = piece.pages[0]
    assert list(legible.strays(planned, page)) == []
    narrow = tuple(replace(r, box=Box(r.box.x_pt, r.box.y_pt, 10, r.box.h_pt)) if r.id == "title" else r for r in planned.regions)
    strays = set(legible.strays(replace(planned, regions=narrow), page))
    assert strays == {string.id for string in page.strings if string.region == "title"}
