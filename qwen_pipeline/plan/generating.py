"""How a plan's pictures are made: the spec's settings over the engine's, checked against what the engine can do."""

from __future__ import annotations

from dataclasses import dataclass

from qwen_pipeline.types import Adapter, EngineInfo, Place
from qwen_pipeline.types.spec import GenerateSpec

from .page import Assets
from .scope import fail


@dataclass(frozen=True, slots=True)
class Generating:
    """Settings that every request of a plan has. `side_px`: of a square as large as the pictures; None = as the engine likes."""

    seed: int | None
    side_px: int | None
    num_inference_steps: int
    true_cfg_scale: float
    sigmas: tuple[float, ...]
    adapters: tuple[Adapter, ...] = ()
    adapter_paths: tuple[str, ...] = ()


def generating(spec: GenerateSpec, engine: EngineInfo, assets: Assets, place: Place) -> Generating:
    """Raises PlanError: `fixed-schedule` for a distilled model with other steps or guidance, `scene-too-large`."""
    _check_schedule(spec, engine, place)
    if spec.size is not None and spec.size**2 > engine.max_area_px:
        message = f"generate.size {spec.size}: {engine.id} draws up to {int(engine.max_area_px**0.5)}"
        raise fail("scene-too-large", message, place, "outputs may be larger than the pictures they show")
    used = spec.adapters if "adapters" in engine.capabilities else ()
    paths = tuple(assets.resolve(adapter.file, place) for adapter in used)
    adapters = tuple(Adapter(assets.digest(path), adapter.weight) for path, adapter in zip(paths, used, strict=True))
    return Generating(
        spec.seed,
        spec.size,
        spec.num_inference_steps or engine.num_inference_steps,
        spec.true_cfg_scale or engine.true_cfg_scale,
        engine.sigmas,
        adapters,
        paths,
    )


def _check_schedule(spec: GenerateSpec, engine: EngineInfo, place: Place) -> None:
    """A distilled model's steps are its own, and it was taught to do without guidance."""
    if not engine.sigmas:
        return
    steps = spec.num_inference_steps
    if steps is not None and steps != len(engine.sigmas):
        message = f"{engine.id} draws in the {len(engine.sigmas)} steps of its checkpoint, not in {steps}"
        raise fail("fixed-schedule", message, place, "leave num_inference_steps out")
    if (spec.true_cfg_scale or 1) > 1:
        message = f"{engine.id} takes no guidance (true_cfg_scale {spec.true_cfg_scale:g})"
        raise fail("fixed-schedule", message, place, "leave true_cfg_scale out")
