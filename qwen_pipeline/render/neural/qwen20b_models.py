"""The parts of Qwen-Image 20B as torch modules, from a folder and from nowhere else."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

import numpy as np

from . import quantize
from .placing import on_white
from .qwen21_models import OPTIONS, Pixels, shift
from .weights import Checkpoint, Part

if TYPE_CHECKING:
    import torch
    from PIL import Image

_UNSHIFTED = {"use_dynamic_shifting": False, "shift": 1.0, "shift_terminal": None}


def load_text_model(part: Part, dtype: torch.dtype) -> Any:
    """The encoder without its head: the logits of 152,064 words are never needed."""
    transformers: Any = import_module("transformers")
    transformers.utils.logging.disable_progress_bar()
    whole = transformers.Qwen2_5_VLForConditionalGeneration.from_pretrained(
        part.folder, dtype=dtype, local_files_only=True, use_safetensors=True, trust_remote_code=False
    )
    return whole.model.eval()


def load_transformer(checkpoint: Checkpoint, dtype: torch.dtype, precision: str = "full") -> Any:
    return quantize.load(precision, "QwenImageTransformer2DModel", checkpoint, dtype)


def load_vae(checkpoint: Checkpoint, dtype: torch.dtype) -> Any:
    diffusers: Any = import_module("diffusers")
    model = diffusers.AutoencoderKLQwenImage.from_pretrained(checkpoint.part("vae").folder, torch_dtype=dtype, **OPTIONS)
    return model.eval().requires_grad_(False)


class Pixels20b(Pixels):
    """The f8 VAE knows no transparency: pictures are shown to it on white."""

    def to_latents(self, image: Image.Image) -> torch.Tensor:
        """Any picture -> (1, channels, height / 8, width / 8)."""
        return super().to_latents(on_white(image))

    def scaled_back(self, latents: torch.Tensor) -> torch.Tensor:
        """As the model's pipeline does it: divided by the reciprocal, which rounds otherwise than multiplying."""
        return latents / (1.0 / self._std) + self._mean


def load_scheduler(checkpoint: Checkpoint, sigmas: tuple[float, ...], steps: int, tokens: int, device: Any) -> Any:
    """The checkpoint's own scheduler, set to a job's steps; `sigmas` that a request brings are taken as they are."""
    diffusers: Any = import_module("diffusers")
    folder = checkpoint.path / "scheduler"
    changes = _UNSHIFTED if sigmas else {}
    scheduler = diffusers.FlowMatchEulerDiscreteScheduler.from_pretrained(folder, local_files_only=True, **changes)
    grid = np.array(sigmas) if sigmas else np.linspace(1.0, 1 / steps, steps)
    scheduler.set_timesteps(sigmas=grid, mu=shift(scheduler, tokens), device=device)
    scheduler.set_begin_index(0)
    return scheduler


def packed(latents: torch.Tensor) -> torch.Tensor:
    """(1, channels, rows, columns) -> (1, rows / 2 x columns / 2, channels x 4): a token for two by two latents."""
    _, channels, rows, columns = latents.shape
    grid = latents.view(1, channels, rows // 2, 2, columns // 2, 2).permute(0, 2, 4, 1, 3, 5)
    return grid.reshape(1, rows // 2 * (columns // 2), channels * 4)


def unpacked(tokens: torch.Tensor, rows: int, columns: int) -> torch.Tensor:
    """The way back, for `rows` x `columns` latents."""
    channels = tokens.shape[2] // 4
    grid = tokens.view(1, rows // 2, columns // 2, channels, 2, 2).permute(0, 3, 1, 4, 2, 5)
    return grid.reshape(1, channels, rows, columns)
