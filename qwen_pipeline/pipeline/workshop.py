"""Making parts of a plan, from several threads: what an orchestrator calls, a shard at a time.

Everything goes into the store; `build` then delivers it, and makes what is still missing.
"""

from __future__ import annotations

import queue
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from itertools import pairwise

from qwen_pipeline.dataclass import dataclass
from qwen_pipeline.settings import Settings
from qwen_pipeline.store import open_store
from qwen_pipeline.types import Failure, Piece, Scene

from .order import OnEvent, Order, unheard
from .plans import Planned, make_plan
from .run import Run
from .scenes import is_procedural, needed_by
from .state import make_state
from .workers import Pool, worker_count

SHARD_PIECES = 40
"""A task of an orchestrator costs some 70 ms of processor time; what of a shard is in the store is not made again."""


@dataclass(frozen=True, slots=True)
class ShardReport:
    """What became of a shard."""

    pieces: int
    rendered: int
    failures: tuple[Failure, ...]


class Workshop:
    """A plan, and processes to work on it. Threads may call it at once: each borrows a process."""

    def __init__(self, order: Order, settings: Settings, hands: int | None = None) -> None:
        """`hands`: processes to work with; None = as the settings say, else by pieces and cores.

        Raises what `build` raises before any work.
        """
        self.planned: Planned = make_plan(order, settings)
        self.settings = settings
        self.store = open_store(settings)
        self.hands = hands or worker_count(settings.workers, max(4, len(self.missing())))
        self._pools: queue.LifoQueue[Pool] = queue.LifoQueue()
        run = self._run(unheard)
        run.require_engine()
        setup = run.setup()
        self._all = [Pool(partial(make_state, setup), 1, apart=True, limit_s=settings.limit_s) for _ in range(self.hands)]
        for pool in self._all:
            self._pools.put(pool)

    def missing(self, ids: Collection[str] | None = None) -> list[Piece]:
        """The pieces that the store has not, of all or of these, in the order of the plan."""
        pieces = (piece for piece in self.planned.plan.pieces if ids is None or piece.id in ids)
        return [piece for piece in pieces if self.store.output(piece.fingerprint) is None]

    def shards(self, size: int = SHARD_PIECES, parts: int | None = None) -> tuple[tuple[str, ...], ...]:
        """Ids of the pieces to make, at most `size` at a time, in shards of one length whose number suits `parts` at work (None =
        our own hands), so that all are done together. Pieces that show the same picture stay together as far as may be.
        """
        ids = [piece.id for piece in sorted(self.missing(), key=_first_scene)]
        count = even_count(len(ids), size, parts or self.hands)
        cuts = [number * len(ids) // count for number in range(count + 1)] if count else []
        return tuple(tuple(ids[start:end]) for start, end in pairwise(cuts))

    def drawing_shards(self, parts: int | None = None, *, alone: bool = True) -> tuple[tuple[str, ...], ...]:
        """What must be drawn before pieces are made: of an engine that must be loaded one shard for each of `parts`, or just one
        where a machine works `alone`, each drawn in one go. A procedural engine draws as pieces are made.

        Pieces whose pictures are the same, or come from one another, stay together, so that no picture is drawn twice.
        """
        if is_procedural(self.planned.plan.engine):
            return ()
        shards: list[list[str]] = [[] for _ in range(1 if alone else parts or self.hands)]
        for family in sorted(families(self.missing(), self.planned.plan.scenes), key=len, reverse=True):
            min(shards, key=len).extend(family)
        return tuple(tuple(ids) for ids in shards if ids)

    def draw(self, ids: Sequence[str], on_event: OnEvent = unheard) -> ShardReport:
        """Draw the pictures that these pieces show."""
        run = self._run(on_event)
        with self._pool() as pool:
            run.draw(self.pieces(ids), pool)
        return ShardReport(len(ids), run.rendered, tuple(run.failures.values()))

    def make(self, ids: Sequence[str], on_event: OnEvent = unheard) -> ShardReport:
        """Make those of these pieces that the store has not, with their pictures, into the store."""
        run = self._run(on_event)
        with self._pool() as pool:
            tasks = run.draw(self.missing(set(ids)), pool)
            run.make(tasks, pool)
        return ShardReport(len(ids), run.rendered, tuple(run.failures.values()))

    def close(self) -> None:
        """End the processes, those at work too."""
        for pool in self._all:
            pool.close()

    def _run(self, on_event: OnEvent) -> Run:
        return Run(self.planned, self.settings, self.store, None, on_event)

    def pieces(self, ids: Sequence[str]) -> list[Piece]:
        """The pieces with these ids, in the order of the plan."""
        wanted = set(ids)
        return [piece for piece in self.planned.plan.pieces if piece.id in wanted]

    @contextmanager
    def _pool(self) -> Iterator[Pool]:
        pool = self._pools.get()
        try:
            yield pool
        finally:
            self._pools.put(pool)


def even_count(pieces: int, size: int, parts: int) -> int:
    """How many shards: as few as `size` allows, made up to a multiple of `parts`."""
    fewest = -(-pieces // size)
    return min(pieces, -(-fewest // parts) * parts)


def _first_scene(piece: Piece) -> str:
    return next((scene for page in piece.pages for scene in page.scenes), "")


def families(pieces: Sequence[Piece], scenes: Sequence[Scene]) -> list[list[str]]:
    """Ids of pieces that have pictures in common, by way of others too; of pieces without pictures, each by itself."""
    head: dict[str, str] = {}

    def find(name: str) -> str:
        while head.setdefault(name, name) != name:
            head[name] = head[head[name]]
            name = head[name]
        return name

    for scene in scenes:
        for needed in needed_by(scene):
            head[find(needed)] = find(scene.fingerprint)
    out: dict[str, list[str]] = {}
    for piece in pieces:
        shown = [scene for page in piece.pages for scene in page.scenes]
        for other in shown[1:]:
            head[find(other)] = find(shown[0])
    for piece in pieces:
        first = _first_scene(piece)
        out.setdefault(find(first) if first else f"piece:{piece.id}", []).append(piece.id)
    return list(out.values())
