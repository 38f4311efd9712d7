"""The spec language `design/v1` as models. Text from outside is validated here once, and trusted behind.

The loader keeps numbers' source text (`SourceInt`, `SourceFloat`), so that `1.10` stays `1.10` where text is wanted.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, WithJsonSchema
from pydantic_core import PydanticCustomError

from .geometry import PT_PER_UNIT, Length, Place
from .result import InputFile

API_VERSION: Literal["design/v1"] = "design/v1"
LOCALE_PATTERN = r"^[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?$"
ID_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9_.-]*$"


class SourceInt(int):
    """An integer that remembers how it was written."""

    source: str

    def __str__(self) -> str:
        return self.source


class SourceFloat(float):
    """A float that remembers how it was written."""

    source: str

    def __str__(self) -> str:
        return self.source


# --- scalars -----------------------------------------------------------------------------------------------------------

_LENGTH = re.compile(r"^\s*(-?\d+(?:\.\d+)?)\s*(mm|cm|in|pt|px|%)\s*$")


def parse_length(value: Any) -> Length:
    """A Length from `3mm`; raises PydanticCustomError `length` for bare numbers and unknown units."""
    if isinstance(value, Length):
        return value
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        raise PydanticCustomError("length", "a size with a unit is wanted (3mm, 11pt, 8%, 1080px)")
    if isinstance(value, (int, float)):
        if value == 0:
            return Length(0.0, "pt")
        raise PydanticCustomError("length", "{value} has no unit; write {value}mm, {value}pt, {value}px or {value}%", {"value": str(value)})
    match = _LENGTH.match(value)
    if not match:
        raise PydanticCustomError("length", "'{value}' is not a size; use mm, cm, in, pt, px or %", {"value": value})
    return Length(float(match[1]), match[2])  # type: ignore[arg-type]


LengthField = Annotated[
    Length,
    BeforeValidator(parse_length),
    PlainSerializer(str),
    WithJsonSchema({"anyOf": [{"type": "string", "pattern": _LENGTH.pattern}, {"const": 0}], "examples": ["3mm", "11pt", "8%", "1080px"]}),
]


@dataclass(frozen=True, slots=True)
class Text:
    """A text value: one string for every locale (key None), or one a locale."""

    values: tuple[tuple[str | None, str], ...]

    def get(self, locale: str) -> str | None:
        """The string for `locale`: its own, else its language's (`zh` for `zh-CN`), else the one for all; None if missing."""
        found = dict(self.values)
        return found.get(locale, found.get(locale.split("-")[0], found.get(None)))

    @property
    def shared(self) -> bool:
        return len(self.values) == 1 and self.values[0][0] is None


def _scalar_text(value: Any) -> str:
    if isinstance(value, bool):
        raise PydanticCustomError("text", "true/false where text is wanted; quote it")
    if value is None:
        raise PydanticCustomError("text_null", "nothing where text is wanted; a comma or colon may have split this string: quote it")
    if isinstance(value, str):
        return value
    if isinstance(value, (SourceInt, SourceFloat)):
        return value.source
    if isinstance(value, (int, float)):
        return str(value)
    raise PydanticCustomError("text", "text is wanted, or a map from locale to text")


def parse_text(value: Any) -> Text:
    """A Text from a string, a number (as written) or a map locale -> string."""
    if isinstance(value, Text):
        return value
    if isinstance(value, Mapping):
        if not value:
            raise PydanticCustomError("text", "an empty map where text is wanted")
        items: list[tuple[str | None, str]] = []
        for key, item in value.items():
            if not isinstance(key, str) or not re.match(LOCALE_PATTERN, key):
                if item is None:
                    raise PydanticCustomError("text_split", "'{key}' is no locale and has no value: a comma split this string; quote the text", {"key": str(key)})
                raise PydanticCustomError("locale_key", "'{key}' is not a locale (zh-CN, en-GB)", {"key": str(key)})
            items.append((key, _scalar_text(item)))
        return Text(tuple(items))
    return Text(((None, _scalar_text(value)),))


TextField = Annotated[
    Text,
    BeforeValidator(parse_text),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": ["string", "number"]},
                {"type": "object", "patternProperties": {LOCALE_PATTERN: {"type": ["string", "number"]}}, "additionalProperties": False, "minProperties": 1},
            ]
        }
    ),
]

