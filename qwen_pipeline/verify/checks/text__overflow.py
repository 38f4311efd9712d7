from __future__ import annotations

from collections.abc import Iterator

from qwen_pipeline.types import Box, SetString, TextItem, TypesetPage
from qwen_pipeline.verify.check import Outcome, Settings, check
from qwen_pipeline.verify.subject import Subject

_TOLERANCE_PT = 0.5
_WHAT = {"lines": "needs more lines than it may have", "width": "is wider than its region", "height": "is taller than its region"}


@check(
    "text.overflow",
    rationale="No text is set smaller than allowed or over its neighbours, so what has no room must be known before printing.",
    codes=("lines", "width", "height", "outside-page"),
)
def CHECK(subject: Subject, settings: Settings) -> Iterator[Outcome]:
    """Every string fits its region at a size that its style allows, and stays on the page."""
    for _, _, page in subject.each_page():
        drawn = _drawn_boxes(page)
        for string in page.strings:
            if string.overflow and string.on_fail != "off":
                yield _overflow(page, string)
            out = next((box for box in drawn.get(string.id, ()) if _sticks_out(box, page.canvas.trim)), None)
            if out is not None:
                yield Outcome(
                    "outside-page",
                    f"“{string.text[:40]}” runs off the page",
                    page.id,
                    string.id,
                    out,
                    hint="move its region inwards",
                )


def _overflow(page: TypesetPage, string: SetString) -> Outcome:
    rest = f"; left out: “{string.rest}”" if string.rest else ""
    return Outcome(
        string.overflow,
        f"“{string.text[:40]}” {_WHAT[string.overflow]} at {string.size_pt:.1f} pt{rest}",
        page.id,
        string.id,
        string.box,
        measured=f"{string.size_pt:.1f} pt, {string.lines} lines",
        hint="shorten the text, enlarge its region, or lower fit.min",
        at="warn" if string.on_fail == "warn" else None,
    )


def _drawn_boxes(page: TypesetPage) -> dict[str, list[Box]]:
    boxes: dict[str, list[Box]] = {}
    for item in page.items:
        if isinstance(item, TextItem):
            boxes.setdefault(item.string, []).extend(line.box for line in item.lines if line.text.strip())
    return boxes


def _sticks_out(box: Box, trim: Box) -> bool:
    t = _TOLERANCE_PT
    return box.x_pt < -t or box.y_pt < -t or box.right_pt > trim.right_pt + t or box.bottom_pt > trim.bottom_pt + t
