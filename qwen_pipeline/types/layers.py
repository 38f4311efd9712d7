"""Layers of a page, resolved to points, colours and final strings."""

from __future__ import annotations

from dataclasses import field
from typing import Literal

from qwen_pipeline.dataclass import dataclass

from .geometry import MIDDLE, Color, Paint, Place, Shadow

Align = Literal["start", "center", "end", "justify"]
VAlign = Literal["start", "center", "end"]
Level = Literal["error", "warn", "off"]
Render = Literal["overlay", "baked"]


@dataclass(frozen=True, slots=True)
class TextPart:
    """One language's words in a text layer. `text` may hold line feeds: they are kept."""

    locale: str
    text: str


@dataclass(frozen=True, slots=True)
class TextStyle:
    """How a text is set. Sizes in points, `tracking_em` in em, `leading` as a multiple of the size."""

    size_pt: float
    min_size_pt: float
    weight: int
    color: Color
    family: str = "sans"
    leading: float = 1.35
    tracking_em: float = 0.0
    align: Align = "start"
    direction: Literal["horizontal", "vertical"] = "horizontal"
    case: Literal["as-is", "upper"] = "as-is"
    shadow: Shadow | None = None
    indent_em: float = 0.0
    """Of the first line of each paragraph."""
    balance: bool = False
    """Even out the lengths of the lines (titles)."""
    grows_pt: tuple[float, ...] = ()
    """Larger sizes, ascending, of which the text takes one where its region has room."""


PlateShape = Literal["rect", "balloon", "cloud", "burst"]


@dataclass(frozen=True, slots=True)
class Plate:
    """A filled shape that hugs a text, drawn behind it. `tail`: the point (x, y in pt) that it speaks from."""

    fill: Paint
    padding_x_pt: float
    padding_y_pt: float
    radius_pt: float
    stroke: Color | None = None
    stroke_pt: float = 0.0
    shape: PlateShape = "rect"
    tail: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class TextLayer:
    """A string in one language or a pair. In a pair the first part is set at full size, the others at `pair_ratio`."""

    id: str
    region: str
    role: str
    parts: tuple[TextPart, ...]
    style: TextStyle
    render: Render = "overlay"
    asked: Literal["overlay", "baked", "auto"] = "overlay"
    """What the spec wants; `render` is what the engine at hand can keep."""
    max_attempts: int = 3
    """Of a baked text: pictures drawn before one is repaired."""
    fallback: Literal["overlay", "error"] = "overlay"
    """What becomes of a baked text that no picture spells."""
    pair_ratio: float = 0.6
    pair_gap_em: float = 0.25
    pair_color: Color | None = None
    pair_weight: int | None = None
    max_lines: int | None = None
    """Per part."""
    on_fail: Level = "error"
    """Severity when the string does not fit at `min_size_pt`."""
    marker: str = ""
    """A bullet or a number, hung before the first line."""
    plate: Plate | None = None
    space_before_pt: float = 0.0
    keep_next: bool = False
    """In a flow: on the page of the text that follows (headings)."""
    continued: bool = False
    """In a flow: the first line goes on from the page before."""
    goes_on: bool = False
    """In a flow: the last line goes on on the next page."""
    place: Place | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class ImageLayer:
    """A picture from a file. `focus` is the point (0 to 1) that cropping keeps nearest the middle."""

    id: str
    region: str
    path: str = field(compare=False)
    """Absolute; `digest` is its identity."""
    digest: str
    fit: Literal["cover", "contain"] = "contain"
    focus: tuple[float, float] = MIDDLE
    radius_pt: float = 0.0
    opacity: float = 1.0
    shadow: Shadow | None = None
    height_pt: float | None = None
    """Height in a stacked region; None takes what is left."""
    alt: str = ""
    place: Place | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class SceneLayer:
    """A picture of its own that the model draws for a region: a comic's panel, a place, a variant of a product.

    It covers the region's box, cropped round its `focus`. `scene` is its fingerprint.
    """

    id: str
    region: str
    scene: str
    focus: tuple[float, float] = MIDDLE
    radius_pt: float = 0.0
    stroke: Color | None = None
    stroke_pt: float = 0.0
    to_bleed: bool = False
    alt: str = ""
    place: Place | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class QrLayer:
    """A QR code for `data`; `quiet_zone` in modules, painted with `background`."""

    id: str
    region: str
    data: str
    color: Color
    background: Color
    quiet_zone: int = 4
    level: Literal["L", "M", "Q", "H"] = "M"
    place: Place | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class ShapeLayer:
    """A drawn shape that fills its region's box (grown by `outset_pt`, or to the bleed edge where it touches the trim)."""

    id: str
    region: str
    shape: Literal["rect", "ellipse", "line", "triangle", "diamond", "chevron", "arc"]
    fill: Paint | None = None
    stroke: Color | None = None
    stroke_pt: float = 0.0
    dash_pt: tuple[float, ...] = ()
    radius_pt: float = 0.0
    outset_pt: float = 0.0
    to_bleed: bool = False
    opacity: float = 1.0
    shadow: Shadow | None = None
    place: Place | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class IconLayer:
    """A line icon: SVG path data on a 24 x 24 grid, stroked."""

    id: str
    region: str
    name: str
    path_data: tuple[str, ...]
    color: Color
    stroke_pt: float
    height_pt: float | None = None
    place: Place | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Series:
    """One row of numbers of a chart, with the label of each already formatted for the locale."""

    name: str
    values: tuple[float, ...]
    labels: tuple[str, ...]
    color: Color


@dataclass(frozen=True, slots=True)
class ChartLayer:
    """A chart drawn from data by us. `axis_ticks`: (value, label), formatted for the locale."""

    id: str
    region: str
    chart: Literal["bar", "hbar", "line", "area", "donut", "progress", "dot", "table", "icons", "number"]
    categories: tuple[str, ...]
    series: tuple[Series, ...]
    axis_ticks: tuple[tuple[float, str], ...]
    label_style: TextStyle
    grid_color: Color
    locale: str
    unit: str = ""
    highlight: tuple[int, ...] = ()
    """Indices of the categories drawn in the accent colour."""
    highlight_color: Color | None = None
    shades: tuple[Color, ...] = ()
    """Of the categories, where a chart tells them apart by colour: slices of a donut."""
    show_values: bool = True
    icon: tuple[str, ...] = ()
    """SVG path data on the grid of an IconLayer, for `icons`; without it, discs."""
    total: float | None = None
    """What all icons of a row stand for."""
    delta: str = ""
    """The change that a big number names, with its sign, formatted for the locale."""
    place: Place | None = field(default=None, compare=False)


Layer = TextLayer | ImageLayer | SceneLayer | QrLayer | ShapeLayer | IconLayer | ChartLayer
