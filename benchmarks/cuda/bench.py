"""The device, the clock and the time that is left; memory caps and peaks."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch

GIB = 2**30


class NoTime(Exception):
    """Less time is left than the scenario needs."""


@dataclass
class Bench:
    """One run. `minutes`: what the whole run may take; a scenario that would take more is skipped, and says so."""

    device: torch.device
    toy: bool
    minutes: float
    scratch: Path
    started: float = field(default_factory=time.monotonic)
    counter: int = 0

    @property
    def left_s(self) -> float:
        return self.minutes * 60 - (time.monotonic() - self.started)

    def need(self, seconds: float) -> None:
        """Raise `NoTime` unless so much time is left. Toys always have time."""
        if not self.toy and self.left_s < seconds:
            raise NoTime(f"{self.left_s:.0f} s are left, it needs {seconds:.0f} s")

    def fresh(self) -> int:
        """A number that was not given before, for prompts that no cache knows."""
        self.counter += 1
        return self.counter

    def sync(self) -> None:
        if self.device.type == "cuda":
            torch.cuda.synchronize(self.device)

    def free(self) -> None:
        """Give back all that nobody holds, and start the peak anew."""
        if self.device.type == "cuda":
            gc.collect()
            torch.cuda.synchronize(self.device)
            torch.cuda.empty_cache()
            torch._C._host_emptyCache()  # page-locked memory of one side would be lacking to the other
            torch.cuda.reset_peak_memory_stats(self.device)

    def peak_gib(self) -> float:
        return torch.cuda.max_memory_allocated(self.device) / GIB if self.device.type == "cuda" else 0.0

    @contextmanager
    def cap(self, gib: float | None) -> Iterator[None]:
        """At most so much of the device for everything inside, allocator's gaps included."""
        if self.device.type != "cuda" or gib is None:
            yield
            return
        total = torch.cuda.get_device_properties(self.device).total_memory
        self.free()
        torch.cuda.set_per_process_memory_fraction(min(1.0, gib * GIB / total), self.device)
        try:
            yield
        finally:
            torch.cuda.set_per_process_memory_fraction(1.0, self.device)

    def timed(self, work: Callable[[], Any]) -> float:
        """Seconds from an idle device to an idle device."""
        self.sync()
        start = time.perf_counter()
        work()
        self.sync()
        return time.perf_counter() - start

    def describe(self) -> dict[str, Any]:
        """The accelerator, for the line's machine."""
        made: dict[str, Any] = {"torch": torch.__version__}
        if self.device.type == "cuda":
            found = torch.cuda.get_device_properties(self.device)
            made |= {"gpu": found.name, "gpu_gib": round(found.total_memory / GIB, 1), "cuda": torch.version.cuda}
        return made


class Busy:
    """Share of time in which the GPU ran kernels, read from the driver (NVML through nvidia-smi) while inside."""

    def __init__(self, device: torch.device) -> None:
        self._device = device
        self._process: Any = None
        self.samples: Sequence[float] = ()

    def __enter__(self) -> Busy:
        import shutil
        import subprocess

        if self._device.type == "cuda" and shutil.which("nvidia-smi"):
            command = ["nvidia-smi", "--query-gpu=utilization.gpu", "--format=csv,noheader,nounits", "-lms", "200"]
            command += ["-i", str(self._device.index or 0)]
            self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        return self

    def __exit__(self, *error: object) -> None:
        if self._process is not None:
            self._process.terminate()
            said, _ = self._process.communicate()
            self.samples = [float(line) for line in said.split("\n") if line.strip().replace(".", "").isdigit()]

    @property
    def share(self) -> float | None:
        """0 to 1; None where nothing was read."""
        return sum(self.samples) / len(self.samples) / 100 if self.samples else None
