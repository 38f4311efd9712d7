"""Is what came back a picture of the size and kind that was asked for?"""

from __future__ import annotations

import numpy as np
from PIL import Image

from qwen_pipeline.errors import BadPicture
from qwen_pipeline.types import SceneRequest


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
