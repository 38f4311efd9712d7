"""What the engine file of Qwen-Image 20B exposes: two checkpoints, one that generates and one that edits, as one engine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from qwen_pipeline.errors import EngineUnavailable
from qwen_pipeline.fingerprint import digest
from qwen_pipeline.settings import Settings
from qwen_pipeline.types import EngineInfo

from . import devices
from .identity import weights_digest
from .quantize import dtype_name
from .qwen21_engine import Shelf
from .residency import QWEN_IMAGE_20B
from .weights import Wanted, find, hint, require

if TYPE_CHECKING:
    from .qwen20b import Qwen20bEngine

NATIVE_SIZES = ((1328, 1328), (1472, 1104), (1104, 1472), (1584, 1056), (1056, 1584), (1664, 928), (928, 1664))
"""1:1, 4:3, 3:4, 3:2, 2:3, 16:9, 9:16, as the model's authors give them: about 1.7 megapixels."""
SEQUENCE_TOKENS = 1024
"""The longest text the model takes; diffusers cuts at 512 unless told otherwise, and then at this."""
TEMPLATE_END_TOKENS = 5
"""`<|im_end|>`, a line end, `<|im_start|>assistant`, a line end: they count as text."""
PROMPT_LIMIT_TOKENS = SEQUENCE_TOKENS - TEMPLATE_END_TOKENS
BYTES_PER_TOKEN = 4
"""Of prose in English or Chinese, rounded down."""


def wanted(repo: str, pipeline: str) -> Wanted:
    """Known by the pipeline that its index names, so an older checkpoint of the same kind will do."""

    def fits(index: Mapping[str, Any]) -> bool:
        return index.get("_class_name") == pipeline

    return Wanted(repo, ("transformer", "text_encoder", "vae"), fits)


GENERATE = wanted("Qwen/Qwen-Image-2512", "QwenImagePipeline")
EDIT = wanted("Qwen/Qwen-Image-Edit-2511", "QwenImageEditPlusPipeline")


def base_info(**more: Any) -> EngineInfo:
    """Without weights a prompt is measured in bytes, so its limit is one in bytes; `Shelf20b.info` has the real one."""
    return EngineInfo(
        licence="Apache-2.0",
        usages=frozenset({"commercial", "research"}),
        capabilities=frozenset({"generate", "edit", "references", "adapters", "distillation"}),
        native_sizes=NATIVE_SIZES,
        size_multiple=16,
        max_area_px=1344 * 1344,
        prompt_limit_tokens=BYTES_PER_TOKEN * PROMPT_LIMIT_TOKENS,
        max_references=3,
        dtype="bfloat16",
        true_cfg_scale=4.0,
        **more,
    )


class Shelf20b(Shelf):
    """Generation is what the engine is found and counted by; edits have a checkpoint of their own, which may be missing."""

    published = QWEN_IMAGE_20B
    sequences = 2

    def info(self, settings: Any) -> EngineInfo:
        settings = settings or Settings()
        found = find(GENERATE, settings)
        if found is None:
            return self.INFO
        both = [checkpoint and weights_digest(checkpoint, settings.store) for checkpoint in (found, find(EDIT, settings))]
        dtype = dtype_name(settings.precision, found.part("transformer").dtype(), found, settings.store)
        return replace(self.INFO, weights_digest=digest(both), dtype=dtype, prompt_limit_tokens=PROMPT_LIMIT_TOKENS)

    def fetch(self, settings: Any) -> None:
        for checkpoint in (GENERATE, EDIT):
            Shelf(self.INFO, checkpoint).fetch(settings)

    def open_engine(self, settings: Any) -> Qwen20bEngine:  # type: ignore[override]
        settings = settings or Settings()
        reason = devices.missing_packages()
        if reason:
            raise EngineUnavailable(f"{self.INFO.id} cannot run here: {reason}", hint=hint(GENERATE))
        require(GENERATE, settings)
        from .qwen20b import Qwen20bEngine

        return Qwen20bEngine(self.info(settings), settings)
