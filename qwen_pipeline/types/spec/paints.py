"""Colours, gradients and shadows as they are written."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Literal

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from ..geometry import Length
from .scalars import ColorField, ExtentField, Float, LengthField, PercentField, Strict


def _rising(stops: tuple[tuple[Length, str], ...]) -> tuple[tuple[Length, str], ...]:
    for (before, _), (after, _) in pairwise(stops):
        if after.value < before.value:
            raise PydanticCustomError(
                "gradient", "{after} stands after {before}; stops rise", {"before": str(before), "after": str(after)}
            )
    return stops


class GradientSpec(Strict):
    gradient: Literal["linear", "radial"] = "linear"
    angle: Float = 90.0
    stops: Annotated[tuple[tuple[PercentField, ColorField], ...], Field(min_length=2), AfterValidator(_rising)]
    """[[0%, ink/0%], [100%, ink/80%]], in rising order"""


PaintSpec = ColorField | GradientSpec


class ShadowSpec(Strict):
    dx: LengthField = Length(0, "pt")
    dy: LengthField = Length(0, "pt")
    blur: ExtentField = Length(2, "pt")
    color: ColorField = "#000000/40%"
