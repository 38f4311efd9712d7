"""What a flow costs over a plain build: 1,000 product posters by the draft engine, both in fresh processes, from nothing.

The flow brings Prefect's own server along, whose start and migration are in its time; each side begins with an empty store.
"""

from __future__ import annotations

import shutil
import statistics
from pathlib import Path

from benchmarks import campaign
from benchmarks.record import Figure, cpu_count, seconds
from benchmarks.setting import Setting, process, python

MOST = 2
"""Pairs of runs, however many are asked for: a pair takes minutes."""


def run(setting: Setting) -> list[Figure]:
    pieces = setting.count(1_000)
    spec = campaign.write_products(setting.scratch / "orchestration", pieces)
    samples: dict[str, list[float]] = {"build": [], "flow": []}
    for _ in range(min(MOST, setting.repeats)):
        for command, taken in samples.items():
            taken.append(process(fresh(command, spec, setting.scratch / f"orchestration-{command}")))
    plain, flow = (statistics.median(taken) for taken in samples.values())
    return [
        Figure("flow over plain build", 100 * (flow / plain - 1), "%", 10.0, note=f"{pieces:,} pieces, {cpu_count()} cores"),
        seconds(f"plain build of {pieces:,} pieces", samples["build"]),
        seconds("the same as a flow, with its server", samples["flow"]),
    ]


def fresh(command: str, spec: Path, folder: Path, *more: str) -> list[str | Path]:
    """A build or a flow into an empty folder from an empty store."""
    shutil.rmtree(folder, ignore_errors=True)
    places = ("--out", folder / "out", "--store", folder / "store")
    return python("-m", "qwen_pipeline", command, spec, "--engine", "draft", "--quiet", *places, *more)
