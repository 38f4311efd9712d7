from __future__ import annotations

from collections.abc import Iterator

from qwen_pipeline.types import Box, ImageItem, ImageLayer, Page, TextItem, TypesetPage
from qwen_pipeline.verify.check import Outcome, Settings, check
from qwen_pipeline.verify.subject import Subject

_TOLERANCE_PT = 0.5


@check(
    "safe_zone",
    rationale="Knives are up to 2 mm out, phones lay buttons over the edges, frames cover them: what must be seen stays inside.",
    codes=("text", "qr", "image"),
)
def CHECK(subject: Subject, settings: Settings) -> Iterator[Outcome]:
    """Words, QR codes and whole pictures (logos) stay inside the safe margin of the canvas."""
    for _, planned, page in subject.each_page():
        safe = page.canvas.safe_box
        for code, name, box in _things(planned, page):
            out = _depth(box, safe)
            if out > _TOLERANCE_PT:
                yield Outcome(
                    code,
                    f"{name} reaches {out / 72 * 25.4:.1f} mm into the margin",
                    page.id,
                    name if code == "text" else "",
                    box,
                    measured=f"{out:.1f} pt",
                    allowed="0 pt",
                    hint="move its region inwards, or make `safe` smaller",
                )


def _things(planned: Page, page: TypesetPage) -> Iterator[tuple[str, str, Box]]:
    """(code, name, box) of everything that must stay inside; one box a string."""
    for item in page.items:
        if isinstance(item, TextItem):
            boxes = [line.box for line in item.lines if line.text.strip()]
            if boxes:
                yield "text", item.string, _union(boxes)
    for mark in page.qr_marks:
        yield "qr", mark.layer, mark.box
    whole = {layer.id for layer in planned.layers if isinstance(layer, ImageLayer) and layer.fit == "contain"}
    for item in page.items:
        if isinstance(item, ImageItem) and item.layer in whole:
            yield "image", item.layer, item.box


def _union(boxes: list[Box]) -> Box:
    left, top = min(b.x_pt for b in boxes), min(b.y_pt for b in boxes)
    return Box(left, top, max(b.right_pt for b in boxes) - left, max(b.bottom_pt for b in boxes) - top)


def _depth(box: Box, safe: Box) -> float:
    return max(safe.x_pt - box.x_pt, safe.y_pt - box.y_pt, box.right_pt - safe.right_pt, box.bottom_pt - safe.bottom_pt)
