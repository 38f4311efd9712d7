"""What the caller hands the plan: the engine, its token counter, digests, what formats do to names."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from qwen_pipeline.fingerprint import file_digest
from qwen_pipeline.types import EngineInfo

from .names import FormatTraits


def digest_of(path: str) -> str:
    return file_digest(Path(path))


@dataclass(frozen=True)
class PlanContext:
    """Values and functions from outside; nothing here is a setting of the machine but `digest`, which reads assets."""

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
    can_read: bool = False
    """Whether a reader can check baked strings of engines that letter inexactly."""
    digest: Callable[[str], str] = field(default=digest_of)

    @property
    def can_bake(self) -> bool:
        return self.can_read or "exact-lettering" in self.engine.capabilities
