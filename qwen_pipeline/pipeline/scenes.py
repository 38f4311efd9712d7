"""Pictures for a plan: letter what the engine spells exactly, draw what is missing, in the order that references ask for."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from qwen_pipeline.dataclass import dataclass
from qwen_pipeline.fingerprint import scene_fingerprint
from qwen_pipeline.types import EngineInfo, Failure, Page, Phase, Piece, Scene, SceneResult

from .failures import failure_of
from .order import Event, OnEvent, phase_event
from .state import WorkState
from .together import draw_all
from .workers import Pool

SCENE_REFERENCE = "scene:"
"""How a request names another scene among its references."""
Drawn = Mapping[str, SceneResult | Failure]
DrawAll = Callable[..., Mapping[str, SceneResult | Failure]]


def is_procedural(engine: EngineInfo) -> bool:
    """Whether the engine computes its pictures on the processor, so that many processes may draw at once."""
    return "hints" in engine.capabilities


# --- lettering ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LetterTask:
    """Pages of one piece whose pictures spell words: (number of the page, width and height of its picture in pixels)."""

    piece: Piece
    pages: tuple[tuple[int, int, int], ...]


def letter_pages(state: WorkState, task: LetterTask) -> tuple[tuple[int, str], ...]:
    """(page, digest of its lettering in the store), for each page of a task. Runs in a worker."""
    out = []
    for number, width_px, height_px in task.pages:
        image = state.lettering(task.piece.pages[number], width_px, height_px)
        buffer = io.BytesIO()
        image.save(buffer, format="PNG", compress_level=1)
        out.append((number, state.store.put_asset(buffer.getvalue())))
    return tuple(out)


def letter(
    pieces: Sequence[Piece], scenes: Sequence[Scene], engine: EngineInfo, pool: Pool, on_event: OnEvent
) -> tuple[tuple[Piece, ...], tuple[Scene, ...], tuple[Failure, ...]]:
    """Pieces and scenes with the baked words of each page in its picture's request; pieces that could not be lettered fail.

    A page's words are set by the typesetter and their picture's digest becomes part of the request, so the same scene with
    other words, or the same words set elsewhere, is another picture.
    """
    by_fingerprint = {scene.fingerprint: scene for scene in scenes}
    tasks = [task for task in (_letter_task(piece, by_fingerprint) for piece in pieces) if task.pages]
    if "exact-lettering" not in engine.capabilities or not tasks:
        return tuple(pieces), tuple(scenes), ()
    lettered: dict[str, Piece] = {}
    made: dict[str, Scene] = {}
    failures = []
    for done, (task, ok, answer) in enumerate(pool.run(letter_pages, tasks), 1):
        if ok:
            lettered[task.piece.id] = _with_lettering(task.piece, dict(answer), by_fingerprint, made)
        else:
            failures.append(failure_of(task.piece.id, answer))
        on_event(Event("letter", done, len(tasks), task.piece.id))
    failed = {failure.piece for failure in failures}
    pieces = tuple(lettered.get(piece.id, piece) for piece in pieces if piece.id not in failed)
    return pieces, _closure(pieces, {**by_fingerprint, **made}), tuple(failures)


def _letter_task(piece: Piece, scenes: Mapping[str, Scene]) -> LetterTask:
    pages = []
    for number, page in enumerate(piece.pages):
        scene = scenes[page.scene] if page.scene else None
        if scene is not None and _is_baked(page):
            pages.append((number, scene.request.width_px, scene.request.height_px))
    return LetterTask(piece, tuple(pages))


def _is_baked(page: Page) -> bool:
    return any(getattr(layer, "render", "") == "baked" for layer in page.layers)


def _with_lettering(piece: Piece, letterings: Mapping[int, str], scenes: Mapping[str, Scene], made: dict[str, Scene]) -> Piece:
    pages = list(piece.pages)
    for number, asset in letterings.items():
        plain = scenes[str(pages[number].scene)]
        request = replace(plain.request, lettering=asset)
        fingerprint = scene_fingerprint(request)
        scene = made.get(fingerprint) or replace(plain, fingerprint=fingerprint, request=request, used_by=())
        made[fingerprint] = replace(scene, used_by=(*scene.used_by, piece.id))
        pages[number] = replace(pages[number], scene=fingerprint)
    return replace(piece, pages=tuple(pages))


def _closure(pieces: Iterable[Piece], scenes: Mapping[str, Scene]) -> tuple[Scene, ...]:
    """The scenes that pieces show, with those they are edits of or refer to, the first needed first."""
    found: dict[str, Scene] = {}
    for piece in pieces:
        for page in piece.pages:
            for name in page.scenes:
                _add(name, scenes, found)
    return tuple(found.values())


def _add(fingerprint: str, scenes: Mapping[str, Scene], found: dict[str, Scene]) -> None:
    chain = [fingerprint]
    while chain:
        scene = scenes[chain[-1]]
        missing = [name for name in needed_by(scene) if name not in found]
        if missing:
            chain += missing
        else:
            found.setdefault(scene.fingerprint, scene)
            chain.pop()


def needed_by(scene: Scene) -> tuple[str, ...]:
    """Fingerprints of the pictures that must be there before this one can be drawn."""
    references = [name.removeprefix(SCENE_REFERENCE) for name in scene.request.references if name.startswith(SCENE_REFERENCE)]
    return (*references, *([scene.request.source] if scene.request.source else []))


def shown(pieces: Iterable[Piece], scenes: Iterable[Scene]) -> tuple[Scene, ...]:
    """Of a plan's scenes, those that these pieces need, the first needed first."""
    return _closure(pieces, {scene.fingerprint: scene for scene in scenes})


# --- drawing -----------------------------------------------------------------------------------------------------------


