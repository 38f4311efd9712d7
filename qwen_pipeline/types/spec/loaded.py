"""What the spec stage returns: a document with all it refers to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Any

from qwen_pipeline.dataclass import dataclass

from ..geometry import Place
from ..result import InputFile
from .document import Batch, Document
from .layers import ChartSpec
from .layout import AssetKind, Layout
from .scalars import Text
from .scene import SceneSpec
from .theme import FontSpec, LogoSpec, RoleSpec, StyleSheet

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


Point = tuple[float, float]
"""A point of a box, as shares of its width and height (0 to 1)."""
SlotValue = Text | str | ChartSpec | SceneSpec | Point | tuple["SlotValue", ...] | Mapping[str, "SlotValue"]
"""text, note -> Text; image, icon, qr, choice -> str; chart -> ChartSpec; scene -> SceneSpec; point -> Point; list -> tuple of
Text; group -> map; items -> tuple of maps."""


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
    continued: Mapping[tuple[str, bool], Layout] | None = None
    """Where texts flow over: the layout of the further pages."""


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
    family: str = ""
    """Of text that names none; "" = the layout's, the style's, or sans."""
    ratio: float = 1.125
    """Of two neighbours on the modular scale."""
    brand_roles: Mapping[str, RoleSpec] = field(default_factory=dict)
    """What the brand says of roles: nothing of a style goes over it."""


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
