"""A run that waits for a person: suspended, so that neither a process nor a GPU is held, until somebody answers."""

from __future__ import annotations

from typing import Literal

from prefect.flow_runs import suspend_flow_run
from prefect.input import RunInput
from prefect.runtime import deployment
from pydantic import BaseModel, Field

from qwen_pipeline.fingerprint import digest
from qwen_pipeline.pipeline.review import spec_of, timeout_s
from qwen_pipeline.pipeline.reviewing import desk
from qwen_pipeline.types import Manifest

from .job import Job


class Answer(BaseModel):
    """What a person decides: ids of pieces, `*` is a wildcard."""

    approve: list[str] = Field(default_factory=list)
    reject: list[str] = Field(default_factory=list)
    pick: list[str] = Field(default_factory=list)
    by: str = ""

    def take(self, job: Job) -> bool:
        """Write it beside the spec; whether there was anything to write."""
        verdicts: tuple[tuple[Literal["approve", "reject", "pick"], list[str]], ...] = (
            ("approve", self.approve),
            ("reject", self.reject),
            ("pick", self.pick),
        )
        stated = [(verdict, ids) for verdict, ids in verdicts if ids]
        table = desk(job.order, job.settings) if stated else None
        return bool([table.decide(verdict, ids, self.by) for verdict, ids in stated if table])


class Decided(Answer, RunInput):
    """An answer as a run is resumed with it. Prefect's pages show it as a form."""


def waiting(manifest: Manifest) -> tuple[str, ...]:
    """Ids of the pieces that wait for a person."""
    return tuple(review.piece for review in manifest.reviews if review.state == "waiting")


def is_answered(job: Job, manifest: Manifest) -> bool:
    """Suspend the run until a person has answered, and write the answer beside the spec; False where nobody can be asked.

    A run without a deployment cannot be suspended: it ends as `NeedsReview`, and the next one goes on. When a suspended run is
    resumed it starts from the top, finds everything in the store, and comes to this place again with the answer.
    """
    pieces = waiting(manifest)
    if not pieces or not deployment.id:
        return False
    table = desk(job.order, job.settings)
    seconds = timeout_s(spec_of(table.planned))
    prints = {piece.id: piece.fingerprint for piece in table.planned.plan.pieces}
    key = "review-" + digest(sorted(prints[piece] for piece in pieces))[:16]
    return suspend_flow_run(wait_for_input=Decided, timeout=seconds, key=key).take(job)
