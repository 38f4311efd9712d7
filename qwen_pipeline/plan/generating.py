"""How a plan's pictures are made: the spec's settings over the engine's, checked against what the engine can do."""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence

from qwen_pipeline.dataclass import dataclass
from qwen_pipeline.types import Adapter, EngineInfo, Place, Schedule, Weights
from qwen_pipeline.types.spec import GenerateSpec

from .contract import AUTO_UNITS, DISPLAY_ROLES, units
from .page import Assets
from .prompt import PromptString
from .scope import fail

LIGHTNING_SHIFT = 3.0
"""exp(mu), where mu = base_shift = max_shift = ln 3 at every size: the scheduler's configuration that Lightning was made with
(`generate_with_diffusers.py` of ModelTC/Qwen-Image-Lightning)."""
Places = Callable[[str], Place]


@dataclass(frozen=True, slots=True)
class Generating:
    """Settings that every request of a plan has. `side_px`: of a square as large as the pictures; None = as the engine likes."""

    seed: int | None
    side_px: int | None
    drawing: Schedule
    """Of what is made from words: the engine's with what the spec says of it, or a distillation's."""
    editing: Schedule
    """Of what is made from pictures. A distillation is made for generation only."""
    distilled: bool = False

    def schedule(self, from_pictures: bool) -> Schedule:
        return self.editing if from_pictures else self.drawing

    def edit_schedule(self, from_pictures: bool) -> Schedule | None:
        return None if self.schedule(from_pictures) == self.editing else self.editing

    def doubtful_words(self, strings: Sequence[PromptString]) -> str:
        """A notice where a distillation is to spell more than a few large words; "" = nothing to say."""
        small = any(string.role not in DISPLAY_ROLES for string in strings)
        if not self.distilled or not (small or sum(units(string.text) for string in strings) > AUTO_UNITS):
            return ""
        return "generate.distilled: dense or small words in pictures come out better without it"


def generating(spec: GenerateSpec, engine: EngineInfo, assets: Assets, place: Places) -> Generating:
    """Raises PlanError: `fixed-schedule` (steps or guidance of a distilled model), `no-distillation`, `scene-too-large`."""
    _check_schedule(spec, engine, place)
    if spec.size is not None and spec.size**2 > engine.max_area_px:
        message = f"generate.size {spec.size}: {engine.id} draws up to {int(engine.max_area_px**0.5)}"
        raise fail("scene-too-large", message, place("generate"), "outputs may be larger than the pictures they show")
    used = [(adapter.file, adapter.weight) for adapter in spec.adapters] if "adapters" in engine.capabilities else []
    worn = _adapters(used, assets, place("generate"))
    drawing, editing = (_own(spec, engine, engine.weights(from_pictures), worn) for from_pictures in (False, True))
    if spec.distilled is None:
        return Generating(spec.seed, spec.size, drawing, editing)
    fast = _adapters([(spec.distilled.adapter, 1.0)], assets, place("generate.distilled.adapter"))
    sigmas = lightning_sigmas(spec.distilled.steps)
    distilled = Schedule(drawing.weights, len(sigmas), 1.0, sigmas, fast[0] + worn[0], fast[1] + worn[1])
    return Generating(spec.seed, spec.size, distilled, editing, distilled=True)


def _own(
    spec: GenerateSpec, engine: EngineInfo, weights: Weights, worn: tuple[tuple[Adapter, ...], tuple[str, ...]]
) -> Schedule:
    """The engine's, with what the spec says of it; beside a distillation a spec's steps and guidance are the distillation's."""
    said = spec if spec.distilled is None else GenerateSpec()
    steps, scale = said.num_inference_steps or weights.num_inference_steps, said.true_cfg_scale or engine.true_cfg_scale
    return Schedule(weights, steps, scale, engine.sigmas, *worn)


def lightning_sigmas(steps: int) -> tuple[float, ...]:
    """Noise levels of each step: t = 1, (n-1)/n, ..., 1/n, shifted by exp(mu) / (exp(mu) + 1/t - 1) = 3t / (1 + 2t).

    That is `time_shift` of diffusers' FlowMatchEulerDiscreteScheduler, exponential, without a terminal shift; rounded to fp32
    where that rounds, so that the levels are the same to the last bit.
    """
    times = [(steps - step) / steps for step in range(steps)]
    return tuple(_fp32(LIGHTNING_SHIFT / _fp32(LIGHTNING_SHIFT + _fp32(_fp32(1 / t) - 1))) for t in times)


def _fp32(value: float) -> float:
    return float(struct.unpack("f", struct.pack("f", value))[0])


def _adapters(used: Sequence[tuple[str, float]], assets: Assets, place: Place) -> tuple[tuple[Adapter, ...], tuple[str, ...]]:
    paths = tuple(assets.resolve(file, place) for file, _ in used)
    return tuple(Adapter(assets.digest(path), weight) for path, (_, weight) in zip(paths, used, strict=True)), paths


def _check_schedule(spec: GenerateSpec, engine: EngineInfo, place: Places) -> None:
    """A distilled model's steps are its own, and it was taught to do without guidance."""
    if spec.distilled is not None and "distillation" not in engine.capabilities:
        message = f"{engine.id} has a schedule of its own and takes no distillation"
        hint = "name an engine that does (generate.model: qwen-image), or leave it out (--set generate.distilled=null)"
        raise fail("no-distillation", message, place("generate.distilled"), hint)
    fixed = spec.distilled.steps if spec.distilled else len(engine.sigmas)
    if not fixed:
        return
    who = "the distillation" if spec.distilled else engine.id
    steps = spec.num_inference_steps
    if steps is not None and steps != fixed:
        message = f"{who} draws in the {fixed} steps that it was made for, not in {steps}"
        raise fail("fixed-schedule", message, place("generate.num_inference_steps"), "leave num_inference_steps out")
    if (spec.true_cfg_scale or 1) > 1:
        message = f"{who} takes no guidance (true_cfg_scale {spec.true_cfg_scale:g})"
        raise fail("fixed-schedule", message, place("generate.true_cfg_scale"), "leave true_cfg_scale out")