_COLOR = re.compile(r"^(#[0-9a-fA-F]{6}|[a-z][a-z0-9-]*)(/(\d{1,3})%)?$")


def parse_color(value: Any) -> str:
    """A colour as written: `#0f6b5c`, a token of the palette (`primary`), either with an opacity: `ink/60%`."""
    if not isinstance(value, str) or not _COLOR.match(value):
        raise PydanticCustomError("color", "a colour is wanted: #rrggbb or a palette name (primary, accent, ink, paper), with /60% for opacity")
    return value


ColorField = Annotated[str, BeforeValidator(parse_color), WithJsonSchema({"type": "string", "pattern": _COLOR.pattern})]
LocaleTag = Annotated[str, Field(pattern=LOCALE_PATTERN)]
Identifier = Annotated[str, Field(pattern=ID_PATTERN)]
Expression = Annotated[str, Field(description="A Jinja expression, without braces.", min_length=1)]
Seed = Annotated[int, Field(strict=True, ge=0, lt=2**63)]
Float = Annotated[float, Field(strict=True)]
Bool = Annotated[bool, Field(strict=True)]
LevelWord = Literal["error", "warn", "off"]


def _aliases(name: str) -> str:
    return {"for_": "for", "class_": "class"}.get(name, name)


class Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True, alias_generator=_aliases, populate_by_name=True)


# --- paints, regions, layers -------------------------------------------------------------------------------------------


class GradientSpec(Strict):
    gradient: Literal["linear", "radial"] = "linear"
    angle: Float = 90.0
    stops: Annotated[tuple[tuple[LengthField, ColorField], ...], Field(min_length=2)]
    """[[0%, ink/0%], [100%, ink/80%]]"""


PaintSpec = ColorField | GradientSpec
BoxSpec = tuple[LengthField, LengthField, LengthField, LengthField]


class ShadowSpec(Strict):
    dx: LengthField = Length(0, "pt")
    dy: LengthField = Length(0, "pt")
    blur: LengthField = Length(2, "pt")
    color: ColorField = "#000000/40%"


class GridSpec(Strict):
    """Cells for a list. `count`: a slot's name or a number; `columns: auto` makes cells as near square as the box allows."""

    columns: Annotated[int, Field(strict=True, ge=1, le=24)] | Literal["auto"] = "auto"
    count: str | Annotated[int, Field(strict=True, ge=1, le=400)]
    gap: LengthField = Length(3, "%")
    row_gap: LengthField | None = None
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
    gap: LengthField | None = None
    """Space between its layers; a percentage is of the box's shorter side."""
    padding: LengthField | tuple[LengthField, LengthField] | tuple[LengthField, LengthField, LengthField, LengthField] | None = None
    """One value, [horizontal, vertical], or [left, top, right, bottom]; a percentage is of the box's shorter side."""
    grid: GridSpec | None = None
    cells: dict[Identifier, RegionSpec] = Field(default_factory=dict)


class FitSpec(Strict):
    mode: Literal["shrink", "none"] = "shrink"
    """shrink: set smaller until it fits, down to `min`. none: only the size asked for."""
    min: LengthField | None = None
    """The smallest size; default: the role's share (`min_scale`) of its size."""
    max_lines: Annotated[int, Field(strict=True, ge=1)] | None = None
    """Lines of each language."""
    on_fail: LevelWord = "error"
    """Level of the finding where it does not fit at `min`; nothing is ever cut."""


class PlateSpec(Strict):
    fill: PaintSpec = "paper/85%"
    padding: LengthField | tuple[LengthField, LengthField] | None = None
    """One value, or [horizontal, vertical]; a percentage is of the type's size."""
    radius: LengthField = Length(0, "pt")
    stroke: ColorField | None = None
    stroke_width: LengthField = Length(0.75, "pt")


