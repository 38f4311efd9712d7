"""The engine of Qwen-Image 2.1 and its Turbo: one model that generates and edits, in our own loop.

First every distinct (prompt, pictures) is encoded and kept in the store; then transformer and VAE draw one picture after another.
Nothing that one job leaves behind shows in another: a prefix is shared only where its numbers are equal to the last bit.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from qwen_pipeline.dataclass import dataclass
from qwen_pipeline.errors import RenderError
from qwen_pipeline.fingerprint import digest, file_digest, scene_fingerprint
from qwen_pipeline.render.engine import OnPhase, SceneInputs, check_request
from qwen_pipeline.settings import Settings
from qwen_pipeline.types import EngineInfo, SceneRequest

from .conditioning import Conditionings
from .placement import naming_memory
from .placing import Placed, on_white, open_picture, place, scaled, sized_as
from .residency import Work
from .weights import Checkpoint

if TYPE_CHECKING:
    from pathlib import Path

    import torch
    from PIL import Image

    from .qwen21_text import Encoded
    from .stage import Family, Stage

REFERENCE_SIDE = 1024
"""References are shown at about this side squared, or at the picture's own area where that is smaller."""
TEMPLATE_TOKENS = 32
_LATENTS_KEPT = 12
"""Of reference pictures: 2 MB each at most."""


@dataclass(frozen=True, slots=True)
class Keys:
    """Fingerprints of a request's encoded texts: the prompt, and with guidance what is not wanted."""

    texts: tuple[str, ...]


