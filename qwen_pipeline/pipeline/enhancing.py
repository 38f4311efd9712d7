"""Prompts rewritten before their pictures are drawn: a phase of its own, with a model of its own, done before an engine is open.

Every answer is kept in the store word for word, under all that it came from; whether it will do is looked at each time. So a
build that finds its answers loads nothing, and one that was killed asks only for what is missing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from qwen_pipeline.dataclass import dataclass
from qwen_pipeline.errors import RenderError
from qwen_pipeline.fingerprint import digest
from qwen_pipeline.plan.scenes import derive_seed
from qwen_pipeline.types import EngineInfo, Enhance, Enhanced, Failure, Phase, Piece, Scene

from .enhanced_words import judge
from .failures import failure_of
from .following import Changed, changed
from .order import Event, OnEvent
from .state import WorkState
from .worker import beat
from .workers import Pool

if TYPE_CHECKING:
    from qwen_pipeline.render import Enhancer
    from qwen_pipeline.store import Store


@dataclass(frozen=True, slots=True)
class Rewritten:
    """What came of a prompt. `prompt` "": none of `tried` (code, why) would do."""

    key: str
    prompt: str = ""
    seed: int = 0
    tokens: int = 0
    tried: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Task:
    """A prompt to rewrite, for the first piece that shows its picture. Pictures that are asked the same share one."""

    scene: Scene
    enhance: Enhance
    limit: int
    """Tokens that the engine reads."""

    @property
    def key(self) -> str:
        return digest([self.enhance, self.scene.request.prompt, self.scene.request.references, self.scene.strings, self.limit])

    def answer_key(self, seed: int) -> str:
        """Of an answer: what it comes from, and not what is made of it."""
        enhance, request = self.enhance, self.scene.request
        return digest([enhance.enhancer, enhance.version, enhance.weights_digest, request.prompt, request.references, seed])


Said = Rewritten | Failure
OnSaid = Callable[[Phase | tuple[str, Said]], None]


def enhance(
    pieces: Sequence[Piece], scenes: Sequence[Scene], engine: EngineInfo, pool: Pool, state: WorkState, on_event: OnEvent
) -> Changed:
    """Pieces and scenes with the rewritten prompts; pieces whose prompt could not be rewritten, where the spec insists, fail."""
    asked = {scene.fingerprint: Task(scene, scene.request.enhance, engine.prompt_limit_tokens)
             for scene in scenes if scene.request.enhance}  # fmt: skip
    if not asked:
        return Changed(tuple(pieces), tuple(scenes), ())
    tasks = {task.key: task for task in asked.values()}
    ordered = sorted(tasks.values(), key=lambda task: task.enhance.enhancer)  # each is loaded once
    tell = partial(_tell, tasks, on_event)
    said = _rewrite_watched(ordered, pool, tell) if pool.is_watched else rewrite_all(state, tuple(ordered), tell)
    outcomes = {name: said[task.key] for name, task in asked.items()}
    lost = {name: f for name, outcome in outcomes.items() if (f := _failure(asked[name], outcome)) is not None}
    return changed(pieces, scenes, partial(_with_words, outcomes=outcomes), lost)


def _with_words(scene: Scene, outcomes: Mapping[str, Said]) -> Scene:
    outcome, wish = outcomes.get(scene.fingerprint), scene.request.enhance
    if wish is None or not isinstance(outcome, Rewritten) or not outcome.prompt:
        return scene
    made = Enhanced(wish.enhancer, wish.version, wish.weights_digest, outcome.seed, scene.request.prompt)
    return replace(
        scene, request=replace(scene.request, prompt=outcome.prompt, enhance=None, enhanced=made), tokens=outcome.tokens
    )


def _failure(task: Task, outcome: Said) -> Failure | None:
    if isinstance(outcome, Failure):
        return outcome
    if outcome.prompt or task.enhance.on_fail == "plain":
        return None
    message = f"{task.enhance.enhancer} gave no usable prompt in {len(outcome.tried)} answers: {outcome.tried[-1][1]}"
    hint = "more `generate.enhance.max_attempts`, another `generate.seed`, or `on_fail: plain` to draw from the template's prompt"
    return failure_of(_user(task.scene), RenderError(message, hint=hint, code="not-enhanced"))


def _tell(tasks: Mapping[str, Task], on_event: OnEvent, said: Phase | tuple[str, Said]) -> None:
    if isinstance(said, Phase):
        on_event(Event(said.name, said.done, said.total))  # type: ignore[arg-type]
        return
    key, outcome = said
    done, user = list(tasks).index(key) + 1, _user(tasks[key].scene)
    if isinstance(outcome, Failure):
        on_event(Event("enhance", done, len(tasks), user, "failed", outcome.message))
    elif outcome.prompt:
        on_event(Event("enhance", done, len(tasks), user, "done"))
    else:
        on_event(Event("enhance", done, len(tasks), user, "warned", f"no usable answer: {outcome.tried[-1][1]}"))


def _user(scene: Scene) -> str:
    return scene.used_by[0] if scene.used_by else scene.fingerprint[:12]


# --- the work ----------------------------------------------------------------------------------------------------------


def rewrite_all(state: WorkState, tasks: tuple[Task, ...], on_said: OnSaid = beat) -> dict[str, Said]:
    """What came of each task, told of as soon as it is known. An enhancer is opened where an answer is missing."""
    from qwen_pipeline import render

    count = render.token_counter(state.engine, state.setup.settings)
    said: dict[str, Said] = {}
    desk = Desk(state)
    try:
        for task in tasks:
            try:
                said[task.key] = rewrite(task, state.store, count, partial(desk.ask, on_said=on_said))
            except Exception as error:
                said[task.key] = failure_of(_user(task.scene), error)
            on_said((task.key, said[task.key]))
    finally:
        desk.close()
    return said


class Desk:
    """Where questions are asked: at most one enhancer is open."""

    def __init__(self, state: WorkState) -> None:
        self._state = state
        self._open: Enhancer | None = None

    def ask(self, task: Task, seed: int, on_said: OnSaid) -> None:
        """Put the answer into the store."""
        from qwen_pipeline import render

        question = render.Question(task.scene.request.prompt, seed, tuple(Path(path) for path in task.scene.reference_paths))
        enhancer = self._opened(task.enhance.enhancer)
        answer = enhancer.answer(question, lambda done, total: on_said(Phase("write", done, total)))
        self._state.store.put_answer(task.answer_key(seed), answer)

    def _opened(self, enhancer_id: str) -> Enhancer:
        from qwen_pipeline import render

        if self._open is None or self._open.info.id != enhancer_id:
            self.close()
            self._open = render.enhancer_module(enhancer_id).open_enhancer(self._state.setup.settings)
        return self._open

    def close(self) -> None:
        enhancer, self._open = self._open, None
        if enhancer is not None:
            enhancer.close()


def rewrite(task: Task, store: Store, count: Callable[[str], int], ask: Callable[[Task, int], None] | None) -> Rewritten:
    """The first answer that will do, from as many seeds as the spec allows. Without `ask`: of those that are in the store."""
    from qwen_pipeline import render

    read = render.enhancer_module(task.enhance.enhancer).read
    tried: list[tuple[str, str]] = []
    for attempt in range(task.enhance.max_attempts):
        seed = task.enhance.seed if attempt == 0 else derive_seed(task.enhance.seed, "again", attempt)
        answer = store.answer(task.answer_key(seed))
        if answer is None and ask is not None:
            ask(task, seed)
            answer = store.answer(task.answer_key(seed))
        if answer is None:
            break
        try:
            prompt = read(answer)
            judge(task.scene.request.prompt, prompt, task.scene.strings, len(task.scene.request.references))
            return Rewritten(task.key, prompt, seed, _fitting(prompt, task.limit, count), tuple(tried))
        except render.BadAnswer as error:
            tried.append((error.code, error.message))
    return Rewritten(task.key, tried=tuple(tried))


def _fitting(prompt: str, limit: int, count: Callable[[str], int]) -> int:
    """Its tokens. Raises `BadAnswer` where the engine does not read so many."""
    from qwen_pipeline.render import BadAnswer

    tokens = count(prompt)
    if tokens > limit:
        raise BadAnswer(f"it has {tokens} tokens, the engine reads {limit}", code="too-long")
    return tokens


def _rewrite_watched(tasks: Iterable[Task], pool: Pool, on_said: OnSaid) -> dict[str, Said]:
    """As `rewrite_all`, in a process of the pool. One that hangs or dies over a prompt costs that prompt only."""
    settled: dict[str, Said] = {}

    def hear(said: Phase | tuple[str, Said]) -> None:
        if not isinstance(said, Phase):
            settled[said[0]] = said[1]
        on_said(said)

    left = list(tasks)
    while left:
        ok, answer = pool.ask(rewrite_all, tuple(left), hear)
        left = [task for task in left if task.key not in settled]
        if not ok and left:
            lost = left.pop(0)
            settled[lost.key] = failure_of(_user(lost.scene), answer)
    return settled


def known(scenes: Iterable[Scene], store: Store, count: Callable[[str], int], limit: int) -> dict[str, Rewritten]:
    """Of planned scenes, what the store's answers make of their prompts; nothing is asked."""
    tasks = {s.fingerprint: Task(s, s.request.enhance, limit) for s in scenes if s.request.enhance and not s.request.guide}
    return {name: rewrite(task, store, count, None) for name, task in tasks.items()}


def needed(scenes: Iterable[Scene], store: Store) -> tuple[str, ...]:
    """Ids of the enhancers that have something to be asked before these are drawn."""
    return tuple(sorted({task.enhance.enhancer for task in unanswered(scenes, store)}))


def unanswered(scenes: Iterable[Scene], store: Store) -> list[Task]:
    """Prompts to rewrite that nothing has been asked about yet."""
    tasks = {task.key: task for s in scenes if s.request.enhance for task in [Task(s, s.request.enhance, 0)]}
    return [task for task in tasks.values() if store.answer(task.answer_key(task.enhance.seed)) is None]
