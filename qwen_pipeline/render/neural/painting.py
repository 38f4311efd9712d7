"""What the painters of all families do alike: noise from a seed, a schedule, the loop under it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from qwen_pipeline.render.engine import OnPhase, unheard
from qwen_pipeline.types import SceneRequest

from .adapters import Adapters
from .qwen21_loop import Schedule
from .weights import Checkpoint

if TYPE_CHECKING:
    import torch

    from .qwen21_text import Encoded

Size = tuple[int, int]


class Painter:
    """Transformer and VAE, ready to draw. `pixels`: pictures to latents and back; `sampler`: the family's loop."""

    def __init__(self, checkpoint: Checkpoint, transformer: Any, pixels: Any, sampler: Any, device: torch.device) -> None:
        self.pixels, self.sampler = pixels, sampler
        self.adapters = Adapters(transformer, checkpoint.part("transformer"))
        self.on_phase: OnPhase = unheard
        self._checkpoint, self._device, self._dtype = checkpoint, device, transformer.dtype

    def shape(self, size: Size) -> tuple[int, int, int, int]:
        """(1, channels, rows, columns) of the latents of a picture of (width, height)."""
        raise NotImplementedError

    def scheduler(self, request: SceneRequest, shape: tuple[int, int, int, int]) -> Any:
        """The checkpoint's own, set to the steps of a request."""
        raise NotImplementedError

    def draw(
        self, request: SceneRequest, size: Size, texts: Sequence[Encoded], references: Sequence[torch.Tensor]
    ) -> torch.Tensor:
        """The latents of a request, in `shape`."""
        import torch

        shape = self.shape(size)
        # On the processor, so that a seed means the same noise on every device; drawn as diffusers does.
        generator = torch.Generator("cpu").manual_seed(request.seed)
        noise = torch.randn((1, *shape), generator=generator, dtype=self._dtype)[0].to(self._device)
        schedule = Schedule(self.scheduler(request, shape), request.true_cfg_scale)
        with torch.inference_mode():
            latents: torch.Tensor = self.sampler.denoise(
                noise, texts, references, schedule, lambda n, of: self.on_phase("denoise", n, of)
            )
        return latents
