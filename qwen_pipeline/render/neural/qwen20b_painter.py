"""Qwen-Image 20B as a family: its parts, and how one of its pictures is drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qwen_pipeline.types import SceneRequest

from .housing import Blocks
from .painting import Painter, Size
from .quantize import PRECISIONS
from .qwen20b_loop import Sampler20b
from .qwen20b_models import Pixels20b, load_scheduler, load_text_model, load_transformer, load_vae
from .qwen20b_text import TextEncoder20b
from .stage import Family
from .weights import Checkpoint

if TYPE_CHECKING:
    import torch


class Painter20b(Painter):
    """Latents of an eighth of the sides; a token for two by two of them."""

    def __init__(self, checkpoint: Checkpoint, transformer: Any, blocks: Blocks, vae: Any, device: torch.device) -> None:
        pixels = Pixels20b(vae, device, transformer.dtype)
        super().__init__(checkpoint, transformer, pixels, Sampler20b(transformer, blocks), device)
        self._channels = transformer.config.in_channels // 4

    def shape(self, size: Size) -> tuple[int, int, int, int]:
        return (1, self._channels, size[1] // 16 * 2, size[0] // 16 * 2)

    def scheduler(self, request: SceneRequest, shape: tuple[int, int, int, int]) -> Any:
        tokens = shape[2] * shape[3] // 4
        return load_scheduler(self._checkpoint, request.sigmas, request.num_inference_steps, tokens, self._device)


FAMILY = Family(load_text_model, load_transformer, load_vae, TextEncoder20b, Painter20b, frozenset(PRECISIONS))
