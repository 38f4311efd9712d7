from __future__ import annotations

from collections.abc import Iterator

from qwen_pipeline.types import ImageItem
from qwen_pipeline.verify.check import Outcome, Settings, check
from qwen_pipeline.verify.subject import Subject


@check(
    "min_dpi",
    rationale="A picture placed larger than its pixels allow looks soft in print, and no screen shows it beforehand.",
    codes=("low", "unknown"),
)
def CHECK(subject: Subject, settings: Settings) -> Iterator[Outcome]:
    """Every picture has, as placed, the resolution that the canvas asks for."""
    for _, _, page in subject.each_page():
        least = page.canvas.min_dpi
        for item in page.items if least > 0 else ():
            if not isinstance(item, ImageItem):
                continue
            name = "the scene's picture" if item.is_scene else f"picture {item.layer}"
            if item.effective_dpi <= 0:
                yield Outcome("unknown", f"the resolution of {name} is not known", page.id, box=item.box)
            elif item.effective_dpi < least:
                yield Outcome(
                    "low",
                    f"{name} has {item.effective_dpi:.0f} dpi as placed",
                    page.id,
                    box=item.box,
                    measured=f"{item.effective_dpi:.0f} dpi",
                    allowed=f"{least:.0f} dpi",
                    hint="use a larger picture or a smaller canvas, or lower min_dpi",
                )
