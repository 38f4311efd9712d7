"""Models with random weights, made here: real classes at the published sizes, or toys. No checkpoint is read or downloaded.

Values do not change how long a product of matrices takes, but zeros would (a chip that switches little runs faster), so
weights are random. One block is drawn on the device; the others are copies of it in host memory.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

from qwen_pipeline.render.neural.parts import QWEN_IMAGE_2_1, QWEN_IMAGE_20B, ModelSizes, Stack
from qwen_pipeline.render.neural.vae_memory import shape_of


@dataclass(frozen=True)
class Model:
    """The parts of one model in host memory. `text_encoder`: the class that diffusers takes; None: prompts are given."""

    transformer: Any
    vae: Any
    text_encoder: Any
    sizes: ModelSizes
    dtype: torch.dtype


def qwen_image_2_1(device: torch.device, toy: bool) -> Model:
    """7B transformer, Qwen3-VL-8B, RGBA VAE."""
    from diffusers import AutoencoderKLQwenImage21, QwenImage21Transformer2DModel

    if toy:
        from scripts.toy_weights import qwen21

        return _toy(qwen21.transformer(), qwen21.vae(), qwen21.text_encoder())
    transformer = random_weights(QwenImage21Transformer2DModel, lambda model: model.transformer_blocks, device)
    vae = random_weights(AutoencoderKLQwenImage21, lambda model: (), device)
    encoder = random_weights(_qwen3_vl, lambda model: model.model.language_model.layers, device)
    return Model(transformer, vae, encoder, QWEN_IMAGE_2_1, torch.bfloat16)


def qwen_image_20b(device: torch.device, toy: bool) -> Model:
    """20B transformer and VAE; prompts are given as embeddings, the same on both sides."""
    from diffusers import AutoencoderKLQwenImage, QwenImageTransformer2DModel

    if toy:
        torch.manual_seed(20)
        transformer = QwenImageTransformer2DModel(
            in_channels=16, out_channels=4, num_layers=4, attention_head_dim=16, num_attention_heads=2,
            joint_attention_dim=24, axes_dims_rope=(4, 6, 6),
        )  # fmt: skip
        vae = AutoencoderKLQwenImage(base_dim=8, z_dim=4, latents_mean=[0.0] * 4, latents_std=[1.0] * 4)
        return _toy(transformer, vae, None)
    transformer = random_weights(QwenImageTransformer2DModel, lambda model: model.transformer_blocks, device)
    vae = random_weights(AutoencoderKLQwenImage, lambda model: (), device)
    return Model(transformer, vae, None, QWEN_IMAGE_20B, torch.bfloat16)


def random_weights(make: Callable[[], Any], blocks: Callable[[Any], Any], device: torch.device) -> Any:
    """The model in bf16 and host memory: matrices of deviation 0.02, norms of one, all blocks alike."""
    from accelerate import init_empty_weights

    with init_empty_weights(include_buffers=False):
        model = make()
    first, *others = list(blocks(model)) or [nn.Module()]
    for owner in model.modules():
        if not any(owner is inner for other in others for inner in other.modules()):
            _fill(owner, device)
    for other in others:
        for source, owner in zip(first.modules(), other.modules(), strict=True):
            for name, parameter in source._parameters.items():
                if parameter is not None:
                    owner._parameters[name] = nn.Parameter(parameter.data.clone(), requires_grad=False)
    return model.eval()


def _fill(owner: nn.Module, device: torch.device) -> None:
    for name, parameter in owner._parameters.items():
        if parameter is None:
            continue
        made = torch.empty(parameter.shape, dtype=torch.bfloat16, device=device)
        matrix = made.dim() > 1 and min(made.shape[:2]) > 1
        made = made.normal_(0.0, 0.02) if matrix else made.fill_(1.0 if name != "bias" else 0.0)
        owner._parameters[name] = nn.Parameter(made.cpu(), requires_grad=False)


def _toy(transformer: Any, vae: Any, encoder: Any) -> Model:
    for module in (transformer, vae, encoder):
        if module is not None:
            module.eval().requires_grad_(False)
    blocks = transformer.transformer_blocks
    rest = _bytes(transformer) - _bytes(blocks)
    layers = Stack(0, 0, 0)
    if encoder is not None:
        text = encoder.model.language_model
        layers = Stack(len(text.layers), _bytes(text.layers[0]), _bytes(text) - _bytes(text.layers))
    dit = Stack(len(blocks), _bytes(blocks[0]), rest)
    sizes = ModelSizes(layers, 0, dit, _bytes(vae), shape_of(vae.config, 4), 32, 2_000, 1_000, element_bytes=4)
    return Model(transformer, vae, encoder, sizes, torch.float32)


def _bytes(module: nn.Module) -> int:
    return sum(parameter.numel() * parameter.element_size() for parameter in module.parameters())


def _qwen3_vl() -> Any:
    """Qwen3-VL-8B-Instruct's configuration."""
    from transformers import Qwen3VLConfig, Qwen3VLForConditionalGeneration

    text = {
        "hidden_size": 4096, "num_hidden_layers": 36, "num_attention_heads": 32, "num_key_value_heads": 8, "head_dim": 128,
        "intermediate_size": 12288, "vocab_size": 151936, "max_position_embeddings": 262144,
        "rope_parameters": {"rope_type": "default", "mrope_section": [24, 20, 20], "mrope_interleaved": True, "rope_theta": 5e6},
    }  # fmt: skip
    vision = {
        "depth": 27, "hidden_size": 1152, "num_heads": 16, "intermediate_size": 4304, "out_hidden_size": 4096,
        "deepstack_visual_indexes": [8, 16, 24],
    }  # fmt: skip
    return Qwen3VLForConditionalGeneration(Qwen3VLConfig(text_config=text, vision_config=vision))
