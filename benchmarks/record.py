"""What one run of one scenario leaves behind: figures, with the machine, the versions and the commit they belong to."""

from __future__ import annotations

import json
import os
import platform
import statistics
import subprocess
import time
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "benchmarks" / "results"
PACKAGES = ("diffusers", "transformers")
PACKAGES += ("numpy", "pikepdf", "pillow", "pydantic", "pypdfium2", "reportlab", "uharfbuzz", "uniseg", "typst")


@dataclass(frozen=True, slots=True)
class Figure:
    """One number. `limit`: the most it may be. `peer_value`: what the peer took for the same, measured in the same run."""

    name: str
    value: float
    unit: str = ""
    limit: float | None = None
    samples: tuple[float, ...] = ()
    peer: str = ""
    peer_value: float | None = None
    peer_samples: tuple[float, ...] = ()
    note: str = ""

    @property
    def ratio(self) -> float | None:
        """Ours over the peer's; below 1 is faster."""
        return None if self.peer_value is None else self.value / self.peer_value

    @property
    def within(self) -> bool | None:
        """Whether the figure keeps its limit, or is no slower than its peer; None where neither is set."""
        if self.limit is not None:
            return self.value <= self.limit
        return None if self.ratio is None else self.ratio <= 1.0


def seconds(name: str, samples: Sequence[float], *, limit: float | None = None, note: str = "") -> Figure:
    """The median of timed runs."""
    return Figure(name, statistics.median(samples), "s", limit, tuple(samples), note=note)


def against(
    name: str, ours: Sequence[float], peer: str, theirs: Sequence[float], note: str = "", *, within: float | None = None
) -> Figure:
    """Medians of ours and the peer's timed runs. `within`: the share of the peer's time that ours may be at most; None = all."""
    mine, other = statistics.median(ours), statistics.median(theirs)
    limit = None if within is None else other * within
    return Figure(name, mine, "s", limit, tuple(ours), peer, other, tuple(theirs), note)


def machine() -> dict[str, Any]:
    """What the figures depend on, and nothing that names the machine or its owner. `load`: of the last minute, ours included."""
    return {
        "cpus": cpu_count(),
        "cpu": cpu_model(),
        "memory_gib": round(memory_bytes() / 2**30, 1),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "load": round(os.getloadavg()[0], 1) if hasattr(os, "getloadavg") else None,
    }


def cpu_count() -> int:
    """Cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def cpu_model() -> str:
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()


def memory_bytes() -> int:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") if hasattr(os, "sysconf") else 0


def versions() -> dict[str, str]:
    found = {}
    for name in PACKAGES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found


def commit() -> str:
    """The commit's short hash, with `+` where the checkout differs from it; empty outside a checkout."""
    try:
        head = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=True)
        changed = subprocess.run(["git", "status", "--porcelain", "-uno"], cwd=ROOT, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return ""
    return head.stdout.strip() + ("+" if changed.stdout.strip() else "")


def write(
    scenario: str, figures: Iterable[Figure], folder: Path = RESULTS, *, device: dict[str, Any] | None = None, skipped: str = ""
) -> dict[str, Any]:
    """Append one line to `<folder>/<scenario>.jsonl` and give it back.

    `device`: the accelerator; `skipped`: why nothing was measured.
    """
    line = {
        "scenario": scenario,
        "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "commit": commit(),
        "machine": {**machine(), **(device or {})},
        "versions": versions(),
        "figures": [_plain(figure) for figure in figures],
        **({"skipped": skipped} if skipped else {}),
    }
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f"{scenario}.jsonl").open("a", encoding="utf-8") as handle:
        handle.write(json.dumps(line, ensure_ascii=False) + "\n")
    return line


def _plain(figure: Figure) -> dict[str, Any]:
    out = {key: value for key, value in asdict(figure).items() if value not in (None, "", ())}
    for key in ("value", "peer_value"):
        if key in out:
            out[key] = round(out[key], 4)
    for key in ("samples", "peer_samples"):
        if key in out:
            out[key] = [round(value, 4) for value in out[key]]
    return out


def figure_of(data: dict[str, Any]) -> Figure:
    """A figure read back from a line."""
    return Figure(**{key: tuple(value) if isinstance(value, list) else value for key, value in data.items()})


def read(path: Path) -> list[dict[str, Any]]:
    """All lines of a results file, oldest first."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
