"""The glyphs of one line of a picture, compared when asked for."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from qwen_pipeline.types.reading import ReadLine
from qwen_pipeline.verify.matching.costs import is_hanzi

from .fit import Face, apart, face_of, fit
from .ink import LineInk, line_ink
from .reference import WEIGHTS
from .shape import deviations, shape

if TYPE_CHECKING:
    from PIL.Image import Image


class LineGlyphs:
    """`fits` are 0 where the line has no ink that can be told from its ground, or stands upright."""

    def __init__(self, image: Image, line: ReadLine) -> None:
        self._image, self._line = image, line

    @cached_property
    def _ink(self) -> LineInk | None:
        return line_ink(self._image, self._line)

    @cached_property
    def _face(self) -> Face | None:
        letters = [(place, char.text) for place, char in enumerate(self._line.chars) if char.text.isalnum()]
        hanzi = [(place, char) for place, char in letters if is_hanzi(char)]
        sample = hanzi if 2 * len(hanzi) > len(letters) else letters
        return face_of(self._ink, sample) if self._ink is not None and sample else None

    @property
    def fit(self) -> float:
        """How well the best reference fits the line as a whole."""
        return self._face.fit if self._face else 0.0

    def fits(self, place: int, chars: Sequence[str]) -> tuple[float, ...]:
        """How well the glyph of each of `chars` lies on character number `place`, 0 to 1."""
        if self._ink is None or self._face is None:
            return (0.0,) * len(chars)
        return tuple(fit(self._ink, place, char, self._face.weight, self._face.scale) for char in chars)

    def leans(self, place: int, char: str, others: Sequence[str]) -> tuple[float, ...]:
        """For each of `others`, which glyph character number `place` leans to: about -1 to `char`, about 1 to the other.

        The difference of the fits over the difference of the two glyphs themselves, so that one bound serves every pair.
        """
        if self._ink is None or self._face is None:
            return (0.0,) * len(others)
        own, *fits = self.fits(place, (char, *others))
        return tuple((fit - own) / self.apart(char, other) for other, fit in zip(others, fits, strict=True))

    def apart(self, char: str, other: str) -> float:
        """How far two glyphs are from one another in the line's weight, 0 to 1."""
        return apart(char, other, self._face.weight if self._face else WEIGHTS[1])

    def deviations(self, places: Sequence[int]) -> tuple[float, ...]:
        """How odd the shape of each of these characters is among them; above 1 is odd."""
        ink, face = self._ink, self._face
        if ink is None or face is None:
            return (0.0,) * len(places)
        return deviations([shape(ink, place, self._line.chars[place].text, face) for place in places])
