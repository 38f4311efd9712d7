"""What of the model is loaded, where, and when: the encoder while texts are encoded, then transformer and VAE."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qwen_pipeline.render.engine import OnPhase
from qwen_pipeline.settings import Settings
from qwen_pipeline.types import EngineInfo, SceneRequest

from .adapters import Adapters
from .devices import pick
from .housing import Blocks
from .model_sizes import sizes_of
from .placement import PartLoader, Parts, Placement
from .qwen21_loop import Sampler, Schedule
from .qwen21_models import Pixels, load_scheduler, load_transformer, load_vae
from .qwen21_text import Encoded, TextEncoder, load_text_model
from .residency import Work
from .weights import Checkpoint

if TYPE_CHECKING:
    import torch

_LIBRARIES = ("torch", "diffusers", "transformers")
Size = tuple[int, int]


class Painter:
    """Transformer and VAE, ready to draw."""

    def __init__(
        self, checkpoint: Checkpoint, transformer: Any, blocks: Blocks, pixels: Pixels, device: torch.device
    ) -> None:
        self.pixels = pixels
        self.adapters = Adapters(transformer, checkpoint.part("transformer"))
        self.sampler = Sampler(transformer, blocks)
        self.on_phase: OnPhase = _unheard
        self._checkpoint, self._device = checkpoint, device
        self._channels, self._dtype = transformer.config.in_channels, transformer.dtype

    def draw(
        self, request: SceneRequest, size: Size, texts: Sequence[Encoded], references: Sequence[torch.Tensor]
    ) -> torch.Tensor:
        """(1, channels, height / 16, width / 16) latents of a request."""
        import torch

        shape = (1, self._channels, size[1] // 16, size[0] // 16)
        # On the processor, so that a seed means the same noise on every device; drawn as diffusers does.
        generator = torch.Generator("cpu").manual_seed(request.seed)
        noise = torch.randn((shape[0], 1, *shape[1:]), generator=generator, dtype=self._dtype)[:, 0].to(self._device)
        steps, tokens = request.num_inference_steps, shape[2] * shape[3]
        scheduler = load_scheduler(self._checkpoint, request.sigmas, steps, tokens, self._device)
        schedule = Schedule(scheduler, request.true_cfg_scale)
        with torch.inference_mode():
            return self.sampler.denoise(noise, texts, references, schedule, lambda n, of: self.on_phase("denoise", n, of))


class Stage:
    """One checkpoint on one device."""

    def __init__(self, info: EngineInfo, checkpoint: Checkpoint, settings: Settings) -> None:
        import torch

        self.device = pick(settings)
        self.on_phase: OnPhase = _unheard
        self._checkpoint = checkpoint
        self._dtype: torch.dtype = getattr(torch, info.dtype)
        self._encoder: TextEncoder | None = None
        self._painter: Painter | None = None
        self._placement = Placement(sizes_of(checkpoint, self._dtype.itemsize), self._parts(), self.device, settings)
        self._placement.on_drop = self._let_go
        if self.device.type == "cuda":
            torch.cuda.reset_peak_memory_stats(self.device)

    def expect(self, works: Iterable[Work]) -> None:
        """The jobs to come, so that the largest one decides what lies where."""
        for work in works:
            self._placement.expect(work)

    def encoder(self, pictures: bool) -> TextEncoder:
        if self._painter is not None:
            self._painter.sampler.forget()
        model = self._placement.encoder(pictures)
        if self._encoder is None:
            self._encoder = TextEncoder(self._checkpoint, model, self.device)
        return self._encoder

    def painter(self, request: SceneRequest, size: Size, adapters: Sequence[Path]) -> Painter:
        if self._painter is None or not self._painter.adapters.wears(request.adapters):
            self._dress(request, adapters)
        assert self._painter is not None
        self._placement.painting()
        self._painter.pixels.finer = self._placement.finer
        self._painter.on_phase = self.on_phase
        return self._painter

    def relax(self) -> bool:
        if self._painter is not None:
            self._painter.sampler.forget()
        lighter = self._placement.relax()
        self.on_phase("relax", len(self._placement.tried), 0)
        return lighter

    def close(self) -> None:
        self._placement.close()

    # --- for the record ----------------------------------------------------------------------------------------------------

    def numerics(self) -> tuple[str, ...]:
        """What decides rounding beside the weights: the same words and pictures give the same numbers where this is the same."""
        return (self.device.type, *(metadata.version(name) for name in _LIBRARIES))

    def versions(self) -> tuple[tuple[str, str], ...]:
        return tuple((name, metadata.version(name)) for name in _LIBRARIES)

    def mode(self) -> str:
        """How it was drawn: precision, device, kernels; and where the weights were."""
        return f"{str(self._dtype).removeprefix('torch.')}, {self.device.type}, eager, sdpa; {self._placement.record}"

    def peak_memory_bytes(self) -> int:
        import torch

        return int(torch.cuda.max_memory_allocated(self.device)) if self.device.type == "cuda" else 0

    # --- inside --------------------------------------------------------------------------------------------------------------

    def _dress(self, request: SceneRequest, adapters: Sequence[Path]) -> None:
        """The transformer with exactly the request's adapters, which are added where its weights wait."""
        transformer, blocks, vae = self._placement.resting()
        if self._painter is None:
            pixels = Pixels(vae, self.device, self._dtype)
            self._painter = Painter(self._checkpoint, transformer, blocks, pixels, self.device)
        if self._painter.adapters.wear(request.adapters, adapters):
            self._painter.sampler.forget()

    def _parts(self) -> Parts:
        part = self._checkpoint.part
        return Parts(
            PartLoader(
                lambda: self._load("text_encoder", lambda: load_text_model(part("text_encoder"), self._dtype)),
                blocks=lambda model: model.language_model.layers,
                extra=lambda model: model.visual,
                calls_blocks=True,
            ),
            PartLoader(
                lambda: self._load("transformer", lambda: load_transformer(self._checkpoint, self._dtype)),
                blocks=lambda model: model.transformer_blocks,
            ),
            PartLoader(lambda: self._load("vae", lambda: load_vae(self._checkpoint, self._dtype))),
        )

    def _load(self, name: str, load: Callable[[], Any]) -> Any:
        self.on_phase("load", 0, self._checkpoint.part(name).bytes)
        return load()

    def _let_go(self) -> None:
        """Parts are dropped: nothing here may keep them."""
        self._encoder = None
        self._painter = None


def _unheard(phase: str, done: int, total: int) -> None:
    """Where nobody listens."""
