"""Is what came back a picture of the size and kind that was asked for? And has an edit kept to its parts of it?"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from qwen_pipeline.errors import BadPicture, RenderError
from qwen_pipeline.types import PixelBox, SceneRequest

FEATHER_PX = 8
"""How far inside a part's edges an edit fades in, at most; a quarter of the part's shorter side in small ones."""


def check_picture(image: Image.Image, request: SceneRequest) -> None:
    """Raise `BadPicture` for a wrong size or mode, values that are not finite, or one flat colour."""
    size = (request.width_px, request.height_px)
    if image.size != size:
        raise BadPicture(
            f"the engine drew {image.width}x{image.height} px, {size[0]}x{size[1]} were asked for", code="wrong-size"
        )
    if image.mode == "F" and not np.isfinite(np.asarray(image)).all():
        raise BadPicture("the picture holds values that are not numbers", code="not-finite")
    wanted = "RGBA" if request.transparent else "RGB"
    if image.mode != wanted:
        raise BadPicture(f"the picture's mode is {image.mode}, {wanted} was asked for", code="wrong-mode")
    if _is_blank(image):
        raise BadPicture("the picture is one flat colour", hint="another seed may help", code="blank")


def _is_blank(image: Image.Image) -> bool:
    """One value everywhere, or nothing but transparency."""
    bands = [band if isinstance(band, tuple) else (band, band) for band in image.getextrema()]
    if image.mode == "RGBA" and bands[3][1] == 0:
        return True
    return all(low == high for low, high in bands)


def keep_outside(edited: Image.Image, source: Path, within: Sequence[PixelBox], drawn_mask: Path | None = None) -> Image.Image:
    """The edited picture inside the boxes and where the mask is white, the source everywhere else, byte for byte.

    An edit fades in inside a box's edges; a mask is taken as it is drawn, its greys as shares, and limits the boxes too.
    """
    with Image.open(source) as picture:
        before: Image.Image = picture.convert(edited.mode)
    if before.size != edited.size:
        before = before.resize(edited.size, Image.Resampling.LANCZOS)
    mask = np.zeros((edited.height, edited.width), np.float32) if within else np.ones((edited.height, edited.width), np.float32)
    for box in within:
        _open_box(mask, box)
    if drawn_mask is not None:
        mask *= _drawn(drawn_mask, edited.size)
    return Image.composite(edited, before, Image.fromarray(np.rint(mask * 255).astype(np.uint8)))


def _fade(length: int, feather: float, before: bool, after: bool) -> np.ndarray:
    """From little to 1 within `feather` pixels of the start and of the end, where something stands `before` and `after` them."""
    steps = np.arange(length)
    inward = np.minimum(steps + 1 if before else np.inf, length - steps if after else np.inf)
    return np.minimum(1.0, np.broadcast_to(inward, (length,)) / (feather + 1))


def _drawn(path: Path, size: tuple[int, int]) -> np.ndarray:
    """A mask's values at a picture's size, 0 to 1. Raises `RenderError` (`no-mask`) where it cannot be read."""
    try:
        with Image.open(path) as image:
            grey = image.convert("L")
    except OSError as error:
        raise RenderError(f"the mask {path.name} cannot be read: {error}", code="no-mask") from error
    return np.asarray(grey if grey.size == size else grey.resize(size, Image.Resampling.BILINEAR), np.float32) / 255


def _open_box(mask: np.ndarray, box: PixelBox) -> None:
    """Let the edit through inside `box`: 0 at its edge, 1 further in. Along the picture's own edges there is nothing to join."""
    height, width = mask.shape
    left, top = max(0, round(box.left)), max(0, round(box.top))
    right, bottom = min(width, round(box.right)), min(height, round(box.bottom))
    if right <= left or bottom <= top:
        return
    feather = max(1.0, min(FEATHER_PX, (right - left) / 4, (bottom - top) / 4))
    down = _fade(bottom - top, feather, top > 0, bottom < height)
    across = _fade(right - left, feather, left > 0, right < width)
    fade = np.minimum(down[:, None], across[None, :])
    mask[top:bottom, left:right] = np.maximum(mask[top:bottom, left:right], fade)
