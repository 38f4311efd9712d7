"""The sheet of paper round a page: room for bleed and marks, the PDF's boxes, and the marks themselves."""

from __future__ import annotations

from typing import Any

from qwen_pipeline.dataclass import dataclass
from qwen_pipeline.types import PT_PER_UNIT, Canvas

_MM = PT_PER_UNIT["mm"]
MARK_GAP_PT = 2 * _MM
"""From the bleed's edge to a mark, so that no mark is ever inside the bleed."""
MARK_LENGTH_PT = 5 * _MM
_EDGE_PT = 1 * _MM
_STROKE_PT = 0.25
_TARGET_RADIUS_PT = 1.5 * _MM

PdfBox = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Sheet:
    """Sizes in points. `margin_pt` lies on all sides of the trim."""

    width_pt: float
    height_pt: float
    margin_pt: float
    bleed_pt: float

    @property
    def media_box(self) -> PdfBox:
        return (0.0, 0.0, self.width_pt, self.height_pt)

    @property
    def trim_box(self) -> PdfBox:
        return self._inset(self.margin_pt)

    @property
    def bleed_box(self) -> PdfBox:
        return self._inset(self.margin_pt - self.bleed_pt)

    def _inset(self, by: float) -> PdfBox:
        return (by, by, self.width_pt - by, self.height_pt - by)


def sheet_for(canvas: Canvas, marks: tuple[str, ...]) -> Sheet:
    """The sheet: trim and bleed, and room for the marks where there are any."""
    slug = MARK_GAP_PT + MARK_LENGTH_PT + _EDGE_PT if marks else 0.0
    margin = canvas.bleed_pt + slug
    return Sheet(canvas.width_pt + 2 * margin, canvas.height_pt + 2 * margin, margin, canvas.bleed_pt)


def draw_marks(canvas: Any, sheet: Sheet, marks: tuple[str, ...]) -> None:
    """Printer's marks on a reportlab canvas, in the colour that prints on every plate (`/All`)."""
    from reportlab.lib.colors import CMYKColorSep

    canvas.saveState()
    canvas.setStrokeColor(CMYKColorSep(1, 1, 1, 1, spotName="All"))
    canvas.setLineWidth(_STROKE_PT)
    if "crop" in marks:
        _draw_crop_marks(canvas, sheet)
    if "registration" in marks:
        _draw_targets(canvas, sheet)
    canvas.restoreState()


def _draw_crop_marks(canvas: Any, sheet: Sheet) -> None:
    left, bottom, right, top = sheet.trim_box
    start = sheet.bleed_pt + MARK_GAP_PT
    end = start + MARK_LENGTH_PT
    for y in (bottom, top):
        canvas.line(left - end, y, left - start, y)
        canvas.line(right + start, y, right + end, y)
    for x in (left, right):
        canvas.line(x, bottom - end, x, bottom - start)
        canvas.line(x, top + start, x, top + end)


def _draw_targets(canvas: Any, sheet: Sheet) -> None:
    left, bottom, right, top = sheet.trim_box
    out = sheet.bleed_pt + MARK_GAP_PT + MARK_LENGTH_PT / 2
    middle_x, middle_y = sheet.width_pt / 2, sheet.height_pt / 2
    arm = MARK_LENGTH_PT / 2
    for x, y in ((middle_x, bottom - out), (middle_x, top + out), (left - out, middle_y), (right + out, middle_y)):
        canvas.circle(x, y, _TARGET_RADIUS_PT, stroke=1, fill=0)
        canvas.line(x - arm, y, x + arm, y)
        canvas.line(x, y - arm, x, y + arm)
