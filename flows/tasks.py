"""The phases of a build as Prefect tasks: a task is a phase of a shard, never one picture.

Tasks hand on jobs, ids and reports as plain data; pictures and files lie in our store, which decides what is there: a task that
is run again finds there what was done before, and a key of Prefect's cache is made of our fingerprints.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, NamedTuple

from prefect import task
from prefect.cache_policies import NO_CACHE, CachePolicy
from prefect.client.schemas.objects import State, TaskRun
from prefect.context import TaskRunContext
from prefect.tasks import Task

from qwen_pipeline.errors import QwenPipelineError
from qwen_pipeline.fingerprint import digest
from qwen_pipeline.pipeline import Evaluation, ShardReport, Trial, build, evaluate
from qwen_pipeline.settings import Settings
from qwen_pipeline.types import Failure, Manifest

from .job import Job, Spread, hands_of
from .kept import PLAIN, Memory
from .shops import take_up, workshop

RETRIES = 2
DELAYS_S = [2.0, 8.0]
JITTER = 0.5
PASSING = frozenset(
    {"out-of-memory", "worker-killed", "timed-out", "disk", "disk-full", "damaged", "store", "shared-store", "incomplete"}
)
"""Codes of what may be gone at the next try: memory, a process, a disk, a network. What a spec, a licence or a budget says
stays said, and a bug of ours stays a bug."""


class Shards(NamedTuple):
    """What is to be done of a plan, as ids of pieces; `drawn`: pictures that were drawn before."""

    plan: str
    drawn: int
    to_draw: Sequence[tuple[str, ...]]
    to_make: Sequence[tuple[str, ...]]


class Incomplete(QwenPipelineError):
    """Part of a shard was not made, for a reason that can pass."""

    exit_code = 4
    code = "incomplete"


def can_pass(task: Task[..., Any], run: TaskRun, state: State[Any]) -> bool:
    """Whether a task that failed is worth another try."""
    error = state.result(raise_on_failure=False)
    if isinstance(error, QwenPipelineError):
        return error.code in PASSING
    return isinstance(error, (OSError, MemoryError, TimeoutError))


# --- tasks ------------------------------------------------------------------------------------------------------------


class ByFingerprint(CachePolicy):
    """A shard's key is made of its pieces' fingerprints and of the digests that the store has of them.

    While the store lacks any of them there is no key and the task runs: Prefect cannot say "done" of what is not there.
    """

    def compute_key(
        self, task_ctx: TaskRunContext, inputs: dict[str, Any], flow_parameters: dict[str, Any], **kwargs: Any
    ) -> str | None:
        shop = workshop(inputs["job"], inputs["plan"])
        stored = [(piece.fingerprint, shop.store.output(piece.fingerprint)) for piece in shop.pieces(inputs["ids"])]
        if any(output is None for _, output in stored):
            return None
        files = [[a.digest for a in output.record.artifacts] for _, output in stored if output]
        return f"qwen-pipeline-{task_ctx.task.name}-{digest([[name for name, _ in stored], files])}"


_PASSING: dict[str, Any] = {
    "retries": RETRIES,
    "retry_delay_seconds": DELAYS_S,
    "retry_jitter_factor": JITTER,
    "retry_condition_fn": can_pass,
}
_SHARD: dict[str, Any] = {
    "cache_policy": ByFingerprint(key_storage=Memory()),
    "persist_result": True,
    "result_serializer": PLAIN,
    **_PASSING,
}


@task(name="plan", cache_policy=NO_CACHE, task_run_name="plan {job.order.spec.name}", persist_result=False)
def plan_shards(job: Job, spread: Spread) -> Shards:
    """The shards of a job. Bad specs and refused licences end the run.

    One machine has one accelerator, or draws on one after the other: an engine that is loaded then draws everything in one go.
    """
    alone = spread.runner == "threads"
    shop, drawn = take_up(job, spread.workers if alone else 1)
    hands = shop.hands if alone else hands_of(job, spread)
    return Shards(shop.planned.plan.digest, drawn, shop.drawing_shards(hands, alone=alone), shop.shards(spread.shard, hands))


@task(name="pictures", **_SHARD)
def draw_shard(job: Job, plan: str, ids: tuple[str, ...]) -> str:
    """Draw the pictures of a shard into the store."""
    return settled(workshop(job, plan).draw(ids))


@task(name="pieces", **_SHARD)
def make_shard(job: Job, plan: str, ids: tuple[str, ...]) -> str:
    """Typeset, assemble and verify a shard into the store."""
    return settled(workshop(job, plan).make(ids))


@task(name="deliver", cache_policy=NO_CACHE, persist_result=False, **_PASSING)
def deliver(job: Job, out: Path, lost: tuple[Failure, ...]) -> Manifest:
    """Put everything under its final name, make what is still missing, write the manifest."""
    return build(job.order, out, job.settings, lost=lost)


@task(name="evaluate", cache_policy=NO_CACHE, persist_result=False, **_PASSING)
def evaluate_sets(trial: Trial, out: Path, settings: Settings) -> Evaluation:
    """Draw the briefs, read them back, count; what is in the store is taken from there."""
    return evaluate(trial, out, settings)


def settled(report: ShardReport) -> str:
    """A report as JSON; Incomplete, while there are tries left, where something failed that can pass."""
    passing = [failure for failure in report.failures if failure.code in PASSING]
    if passing and tries_left():
        message = f"{len(passing)} of {report.pieces} pieces failed for now: {passing[0].message}"
        raise Incomplete(message)
    return json.dumps(asdict(report), ensure_ascii=False)


def tries_left() -> bool:
    context = TaskRunContext.get()
    return context is not None and context.task_run.run_count <= RETRIES


def read_report(text: str) -> ShardReport:
    data = json.loads(text)
    return ShardReport(data["pieces"], data["rendered"], tuple(Failure(**failure) for failure in data["failures"]))