class LayerBase(Strict):
    id: Identifier
    in_: str = Field(alias="in")
    """A region; `stats[]` = the current cell of a grid, `stats[].value` = a box of that cell."""
    when: Expression | None = None
    """Draw the layer only where this holds."""
    for_each: str | None = None
    """A slot, `vars` or `data` name: one layer for each entry, as `item`, with `loop.index`."""


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
    size: LengthField | None = None
    """Instead of the role's size; % is of the page's base size."""
    scale: Annotated[float, Field(strict=True, gt=0, le=20)] | None = None
    """Multiplies the role's size."""
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
    focus: tuple[LengthField, LengthField] = (Length(50, "%"), Length(50, "%"))
    """[x, y]: the point that cropping keeps nearest the middle."""
    radius: LengthField = Length(0, "pt")
    """Of the corners."""
    opacity: Annotated[float, Field(strict=True, ge=0, le=1)] = 1.0
    shadow: ShadowSpec | None = None
    height: LengthField | None = None
    """In a region with several layers; default: what is left."""
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
    stroke_width: LengthField = Length(1, "pt")
    dash: tuple[LengthField, ...] = ()
    """Lengths of dashes and gaps, in turn."""
    radius: LengthField = Length(0, "pt")
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
    stroke_width: LengthField | None = None
    """Default: by the icon's size."""
    height: LengthField | None = None


class ChartSpec(Strict):
    """A chart from a table of `data`: `x` and `y` are columns; several `y` make several series."""

    type: Literal["bar", "hbar", "line", "area", "donut", "progress"] = "bar"
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


class ChartLayerSpec(LayerBase):
    kind: Literal["chart"] = "chart"
    chart: ChartSpec | None = None
    slot: str | None = None


LayerSpec = Annotated[
    TextLayerSpec | ImageLayerSpec | QrLayerSpec | ShapeLayerSpec | IconLayerSpec | ChartLayerSpec, Field(discriminator="kind")
]


# --- scene, generation, checks, outputs -------------------------------------------------------------------------------


class SceneSpec(Strict):
    """What the model draws. A plain string is the subject."""

    subject: str = ""
    """What is seen: one clear thing, in English for most models."""
    style: str = ""
    """A named style (`list styles`) or free words."""
    composition: str = ""
    """Where it stands; default: the layout's words."""
    lighting: str = ""
    details: tuple[str, ...] = ()
    """Further things to see."""
    keep_clear: tuple[str, ...] = ()
    """Regions the picture must leave calm; those of overlay text are added by themselves."""
    negative: tuple[str, ...] = ()
    """What must not be seen."""
    references: Annotated[tuple[str, ...], Field(max_length=10)] = ()
    """Picture files; `<image1>`, `<image2>` in the texts name them."""
    edits: tuple[str, ...] = ()
    """Instructions that change the picture one after the other; each step is kept."""
    tone: Literal["auto", "light", "dark"] = "auto"
    """light: dark words will stand on it. auto: the layout's or the style's."""
    transparent: Bool = False
    """No ground: the engine draws with an alpha channel."""
    region: str | None = None
    """Draw the picture into this region's box only; default: the whole page to the bleed."""


def parse_scene(value: Any) -> Any:
    if isinstance(value, str) and value != "none":
        return {"subject": value}
    return value


SceneField = Annotated[
    SceneSpec | Literal["none"],
    BeforeValidator(parse_scene),
]


class GenerateSpec(Strict):
    model: str = "auto"
    """An engine's id, or auto."""
    candidates: Annotated[int, Field(strict=True, ge=1, le=16)] = 1
    """Pictures to choose from; each is a piece of its own (`{candidate}` in names)."""
    seed: Seed | None = None
    """Default: derived from the spec's name and the piece. Other seeds follow from it, one an operation."""
    num_inference_steps: Annotated[int, Field(strict=True, ge=1, le=200)] | None = None
    """Default: the engine's."""
    true_cfg_scale: Annotated[float, Field(strict=True, ge=1, le=20)] | None = None
    """Default: the engine's."""


class CheckSpec(Strict):
    """A check's level, with its own settings beside it."""

    model_config = ConfigDict(frozen=True, extra="allow")
    level: LevelWord = "error"


class OutputSpec(Strict):
    """One deliverable. Options beyond `format` and `name` belong to the format and are checked there."""

    model_config = ConfigDict(frozen=True, extra="allow")
    format: str
    """An id (`list formats`)."""
    name: str | None = None
    """With fields in braces: `{name}`, `{locale}`, `{page}`, `{candidate}`, the data key, any axis."""


