"""What toy checkpoints of several families are made of."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

SPECIAL = (
    *("<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|object_ref_start|>", "<|object_ref_end|>", "<|box_start|>"),
    *("<|box_end|>", "<|quad_start|>", "<|quad_end|>", "<|vision_start|>", "<|vision_end|>", "<|vision_pad|>"),
    *("<|image_pad|>", "<|video_pad|>"),
)
"""The added tokens of Qwen's tokenizers, in their order."""
CHAT_TEMPLATE = (
    "{% for message in messages %}<|im_start|>{{ message.role }}\n{% if message.content is string %}{{ message.content }}"
    "{% else %}{% for part in message.content %}{% if part.type == 'text' %}{{ part.text }}{% else %}"
    "<|vision_start|><|image_pad|><|vision_end|>{% endif %}{% endfor %}{% endif %}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


def tokenizer() -> Any:
    """Qwen's byte-level tokenizer without merges: a token a byte, 256 + the added ones."""
    from transformers import Qwen2Tokenizer

    made = Qwen2Tokenizer(vocab={sign: number for number, sign in enumerate(_byte_signs())}, merges=[])
    made.add_special_tokens({"additional_special_tokens": list(SPECIAL[1:])})
    return made


def _byte_signs() -> list[str]:
    """The sign that stands for each byte in a byte-level vocabulary (GPT-2's table)."""
    plain = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = [byte for byte in range(256) if byte not in plain]
    return [chr(byte if byte in plain else 256 + others.index(byte)) for byte in range(256)]


def write_json(path: Path, value: Mapping[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, indent=2) + "\n", encoding="utf-8")


def image_processor(shortest_edge: int, patch_size: int = 16) -> dict[str, Any]:
    """`preprocessor_config.json` of the Qwen-VL encoders; `shortest_edge`: the fewest pixels of a picture they read."""
    return {
        "image_processor_type": "Qwen2VLImageProcessor",
        "size": {"shortest_edge": shortest_edge, "longest_edge": 16_777_216},
        "patch_size": patch_size,
        "temporal_patch_size": 2,
        "merge_size": 2,
        "image_mean": [0.5, 0.5, 0.5],
        "image_std": [0.5, 0.5, 0.5],
        "do_resize": True,
        "do_rescale": True,
        "do_normalize": True,
        "do_convert_rgb": True,
    }


def louder(module: Any, factor: float) -> None:
    """Scale a layer up, so that a random model's pictures have light and dark."""
    import torch

    with torch.no_grad():
        for parameter in module.parameters():
            parameter.mul_(factor)
