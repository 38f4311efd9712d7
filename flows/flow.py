"""The Prefect flow itself; imported once the environment is prepared."""

from __future__ import annotations

from pathlib import Path

from prefect import flow
from prefect.futures import PrefectFuture, as_completed
from prefect.task_runners import ThreadPoolTaskRunner

from qwen_pipeline.pipeline import Order, ShardReport
from qwen_pipeline.settings import Settings
from qwen_pipeline.types import Manifest

from .report import Progress, publish
from .tasks import deliver, draw_shard, make_shard, plan_shards, workshop


@flow(name="build", flow_run_name="build {order.spec.name}", validate_parameters=False, log_prints=False)
def build_flow(order: Order, out: Path, settings: Settings) -> Manifest:
    """One spec, from its plan to its delivered files. Pieces that fail are in the manifest; a bad spec fails the run."""
    draws, makes = plan_shards(order, settings)
    shop = workshop(order, settings)
    try:
        if makes:
            _in_shards(order, settings, draws, makes, shop.hands)
        manifest = deliver(order, settings, out)
    finally:
        shop.close()
        workshop.cache_clear()
    publish(manifest, str(out))
    return manifest


def _in_shards(
    order: Order, settings: Settings, draws: tuple[tuple[str, ...], ...], makes: tuple[tuple[str, ...], ...], hands: int
) -> None:
    progress = Progress(order.spec.stem, len(draws) + len(makes))
    tasks: ThreadPoolTaskRunner[ShardReport] = ThreadPoolTaskRunner(max_workers=hands)
    with tasks as runner:
        for task, shards in ((draw_shard, draws), (make_shard, makes)):
            futures: list[PrefectFuture[ShardReport]] = [
                runner.submit(task, {"order": order, "settings": settings, "ids": ids}) for ids in shards
            ]
            for future in as_completed(futures):
                future.wait()
                progress.step()
