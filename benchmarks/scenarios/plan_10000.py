"""The plan of a batch of 10,000 pieces: 5,000 rows of a CSV in two languages.

Once with one line of text a piece and no picture, and once as campaigns are: a product layout with strings and a price from
the row, and 5,000 different pictures, each with a prompt of its own.
"""

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
    rich = campaign.write_products(setting.scratch / "plan-products", pieces)
    assert len(pipeline.make_plan(ours.order(rich), settings).plan.scenes) == pieces // 2
    products = timed(lambda _: pipeline.make_plan(ours.order(rich), settings), setting.repeats)
    return [
        seconds(f"plan of {pieces:,} pieces", warm, limit=2.0),
        seconds("the same, `plan` in a fresh process", cold),
        seconds(f"plan of {pieces:,} product posters with {pieces // 2:,} pictures", products, limit=2.0),
    ]
