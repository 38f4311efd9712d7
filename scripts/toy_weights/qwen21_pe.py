"""Qwen-Image-2.1-PE-T2I and -I2I: Qwen3.5 with its vision tower and its head, at toy size, as transformers writes it.

A random model says random bytes: such an answer is refused, as a bad answer of the real model is.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

from scripts.toy_weights._parts import CHAT_TEMPLATE, image_processor, tokenizer, write_json

WIDTH = 32
MOST_TOKENS = 96
_ANSWER = {
    False: 'Answer with {"rewritten_prompt": "...", "wh_ratio": "16:9"}.\n',
    True: 'Answer with {"rewritten_prompt": "...", "wh_ratio": "", "ratio_follow": "<image1>"}.\n',
}


def make(folder: Path, *, pictures: bool) -> None:
    import torch

    torch.manual_seed(35 + pictures)
    model().save_pretrained(folder)
    tokenizer().save_pretrained(folder)
    write_json(folder / "generation_config.json", {"max_new_tokens": MOST_TOKENS, "do_sample": True})
    write_json(folder / "preprocessor_config.json", image_processor(32 * 32))
    thinking = CHAT_TEMPLATE.replace("<|im_start|>assistant\n", "<|im_start|>assistant\n<think>\n")
    (folder / "chat_template.jinja").write_text(thinking, encoding="utf-8")
    (folder / "system_prompt.txt").write_text("Rewrite the prompt. " + _ANSWER[pictures], encoding="utf-8")
    (folder / "README.md").write_text("---\nlicense: other\nlicense_name: toy-random-numbers\n---\n", encoding="utf-8")


def model() -> Any:
    """One layer in two is of linear attention; in the published model it is three in four."""
    from transformers import Qwen3_5Config, Qwen3_5ForConditionalGeneration

    tokens = tokenizer()
    text = {
        "hidden_size": WIDTH, "num_hidden_layers": 4, "num_attention_heads": 2, "num_key_value_heads": 1, "head_dim": 16,
        "intermediate_size": 64, "vocab_size": len(tokens), "max_position_embeddings": 8192,
        "layer_types": ["linear_attention", "full_attention"] * 2,
        "linear_num_key_heads": 2, "linear_num_value_heads": 2, "linear_key_head_dim": 16, "linear_value_head_dim": 16,
        "rope_parameters": {
            "rope_type": "default", "mrope_section": [2, 1, 1], "mrope_interleaved": True, "rope_theta": 1e7,
            "partial_rotary_factor": 0.5,
        },
    }
    vision = {
        "hidden_size": 16, "depth": 2, "num_heads": 2, "intermediate_size": 32, "out_hidden_size": WIDTH, "patch_size": 16,
        "spatial_merge_size": 2, "temporal_patch_size": 2, "num_position_embeddings": 64,
    }
    ids = {f"{name}_token_id": tokens.convert_tokens_to_ids(f"<|{sign}|>") for name, sign in (
        ("image", "image_pad"), ("video", "video_pad"), ("vision_start", "vision_start"), ("vision_end", "vision_end"))}
    return Qwen3_5ForConditionalGeneration(Qwen3_5Config(text_config=text, vision_config=vision, **ids)).eval()


MODELS = {"qwen-image-2.1-pe-t2i": partial(make, pictures=False), "qwen-image-2.1-pe-i2i": partial(make, pictures=True)}