def draw_scenes(state: WorkState, batch: tuple[Scene, ...]) -> tuple[SceneResult | Failure, ...]:
    """One outcome a scene; pictures that are in the store already are taken from there. Runs in a worker."""
    with state.store.scene_lock(batch[0].fingerprint):
        return state.session(batch).render(batch)


def draw(
    scenes: Sequence[Scene], engine: EngineInfo, pool: Pool, state: WorkState, on_event: OnEvent, known: Drawn | None = None
) -> dict[str, SceneResult | Failure]:
    """Every scene's picture, or why there is none. `known`: pictures of earlier, which these may refer to."""
    drawn: dict[str, SceneResult | Failure] = {}
    for wave in _waves(scenes):
        ready, stuck = _with_references(wave, {**(known or {}), **drawn})
        drawn.update(stuck)
        if is_procedural(engine):
            _draw_apart(ready, len(scenes), drawn, pool, on_event)
        else:
            _draw_together(ready, len(scenes), drawn, partial(draw_all, pool=pool, state=state), on_event)
    return drawn


def _draw_apart(
    scenes: Sequence[Scene], total: int, drawn: dict[str, SceneResult | Failure], pool: Pool, on_event: OnEvent
) -> None:
    """In many processes: chains of edits each in one."""
    for batch, ok, answer in pool.run(draw_scenes, _chains(scenes)):
        for number, scene in enumerate(batch):
            drawn[scene.fingerprint] = answer[number] if ok else failure_of(_user(scene), answer)
            on_event(_event(scene, drawn, total))


def _draw_together(
    scenes: Sequence[Scene], total: int, drawn: dict[str, SceneResult | Failure], draw_all: DrawAll, on_event: OnEvent
) -> None:
    """As one batch, with the accelerator to ourselves."""
    by_fingerprint = {scene.fingerprint: scene for scene in scenes}
    seconds: list[float] = []

    def on_outcome(outcome: SceneResult | Failure | Phase) -> None:
        if isinstance(outcome, Phase):
            on_event(phase_event(outcome))
        elif isinstance(outcome, SceneResult):
            drawn[outcome.fingerprint] = outcome
            if not outcome.cached:
                seconds.append(outcome.seconds)
            left = sum(seconds) / len(seconds) * (total - len(drawn)) if seconds else None
            on_event(replace(_event(by_fingerprint[outcome.fingerprint], drawn, total), seconds_left=left))

    drawn.update(draw_all(scenes, on_outcome=on_outcome, on_wait=partial(say_waiting, on_event)))


def say_waiting(on_event: OnEvent) -> None:
    on_event(Event("wait", message="another build is drawing with this engine; waiting for it"))


def _event(scene: Scene, drawn: Drawn, total: int) -> Event:
    outcome = drawn[scene.fingerprint]
    if isinstance(outcome, Failure):
        return Event("scenes", len(drawn), total, _user(scene), "failed", outcome.message)
    return Event("scenes", len(drawn), total, _user(scene), "cached" if outcome.cached else "done")


def _user(scene: Scene) -> str:
    return scene.used_by[0] if scene.used_by else scene.fingerprint[:12]


def _chains(scenes: Sequence[Scene]) -> list[tuple[Scene, ...]]:
    """Scenes with their edits: what starts from one picture stays together, so that no process waits for another."""
    known = {scene.fingerprint: scene for scene in scenes}
    root: dict[str, str] = {}
    for scene in scenes:
        source = scene.request.source
        root[scene.fingerprint] = root.get(source, scene.fingerprint) if source in known else scene.fingerprint  # type: ignore[arg-type]
    groups: dict[str, list[Scene]] = {}
    for scene in scenes:
        groups.setdefault(root[scene.fingerprint], []).append(scene)
    return [tuple(group) for group in groups.values()]


def _waves(scenes: Sequence[Scene]) -> list[list[Scene]]:
    """Scenes that refer to other scenes' pictures come after those. Edits go with their source."""
    level: dict[str, int] = {}
    waves: list[list[Scene]] = []
    for scene in scenes:  # the first needed first, so what a scene needs has its level already
        references = [name.removeprefix(SCENE_REFERENCE) for name in scene.request.references if name.startswith(SCENE_REFERENCE)]
        behind = [level[name] + 1 for name in references if name in level]
        source = level.get(scene.request.source or "", 0)
        level[scene.fingerprint] = max([source, *behind])
        while len(waves) <= level[scene.fingerprint]:
            waves.append([])
        waves[level[scene.fingerprint]].append(scene)
    return waves


def _with_references(wave: Iterable[Scene], drawn: Drawn) -> tuple[list[Scene], dict[str, Failure]]:
    """Scenes with the files of the pictures they refer to, and failures of those that refer to one that failed."""
    ready, stuck = [], {}
    for scene in wave:
        files, paths = iter(scene.reference_paths), list[str]()
        lost: Failure | None = None
        for name in scene.request.references:  # in the order that `<image1>`, `<image2>` in the prompt count them
            if not name.startswith(SCENE_REFERENCE):
                paths.append(next(files))
                continue
            other = drawn.get(name.removeprefix(SCENE_REFERENCE))
            if isinstance(other, SceneResult):
                paths.append(other.path)
            else:
                lost = other
        if lost is not None:
            message = f"the picture that this one refers to failed: {lost.message}"
            stuck[scene.fingerprint] = replace(lost, piece=_user(scene), message=message)
        else:
            ready.append(replace(scene, reference_paths=tuple(paths)))
    return ready, stuck


def lettering_files(scenes: Iterable[Scene], state: WorkState) -> dict[str, Path]:
    """Digest -> file of the letterings that scenes ask for."""
    digests = {scene.request.lettering for scene in scenes if scene.request.lettering}
    return {digest: state.store.asset_path(digest) for digest in sorted(digests)}
