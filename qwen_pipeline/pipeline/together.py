"""Drawing with an engine that must be loaded: as one batch, with the accelerator to ourselves.

In this process; or, where a picture may take only so long, in a process that can be ended: the picture that hung fails, and
those after it are drawn by a new one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from typing import Any

from qwen_pipeline.types import Failure, Phase, Scene, SceneResult

from .failures import failure_of
from .state import WorkState
from .worker import beat
from .workers import Pool

Outcome = SceneResult | Failure
OnOutcome = Callable[[Outcome | Phase], None]


@contextmanager
def engine_held(loaded: bool, state: WorkState, on_wait: Callable[[], None]) -> Iterator[None]:
    """One engine for all batches that are drawn inside the block, where it is one that is `loaded`."""
    with state.engine_held(on_wait) if loaded else nullcontext():
        yield


def draw_all(
    scenes: Sequence[Scene], pool: Pool, state: WorkState, on_outcome: OnOutcome, on_wait: Callable[[], None]
) -> dict[str, Outcome]:
    """The outcome of every scene by its fingerprint. `on_wait` is called where another build has the engine."""
    with nullcontext() if state.holds_engine else state.engine_held(on_wait):
        if pool.is_watched:
            return draw_watched(scenes, pool, on_outcome)
        outcomes = draw_batch(state, tuple(scenes), on_outcome)
    return dict(zip((scene.fingerprint for scene in scenes), outcomes, strict=True))


def draw_batch(state: WorkState, scenes: tuple[Scene, ...], on_outcome: OnOutcome = beat) -> tuple[Outcome, ...]:
    """One outcome a scene, told of as soon as there is one; and what the engine does meanwhile."""
    return state.session(scenes).render(scenes, lambda done, total, outcome: on_outcome(outcome), on_outcome)


def draw_watched(scenes: Sequence[Scene], pool: Pool, on_outcome: OnOutcome) -> dict[str, Outcome]:
    """As `draw_batch`, in a process of the pool. One that hangs or dies over a picture costs that picture only."""
    settled: dict[str, Outcome] = {}

    def hear(outcome: Any) -> None:
        if isinstance(outcome, SceneResult):
            settled.setdefault(outcome.fingerprint, outcome)  # drawn stays drawn, though a second process finds it
        on_outcome(outcome)

    left = list(scenes)
    while left:
        ok, answer = pool.ask(draw_batch, tuple(left), hear)
        if ok:
            settled = {**dict(zip((scene.fingerprint for scene in left), answer, strict=True)), **settled}
            break
        left = [scene for scene in left if scene.fingerprint not in settled]
        if left:
            lost = _first(left)
            settled[lost.fingerprint] = failure_of(lost.used_by[0] if lost.used_by else lost.fingerprint, answer)
            left.remove(lost)
    return settled


def _first(scenes: Sequence[Scene]) -> Scene:
    """The scene that a session draws first: sources come before their edits, else the order given."""
    known = {scene.fingerprint: scene for scene in scenes}

    def depth(scene: Scene) -> int:
        steps, source = 0, scene.request.source
        while source in known and steps < len(known):
            steps, source = steps + 1, known[source].request.source
        return steps

    return min(scenes, key=depth)
