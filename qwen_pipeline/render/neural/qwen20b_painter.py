"""Qwen-Image 20B as a family: its parts, and how one of its pictures is drawn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from qwen_pipeline.render.engine import OnPhase, unheard
from qwen_pipeline.types import SceneRequest

from .adapters import Adapters
from .housing import Blocks
from .quantize import PRECISIONS
from .qwen20b_loop import Sampler20b
from .qwen20b_models import Pixels20b, load_scheduler, load_text_model, load_transformer, load_vae
from .qwen20b_text import TextEncoder20b
from .qwen21_loop import Schedule
from .qwen21_text import Encoded
from .stage import Family, Size
from .weights import Checkpoint

if TYPE_CHECKING:
    import torch


class Painter20b:
    """Transformer and VAE, ready to draw."""

    def __init__(self, checkpoint: Checkpoint, transformer: Any, blocks: Blocks, vae: Any, device: torch.device) -> None:
        self.pixels = Pixels20b(vae, device, transformer.dtype)
        self.adapters = Adapters(transformer, checkpoint.part("transformer"))
        self.sampler = Sampler20b(transformer, blocks)
        self.on_phase: OnPhase = unheard
        self._checkpoint, self._device = checkpoint, device
        self._channels, self._dtype = transformer.config.in_channels // 4, transformer.dtype

    def draw(
        self, request: SceneRequest, size: Size, texts: Sequence[Encoded], references: Sequence[torch.Tensor]
    ) -> torch.Tensor:
        """(1, channels, height / 8, width / 8) latents of a request."""
        import torch

        shape = (1, 1, self._channels, size[1] // 16 * 2, size[0] // 16 * 2)
        # On the processor, so that a seed means the same noise on every device; drawn as diffusers does.
        generator = torch.Generator("cpu").manual_seed(request.seed)
        noise = torch.randn(shape, generator=generator, dtype=self._dtype)[:, 0].to(self._device)
        steps, tokens = request.num_inference_steps, shape[3] * shape[4] // 4
        scheduler = load_scheduler(self._checkpoint, request.sigmas, steps, tokens, self._device)
        schedule = Schedule(scheduler, request.true_cfg_scale)
        with torch.inference_mode():
            return self.sampler.denoise(noise, texts, references, schedule, lambda n, of: self.on_phase("denoise", n, of))


FAMILY = Family(load_text_model, load_transformer, load_vae, TextEncoder20b, Painter20b, frozenset(PRECISIONS))
