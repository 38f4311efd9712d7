"""The steps of an edit: what each says, what it may change, what it is shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from qwen_pipeline.types import Box, Canvas, PixelBox, Place, Region
from qwen_pipeline.types.spec import EditSpec

from .calm import fraction
from .geometry import placed
from .prompt import EditWords, place_words
from .scope import fail

Expand = Callable[[str], str]
_TEXTS = ("do", "add", "remove", "replace", "style", "background", "pose", "text", "with_", "at", "mask")


def expand_edit(edit: EditSpec, text: Expand) -> EditSpec:
    """The step with its strings filled in."""
    changed: dict[str, Any] = {name: text(value) for name in _TEXTS if (value := getattr(edit, name)) and "{" in value}
    if any("{" in reference for reference in edit.references):
        changed["references"] = tuple(text(reference) for reference in edit.references)
    return edit.model_copy(update=changed) if changed else edit


def edit_parts(
    edits: tuple[EditSpec, ...], regions: Mapping[str, Region], canvas: Canvas, place: Place
) -> tuple[Box | None, ...]:
    """The part of the page that each step may change, in points; None = all of it. At the trim it goes on into the bleed."""
    parts = (_part(edit, regions, canvas.trim, place) for edit in edits)
    return tuple(part and _bled(part, canvas) for part in parts)


def _part(edit: EditSpec, regions: Mapping[str, Region], page: Box, place: Place) -> Box | None:
    if edit.box is not None:
        return placed(edit.box, page)
    if edit.region is None:
        return None
    if edit.region not in regions:
        raise fail("unknown-region", f"an edit names the region '{edit.region}', which this page has not", place)
    return regions[edit.region].box


def _bled(part: Box, canvas: Canvas) -> Box:
    trim, bleed = canvas.trim, canvas.bleed_box
    left = min(part.x_pt, bleed.x_pt) if part.x_pt <= trim.x_pt else part.x_pt
    top = min(part.y_pt, bleed.y_pt) if part.y_pt <= trim.y_pt else part.y_pt
    right = max(part.right_pt, bleed.right_pt) if part.right_pt >= trim.right_pt - 0.01 else part.right_pt
    bottom = max(part.bottom_pt, bleed.bottom_pt) if part.bottom_pt >= trim.bottom_pt - 0.01 else part.bottom_pt
    return Box(left, top, right - left, bottom - top)


def within(part: Box | None, whole: Box, size: tuple[int, int], place: Place) -> tuple[PixelBox, ...]:
    """A part of the page in pixels of the picture, all of which lies at `whole`; () = all of it."""
    if part is None:
        return ()
    per_pt = size[0] / whole.w_pt
    left, top = (part.x_pt - whole.x_pt) * per_pt, (part.y_pt - whole.y_pt) * per_pt
    right, bottom = left + part.w_pt * per_pt, top + part.h_pt * per_pt
    found = PixelBox(*(float(round(v)) for v in (max(0, left), max(0, top), min(size[0], right), min(size[1], bottom))))
    if found.width < 1 or found.height < 1:
        raise fail("edit-outside", "the part that an edit may change lies outside of the picture", place)
    return (found,)


def edit_words(edit: EditSpec, part: Box | None, box: Box) -> EditWords:
    """A step as the templates see it."""
    area = fraction(part, box) if part is not None else None
    where = edit.at or (place_words(area) if area else "")
    return EditWords(edit.operation, getattr(edit, edit.operation), edit.with_, where)
