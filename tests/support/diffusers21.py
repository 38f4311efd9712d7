"""diffusers' own pipeline for Qwen-Image 2.1 on a toy checkpoint: the oracle that our loop is compared with."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from PIL import Image


class Processor:
    """`Qwen3VLProcessor` in what the pipeline calls of it; the real one cannot be made without torchvision."""

    def __init__(self, folder: Path) -> None:
        from tokenizers import Tokenizer
        from transformers.models.qwen2_vl.image_processing_pil_qwen2_vl import Qwen2VLImageProcessorPil

        config = json.loads((folder / "processor" / "preprocessor_config.json").read_text())
        self._tokens = Tokenizer.from_file(str(folder / "processor" / "tokenizer.json"))
        self._pictures = Qwen2VLImageProcessorPil(**{k: v for k, v in config.items() if not k.endswith("_type")})
        self.tokenizer = self

    def encode(self, text: str) -> list[int]:
        return list(self._tokens.encode(text).ids)

    def apply_chat_template(self, messages: Sequence[dict[str, Any]], **_: Any) -> list[list[int]]:
        return [self.encode("".join(f"<|im_start|>{m['role']}\n{m['content'][0]['text']}<|im_end|>\n" for m in messages))]

    def __call__(self, text: Sequence[str], images: Any = None, **_: Any) -> Any:
        import torch
        from transformers import BatchFeature

        read = self._pictures(images=images, return_tensors="pt") if images else {}
        grids = iter((read["image_grid_thw"].prod(-1) // 4).tolist() if images else [])
        pad = "<|image_pad|>"
        whole = []
        for words in text:
            first, *rest = words.split(pad)
            whole.append(first + "".join(pad * next(grids) + part for part in rest))
        ids = torch.tensor([self.encode(words) for words in whole])
        types = (ids == self.encode(pad)[0]).int()
        return BatchFeature({"input_ids": ids, "attention_mask": torch.ones_like(ids), "mm_token_type_ids": types, **read})


class Oracle:
    """Latents and pictures as diffusers makes them."""

    def __init__(self, folder: Path, dtype: Any = None) -> None:
        """`dtype`: of all parts; None = as the checkpoint stores them."""
        import diffusers
        import torch
        from transformers import Qwen3VLForConditionalGeneration

        dtype = dtype or torch.float32

        index = json.loads((folder / "model_index.json").read_text())
        self._pipe: Any = diffusers.QwenImage21Pipeline(
            diffusers.FlowMatchEulerDiscreteScheduler.from_pretrained(folder / "scheduler"),
            diffusers.AutoencoderKLQwenImage21.from_pretrained(folder / "vae", torch_dtype=dtype),
            Qwen3VLForConditionalGeneration.from_pretrained(folder / "text_encoder", dtype=dtype).eval(),
            Processor(folder),
            diffusers.QwenImage21Transformer2DModel.from_pretrained(folder / "transformer", torch_dtype=dtype),
            sample_sigmas=index.get("sample_sigmas"),
        )
        self._pipe.set_progress_bar_config(disable=True)

    def draw(self, prompt: str, size: tuple[int, int], seed: int, images: Sequence[Image.Image] = (), **more: Any) -> Any:
        """One RGBA picture, or latents with `output_type="latent"`."""
        import torch

        given: dict[str, Any] = {"image": list(images)} if images else {}
        with _sizes_kept(images):
            out = self._pipe(
                prompt=prompt, width=size[0], height=size[1], generator=torch.Generator().manual_seed(seed), **given, **more
            )
        return out.images if more.get("output_type") == "latent" else out.images[0]


@contextmanager
def _sizes_kept(images: Sequence[Image.Image]) -> Any:
    """References at the sizes they have: the pipeline would stretch each to about `output_resolution` squared."""
    from diffusers.pipelines.qwenimage21 import pipeline_qwenimage21 as module

    stretch = module.calculate_dimensions
    sizes = iter([image.size for image in (*images[-1:], *images)])
    module.calculate_dimensions = lambda *_: (*next(sizes), None)
    try:
        yield
    finally:
        module.calculate_dimensions = stretch
