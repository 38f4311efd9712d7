"""How large the parts of a model are. No torch.

Byte counts are those of the published checkpoints; activation figures are peaks of the diffusers 0.42.1 modules, bf16, tracked
tensor by tensor (a test tracks them again).
"""

from __future__ import annotations

from qwen_pipeline.dataclass import dataclass

from . import vae_memory
from .vae_memory import VaeShape


@dataclass(frozen=True, slots=True)
class Stack:
    """Weights that are visited block by block, and the rest that is needed throughout. Bytes."""

    blocks: int
    block_bytes: int
    rest_bytes: int

    @property
    def bytes(self) -> int:
        return self.blocks * self.block_bytes + self.rest_bytes

    def held(self, resident: int, slots: int) -> int:
        """Bytes on the device with `resident` blocks and `slots` slots for the others."""
        if self.blocks - resident <= slots:
            return self.bytes
        return self.rest_bytes + (resident + slots) * self.block_bytes


@dataclass(frozen=True, slots=True)
class ModelSizes:
    """The parts of a model, in bytes of the dtype they are used in.

    encoder: what reads text, without the vision tower and `lm_head`, which make no embeddings of a text.
    vision: the vision tower, for jobs with pictures.
    token_bytes: activations of a DiT block's visit, per token of its sequence.
    kv_token_bytes: key and value kept per prefix token over all blocks; 0 where nothing is kept.
    """

    encoder: Stack
    vision: int
    dit: Stack
    vae: int
    vae_shape: VaeShape
    encoder_hidden: int
    token_bytes: int
    kv_token_bytes: int
    pixels_per_token: int = 16
    element_bytes: int = 2


QWEN_IMAGE_2_1 = ModelSizes(
    encoder=Stack(36, 385_892_864, 1_244_667_904),
    vision=1_152_776_672,
    dit=Stack(32, 436_208_128, 271_589_376),
    vae=675_480_808,
    vae_shape=vae_memory.QWEN_IMAGE_2_1,
    encoder_hidden=4096,
    token_bytes=143_700,
    kv_token_bytes=32 * 2 * 4096 * 2,
)
"""7B single-stream DiT, Qwen3-VL-8B, RGBA VAE, all bf16."""

QWEN_IMAGE_20B = ModelSizes(
    encoder=Stack(28, 466_115_584, 1_090_001_920),
    vision=1_353_100_288,
    dit=Stack(60, 679_662_592, 81_046_656),
    vae=253_785_062,
    vae_shape=vae_memory.QWEN_IMAGE,
    encoder_hidden=3584,
    token_bytes=89_100,
    kv_token_bytes=0,
)
"""20B dual-stream DiT, Qwen2.5-VL-7B, all bf16."""
