"""When requests of pictures change before they are drawn: what follows in their edits, in what refers to them, in pages."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from qwen_pipeline.dataclass import dataclass
from qwen_pipeline.fingerprint import scene_fingerprint
from qwen_pipeline.types import Failure, Layer, Page, Piece, Scene, SceneLayer

from .scenes import SCENE_REFERENCE, needed_by, shown


@dataclass(frozen=True, slots=True)
class Changed:
    """Pieces and scenes as they are now, and the pieces that cannot be made."""

    pieces: tuple[Piece, ...]
    scenes: tuple[Scene, ...]
    failures: tuple[Failure, ...]


def changed(
    pieces: Sequence[Piece], scenes: Sequence[Scene], change: Callable[[Scene], Scene], lost: Mapping[str, Failure]
) -> Changed:
    """`change` gives a scene its new request. `lost`: fingerprint -> why it cannot be drawn; what needs it cannot be either."""
    gone = dict(lost)
    made: dict[str, Scene] = {}
    for scene in scenes:  # the first needed first
        missing = next((name for name in (scene.fingerprint, *needed_by(scene)) if name in gone), None)
        if missing is None:
            made[scene.fingerprint] = _named(change(scene), made)
        else:
            gone[scene.fingerprint] = gone[missing]
    reasons = {piece.id: gone[name] for piece in pieces for page in piece.pages for name in page.scenes if name in gone}
    failures = tuple(replace(failure, piece=piece) for piece, failure in reasons.items())
    kept = tuple(_showing(piece, made) for piece in pieces if piece.id not in reasons)
    return Changed(kept, shown(kept, made.values()), failures)


def _named(scene: Scene, made: Mapping[str, Scene]) -> Scene:
    """The scene with the present names of those it needs, and its own."""
    request = scene.request
    source = made[request.source].fingerprint if request.source else None
    request = replace(request, references=tuple(_renamed(name, made) for name in request.references), source=source)
    return replace(scene, fingerprint=scene_fingerprint(request), request=request)


def _renamed(reference: str, made: Mapping[str, Scene]) -> str:
    if not reference.startswith(SCENE_REFERENCE):
        return reference
    return SCENE_REFERENCE + made[reference.removeprefix(SCENE_REFERENCE)].fingerprint


def _showing(piece: Piece, made: Mapping[str, Scene]) -> Piece:
    return replace(piece, pages=tuple(_page(page, made) for page in piece.pages))


def _page(page: Page, made: Mapping[str, Scene]) -> Page:
    layers: tuple[Layer, ...] = tuple(
        replace(layer, scene=made[layer.scene].fingerprint) if isinstance(layer, SceneLayer) else layer for layer in page.layers
    )
    return replace(page, scene=made[page.scene].fingerprint if page.scene else None, layers=layers)
