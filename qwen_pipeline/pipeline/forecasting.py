"""What a plan would cost: which pieces and pictures are there already."""

from __future__ import annotations

from qwen_pipeline import render
from qwen_pipeline.dataclass import dataclass
from qwen_pipeline.store import Store
from qwen_pipeline.types import Estimate, Plan

from .enhancing import unanswered
from .scenes import shown


@dataclass(frozen=True, slots=True)
class Forecast:
    """`made`: pieces whose files are in the store; `missing`: fingerprints of the pictures to draw."""

    plan: Plan
    made: frozenset[str]
    missing: frozenset[str]
    estimate: Estimate


def forecast(plan: Plan, store: Store) -> Forecast:
    """What is there, as far as the store's records tell; nothing is read through."""
    made = frozenset(piece.id for piece in plan.pieces if store.output(piece.fingerprint) is not None)
    needed = shown([piece for piece in plan.pieces if piece.id not in made], plan.scenes)
    missing = frozenset(scene.fingerprint for scene in needed if not store.has_scene(scene.fingerprint))
    total = len(plan.scenes)
    first = unanswered((scene for scene in needed if scene.fingerprint in missing), store)
    seconds = len(missing) * plan.engine.seconds_per_scene
    seconds += sum(render.enhancer_module(task.enhance.enhancer).INFO.seconds_per_prompt for task in first)
    estimate = Estimate(total, total - len(missing), seconds, len(first))
    return Forecast(plan, made, missing, estimate)
