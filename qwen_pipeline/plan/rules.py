"""Checks and limits of a plan."""

from __future__ import annotations

from typing import Any

from qwen_pipeline.errors import BudgetRefused
from qwen_pipeline.types import CheckRule, EngineInfo
from qwen_pipeline.types.spec import AssetKind, Batch, CheckSpec, Document, LimitsSpec, Spec


def check_limits(limits: LimitsSpec, spec: Spec, pieces: int, scenes: int, engine: EngineInfo) -> tuple[str, ...]:
    """Limits that are exceeded, in words; BudgetRefused for one with `on_exceed: error`."""
    exceeded = []
    minutes = round(scenes * engine.seconds_per_scene / 60, 1)
    for name, value in (("max_pieces", pieces), ("max_scenes", scenes), ("max_gpu_minutes", minutes)):
        allowed = getattr(limits, name)
        if allowed is None or value <= allowed or limits.on_exceed == "off":
            continue
        exceeded.append(f"limits.{name} is {allowed}, and this batch needs {value}")
        if limits.on_exceed == "error":
            raise BudgetRefused(
                exceeded[-1],
                place=spec.place(f"limits.{name}"),
                hint="raise the limit, select fewer pieces with --select, or set on_exceed: warn",
            )
    return tuple(exceeded)


def merge_checks(kind: AssetKind, document: Document, batch: Batch | None) -> tuple[CheckRule, ...]:
    """Kind < spec < batch."""
    merged: dict[str, Any] = {**kind.checks, **document.checks, **(batch.checks if batch else {})}
    out = []
    for name, rule in merged.items():
        if isinstance(rule, CheckSpec):
            out.append(CheckRule(name, rule.level, tuple(sorted((rule.model_extra or {}).items()))))
        else:
            out.append(CheckRule(name, rule))
    return tuple(out)