class Qwen21Engine:
    """One open checkpoint."""

    def __init__(self, info: EngineInfo, checkpoint: Checkpoint, settings: Settings) -> None:
        from .qwen21_text import Words
        from .stage import Stage

        self.info = info
        self.checkpoint = checkpoint
        self._words = Words(checkpoint.path)
        self._kept = Conditionings(settings.store)
        self._stage: Stage = Stage(info, checkpoint, settings, self.family())
        self._latents: OrderedDict[str, torch.Tensor] = OrderedDict()

    # --- what other families of models do otherwise ------------------------------------------------------------------------

    def family(self) -> Family:
        from .qwen21_painter import FAMILY

        return FAMILY

    def texts(self, request: SceneRequest) -> tuple[str, ...]:
        """The prompt; with guidance, which needs something to steer away from, also what is not wanted."""
        guided = request.true_cfg_scale > 1 and request.negative_prompt
        return (request.prompt, request.negative_prompt) if guided else (request.prompt,)

    def placed(self, image: Image.Image) -> Placed:
        """A picture that is shown, on the model's grid."""
        return place(image)

    # --- the protocol ----------------------------------------------------------------------------------------------------

    def count_tokens(self, text: str) -> int:
        return self._words.count(text)

    def tell(self, on_phase: OnPhase) -> None:
        self._stage.on_phase = on_phase

    def versions(self) -> tuple[tuple[str, str], ...]:
        return self._stage.versions()

    def mode(self) -> str:
        return self._stage.mode()

    def peak_memory_bytes(self) -> int:
        return self._stage.peak_memory_bytes()

    def relax(self) -> bool:
        self._latents.clear()
        return self._stage.relax()

    def close(self) -> None:
        self._latents.clear()
        self._stage.close()

    def encode(self, requests: Sequence[SceneRequest], inputs: Sequence[SceneInputs]) -> Mapping[str, Keys]:
        with naming_memory(self.info.id):
            return self._encode_all(requests, inputs)

    def render(self, request: SceneRequest, conditioning: Keys, inputs: SceneInputs) -> Image.Image:
        with naming_memory(self.info.id):
            return self._render(request, conditioning, inputs)

    # --- inside ----------------------------------------------------------------------------------------------------------

    def _encode_all(self, requests: Sequence[SceneRequest], inputs: Sequence[SceneInputs]) -> Mapping[str, Keys]:
        self._stage.expect(self._work(request, given) for request, given in zip(requests, inputs, strict=True))
        todo: dict[str, tuple[str, SceneRequest, SceneInputs]] = {}
        keys: dict[str, Keys] = {}
        for request, given in zip(requests, inputs, strict=True):
            check_request(self.info, request, self.count_tokens(request.prompt))
            shown = _digests(given)
            named = {self._key(text, request, shown): text for text in self.texts(request)}
            keys[scene_fingerprint(request)] = Keys(tuple(named))
            todo.update({key: (text, request, given) for key, text in named.items() if key not in self._kept})
        for done, (key, (text, request, given)) in enumerate(todo.items(), 1):
            self._encode(key, text, self._shown(request, given))
            self._stage.on_phase("encode", done, len(todo))
        return keys

    def _encode(self, key: str, text: str, shown: Sequence[Placed]) -> Encoded:
        encoded: Encoded = self._stage.encoder(bool(shown)).encode(text, shown)
        self._kept.put(key, {"embeds": encoded.embeds, "slots": encoded.slots})
        return encoded

    def _render(self, request: SceneRequest, conditioning: Keys, inputs: SceneInputs) -> Image.Image:
        shown = self._shown(request, inputs)
        # Before the transformer is there: a text that was lost from the store needs the encoder again.
        texts = [self._encoded(key, text, shown) for key, text in zip(conditioning.texts, self.texts(request), strict=True)]
        canvas = shown[0] if request.source is not None else None
        size = canvas.canvas.size if canvas else (request.width_px, request.height_px)
        painter = self._stage.painter(request, size, inputs.adapters)
        latents = painter.draw(request, size, texts, [self._reference(p, painter.pixels) for p in shown])
        image = painter.pixels.to_image(latents)
        image = canvas.crop(image) if canvas else image
        return image if request.transparent else on_white(image)

    def _encoded(self, key: str, text: str, shown: Sequence[Placed]) -> Encoded:
        from .qwen21_text import Encoded

        found = self._kept.get(key)
        if found is None:
            return self._encode(key, text, shown)
        return Encoded(found["embeds"].to(self._stage.device), found["slots"].to(self._stage.device))

    def _reference(self, picture: Placed, pixels: Any) -> torch.Tensor:
        key = digest([picture.canvas.size, _pixel_digest(picture.canvas)])
        if key not in self._latents:
            self._latents[key] = pixels.to_latents(picture.canvas)
            while len(self._latents) > _LATENTS_KEPT:
                self._latents.popitem(last=False)
        return self._latents[key]

    def _work(self, request: SceneRequest, inputs: SceneInputs) -> Work:
        """What the job takes: its size, words, pictures, sequences."""
        shown = self._shown(request, inputs) if request.references or request.source is not None else []
        width, height = shown[0].canvas.size if request.source is not None else (request.width_px, request.height_px)
        texts = self.texts(request)
        tokens = max(self.count_tokens(text) for text in texts)
        return Work(width, height, tokens + TEMPLATE_TOKENS, tuple(picture.canvas.size for picture in shown), len(texts))

    def _shown(self, request: SceneRequest, inputs: SceneInputs) -> list[Placed]:
        """The pictures that the model sees, in the order of their tags: an edit's source first, at its own size."""
        if len(inputs.references) != len(request.references):
            raise RenderError("the reference pictures were not handed in", code="no-reference")
        area = request.width_px * request.height_px
        side = min(REFERENCE_SIDE, round(area**0.5))
        shown = [self.placed(scaled(open_picture(path, "reference"), side)) for path in inputs.references]
        if request.source is None:
            return shown
        source = sized_as(open_picture(inputs.source, "source"), request.width_px, request.height_px)
        return [self.placed(source), *shown]

    def _key(self, text: str, request: SceneRequest, shown: Sequence[str]) -> str:
        """The encode fingerprint: everything that decides the numbers."""
        sizes = (request.source is not None, request.width_px, request.height_px) if shown else ()
        return digest([self.info.weights_digest, self.info.dtype, self._stage.numerics(), text, shown, sizes])


def _digests(inputs: SceneInputs) -> list[str]:
    return [file_digest(path) for path in _paths(inputs)]


def _paths(inputs: SceneInputs) -> Iterable[Path]:
    return (*([inputs.source] if inputs.source else []), *inputs.references)


def _pixel_digest(image: Image.Image) -> str:
    import hashlib

    return hashlib.sha256(image.tobytes()).hexdigest()
