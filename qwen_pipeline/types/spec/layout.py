"""Layouts, their slots and variants, and kinds of asset."""

from typing import Annotated, Any, Literal

from pydantic import Field

from .canvas import CanvasField
from .layers import LayerSpec, RegionSpec
from .paints import PaintSpec
from .scalars import API_VERSION, Bool, Identifier, LevelWord, Strict
from .scene import CheckSpec, OutputSpec, SceneField, SceneSpec
from .theme import RoleSpec

SlotType = Literal["text", "list", "items", "group", "image", "qr", "chart", "icon", "note", "scene", "choice", "point"]


class SlotSpec(Strict):
    """A place that a spec fills. `fields`: of each entry of `items`, or of the one `group`."""

    type: SlotType = "text"
    required: Bool = False
    describe: str = ""
    fields: "dict[Identifier, SlotSpec]" = Field(default_factory=dict)
    choices: tuple[Identifier, ...] = ()
    """What a `choice` may say; the first is meant where it says nothing."""
    min: Annotated[int, Field(strict=True, ge=0)] | None = None
    max: Annotated[int, Field(strict=True, ge=1)] | None = None
    """Fewest and most entries of a list."""
    max_chars: dict[Literal["cjk", "latin"], Annotated[int, Field(strict=True, ge=1)]] = Field(default_factory=dict)
    """What fits well; longer texts are set smaller, and reported where they do not fit."""
    instead_of: tuple[Identifier, ...] = ()
    """Slots beside it whose place it takes: a spec fills it, or those."""


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
    canvas: CanvasField | None = None
    """The size it is made for, where the spec names none. Default: the kind's."""
    tone: Literal["light", "dark"] | None = None
    """light: dark words on a light ground; dark: the reverse. Default: the style's."""
    background: PaintSpec = "paper"
    family: Identifier | None = None
    """Family of text that names none (`serif`); the brand's goes over it."""
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
    single: str | None = None
    """With `pages`: the layout of the only page of a spec that has none. Its slots then stand at the top of the spec."""
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
