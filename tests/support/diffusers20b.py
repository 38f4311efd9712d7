"""diffusers' own pipelines for Qwen-Image 20B on toy checkpoints: the oracles that our loop is compared with."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from PIL import Image

from tests.support.diffusers21 import Processor


class Oracle:
    """Pictures as diffusers makes them. `scheduler`: settings over the checkpoint's."""

    def __init__(self, folder: Path, *, edit: bool = False, **scheduler: Any) -> None:
        import diffusers
        from transformers import Qwen2_5_VLForConditionalGeneration, Qwen2Tokenizer

        encoder = Qwen2_5_VLForConditionalGeneration.from_pretrained(folder / "text_encoder").eval()
        tokenizer = Qwen2Tokenizer.from_pretrained(folder / "tokenizer")
        if edit:
            _with_types(encoder, tokenizer.convert_tokens_to_ids("<|image_pad|>"))
        pipeline = diffusers.QwenImageEditPlusPipeline if edit else diffusers.QwenImagePipeline
        self._pipe: Any = pipeline(
            scheduler=diffusers.FlowMatchEulerDiscreteScheduler.from_pretrained(folder / "scheduler", **scheduler),
            vae=diffusers.AutoencoderKLQwenImage.from_pretrained(folder / "vae"),
            text_encoder=encoder,
            tokenizer=tokenizer,
            transformer=diffusers.QwenImageTransformer2DModel.from_pretrained(folder / "transformer"),
            **({"processor": Processor(folder)} if edit else {}),
        )
        self._pipe.set_progress_bar_config(disable=True)

    def draw(self, prompt: str, size: tuple[int, int], seed: int, images: Sequence[Image.Image] = (), **more: Any) -> Any:
        import torch

        given: dict[str, Any] = {"image": list(images)} if images else {}
        with _sizes_kept(images):
            out = self._pipe(
                prompt=prompt, width=size[0], height=size[1], generator=torch.Generator().manual_seed(seed),
                max_sequence_length=1024, **given, **more,
            )
        return out.images[0]


def _with_types(encoder: Any, pad: int) -> None:
    """Tell the encoder which tokens are a picture's. The pipeline was written for transformers 4, which found that out itself."""
    plain = encoder.forward

    def forward(input_ids: Any, **more: Any) -> Any:
        return plain(input_ids=input_ids, mm_token_type_ids=(input_ids == pad).int(), **more)

    encoder.forward = forward


@contextmanager
def _sizes_kept(images: Sequence[Image.Image]) -> Iterator[None]:
    """The VAE's copies at the sizes that the pictures have: the pipeline would stretch each to about 1024 squared."""
    from diffusers.pipelines.qwenimage import pipeline_qwenimage_edit_plus as module

    plain = module.calculate_dimensions
    sizes = iter([image.size for image in images])
    first = iter([True])

    def kept(area: int, ratio: float) -> tuple[int, int]:
        if area == module.VAE_IMAGE_SIZE and not next(first, False):
            return next(sizes)
        return tuple(plain(area, ratio))

    module.calculate_dimensions = kept
    try:
        yield
    finally:
        module.calculate_dimensions = plain
