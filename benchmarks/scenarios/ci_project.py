"""What a build server does to the sample project (every spec in `examples/`): check, then build from nothing with a JUnit file.

The three commands of docs/ci.md in fresh processes with the draft engine, without the installation; no GPU, no model.
"""

from __future__ import annotations

import resource
import shutil
import statistics

from benchmarks.record import ROOT, Figure, cpu_count, seconds
from benchmarks.setting import Setting, process, python

LIMIT_S = 90.0
MOST = 2


def run(setting: Setting) -> list[Figure]:
    found = sorted(path for path in (ROOT / "examples").glob("*/*.yaml") if not path.name.startswith("_"))
    specs = found[: setting.count(len(found))]
    took, used = [], []
    for _ in range(min(MOST, setting.repeats)):
        before = processor_s()
        folder = setting.scratch / "ci-project"
        shutil.rmtree(folder, ignore_errors=True)
        places = ("--store", folder / "store", "--out", folder / "out", "--junit", folder / "out" / "junit.xml")
        checked = process(python("-m", "qwen_pipeline", "check", *specs))
        took.append(checked + process(python("-m", "qwen_pipeline", "build", *specs, "--engine", "draft", "--quiet", *places)))
        used.append(processor_s() - before)
    return [
        seconds("check and build of the sample project", took, limit=LIMIT_S),
        Figure("processor time of it", statistics.median(used), "s", note=f"{len(specs)} specs, {cpu_count()} cores"),
    ]


def processor_s() -> float:
    """Seconds of processor time of all processes that this one started and that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
