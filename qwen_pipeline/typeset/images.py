"""Pictures from files: fitted, cropped round a focal point, and how fine they come out."""

from __future__ import annotations

from qwen_pipeline.errors import BadPicture, DataError, Diagnostic
from qwen_pipeline.pictures import load, size_px
from qwen_pipeline.types import MIDDLE, Box, ImageItem, ImageLayer, Place, covering

Crop = tuple[float, float, float, float]


def image_items(layer: ImageLayer, box: Box) -> tuple[ImageItem, ...]:
    """The picture in `box`: `cover` fills it and crops, `contain` shows all of it, in the middle.

    Raises DataError, at the layer's place: `image-missing`, `image-broken`, `image-too-large`.
    """
    try:
        width, height = size_px(layer.path)
        load(layer.path)  # damaged pixels are found here, before anything is drawn
    except BadPicture as error:
        place = layer.place or Place(layer.path)
        raise DataError([Diagnostic(error.code, error.message, place, error.hint)]) from error
    crop: Crop = (0.0, 0.0, 1.0, 1.0)
    if layer.fit == "cover":
        crop = cover_crop(width, height, box, layer.focus)
    else:
        box = contain_box(width, height, box)
    return (
        ImageItem(
            path=layer.path,
            box=box,
            crop=crop,
            clip_radius_pt=min(layer.radius_pt, min(box.w_pt, box.h_pt) / 2),
            opacity=layer.opacity,
            shadow=layer.shadow,
            layer=layer.id,
            effective_dpi=effective_dpi(width, height, crop, box),
            alt=layer.alt,
        ),
    )


def cover_crop(width_px: int, height_px: int, box: Box, focus: tuple[float, float] = MIDDLE) -> Crop:
    """The largest part of the picture with the box's proportions, as fractions, as near to `focus` as the edges let it."""
    whole = covering(box, width_px, height_px, focus)
    left, top = (box.x_pt - whole.x_pt) / whole.w_pt, (box.y_pt - whole.y_pt) / whole.h_pt
    return (left, top, min(1.0, left + box.w_pt / whole.w_pt), min(1.0, top + box.h_pt / whole.h_pt))


def contain_box(width_px: int, height_px: int, box: Box) -> Box:
    """The largest box of the picture's proportions inside `box`, in its middle."""
    scale = min(box.w_pt / width_px, box.h_pt / height_px)
    w, h = width_px * scale, height_px * scale
    return Box(box.x_pt + (box.w_pt - w) / 2, box.y_pt + (box.h_pt - h) / 2, w, h)


def effective_dpi(width_px: int, height_px: int, crop: Crop, box: Box) -> float:
    """Pixels an inch as placed, along the side where they are fewer."""
    return min((crop[2] - crop[0]) * width_px / box.w_pt, (crop[3] - crop[1]) * height_px / box.h_pt) * 72
