"""A scene while a plan gathers who shows it."""

from __future__ import annotations

from dataclasses import field

from qwen_pipeline.dataclass import dataclass
from qwen_pipeline.types import CalmArea, Scene, SceneRequest, Schedule


@dataclass(slots=True)
class AskedScene:
    """A scene as it is gathered, with all the pieces that show it."""

    request: SceneRequest
    paths: tuple[str, ...]
    tokens: int
    strings: tuple[str, ...]
    mask: str
    adapters: tuple[str, ...]
    edit_schedule: Schedule | None
    used_by: set[str] = field(default_factory=set)
    plain_prompt: str = ""
    guide_calm: tuple[CalmArea, ...] = ()

    def scene(self, fingerprint: str) -> Scene:
        return Scene(
            fingerprint=fingerprint,
            request=self.request,
            reference_paths=self.paths,
            tokens=self.tokens,
            used_by=tuple(sorted(self.used_by)),
            strings=self.strings,
            mask_path=self.mask,
            adapter_paths=self.adapters,
            plain_prompt=self.plain_prompt,
            guide_calm=self.guide_calm,
            edit_schedule=self.edit_schedule,
        )