class CanvasSpec(Strict):
    """`A3`, `1080x1080px`, `210mmx297mm`, `16:9`, or these as `size` with the rest beside it."""

    size: str
    """As above."""
    orientation: Literal["portrait", "landscape"] | None = None
    bleed: LengthField | None = None
    """Outside the trim, for the printer's knife."""
    safe: LengthField | None = None
    """Inside the trim: words, codes and logos keep out of it."""
    min_dpi: Annotated[float, Field(strict=True, ge=0)] | None = None
    """Lowest resolution of pictures, as placed."""


def parse_canvas(value: Any) -> Any:
    return {"size": value} if isinstance(value, str) else value


CanvasField = Annotated[CanvasSpec, BeforeValidator(parse_canvas)]

PAPER_MM: dict[str, tuple[float, float]] = {
    "A0": (841, 1189), "A1": (594, 841), "A2": (420, 594), "A3": (297, 420), "A4": (210, 297), "A5": (148, 210), "A6": (105, 148),
    "B4": (250, 353), "B5": (176, 250), "LETTER": (215.9, 279.4), "LEGAL": (215.9, 355.6), "TABLOID": (279.4, 431.8),
}  # fmt: skip
"""Paper sizes, portrait, width x height in mm; ISO 216, ANSI/ASME Y14.1."""

RATIO_PX: dict[str, tuple[int, int]] = {
    "16:9": (1920, 1080), "4:3": (1440, 1080), "3:2": (1620, 1080), "1:1": (1080, 1080),
    "9:16": (1080, 1920), "3:4": (1080, 1440), "2:3": (1080, 1620), "4:5": (1080, 1350),
}  # fmt: skip

MAX_CANVAS_PT = 5000 / 25.4 * 72
MAX_CANVAS_PX = 16384
_SIZE = re.compile(r"^\s*(\d+(?:\.\d+)?)\s*(mm|cm|in|pt|px)?\s*[x×]\s*(\d+(?:\.\d+)?)\s*(mm|cm|in|pt|px)\s*$")


def parse_canvas_size(size: str, orientation: str | None = None) -> tuple[float, float, int | None, int | None]:
    """Trim of a canvas: width and height in pt, and in px where the size is written in px or as a ratio (else None).

    Knows `A0` to `A6`, `B4`, `B5`, `Letter`, `Legal`, `Tabloid` (portrait unless turned), ratios (`16:9` is 1920 x 1080 px) and
    `1080x1920px`, `210mmx297mm`. ValueError says what is wrong: an unknown size, or one that is empty or too large.
    """
    width, height, in_px = _canvas_sides(size)
    if orientation and (width > height) != (orientation == "landscape") and width != height:
        width, height = height, width
    if in_px:
        if width != int(width) or height != int(height):
            raise ValueError(f"{size}: pixels come whole")
        if max(width, height) > MAX_CANVAS_PX:
            raise ValueError(f"{size} is too large; a side has at most {MAX_CANVAS_PX} px")
    width_pt, height_pt = (width * 0.75, height * 0.75) if in_px else (width, height)
    if min(width_pt, height_pt) <= 0:
        raise ValueError(f"{size} is empty; both sides must be more than 0")
    if max(width_pt, height_pt) > MAX_CANVAS_PT:
        raise ValueError(f"{size} is too large; a side has at most 5 m")
    return width_pt, height_pt, *((int(width), int(height)) if in_px else (None, None))


def _canvas_sides(size: str) -> tuple[float, float, bool]:
    """Width and height as (px, px, True) or (pt, pt, False)."""
    name = size.strip()
    if name.upper() in PAPER_MM:
        width_mm, height_mm = PAPER_MM[name.upper()]
        return width_mm / 25.4 * 72, height_mm / 25.4 * 72, False
    if name in RATIO_PX:
        width_px, height_px = RATIO_PX[name]
        return width_px, height_px, True
    match = _SIZE.match(name)
    if not match:
        known = ", ".join([*(n.capitalize() for n in PAPER_MM), *RATIO_PX])
        raise ValueError(f"'{size}' is no canvas size; write 1080x1920px, 210mmx297mm, or one of {known}")
    unit_w, unit_h = match[2] or match[4], match[4]
    if unit_w == unit_h == "px":
        return float(match[1]), float(match[3]), True
    return float(match[1]) * PT_PER_UNIT[unit_w], float(match[3]) * PT_PER_UNIT[unit_h], False


