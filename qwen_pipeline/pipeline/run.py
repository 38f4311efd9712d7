"""The phases of a build, each a step of its own: open, draw, make, close. A batch's flow calls the same ones."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import field, replace
from functools import partial

from qwen_pipeline import render
from qwen_pipeline.assemble import DrawnScene
from qwen_pipeline.dataclass import dataclass
from qwen_pipeline.plan.names import kind_folder
from qwen_pipeline.settings import Settings
from qwen_pipeline.store import Damaged, Store, StoredOutput
from qwen_pipeline.types import Failure, Piece, Plan, Scene, SceneRequest, SceneResult

from . import enhancing, guides, scenes
from .bench import templates_of
from .climbing import Climbed, Draw, Ladder, lettered_exactly
from .deliver import REJECTED, WAITING, Shelf
from .failures import failure_of
from .order import Event, OnEvent
from .pieces import PieceTask, make_piece
from .plans import Planned
from .report import is_rejected, portable
from .review import Gate, is_delivered
from .rungs import Chain
from .state import WorkSetup, WorkState, make_state
from .together import engine_held
from .workers import Pool, worker_count


@dataclass
class Run:
    """A build under way. `made`: piece -> its files in the store; `failures`: pieces that could not be made.

    Without a `shelf`, pieces are made and kept in the store, and delivered by who comes later.
    """

    planned: Planned
    settings: Settings
    store: Store
    shelf: Shelf | None
    on_event: OnEvent
    made: dict[str, StoredOutput] = field(default_factory=dict)
    failures: dict[str, Failure] = field(default_factory=dict)
    rendered: int = 0
    gate: Gate | None = None

    @property
    def plan(self) -> Plan:
        return self.planned.plan

    def setup(self) -> WorkSetup:
        reader = self.planned.bench.reader
        return WorkSetup(self.store.root, self.plan.engine.id, self.settings, self.planned.families, reader.id if reader else "")

    # --- what is there already -----------------------------------------------------------------------------------------

    def take_stored(self) -> list[Piece]:
        """Deliver what the store has; the pieces that are still to be made."""
        missing = []
        total = len(self.plan.pieces)
        for piece in self.plan.pieces:
            stored = self.store.output(piece.fingerprint)
            if stored is None or not self._deliver(piece, stored):
                missing.append(piece)
            else:
                self.on_event(Event("pieces", len(self.made), total, piece.id, "cached"))
        return missing

    def without(self, pieces: Sequence[Piece], lost: Sequence[Failure]) -> list[Piece]:
        """The pieces but those that have failed for good, which are told of."""
        known = {failure.piece: failure for failure in lost}
        self._fail(known[piece.id] for piece in pieces if piece.id in known)
        return [piece for piece in pieces if piece.id not in known]

    def _deliver(self, piece: Piece, stored: StoredOutput) -> bool:
        """Put a piece's files under their final names; False where the store's copy turned out to be damaged."""
        try:
            if self.shelf is not None:
                folder = self._folder(piece, stored)
                if folder is not None:
                    self.shelf.put_output(stored, folder)
        except Damaged:
            self.store.drop_output(piece.fingerprint)
            return False
        self.made[piece.id] = stored
        return True

    def _folder(self, piece: Piece, stored: StoredOutput) -> str | None:
        """The folder within the output folder that a piece belongs in; None for one that a person does not want."""
        if is_rejected(stored.record):
            return REJECTED
        review = self.gate.judge(piece, stored, self.plan.pieces) if self.gate else None
        if is_delivered(review):
            return ""
        return WAITING if review is not None and review.state == "waiting" else None

    def require_engine(self) -> None:
        """Raises EngineUnavailable where what is still to be drawn needs weights, packages or a device that are not here."""
        if scenes.is_procedural(self.plan.engine):
            return
        pieces = [piece for piece in self.plan.pieces if self.store.output(piece.fingerprint) is None]
        wanted = [scene for scene in scenes.shown(pieces, self.plan.scenes) if self.store.scene(scene.fingerprint) is None]
        if wanted:
            render.require_engine(self.plan.engine.id, self.settings, [scene.request for scene in wanted])
        for enhancer_id in enhancing.needed(wanted, self.store):
            render.enhancer_module(enhancer_id).require(self.settings)

    # --- pictures ------------------------------------------------------------------------------------------------------

    def draw(self, pieces: Sequence[Piece], pool: Pool) -> list[PieceTask]:
        """Letter and draw what these pieces show; the pieces whose pictures are all there, as tasks."""
        needed = scenes.shown(pieces, self.plan.scenes)
        guided = guides.guide(pieces, needed, pool, self.on_event)
        lettered, wanted, failed = scenes.letter(guided.pieces, guided.scenes, self.plan.engine, pool, self.on_event)
        self._fail([*guided.failures, *failed])
        state = make_state(self.setup())
        loaded = bool(wanted) and not scenes.is_procedural(self.plan.engine)
        with engine_held(loaded, state, partial(scenes.say_waiting, self.on_event)):
            worded = enhancing.enhance(lettered, wanted, self.plan.engine, pool, state, self.on_event)
            self._fail(worded.failures)
            climbed = self._climb(worded.pieces, worded.scenes, partial(self._draw_again, pool, state), pool)
        drawn = climbed.drawn
        self._fail(climbed.failures)
        tasks = []
        for piece in climbed.pieces:
            lost = next((o for p in piece.pages for s in p.scenes if isinstance(o := drawn[s], Failure)), None)
            if lost is not None:
                self._fail([replace(lost, piece=piece.id)])
            else:
                shown = _shown_by(piece, climbed.scenes, drawn)
                tasks.append(PieceTask(piece, self.plan.engine, shown, climbed.endings.get(piece.id, ())))
        return tasks

    def _climb(self, pieces: Sequence[Piece], wanted: Sequence[Scene], draw: Draw, pool: Pool) -> Climbed:
        """Draw, read what the pictures were to spell, and take those that do not up the ladder."""
        drawn = draw(wanted, {})
        if "exact-lettering" in self.plan.engine.capabilities:
            return Climbed(tuple(pieces), lettered_exactly(pieces), tuple(wanted), drawn)
        return Ladder(self.plan.engine, pool, draw, self._chain, self.on_event).climb(pieces, wanted, drawn)

    def _chain(self, piece: Piece, chain: tuple[Scene, ...]) -> Chain:
        folder = templates_of(self.planned.order) / kind_folder(piece.kind)
        return Chain(chain, folder, render.engine_module(self.plan.engine.id).counter(self.settings))

    def _draw_again(
        self, pool: Pool, state: WorkState, wanted: Sequence[Scene], known: scenes.Drawn
    ) -> dict[str, SceneResult | Failure]:
        """Every picture, with as many further attempts at the failed ones as the spec's `run.retries` allows."""
        drawn = scenes.draw(wanted, self.plan.engine, pool, state, self.on_event, known)
        for _ in range(self.planned.retries):
            again = [scene for scene in wanted if isinstance(drawn[scene.fingerprint], Failure)]
            if not again:
                break
            drawn.update(scenes.draw(again, self.plan.engine, pool, state, self.on_event, known))
        self.rendered += sum(isinstance(o, SceneResult) and not o.cached for o in drawn.values())
        return drawn

    # --- pieces --------------------------------------------------------------------------------------------------------

    def make(self, tasks: Iterable[PieceTask], pool: Pool) -> None:
        """Make and deliver pieces, one by one as they are finished. Stops at the first failure where `keep_going` is off."""
        total = len(self.plan.pieces)
        for task, ok, answer in pool.run(make_piece, self._while_going(tasks)):
            piece = task.piece
            if not ok:
                self._fail([failure_of(piece.id, answer)])
            elif not self._deliver(piece, answer):
                self._fail([Failure(piece.id, "damaged", "the store changed while this piece was delivered", 4)])
            else:
                outcome = "rejected" if is_rejected(answer.record) else "warned" if answer.record.findings else "done"
                self.on_event(Event("pieces", len(self.made) + len(self.failures), total, piece.id, outcome))  # type: ignore[arg-type]

    def mend(self) -> None:
        """Make again, of the pieces that are delivered, those whose files in the store are damaged."""
        damaged = [piece for piece in self.plan.pieces if piece.id in self.made and not self.made[piece.id].is_whole()]
        for piece in damaged:
            self.store.drop_output(piece.fingerprint)
            del self.made[piece.id]
        if damaged:
            with self.pool(damaged) as pool:
                self.make(self.draw(damaged, pool), pool)

    def _while_going(self, tasks: Iterable[PieceTask]) -> Iterator[PieceTask]:
        for task in tasks:
            if self.failures and not self.plan.keep_going:
                message = "not made, because an earlier piece failed and `run.keep_going` is off"
                self._fail([Failure(task.piece.id, "stopped", message, 4)])
            else:
                yield task

    def _fail(self, failures: Iterable[Failure]) -> None:
        total = len(self.plan.pieces)
        for failure in failures:
            self.failures[failure.piece] = portable(failure, self.planned)
            done = len(self.made) + len(self.failures)
            self.on_event(Event("pieces", done, total, failure.piece, "failed", failure.message))

    def pool(self, pieces: Sequence[Piece]) -> Pool:
        """Processes to draw and make these pieces with: as many as there is work for, be it pieces or pictures."""
        undrawn = [s for s in scenes.shown(pieces, self.plan.scenes) if self.store.scene(s.fingerprint) is None]
        apart = len(undrawn) if scenes.is_procedural(self.plan.engine) else 0
        workers = worker_count(self.settings.workers, max(len(pieces), apart))
        return Pool(partial(make_state, self.setup()), workers, limit_s=self.settings.limit_s)


def _shown_by(
    piece: Piece, wanted: Sequence[Scene], drawn: scenes.Drawn
) -> tuple[tuple[str, DrawnScene], ...]:
    requests = {scene.fingerprint: scene.request for scene in wanted}
    out = []
    for fingerprint in dict.fromkeys(scene for page in piece.pages for scene in page.scenes):
        result = drawn[fingerprint]
        assert isinstance(result, SceneResult)
        out.append((fingerprint, DrawnScene(requests[fingerprint], result, _sources(requests, fingerprint))))
    return tuple(out)


def _sources(requests: dict[str, SceneRequest], fingerprint: str) -> tuple[SceneRequest, ...]:
    """The requests of the pictures before an edit, the first generated one first."""
    chain: list[SceneRequest] = []
    source = requests[fingerprint].source
    while source:
        chain.append(requests[source])
        source = requests[source].source
    return tuple(reversed(chain))
