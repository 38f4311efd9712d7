"""The Prefect flow itself; imported once the environment is prepared."""

from __future__ import annotations

from collections.abc import Sequence
from contextvars import ContextVar
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

from prefect import flow
from prefect.futures import PrefectFuture, as_completed
from prefect.task_runners import ThreadPoolTaskRunner

from qwen_pipeline.pipeline import Event, OnEvent, Order, ShardReport, unheard
from qwen_pipeline.settings import Settings
from qwen_pipeline.types import Manifest

from .report import Progress, publish
from .tasks import deliver, draw_shard, make_shard, plan_shards, workshop

LISTENER: ContextVar[OnEvent] = ContextVar("LISTENER", default=unheard)
"""Who hears of progress, in the process that started the flow. No parameter of the flow: those are kept by Prefect."""

Shards = Sequence[tuple[str, ...]]


@flow(name="build", flow_run_name="build {order.spec.name}", validate_parameters=False)
def build_flow(order: Order, out: Path, settings: Settings) -> Manifest:
    """One spec, from its plan to its delivered files. Pieces that fail are in the manifest; a bad spec fails the run."""
    draws, makes = plan_shards(order, settings)
    shop = workshop(order, settings)
    drawn = 0
    try:
        if makes:
            progress = Progress(order.spec.stem, len(draws) + len(makes))
            drawn += _in_shards(draw_shard, "scenes", draws, (order, settings), shop.hands, progress)
            drawn += _in_shards(make_shard, "pieces", makes, (order, settings), shop.hands, progress)
        manifest = deliver(order, settings, out)
    finally:
        shop.close()
        workshop.cache_clear()
    manifest = replace(manifest, rendered=manifest.rendered + drawn)
    publish(manifest, str(out))
    return manifest


def _in_shards(
    task: Any, step: Literal["scenes", "pieces"], shards: Shards, given: tuple[Order, Settings], hands: int, progress: Progress
) -> int:
    """Run a task for every shard, as many at once as there are hands; the number of pictures drawn.

    A shard whose task fails for good is not the end: what it did not make, `deliver` makes, or says why it cannot.
    """
    order, settings = given
    pieces, done, drawn = sum(map(len, shards)), 0, 0
    runner: ThreadPoolTaskRunner[ShardReport] = ThreadPoolTaskRunner(max_workers=hands)
    with runner as running:
        futures: list[PrefectFuture[ShardReport]] = [
            running.submit(task, {"order": order, "settings": settings, "ids": ids}) for ids in shards
        ]
        for future in as_completed(futures):
            report = future.result(raise_on_failure=False)
            if isinstance(report, ShardReport):
                done, drawn = done + report.pieces, drawn + report.rendered
                LISTENER.get()(Event(step, done, pieces, "", "done"))
            progress.step()
    return drawn
