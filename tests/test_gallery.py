"""The gallery shows what is shipped; some pictures, fixed ones and some by the commit's name, are drawn again and compared."""

from __future__ import annotations

import random
import subprocess
from pathlib import Path

import pytest
from PIL import Image

from qwen_pipeline.render.draft import compose
from scripts import samples
from scripts.gallery import cells, drawing, pages
from scripts.gallery.cells import GALLERY, Cell
from scripts.make_gallery import chosen, stale

FIXED = [
    Cell("poster", "hero-left", "ink-wash"),
    Cell("deck", "picture-side", "swiss"),
    Cell("infographic", "timeline", "paper-cut"),
    Cell("comic", "three", "guochao"),
]
BY_COMMIT = 6
MOST_BYTES = 9_000_000


def by_commit() -> list[Cell]:
    """Other cells with every commit, the same ones for the same commit."""
    done = subprocess.run(["git", "rev-parse", "HEAD"], cwd=cells.ROOT, capture_output=True, text=True, check=False)
    return random.Random(done.stdout.strip()).sample(list(cells.every()), BY_COMMIT)


def test_every_layout_and_style_has_its_pictures_and_nothing_else_is_there() -> None:
    assert [cell.file for cell in cells.every() if not (GALLERY / cell.file).is_file()] == []
    assert stale(pages.texts()) == []
    shipped = {
        f"{kind.parent.name}/{p.stem}" for kind in samples.TEMPLATES.glob("*/kind.yaml") for p in kind.parent.glob("layouts/*")
    }
    assert {cell.name for cell in cells.every()} == shipped - set(cells.LEFT_OUT)
    assert {cell.style for cell in cells.every()} - {cells.PLAIN} == set(compose.style_ids())


def test_layouts_that_are_left_out_are_shipped() -> None:
    assert [
        name for name in cells.LEFT_OUT if not (samples.TEMPLATES / name.replace("/", "/layouts/")).with_suffix(".yaml").is_file()
    ] == []


def test_pages_are_as_they_would_be_written() -> None:
    kept = {name: (GALLERY / name).read_text(encoding="utf-8") for name in pages.texts()}
    assert kept == pages.texts(), "python scripts/make_gallery.py --pages"


def test_pictures_are_small() -> None:
    assert sum((GALLERY / cell.file).stat().st_size for cell in cells.every()) < MOST_BYTES
    for cell in FIXED:
        assert drawing.kept(cell).width == cell.width_px


def test_a_sample_is_drawn_as_it_is_kept(tmp_path: Path) -> None:
    studio = drawing.Studio(tmp_path)
    gaps = {cell.file: drawing.distance(studio.draw(cell), drawing.kept(cell)) for cell in [*FIXED, *by_commit()]}
    assert {file: gap for file, gap in gaps.items() if gap > drawing.ALIKE} == {}, "make gallery"


def test_the_same_cell_has_the_same_bytes(tmp_path: Path) -> None:
    first, second = (drawing.encoded(drawing.Studio(tmp_path / name).draw(FIXED[0])) for name in ("a", "b"))
    assert first == second


@pytest.mark.parametrize(
    "other",
    [
        Cell("poster", "hero-left", "watercolour"),
        Cell("poster", "full-bleed", "ink-wash"),
        Cell("poster", "hero-top", "ink-wash"),
    ],
)
def test_another_style_or_layout_is_not_alike(other: Cell) -> None:
    assert drawing.distance(drawing.kept(FIXED[0]), drawing.kept(other)) > drawing.ALIKE


def test_pictures_of_other_sizes_are_never_alike() -> None:
    assert drawing.distance(Image.new("RGB", (8, 9)), Image.new("RGB", (8, 8))) == float("inf")


def test_cells_are_chosen_by_pattern() -> None:
    assert [len(own) for own in chosen(["deck/cover"])] == [len(samples.styles())]
    assert {cell.style for own in chosen(["poster/*/swiss"]) for cell in own} == {"swiss"}
