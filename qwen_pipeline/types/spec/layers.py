"""Regions and layers as they are written in layouts and specs."""

from typing import Annotated, Literal

from pydantic import Field

from ..geometry import Length
from ..layers import PlateShape
from .paints import PaintSpec, ShadowSpec
from .scalars import (
    Bool,
    ColorField,
    Expression,
    ExtentField,
    Identifier,
    LengthField,
    LevelWord,
    PercentField,
    Strict,
    TextField,
)
from .scene import SceneField

BoxSpec = tuple[LengthField, LengthField, ExtentField, ExtentField]
PaddingSpec = ExtentField | tuple[ExtentField, ExtentField] | tuple[ExtentField, ExtentField, ExtentField, ExtentField]


Share = Annotated[float, Field(strict=True, gt=0, le=100)]


class GridSpec(Strict):
    """Cells for a list. `count`: a slot's name or a number; `columns: auto` makes cells as near square as the box allows."""

    columns: Annotated[int, Field(strict=True, ge=1, le=24)] | Literal["auto"] = "auto"
    count: str | Annotated[int, Field(strict=True, ge=1, le=400)]
    rows: tuple[tuple[Share, ...], ...] = ()
    """Instead of `columns`: the cells of each row by their widths, `[[2, 1], [1]]` being two cells over one."""
    heights: tuple[Share, ...] = ()
    """With `rows`: their heights, in proportion."""
    order: Literal["ltr", "rtl"] = "ltr"
    """rtl: each row is filled from the right."""
    at: str | None = None
    """A `point` of the entries: cells of the size `cell` stand with their middles there (pins of a map)."""
    cell: tuple[ExtentField, ExtentField] = (Length(6, "%"), Length(6, "%"))
    """Width and height of those cells; percentages are of the grid's shorter side."""
    max_height: ExtentField | None = None
    """No cell is higher than this share of the grid's height; what is left stays blank."""
    gap: ExtentField = Length(3, "%")
    row_gap: ExtentField | None = None
    weights: Literal["equal", "content"] = "equal"
    """content: rows share the height by how much text is in them."""


class RegionSpec(Strict):
    """A box: [x, y, width, height], of the page or of the region `within`. In a grid, `cells` are boxes of each cell."""

    box: BoxSpec | None = None
    within: str | None = None
    """Another region; percentages are of its box. Default: the page."""
    align: Literal["start", "center", "end", "justify"] | None = None
    """How texts and pictures stand in the box, across."""
    valign: Literal["start", "center", "end"] | None = None
    """Where the stack of layers stands in the box, up and down."""
    gap: ExtentField | None = None
    """Space between its layers; a percentage is of the box's shorter side."""
    padding: PaddingSpec | None = None
    """One value, [horizontal, vertical], or [left, top, right, bottom]; a percentage is of the box's shorter side."""
    flow: str | None = None
    """A layout: texts that find no room here go on in its region of the same name, on as many pages as they need."""
    grid: GridSpec | None = None
    cells: "dict[Identifier, RegionSpec]" = Field(default_factory=dict)


class FitSpec(Strict):
    mode: Literal["shrink", "grow", "none"] = "shrink"
    """shrink: set smaller until it fits, down to `min`. grow: also larger, up to `max`, where there is room; what is alike grows
    alike. none: only the size asked for."""
    min: ExtentField | None = None
    """The smallest size; default: the role's share (`min_scale`) of its size."""
    max: ExtentField | None = None
    """The largest size of what grows, in steps of the modular scale; a percentage is of its size. Default: two steps."""
    max_lines: Annotated[int, Field(strict=True, ge=1)] | None = None
    """Lines of each language."""
    on_fail: LevelWord = "error"
    """Level of the finding where it does not fit at `min`; nothing is ever cut."""


class PlateSpec(Strict):
    fill: PaintSpec = "paper/85%"
    padding: ExtentField | tuple[ExtentField, ExtentField] | None = None
    """One value, or [horizontal, vertical]; a percentage is of the type's size."""
    radius: ExtentField = Length(0, "pt")
    stroke: ColorField | None = None
    stroke_width: ExtentField = Length(0.75, "pt")
    shape: PlateShape = "rect"
    """balloon, cloud (a thought), burst (a shout): the balloons of comics."""
    tail: str | None = None
    """A `point` slot (`item.to`) that a tail leads to; in percent of the cell, or of the region where there is none."""


