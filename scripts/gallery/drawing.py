"""Draws cells: plan, picture and type as in a build, all at the size of a cell, without files to deliver."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from scripts import samples
from scripts.gallery.cells import GALLERY, Cell

if TYPE_CHECKING:
    from PIL.Image import Image

    from qwen_pipeline.types import Piece, Scene, SceneResult, TypesetPage

OVERSIZE = 2
"""A cell is drawn as many times as large, and reduced: small type keeps its weight."""
QUALITY = 60
ALIKE = 9.0
"""Most that two pictures of one cell may differ in `distance`: what a new version of a library moves, not another picture."""
_LOOK_PX = 24


class Studio:
    """The stages of one process, with fonts opened once. `scratch` keeps specs, pictures and fonts until the end."""

    def __init__(self, scratch: Path) -> None:
        from qwen_pipeline.pipeline.state import WorkSetup, make_state
        from qwen_pipeline.settings import Settings

        self._scratch = scratch
        self._settings = Settings(store=scratch / "store", workers=1)
        self._state = make_state(WorkSetup(scratch / "store", "draft", self._settings))

    def draw(self, cell: Cell) -> Image:
        """A cell's picture, at its size."""
        from PIL import Image as pil

        large = self.raster(self.solved(cell)[1], cell)
        height = round(large.height / OVERSIZE)
        return large.resize((cell.width_px, height), pil.Resampling.LANCZOS)

    def solved(self, cell: Cell) -> tuple[Piece, TypesetPage]:
        """A cell's piece, and its first page typeset over its picture."""
        from qwen_pipeline.pipeline import Order, make_plan

        folder = self._scratch / cell.kind / cell.layout
        spec = samples.write(cell.sample, folder, [{"format": "pdf"}], size_px=cell.width_px * OVERSIZE)
        plan = make_plan(Order(spec, engine="draft"), self._settings, identified=False).plan
        page = plan.pieces[0].pages[0]
        pictures = self._pictures(tuple(scene for scene in plan.scenes if scene.fingerprint in page.scenes))
        return plan.pieces[0], self._state.solve(page, pictures)

    def raster(self, page: TypesetPage, cell: Cell, *, text: bool = True) -> Image:
        """A solved page at the size at which cells are drawn. `text` False: without its strings."""
        from qwen_pipeline import typeset

        width = cell.width_px * OVERSIZE
        return typeset.rasterise(page, self._state.fonts, width, text="all" if text else "none").convert("RGB")

    def _pictures(self, scenes: tuple[Scene, ...]) -> dict[str, SceneResult]:
        made = self._state.session(scenes).render(scenes)
        failed = [outcome.message for outcome in made if not hasattr(outcome, "path")]
        if failed:
            raise SystemExit(failed[0])
        return {scene.fingerprint: outcome for scene, outcome in zip(scenes, made, strict=True)}  # type: ignore[misc]


def encoded(picture: Image) -> bytes:
    """The bytes of a cell's file."""
    out = io.BytesIO()
    picture.save(out, "WEBP", quality=QUALITY, method=6)
    return out.getvalue()


def kept(cell: Cell) -> Image:
    """The picture of a cell that is committed."""
    from PIL import Image as pil

    with pil.open(GALLERY / cell.file) as image:
        return image.convert("RGB")


def distance(one: Image, other: Image) -> float:
    """How far two pictures are apart for the eye, in levels of 255: the worst of 5 x 5 fields, seen small and soft.

    Infinite where their sizes differ.
    """
    if one.size != other.size:
        return float("inf")
    gap = np.abs(_look(one) - _look(other)).mean(2)
    rows = [field.mean() for band in np.array_split(gap, 5) for field in np.array_split(band, 5, axis=1)]
    return float(max(rows))


def _look(picture: Image) -> np.ndarray:
    from PIL import Image as pil

    height = max(1, round(_LOOK_PX * picture.height / picture.width))
    return np.asarray(picture.resize((_LOOK_PX, height), pil.Resampling.BOX), np.float64)
