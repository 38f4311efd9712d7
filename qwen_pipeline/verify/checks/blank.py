from __future__ import annotations

from collections.abc import Iterator

from qwen_pipeline.verify.check import Outcome, Settings, check
from qwen_pipeline.verify.subject import Subject

_SAME = 4
"""Difference of channel values (0 to 255) that nobody sees."""
_WIDTH_PX = 512


@check(
    "blank",
    rationale="A page of one colour means that something failed without saying so.",
    codes=("blank", "no-pages"),
    looks=True,
)
def CHECK(subject: Subject, settings: Settings) -> Iterator[Outcome]:
    """Every page shows something."""
    from PIL.ImageStat import Stat

    if not subject.piece.pages:
        yield Outcome("no-pages", "the piece has no pages")
    for number, _, page in subject.each_page():
        bands = Stat(subject.raster(number, width_px=_WIDTH_PX).convert("RGB")).extrema
        if all(most - least <= _SAME for least, most in bands):
            yield Outcome("blank", "the page is of one colour", page.id, hint="give it a picture, words or shapes")
