"""Where in a line of a picture is ink: 0 for the ground, 1 for the letters, whatever their colours."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qwen_pipeline.dataclass import dataclass
from qwen_pipeline.types.reading import ReadLine

from .reference import EM_PX

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PIL.Image import Image

_HANZI_HEIGHT = 0.9
"""Height of the ink of a line of hanzi in em."""
_LEAST_CONTRAST = 12.0
AROUND = 2 * EM_PX
"""Room for a glyph at the ends of a line, and for one that is higher than the line."""
_EVERY = 3
"""A median of each third pixel is one."""
_HIGHEST = 96
"""Pixels: larger lines are made smaller first."""


@dataclass(frozen=True, slots=True)
class LineInk:
    """A line laid flat. `ink` is (height, width), about `EM_PX` pixels an em, with `AROUND` pixels of ground on every side.

    `centers`: x of each character's middle, without the ground.
    """

    ink: NDArray[Any]
    centers: tuple[float, ...]

    @property
    def height(self) -> int:
        return int(self.ink.shape[0]) - 2 * AROUND


def line_ink(image: Image, line: ReadLine) -> LineInk | None:
    """None where there is no telling letters from ground. Horizontal lines only."""
    import numpy as np

    (ax, ay), (bx, by), (cx, cy), (dx, dy) = line.quad
    height = max(np.hypot(dx - ax, dy - ay), np.hypot(cx - bx, cy - by))
    width = max(np.hypot(bx - ax, by - ay), np.hypot(cx - dx, cy - dy))
    if height < 8 or width < 8:
        return None
    shrunk = min(1.0, _HIGHEST / height)
    ink = separate(_flat(image, line, (round(width), round(height)), shrunk))
    if ink is None:
        return None
    rows = np.flatnonzero((ink > 0.5).any(axis=1))
    if len(rows) < 6:
        return None
    scale = EM_PX * _HANZI_HEIGHT / (rows[-1] + 1 - rows[0])
    around = np.pad(_resized(ink, scale), AROUND)
    return LineInk(around, tuple(scale * shrunk * x for x in _middles(line, width)))


def _middles(line: ReadLine, width: float) -> list[float]:
    (ax, ay), (bx, by) = line.quad[:2]
    length = max(((bx - ax) ** 2 + (by - ay) ** 2) ** 0.5, 1e-6)
    ux, uy = (bx - ax) / length, (by - ay) / length
    found = []
    for char in line.chars:
        x, y = (char.box.left + char.box.right) / 2 - ax, (char.box.top + char.box.bottom) / 2 - ay
        found.append(min(width, max(0.0, x * ux + y * uy)))
    return found


def _flat(image: Image, line: ReadLine, size: tuple[int, int], shrunk: float) -> NDArray[Any]:
    import cv2
    import numpy as np

    xs, ys = [x for x, _ in line.quad], [y for _, y in line.quad]
    left, top = int(max(0, min(xs) - 2)), int(max(0, min(ys) - 2))
    box = (left, top, int(min(image.width, max(xs) + 3)), int(min(image.height, max(ys) + 3)))
    pixels = np.ascontiguousarray(np.asarray(image.crop(box).convert("RGB")))
    corners = np.array(line.quad, dtype=np.float32) - np.array([left, top], dtype=np.float32)
    width, height = size
    target = np.array([[0, 0], [width, 0], [width, height], [0, height]], dtype=np.float32)
    matrix = cv2.getPerspectiveTransform(corners, target)
    flat = cv2.warpPerspective(pixels, matrix, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(flat) if shrunk == 1 else _resized(flat, shrunk)


def separate(pixels: NDArray[Any]) -> NDArray[Any] | None:
    """Ink of an RGB strip: the place of each pixel between the colour of the ground and that of the letters.

    Otsu's threshold on the channel with the widest spread gives two classes; the ground is the one that fills the border.
    """
    import cv2
    import numpy as np

    planes = pixels.astype(np.float32)
    channel = int(np.argmax(cv2.meanStdDev(pixels)[1]))
    _, mask = cv2.threshold(np.ascontiguousarray(pixels[:, :, channel]), 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    high = mask > 0
    border = np.concatenate([high[0], high[-1], high[:, 0], high[:, -1]])
    letters = ~high if border.mean() > 0.5 else high
    if not letters.any() or letters.all():
        return None
    ground, colour = (np.median(planes[part][::_EVERY], axis=0) for part in (~letters, letters))
    axis = colour - ground
    length = float((axis**2).sum())
    if length < _LEAST_CONTRAST**2:
        return None
    ink: NDArray[Any] = np.clip(((planes - ground) @ axis) / length, 0.0, 1.0).astype(np.float32)
    return ink


def _resized(pixels: NDArray[Any], scale: float) -> NDArray[Any]:
    import cv2
    import numpy as np

    size = (max(1, round(pixels.shape[1] * scale)), max(1, round(pixels.shape[0] * scale)))
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR))
