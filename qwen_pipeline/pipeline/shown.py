"""What of each picture is seen on the pages that show it."""

from __future__ import annotations

from collections.abc import Iterator

from qwen_pipeline.types import Box, Page, Piece, Plan, SceneLayer, ShownPicture, covering

_WHOLE = 0.9995
"""What is lost to rounding only is not a crop."""


def shown_pictures(plan: Plan) -> tuple[ShownPicture, ...]:
    """Every picture on every page of a plan."""
    sizes = {scene.fingerprint: (scene.request.width_px, scene.request.height_px) for scene in plan.scenes}
    return tuple(found for piece in plan.pieces for page in piece.pages for found in _of_page(piece, page, sizes))


def _of_page(piece: Piece, page: Page, sizes: dict[str, tuple[int, int]]) -> Iterator[ShownPicture]:
    if page.scene:
        yield _shown(piece, page, "", page.scene, (page.picture_box, page.scene_focus), sizes)
    boxes = {region.id: region.box for region in page.regions}
    for layer in page.layers:
        if isinstance(layer, SceneLayer):
            box = page.canvas.to_bleed(boxes[layer.region]) if layer.to_bleed else boxes[layer.region]
            yield _shown(piece, page, layer.id, layer.scene, (box, layer.focus), sizes)


def _shown(
    piece: Piece, page: Page, layer: str, scene: str, placed: tuple[Box, tuple[float, float]], sizes: dict[str, tuple[int, int]]
) -> ShownPicture:
    box, focus = placed
    whole = covering(box, *sizes[scene], focus)
    left, top = (box.x_pt - whole.x_pt) / whole.w_pt, (box.y_pt - whole.y_pt) / whole.h_pt
    w, h = box.w_pt / whole.w_pt, box.h_pt / whole.h_pt
    shown = (round(left, 4), round(top, 4), round(min(1.0, left + w), 4), round(min(1.0, top + h), 4))
    return ShownPicture(piece.id, page.id, scene, layer, "whole" if min(w, h) > _WHOLE else "crop", shown)
