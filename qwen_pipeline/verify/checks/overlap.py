from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from qwen_pipeline.types import Box, TextItem, TypesetPage
from qwen_pipeline.verify.check import Outcome, Settings, check
from qwen_pipeline.verify.subject import Subject

_SHARE = 0.15
"""How much of the lower of two lines may be shared: leading and side bearings touch in good settings."""


@check(
    "overlap",
    rationale="Two strings on top of each other cannot be read, and each alone passes every other check.",
    codes=("overlap",),
)
def CHECK(subject: Subject, settings: Settings) -> Iterator[Outcome]:
    """No line of one string lies on a line of another."""
    for _, _, page in subject.each_page():
        for (one, a), (two, b) in combinations(_lines_by_string(page).items(), 2):
            shared = next((s for x in a for y in b if (s := _shared(x, y)) is not None), None)
            if shared is not None:
                yield Outcome(
                    "overlap",
                    f"{one} and {two} lie on top of each other",
                    page.id,
                    one,
                    shared,
                    measured=f"{shared.w_pt:.1f} x {shared.h_pt:.1f} pt",
                    hint="move one region, or put both in one region, which stacks them",
                )


def _lines_by_string(page: TypesetPage) -> dict[str, list[Box]]:
    lines: dict[str, list[Box]] = {}
    for item in page.items:
        if isinstance(item, TextItem):
            lines.setdefault(item.string, []).extend(line.box for line in item.lines if line.text.strip())
    return lines


def _shared(a: Box, b: Box) -> Box | None:
    """What two lines share, where it is more than touching."""
    left, top = max(a.x_pt, b.x_pt), max(a.y_pt, b.y_pt)
    width, height = min(a.right_pt, b.right_pt) - left, min(a.bottom_pt, b.bottom_pt) - top
    slack = _SHARE * min(a.w_pt, b.w_pt, a.h_pt, b.h_pt)
    return Box(left, top, width, height) if width > slack and height > slack else None
