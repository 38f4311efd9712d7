"""What an engine's file exposes where weights are needed: what is here of a repository, what is missing, how it is opened."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from qwen_pipeline.errors import EngineUnavailable
from qwen_pipeline.render.engine import Engine, OnPhase, unheard
from qwen_pipeline.settings import Settings
from qwen_pipeline.types import EngineInfo, Scene, SceneRequest, Weights

from . import devices, quantize
from .identity import weights_digest
from .model_sizes import sizes_of
from .parts import ModelSizes
from .residency import Footprint, Work
from .weights import Checkpoint, Wanted, absent, check, find, hint, require


class Shelf:
    """The functions of one engine's file. `published`: sizes of the model as it is published, for where it is not here."""

    published: ModelSizes
    sequences = 1

    def __init__(self, info: EngineInfo, wanted: Wanted) -> None:
        self.INFO = info
        self.wanted = wanted

    @property
    def functions(self) -> tuple[Callable[..., Any], ...]:
        """count_tokens, counter, fetch, footprint, info, missing, open_engine, require: what the file binds to these names."""
        return (
            count_tokens, self.counter, self.fetch, self.footprint, self.info, self.missing, self.open_engine, self.require,
        )  # fmt: skip

    # --- what families of models do otherwise ------------------------------------------------------------------------------

    def needed(self, requests: Sequence[SceneRequest]) -> tuple[Wanted, ...]:
        """The checkpoints that requests are drawn with."""
        return (self.wanted,)

    def fetchable(self, scenes: Sequence[Scene]) -> tuple[Wanted, ...]:
        """The checkpoints to fetch for scenes."""
        return self.needed([scene.request for scene in scenes])

    def described(self, found: Checkpoint, settings: Settings, on_phase: OnPhase) -> EngineInfo:
        """INFO with a checkpoint that is here."""
        weights = self.weights(found, settings, on_phase)
        return replace(self.INFO, weights_digest=weights.digest, dtype=weights.dtype)

    def opened(self, settings: Settings) -> Engine:
        raise NotImplementedError

    # --- what an engine's file exposes -------------------------------------------------------------------------------------

    def info(self, settings: Any, on_phase: OnPhase = unheard) -> EngineInfo:
        settings = settings or Settings()
        found = find(self.wanted, settings)
        return self.INFO if found is None else self.described(found, settings, on_phase)

    def counter(self, settings: Any) -> Callable[[str], int]:
        """The tokenizer of the weights where it can be read, else the bound."""
        found = find(self.wanted, settings or Settings())
        if found is None or devices.missing_packages():
            return count_tokens
        return _counter(found.path)

    def footprint(self, settings: Any) -> Footprint:
        """As the weights here are, else as the published ones."""
        settings, work = settings or Settings(), Work(*self.INFO.native_sizes[0], sequences=self.sequences)
        try:
            found = find(self.wanted, settings)
        except EngineUnavailable:
            return Footprint(self.published, work, "damaged")
        if found is None:
            return Footprint(self.published, work, "missing")
        element_bytes = 4 if found.part("transformer").dtype() == "float32" else 2
        return Footprint(quantize.sized(settings.precision, sizes_of(found, element_bytes)), work, "here", found.bytes)

    def missing(self, settings: Any) -> str:
        settings = settings or Settings()
        reason = devices.missing_packages()
        if reason:
            return reason
        try:
            found = find(self.wanted, settings)
        except EngineUnavailable as error:
            return error.message
        return absent(self.wanted, settings) if found is None else devices.missing_device(settings)

    def require(self, settings: Any, requests: Sequence[SceneRequest]) -> None:
        """Everything that can be missing is, before anything is loaded: packages, the device, weights, whole files of them."""
        settings = settings or Settings()
        self._check_machine(settings)
        wanted = self.needed(requests)
        places = [(checkpoint, find(checkpoint, settings)) for checkpoint in wanted]
        gone = [checkpoint for checkpoint, found in places if found is None]
        if gone:
            said = " and ".join(absent(checkpoint, settings) for checkpoint in gone)
            raise EngineUnavailable(f"{self.INFO.id}: {said}", hint=hint(*gone), code="weights-missing")
        for found in (found for _, found in places if found is not None):
            check(found)
            quantize.require(settings.precision, found)

    def fetch(self, settings: Any, scenes: Sequence[Scene] = ()) -> bool:
        settings = settings or Settings()
        came = [_fetched(wanted, settings) for wanted in self.fetchable(scenes)]
        return any(came)

    def open_engine(self, settings: Any) -> Engine:
        settings = settings or Settings()
        self._check_machine(settings)
        require(self.wanted, settings)
        return self.opened(settings)

    # --- inside --------------------------------------------------------------------------------------------------------------

    def weights(self, found: Checkpoint, settings: Settings, on_phase: OnPhase) -> Weights:
        """A checkpoint as requests name it."""
        dtype = quantize.dtype_name(settings.precision, found.part("transformer").dtype(), found, settings.store)
        return Weights(weights_digest(found, settings.store, on_phase), dtype, self.INFO.num_inference_steps)

    def _check_machine(self, settings: Settings) -> None:
        reason = devices.missing_packages() or devices.absent_device(settings)
        if reason:
            raise EngineUnavailable(f"{self.INFO.id} cannot run here: {reason}", hint="qwen-pipeline doctor; --engine draft")


def _fetched(wanted: Wanted, settings: Settings) -> bool:
    """Whether a checkpoint that was not here, or not whole, is now."""
    from .download import download

    try:
        if find(wanted, settings) is not None:
            return False
    except EngineUnavailable:
        pass  # a part is missing: what was broken off goes on
    download(wanted, settings.weights)
    return find(wanted, settings) is not None


def count_tokens(text: str) -> int:
    """Never fewer than the tokenizer would count: it works on bytes of UTF-8 and only ever joins them."""
    return len(text.encode("utf-8", errors="surrogatepass"))


@cache
def _counter(folder: Path) -> Callable[[str], int]:
    from .qwen21_text import Words

    return Words(folder).count
