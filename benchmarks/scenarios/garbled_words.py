"""Bilingual posters by an engine that garbles words, in each of its ways: does every delivered file carry its words exactly?

Twelve posters a way. Their words are read back from the PDF, from the delivered picture, and from what the engine hid in its
own picture of what it wrote.
"""

from __future__ import annotations

from collections import Counter

from benchmarks.garbled import TITLES, Delivered, deliver
from benchmarks.record import Figure
from benchmarks.setting import Setting
from qwen_pipeline.verify import open_reader


def run(setting: Setting) -> list[Figure]:
    from tests.support.engines.scribe import GARBLES

    reader = open_reader()
    titles = TITLES[: setting.count(len(TITLES))]
    figures, wrong, twins, shown = [], list[str](), list[str](), 0
    for way in GARBLES:
        made = deliver(setting.scratch / way, titles, (way,), reader)
        wrong += [f"{way} {piece.name}: {', '.join(piece.wrong)}" for piece in made if piece.wrong]
        twins += [twin for piece in made for twin in piece.twins]
        shown += sum(bool(piece.picture) for piece in made)
        figures.append(_delivered(way, made))
    note = "; ".join([f"{shown} pieces, {2 * shown} strings, each in a PDF and a PNG", *wrong[:10]])
    return [
        Figure("delivered pieces with a word that is not exact", len(wrong), "", 0, note=note),
        Figure("strings passed with a twin of a character (巿 for 市)", len(twins), "", note="; ".join(twins)),
        *figures,
    ]


def _delivered(way: str, made: tuple[Delivered, ...]) -> Figure:
    """How many could be delivered, and the rung on which their strings ended."""
    rungs = Counter(rung for piece in made if piece.picture for rung in piece.rungs)
    note = f"{len(made)} pieces; strings " + ", ".join(f"{rung} {count}" for rung, count in sorted(rungs.items()))
    return Figure(f"{way}: delivered", 100 * sum(bool(piece.picture) for piece in made) / len(made), "%", note=note)
