"""How lettering in a picture looks: its colour, its size, its weight. Measured, so that words set in its place look alike."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from qwen_pipeline.dataclass import dataclass
from qwen_pipeline.types import Color, PixelBox

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PIL.Image import Image

_CJK = re.compile(r"[぀-鿿가-힯豈-﫿]")
_CJK_EM, _CAP_EM, _X_EM, _DESCENT_EM = 0.925, 0.79, 0.6, 0.235
"""Heights of ink in em, of Noto Sans SC: a line of Chinese, capitals, small letters, and what reaches below."""
_TALL, _LOW = re.compile(r"[A-Z0-9bdfhklt!?&%$¥/()\[\]“”\"']"), re.compile(r"[gjpqyQ,;()\[\]$/]")
_LINE_PX = 96
"""Lines are brought to this height before strokes are measured."""
_GAP_PX = 5
"""Rows without ink inside one line, at that height: below the dot of an i."""
_INK = (0.03, 0.7)
"""Shares of a line's box that letters may cover."""
_LEAST_CONTRAST = 24.0
"""Distance of ink and ground in sRGB, under which there is nothing to measure."""
_WEIGHTS = (100, 200, 300, 400, 500, 600, 700, 800, 900)
_STROKES = {
    "cjk": (0.0336, 0.0437, 0.0514, 0.0757, 0.0941, 0.1062, 0.1177, 0.1286, 0.1410),
    "latin": (0.0411, 0.0513, 0.0602, 0.0881, 0.1076, 0.1217, 0.1340, 0.1468, 0.1576),
}
"""Width of strokes in em at each weight, as measured here on lines of Noto Sans SC."""


@dataclass(frozen=True, slots=True)
class LetteringLook:
    """`em_px`: the size that type would be set at, in pixels of the picture. `weight`: 100 to 900."""

    color: Color
    em_px: float
    weight: int


def look_of(picture: Image, lines: Sequence[PixelBox], text: str) -> LetteringLook | None:
    """Look of the lettering in the boxes of its lines, which read `text`; None where no ink stands out from its ground."""
    found = [one for box in lines if (one := _measure(picture, box, text)) is not None]
    if not found:
        return None
    inks, ems, strokes = zip(*found, strict=True)
    largest = max(range(len(found)), key=lambda i: ems[i])
    return LetteringLook(inks[largest], ems[largest], weight_of(strokes[largest], text))


def weight_of(stroke_em: float, text: str) -> int:
    """The weight of type whose strokes are so wide."""
    table = _STROKES["cjk" if _CJK.search(text) else "latin"]
    return min(zip(table, _WEIGHTS, strict=True), key=lambda entry: abs(entry[0] - stroke_em))[1]


def ink_height_em(text: str) -> float:
    """From the highest to the lowest ink of a line that reads `text`."""
    if _CJK.search(text):
        return _CJK_EM
    return (_CAP_EM if _TALL.search(text) else _X_EM) + (_DESCENT_EM if _LOW.search(text) else 0.0)


def _measure(picture: Image, box: PixelBox, text: str) -> tuple[Color, float, float] | None:
    """(colour of the ink, em in pixels, stroke in em) of one line."""
    import numpy as np

    line = _cut(picture, box)
    if line is None:
        return None
    scale = _LINE_PX / line.height
    line = line.resize((max(8, round(line.width * scale)), _LINE_PX))
    pixels = np.asarray(line, np.float32)
    ground = _ground(pixels)
    away = np.sqrt(((pixels - ground) ** 2).sum(axis=2))
    if away.max() < _LEAST_CONTRAST:
        return None
    ink = away > _otsu(away)
    if not _INK[0] < ink.mean() < _INK[1] or away[ink].mean() < _LEAST_CONTRAST:
        return None
    core = pixels[ink & (away >= np.percentile(away[ink], 60))]
    red, green, blue = (int(v) for v in np.rint(np.median(core, axis=0)))
    first, last = _band(ink)
    em = (last - first + 1) / ink_height_em(text)
    return Color(red, green, blue), em / scale, _stroke(ink[first : last + 1]) / em


def _band(ink: NDArray[Any]) -> tuple[int, int]:
    """First and last row of the line itself: the most ink that lies together. Neighbours look into the boxes of readers."""
    import numpy as np

    share = ink.mean(axis=1)
    rows = np.flatnonzero(share > 0.01)
    groups = np.split(rows, np.flatnonzero(np.diff(rows) > _GAP_PX) + 1)
    best = max(groups, key=lambda group: float(share[group].sum()))
    return int(best[0]), int(best[-1])


def _cut(picture: Image, box: PixelBox) -> Image | None:
    room = 0.04 * box.height
    left, top = max(0, round(box.left - room)), max(0, round(box.top - room))
    right, bottom = min(picture.width, round(box.right + room)), min(picture.height, round(box.bottom + room))
    return picture.convert("RGB").crop((left, top, right, bottom)) if right - left >= 8 and bottom - top >= 8 else None


def _ground(pixels: NDArray[Any]) -> NDArray[Any]:
    """The colour round the letters: the median along the edges."""
    import numpy as np

    edge = np.concatenate([pixels[:3].reshape(-1, 3), pixels[-3:].reshape(-1, 3), pixels[:, :3].reshape(-1, 3)])
    middle: NDArray[Any] = np.median(edge, axis=0)
    return middle


def _otsu(values: NDArray[Any]) -> float:
    """The threshold with the greatest variance between both sides (N. Otsu, 1979)."""
    import numpy as np

    counts, edges = np.histogram(values, 64)
    middles = (edges[:-1] + edges[1:]) / 2
    below = np.cumsum(counts)
    above = below[-1] - below
    sums = np.cumsum(counts * middles)
    with np.errstate(divide="ignore", invalid="ignore"):
        between = below * above * (sums / below - (sums[-1] - sums) / above) ** 2
    return float(edges[int(np.nanargmax(between)) + 1])


def _stroke(ink: NDArray[Any]) -> float:
    """Mean width of strokes in pixels: twice the area over the length of the outline."""
    inner = ink.copy()
    inner[1:] &= ink[:-1]
    inner[:-1] &= ink[1:]
    inner[:, 1:] &= ink[:, :-1]
    inner[:, :-1] &= ink[:, 1:]
    outline = max(1, int(ink.sum() - inner.sum()))
    return 2.0 * float(ink.sum()) / outline