class LayerBase(Strict):
    id: Identifier
    in_: str = Field(alias="in")
    """A region; `stats[]` = the current cell of a grid, `stats[].value` = a box of that cell, `stats[].{item.at}` = the one that
    the entry's `choice` names."""
    when: Expression | None = None
    """Draw the layer only where this holds."""
    for_each: str | None = None
    """A slot, `vars` or `data` name: one layer for each entry, as `item`, with `loop.index`. `panels.balloons`: for each entry of
    the lists that the entries have."""


class TextLayerSpec(LayerBase):
    kind: Literal["text"] = "text"
    text: TextField | None = None
    """The words; or take them from a `slot`."""
    slot: str | None = None
    """Take the text from a slot (`title`), or from the current entry (`item.value`)."""
    role: str = "body"
    """A role of type (`headline`, `body`, `caption`, ...): size, weight, leading, colour."""
    render: Literal["overlay", "baked", "auto"] = "overlay"
    """overlay: set by us. baked: drawn by the model, read back and checked. auto: baked where short and the engine can."""
    max_attempts: Annotated[int, Field(strict=True, ge=1, le=20)] = 3
    """Of a baked text, before the fallback."""
    fallback: Literal["overlay", "error"] = "overlay"
    """What a baked text becomes when every attempt is wrong."""
    fit: FitSpec | None = None
    align: Literal["start", "center", "end", "justify"] | None = None
    size: ExtentField | None = None
    """Instead of the role's size; % is of the page's base size."""
    step: Annotated[int, Field(strict=True, ge=-12, le=24)] | None = None
    """So many steps of the modular scale larger (smaller, below 0) than the role says."""
    scale: Annotated[float, Field(strict=True, gt=0, le=20)] | None = None
    """Multiplies the size, to any size between those of the scale."""
    weight: Annotated[int, Field(strict=True, ge=100, le=900)] | None = None
    color: ColorField | None = None
    family: str | None = None
    """`sans`, or a family of the brand's `fonts`."""
    leading: Annotated[float, Field(strict=True, ge=0.8, le=4)] | None = None
    """Distance of the lines, as a multiple of the size."""
    tracking: Annotated[float, Field(strict=True, ge=-0.2, le=2)] | None = None
    """Space between letters, in em."""
    direction: Literal["horizontal", "vertical"] | None = None
    """vertical: Chinese in columns from right to left."""
    case: Literal["as-is", "upper"] | None = None
    marker: str | None = None
    """`•`, or `{n}` for a number."""
    indent: Annotated[float, Field(strict=True, ge=0, le=20)] | None = None
    """Of the first line of each paragraph, in em."""
    paragraphs: dict[str, str] | None = None
    """Set the text line by line, each a paragraph: what a line may begin with -> its role, `{"#": heading, "-": item}`."""
    plate: PlateSpec | None = None
    """A filled shape behind the words."""
    shadow: ShadowSpec | None = None
    locale: Literal["all", "primary", "secondary"] = "all"
    """In a pair: which language this layer shows."""
    space_before: LengthField | None = None
    """Space above, beside the region's gap; a percentage is of the type's size."""


class ImageLayerSpec(LayerBase):
    kind: Literal["image"] = "image"
    src: str | None = None
    """A file beside the spec, or `brand.logo`."""
    slot: str | None = None
    fit: Literal["cover", "contain"] = "contain"
    """cover: fills the box, cropped. contain: all of it shows."""
    focus: tuple[PercentField, PercentField] = (Length(50, "%"), Length(50, "%"))
    """[x, y]: the point that cropping keeps nearest the middle."""
    radius: ExtentField = Length(0, "pt")
    """Of the corners."""
    opacity: Annotated[float, Field(strict=True, ge=0, le=1)] = 1.0
    shadow: ShadowSpec | None = None
    height: ExtentField | None = None
    """In a region with several layers; default: what is left."""
    alt: TextField | None = None
    """What it shows, for those who cannot see it."""


