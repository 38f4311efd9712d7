"""Which prompts are to be rewritten before their pictures are drawn, by what, and from which seed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from qwen_pipeline.dataclass import dataclass
from qwen_pipeline.types import EngineInfo, Enhance, EnhancerInfo, Scene
from qwen_pipeline.types.spec import EnhanceSpec


@dataclass(frozen=True, slots=True)
class Enhancing:
    """`spec` None: no prompt is rewritten. `seed`: of every first answer; the same prompt has the same answer in every piece."""

    spec: EnhanceSpec | None
    enhancers: tuple[EnhancerInfo, ...]
    engine: EngineInfo
    seed: int
    notify: Callable[[str], object]

    def wish(self, references: Sequence[str], guided: bool) -> Enhance | None:
        """For a picture that is generated: by the enhancer that is shown pictures, where there are any."""
        if self.spec is None:
            return None
        if "hints" in self.engine.capabilities:
            self.notify(f"generate.enhance: {self.engine.id} reads no prompt, so none is rewritten")
            return None
        if any(":" in name for name in references):
            self.notify("generate.enhance: a picture that refers to another one of its piece keeps the template's prompt")
            return None
        shown = bool(references) or guided
        found = next((info for info in self.enhancers if info.reads_pictures == shown), None)
        if found is None:
            return None
        return Enhance(found.id, found.version, found.weights_digest, self.seed, self.spec.max_attempts, self.spec.on_fail)

    def notices(self, scenes: Iterable[Scene]) -> tuple[str, ...]:
        """What a build will do first, one line an enhancer."""
        found: dict[Enhance, set[tuple[object, ...]]] = {}
        for scene in scenes:
            if scene.request.enhance is not None:
                found.setdefault(scene.request.enhance, set()).add((scene.request.prompt, scene.request.references))
        return tuple(
            f"generate.enhance: {len(prompts)} prompt{'s are' if len(prompts) > 1 else ' is'} rewritten first, by {wish.enhancer}"
            + ("" if wish.weights_digest else ", whose weights are not here")
            for wish, prompts in found.items()
        )
