"""What a scenario is handed: folders, how often to measure, and clocks for work in this process and in fresh ones."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.record import ROOT


@dataclass(frozen=True, slots=True)
class Setting:
    """`scratch` is emptied after the run; `cache` may be kept for the next. `scale` shrinks the big scenarios for a trial."""

    scratch: Path
    cache: Path
    data: Path
    repeats: int = 5
    scale: float = 1.0

    def count(self, full: int) -> int:
        return max(1, round(full * self.scale))


def timed(work: Callable[[int], object], repeats: int) -> list[float]:
    """Seconds of each `work(i)`, after one run that does not count."""
    work(-1)
    samples = []
    for index in range(repeats):
        start = time.perf_counter()
        work(index)
        samples.append(time.perf_counter() - start)
    return samples


def alternate(ours: Callable[[int], object], theirs: Callable[[int], object], repeats: int) -> tuple[list[float], list[float]]:
    """Seconds of both sides in turn, so that what else the machine does falls on both; after a run each that does not count."""
    samples: tuple[list[float], list[float]] = ([], [])
    for index in range(-1, repeats):
        for side, work in zip(samples, (ours, theirs), strict=True):
            start = time.perf_counter()
            work(index)
            side.append(time.perf_counter() - start)
    return samples[0][1:], samples[1][1:]


def process(command: Sequence[str | Path]) -> float:
    """Seconds of a fresh process, from start to exit. A failure shows what it said."""
    start = time.perf_counter()
    done = subprocess.run(
        [str(part) for part in command], cwd=ROOT, env=environment(), capture_output=True, text=True, check=False
    )
    took = time.perf_counter() - start
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(map(str, command))}\n{done.stdout}\n{done.stderr}")
    return took


def environment() -> dict[str, str]:
    """Ours, with the checkout importable and byte code kept between runs, as it is where a program is installed."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, "PYTHONPATH": str(ROOT)}


def python(*arguments: str | Path) -> list[str | Path]:
    """A command line for a fresh interpreter."""
    return [sys.executable, *arguments]


def peak_memory(command: Sequence[str | Path]) -> tuple[float, float, float]:
    """(peak MB of all processes together, peak MB of the largest one, seconds) of a command and its children.

    Together: proportional set sizes (shared pages counted once), read every 50 ms from /proc; Linux only. The largest one:
    resident set size, as read.
    """
    start = time.perf_counter()
    child = subprocess.Popen(
        [str(part) for part in command], cwd=ROOT, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    peaks = [0.0, 0.0]
    stop = threading.Event()

    def watch() -> None:
        while not stop.wait(0.05):
            sizes = [_sizes(pid) for pid in _family(child.pid)]
            peaks[0] = max(peaks[0], sum(pss for pss, _ in sizes))
            peaks[1] = max(peaks[1], max((rss for _, rss in sizes), default=0.0))

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    said, _ = child.communicate()
    stop.set()
    watcher.join()
    if child.returncode != 0:
        raise RuntimeError(f"{' '.join(map(str, command))}\n{said.decode(errors='replace')}")
    return peaks[0], peaks[1], time.perf_counter() - start


def _family(pid: int) -> list[int]:
    found = [pid]
    for parent in found:
        try:
            children = Path(f"/proc/{parent}/task/{parent}/children").read_text(encoding="utf-8").split()
        except OSError:
            continue
        found += [int(child) for child in children]
    return found


def _sizes(pid: int) -> tuple[float, float]:
    """(PSS, RSS) in MB (10^6 bytes); zeros for a process that has gone."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="utf-8").splitlines()
    except OSError:
        return 0.0, 0.0
    fields = {line.split(":")[0]: line.split()[1] for line in lines[1:]}
    return int(fields.get("Pss", 0)) * 1024 / 1e6, int(fields.get("Rss", 0)) * 1024 / 1e6
