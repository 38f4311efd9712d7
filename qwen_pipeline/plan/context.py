"""What the caller hands the plan: the engine, its token counter, digests, what formats do to names."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import field
from pathlib import Path

from qwen_pipeline.dataclass import dataclass
from qwen_pipeline.fingerprint import file_digest
from qwen_pipeline.types import EngineInfo, EnhancerInfo, Page, Region, TextLayer
from qwen_pipeline.types.spec import FontSpec

from .names import FormatTraits


def digest_of(path: str) -> str:
    return file_digest(Path(path))


def measure_of(path: str) -> object:
    from qwen_pipeline.pictures import size_px  # most specs name no picture

    return size_px(path)


Families = tuple[tuple[str, FontSpec], ...]
FlowText = Callable[[Families, Sequence[TextLayer], Region, Region], tuple[tuple[TextLayer, ...], ...]]
"""Fonts, texts in order, the region of the first page and that of the others -> the texts of each page."""


@dataclass(frozen=True)
class PlanContext:
    """Values and functions from outside; nothing here is a setting of the machine; `digest` and `measure` read assets."""

    engine: EngineInfo
    count_tokens: Callable[[str], int]
    code_digest: str
    fonts_digest: str
    templates: Path
    formats: Mapping[str, FormatTraits]
    locales: tuple[str, ...] = ()
    """Only these locale sets; empty = all."""
    select: tuple[str, ...] = ()
    """Only pieces whose id, data key or axis value matches one of these patterns."""
    reader: str = ""
    """Id and version of what reads baked strings back, for engines that letter inexactly; "" = nothing does."""
    digest: Callable[[str], str] = field(default=digest_of)
    measure: Callable[[str], object] = field(default=measure_of)
    """Reads a picture's header. Raises BadPicture."""
    flow: FlowText | None = None
    """Divides texts among pages; None where nothing flows."""
    enhancers: tuple[EnhancerInfo, ...] = ()
    """What rewrites prompts, where the spec asks for it."""

    @property
    def letters_exactly(self) -> bool:
        return "exact-lettering" in self.engine.capabilities

    def reader_of(self, pages: Iterable[Page]) -> str:
        """The reader that decides what becomes of these pages; "" where none does."""
        baked = any(isinstance(layer, TextLayer) and layer.render == "baked" for page in pages for layer in page.layers)
        return self.reader if baked and not self.letters_exactly else ""

    @property
    def cannot_bake(self) -> str:
        """Why pictures may spell nothing here; "" if they may."""
        if self.letters_exactly or self.reader:
            return ""
        return f"{self.engine.id} letters inexactly, and no reader is installed (pip install 'qwen-pipeline[ocr]')"
