"""Decode and encode with the image VAEs of Qwen-Image 2.1 and 20B, with less memory and the same numbers as `vae.decode`.

Two savings. The video feature cache is left out: for a single frame it only keeps a clone of every convolution's input. And the
stages next to the pixels run in bands of rows, chosen by the size of the picture (`vae_memory`), each with the halo that the
convolutions reach. For bf16 at 2048 x 2048: 25.1 GiB becomes 6.8 GiB, with 3 % more work.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from qwen_pipeline.errors import RenderError

from . import vae_memory
from .vae_memory import Bands, Span, Stage, VaeShape, cuts, rows_for_decoding, rows_for_encoding, scale, shape_of

if TYPE_CHECKING:
    import torch
    from torch import nn

Tensor = Any


def decode(vae: nn.Module, latents: torch.Tensor, *, finer: bool = False, bands: Bands | None = None) -> torch.Tensor:
    """Latents (batch, z, 1, rows, columns), scaled back by mean and deviation -> pixels (batch, channels, 1, height, width).

    As `vae.decode(latents).sample`. `bands` overrides what is chosen for the size.
    """
    model, shape = _known(vae)
    height, width = (side * shape.compression for side in latents.shape[-2:])
    bands = bands or vae_memory.decode_bands(shape, width, height, finer)
    x = model.decoder.mid_block(model.decoder.conv_in(model.post_quant_conv(latents)))
    for block in model.decoder.up_blocks[: bands.split]:
        x = block(x, **_first_frame(model))
    out = _in_bands(x, bands.count, _Decoding(model, shape.decoder, bands.split, x.shape[-2]))
    pixels: torch.Tensor = out.clamp_(-1.0, 1.0)
    return pixels


def encode(vae: nn.Module, pixels: torch.Tensor, *, finer: bool = False, bands: Bands | None = None) -> torch.Tensor:
    """Pixels (batch, channels, 1, height, width) in -1..1 -> the most likely latents (batch, z, 1, rows, columns).

    As `vae.encode(pixels).latent_dist.mode()`. `bands` overrides what is chosen for the size.
    """
    model, shape = _known(vae)
    height, width = pixels.shape[-2:]
    bands = bands or vae_memory.encode_bands(shape, width, height, finer)
    groups = _groups(model.encoder.down_blocks, len(shape.encoder))
    split = bands.split if bands.count > 1 else 0
    x = pixels if split else model.encoder.conv_in(pixels)
    if split:
        x = _in_bands(x, bands.count, _Encoding(model.encoder.conv_in, groups[:split], shape.encoder[:split], height))
    for block in (block for group in groups[split:] for block in group):
        x = block(x)
    x = model.encoder.conv_out(model.encoder.nonlinearity(model.encoder.norm_out(model.encoder.mid_block(x))))
    mean: torch.Tensor = model.quant_conv(x).chunk(2, dim=1)[0]
    return mean


class _Decoding:
    """One band of the decoder's last stages."""

    def __init__(self, model: Any, stages: Sequence[Stage], split: int, rows: int) -> None:
        self._decoder, self._first_frame = model.decoder, _first_frame(model)
        self._stages, self._split, self._rows = stages[split:], split, rows
        self._up = scale(self._stages)
        self.out_rows = rows * self._up

    def __call__(self, x: Tensor, wanted: Span) -> Tensor:
        low, high = rows_for_decoding(self._stages, self._rows, wanted)
        x = x[..., low:high, :]
        for block in self._decoder.up_blocks[self._split :]:
            x = block(x, **self._first_frame)
        x = self._decoder.conv_out(self._decoder.nonlinearity(self._decoder.norm_out(x)))
        return x[..., wanted[0] - low * self._up : wanted[1] - low * self._up, :]


class _Encoding:
    """One band of the encoder's first stages."""

    def __init__(self, conv_in: Any, groups: Sequence[Sequence[Any]], stages: Sequence[Stage], rows: int) -> None:
        self._conv_in, self._groups, self._stages, self._rows = conv_in, groups, stages, rows
        self._down = scale(stages)
        self.out_rows = rows // self._down

    def __call__(self, x: Tensor, wanted: Span) -> Tensor:
        low, high = rows_for_encoding(self._stages, self._rows, wanted)
        band = self._conv_in(x[..., low:high, :])
        for block in (block for group in self._groups for block in group):
            band = block(band)
        return band[..., wanted[0] - low // self._down : wanted[1] - low // self._down, :]


def _in_bands(x: Tensor, count: int, run: _Decoding | _Encoding) -> Tensor:
    """The rows of every band in one tensor, without a second copy of all of them."""
    out: Tensor = None
    for wanted in cuts(run.out_rows, count):
        band = run(x, wanted)
        if count == 1:
            return band
        if out is None:
            out = band.new_empty((*band.shape[:-2], run.out_rows, band.shape[-1]))
        out[..., wanted[0] : wanted[1], :] = band
        del band
    return out


def _known(vae: nn.Module) -> tuple[Any, VaeShape]:
    """The model and its shape. Raises `RenderError` for what is none of the two families."""
    model: Any = vae
    if model.config.get("patch_size") is not None or not hasattr(model.decoder, "up_blocks"):
        raise RenderError(f"{type(vae).__name__} with these settings cannot be run in bands", code="unsupported")
    return model, shape_of(model.config)


def _first_frame(model: Any) -> dict[str, bool]:
    """What tells the stages of 2.1, which come from a video model, that there is one frame."""
    return {"first_chunk": True} if "is_residual" in model.config else {}


def _groups(blocks: Any, stages: int) -> list[list[Any]]:
    """The encoder's blocks by stage: 2.1 has one a stage, 20B a flat list of residual blocks and changes of size."""
    flat = list(blocks)
    if len(flat) == stages:
        return [[block] for block in flat]
    size = (len(flat) + 1) // stages
    return [flat[i * size : (i + 1) * size] for i in range(stages)]
