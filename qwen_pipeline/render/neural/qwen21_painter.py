"""Qwen-Image 2.1 as a family: its parts, and how one of its pictures is drawn."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from qwen_pipeline.types import SceneRequest

from .housing import Blocks
from .painting import Painter, Size
from .placement import free_host_bytes
from .quantize import PRECISIONS
from .qwen21_loop import Sampler
from .qwen21_models import Pixels, load_scheduler, load_transformer, load_vae
from .qwen21_text import Encoded, TextEncoder, load_text_model
from .stage import Family
from .vae_memory import decode_bytes, shape_of
from .weights import Checkpoint

if TYPE_CHECKING:
    import torch


class Painter21(Painter):
    """Latents of a sixteenth of the sides, a token each."""

    def __init__(self, checkpoint: Checkpoint, transformer: Any, blocks: Blocks, vae: Any, device: torch.device) -> None:
        super().__init__(checkpoint, transformer, Pixels(vae, device, transformer.dtype), Sampler(transformer, blocks), device)
        self._channels = transformer.config.in_channels

    def shape(self, size: Size) -> tuple[int, int, int, int]:
        return (1, self._channels, size[1] // 16, size[0] // 16)

    def scheduler(self, request: SceneRequest, shape: tuple[int, int, int, int]) -> Any:
        tokens = shape[2] * shape[3]
        return load_scheduler(self._checkpoint, request.sigmas, request.num_inference_steps, tokens, self._device)

    def draw(
        self, request: SceneRequest, size: Size, texts: Sequence[Encoded], references: Sequence[torch.Tensor]
    ) -> torch.Tensor:
        latents = super().draw(request, size, texts, references)
        if free_bytes(self._device) < decode_bytes(shape_of(self.pixels.vae.config), *size, self.pixels.finer):
            self.sampler.make_room(free_host_bytes())  # the prefix is for the next job; the picture needs its room first
        return latents


def free_bytes(device: torch.device) -> int:
    """What can still be used on a CUDA device, with what torch holds there unused; elsewhere all that could be wanted."""
    import torch

    if device.type != "cuda":
        return sys.maxsize
    return int(torch.cuda.mem_get_info(device)[0] + torch.cuda.memory_reserved(device) - torch.cuda.memory_allocated(device))


FAMILY = Family(load_text_model, load_transformer, load_vae, TextEncoder, Painter21, frozenset(PRECISIONS))
