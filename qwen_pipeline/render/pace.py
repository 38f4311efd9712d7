"""What an engine is busy with, and how long it will still take."""

from __future__ import annotations

import time
from collections.abc import Callable

from qwen_pipeline.types import Phase

OnPhase = Callable[[Phase], None]
"""What the engine is busy with, as often as it says."""


class Pace:
    """Turns what an engine says into phases with the time they will still take at the pace so far."""

    def __init__(self, on_phase: OnPhase, clock: Callable[[], float] = time.perf_counter) -> None:
        self._on_phase, self._clock = on_phase, clock
        self._phase = ("", 0)
        self._first = (0, 0.0)

    def __call__(self, name: str, done: int, total: int) -> None:
        now = self._clock()
        if (name, total) != self._phase or done <= self._first[0]:
            self._phase, self._first = (name, total), (done, now)
        since = done - self._first[0]
        left = (now - self._first[1]) / since * (total - done) if since else None
        self._on_phase(Phase(name, done, total, left))
