"""Layout sketches for guided scenes: where words and other things will stand, and what the picture is to letter where.

A sketch shows only what is the same for every piece that shares the picture: the areas that stay calm, and the baked words.
It is the last reference of the request, so its digest is part of the picture's identity.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from qwen_pipeline.dataclass import dataclass
from qwen_pipeline.types import CalmArea, Failure, Page, Piece, Scene

from .failures import failure_of
from .following import Changed, changed
from .order import Event, OnEvent
from .state import WorkState
from .workers import Pool

if TYPE_CHECKING:
    from PIL.Image import Image

PAPER, BLOCK, INK = (255, 255, 255), (200, 200, 200), (0, 0, 0)


@dataclass(frozen=True, slots=True)
class SketchTask:
    """A picture to sketch, for the first page that shows it."""

    piece: str
    page: Page
    scene: Scene


def guide(pieces: Sequence[Piece], scenes: Sequence[Scene], pool: Pool, on_event: OnEvent) -> Changed:
    """Pieces and scenes with a sketch in every request that asks for one; pieces whose page could not be set fail."""
    tasks = list(_tasks(pieces, {scene.fingerprint: scene for scene in scenes}))
    sketches: dict[str, tuple[str, str]] = {}
    lost: dict[str, Failure] = {}
    for done, (task, ok, answer) in enumerate(pool.run(sketch_scene, tasks), 1):
        if ok:
            sketches[task.scene.fingerprint] = answer
        else:
            lost[task.scene.fingerprint] = failure_of(task.piece, answer)
        on_event(Event("letter", done, len(tasks), task.piece))
    if not tasks:
        return Changed(tuple(pieces), tuple(scenes), ())
    return changed(pieces, scenes, partial(_with_sketch, sketches=sketches), lost)


def _with_sketch(scene: Scene, sketches: Mapping[str, tuple[str, str]]) -> Scene:
    if scene.fingerprint not in sketches:
        return scene
    digest, path = sketches[scene.fingerprint]
    request = replace(scene.request, references=(*scene.request.references, digest))
    return replace(scene, request=request, reference_paths=(*scene.reference_paths, path))


def _tasks(pieces: Iterable[Piece], known: Mapping[str, Scene]) -> Iterable[SketchTask]:
    seen = set()
    for piece in pieces:
        for page in piece.pages:
            root = known[page.scene] if page.scene else None
            while root is not None and root.request.source:
                root = known[root.request.source]
            if root is not None and root.request.guide and root.fingerprint not in seen:
                seen.add(root.fingerprint)
                yield SketchTask(piece.id, page, root)


# --- drawing a sketch --------------------------------------------------------------------------------------------------


def sketch_scene(state: WorkState, task: SketchTask) -> tuple[str, str]:
    """(digest of the sketch in the store, its file). Runs in a worker."""
    request = task.scene.request
    lettering = state.lettering(task.page, request.width_px, request.height_px) if task.scene.strings else None
    buffer = io.BytesIO()
    sketch((request.width_px, request.height_px), task.scene.guide_calm, lettering).save(buffer, format="PNG", compress_level=6)
    digest = state.store.put_asset(buffer.getvalue())
    return digest, str(state.store.asset_path(digest))


def sketch(size: tuple[int, int], calm: Sequence[CalmArea], lettering: Image | None) -> Image:
    """Grey blocks where the picture stays calm, the baked words in black where they stand, white elsewhere."""
    from PIL import Image, ImageDraw

    image = Image.new("RGB", size, PAPER)
    draw = ImageDraw.Draw(image)
    for area in calm:
        left, top = round(area.x * size[0]), round(area.y * size[1])
        right, bottom = round((area.x + area.w) * size[0]) - 1, round((area.y + area.h) * size[1]) - 1
        draw.rectangle((left, top, max(left, right), max(top, bottom)), fill=BLOCK)
    if lettering is not None:
        image.paste(INK, (0, 0), lettering.getchannel("A"))
    return image
