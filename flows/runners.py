"""Where tasks run: threads that each have a process, a Dask cluster, a Ray cluster. Prefect's runners, set up for our shards."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

from prefect.futures import PrefectFuture
from prefect.task_runners import ThreadPoolTaskRunner

from qwen_pipeline.errors import QwenPipelineError

from .job import Spread

Submit = Callable[[Any, dict[str, Any]], PrefectFuture[Any]]
LOOPBACK = "127.0.0.1"


class RunnerMissing(QwenPipelineError):
    """The optional requirements of a cluster are not installed."""

    exit_code = 2
    code = "extra-missing"


@contextmanager
def running(spread: Spread, hands: int) -> Iterator[Submit]:
    """A way to submit tasks, `hands` at a time; a cluster that is started here ends with the block."""
    try:
        opened = {"threads": _threads, "dask": _dask, "ray": _ray}[spread.runner]
    except ImportError as error:
        hint = 'pip install "qwen-pipeline[cluster]"'
        raise RunnerMissing(f"the runner {spread.runner} is not installed: {error}", hint=hint) from error
    with opened(spread, hands) as submit:
        yield submit


@contextmanager
def _threads(spread: Spread, hands: int) -> Iterator[Submit]:
    # One more than there are processes: a shard is begun and written down while the processes work on others.
    runner: ThreadPoolTaskRunner[Any] = ThreadPoolTaskRunner(max_workers=hands + 1)
    with runner as started:
        yield started.submit


@contextmanager
def _dask(spread: Spread, hands: int) -> Iterator[Submit]:
    """Each worker is a process with one thread, and has one model at a time. A GPU is the resource `GPU` of a worker."""
    from dask.base import annotate
    from prefect_dask.task_runners import DaskTaskRunner

    cluster = {"n_workers": hands, "threads_per_worker": 1, "host": LOOPBACK, "dashboard_address": None}
    if spread.gpus:
        cluster["resources"] = {"GPU": spread.gpus}
    runner = DaskTaskRunner(address=spread.address) if spread.address else DaskTaskRunner(cluster_kwargs=cluster)
    claim = annotate(resources={"GPU": spread.gpus}) if spread.gpus else nullcontext()
    with runner as started, claim:
        yield started.submit


@contextmanager
def _ray(spread: Spread, hands: int) -> Iterator[Submit]:
    """Ray gives each task the cards it claims (CUDA_VISIBLE_DEVICES), and does a killed task again."""
    from prefect_ray import RayTaskRunner
    from prefect_ray.context import remote_options

    init: dict[str, Any] = {"include_dashboard": False, "logging_level": "ERROR"}
    if not spread.address:
        init |= {"num_cpus": hands, "num_gpus": spread.gpus * hands, "_node_ip_address": LOOPBACK}
    runner: Any = RayTaskRunner(address=spread.address or None, init_kwargs=init)
    with runner as started, remote_options(num_cpus=1, num_gpus=spread.gpus, max_retries=2):
        yield started.submit