class PairSpec(Strict):
    """How the second language of a bilingual piece stands to the first."""

    ratio: Annotated[float, Field(strict=True, ge=0.3, le=1)] = 0.6
    """The second language's size, as a share of the first's."""
    color: ColorField | None = None
    """Of the second language."""
    weight: Annotated[int, Field(strict=True, ge=100, le=900)] | None = None
    """Of the second language."""
    gap: Annotated[float, Field(strict=True, ge=0, le=3)] = 0.25
    """In em of the second language's size."""


class DataSource(Strict):
    """A table from a file beside the spec. The key that names the file is its format: an id of `spec/readers`."""

    model_config = ConfigDict(frozen=True, extra="allow", alias_generator=_aliases, populate_by_name=True)
    csv: str | None = None
    tsv: str | None = None
    json_: str | None = Field(None, alias="json")
    yaml: str | None = None
    xlsx: str | None = None
    sheet: str | None = None
    """Of a workbook; default: the first."""
    key: str | None = None
    """The column that names a row: in output names, in reports and in expressions (`q3.on_time`)."""
    where: Expression | None = None
    """Only rows for which this holds; columns are names."""
    encoding: str = "auto"
    """auto finds UTF-8, UTF-16 and GB18030, and says which."""
    types: dict[str, Literal["text", "int", "float", "date", "bool"]] = Field(default_factory=dict)
    """Column -> type; default: text, and numbers as they are in JSON, YAML and XLSX."""


class FactSpec(Strict):
    """A number or word that may stand on a page: a Jinja expression over `data` and `vars`."""

    query: Expression
    """`q3.on_time`, `water | mean('ph') | round(2)`, `2025`: without braces."""
    cite: str = ""
    """Where it comes from."""


class MetaSpec(Strict):
    title: TextField | None = None
    """Of the delivered files; default: the title slot, else the name."""
    author: str = ""
    subject: TextField | None = None
    keywords: tuple[str, ...] = ()


# --- theme: roles, styles, brand ---------------------------------------------------------------------------------------


class RoleSpec(Strict):
    """A role of type. `scale` multiplies the page's base size."""

    scale: Annotated[float, Field(strict=True, gt=0, le=20)] | None = None
    weight: Annotated[int, Field(strict=True, ge=100, le=900)] | None = None
    leading: Annotated[float, Field(strict=True, ge=0.8, le=4)] | None = None
    tracking: Annotated[float, Field(strict=True, ge=-0.2, le=2)] | None = None
    color: ColorField | None = None
    family: str | None = None
    case: Literal["as-is", "upper"] | None = None
    min_scale: Annotated[float, Field(strict=True, gt=0, le=1)] | None = None
    """How far a text of this role may shrink: a share of its size."""
    balance: Bool | None = None
    max_lines: Annotated[int, Field(strict=True, ge=1)] | None = None
    pair_ratio: Annotated[float, Field(strict=True, ge=0.3, le=1)] | None = None
    """In a pair: the second language's size as a share of the first's, where the spec's `pair` says nothing."""


class LogoSpec(Strict):
    src: str
    on_dark: str | None = None
    """Another file for dark grounds."""
    clear_space: Annotated[float, Field(strict=True, ge=0, le=2)] = 0.25
    """Kept free round it, as a share of its height."""
    min_width: LengthField | None = None


class FontSpec(Strict):
    """Font files for a family, beside the brand; without them the built-in family stays."""

    latin: str | None = None
    """File for Latin letters."""
    cjk: str | None = None
    """File for Chinese, Japanese, Korean."""


class Brand(Strict):
    apiVersion: Literal["design/v1"] = API_VERSION
    kind: Literal["Brand"] = "Brand"
    name: str
    colors: dict[Identifier, ColorField] = Field(default_factory=dict)
    """primary, secondary, accent, ink, paper, muted, and names of your own."""
    fonts: dict[Identifier, FontSpec] = Field(default_factory=dict)
    roles: dict[Identifier, RoleSpec] = Field(default_factory=dict)
    """Changes to roles of type."""
    logo: LogoSpec | None = None
    words: str = ""
    """Added to the style words of every scene."""
    author: str = ""
    """For the metadata of files."""


class StyleSheet(Strict):
    """A named style: `templates/_shared/styles/<name>.yaml`."""

    name: str
    describe: str
    words: str
    """For the prompt."""
    tone: Literal["light", "dark"] = "light"
    colors: dict[Identifier, ColorField] = Field(default_factory=dict)
    """Used where the brand says nothing."""
    negative: tuple[str, ...] = ()


