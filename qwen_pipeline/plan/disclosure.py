"""What a piece says about having been made by a machine: the visible label on its pages, and the fields in its files."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Literal

from qwen_pipeline.dataclass import dataclass
from qwen_pipeline.types import (
    Box,
    Canvas,
    Color,
    EngineInfo,
    Page,
    Place,
    Plate,
    Region,
    ShapeLayer,
    TextLayer,
    TextPart,
    TextStyle,
)
from qwen_pipeline.types.spec import DiscloseSpec, Text

from .scope import Scope, text_for

Edge = Literal["start", "end"]
LABEL = "disclosure"
"""Id of the label's layer and region."""

_USUAL = {"zh": "AI生成", "ja": "AI生成", "ko": "AI 생성"}
_USUAL_ELSEWHERE = "AI-generated"
_HEIGHT = 0.05
"""Height of the label's letters as a share of the page's shorter side (GB 45438-2025, 4.3: at least 5 %)."""
_LETTER_EM = 0.92
"""Height of an ideograph in em; Latin capitals are lower, so the label is set by the ideograph."""
_SECOND = 0.5
"""Size of the second language; the standard asks for one."""
_INK, _GROUND = Color(255, 255, 255), Color(0, 0, 0, 0.62)
_CORNERS = ("bottom-right", "top-right", "bottom-left", "top-left")
_GENERATED = "1"
"""The standard's code for content that was certainly generated; 2 is possibly, 3 is suspected."""


@dataclass(frozen=True)
class Disclosing:
    """The spec's `disclose`, for the engine at hand."""

    spec: DiscloseSpec
    engine: EngineInfo
    place: Callable[[str], Place]

    def applies(self, pages: Sequence[Page]) -> bool:
        """Whether a piece of these pages shows what has to be disclosed."""
        return self.spec.pieces == "all" or (
            "hints" not in self.engine.capabilities and any(page.scenes for page in pages)
        )

    def labelled(self, page: Page, scope: Scope, locales: Sequence[str]) -> Page:
        """The page with its visible label, where it needs one."""
        if self.spec.label is False or not page.scenes or not self.applies((page,)):
            return page
        parts = tuple(TextPart(tag, self._words(scope, tag)) for tag in locales)
        size = _HEIGHT * min(page.canvas.width_pt, page.canvas.height_pt) / _LETTER_EM
        style = TextStyle(size, size * _SECOND, 400, _INK, leading=1.15)
        plate = Plate(_GROUND, 0.4 * size, 0.2 * size, 0.16 * size)
        scales = (1.0, *(_SECOND for _ in parts[1:]))
        width = max(_width_em(part.text) * scale for part, scale in zip(parts, scales, strict=True)) * size + 0.8 * size
        height = (1.25 * sum(scales) + 0.7) * size
        corner, box = self._corner(page, width, height)
        align: Edge = "end" if corner.endswith("right") else "start"
        valign: Edge = "end" if corner.startswith("bottom") else "start"
        style = replace(style, align=align)
        layer = TextLayer(LABEL, LABEL, "label", parts, style, pair_ratio=_SECOND, pair_gap_em=0.0, plate=plate)
        return replace(page, regions=(*page.regions, Region(LABEL, box, align, valign)), layers=(*page.layers, layer))

    def signs(self, pages: Sequence[Page]) -> bool:
        """Whether the files of a piece of these pages are signed."""
        return self.spec.c2pa and self.applies(pages)

    def aigc(self, pages: Sequence[Page], fingerprint: str) -> tuple[tuple[str, str], ...]:
        """The implicit label that the files of a piece carry; empty for none."""
        given = self.spec.aigc
        if given is None or not self.applies(pages):
            return ()
        return (
            ("Label", _GENERATED),
            ("ContentProducer", given.producer),
            ("ProduceID", given.produce_id or fingerprint),
            ("ReservedCode1", ""),
            ("ContentPropagator", given.propagator),
            ("PropagateID", given.propagate_id),
            ("ReservedCode2", ""),
        )

    def _words(self, scope: Scope, tag: str) -> str:
        if not isinstance(self.spec.label, Text):
            return _USUAL.get(tag.split("-")[0], _USUAL_ELSEWHERE)
        label = self.spec.label

        def place() -> Place:
            return self.place("disclose.label")

        return scope.expand(text_for(label, tag, place), tag, place)

    def _corner(self, page: Page, width_pt: float, height_pt: float) -> tuple[str, Box]:
        """The corner asked for; or the first where nothing stands, else that with the least under the label."""
        if self.spec.corner != "auto":
            return self.spec.corner, _corner_box(page.canvas, self.spec.corner, width_pt, height_pt)
        taken = _taken(page)
        boxes = [(corner, _corner_box(page.canvas, corner, width_pt, height_pt)) for corner in _CORNERS]
        return min(boxes, key=lambda found: sum(_common_area(found[1], other) for other in taken))


def _corner_box(canvas: Canvas, corner: str, width_pt: float, height_pt: float) -> Box:
    safe = canvas.safe_box.inset(0.02 * min(canvas.width_pt, canvas.height_pt))
    x = safe.right_pt - width_pt if corner.endswith("right") else safe.x_pt
    y = safe.bottom_pt - height_pt if corner.startswith("bottom") else safe.y_pt
    return Box(x, y, width_pt, height_pt)


def _taken(page: Page) -> list[Box]:
    """Boxes of the regions that words, pictures, codes and charts stand in."""
    used = {layer.region for layer in page.layers if not isinstance(layer, ShapeLayer)}
    return [region.box for region in page.regions if region.id in used]


def _common_area(a: Box, b: Box) -> float:
    width = min(a.right_pt, b.right_pt) - max(a.x_pt, b.x_pt)
    height = min(a.bottom_pt, b.bottom_pt) - max(a.y_pt, b.y_pt)
    return max(width, 0.0) * max(height, 0.0)


def _width_em(text: str) -> float:
    """A little more than the text's width."""
    return sum(1.02 if ord(char) > 0x2E7F else 0.62 for char in text)
