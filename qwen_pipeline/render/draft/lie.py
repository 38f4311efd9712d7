"""The lie of the land: where the sky must stay open for words, and where the ground in front must stay plain.

Words at the top of a picture stand in its sky, words at its foot on its foreground. Land is drawn between the two, so that
calm is a part of the composition and nothing has to be wiped away.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from qwen_pipeline.dataclass import dataclass

from .room import Room

Floats = npt.NDArray[np.float64]
_COLUMNS = 321
_MARGIN = 0.05
"""Kept between words and land, in short sides."""
_FOOT = 0.56
"""Areas whose middle lies lower than this part of the picture's height stand on the foreground."""


@dataclass(frozen=True, slots=True)
class Lie:
    """Two lines across the picture, px: land starts below `sky` and ends above `front`; a picture without words has neither."""

    x: Floats
    sky: Floats
    front: Floats
    height: float

    @property
    def fronted(self) -> bool:
        """Words stand at the foot."""
        return bool((self.front < self.height).any())

    @property
    def skied(self) -> bool:
        return bool((self.sky > 0).any())

    def sky_at(self, x: npt.ArrayLike) -> Floats:
        return np.interp(np.asarray(x, np.float64), self.x, self.sky)

    def front_at(self, x: npt.ArrayLike) -> Floats:
        return np.interp(np.asarray(x, np.float64), self.x, self.front)


def lie_of(room: Room) -> Lie:
    """The two lines, smooth, and clear of every area by a margin."""
    x = np.linspace(-0.06 * room.w, 1.06 * room.w, _COLUMNS)
    sky, front = np.full(_COLUMNS, -0.12 * room.h), np.full(_COLUMNS, 1.12 * room.h)
    pad = _MARGIN * room.u
    for x0, y0, x1, y1 in room.areas:
        over = (x > x0 * room.w - pad) & (x < x1 * room.w + pad)
        if (max(y0, 0.0) + min(y1, 1.0)) / 2 < _FOOT:
            sky[over] = np.maximum(sky[over], min(y1 * room.h, room.h * 1.2) + pad)
        else:
            front[over] = np.minimum(front[over], y0 * room.h - pad)
    step = (x[1] - x[0]) / room.u
    return Lie(x, _smooth(sky, step), -_smooth(-front, step), float(room.h))


def _smooth(line: Floats, step: float, reach: float = 0.10) -> Floats:
    """Rounded steps, nowhere below the line: widened by `reach` short sides, then averaged over as much."""
    n = max(1, round(reach / step))
    padded = np.pad(line, 2 * n, mode="edge")
    widest = np.max(np.lib.stride_tricks.sliding_window_view(padded, 2 * n + 1), axis=1)
    bell = np.hanning(2 * n + 3)[1:-1]
    smoothed: Floats = np.convolve(widest, bell / bell.sum(), "valid")
    return smoothed
