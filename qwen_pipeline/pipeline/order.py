"""What is asked for: which spec, with which engine, which part of it; and what is heard while it is made."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Literal

from qwen_pipeline.dataclass import dataclass
from qwen_pipeline.types import Phase


@dataclass(frozen=True, slots=True)
class Order:
    """One spec to plan or build. Everything here may change what comes out; machine settings are in `Settings`."""

    spec: Path
    engine: str = "auto"
    """An engine's id, or `auto`."""
    locales: tuple[str, ...] = ()
    """Only these locale sets; empty = all."""
    select: tuple[str, ...] = ()
    """Only pieces whose id, key or axis value matches one of these patterns; empty = all."""
    overrides: tuple[str, ...] = ()
    """`key=value`, over everything that the spec says."""
    assets: Path | None = None
    """Where assets may lie, if not in the spec's folder."""
    templates: Path | None = None
    """Another library of kinds, layouts and styles."""

    @property
    def whole(self) -> bool:
        """Whether every piece of the spec is asked for."""
        return not self.locales and not self.select


Step = Literal[
    "identify", "wait", "plan", "letter", "enhance", "write", "load", "encode", "denoise", "scenes", "read", "pieces", "run",
    "notice",
]
Outcome = Literal["", "done", "cached", "failed", "rejected", "warned"]


@dataclass(frozen=True, slots=True)
class Event:
    """Progress. `done` of `total` in this step; `subject` is what was just finished, and `message` is for people.

    `identify` (bytes of weights, read for their digest the first time), `load` (bytes), `encode` (texts) and `denoise` (steps of
    one picture) are what an engine with weights does before and between pictures.
    `enhance` counts prompts that are rewritten, `write` the tokens of one answer.
    `seconds_left`: what this step will still take at the pace so far; None where that is not known.
    """

    step: Step
    done: int = 0
    total: int = 0
    subject: str = ""
    outcome: Outcome = ""
    message: str = ""
    seconds_left: float | None = None


def phase_event(phase: Phase) -> Event:
    """What an engine is busy with, as progress."""
    if phase.name == "relax":
        return Event("notice", message=f"out of memory: going on with less on the device (attempt {phase.done})")
    return Event(phase.name, phase.done, phase.total, seconds_left=phase.seconds_left)  # type: ignore[arg-type]


OnEvent = Callable[[Event], None]


def unheard(event: Event) -> None:
    """Where nobody listens."""
