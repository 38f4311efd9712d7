"""The plan of a batch of 10,000 pieces: 5,000 rows of a CSV in two languages."""

from __future__ import annotations

from benchmarks import campaign, ours
from benchmarks.record import Figure, seconds
from benchmarks.setting import Setting, process, timed
from qwen_pipeline import pipeline
from qwen_pipeline.settings import Settings


def run(setting: Setting) -> list[Figure]:
    pieces = setting.count(10_000)
    spec = campaign.write(setting.scratch / "plan", pieces)
    settings = Settings(store=setting.scratch / "plan-store")
    planned = pipeline.make_plan(ours.order(spec), settings)
    assert len(planned.plan.pieces) == pieces
    warm = timed(lambda _: pipeline.make_plan(ours.order(spec), settings), setting.repeats)
    command = ours.cli("plan", spec, "--engine", "draft", "--store", str(settings.store), "--json")
    cold = [process(command) for _ in range(setting.repeats)]
    return [seconds(f"plan of {pieces:,} pieces", warm, limit=2.0), seconds("the same, `plan` in a fresh process", cold)]
