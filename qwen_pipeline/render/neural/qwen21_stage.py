"""What of the model is loaded, where, and when: the encoder while texts are encoded, then transformer and VAE."""

from __future__ import annotations

import gc
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qwen_pipeline.render.engine import OnPhase
from qwen_pipeline.settings import Settings
from qwen_pipeline.types import EngineInfo, SceneRequest

from .adapters import Adapters
from .devices import pick
from .qwen21_loop import Resident, Sampler, Schedule
from .qwen21_models import Pixels, load_scheduler, load_transformer, load_vae
from .qwen21_text import Encoded, TextEncoder, load_text_model
from .weights import Checkpoint

if TYPE_CHECKING:
    import torch

_LIBRARIES = ("torch", "diffusers", "transformers")
Size = tuple[int, int]


class Painter:
    """Transformer and VAE, ready to draw."""

    def __init__(self, checkpoint: Checkpoint, transformer: Any, pixels: Pixels, device: torch.device) -> None:
        self.pixels = pixels
        self.adapters = Adapters(transformer, checkpoint.part("transformer"))
        self.sampler = Sampler(transformer, Resident(transformer.transformer_blocks))
        self.on_phase: OnPhase = _unheard
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
            return self.sampler.denoise(noise, texts, references, schedule, lambda n, of: self.on_phase("denoise", n, of))


class Stage:
    """One checkpoint on one device."""

    def __init__(self, info: EngineInfo, checkpoint: Checkpoint, settings: Settings) -> None:
        import torch

        self.device = pick(settings)
        self.on_phase: OnPhase = _unheard
        self._checkpoint = checkpoint
        self._dtype: torch.dtype = getattr(torch, info.dtype)
        self._encoder: TextEncoder | None = None
        self._painter: Painter | None = None
        if self.device.type == "cuda":
            torch.cuda.reset_peak_memory_stats(self.device)

    def encoder(self, pictures: bool) -> TextEncoder:
        if self._encoder is None:
            self._drop_painter()
            self.on_phase("load", 0, self._checkpoint.part("text_encoder").bytes)
            model = load_text_model(self._checkpoint.part("text_encoder"), self._dtype).to(self.device)
            self._encoder = TextEncoder(self._checkpoint, model, self.device)
        return self._encoder

    def painter(self, request: SceneRequest, size: Size, adapters: Sequence[Path]) -> Painter:
        if self._painter is None:
            self._drop_encoder()
            self.on_phase("load", 0, sum(self._checkpoint.part(name).bytes for name in ("transformer", "vae")))
            transformer = load_transformer(self._checkpoint, self._dtype).to(self.device)
            pixels = Pixels(load_vae(self._checkpoint, self._dtype).to(self.device), self.device, self._dtype)
            self._painter = Painter(self._checkpoint, transformer, pixels, self.device)
        self._painter.on_phase = self.on_phase
        if self._painter.adapters.wear(request.adapters, adapters):
            self._painter.sampler.forget()
        return self._painter

    def relax(self) -> bool:
        return False

    def close(self) -> None:
        self._drop_encoder()
        self._drop_painter()

    # --- for the record ----------------------------------------------------------------------------------------------------

    def numerics(self) -> tuple[str, ...]:
        """What decides rounding beside the weights: the same words and pictures give the same numbers where this is the same."""
        return (self.device.type, *(metadata.version(name) for name in _LIBRARIES))

    def versions(self) -> tuple[tuple[str, str], ...]:
        return tuple((name, metadata.version(name)) for name in _LIBRARIES)

    def mode(self) -> str:
        """How it was drawn: precision, device, kernels."""
        return f"{str(self._dtype).removeprefix('torch.')}, {self.device.type}, eager, sdpa"

    def peak_memory_bytes(self) -> int:
        import torch

        return int(torch.cuda.max_memory_allocated(self.device)) if self.device.type == "cuda" else 0

    # --- inside --------------------------------------------------------------------------------------------------------------

    def _drop_encoder(self) -> None:
        self._encoder = None
        self._free()

    def _drop_painter(self) -> None:
        self._painter = None
        self._free()

    def _free(self) -> None:
        import torch

        gc.collect()
        if self.device.type == "cuda":
            torch.cuda.empty_cache()


def _unheard(phase: str, done: int, total: int) -> None:
    """Where nobody listens."""
