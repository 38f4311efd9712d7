"""The draft engine: a procedural illustration in the brand's colours. No GPU, no weights, about a second at 2K.

It reads `SceneRequest.hints` (style, subject, palette, calm areas) and falls back to the prompt.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from qwen_pipeline.errors import RenderError
from qwen_pipeline.fingerprint import scene_fingerprint
from qwen_pipeline.render.engine import OnPhase, SceneInputs, check_request, unheard
from qwen_pipeline.types import EngineInfo, Scene, SceneRequest

if TYPE_CHECKING:
    from PIL import Image

INFO = EngineInfo(
    id="draft",
    version="3",
    licence="Apache-2.0",
    usages=frozenset({"commercial", "research"}),
    capabilities=frozenset({"generate", "edit", "references", "alpha", "hints", "exact-lettering"}),
    native_sizes=(),
    size_multiple=1,
    max_area_px=2528 * 1696,  # the largest of the native 2K sizes of Qwen-Image 2.1, so that a draft stands in for it
    prompt_limit_tokens=4096,
    max_references=10,
    seconds_per_scene=1.0,
    describe="procedural illustration in the brand's colours; no GPU",
)

_TOKEN = r"[぀-ヿ㐀-鿿豈-﫿가-힯]|[^\s぀-ヿ㐀-鿿豈-﫿가-힯]+"


def count_tokens(text: str) -> int:
    """Words and CJK characters."""
    return sum([_count(paragraph) for paragraph in text.split("\n\n")])


@lru_cache(maxsize=1024)
def _count(paragraph: str) -> int:
    """Most paragraphs are the same in all prompts of a batch."""
    return len(paragraph.split() if paragraph.isascii() else re.findall(_TOKEN, paragraph))


def info(settings: Any, on_phase: OnPhase = unheard) -> EngineInfo:
    return INFO


def counter(settings: Any) -> Callable[[str], int]:
    return count_tokens


def missing(settings: Any) -> str:
    """Nothing is: it runs everywhere."""
    return ""


def fetch(settings: Any, scenes: Sequence[Scene] = ()) -> bool:
    """There are no weights."""
    return False


def open_engine(settings: Any) -> DraftEngine:
    return DraftEngine()


class DraftEngine:
    """Stateless: every picture is a function of its request and inputs."""

    info = INFO

    def count_tokens(self, text: str) -> int:
        return count_tokens(text)

    def encode(self, requests: Sequence[SceneRequest], inputs: Sequence[SceneInputs]) -> Mapping[str, None]:
        for request in requests:
            check_request(INFO, request, count_tokens(request.prompt))
        return {scene_fingerprint(request): None for request in requests}

    def render(self, request: SceneRequest, conditioning: Any, inputs: SceneInputs) -> Image.Image:
        from qwen_pipeline.render.draft import compose, edits

        check_request(INFO, request, count_tokens(request.prompt))
        if request.source is not None:
            image = edits.apply(_open(inputs.source, "source"), request)
        else:
            references = list(inputs.references)
            if len(references) < len(request.references):
                raise RenderError("the reference pictures were not handed in", code="no-reference")
            if request.guide:
                request = compose.guided(request, _open(references.pop(), "reference"))
            borrowed = compose.colors_of(_open(references[0], "reference")) if references else ()
            image = compose.draw(request, borrowed)
        if request.lettering is not None:
            image = edits.letter(image, _open(inputs.lettering, "lettering"))
        return image

    def close(self) -> None:
        """Nothing is held."""


def _open(path: Any, what: str) -> Image.Image:
    from PIL import Image

    if path is None:
        raise RenderError(f"the {what} picture was not handed in", code=f"no-{what}")
    with Image.open(path) as image:
        image.load()
        return image if image.mode in ("RGB", "RGBA") else image.convert("RGBA" if "A" in image.getbands() else "RGB")
