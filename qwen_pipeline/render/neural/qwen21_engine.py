"""What the engine files of Qwen-Image 2.1 and Turbo share; they differ in their INFO and their repository."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from qwen_pipeline.render.engine import Engine, OnPhase
from qwen_pipeline.settings import Settings
from qwen_pipeline.types import EngineInfo

from .parts import QWEN_IMAGE_2_1
from .shelf import Shelf
from .weights import Checkpoint, Wanted, require

NATIVE_SIZES = ((2048, 2048), (2400, 1792), (1792, 2400), (2528, 1696), (1696, 2528), (2752, 1536), (1536, 2752))
"""1:1, 4:3, 3:4, 3:2, 2:3, 16:9, 9:16, as the model's authors give them."""
LICENCE = "Qwen Research License"
PROMPT_LIMIT_TOKENS = 7168
"""Of the model's 8,192 positions a picture takes up to 172 and ten references up to 860."""
SIZE_GB = 33.1


class Shelf21(Shelf):
    """A checkpoint with `sample_sigmas` in its index (Turbo) has its steps from there."""

    published = QWEN_IMAGE_2_1

    def described(self, found: Checkpoint, settings: Settings, on_phase: OnPhase) -> EngineInfo:
        sigmas = tuple(float(sigma) for sigma in found.index().get("sample_sigmas") or ())
        steps = len(sigmas) or self.INFO.num_inference_steps
        return replace(super().described(found, settings, on_phase), sigmas=sigmas, num_inference_steps=steps)

    def opened(self, settings: Settings) -> Engine:
        from .qwen21 import Qwen21Engine

        return Qwen21Engine(self.info(settings), require(self.wanted, settings), settings)


def shelf(repo: str, *, turbo: bool, **more: Any) -> Shelf21:
    """Of one repository. Turbo is told from the other by the sigmas in its index: both have the same classes."""

    def fits(index: Mapping[str, Any]) -> bool:
        return index.get("_class_name") == "QwenImage21Pipeline" and bool(index.get("sample_sigmas")) == turbo

    return Shelf21(_info(**more), Wanted(repo, ("transformer", "text_encoder", "vae"), fits, SIZE_GB))


def _info(**more: Any) -> EngineInfo:
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
