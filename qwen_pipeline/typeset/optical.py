"""Latin words in Chinese lines: how much larger or smaller, and how much higher, so that two faces look like one.

A face that was drawn for Chinese brings Latin letters that suit it; a brand's own Latin face seldom does. What suits is read off
the built-in Noto, whose designers fitted the two: the height of its capitals and of its small letters against the ink of its
ideographs, and how far the middle of a capital lies from the middle of an ideograph. Any other two faces are brought to the same
ratios. Only sizes and baselines of runs change; the characters, and the text a reader extracts, stay as they are.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace

from qwen_pipeline.dataclass import dataclass

IDEOGRAPHS = "国永田东"
CAPITAL, SMALL = "H", "x"
LEAST, MOST = 0.8, 1.25
"""Bounds of the scale: a face that would need more is meant to look otherwise."""
MOST_SHIFT_EM = 0.08


@dataclass(frozen=True, slots=True)
class Ink:
    """Where the ink of a kind of characters lies, in em over the baseline."""

    bottom: float
    top: float

    @property
    def height(self) -> float:
        return self.top - self.bottom

    @property
    def middle(self) -> float:
        return (self.top + self.bottom) / 2


@dataclass(frozen=True, slots=True)
class Heights:
    """Of one face; None for what it does not have."""

    ideographs: Ink | None
    capitals: Ink | None
    smalls: Ink | None


@dataclass(frozen=True, slots=True)
class Optical:
    """How a Latin run is set: its size as a share of the line's, and how many em of the line's size it is raised."""

    scale: float = 1.0
    raise_em: float = 0.0


PLAIN = Optical()


def average(inks: Iterable[Ink | None]) -> Ink | None:
    """The mean of those that are there."""
    found = [ink for ink in inks if ink is not None and ink.height > 0]
    if not found:
        return None
    return Ink(sum(ink.bottom for ink in found) / len(found), sum(ink.top for ink in found) / len(found))


def fitted(latin: Heights, cjk: Heights, model: Heights) -> Optical:
    """How `latin` is set beside `cjk` to stand as in `model`, whose letters and ideographs were drawn for one another."""
    face, like = cjk.ideographs, model.ideographs
    if face is None or like is None:
        return PLAIN
    wanted = [
        (own, theirs.height * face.height / like.height)
        for own, theirs in ((latin.capitals, model.capitals), (latin.smalls, model.smalls))
        if own is not None and theirs is not None
    ]
    if not wanted or latin.capitals is None or model.capitals is None:
        return PLAIN
    scale = math.prod(height / own.height for own, height in wanted) ** (1 / len(wanted))
    scale = min(max(scale, LEAST), MOST)
    lower = (model.capitals.middle - like.middle) / like.height * face.height
    up = face.middle + lower - scale * latin.capitals.middle
    return replace(PLAIN, scale=round(scale, 4), raise_em=round(min(max(up, -MOST_SHIFT_EM), MOST_SHIFT_EM), 4))
