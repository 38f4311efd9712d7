"""One batch of scenes on one engine: sources before their edits, encode first, then picture by picture into the store.

A scene that fails becomes a `Failure`, and so do the edits that start from it; the others go on. The engine is opened at
the first scene that is not in the store yet, and always closed.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Protocol, Self, TypeVar

from qwen_pipeline.errors import OutOfMemory, QwenPipelineError, RenderError
from qwen_pipeline.types import Failure, Scene, SceneRequest, SceneResult

from .engine import Engine, Measuring, Relaxing, SceneInputs, Telling, check_request
from .pace import OnPhase, Pace

if TYPE_CHECKING:
    from PIL import Image

Made = TypeVar("Made")
Outcome = SceneResult | Failure
OnResult = Callable[[int, int, Outcome], None]
"""(done, total, outcome), after every scene."""


class SceneStore(Protocol):
    """The part of the store that a session uses."""

    def scene(self, fingerprint: str) -> SceneResult | None: ...

    def put_scene(self, request: SceneRequest, image: Image.Image, meta: Mapping[str, Any]) -> SceneResult: ...


class Session:
    """Renders scenes with an engine opened late. `open_engine` is called at most once per `render`.

    `lettering` maps a request's lettering digest to the RGBA picture to composite. With `leave_open` the engine is the
    caller's to close: the next batch goes on with it.
    """

    def __init__(
        self,
        open_engine: Callable[[], Engine],
        store: SceneStore,
        *,
        lettering: Mapping[str, Path] | None = None,
        clock: Callable[[], float] = time.perf_counter,
        leave_open: bool = False,
    ) -> None:
        self._open_engine = open_engine
        self._store = store
        self._lettering = lettering or {}
        self._clock = clock
        self._leave_open = leave_open
        self._engine: Engine | None = None
        self._on_phase: OnPhase | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Give back what the engine holds."""
        engine, self._engine = self._engine, None
        if engine is not None and not self._leave_open:
            engine.close()

    def render(
        self, scenes: Sequence[Scene], on_result: OnResult | None = None, on_phase: OnPhase | None = None
    ) -> tuple[Outcome, ...]:
        """One outcome per scene, in the order given. Scenes with one fingerprint are drawn once."""
        self._on_phase = on_phase
        distinct = {scene.fingerprint: scene for scene in scenes}
        done: dict[str, Outcome] = {}

        def settle(scene: Scene, outcome: Outcome) -> None:
            done[scene.fingerprint] = outcome
            if on_result is not None:
                on_result(len(done), len(distinct), outcome)

        try:
            for wave in _waves(distinct):
                self._render_wave(wave, done, settle)
        finally:
            self.close()
        return tuple(done[scene.fingerprint] for scene in scenes)

    def _render_wave(
        self, wave: Sequence[Scene], done: Mapping[str, Outcome], settle: Callable[[Scene, Outcome], None]
    ) -> None:
        todo: list[tuple[Scene, SceneInputs]] = []
        for scene in wave:
            cached = self._store.scene(scene.fingerprint)
            if cached is not None:
                settle(scene, replace(cached, cached=True))
                continue
            try:
                todo.append((scene, self._inputs(scene, done)))
            except QwenPipelineError as error:
                settle(scene, _failure(scene, error))
        conditioning: dict[str, Any] = {}
        ready = []
        for scene, inputs in todo:
            try:
                check_request(self._opened().info, scene.request, self._opened().count_tokens(scene.request.prompt))
            except Exception as error:
                settle(scene, _failure(scene, error))
            else:
                ready.append((scene, inputs))
        ready = self._encode(ready, conditioning, settle)
        for scene, inputs in ready:
            try:
                outcome: Outcome = self._render_one(scene, conditioning.pop(scene.fingerprint), inputs)
            except Exception as error:
                outcome = _failure(scene, error)
            settle(scene, outcome)

    def _encode(
        self,
        ready: list[tuple[Scene, SceneInputs]],
        conditioning: dict[str, Any],
        settle: Callable[[Scene, Outcome], None],
    ) -> list[tuple[Scene, SceneInputs]]:
        """Encode all at once; if that fails, one by one, to find the scene that cannot be encoded."""
        if not ready:
            return ready
        with suppress(Exception):
            requests, inputs = [s.request for s, _ in ready], [i for _, i in ready]
            conditioning.update(self._with_less(lambda: self._opened().encode(requests, inputs)))
            return ready
        good = []
        for scene, given in ready:
            try:
                conditioning.update(self._opened().encode([scene.request], [given]))
            except Exception as error:
                settle(scene, _failure(scene, error))
            else:
                good.append((scene, given))
        return good

    def _render_one(self, scene: Scene, conditioning: Any, inputs: SceneInputs) -> SceneResult:
        engine = self._opened()
        start = self._clock()
        image = self._with_less(lambda: engine.render(scene.request, conditioning, inputs))
        from .picture import check_picture, keep_outside  # with numpy; a session that finds everything in the store needs none

        check_picture(image, scene.request)
        if inputs.source is not None and (scene.request.within or inputs.mask is not None):
            image = keep_outside(image, inputs.source, scene.request.within, inputs.mask)
        return self._store.put_scene(scene.request, image, _meta(engine, self._clock() - start))

    def _with_less(self, work: Callable[[], Made]) -> Made:
        """What `work` makes, tried again with less memory for as long as the engine has something to give up."""
        engine = self._opened()
        while True:
            try:
                return work()
            except (OutOfMemory, MemoryError) as error:
                ended = _out_of_memory(error)
            # Not in the handler: while the error is alive, so is the memory of what was tried.
            if not (isinstance(engine, Relaxing) and engine.relax()):
                raise ended

    def _opened(self) -> Engine:
        if self._engine is None:
            self._engine = self._open_engine()
            if self._on_phase is not None and isinstance(self._engine, Telling):
                self._engine.tell(Pace(self._on_phase, self._clock))
        return self._engine

    def _inputs(self, scene: Scene, done: Mapping[str, Outcome]) -> SceneInputs:
        request = scene.request
        source = None
        if request.source is not None:
            before = done.get(request.source) or self._store.scene(request.source)
            if not isinstance(before, SceneResult):
                why = f"it failed: {before.message}" if before else "it is not in the batch"
                raise RenderError(f"the picture that this edit changes ({request.source[:12]}) is missing; {why}",
                    code="no-source")
            source = Path(before.path)
        lettering = None
        if request.lettering is not None:
            lettering = self._lettering.get(request.lettering)
            if lettering is None:
                raise RenderError(f"the lettering {request.lettering[:12]} was not handed in", code="no-lettering")
        mask = Path(scene.mask_path) if request.mask is not None else None
        adapters = tuple(Path(p) for p in scene.adapter_paths)
        return SceneInputs(tuple(Path(p) for p in scene.reference_paths), source, lettering, mask, adapters)


