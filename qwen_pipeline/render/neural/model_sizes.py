"""How large a checkpoint's parts are once loaded, from the headers of its files; no torch, nothing is read but headers."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from .parts import QWEN_IMAGE_2_1, QWEN_IMAGE_20B, ModelSizes, Stack
from .vae_memory import shape_of
from .weights import Checkpoint, Part, header

_BLOCK = re.compile(r"(?:^|\.)(?:transformer_blocks|layers)\.(\d+)\.")
_VISION = re.compile(r"(?:^|\.)visual\.")
_HEAD = re.compile(r"(?:^|\.)lm_head\.")
KNOWN = {"QwenImage21Transformer2DModel": QWEN_IMAGE_2_1, "QwenImageTransformer2DModel": QWEN_IMAGE_20B}
"""Published models, by their transformer's class."""
_WIDTHS = {"QwenImage21Transformer2DModel": 4096, "QwenImageTransformer2DModel": 3072}


def sizes_of(checkpoint: Checkpoint, element_bytes: int = 2) -> ModelSizes:
    """Sizes in use with `element_bytes` a number, whatever precision the files have; activations as the published model's."""
    transformer = checkpoint.part("transformer").config()
    published = KNOWN[transformer["_class_name"]]
    width = transformer["num_attention_heads"] * transformer["attention_head_dim"]
    scale = width / _WIDTHS[transformer["_class_name"]] * element_bytes / published.element_bytes
    encoder = dict(_numbers(checkpoint.part("text_encoder")))
    text = checkpoint.part("text_encoder").config()
    dit = dict(_numbers(checkpoint.part("transformer")))
    return ModelSizes(
        encoder=_stack({n: c for n, c in encoder.items() if not (_VISION.search(n) or _HEAD.search(n))}, element_bytes),
        vision=element_bytes * sum(count for name, count in encoder.items() if _VISION.search(name)),
        dit=_stack(dit, element_bytes),
        vae=element_bytes * sum(count for _, count in _numbers(checkpoint.part("vae"))),
        vae_shape=shape_of(checkpoint.part("vae").config(), element_bytes),
        encoder_hidden=text.get("text_config", text)["hidden_size"],
        token_bytes=round(published.token_bytes * scale),
        kv_token_bytes=2 * transformer["num_layers"] * width * element_bytes if published.kv_token_bytes else 0,
        element_bytes=element_bytes,
    )


def _stack(counts: Mapping[str, int], element_bytes: int) -> Stack:
    """Blocks of equal size, and the rest."""
    blocks: Counter[str] = Counter()
    for name, count in counts.items():
        found = _BLOCK.search(name)
        if found:
            blocks[found[1]] += count
    largest = max(blocks.values(), default=0)
    rest = sum(counts.values()) - sum(blocks.values())
    return Stack(len(blocks), largest * element_bytes, rest * element_bytes)


def _numbers(part: Part) -> Iterable[tuple[str, int]]:
    """(name, how many numbers) of every tensor."""
    for file in part.files:
        for name, entry in header(file).items():
            if name != "__metadata__":
                yield name, math.prod(_shape(entry))


def _shape(entry: Mapping[str, Any]) -> tuple[int, ...]:
    return tuple(int(side) for side in entry["shape"])
