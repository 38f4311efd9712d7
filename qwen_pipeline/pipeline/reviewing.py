"""Taking decisions: from a person at the command line, from the sheet, from an orchestrator; into the file beside the spec."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase

from qwen_pipeline.dataclass import dataclass
from qwen_pipeline.errors import Diagnostic, SpecError
from qwen_pipeline.settings import Settings
from qwen_pipeline.store import Store, StoredOutput, open_store
from qwen_pipeline.types import Piece, Place

from .goldens import goldens_path, keep
from .order import Order
from .plans import Planned, make_plan
from .review import Decision, Verdict, lock_path, read_decisions, spec_of, write_decisions


@dataclass(frozen=True, slots=True)
class Waiting:
    """One piece that a decision can be made on. `decided`: what was said of it as it is now, or ""."""

    piece: str
    fingerprint: str
    built: bool
    decided: str


@dataclass(frozen=True, slots=True)
class Desk:
    """A spec's pieces, and what was decided of them."""

    planned: Planned
    store: Store

    @property
    def gate(self) -> str:
        return spec_of(self.planned).gate

    def listed(self) -> tuple[Waiting, ...]:
        """Every piece, in the order of the plan."""
        said = {d.piece: d for d in read_decisions(lock_path(self.planned.order.spec)).decisions}
        return tuple(
            Waiting(
                piece.id,
                piece.fingerprint,
                self.store.output(piece.fingerprint) is not None,
                said[piece.id].verdict if piece.id in said and said[piece.id].fingerprint == piece.fingerprint else "",
            )
            for piece in self.planned.plan.pieces
        )

    def decide(self, verdict: Verdict, patterns: Sequence[str], by: str = "", note: str = "") -> tuple[Decision, ...]:
        """Say the same of every piece whose id matches one of `patterns`. SpecError where a pattern matches none."""
        chosen = [piece for pattern in patterns for piece in self._matching(pattern)]
        return self.record(Decision(piece.id, piece.fingerprint, verdict, by, note) for piece in chosen)

    def record(self, decisions: Iterable[Decision]) -> tuple[Decision, ...]:
        """Check decisions against what is built now, keep what was approved, write the lock file."""
        pieces = {piece.id: piece for piece in self.planned.plan.pieces}
        taken = tuple(decisions)
        problems = [problem for decision in taken if (problem := self._problem(decision, pieces))]
        if problems:
            raise SpecError(problems)
        spec = self.planned.order.spec
        for decision in taken:
            stored = self.store.output(decision.fingerprint)
            if decision.verdict == "approve" and isinstance(stored, StoredOutput):
                keep(goldens_path(spec), pieces[decision.piece], stored)
        path = lock_path(spec)
        write_decisions(path, read_decisions(path).with_more(taken))
        return taken

    def _matching(self, pattern: str) -> list[Piece]:
        found = [piece for piece in self.planned.plan.pieces if fnmatchcase(piece.id, pattern)]
        if not found:
            known = ", ".join(piece.id for piece in self.planned.plan.pieces[:8])
            raise SpecError([Diagnostic("unknown-piece", f"no piece {pattern!r}", Place("--"), f"there are: {known}")])
        return found

    def _problem(self, decision: Decision, pieces: dict[str, Piece]) -> Diagnostic | None:
        place = Place(lock_path(self.planned.order.spec).name)
        piece = pieces.get(decision.piece)
        if piece is None:
            return Diagnostic("unknown-piece", f"a decision on {decision.piece!r}, which the spec does not make", place)
        if piece.fingerprint != decision.fingerprint or self.store.output(decision.fingerprint) is None:
            message = f"{decision.piece} is not as it was decided on: it was changed, or is not built"
            return Diagnostic("decision-is-old", message, place, "build again, and look again")
        fitting = ("pick",) if self.gate == "pick-one" else ("approve", "reject")
        if decision.verdict not in fitting:
            message = f"{decision.piece}: {decision.verdict!r} does not fit the gate {self.gate!r}"
            return Diagnostic("wrong-verdict", message, place, f"say {' or '.join(fitting)}")
        return None


def desk(order: Order, settings: Settings) -> Desk:
    """The desk of an order's spec. Nothing is drawn."""
    return Desk(make_plan(order, settings), open_store(settings))
