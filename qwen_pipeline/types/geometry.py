"""Places in source files, lengths, boxes, colours and paints."""

from __future__ import annotations

from typing import Literal

from qwen_pipeline.dataclass import dataclass

Unit = Literal["mm", "cm", "in", "pt", "px", "%"]

PT_PER_UNIT: dict[str, float] = {"mm": 72 / 25.4, "cm": 72 / 2.54, "in": 72.0, "pt": 1.0, "px": 0.75}
"""Points per absolute unit; one px is 1/96 inch, as in CSS."""


@dataclass(frozen=True, slots=True)
class Place:
    """A position in a file the user wrote. `line` and `column` count from 1; 0 means the file as a whole."""

    file: str
    line: int = 0
    column: int = 0
    path: str = ""
    """Where in the document, e.g. `slides[2].title.zh-CN`."""

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}" if self.line else self.file


@dataclass(frozen=True, slots=True)
class Length:
    """A size with its unit, as written: `3mm`, `11pt`, `8%`, `1080px`."""

    value: float
    unit: Unit

    def to_pt(self, reference_pt: float) -> float:
        """Length in points; a percentage is of `reference_pt`."""
        if self.unit == "%":
            return self.value / 100 * reference_pt
        return self.value * PT_PER_UNIT[self.unit]

    def __str__(self) -> str:
        return f"{self.value:g}{self.unit}"


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in points. The origin is the top left corner of the trim; y grows downwards."""

    x_pt: float
    y_pt: float
    w_pt: float
    h_pt: float

    @property
    def right_pt(self) -> float:
        return self.x_pt + self.w_pt

    @property
    def bottom_pt(self) -> float:
        return self.y_pt + self.h_pt

    def inset(self, left: float, top: float | None = None, right: float | None = None, bottom: float | None = None) -> Box:
        """The box made smaller by the given margins in points (one value: on all sides); negative values grow it."""
        top = left if top is None else top
        right = left if right is None else right
        bottom = top if bottom is None else bottom
        return Box(self.x_pt + left, self.y_pt + top, self.w_pt - left - right, self.h_pt - top - bottom)

    def contains(self, other: Box, tolerance_pt: float = 0.5) -> bool:
        return (
            self.x_pt <= other.x_pt + tolerance_pt
            and self.y_pt <= other.y_pt + tolerance_pt
            and self.right_pt >= other.right_pt - tolerance_pt
            and self.bottom_pt >= other.bottom_pt - tolerance_pt
        )

    def overlaps(self, other: Box, tolerance_pt: float = 0.01) -> bool:
        return (
            self.x_pt < other.right_pt - tolerance_pt
            and other.x_pt < self.right_pt - tolerance_pt
            and self.y_pt < other.bottom_pt - tolerance_pt
            and other.y_pt < self.bottom_pt - tolerance_pt
        )


MIDDLE = (0.5, 0.5)
"""Of a picture: the point that crops keep where nothing else is said."""


def covering(box: Box, width_px: int, height_px: int, focus: tuple[float, float] = MIDDLE) -> Box:
    """Where a whole picture of that shape lies, in points: it covers `box`, never stretched.

    What hangs over is cropped so that the point `focus` (fractions of the picture) comes as near to the middle of the box as the
    picture's edges let it.
    """
    scale = max(box.w_pt / width_px, box.h_pt / height_px)
    width, height = width_px * scale, height_px * scale
    left = min(max(focus[0] * width - box.w_pt / 2, 0.0), max(width - box.w_pt, 0.0))
    top = min(max(focus[1] * height - box.h_pt / 2, 0.0), max(height - box.h_pt, 0.0))
    return Box(box.x_pt - left, box.y_pt - top, width, height)


@dataclass(frozen=True, slots=True)
class Color:
    """sRGB, 0 to 255 a channel, and opacity 0 to 1."""

    r: int
    g: int
    b: int
    alpha: float = 1.0

    @property
    def hex(self) -> str:
        return f"#{self.r:02x}{self.g:02x}{self.b:02x}"

    def luminance(self) -> float:
        """Relative luminance, 0 (black) to 1 (white); WCAG 2.2, "relative luminance"."""
        channels = []
        for value in (self.r, self.g, self.b):
            c = value / 255
            channels.append(c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4)
        return 0.2126 * channels[0] + 0.7152 * channels[1] + 0.0722 * channels[2]


BLACK, WHITE = Color(0, 0, 0), Color(255, 255, 255)


def contrast_ratio(a: Color, b: Color) -> float:
    """Contrast of two opaque colours, 1 to 21; WCAG 2.2, "contrast ratio"."""
    high, low = sorted((a.luminance(), b.luminance()), reverse=True)
    return (high + 0.05) / (low + 0.05)


@dataclass(frozen=True, slots=True)
class Gradient:
    """A colour ramp over a box. Linear: `angle_deg` 0 runs left to right, 90 top to bottom. Radial: centre to corner."""

    kind: Literal["linear", "radial"]
    angle_deg: float
    stops: tuple[tuple[float, Color], ...]
    """(offset 0 to 1, colour), in rising order, at least two."""


Paint = Color | Gradient


@dataclass(frozen=True, slots=True)
class Shadow:
    """A soft shadow: offset and blur radius (Gaussian sigma) in points."""

    dx_pt: float
    dy_pt: float
    blur_pt: float
    color: Color
