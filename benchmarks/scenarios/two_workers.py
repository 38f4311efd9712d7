"""Two workers against one: 400 product posters by the draft engine as flows, each worker with a core of its own.

One worker has one core, with the flow that leads it; two have two. The flows talk to a server that is there already. A flow has
some seconds that no worker shortens (Prefect's import, the plan, the fonts of a new store, the delivery): the batch is so long
that they do not hide what the workers do.
"""

from __future__ import annotations

import os
import shutil
import statistics

from benchmarks import campaign
from benchmarks.record import Figure, seconds
from benchmarks.scenarios.orchestration import fresh
from benchmarks.setting import Setting, process
from flows.deploy import serving
from qwen_pipeline.settings import Settings

FASTER = 1.8
MOST = 2


def run(setting: Setting) -> list[Figure]:
    pieces = setting.count(400)
    spec = campaign.write_products(setting.scratch / "two-workers", pieces)
    samples: dict[int, list[float]] = {1: [], 2: []}
    before = dict(os.environ)
    try:
        with serving(Settings(store=setting.scratch / "two-workers-server")):
            for _ in range(min(MOST, setting.repeats)):
                for workers, taken in samples.items():
                    command = fresh("flow", spec, setting.scratch / f"two-workers-{workers}", "--workers", str(workers))
                    taken.append(process([*cores(workers), *command]))
    finally:
        os.environ.clear()
        os.environ.update(before)
    one, two = (statistics.median(taken) for taken in samples.values())
    return [
        Figure("time of two workers, of one", 100 * two / one, "%", 100 / FASTER, note=f"{one / two:.2f} times as fast"),
        seconds(f"{pieces:,} pieces with one worker", samples[1]),
        seconds("the same with two", samples[2]),
    ]


def cores(count: int) -> list[str]:
    """A command that keeps another, and all it starts, on so many cores."""
    mine = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
    if len(mine) < count or not shutil.which("taskset"):
        return []
    return ["taskset", "-c", ",".join(str(core) for core in mine[:count])]
