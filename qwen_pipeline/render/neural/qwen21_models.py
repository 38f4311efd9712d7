"""The parts of Qwen-Image 2.1 as torch modules, from a folder and from nowhere else."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

import numpy as np

from qwen_pipeline.errors import RenderError

from . import quantize, vae_bands
from .qwen21_attention import BlockCausalAttention
from .weights import Checkpoint

if TYPE_CHECKING:
    import torch
    from PIL import Image

OPTIONS: dict[str, Any] = {"local_files_only": True, "use_safetensors": True}


def load_transformer(checkpoint: Checkpoint, dtype: torch.dtype, precision: str = "full") -> Any:
    """The transformer, its blocks attending as our loop wants it."""
    model = quantize.load(precision, "QwenImage21Transformer2DModel", checkpoint, dtype)
    for block in model.transformer_blocks:
        block.attn.set_processor(BlockCausalAttention())
    return model


def load_vae(checkpoint: Checkpoint, dtype: torch.dtype) -> Any:
    diffusers: Any = import_module("diffusers")
    model = diffusers.AutoencoderKLQwenImage21.from_pretrained(checkpoint.part("vae").folder, torch_dtype=dtype, **OPTIONS)
    return model.eval().requires_grad_(False)


class Pixels:
    """Pictures to latents and back, in the scale that the transformer was taught on."""

    def __init__(self, vae: Any, device: torch.device, dtype: torch.dtype) -> None:
        import torch

        self.vae = vae
        self.finer = False
        """Less memory in the first and last stages, for a little more work."""
        self._device, self._dtype = device, dtype
        shape = (1, vae.config.z_dim, 1, 1, 1)
        self._mean = torch.tensor(vae.config.latents_mean).view(shape).to(device, dtype)
        self._std = torch.tensor(vae.config.latents_std).view(shape).to(device, dtype)

    def to_latents(self, image: Image.Image) -> torch.Tensor:
        """RGBA, or what the VAE reads -> (1, channels, rows, columns)."""
        import torch

        values = torch.from_numpy(np.asarray(image).astype(np.float32) / 255.0).permute(2, 0, 1)
        pixels = (2.0 * values - 1.0)[None, :, None].to(self._device, self._dtype)
        latents: torch.Tensor = (vae_bands.encode(self.vae, pixels, finer=self.finer) - self._mean) / self._std
        return latents[:, :, 0]

    def scaled_back(self, latents: torch.Tensor) -> torch.Tensor:
        """In the VAE's own scale."""
        return latents * self._std + self._mean

    def to_image(self, latents: torch.Tensor) -> Image.Image:
        """(1, channels, rows, columns) -> RGBA, or RGB of a VAE without transparency."""
        from PIL import Image as pil

        scaled = self.scaled_back(latents.to(self._dtype)[:, :, None])
        values = (vae_bands.decode(self.vae, scaled, finer=self.finer)[0, :, 0] * 0.5 + 0.5).clamp(0, 1)
        array = values.float().cpu().permute(1, 2, 0).numpy()
        return pil.fromarray((array * 255).round().astype("uint8"))


def shift(scheduler: Any, tokens: int) -> float:
    """How far the steps are shifted towards noise for a picture of so many latents: a line between two points of the config."""
    config = scheduler.config
    low, high = config.base_image_seq_len, config.max_image_seq_len
    slope = (config.max_shift - config.base_shift) / (high - low)
    return float(tokens * slope + (config.base_shift - slope * low))


def load_scheduler(checkpoint: Checkpoint, sigmas: tuple[float, ...], steps: int, tokens: int, device: Any) -> Any:
    """The checkpoint's own scheduler, set to a job's steps."""
    diffusers: Any = import_module("diffusers")
    scheduler = diffusers.FlowMatchEulerDiscreteScheduler.from_pretrained(checkpoint.path / "scheduler", local_files_only=True)
    grid = np.array(sigmas) if sigmas else np.linspace(1.0, 1 / steps, steps)
    scheduler.set_timesteps(sigmas=grid, mu=shift(scheduler, tokens), device=device)
    if not bool(scheduler.sigmas.isfinite().all()):  # stretched to `shift_terminal`, one step has no length
        raise RenderError(f"the checkpoint's schedule cannot be run in {len(grid)} step", code="too-few-steps")
    scheduler.set_begin_index(0)
    return scheduler
