"""Qwen-Image 2.1 and 2.1-Turbo: the 7B single-stream transformer, Qwen3-VL-8B and the f16 RGBA VAE, at toy size."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

from scripts.toy_weights._parts import CHAT_TEMPLATE, image_processor, louder, tokenizer, write_json

TURBO_SIGMAS = (1.0, 0.978453, 0.95418, 0.926626, 0.89508, 0.845148, 0.704534, 0.414568)
WIDTH = 32
LATENTS = 8


def make(folder: Path, *, turbo: bool) -> None:
    """Write the whole checkpoint. Turbo differs in its scheduler, its sigmas and its transformer's numbers."""
    import torch
    from diffusers import FlowMatchEulerDiscreteScheduler

    torch.manual_seed(21 + turbo)
    transformer().save_pretrained(folder / "transformer")
    torch.manual_seed(21)  # encoder and VAE are the same in both
    vae().save_pretrained(folder / "vae")
    text_encoder().save_pretrained(folder / "text_encoder")
    _processor(folder / "processor")
    scheduler: dict[str, Any] = {"use_dynamic_shifting": False, "shift": 1.0} if turbo else {
        "use_dynamic_shifting": True, "base_shift": 0.5, "max_shift": 0.9, "base_image_seq_len": 256, "max_image_seq_len": 8192,
        "shift_terminal": 0.02, "time_shift_type": "exponential",
    }
    FlowMatchEulerDiscreteScheduler(**scheduler).save_pretrained(folder / "scheduler")
    index: dict[str, Any] = {
        "_class_name": "QwenImage21Pipeline",
        "_diffusers_version": "0.42.1",
        "processor": ["transformers", "Qwen3VLProcessor"],
        "scheduler": ["diffusers", "FlowMatchEulerDiscreteScheduler"],
        "text_encoder": ["transformers", "Qwen3VLForConditionalGeneration"],
        "transformer": ["diffusers", "QwenImage21Transformer2DModel"],
        "vae": ["diffusers", "AutoencoderKLQwenImage21"],
    }
    write_json(folder / "model_index.json", index | ({"sample_sigmas": list(TURBO_SIGMAS)} if turbo else {}))
    (folder / "README.md").write_text("---\nlicense: other\nlicense_name: toy-random-numbers\n---\n", encoding="utf-8")


def transformer() -> Any:
    from diffusers import QwenImage21Transformer2DModel

    made = QwenImage21Transformer2DModel(
        in_channels=LATENTS, out_channels=LATENTS, num_layers=3, attention_head_dim=16, num_attention_heads=2,
        context_in_dim=WIDTH, mlp_ratio=3, axes_dims_rope=(4, 6, 6),
    )
    for part, factor in ((made.txt_in, 4.0), (made.img_in, 3.0), (made.modulation, 12.0), (made.transformer_blocks, 2.0)):
        louder(part, factor)  # else the words hardly show in the picture, and a comparison would prove little
    return made


def vae() -> Any:
    from diffusers import AutoencoderKLQwenImage21

    made = AutoencoderKLQwenImage21(
        base_dim=8, decoder_base_dim=8, z_dim=LATENTS, dim_mult=[1, 1, 2, 2, 2], num_res_blocks=1,
        latents_mean=[0.1 * n for n in range(LATENTS)], latents_std=[1.0 + 0.1 * n for n in range(LATENTS)],
    )
    louder(made.decoder.conv_out, 12.0)
    return made


def text_encoder() -> Any:
    from transformers import Qwen3VLConfig, Qwen3VLForConditionalGeneration

    tokens = tokenizer()
    text = {
        "hidden_size": WIDTH, "num_hidden_layers": 2, "num_attention_heads": 2, "num_key_value_heads": 1, "head_dim": 16,
        "intermediate_size": 64, "vocab_size": len(tokens), "max_position_embeddings": 8192,
        "rope_parameters": {"rope_type": "default", "mrope_section": [4, 2, 2], "mrope_interleaved": True, "rope_theta": 5e6},
    }
    vision = {
        "hidden_size": 16, "depth": 2, "num_heads": 2, "intermediate_size": 32, "out_hidden_size": WIDTH, "patch_size": 16,
        "spatial_merge_size": 2, "temporal_patch_size": 2, "num_position_embeddings": 64, "deepstack_visual_indexes": [0, 1],
    }
    ids = {f"{name}_token_id": tokens.convert_tokens_to_ids(f"<|{sign}|>") for name, sign in (
        ("image", "image_pad"), ("video", "video_pad"), ("vision_start", "vision_start"), ("vision_end", "vision_end"))}
    return Qwen3VLForConditionalGeneration(Qwen3VLConfig(text_config=text, vision_config=vision, **ids)).eval()


def _processor(folder: Path) -> None:
    tokenizer().save_pretrained(folder)
    write_json(folder / "preprocessor_config.json", image_processor(32 * 32))
    write_json(folder / "processor_config.json", {"processor_class": "Qwen3VLProcessor"})
    (folder / "chat_template.jinja").write_text(CHAT_TEMPLATE, encoding="utf-8")


MODELS = {"qwen-image-2.1": partial(make, turbo=False), "qwen-image-2.1-turbo": partial(make, turbo=True)}
