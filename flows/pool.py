"""Shards as flow runs of a work pool: any number of workers, on any machines that share a store, take them up.

Who works on a shard holds its lock in the store. A run that crashed, and one whose worker is not heard of any more, is given out
again; should the lost one be alive after all, it finds the lock held, and then everything made.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal
from uuid import UUID

from prefect import get_client
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterId
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.context import FlowRunContext
from prefect.deployments import run_deployment
from prefect.states import Cancelling, Crashed

from qwen_pipeline.fingerprint import digest
from qwen_pipeline.pipeline import ShardReport
from qwen_pipeline.store import open_store

from .job import Job, Spread
from .shops import workshop
from .tasks import DELAYS_S, PASSING, RETRIES, read_report

LOOK_S = 1.0
"""How often the runs are looked at."""
STARTING_LEASES = 3
"""A run that has been taken up and holds no lock after so many leases has lost its worker before it began."""
ENDING_S = 10.0
"""A run that has let go of its lock has this long to say that it is done; only then it is lost. (A busy server takes seconds.)"""
_KIND = "shard"


def work_on(job: Job, plan: str, phase: str, ids: tuple[str, ...], name: str) -> str:
    """Do a shard, alone among all machines; its report as JSON. What failed for now is tried again here, where the model is."""
    store = open_store(job.settings)
    with store.lock(_KIND, name):
        shop = workshop(job, plan)
        report = ShardReport(0, 0, ())
        for attempt in range(RETRIES + 1):
            found = shop.draw(ids) if phase == "scenes" else shop.make(ids)
            report = ShardReport(found.pieces, report.rendered + found.rendered, found.failures)
            if attempt == RETRIES or not any(failure.code in PASSING for failure in report.failures):
                break
            time.sleep(DELAYS_S[attempt])
    return json.dumps(asdict(report), ensure_ascii=False)


@dataclass
class _Out:
    """A shard that is out with a worker. `held`: its lock was seen held; by our steady clock, `since`: when it was taken up,
    `free`: since when the lock is held no more."""

    ids: tuple[str, ...]
    name: str
    run: UUID
    is_held: Any
    attempt: int = 0
    held: bool = False
    since: float | None = None
    free: float | None = None


def in_pool(
    job: Job, plan: str, spread: Spread, phase: Literal["scenes", "pieces"], shards: Sequence[tuple[str, ...]]
) -> Iterator[ShardReport | None]:
    """Give shards out as runs of `spread.deployment`; their reports as they come in, None for one that failed altogether."""
    pool = _Pool(job, plan, spread, phase)
    out = [pool.give(ids) for ids in shards]
    try:
        while out:
            time.sleep(LOOK_S)
            runs = pool.look([shard.run for shard in out])
            left = []
            for shard in out:
                again, done, report = pool.judge(shard, runs.get(shard.run))
                if done:
                    yield report
                else:
                    left.append(again)
            out = left
    finally:
        pool.withdraw(shard.run for shard in out)


class _Pool:
    """What is the same for all shards of a phase."""

    def __init__(self, job: Job, plan: str, spread: Spread, phase: str) -> None:
        self._job, self._plan, self._spread, self._phase = job, plan, spread, phase
        self._store = open_store(job.settings)
        context = FlowRunContext.get()
        self._parent = str(context.flow_run.id) if context and context.flow_run else ""

    def give(self, ids: tuple[str, ...], attempt: int = 0) -> _Out:
        name = digest([self._plan, self._phase, ids])[:16]
        parameters = {
            "spec": str(self._job.order.spec),
            "asked": self._job.asked.model_dump(mode="json"),
            "plan": self._plan,
            "phase": self._phase,
            "ids": list(ids),
            "name": name,
        }
        key = f"{self._parent}-{self._phase}-{name}-{attempt}"
        name_of = self._spread.deployment
        run: Any = run_deployment(name_of, parameters=parameters, timeout=0, idempotency_key=key, as_subflow=False)
        return _Out(ids, name, run.id, self._store.watch(_KIND, name), attempt)

    def look(self, ids: Sequence[UUID]) -> dict[UUID, FlowRun]:
        with get_client(sync_client=True) as client:
            found = client.read_flow_runs(flow_run_filter=FlowRunFilter(id=FlowRunFilterId(any_=list(ids))), limit=200)
        return {run.id: run for run in found}

    def judge(self, shard: _Out, run: FlowRun | None) -> tuple[_Out, bool, ShardReport | None]:
        """(the shard as it is out now, whether it is done, its report)."""
        state = run.state if run else None
        if state is None or state.type in (StateType.SCHEDULED, StateType.PAUSED):
            return shard, False, None
        if state.type == StateType.COMPLETED:
            return shard, True, read_report(state.message or "")
        if state.type in (StateType.FAILED, StateType.CANCELLED):
            return shard, True, None
        if state.type == StateType.CRASHED or self._is_lost(shard):
            if state.type != StateType.CRASHED:
                now = self.look([shard.run]).get(shard.run)
                if now and now.state and now.state.is_final():  # it has said so meanwhile
                    return self.judge(shard, now)
                self._set(shard.run, Crashed(message="its worker is not heard of any more"))
            return (shard, True, None) if shard.attempt >= RETRIES else (self.give(shard.ids, shard.attempt + 1), False, None)
        return shard, False, None

    def _is_lost(self, shard: _Out) -> bool:
        """Taken up by a worker, and nobody holds its lock: any more, or still not after a long time."""
        now = time.monotonic()
        shard.since = shard.since or now
        if shard.is_held():
            shard.held, shard.free = True, None
            return False
        shard.free = shard.free or now
        patience = ENDING_S if shard.held else STARTING_LEASES * self._job.settings.lease_s
        return now - (shard.free if shard.held else shard.since) > patience

    def withdraw(self, runs: Any) -> None:
        """Cancel what is still out: the flow ends early."""
        for run in list(runs):
            self._set(run, Cancelling())

    @staticmethod
    def _set(run: UUID, state: Any) -> None:
        with get_client(sync_client=True) as client:
            client.set_flow_run_state(run, state, force=True)
