"""The phases of a build as Prefect tasks: a task is a phase of a shard, never one picture.

Tasks hand on jobs, ids and reports as plain data; pictures and files lie in our store, which decides what is there: a task that
is run again finds there what was done before, and a key of Prefect's cache is made of our fingerprints.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from prefect import task
from prefect.cache_policies import NO_CACHE, CachePolicy
from prefect.client.schemas.objects import State, TaskRun
from prefect.context import TaskRunContext
from prefect.tasks import Task

from qwen_pipeline.errors import QwenPipelineError, Refused
from qwen_pipeline.fingerprint import digest
from qwen_pipeline.pipeline import Evaluation, ShardReport, Trial, Workshop, build, evaluate
from qwen_pipeline.settings import Settings
from qwen_pipeline.types import Failure, Manifest

from .job import Job, Spread, hands_of
from .kept import PLAIN, Memory

RETRIES = 2
DELAYS_S = [2.0, 8.0]
JITTER = 0.5
PASSING = frozenset(
    {"out-of-memory", "worker-killed", "timed-out", "disk", "disk-full", "damaged", "store", "shared-store", "incomplete"}
)
"""Codes of what may be gone at the next try: memory, a process, a disk, a network. What a spec, a licence or a budget says
stays said, and a bug of ours stays a bug."""
_MAX_SHOPS = 2


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


# --- workshops --------------------------------------------------------------------------------------------------------

_shops: dict[tuple[Job, str], Workshop] = {}
_guard = threading.Lock()
_stopped = False


def open_workshop(job: Job, hands: int | None = None) -> Workshop:
    """The plan of a job and processes to work on it, kept for the tasks of this process."""
    shop = Workshop(job.order, job.settings, hands)
    with _guard:
        while len(_shops) >= _MAX_SHOPS:
            _shops.pop(next(iter(_shops))).close()
        _shops[job, shop.planned.plan.digest] = shop
    return shop


def workshop(job: Job, plan: str) -> Workshop:
    """The workshop that has this plan. On another machine it is planned anew, and must come to the same.

    Raises Refused (`other-plan`) where a file has changed meanwhile, or this machine has another version of the code.
    """
    with _guard:
        found = _shops.get((job, plan))
    if _stopped:
        raise Refused("this run has been stopped", code="stopped")
    shop = found or open_workshop(job, hands=1)
    if shop.planned.plan.digest != plan:
        message = f"the plan of {job.order.spec.name} is another one here: a file has changed, or the code is of another version"
        raise Refused(message, code="other-plan", hint="run it again; all workers need the same files and the same version")
    return shop


def stop_workshops() -> None:
    """End them for good: this process is ending, and no task of it may begin anew."""
    global _stopped
    _stopped = True
    close_workshops()


def close_workshops() -> None:
    """End the processes of this process's workshops."""
    with _guard:
        while _shops:
            _shops.popitem()[1].close()


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
def plan_shards(job: Job, spread: Spread) -> tuple[str, Sequence[tuple[str, ...]], Sequence[tuple[str, ...]]]:
    """(the plan's digest, shards to draw, shards to make), as ids of pieces. Bad specs and refused licences end the run.

    One machine has one accelerator, or draws on one after the other: an engine that is loaded then draws everything in one go.
    """
    alone = spread.runner == "threads"
    shop = open_workshop(job, spread.workers if alone else 1)
    hands = shop.hands if alone else hands_of(job, spread)
    return shop.planned.plan.digest, shop.drawing_shards(hands, spread.shard, alone=alone), shop.shards(spread.shard, hands)


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
