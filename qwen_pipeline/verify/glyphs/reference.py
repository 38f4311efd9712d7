"""Glyphs of the built-in font as ink: what a character should look like."""

from __future__ import annotations

from functools import cache, lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.typing import NDArray

EM_PX = 40
WEIGHTS = (300, 500, 800)
SCALES = (0.76, 0.85, 0.94, 1.03, 1.12)
"""Of an em to the height of a line's ink. A comma that hangs below the hanzi makes the line higher, and its em smaller."""
LATIN_SCALES = (0.94, 1.03, 1.12, 1.21, 1.3)
"""For lines whose ink is capitals and digits: lower than hanzi, so that an em comes out larger."""
FINER = 0.03
"""Beside the best of these, so much smaller and larger are tried as well."""
_FILE = "fonts/ofl/notosanssc/NotoSansSC[wght].ttf"


@cache
def _font(weight: int, px: float) -> Any:
    from PIL import ImageFont

    font = ImageFont.truetype(str(files("justmytype_intl_cjk") / _FILE), px)
    font.set_variation_by_axes([weight])
    return font


@lru_cache(maxsize=6000)
def glyph(char: str, weight: int, scale: float) -> NDArray[Any] | None:
    """The ink of a character, 0 to 1, cut to its bounds, at `EM_PX * scale` pixels an em; None where the font lacks it."""
    import numpy as np
    from PIL import Image, ImageDraw

    side = round(EM_PX * scale * 2)
    image = Image.new("L", (side, side), 0)
    ImageDraw.Draw(image).text((side // 4, side // 8), char, font=_font(weight, EM_PX * scale), fill=255)
    box = image.getbbox()
    if box is None:
        return None
    pixels: NDArray[Any] = np.asarray(image.crop(box), dtype=np.float32) / 255
    return pixels