class TypeScale(Strict):
    """`templates/_shared/type.yaml`: base size as a share of sqrt(width x height), and the roles."""

    base: Annotated[float, Field(strict=True, gt=0, lt=0.2)]
    min_pt: Annotated[float, Field(strict=True, gt=0)] = 5.0
    colors: dict[Identifier, ColorField]
    roles: dict[Identifier, RoleSpec]


# --- layouts and kinds -------------------------------------------------------------------------------------------------

SlotType = Literal["text", "list", "items", "group", "image", "qr", "chart", "icon", "note"]


class SlotSpec(Strict):
    """A place that a spec fills. `fields`: of each entry of `items`, or of the one `group`."""

    type: SlotType = "text"
    required: Bool = False
    describe: str = ""
    fields: dict[Identifier, SlotSpec] = Field(default_factory=dict)
    min: Annotated[int, Field(strict=True, ge=0)] | None = None
    max: Annotated[int, Field(strict=True, ge=1)] | None = None
    """Fewest and most entries of a list."""
    max_chars: dict[Literal["cjk", "latin"], Annotated[int, Field(strict=True, ge=1)]] = Field(default_factory=dict)
    """What fits well; longer texts are set smaller, and reported where they do not fit."""


class VariantWhen(Strict):
    shape: tuple[Literal["wide", "landscape", "square", "portrait", "story"], ...] = ()
    """wide > 2.2, landscape > 1.15, square, portrait < 0.87, story < 0.62 (width / height)."""
    pair: Bool | None = None
    """Whether two languages stand on the page."""


class LayoutVariant(Strict):
    """Changes to a layout for some canvas shapes, or for bilingual pieces."""

    when: VariantWhen
    """Both conditions must hold where both are given."""
    tone: Literal["light", "dark"] | None = None
    background: PaintSpec | None = None
    regions: dict[Identifier, RegionSpec] = Field(default_factory=dict)
    layers: tuple[dict[str, Any], ...] = ()
    """Merged into the layers of the same id."""


class Layout(Strict):
    """Boxes and layers of a page, with slots for a spec to fill."""

    apiVersion: Literal["design/v1"] = API_VERSION
    kind: Literal["Layout"] = "Layout"
    name: Identifier
    for_: str = Field("", alias="for")
    """The kind it is made for."""
    describe: str = ""
    extends: str | None = None
    """A layout of the same kind; regions, slots and layers of the same name are changed."""
    slots: dict[Identifier, SlotSpec] = Field(default_factory=dict)
    tone: Literal["light", "dark"] | None = None
    """light: dark words on a light ground; dark: the reverse. Default: the style's."""
    background: PaintSpec = "paper"
    composition: str = ""
    """Where the subject stands, in words for the prompt."""
    scene: SceneField = Field(default_factory=SceneSpec)
    """Defaults for the scene; `none` = no picture unless the spec asks for one."""
    regions: dict[Identifier, RegionSpec] = Field(default_factory=dict)
    layers: tuple[LayerSpec, ...] = ()
    variants: tuple[LayoutVariant, ...] = ()


class AssetKind(Strict):
    """`templates/<folder>/kind.yaml`: what this kind is made of."""

    kind: str
    describe: str
    layout_key: Literal["extends", "structure", "layout"] = "extends"
    """The key that names the layout."""
    pages: str | None = None
    """The key that holds the pages (`slides`); None: the spec is one page."""
    layout: str
    """Default layout."""
    canvas: CanvasField
    base: Annotated[float, Field(strict=True, gt=0, lt=0.2)] | None = None
    """Base size of type; default: that of `type.yaml`."""
    roles: dict[Identifier, RoleSpec] = Field(default_factory=dict)
    facts: Bool = False
    """Whether numbers must be traceable."""
    checks: dict[str, LevelWord | CheckSpec] = Field(default_factory=dict)
    outputs: tuple[OutputSpec, ...]
    scene: str = ""
    """What kind of picture this is, in words for the prompt."""


# --- documents ---------------------------------------------------------------------------------------------------------


