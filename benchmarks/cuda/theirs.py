"""The peer: diffusers' own pipelines with the offload modes they have, on the same weights."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal

import torch

from benchmarks.cuda.bench import Bench
from benchmarks.cuda.models import Model
from benchmarks.cuda.ours import TOY_MODEL, WORDS

Mode = Literal["model", "group"]
"""`enable_model_cpu_offload`; or the transformer streamed by blocks and the encoder by leaves, ahead of use, the VAE resident."""


class Theirs:
    """`QwenImage21Pipeline`."""

    def __init__(self, bench: Bench, model: Model) -> None:
        import diffusers
        from diffusers.models.transformers.transformer_qwenimage21 import QwenImage21AttnProcessor

        from scripts import toy_weights
        from tests.support.diffusers21 import Processor

        folder = toy_weights.write(TOY_MODEL, bench.scratch / "toy")
        for block in model.transformer.transformer_blocks:
            block.attn.set_processor(QwenImage21AttnProcessor())
        scheduler = diffusers.FlowMatchEulerDiscreteScheduler.from_pretrained(folder / "scheduler")
        parts = (scheduler, model.vae, model.text_encoder, Processor(folder), model.transformer)
        self._bench = bench
        self._pipe: Any = diffusers.QwenImage21Pipeline(*parts)
        self._pipe.set_progress_bar_config(disable=True)

    @contextmanager
    def offloaded(self, mode: Mode, tiled: bool) -> Iterator[None]:
        """`tiled`: its VAE in tiles of 256 px, where the whole picture does not fit under the cap."""
        self._pipe.vae.use_tiling = tiled
        with offloaded(self._pipe, mode, self._bench.device, ("transformer",), ("text_encoder",)):
            yield

    def draw(self, size: tuple[int, int], steps: int) -> None:
        number = self._bench.fresh()
        words = f"picture {number}: {WORDS * (1 if self._bench.toy else 10)}"[: 60 if self._bench.toy else 1000]
        self._pipe(
            prompt=words, width=size[0], height=size[1], sigmas=[1.0 - n / steps for n in range(steps)],
            generator=torch.Generator().manual_seed(number), output_resolution=size[0],
        )  # fmt: skip


class Theirs20B:
    """`QwenImagePipeline` with guidance; it runs the transformer twice a step."""

    def __init__(self, bench: Bench, model: Model) -> None:
        import diffusers

        self._bench = bench
        self._pipe: Any = diffusers.QwenImagePipeline(
            diffusers.FlowMatchEulerDiscreteScheduler(), model.vae, None, None, model.transformer
        )
        self._pipe.set_progress_bar_config(disable=True)

    @contextmanager
    def offloaded(self) -> Iterator[None]:
        with offloaded(self._pipe, "group", self._bench.device, ("transformer",), ()):
            yield

    def draw(self, embeds: tuple[torch.Tensor, torch.Tensor], size: tuple[int, int], steps: int) -> None:
        device = self._bench.device
        wanted, unwanted = (words.to(device, self._pipe.transformer.dtype) for words in embeds)
        masks = [torch.ones(words.shape[:2], dtype=torch.long, device=device) for words in (wanted, unwanted)]
        self._pipe(
            prompt_embeds=wanted, prompt_embeds_mask=masks[0], negative_prompt_embeds=unwanted,
            negative_prompt_embeds_mask=masks[1], true_cfg_scale=4.0, width=size[0], height=size[1],
            num_inference_steps=steps, generator=torch.Generator().manual_seed(self._bench.fresh()), max_sequence_length=1024,
        )  # fmt: skip


@contextmanager
def offloaded(
    pipe: Any, mode: Mode, device: torch.device, by_block: tuple[str, ...], by_leaf: tuple[str, ...]
) -> Iterator[None]:
    """A mode for as long as the context lasts; afterwards all weights are in host memory and no hook is left."""
    from diffusers.hooks import HookRegistry, apply_group_offloading

    streams = {"use_stream": True, "record_stream": True} if device.type == "cuda" else {}
    streamed = {"onload_device": device, "offload_device": torch.device("cpu"), **streams}
    try:
        if mode == "model":
            pipe.enable_model_cpu_offload(device=device)
        else:
            for name in by_block:
                apply_group_offloading(getattr(pipe, name), offload_type="block_level", num_blocks_per_group=1, **streamed)
            for name in by_leaf:
                apply_group_offloading(getattr(pipe, name), offload_type="leaf_level", **streamed)
            pipe.vae.to(device)
        yield
    finally:
        pipe.remove_all_hooks()
        for name in (*by_block, *by_leaf):
            module = getattr(pipe, name)
            for inner in module.modules():
                if isinstance(getattr(inner, "_diffusers_hook", None), HookRegistry):
                    for hook in ("group_offloading", "layer_execution_tracker", "lazy_prefetch_group_offloading"):
                        inner._diffusers_hook.remove_hook(hook, recurse=False)
            module.to("cpu")
        pipe.vae.to("cpu")
