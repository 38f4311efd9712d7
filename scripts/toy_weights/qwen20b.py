"""Qwen-Image 20B: the dual-stream transformer, Qwen2.5-VL-7B and the f8 VAE, at toy size; one for generation, one for edits.

A model here is a folder of checkpoints side by side, as `--weights DIR` reads them.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from scripts.toy_weights._parts import CHAT_TEMPLATE, image_processor, louder, tokenizer, write_json

GENERATE, EDIT = "Qwen-Image-2512", "Qwen-Image-Edit-2511"
WIDTH = 32
LATENTS = 4
SCHEDULER: dict[str, Any] = {
    "use_dynamic_shifting": True, "base_shift": 0.5, "max_shift": 0.9, "base_image_seq_len": 256, "max_image_seq_len": 8192,
    "shift_terminal": 0.02, "time_shift_type": "exponential",
}


def make(folder: Path) -> None:
    """Both checkpoints. They differ in their transformer: that for edits takes its references at t = 0."""
    make_one(folder / GENERATE, edit=False)
    make_one(folder / EDIT, edit=True)


def make_one(folder: Path, *, edit: bool) -> None:
    import torch
    from diffusers import FlowMatchEulerDiscreteScheduler

    torch.manual_seed(20 + edit)
    transformer(zero_cond_t=edit).save_pretrained(folder / "transformer")
    torch.manual_seed(20)  # encoder and VAE are the same in both
    vae().save_pretrained(folder / "vae")
    text_encoder().save_pretrained(folder / "text_encoder")
    tokenizer().save_pretrained(folder / "tokenizer")
    FlowMatchEulerDiscreteScheduler(**SCHEDULER).save_pretrained(folder / "scheduler")
    index: dict[str, Any] = {
        "_class_name": "QwenImageEditPlusPipeline" if edit else "QwenImagePipeline",
        "_diffusers_version": "0.36.0.dev0",
        "scheduler": ["diffusers", "FlowMatchEulerDiscreteScheduler"],
        "text_encoder": ["transformers", "Qwen2_5_VLForConditionalGeneration"],
        "tokenizer": ["transformers", "Qwen2Tokenizer"],
        "transformer": ["diffusers", "QwenImageTransformer2DModel"],
        "vae": ["diffusers", "AutoencoderKLQwenImage"],
    }
    if edit:
        index["processor"] = ["transformers", "Qwen2VLProcessor"]
        _processor(folder / "processor")
    write_json(folder / "model_index.json", index)
    (folder / "README.md").write_text("---\nlicense: apache-2.0\n---\n", encoding="utf-8")


def transformer(*, zero_cond_t: bool) -> Any:
    from diffusers import QwenImageTransformer2DModel

    made = QwenImageTransformer2DModel(
        in_channels=4 * LATENTS, out_channels=LATENTS, num_layers=3, attention_head_dim=16, num_attention_heads=2,
        joint_attention_dim=WIDTH, axes_dims_rope=(4, 6, 6), zero_cond_t=zero_cond_t,
    )
    for part, factor in ((made.txt_in, 4.0), (made.img_in, 3.0), (made.transformer_blocks, 2.5), (made.proj_out, 2.0)):
        louder(part, factor)  # else the words hardly show in the picture, and a comparison would prove little
    return made


def vae() -> Any:
    from diffusers import AutoencoderKLQwenImage

    made = AutoencoderKLQwenImage(
        base_dim=8, z_dim=LATENTS, dim_mult=[1, 2, 2, 2], num_res_blocks=1, temperal_downsample=[False, True, True],
        latents_mean=[0.1 * n for n in range(LATENTS)], latents_std=[1.0 + 0.3 * n for n in range(LATENTS)],
    )
    louder(made.decoder.conv_out, 8.0)
    return made


def text_encoder() -> Any:
    from transformers import Qwen2_5_VLConfig, Qwen2_5_VLForConditionalGeneration

    tokens = tokenizer()
    text = {
        "hidden_size": WIDTH, "num_hidden_layers": 2, "num_attention_heads": 2, "num_key_value_heads": 1,
        "intermediate_size": 64, "vocab_size": len(tokens), "max_position_embeddings": 8192,
        "rope_parameters": {"rope_type": "default", "mrope_section": [4, 2, 2], "rope_theta": 1e6},
        "bos_token_id": None, "eos_token_id": None,
    }
    vision = {
        "hidden_size": 16, "depth": 2, "num_heads": 2, "intermediate_size": 32, "out_hidden_size": WIDTH, "patch_size": 14,
        "spatial_merge_size": 2, "temporal_patch_size": 2, "window_size": 112, "fullatt_block_indexes": [1],
    }
    ids = {f"{name}_token_id": tokens.convert_tokens_to_ids(f"<|{sign}|>") for name, sign in (
        ("image", "image_pad"), ("video", "video_pad"), ("vision_start", "vision_start"), ("vision_end", "vision_end"))}
    return Qwen2_5_VLForConditionalGeneration(Qwen2_5_VLConfig(text_config=text, vision_config=vision, **ids)).eval()


def _processor(folder: Path) -> None:
    tokenizer().save_pretrained(folder)
    write_json(folder / "preprocessor_config.json", image_processor(56 * 56, patch_size=14))
    (folder / "chat_template.jinja").write_text(CHAT_TEMPLATE, encoding="utf-8")


MODELS = {"qwen-image": make}