def parse_locales(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


LocaleSet = Annotated[str, Field(pattern=LOCALE_PATTERN[:-1] + r"(\+" + LOCALE_PATTERN[1:-1] + r")?$")]


class PageSpec(Strict):
    """Keys of a page, beside its slots: of a slide, or of the whole spec where there is one page."""

    model_config = ConfigDict(frozen=True, extra="allow", alias_generator=_aliases, populate_by_name=True)
    id: Identifier | None = None
    layout: str | None = None
    """Default: that of `defaults`, else the kind's."""
    scene: SceneField | None = None
    regions: dict[Identifier, RegionSpec] = Field(default_factory=dict)
    """Changes to the layout's regions, and new ones."""
    layers: tuple[dict[str, Any], ...] = ()
    """Merged into the layout's layers of the same id, else added."""
    background: PaintSpec | None = None
    when: Expression | None = None
    """Leave the page out where this does not hold."""
    for_each: str | None = None
    """One page for each entry of this list, as `item`."""
    notes: TextField | None = None
    """Speaker notes."""


class DefaultsSpec(Strict):
    """For every page of a spec that has pages."""

    layout: str | None = None
    scene: SceneField | None = None
    background: PaintSpec | None = None


class ConsistencySpec(Strict):
    reference: str
    """`slide.cover`: the page whose finished picture is a reference for the others."""


class Document(Strict):
    """Keys that every kind of piece has; pages and slots come with the kind."""

    model_config = ConfigDict(frozen=True, extra="allow", alias_generator=_aliases, populate_by_name=True)
    apiVersion: Literal["design/v1"] = API_VERSION
    kind: str
    name: Identifier | None = None
    """Default: the file's name."""
    usage: Literal["commercial", "research"] = "commercial"
    """Decides which weights may be used."""
    brand: str | None = None
    """A `Brand` file."""
    canvas: CanvasField | None = None
    """Default: the kind's."""
    locales: Annotated[tuple[LocaleSet, ...], BeforeValidator(parse_locales)] = ("en",)
    """`[zh-CN, en-GB]` = two pieces; `[zh-CN+en-GB]` = one bilingual piece."""
    pair: PairSpec = PairSpec()
    vars: dict[Identifier, Any] = Field(default_factory=dict)
    """Names for expressions; a map from locale to text counts as a text."""
    data: dict[Identifier, DataSource] = Field(default_factory=dict)
    """Tables, by the name that expressions use."""
    facts: dict[Identifier, FactSpec] = Field(default_factory=dict)
    """Where the numbers on the page come from."""
    defaults: DefaultsSpec = DefaultsSpec()
    consistency: ConsistencySpec | None = None
    generate: GenerateSpec = GenerateSpec()
    checks: dict[str, LevelWord | CheckSpec] = Field(default_factory=dict)
    """Over the kind's and the profile's."""
    outputs: tuple[OutputSpec, ...] = ()
    """Default: the kind's, a PDF and a PNG."""
    meta: MetaSpec = MetaSpec()


class SizeAxis(Strict):
    id: Identifier
    canvas: CanvasField
    """Pieces of this size."""
    bleed: LengthField | None = None
    safe: LengthField | None = None


class ShareSpec(Strict):
    scene: tuple[str, ...]
    """Axes and the data key that a scene depends on; pieces equal in these share it."""


class LimitsSpec(Strict):
    max_pieces: Annotated[int, Field(strict=True, ge=1)] | None = None
    max_scenes: Annotated[int, Field(strict=True, ge=0)] | None = None
    max_gpu_minutes: Annotated[float, Field(strict=True, ge=0)] | None = None
    on_exceed: LevelWord = "error"
    """error: refuse before any work (exit code 3)."""


class RunSpec(Strict):
    keep_going: Bool = True
    """A bad row or a failed piece does not stop the others."""
    retries: Annotated[int, Field(strict=True, ge=0, le=20)] = 0
    """Of a picture that fails."""


class ScheduleSpec(Strict):
    cron: str
    """Five fields: `0 6 * * 1` is Mondays at six."""
    timezone: str = "UTC"
    only_if_changed: Bool = True
    """Skip the run where nothing has changed."""


class Batch(Strict):
    """Data x matrix over a template spec."""

    apiVersion: Literal["design/v1"] = API_VERSION
    kind: Literal["Batch"] = "Batch"
    name: Identifier | None = None
    usage: Literal["commercial", "research"] = "commercial"
    template: str
    """The spec that is made for every row and cell."""
    brand: str | None = None
    data: dict[Identifier, DataSource] = Field(default_factory=dict)
    """`rows` is what the batch runs over."""
    matrix: dict[Identifier, tuple[Any, ...]] = Field(default_factory=dict)
    """Axes `locale` and `size` are known; any other axis is a variable. `exclude` and `include` as in CI matrices."""
    share: ShareSpec | None = None
    map: dict[Identifier, TextField] = Field(default_factory=dict)
    """Slots, layer ids or `vars` of the template -> Jinja text."""
    vars: dict[Identifier, Any] = Field(default_factory=dict)
    limits: LimitsSpec = LimitsSpec()
    """Checked before any work."""
    run: RunSpec = RunSpec()
    schedule: ScheduleSpec | None = None
    checks: dict[str, LevelWord | CheckSpec] = Field(default_factory=dict)
    outputs: tuple[OutputSpec, ...] = ()
    generate: GenerateSpec | None = None


# --- what the spec stage returns ---------------------------------------------------------------------------------------

SHAPES = ("wide", "landscape", "square", "portrait", "story")


def shape_of(width: float, height: float) -> str:
    """The canvas shape that layout variants name: wide > 2.2, landscape > 1.15, square, portrait < 0.87, story < 0.62."""
    ratio = width / height
    if ratio > 2.2:
        return "wide"
    if ratio > 1.15:
        return "landscape"
    if ratio >= 0.87:
        return "square"
    return "portrait" if ratio >= 0.62 else "story"


SlotValue = Text | str | ChartSpec | tuple["SlotValue", ...] | Mapping[str, "SlotValue"]
"""text, note -> Text; image, icon, qr -> str; chart -> ChartSpec; list -> tuple of Text; group -> map; items -> tuple of maps."""


@dataclass(frozen=True, slots=True)
class PageSource:
    """One page as specified: its slots, and its effective layout for every canvas shape."""

    id: str
    slots: Mapping[str, SlotValue]
    layouts: Mapping[tuple[str, bool], Layout]
    """(shape, pair) -> layout chain + variants + the spec's own regions and layers."""
    scene: SceneSpec | None
    """Layout's scene < defaults < page; None = no picture."""
    place: Place
    when: str | None = None
    for_each: str | None = None
    notes: Text | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of a data source, in file order. `places`: where each row stands; `encoding` as found."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[Mapping[str, Any], ...]
    places: tuple[Place, ...]
    key: str | None = None
    encoding: str = ""
    bad: tuple[tuple[str, str, str, Place], ...] = ()
    """Rows that cannot be used: (key or row number, code, message, place)."""


@dataclass(frozen=True, slots=True)
class Theme:
    """Type and colour for a piece. Colours: `colors` (shared) < the page's style < `brand_colors`."""

    base: float
    min_pt: float
    colors: Mapping[str, str]
    roles: Mapping[str, RoleSpec]
    """Shared < kind < brand."""
    brand_colors: Mapping[str, str] = field(default_factory=dict)
    fonts: Mapping[str, FontSpec] = field(default_factory=dict)
    logo: LogoSpec | None = None
    """With absolute paths."""
    words: str = ""
    author: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Spec:
    """One validated document with all it refers to. `document` is a Document or a Batch."""

    path: str
    folder: str
    """Where asset paths start: the folder of the file."""
    root: str
    """Where they must stay: `--assets`, else the nearest folder above with a `.design-root`, else `folder`."""
    name: str
    document: Document | Batch
    digest: str
    """Of all inputs."""
    kind: AssetKind | None
    theme: Theme | None
    pages: tuple[PageSource, ...]
    tables: Mapping[str, Table]
    inputs: tuple[InputFile, ...]
    places: Mapping[str, Place]
    """Dotted path -> place: `layers[0].text.zh-CN`."""
    styles: Mapping[str, StyleSheet]
    """All named styles."""
    icons: Mapping[str, tuple[str, ...]]
    """Icon name -> SVG path data."""
    template: Spec | None = None
    notices: tuple[str, ...] = ()
    source_text: str = field(default="", repr=False)

    def place(self, path: str) -> Place:
        """Where `path` was written, or the nearest key above it."""
        while path and path not in self.places:
            cut = max(path.rfind("."), path.rfind("["))
            path = path[:cut] if cut > 0 else ""
        return self.places.get(path, Place(self.path))