def _waves(scenes: Mapping[str, Scene]) -> list[list[Scene]]:
    """Scenes by the length of their chain of edits within the batch, in the order given; needs no recursion limit."""
    depth: dict[str, int] = {}
    for start in scenes:
        chain = []
        fingerprint = start
        while fingerprint in scenes and fingerprint not in depth and fingerprint not in chain:
            chain.append(fingerprint)
            fingerprint = scenes[fingerprint].request.source or ""
        level = depth.get(fingerprint, -1)
        for link in reversed(chain):
            level += 1
            depth[link] = level
    waves: list[list[Scene]] = [[] for _ in range(max(depth.values(), default=-1) + 1)]
    for fingerprint, scene in scenes.items():
        waves[depth[fingerprint]].append(scene)
    return waves


def _meta(engine: Engine, seconds: float) -> dict[str, Any]:
    """How a picture came about, for its record."""
    measured = engine if isinstance(engine, Measuring) else None
    return {
        "seconds": seconds,
        "peak_memory_bytes": measured.peak_memory_bytes() if measured else 0,
        "versions": measured.versions() if measured else ((engine.info.id, engine.info.version),),
        "mode": measured.mode() if measured else "",
    }


def _out_of_memory(error: Exception) -> OutOfMemory:
    if isinstance(error, OutOfMemory):
        return OutOfMemory(error.message, hint=error.hint)  # a new one: the old one holds on to what was tried
    return OutOfMemory(f"the engine ran out of memory: {error}", hint="a smaller size, or an engine that needs less")


def _failure(scene: Scene, error: Exception) -> Failure:
    """What is kept of an error. `piece` is the first that shows the scene; the caller knows the others."""
    piece = scene.used_by[0] if scene.used_by else scene.fingerprint
    place = f"scene {scene.fingerprint[:12]}"
    if isinstance(error, QwenPipelineError):
        return Failure(piece, error.code, error.message, error.exit_code, place, error.hint)
    return Failure(piece, "internal", f"{type(error).__name__}: {error}", QwenPipelineError.exit_code, place)
