"""A solved page: a flat list of things to draw, in order, with every string's fate."""

from __future__ import annotations

from typing import Literal

from qwen_pipeline.dataclass import dataclass

from .geometry import Box, Color, Paint, Shadow
from .piece import Canvas


@dataclass(frozen=True, slots=True)
class Glyphs:
    """A run set with one font at one position: plain characters whose advances the font's own metrics give.

    `x_pt`, `y_pt`: start of the baseline. Runs are split wherever a kern, a gap or tracking moves the pen, so that drawing
    the characters one after the other is exact and the text stays extractable.
    """

    text: str
    font: str
    """Id of a font instance, as registered in `Fonts`: `NotoSansSC-w700`."""
    size_pt: float
    x_pt: float
    y_pt: float
    rotate_deg: float = 0.0
    """Clockwise; 90 for sideways Latin in vertical text."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a text: its characters as read, its box and its runs."""

    text: str
    box: Box
    runs: tuple[Glyphs, ...]


@dataclass(frozen=True, slots=True)
class TextItem:
    """A string part to draw. `visible` False: drawn invisibly over the picture (baked text), so that the PDF can be searched."""

    string: str
    """Id of the SetString it belongs to."""
    lines: tuple[Line, ...]
    color: Color
    shadow: Shadow | None = None
    visible: bool = True


@dataclass(frozen=True, slots=True)
class PathItem:
    """A vector path. Segments: ("M", x, y), ("L", x, y), ("C", x1, y1, x2, y2, x, y), ("Z",), in points."""

    segments: tuple[tuple[str | float, ...], ...]
    box: Box
    """What a gradient spans."""
    fill: Paint | None = None
    stroke: Color | None = None
    stroke_pt: float = 0.0
    dash_pt: tuple[float, ...] = ()
    round_caps: bool = False
    opacity: float = 1.0
    shadow: Shadow | None = None


@dataclass(frozen=True, slots=True)
class ImageItem:
    """A picture: the file's pixels within `crop` (fractions: left, top, right, bottom) fill `box`, its corners rounded."""

    path: str
    box: Box
    crop: tuple[float, float, float, float] = (0.0, 0.0, 1.0, 1.0)
    clip_radius_pt: float = 0.0
    opacity: float = 1.0
    shadow: Shadow | None = None
    is_scene: bool = False
    layer: str = ""
    effective_dpi: float = 0.0
    alt: str = ""


Item = TextItem | PathItem | ImageItem


@dataclass(frozen=True, slots=True)
class SetString:
    """One string of the contract: what was asked, and how it was set."""

    id: str
    """`<layer id>/<locale>`."""
    layer: str
    region: str
    role: str
    locale: str
    text: str
    box: Box
    size_pt: float
    asked_size_pt: float
    lines: int
    weight: int
    color: Color
    render: Literal["overlay", "baked"]
    missing: tuple[str, ...] = ()
    """Characters that no font has."""
    overflow: Literal["", "lines", "width", "height"] = ""
    on_fail: Literal["error", "warn", "off"] = "error"
    rest: str = ""
    """Words that are not drawn, because they have no room."""


@dataclass(frozen=True, slots=True)
class QrMark:
    """A QR code as placed, for the check that reads it back. `box` includes the quiet zone."""

    layer: str
    data: str
    box: Box


@dataclass(frozen=True, slots=True)
class LayerSpan:
    """The items that one layer of a page became: those from `start` to before `stop`, in drawing order."""

    id: str
    """The layer's id; `background` and `scene` for what lies under the layers."""
    start: int
    stop: int


@dataclass(frozen=True, slots=True)
class TypesetPage:
    """A solved page."""

    id: str
    title: str
    canvas: Canvas
    items: tuple[Item, ...]
    strings: tuple[SetString, ...]
    qr_marks: tuple[QrMark, ...] = ()
    fonts: tuple[str, ...] = ()
    """Ids of the font instances used."""
    notes: tuple[tuple[str, str], ...] = ()
    """Speaker notes: (locale, text)."""
    spans: tuple[LayerSpan, ...] = ()
    """Which items belong together: every item is in one span, and the spans are in drawing order."""
