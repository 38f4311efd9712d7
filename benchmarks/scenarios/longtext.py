"""All LongText briefs as overlay: does the text read back from the PDF equal the source?"""

from __future__ import annotations

import time

from benchmarks.longtext import judge_all, read
from benchmarks.record import Figure, seconds
from benchmarks.setting import Setting


def run(setting: Setting) -> list[Figure]:
    start = time.perf_counter()
    figures = []
    for language in ("zh", "en"):
        briefs = read(setting.data / f"longtext_{language}.jsonl", language)
        verdicts = list(judge_all(briefs[: setting.count(len(briefs))], setting.scratch / "longtext"))
        strings = sum(len(verdict.brief.strings) for verdict in verdicts)
        unequal = [verdict.brief.name for verdict in verdicts if not verdict.equal]
        unreported = [verdict.brief.name for verdict in verdicts if verdict.unreported]
        note = f"{len(verdicts)} briefs, {strings} strings"
        figures += [
            Figure(f"{language}: briefs whose text differs", len(unequal), "", 0, note="; ".join([note, *unequal[:10]])),
            Figure(
                f"{language}: missing or overflowing, unreported",
                len(unreported),
                "",
                0,
                note="; ".join([note, *unreported[:10]]),
            ),
            Figure(f"{language}: briefs with a finding", sum(bool(v.reported) for v in verdicts), "", note=note),
        ]
    return [*figures, seconds("all briefs", [time.perf_counter() - start])]
