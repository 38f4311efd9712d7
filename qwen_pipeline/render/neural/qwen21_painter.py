"""Qwen-Image 2.1 as a family: its parts, and how one of its pictures is drawn."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from qwen_pipeline.render.engine import OnPhase, unheard
from qwen_pipeline.types import SceneRequest

from .adapters import Adapters
from .housing import Blocks
from .placement import free_host_bytes
from .quantize import PRECISIONS
from .qwen21_loop import Sampler, Schedule
from .qwen21_models import Pixels, load_scheduler, load_transformer, load_vae
from .qwen21_text import Encoded, TextEncoder, load_text_model
from .stage import Family, Size
from .vae_memory import decode_bytes, shape_of
from .weights import Checkpoint

if TYPE_CHECKING:
    import torch


class Painter21:
    """Transformer and VAE, ready to draw."""

    def __init__(
        self, checkpoint: Checkpoint, transformer: Any, blocks: Blocks, vae: Any, device: torch.device
    ) -> None:
        self.pixels = Pixels(vae, device, transformer.dtype)
        self.adapters = Adapters(transformer, checkpoint.part("transformer"))
        self.sampler = Sampler(transformer, blocks)
        self.on_phase: OnPhase = unheard
        self._checkpoint, self._device = checkpoint, device
        self._channels, self._dtype = transformer.config.in_channels, transformer.dtype

    def draw(
        self, request: SceneRequest, size: Size, texts: Sequence[Encoded], references: Sequence[torch.Tensor]
    ) -> torch.Tensor:
        """(1, channels, height / 16, width / 16) latents of a request."""
        import torch

        shape = (1, self._channels, size[1] // 16, size[0] // 16)
        # On the processor, so that a seed means the same noise on every device; drawn as diffusers does.
        generator = torch.Generator("cpu").manual_seed(request.seed)
        noise = torch.randn((shape[0], 1, *shape[1:]), generator=generator, dtype=self._dtype)[:, 0].to(self._device)
        steps, tokens = request.num_inference_steps, shape[2] * shape[3]
        scheduler = load_scheduler(self._checkpoint, request.sigmas, steps, tokens, self._device)
        schedule = Schedule(scheduler, request.true_cfg_scale)
        with torch.inference_mode():
            latents = self.sampler.denoise(noise, texts, references, schedule, lambda n, of: self.on_phase("denoise", n, of))
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
