"""The phases of a build as Prefect tasks: a task is a phase of a shard, never one picture.

Tasks hand on orders, ids and reports; pictures and files lie in our store, which is also the only cache: a task that is run
again finds there what was done before.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from prefect import task
from prefect.cache_policies import NO_CACHE

from qwen_pipeline.pipeline import Order, ShardReport, Workshop, build
from qwen_pipeline.settings import Settings
from qwen_pipeline.types import Manifest

RETRIES = 2
"""Of a whole task, for what is not a failure of a piece: a process that was killed, a disk that hiccuped."""


@cache
def workshop(order: Order, settings: Settings) -> Workshop:
    """The plan and the processes of one order, made once in a process."""
    return Workshop(order, settings)


@task(name="plan", cache_policy=NO_CACHE, task_run_name="plan {order.spec.name}")
def plan_shards(order: Order, settings: Settings) -> tuple[tuple[tuple[str, ...], ...], tuple[tuple[str, ...], ...]]:
    """(shards to draw, shards to make), as ids of pieces. Bad specs and refused licences end the run here."""
    shop = workshop(order, settings)
    return shop.drawing_shards(), shop.shards()


@task(name="pictures", cache_policy=NO_CACHE, retries=RETRIES, retry_delay_seconds=1)
def draw_shard(order: Order, settings: Settings, ids: tuple[str, ...]) -> ShardReport:
    """Draw the pictures of a shard into the store."""
    return workshop(order, settings).draw(ids)


@task(name="pieces", cache_policy=NO_CACHE, retries=RETRIES, retry_delay_seconds=1)
def make_shard(order: Order, settings: Settings, ids: tuple[str, ...]) -> ShardReport:
    """Typeset, assemble and verify a shard into the store."""
    return workshop(order, settings).make(ids)


@task(name="deliver", cache_policy=NO_CACHE, retries=RETRIES, retry_delay_seconds=1)
def deliver(order: Order, settings: Settings, out: Path) -> Manifest:
    """Put everything under its final name, make what is still missing, write the manifest."""
    return build(order, out, settings)
