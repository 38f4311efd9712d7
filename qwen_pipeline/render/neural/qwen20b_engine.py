"""What the engine file of Qwen-Image 20B exposes: two checkpoints, one that generates and one that edits, as one engine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from qwen_pipeline.render.engine import Engine, OnPhase
from qwen_pipeline.settings import Settings
from qwen_pipeline.types import EngineInfo, Scene, SceneRequest, Weights

from .parts import QWEN_IMAGE_20B
from .shelf import Shelf
from .weights import Checkpoint, Wanted, find

NATIVE_SIZES = ((1328, 1328), (1472, 1104), (1104, 1472), (1584, 1056), (1056, 1584), (1664, 928), (928, 1664))
"""1:1, 4:3, 3:4, 3:2, 2:3, 16:9, 9:16, as the model's authors give them: about 1.7 megapixels."""
SEQUENCE_TOKENS = 1024
"""The longest text the model takes; diffusers cuts at 512 unless told otherwise, and then at this."""
TEMPLATE_END_TOKENS = 5
"""`<|im_end|>`, a line end, `<|im_start|>assistant`, a line end: they count as text."""
PROMPT_LIMIT_TOKENS = SEQUENCE_TOKENS - TEMPLATE_END_TOKENS
BYTES_PER_TOKEN = 4
"""Of prose in English or Chinese, rounded down."""
SIZE_GB = 57.7
EDIT_STEPS = 40
"""As the authors of Edit-2511 give them; of 2512 they are 50."""


def wanted(repo: str, pipeline: str) -> Wanted:
    """Known by the pipeline that its index names, so an older checkpoint of the same kind will do."""

    def fits(index: Mapping[str, Any]) -> bool:
        return index.get("_class_name") == pipeline

    return Wanted(repo, ("transformer", "text_encoder", "vae"), fits, SIZE_GB)


GENERATE = wanted("Qwen/Qwen-Image-2512", "QwenImagePipeline")
EDIT = wanted("Qwen/Qwen-Image-Edit-2511", "QwenImageEditPlusPipeline")


class Shelf20b(Shelf):
    """Generation is what the engine is found by; edits have a checkpoint of their own, which may be missing."""

    published = QWEN_IMAGE_20B
    sequences = 2

    def needed(self, requests: Sequence[SceneRequest]) -> tuple[Wanted, ...]:
        return tuple(dict.fromkeys([GENERATE, *map(needed, requests)]))

    def described(self, found: Checkpoint, settings: Settings, on_phase: OnPhase) -> EngineInfo:
        made = super().described(found, settings, on_phase)
        edits = find(EDIT, settings)
        own = Weights(dtype=made.dtype) if edits is None else self.weights(edits, settings, on_phase)
        editing = replace(own, num_inference_steps=EDIT_STEPS)
        return replace(made, editing=editing, prompt_limit_tokens=PROMPT_LIMIT_TOKENS)

    def fetchable(self, scenes: Sequence[Scene]) -> tuple[Wanted, ...]:
        """Words that a picture is to spell are rewritten by edits where it spells them wrong."""
        spelled = (EDIT,) if any(scene.strings for scene in scenes) else ()
        return tuple(dict.fromkeys([*super().fetchable(scenes), *spelled]))

    def opened(self, settings: Settings) -> Engine:
        from .qwen20b import Qwen20bEngine

        return Qwen20bEngine(self.info(settings), settings)


def needed(request: SceneRequest) -> Wanted:
    """The checkpoint of a request: whatever is shown a picture is an edit."""
    return EDIT if request.source is not None or request.references else GENERATE


def shelf(**more: Any) -> Shelf20b:
    """Without weights a prompt is measured in bytes, so its limit is one in bytes; `Shelf20b.described` has the real one."""
    return Shelf20b(
        EngineInfo(
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
            editing=Weights(dtype="bfloat16", num_inference_steps=EDIT_STEPS),
            **more,
        ),
        GENERATE,
    )
