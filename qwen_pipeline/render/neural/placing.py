"""Pictures that a model is shown: padded to its grid, never stretched, and cropped back from what it makes of them."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
from PIL import Image

from qwen_pipeline.dataclass import dataclass
from qwen_pipeline.errors import RenderError

GRID = 32
"""Pixels: one slot of the vision encoder, two by two latents."""
NOISY_SIDE = 1024
"""A reference with a side of exactly this many pixels fills an edit with broadband noise (ComfyUI#16435); 992 and 1056 do not."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A picture on the model's grid: RGBA, the picture in the top left corner, its edges repeated over the padding."""

    canvas: Image.Image
    width_px: int
    height_px: int

    def crop(self, image: Image.Image) -> Image.Image:
        """The part of something of the canvas's size that is the picture."""
        return image if image.size == (self.width_px, self.height_px) else image.crop((0, 0, self.width_px, self.height_px))


def open_picture(path: Path | None, what: str) -> Image.Image:
    """A picture as RGBA. Raises `RenderError` with code `no-<what>` where it was not handed in or cannot be read."""
    if path is None:
        raise RenderError(f"the {what} picture was not handed in", code=f"no-{what}")
    try:
        with Image.open(path) as image:
            return image.convert("RGBA")
    except OSError as error:
        raise RenderError(f"the {what} picture {path.name} cannot be read: {error}", code=f"no-{what}") from error


def place(image: Image.Image, step: int = GRID, noisy: int | None = NOISY_SIDE) -> Placed:
    """The picture at its own size, padded to multiples of `step`; no side becomes `noisy`."""
    width, height = image.size
    grid = (_padded(width, step, noisy), _padded(height, step, noisy))
    if grid == image.size:
        return Placed(image, width, height)
    pixels = np.pad(np.asarray(image), ((0, grid[1] - height), (0, grid[0] - width), (0, 0)), mode="edge")
    return Placed(Image.fromarray(pixels), width, height)


def scaled(image: Image.Image, side_px: int) -> Image.Image:
    """The picture at about `side_px` squared pixels, both directions alike."""
    width, height = image.size
    factor = side_px / math.sqrt(width * height)
    size = (max(1, round(width * factor)), max(1, round(height * factor)))
    return image if size == image.size else image.resize(size, Image.Resampling.LANCZOS)


def sized_as(image: Image.Image, width: int, height: int) -> Image.Image:
    """A source at its edit's size. Raises `RenderError` (`size`) where that would stretch it."""
    if image.size == (width, height):
        return image
    if abs(image.width * height - image.height * width) > 0.01 * image.width * height:
        raise RenderError(f"an edit of {image.width}x{image.height} px cannot be {width}x{height} px", code="size")
    return image.resize((width, height), Image.Resampling.LANCZOS)


def on_white(image: Image.Image) -> Image.Image:
    """RGB, with white behind what is transparent: what the vision encoder was taught to read."""
    if image.mode == "RGB":
        return image
    white = Image.new("RGB", image.size, (255, 255, 255))
    white.paste(image, mask=image.getchannel("A"))
    return white


def _padded(side: int, step: int, noisy: int | None) -> int:
    grid = max(step, math.ceil(side / step) * step)
    return grid + step if grid == noisy else grid
