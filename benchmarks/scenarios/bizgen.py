"""All BizGen designs at their own sizes: are their texts apart and readable, and is what does not fit reported?"""

from __future__ import annotations

import time
from collections import Counter

from benchmarks.bizgen import judge_all, read
from benchmarks.record import Figure, seconds
from benchmarks.setting import Setting

_SETS = (("infographics", "Infographic"), ("slides", "Deck"))
_REPORTED = "text.overflow/"


def run(setting: Setting) -> list[Figure]:
    start = time.perf_counter()
    figures = []
    for name, kind in _SETS:
        designs = read(setting.data / f"bizgen_{name}.json", name)
        judged = list(judge_all(designs[: setting.count(len(designs))], kind, setting.scratch / name))
        codes = Counter(error.partition(":")[0] for one in judged for error in one.errors)
        strings = sum(one.strings for one in judged)
        note = f"{len(judged)} designs, {strings} strings; " + ", ".join(f"{code} {n}" for code, n in sorted(codes.items()))
        too_long = sum(n for code, n in codes.items() if code.startswith(_REPORTED))
        figures += [
            Figure(f"{name}: strings that do not fit their box, reported", too_long, "", note=note),
            Figure(f"{name}: overlaps, low contrast, missing glyphs, wrong words", codes.total() - too_long, "", 0, note=note),
        ]
    return [*figures, seconds("all designs", [time.perf_counter() - start])]
