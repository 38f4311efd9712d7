"""What the files of Qwen-Image-2.1's prompt enhancers share: one that reads words, one that reads words and pictures.

Both are Qwen3.5 of 9B in the layout of transformers. Each carries its own `system_prompt.txt`, which asks for the JSON that it
was taught to answer with, and by which the two are told apart.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qwen_pipeline.dataclass import dataclass
from qwen_pipeline.errors import EngineUnavailable
from qwen_pipeline.render.engine import OnPhase, unheard
from qwen_pipeline.settings import Settings
from qwen_pipeline.types import Answer, EnhancerInfo

from . import devices, pe_answer
from .identity import weights_digest
from .weights import Checkpoint, Wanted, absent, check, find

if TYPE_CHECKING:
    from .pe_writer import Writer

LICENCE = "Qwen Research License"
SYSTEM_PROMPT = "system_prompt.txt"
GB = 18.8
"""Of each, in bfloat16."""


@dataclass(frozen=True, slots=True)
class Sampling:
    """How answers are drawn, as the models' authors give it (`prompt_rewrite/README.md` of QwenLM/Qwen-Image-2.1)."""

    presence_penalty: float
    max_new_tokens: int
    temperature: float = 1.0
    top_p: float = 0.95
    top_k: int = 20


def wanted(repo: str, *, pictures: bool) -> Wanted:
    """The one that reads pictures asks for the picture whose shape is to be followed."""

    def fits(config: Mapping[str, Any]) -> bool:
        return config.get("model_type") == "qwen3_5"

    def told(folder: Path) -> bool:
        prompt = folder / SYSTEM_PROMPT
        return prompt.is_file() and ("ratio_follow" in prompt.read_text("utf-8", errors="replace")) == pictures

    return Wanted(repo, ("",), fits, GB, "config.json", told)


class Shelf:
    """The functions of one enhancer's file."""

    def __init__(self, info: EnhancerInfo, repo: str, sampling: Sampling) -> None:
        self.INFO = info
        self.sampling = sampling
        self._wanted = wanted(repo, pictures=info.reads_pictures)

    @property
    def functions(self) -> tuple[Callable[..., Any], ...]:
        """fetch, info, missing, open_enhancer, read, require: what the file binds to these names."""
        return self.fetch, self.info, self.missing, self.open_enhancer, self.read, self.require

    def find(self, settings: Settings) -> Checkpoint | None:
        """In the folder of enhancers, else where the engines' weights are, else in the Hugging Face cache."""
        for folder in dict.fromkeys((settings.enhancer_weights, settings.weights, None)):
            found = find(self._wanted, settings.model_copy(update={"weights": folder}))
            if found is not None:
                return found
        return None

    def info(self, settings: Any, on_phase: OnPhase = unheard) -> EnhancerInfo:
        settings = settings or Settings()
        found = self.find(settings)
        return replace(self.INFO, weights_digest=weights_digest(found, settings.store, on_phase)) if found else self.INFO

    def missing(self, settings: Any) -> str:
        settings = settings or Settings()
        reason = devices.missing_packages()
        if reason:
            return reason
        try:
            found = self.find(settings)
        except EngineUnavailable as error:
            return error.message
        return self._absent(settings) if found is None else devices.missing_device(settings)

    def fetch(self, settings: Any) -> None:
        from .download import download

        settings = settings or Settings()
        try:
            if self.find(settings) is not None:
                return
        except EngineUnavailable:
            pass  # a file is missing: what was broken off goes on
        download(self._wanted, settings.enhancer_weights or settings.weights)

    def read(self, answer: Answer) -> str:
        return pe_answer.read(answer, pictures=self.INFO.reads_pictures)

    def require(self, settings: Any) -> None:
        self._required(settings or Settings())

    def open_enhancer(self, settings: Any) -> Writer:
        settings = settings or Settings()
        found = self._required(settings)
        from .pe_writer import Writer

        return Writer(self.info(settings), found, self.sampling, settings)

    def _required(self, settings: Settings) -> Checkpoint:
        reason = devices.missing_packages() or devices.absent_device(settings)
        if reason:
            hint = "qwen-pipeline doctor; --set generate.enhance=off"
            raise EngineUnavailable(f"{self.INFO.id} cannot run here: {reason}", hint=hint)
        found = self.find(settings)
        if found is None:
            fetched = f"`build --download` to fetch {self._wanted.repo} ({self._wanted.gb:.0f} GB)"
            hint = f"--enhancer-weights DIR for a folder on this machine, {fetched}; or --set generate.enhance=off"
            raise EngineUnavailable(f"{self.INFO.id}: {self._absent(settings)}", hint=hint, code="weights-missing")
        check(found)
        return found

    def _absent(self, settings: Settings) -> str:
        return absent(self._wanted, settings.model_copy(update={"weights": settings.enhancer_weights or settings.weights}))
