"""What a prompt enhancer is: a model that rewrites prompts before pictures are drawn. How one is found, and who may use it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol, cast

from qwen_pipeline import discover
from qwen_pipeline.dataclass import dataclass
from qwen_pipeline.errors import LicenceRefused, RenderError
from qwen_pipeline.types import Answer, EnhancerInfo, Phase

from .engine import OnPhase, unheard
from .pace import Pace

ENHANCERS = "qwen_pipeline.render.enhancers"
OnToken = Callable[[int, int], None]
"""(tokens said, tokens that may be said)."""


class BadAnswer(RenderError):
    """What an enhancer said cannot be used. `code` says why; another seed may do better."""

    code = "bad-answer"


@dataclass(frozen=True, slots=True)
class Question:
    """A prompt to rewrite, the seed of the answer, and the files of the pictures that it calls `<image1>`, `<image2>`."""

    prompt: str
    seed: int
    pictures: tuple[Path, ...] = ()


class Enhancer(Protocol):
    """One that is open. It holds what it loaded until `close`, which may be called more than once."""

    info: EnhancerInfo

    def answer(self, question: Question, on_token: OnToken) -> Answer:
        """The same question gets the same answer, whatever was asked before it.

        Raises `RenderError` for a prompt that cannot be asked, and `OutOfMemory`.
        """
        ...

    def close(self) -> None: ...


class EnhancerModule(Protocol):
    """What a file in `enhancers/` exposes. It imports without torch and without loading anything."""

    INFO: EnhancerInfo

    def info(self, settings: Any, on_phase: OnPhase = unheard) -> EnhancerInfo:
        """INFO as it is here: with the digest of the weights that would be used. `on_phase` hears of `identify`."""
        ...

    def missing(self, settings: Any) -> str:
        """What keeps it from running here, for people; "" if nothing does."""
        ...

    def fetch(self, settings: Any) -> None:
        """Download the weights if they are missing; only ever called because somebody asked for it."""
        ...

    def read(self, answer: Answer) -> str:
        """The prompt in an answer. Raises `BadAnswer`."""
        ...

    def require(self, settings: Any) -> None:
        """Raises `EngineUnavailable` where anything is missing, `weights-missing` where it is weights; nothing is loaded."""
        ...

    def open_enhancer(self, settings: Any) -> Enhancer:
        """Raises what `require` does."""
        ...


def enhancer_ids() -> tuple[str, ...]:
    """Ids of the enhancers installed; nothing is imported."""
    return tuple(discover.modules(ENHANCERS, separator="-"))


def enhancer_module(enhancer_id: str) -> EnhancerModule:
    """The module of one enhancer."""
    return cast(EnhancerModule, discover.load(ENHANCERS, enhancer_id, separator="-", what="enhancer"))


def enhancer_info(enhancer_id: str, settings: Any = None, on_phase: Callable[[Phase], None] | None = None) -> EnhancerInfo:
    """What an enhancer is here, with the digest of its weights. `on_phase` hears of weights that are read for the first time."""
    return enhancer_module(enhancer_id).info(settings, *([Pace(on_phase)] if on_phase else []))


def choose_enhancers(usage: str) -> tuple[str, ...]:
    """Ids of the enhancers for prompts without pictures and with them. Raises `LicenceRefused` where none may be used."""
    modules = [enhancer_module(enhancer_id) for enhancer_id in enhancer_ids()]
    usable = [module.INFO for module in modules if usage in module.INFO.usages]
    if not usable:
        licences = ", ".join(f"{module.INFO.id} ({module.INFO.licence})" for module in modules)
        raise LicenceRefused(
            f"no prompt enhancer is licensed for {usage} use: {licences}",
            hint="leave `generate.enhance` out (--set generate.enhance=off), or set `usage:` to what the work is for",
        )
    first = {info.reads_pictures: info.id for info in reversed(usable)}
    return tuple(first[kind] for kind in sorted(first))
