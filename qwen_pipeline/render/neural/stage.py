"""What of the model is loaded, where, and when: the encoder while texts are encoded, then transformer and VAE."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qwen_pipeline.dataclass import dataclass
from qwen_pipeline.render.engine import OnPhase, unheard
from qwen_pipeline.settings import Settings
from qwen_pipeline.types import EngineInfo, SceneRequest

from . import quantize
from .devices import capability, pick
from .housing import Blocks
from .model_sizes import sizes_of
from .painting import Painter, Size
from .placement import PartLoader, Parts, Placement, free_host_bytes
from .residency import Work
from .weights import Checkpoint, Part

if TYPE_CHECKING:
    import torch

_LIBRARIES = ("torch", "diffusers", "transformers")


@dataclass(frozen=True, slots=True)
class Family:
    """What differs between families of models: how parts are loaded, how words are encoded, how a picture is drawn.

    `encoder`: of (checkpoint, loaded text model, device); `painter`: of (checkpoint, transformer, its blocks, VAE, device).
    """

    load_text_model: Callable[[Part, torch.dtype], Any]
    load_transformer: Callable[..., Any]
    load_vae: Callable[[Checkpoint, torch.dtype], Any]
    encoder: Callable[[Checkpoint, Any, torch.device], Any]
    painter: Callable[[Checkpoint, Any, Blocks, Any, torch.device], Painter]
    precisions: frozenset[str] = frozenset({"full"})
    """What `load_transformer` takes as its third argument, beside `full`, which it is called without."""


class Stage:
    """One checkpoint on one device."""

    def __init__(self, info: EngineInfo, checkpoint: Checkpoint, settings: Settings, family: Family) -> None:
        import torch

        self.device = pick(settings)
        self.on_phase: OnPhase = unheard
        self._checkpoint, self._family = checkpoint, family
        self._dtype: torch.dtype = getattr(torch, info.dtype.partition("+")[0])
        self._precision = settings.precision
        quantize.require(self._precision, checkpoint, family.precisions)
        quantize.require_device(self._precision, quantize.Machine(capability(self.device)))
        sizes = quantize.sized(self._precision, sizes_of(checkpoint, self._dtype.itemsize))
        self._encoder: Any = None
        self._painter: Painter | None = None
        self._placement = Placement(sizes, self._parts(), self.device, settings)
        self._placement.on_drop = self._let_go
        if self.device.type == "cuda":
            torch.cuda.reset_peak_memory_stats(self.device)

    def expect(self, works: Iterable[Work]) -> None:
        """The jobs to come, so that the largest one decides what lies where."""
        for work in works:
            self._placement.expect(work)

    def encoder(self, pictures: bool) -> Any:
        if self._painter is not None and self._placement.takes_turns:
            self._painter.sampler.make_room(free_host_bytes())
        model = self._placement.encoder(pictures)
        if self._encoder is None:
            self._encoder = self._family.encoder(self._checkpoint, model, self.device)
        return self._encoder

    def painter(self, request: SceneRequest, size: Size, adapters: Sequence[Path]) -> Painter:
        if self._painter is None or not self._painter.adapters.wears(request.adapters):
            self._dress(request, adapters)
        assert self._painter is not None
        self._placement.painting()
        self._painter.pixels.finer = self._placement.finer
        self._painter.sampler.spilled = self._placement.spilled
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
        libraries = (*_LIBRARIES, *(name for name, _ in quantize.PRECISIONS[self._precision].packages))
        return tuple((name, metadata.version(name)) for name in libraries)

    def mode(self) -> str:
        """How it was drawn: precision, device, kernels; and where the weights were."""
        dtype = str(self._dtype).removeprefix("torch.")
        return f"{dtype}, {self.device.type}, eager, sdpa, precision {self._precision}; {self._placement.record}"

    def peak_memory_bytes(self) -> int:
        import torch

        return int(torch.cuda.max_memory_allocated(self.device)) if self.device.type == "cuda" else 0

    # --- inside --------------------------------------------------------------------------------------------------------------

    def _dress(self, request: SceneRequest, adapters: Sequence[Path]) -> None:
        """The transformer with exactly the request's adapters, which are added where its weights wait."""
        transformer, blocks, vae = self._placement.resting()
        if self._painter is None:
            self._painter = self._family.painter(self._checkpoint, transformer, blocks, vae, self.device)
        if self._painter.adapters.wear(request.adapters, adapters):
            self._painter.sampler.forget()

    def _parts(self) -> Parts:
        family, checkpoint = self._family, self._checkpoint
        kept = () if self._precision == "full" else (self._precision,)
        return Parts(
            PartLoader(
                lambda: self._load("text_encoder", lambda: family.load_text_model(checkpoint.part("text_encoder"), self._dtype)),
                blocks=lambda model: model.language_model.layers,
                extra=lambda model: model.visual,
                calls_blocks=True,
            ),
            PartLoader(
                lambda: self._load("transformer", lambda: family.load_transformer(checkpoint, self._dtype, *kept)),
                blocks=lambda model: model.transformer_blocks,
            ),
            PartLoader(lambda: self._load("vae", lambda: family.load_vae(checkpoint, self._dtype))),
        )

    def _load(self, name: str, load: Callable[[], Any]) -> Any:
        self.on_phase("load", 0, self._checkpoint.part(name).bytes)
        return load()

    def _let_go(self) -> None:
        """Parts are dropped: nothing here may keep them."""
        self._encoder = None
        self._painter = None
