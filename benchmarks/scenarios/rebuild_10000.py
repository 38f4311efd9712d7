"""An unchanged rebuild of 10,000 finished pieces, in a fresh process.

The pieces are tiny (64 px, no picture behind the words), so that they can be made at all before the clock runs; what a rebuild
does for each of them does not depend on its size. `--cache DIR` keeps them for the next run.
"""

from __future__ import annotations

import time

from benchmarks import campaign, ours
from benchmarks.record import Figure, seconds
from benchmarks.setting import Setting, process, timed


def run(setting: Setting) -> list[Figure]:
    pieces = setting.count(10_000)
    folder = setting.cache / f"campaign-{pieces}"
    spec, out, store = folder / "campaign.yaml", folder / "out", folder / "store"
    if not spec.exists():
        campaign.write(folder, pieces)
    start = time.perf_counter()
    first = ours.build(spec, out, store)
    took = time.perf_counter() - start
    again = ours.build(spec, out, store)
    assert len(again.pieces) == pieces
    assert (again.rendered, again.written) == (0, 0)
    warm = timed(lambda _: ours.build(spec, out, store), setting.repeats)
    command = ours.cli("build", spec, "--engine", "draft", "--out", out, "--store", store, "--quiet")
    cold = [process(command) for _ in range(setting.repeats)]
    figures = [
        seconds(f"unchanged rebuild of {pieces:,} pieces, cold", cold, limit=2.0),
        seconds("the same in one process", warm),
    ]
    return [*figures, seconds(f"first build of {pieces:,} pieces", [took])] if first.written else figures
