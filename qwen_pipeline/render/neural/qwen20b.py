"""The engine of Qwen-Image 20B: a checkpoint that generates and one that edits; a request goes to the one it needs.

One of them is loaded at a time. They share an encoder and a VAE, but not the 41 GB between.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from qwen_pipeline.render.engine import OnPhase, SceneInputs, unheard
from qwen_pipeline.settings import Settings
from qwen_pipeline.types import EngineInfo, SceneRequest

from .placing import Placed, place
from .qwen20b_engine import EDIT, GENERATE, needed
from .qwen21 import Keys, Qwen21Engine
from .weights import Wanted, require

if TYPE_CHECKING:
    from PIL import Image

    from .stage import Family

NOTHING_UNWANTED = " "
"""What guidance steers away from where nothing is named, as the model's authors do it."""


class Checkpoint20b(Qwen21Engine):
    """One of the two checkpoints, drawing like any other."""

    def family(self) -> Family:
        from .qwen20b_painter import FAMILY

        return FAMILY

    def texts(self, request: SceneRequest) -> tuple[str, ...]:
        from .qwen20b_text import named

        unwanted = (named(request.negative_prompt) or NOTHING_UNWANTED,) if request.true_cfg_scale > 1 else ()
        return (named(request.prompt), *unwanted)

    def placed(self, image: Image.Image) -> Placed:
        return place(image, step=self.info.size_multiple, noisy=None)

    def mode(self) -> str:
        return f"{self.checkpoint.name}, {super().mode()}"


class Qwen20bEngine:
    """Both checkpoints, each opened when a request needs it."""

    def __init__(self, info: EngineInfo, settings: Settings) -> None:
        self.info = info
        self._settings = settings
        self._on_phase: OnPhase = unheard
        self._opened: dict[str, Checkpoint20b] = {}
        self._active = self._open(GENERATE)

    def count_tokens(self, text: str) -> int:
        return self._open(GENERATE).count_tokens(text)

    def tell(self, on_phase: OnPhase) -> None:
        self._on_phase = on_phase
        for opened in self._opened.values():
            opened.tell(on_phase)

    def versions(self) -> tuple[tuple[str, str], ...]:
        return self._active.versions()

    def mode(self) -> str:
        """How the last picture was drawn."""
        return self._active.mode()

    def peak_memory_bytes(self) -> int:
        return self._active.peak_memory_bytes()

    def relax(self) -> bool:
        return self._active.relax()

    def close(self) -> None:
        for opened in self._opened.values():
            opened.close()

    def encode(self, requests: Sequence[SceneRequest], inputs: Sequence[SceneInputs]) -> Mapping[str, Keys]:
        keys: dict[str, Keys] = {}
        for wanted in (GENERATE, EDIT):
            mine = [(r, given) for r, given in zip(requests, inputs, strict=True) if needed(r) is wanted]
            if mine:
                keys |= self._take(wanted).encode(*zip(*mine, strict=True))
        return keys

    def render(self, request: SceneRequest, conditioning: Keys, inputs: SceneInputs) -> Image.Image:
        return self._take(needed(request)).render(request, conditioning, inputs)

    def _take(self, wanted: Wanted) -> Checkpoint20b:
        """The checkpoint to work with from now on; the other one's weights go."""
        opened = self._open(wanted)
        if opened is not self._active:
            self._active.close()
            self._active = opened
        return opened

    def _open(self, wanted: Wanted) -> Checkpoint20b:
        if wanted.repo not in self._opened:
            weights = self.info.weights(wanted is EDIT)
            info = replace(self.info, weights_digest=weights.digest, dtype=weights.dtype)
            self._opened[wanted.repo] = Checkpoint20b(info, require(wanted, self._settings), self._settings)
            self._opened[wanted.repo].tell(self._on_phase)
        return self._opened[wanted.repo]
