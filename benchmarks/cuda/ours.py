"""Our side: the engine's own loop, placement, streamer and VAE, with weights made here in place of a checkpoint's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import torch

from benchmarks.cuda.bench import Bench
from benchmarks.cuda.models import Model
from qwen_pipeline.errors import OutOfMemory
from qwen_pipeline.fingerprint import scene_fingerprint
from qwen_pipeline.render import SceneInputs, engine_module
from qwen_pipeline.render.neural import vae_bands
from qwen_pipeline.render.neural.placement import PartLoader, Parts, Placement, measured
from qwen_pipeline.render.neural.qwen20b_loop import Sampler20b
from qwen_pipeline.render.neural.qwen21_attention import BlockCausalAttention
from qwen_pipeline.render.neural.qwen21_loop import Schedule
from qwen_pipeline.render.neural.qwen21_text import Encoded
from qwen_pipeline.render.neural.residency import ResidencyPlan, Work, plan
from qwen_pipeline.render.neural.streamer import BlockStreamer
from qwen_pipeline.render.neural.weights import inspect
from qwen_pipeline.settings import Settings
from qwen_pipeline.types import SceneRequest

TOY_MODEL = "qwen-image-2.1-turbo"
WORDS = "a quiet tea house on a hillside, paper lanterns, mist between the terraces, morning light on wet stone; "


def parts_of(model: Model) -> Parts:
    """The parts as placement loads them; they are in host memory already."""
    encoder = model.text_encoder.model if model.text_encoder is not None else None
    return Parts(
        PartLoader(lambda: encoder, lambda m: m.language_model.layers, lambda m: m.visual, calls_blocks=True),
        PartLoader(lambda: model.transformer, lambda m: m.transformer_blocks),
        PartLoader(lambda: model.vae),
    )


class Ours:
    """Qwen-Image 2.1 as our engine draws it."""

    def __init__(self, bench: Bench, model: Model) -> None:
        from qwen_pipeline.render.neural.qwen21 import Qwen21Engine
        from scripts import toy_weights

        folder = toy_weights.write(TOY_MODEL, bench.scratch / "toy")  # for its tokenizer and scheduler
        self._bench, self._model = bench, model
        self._settings = Settings(store=bench.scratch / "store", weights=folder, device=str(bench.device), offload="phase")
        info = engine_module(TOY_MODEL).INFO
        sigmas = tuple(inspect(folder, "toy", ()).index()["sample_sigmas"])
        dtype = str(model.dtype).removeprefix("torch.")
        self.info = replace(info, native_sizes=(), weights_digest="random", dtype=dtype, sigmas=sigmas)
        for block in model.transformer.transformer_blocks:
            block.attn.set_processor(BlockCausalAttention())
        self.engine = Qwen21Engine(self.info, inspect(folder, "toy", ("transformer", "text_encoder", "vae")), self._settings)
        stage = self.engine._stage
        self.placement = Placement(model.sizes, parts_of(model), bench.device, self._settings)
        self.placement.on_drop = stage._let_go
        stage._placement = self.placement

    def plan(self, size: tuple[int, int], cap_gib: float | None, offload: str = "phase") -> ResidencyPlan:
        """Plan for pictures of a size under a cap, whatever was planned before."""
        self._settings = self._settings.model_copy(update={"offload": offload, "max_memory_gib": cap_gib})
        self.placement._settings = self._settings
        self.placement._ceiling, self.placement.tried = None, ()
        work = Work(*size)
        self.placement._take(self.placement._fitting(work))
        found = self.placement.plan
        assert found is not None
        return found

    def requests(self, count: int, size: tuple[int, int], steps: int) -> list[SceneRequest]:
        """Distinct jobs of about 1,000 tokens."""
        made = []
        for _ in range(count):
            number = self._bench.fresh()
            words = f"picture {number}: {WORDS * (1 if self._bench.toy else 10)}"[: 60 if self._bench.toy else 1000]
            sigmas = tuple(1.0 - n / steps for n in range(steps))
            made.append(SceneRequest(
                self.info.id, self.info.version, "random", self.info.dtype, words, "", *size, number, steps, 1.0, sigmas
            ))  # fmt: skip
        return made

    def draw(self, requests: Sequence[SceneRequest]) -> None:
        """Encode all, then draw one after another, as a batch does."""
        keys = self.engine.encode(requests, [SceneInputs() for _ in requests])
        for request in requests:
            self.render(request, keys[scene_fingerprint(request)])

    def render(self, request: SceneRequest, key: Any, inputs: SceneInputs = SceneInputs()) -> None:  # noqa: B008
        """One picture; with less memory where it runs out, as a session does it. `placement.tried` tells."""
        while True:
            try:
                self.engine.render(request, key, inputs)
                return
            except OutOfMemory as error:
                said = error.message
            if not self.engine.relax():
                raise RuntimeError(said)

    def forget(self) -> None:
        """Give back what is kept of prefixes."""
        self.engine._stage._painter.sampler.forget()

    def close(self) -> None:
        self.engine.close()


class Guided20B:
    """The 20B transformer with guidance: each block is visited once a step, for both prompts."""

    def __init__(self, bench: Bench, model: Model, size: tuple[int, int], cap_gib: float | None) -> None:
        self._bench, self._model, self._size = bench, model, size
        work = Work(*size, text_tokens=1024, sequences=2)
        self.plan = plan(model.sizes, work, measured(bench.device).capped(cap_gib), "blocks")
        blocks = list(model.transformer.transformer_blocks)
        resident = min(self.plan.resident_blocks, len(blocks))
        self.streamer = BlockStreamer(blocks, bench.device, resident=resident, slots=self.plan.slots)
        for name, child in model.transformer.named_children():
            if name != "transformer_blocks":
                child.to(bench.device)
        model.vae.to(bench.device)

    @torch.inference_mode()
    def draw(self, embeds: tuple[torch.Tensor, torch.Tensor], steps: int, scale: float = 4.0) -> torch.Tensor:
        """Pixels of one picture from two prompts' embeddings (1, tokens, width), by the engine's own loop."""
        from diffusers import FlowMatchEulerDiscreteScheduler

        device, dtype, (width, height) = self._bench.device, self._model.dtype, self._size
        shape = (1, self._model.transformer.config.in_channels // 4, height // 8, width // 8)
        generator = torch.Generator().manual_seed(self._bench.fresh())
        noise = torch.randn(shape, generator=generator, dtype=dtype).to(device)
        texts = [Encoded(e[0].to(device, dtype), torch.zeros(e.shape[1], dtype=torch.bool, device=device)) for e in embeds]
        scheduler = FlowMatchEulerDiscreteScheduler()
        scheduler.set_timesteps(steps, device=device)
        latents = Sampler20b(self._model.transformer, self.streamer).denoise(noise, texts, [], Schedule(scheduler, scale))
        return vae_bands.decode(self._model.vae, latents[:, :, None])

    def close(self) -> None:
        self.streamer.close()
        self._model.transformer.to("cpu")
        self._model.vae.to("cpu")
