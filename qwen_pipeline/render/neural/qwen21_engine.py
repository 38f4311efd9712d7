"""What the engine files of Qwen-Image 2.1 and Turbo share; they differ in their INFO."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qwen_pipeline.errors import EngineUnavailable
from qwen_pipeline.settings import Settings
from qwen_pipeline.types import EngineInfo

from . import devices
from .identity import weights_digest
from .model_sizes import sizes_of
from .quantize import dtype_name, sized
from .residency import QWEN_IMAGE_2_1, Footprint, Work
from .weights import Wanted, absent, find, hint, require

if TYPE_CHECKING:
    from .qwen21 import Qwen21Engine

NATIVE_SIZES = ((2048, 2048), (2400, 1792), (1792, 2400), (2528, 1696), (1696, 2528), (2752, 1536), (1536, 2752))
"""1:1, 4:3, 3:4, 3:2, 2:3, 16:9, 9:16, as the model's authors give them."""
LICENCE = "Qwen Research License"
PROMPT_LIMIT_TOKENS = 7168
"""Of the model's 8,192 positions a picture takes up to 172 and ten references up to 860."""


def base_info(**more: Any) -> EngineInfo:
    return EngineInfo(
        licence=LICENCE,
        usages=frozenset({"research"}),
        capabilities=frozenset({"generate", "edit", "references", "alpha", "adapters"}),
        native_sizes=NATIVE_SIZES,
        size_multiple=32,
        max_area_px=2400 * 1792,
        prompt_limit_tokens=PROMPT_LIMIT_TOKENS,
        max_references=10,
        dtype="bfloat16",
        **more,
    )


def wanted(repo: str, *, turbo: bool) -> Wanted:
    """Turbo is told from the other by the sigmas in its index: both have the same classes."""

    def fits(index: Mapping[str, Any]) -> bool:
        return index.get("_class_name") == "QwenImage21Pipeline" and bool(index.get("sample_sigmas")) == turbo

    return Wanted(repo, ("transformer", "text_encoder", "vae"), fits)


def count_tokens(text: str) -> int:
    """Never fewer than the tokenizer would count: it works on bytes of UTF-8 and only ever joins them."""
    return len(text.encode("utf-8", errors="surrogatepass"))


class Shelf:
    """The functions of one engine's file, for one repository."""

    published = QWEN_IMAGE_2_1
    sequences = 1

    def __init__(self, info: EngineInfo, wanted: Wanted) -> None:
        self.INFO = info
        self.wanted = wanted

    def info(self, settings: Any) -> EngineInfo:
        settings = settings or Settings()
        found = find(self.wanted, settings)
        if found is None:
            return self.INFO
        sigmas = tuple(float(sigma) for sigma in found.index().get("sample_sigmas") or ())
        return replace(
            self.INFO,
            weights_digest=weights_digest(found, settings.store),
            dtype=dtype_name(settings.precision, found.part("transformer").dtype(), found, settings.store),
            sigmas=sigmas,
            num_inference_steps=len(sigmas) or self.INFO.num_inference_steps,
        )

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
        return Footprint(sized(settings.precision, sizes_of(found, element_bytes)), work, "here", found.bytes)

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

    def fetch(self, settings: Any) -> None:
        from .download import download

        settings = settings or Settings()
        try:
            if find(self.wanted, settings) is not None:
                return
        except EngineUnavailable:
            pass  # a part is missing: what was broken off goes on
        download(self.wanted, settings.weights)

    def open_engine(self, settings: Any) -> Qwen21Engine:
        settings = settings or Settings()
        reason = devices.missing_packages()
        if reason:
            raise EngineUnavailable(f"{self.INFO.id} cannot run here: {reason}", hint=hint(self.wanted))
        checkpoint = require(self.wanted, settings)
        from .qwen21 import Qwen21Engine

        return Qwen21Engine(self.info(settings), checkpoint, settings)


@cache
def _counter(folder: Path) -> Callable[[str], int]:
    from .qwen21_text import Words

    return Words(folder).count
