"""Canvas sizes: written right, and not absurd."""

from __future__ import annotations

from typing import Any

from qwen_pipeline.types import Place
from qwen_pipeline.types.spec import CanvasSpec, SizeAxis, parse_canvas_size

from .report import Report
from .tree import Map


def check_canvas(canvas: CanvasSpec, tree: Any, place: Place, report: Report, axis: SizeAxis | None = None) -> None:
    """Report a size that cannot be, and margins that leave nothing."""
    at = tree.places["size"] if isinstance(tree, Map) and "size" in tree else place
    try:
        width, height, _, _ = parse_canvas_size(canvas.size, canvas.orientation)
    except ValueError as error:
        report.add("bad-canvas", str(error), at, "A3, 210mmx297mm, 1080x1080px or 16:9")
        return
    short = min(width, height)
    bleed, safe = (axis.bleed if axis else None) or canvas.bleed, (axis.safe if axis else None) or canvas.safe
    if bleed and not 0 <= bleed.to_pt(short) <= short / 4:
        message = f"a bleed of {bleed} on {canvas.size}"
        report.add("bad-canvas", message, _at(tree, "bleed", place), "3mm is usual")
    if safe and not 0 <= safe.to_pt(short) < short / 2:
        message = f"safe margins of {safe} leave nothing of {canvas.size}"
        report.add("bad-canvas", message, _at(tree, "safe", place), "5mm to 10mm are usual")


def _at(tree: Any, key: str, place: Place) -> Place:
    return tree.places[key] if isinstance(tree, Map) and key in tree else place