class SceneLayerSpec(LayerBase):
    """A picture of its own that the model draws for the region: each has its own seed, and is drawn and kept by itself."""

    kind: Literal["scene"] = "scene"
    slot: str | None = None
    """A slot of type `scene` (`item.scene`); its words go over those of `scene`."""
    scene: SceneField | None = None
    """What is drawn; style, lighting and tone come from the page's scene or from `defaults`."""
    radius: ExtentField = Length(0, "pt")
    """Of the corners."""
    stroke: ColorField | None = None
    """A frame round the picture."""
    stroke_width: ExtentField = Length(1, "pt")
    to_bleed: Bool = False
    """Where the box touches the trim, draw on to the edge of the bleed."""
    alt: TextField | None = None
    """What it shows, for those who cannot see it."""


class QrLayerSpec(LayerBase):
    kind: Literal["qr"] = "qr"
    data: str | None = None
    """What the code says; or take it from a `slot`."""
    slot: str | None = None
    color: ColorField = "#000000"
    background: ColorField = "#ffffff"
    quiet_zone: Annotated[int, Field(strict=True, ge=0, le=12)] = 4
    """Empty modules round the code."""
    level: Literal["L", "M", "Q", "H"] = "M"
    """Error correction: L 7 %, M 15 %, Q 25 %, H 30 % may be lost."""


class ShapeLayerSpec(LayerBase):
    kind: Literal["shape"] = "shape"
    shape: Literal["rect", "ellipse", "line", "triangle", "diamond", "chevron", "arc"] = "rect"
    fill: PaintSpec | None = None
    stroke: ColorField | None = None
    stroke_width: ExtentField = Length(1, "pt")
    dash: tuple[ExtentField, ...] = ()
    """Lengths of dashes and gaps, in turn."""
    radius: ExtentField = Length(0, "pt")
    """Of a rectangle's corners."""
    outset: LengthField = Length(0, "pt")
    """Grow the box on all sides."""
    to_bleed: Bool = False
    """Where the box touches the trim, draw on to the edge of the bleed."""
    opacity: Annotated[float, Field(strict=True, ge=0, le=1)] = 1.0
    shadow: ShadowSpec | None = None


class IconLayerSpec(LayerBase):
    kind: Literal["icon"] = "icon"
    icon: str | None = None
    """A name from the library (`list icons`)."""
    slot: str | None = None
    color: ColorField = "primary"
    stroke_width: ExtentField | None = None
    """Default: by the icon's size."""
    height: ExtentField | None = None


class ChartSpec(Strict):
    """A chart from a table of `data`: `x` and `y` are columns; several `y` make several series."""

    type: Literal["bar", "hbar", "line", "area", "donut", "progress", "dot", "table", "icons", "number"] = "bar"
    """`dot`: a dot a value, two series joined; `icons`: so many of so many; `number`: the last value, large."""
    from_: str = Field(alias="from")
    """A table of `data`."""
    x: str
    """Column of the categories."""
    y: str | tuple[str, ...]
    """Column of the values, or several."""
    names: tuple[TextField, ...] = ()
    """Names of the series, in the order of `y`."""
    where: Expression | None = None
    """Only rows for which this holds."""
    sort: Literal["none", "ascending", "descending"] = "none"
    """By the values."""
    limit: Annotated[int, Field(strict=True, ge=1, le=200)] | None = None
    """Only the first so many rows."""
    unit: TextField | None = None
    """Stands after the values."""
    format: str | None = None
    """A number pattern of CLDR: `#,##0.0`."""
    x_format: str | None = None
    """A date pattern of CLDR for dates in `x`: `MMM`."""
    highlight: Literal["none", "max", "min", "last"] = "none"
    """The one category in the accent colour."""
    show_values: Bool = True
    icon: str | None = None
    """`icons`: a name of the icon library; without it, discs."""
    total: Annotated[float, Field(gt=0)] | None = None
    """`icons`: what a full row stands for. A whole number up to 50 is also the count of icons; else ten are drawn.

    Without it: 100 where values are percentages, else the end of the axis."""
    delta: Literal["none", "previous", "first"] = "none"
    """`number`: the change since the row before, or since the first."""


class ChartLayerSpec(LayerBase):
    kind: Literal["chart"] = "chart"
    chart: ChartSpec | None = None
    slot: str | None = None


LayerSpec = Annotated[
    TextLayerSpec | ImageLayerSpec | SceneLayerSpec | QrLayerSpec | ShapeLayerSpec | IconLayerSpec | ChartLayerSpec,
    Field(discriminator="kind"),
]
