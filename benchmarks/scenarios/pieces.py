"""LongText briefs as posters, slides, web pages and prints: does every PDF hold every string?"""

from __future__ import annotations

import time

from benchmarks.pieces import CATEGORIES, judge_all, read
from benchmarks.record import Figure, seconds
from benchmarks.setting import Setting


def run(setting: Setting) -> list[Figure]:
    start = time.perf_counter()
    briefs = read(setting.data)
    chosen = briefs[:: max(1, round(len(briefs) / setting.count(len(briefs))))]
    endings = list(judge_all(chosen, setting.scratch / "pieces"))
    figures = []
    for category in CATEGORIES:
        own = [ending for ending in endings if ending.brief.category == category]
        strings = sum(len(ending.brief.strings) for ending in own)
        lost = [ending.brief.name for ending in own if ending.lost or ending.failures]
        note = "; ".join([f"{len(own)} briefs, {strings} strings", *lost[:10]])
        figures.append(Figure(f"{category}: pieces that lack a string", len(lost), "", 0, note=note))
    found = [f"{ending.brief.name} {code}" for ending in endings for code in ending.reported]
    unreported = [ending.brief.name for ending in endings if ending.unreported]
    return [
        *figures,
        Figure("a string lacks, and no finding says so", len(unreported), "", 0, note="; ".join(unreported[:10])),
        Figure("findings that are errors", len(found), "", 0, note="; ".join(found[:10])),
        seconds("all pieces", [time.perf_counter() - start]),
    ]
