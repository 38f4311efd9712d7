"""A person in the loop: which pieces wait, which were decided, and the file beside the spec that says so.

A decision is for one fingerprint: what is built from other words or another picture is decided anew, unless it looks like what
was approved (`goldens`).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import ValidationError

from qwen_pipeline.dataclass import dataclass
from qwen_pipeline.errors import Diagnostic, SpecError
from qwen_pipeline.store import StoredOutput, write_if_changed
from qwen_pipeline.store.records import adapter
from qwen_pipeline.types import Piece, Place, Review
from qwen_pipeline.types.spec import ReviewSpec

if TYPE_CHECKING:
    from .plans import Planned

FORMAT: Literal["qwen-pipeline/review-1"] = "qwen-pipeline/review-1"
Verdict = Literal["approve", "pick", "reject"]
_SECONDS = {"m": 60, "h": 3600, "d": 86400}
_DELIVERED = frozenset({"approved", "alike", "picked", "accepted"})
CANDIDATE = "candidate"


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person said of one piece as it was then."""

    piece: str
    fingerprint: str
    verdict: Verdict
    by: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Decisions:
    """The lock file beside a spec: the newest decision on each piece."""

    decisions: tuple[Decision, ...] = ()
    format: Literal["qwen-pipeline/review-1"] = FORMAT

    def with_more(self, more: Iterable[Decision]) -> Decisions:
        """Newer decisions replace older ones on the same piece."""
        known = {decision.piece: decision for decision in (*self.decisions, *more)}
        return Decisions(tuple(known[piece] for piece in sorted(known)))


def lock_path(spec: Path) -> Path:
    """`tea.yaml` -> `tea.review.json`, beside it."""
    return spec.with_name(f"{spec.stem}.review.json")


def read_decisions(path: Path) -> Decisions:
    """The decisions in a file; none where there is no file. SpecError `bad-decisions` where it is not one of ours."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return Decisions()
    try:
        found: Decisions = adapter(Decisions).validate_json(data)
    except ValidationError as error:
        detail = error.errors()[0]
        where = ".".join(map(str, detail["loc"]))
        message = f"{path.name} is no file of decisions: {where}: {detail['msg']}"
        hint = "make it with `qwen-pipeline review`"
        raise SpecError([Diagnostic("bad-decisions", message, Place(str(path)), hint)]) from error
    return found


def write_decisions(path: Path, decisions: Decisions) -> None:
    """Write the lock file, whole or not at all."""
    plain = {"format": FORMAT, "decisions": [_plain(decision) for decision in decisions.decisions]}
    write_if_changed(path, (json.dumps(plain, ensure_ascii=False, indent=2) + "\n").encode())


def _plain(decision: Decision) -> dict[str, str]:
    pairs = ((name, getattr(decision, name)) for name in ("piece", "fingerprint", "verdict", "by", "note"))
    return {name: value for name, value in pairs if value}


def spec_of(planned: Planned) -> ReviewSpec:
    """What the spec, or a batch's template, says of reviews."""
    documents = (planned.spec.document, getattr(planned.spec.template, "document", None))
    found = (getattr(document, "review", None) for document in documents)
    return next((review for review in found if review is not None and review.gate != "none"), ReviewSpec())


Likeness = Callable[[Piece, StoredOutput], bool]
"""Whether a piece looks like what was approved."""


@dataclass
class Gate:
    """Decides for every piece of a run where it stands. `asked`: fingerprint -> when a person was first asked, in seconds."""

    review: ReviewSpec
    decisions: Decisions
    asked: Mapping[str, float]
    now: float
    alike: Likeness
    states: dict[str, Review] = field(default_factory=dict)

    @property
    def is_open(self) -> bool:
        """Whether nobody need be asked."""
        return self.review.gate == "none"

    def judge(self, piece: Piece, stored: StoredOutput, pieces: Sequence[Piece]) -> Review | None:
        """Where a piece stands; None where nobody need be asked. `pieces`: all of the plan, for the other candidates."""
        if self.is_open:
            return None
        found = self._picked(piece, pieces) if self.review.gate == "pick-one" else self._approved(piece, stored)
        self.states[piece.id] = found
        return found

    def waiting(self) -> tuple[str, ...]:
        """Ids of the pieces that wait for a person."""
        return tuple(piece for piece, review in self.states.items() if review.state == "waiting")

    def _approved(self, piece: Piece, stored: StoredOutput) -> Review:
        said = next((d for d in self.decisions.decisions if d.piece == piece.id), None)
        if said is not None and said.fingerprint == piece.fingerprint:
            return Review(piece.id, "approve", "rejected" if said.verdict == "reject" else "approved", said.by, said.note)
        if said is not None and said.verdict != "reject" and self.alike(piece, stored):
            return Review(piece.id, "approve", "alike", said.by, said.note)
        return self._timed(piece, "approve", is_first=True)

    def _picked(self, piece: Piece, pieces: Sequence[Piece]) -> Review:
        group = [other for other in pieces if group_of(other) == group_of(piece)]
        current = {other.id: other.fingerprint for other in group}
        picks = [d for d in self.decisions.decisions if d.verdict == "pick" and current.get(d.piece) == d.fingerprint]
        if picks:
            return Review(piece.id, "pick-one", "picked" if picks[-1].piece == piece.id else "passed-over", picks[-1].by)
        return self._timed(piece, "pick-one", is_first=piece.id == group[0].id)

    def _timed(self, piece: Piece, gate: Literal["approve", "pick-one"], *, is_first: bool) -> Review:
        since = self.asked.get(piece.fingerprint, self.now)
        limit = timeout_s(self.review)
        if limit is None or self.now - since < limit:
            return Review(piece.id, gate, "waiting")
        if self.review.on_timeout == "fail":
            return Review(piece.id, gate, "timed-out")
        return Review(piece.id, gate, "accepted" if is_first else "passed-over")


def timeout_s(review: ReviewSpec) -> int | None:
    """Seconds that a person has to answer; None = for ever."""
    return int(review.timeout[:-1]) * _SECONDS[review.timeout[-1]] if review.timeout else None


def is_delivered(review: Review | None) -> bool:
    """Whether a piece goes under its final name."""
    return review is None or review.state in _DELIVERED


def group_of(piece: Piece) -> tuple[Any, ...]:
    """What the candidates of one piece have in common."""
    return (piece.locales, *(entry for entry in piece.fields if entry[0] != CANDIDATE))
