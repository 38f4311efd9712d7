"""Layout sketches for guided scenes: where words and other things will stand, and what the picture is to letter where.

A sketch shows only what is the same for every piece that shares the picture: the areas that stay calm, and the baked words.
It is the last reference of the request, so its digest is part of the picture's identity.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from qwen_pipeline.dataclass import dataclass
from qwen_pipeline.fingerprint import scene_fingerprint
from qwen_pipeline.types import CalmArea, Failure, Page, Piece, Scene

from .failures import failure_of
from .order import Event, OnEvent
from .scenes import SCENE_REFERENCE
from .state import WorkState
from .workers import Pool

if TYPE_CHECKING:
    from PIL.Image import Image

PAPER, BLOCK, INK = (255, 255, 255), (200, 200, 200), (0, 0, 0)
Guided = tuple[tuple[Piece, ...], tuple[Scene, ...], tuple[Failure, ...]]


@dataclass(frozen=True, slots=True)
class SketchTask:
    """A picture to sketch, for the first page that shows it."""

    piece: str
    page: Page
    scene: Scene


def guide(pieces: Sequence[Piece], scenes: Sequence[Scene], pool: Pool, on_event: OnEvent) -> Guided:
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
        return tuple(pieces), tuple(scenes), ()
    made = _with_sketches(scenes, sketches, lost)
    failures = {piece.id: replace(lost[name], piece=piece.id) for piece in pieces for name in _lost(piece, made, lost)}
    kept = tuple(_showing(piece, made) for piece in pieces if piece.id not in failures)
    return kept, tuple(made[scene.fingerprint] for scene in scenes if scene.fingerprint in made), tuple(failures.values())


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


def _with_sketches(
    scenes: Sequence[Scene], sketches: Mapping[str, tuple[str, str]], lost: dict[str, Failure]
) -> dict[str, Scene]:
    """Planned fingerprint -> scene, with edits and references of what has changed; without what needs a lost one."""
    made: dict[str, Scene] = {}
    for scene in scenes:  # the first needed first
        request = scene.request
        needs = [name.removeprefix(SCENE_REFERENCE) for name in request.references if name.startswith(SCENE_REFERENCE)]
        needs += [request.source] if request.source else []
        missing = next((name for name in (*needs, scene.fingerprint) if name in lost), None)
        if missing is not None:
            lost[scene.fingerprint] = lost[missing]
            continue
        references = tuple(_renamed(name, made) for name in request.references)
        paths = scene.reference_paths
        if scene.fingerprint in sketches:
            digest, path = sketches[scene.fingerprint]
            references, paths = (*references, digest), (*paths, path)
        source = made[request.source].fingerprint if request.source else None
        request = replace(request, references=references, source=source)
        made[scene.fingerprint] = replace(scene, fingerprint=scene_fingerprint(request), request=request, reference_paths=paths)
    return made


def _renamed(reference: str, made: Mapping[str, Scene]) -> str:
    if not reference.startswith(SCENE_REFERENCE):
        return reference
    return SCENE_REFERENCE + made[reference.removeprefix(SCENE_REFERENCE)].fingerprint


def _lost(piece: Piece, made: Mapping[str, Scene], lost: Mapping[str, Failure]) -> list[str]:
    return [page.scene for page in piece.pages if page.scene and page.scene not in made and page.scene in lost]


def _showing(piece: Piece, made: Mapping[str, Scene]) -> Piece:
    pages = (replace(page, scene=made[page.scene].fingerprint) if page.scene else page for page in piece.pages)
    return replace(piece, pages=tuple(pages))


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
