"""Roles of type, brands and styles as written."""

from collections.abc import Set
from typing import Annotated, Literal

from pydantic import Field

from .scalars import API_VERSION, Bool, ColorField, Identifier, LengthField, Strict


class RoleSpec(Strict):
    """A role of type: its size is a step of the modular scale, or a multiple of the base size that stands outside of it."""

    step: Annotated[int, Field(strict=True, ge=-8, le=24)] | None = None
    """The size on the modular scale: base x ratio^step. 0 is the body of a page."""
    scale: Annotated[float, Field(strict=True, gt=0, le=20)] | None = None
    """Instead of `step`: the size as a multiple of the base, where a standard says what it must be."""
    weight: Annotated[int, Field(strict=True, ge=100, le=900)] | None = None
    leading: Annotated[float, Field(strict=True, ge=0.8, le=4)] | None = None
    tracking: Annotated[float, Field(strict=True, ge=-0.2, le=2)] | None = None
    color: ColorField | None = None
    family: str | None = None
    case: Literal["as-is", "upper"] | None = None
    min_scale: Annotated[float, Field(strict=True, gt=0, le=1)] | None = None
    """How far a text of this role may shrink: a share of its size."""
    indent: Annotated[float, Field(strict=True, ge=0, le=20)] | None = None
    """Of the first line of each paragraph, in em; on the right where texts end there."""
    space_before: Annotated[float, Field(strict=True, ge=0, le=20)] | None = None
    """Space above, in em, where a text is set paragraph by paragraph."""
    align: Literal["start", "center", "end", "justify"] | None = None
    """Default: the region's."""
    keep_next: Bool | None = None
    """In a flow: stays on the page of the text that follows."""
    balance: Bool | None = None
    max_lines: Annotated[int, Field(strict=True, ge=1)] | None = None
    pair_ratio: Annotated[float, Field(strict=True, ge=0.3, le=1)] | None = None
    """In a pair: the second language's size as a share of the first's, where the spec's `pair` says nothing."""

    def under(self, over: "RoleSpec", keys: Set[str]) -> "RoleSpec":
        """This role with `keys` as in `over`; of `step` and `scale` the one that is said last counts."""
        said = {key: getattr(over, key) for key in keys}
        if "step" in said or "scale" in said:
            said = {"step": None, "scale": None} | said
        return self.model_copy(update=said)


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
    latin_bold: str | None = None
    """The same for weights from 600 on; not needed for a variable font."""
    cjk: str | None = None
    """File for Chinese, Japanese, Korean."""
    cjk_bold: str | None = None
    """The same for weights from 600 on; not needed for a variable font."""

    @property
    def files(self) -> tuple[str, ...]:
        return tuple(filter(None, (self.latin, self.latin_bold, self.cjk, self.cjk_bold)))


class Brand(Strict):
    apiVersion: Literal["design/v1"] = API_VERSION
    kind: Literal["Brand"] = "Brand"
    name: str
    colors: dict[Identifier, ColorField] = Field(default_factory=dict)
    """primary, secondary, accent, ink, paper, muted, and names of your own."""
    fonts: dict[Identifier, FontSpec] = Field(default_factory=dict)
    family: Identifier | None = None
    """Family of all text that names none: `sans`, `serif`, or one of `fonts`."""
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
    family: Identifier | None = None
    """Family of text that names none, where neither brand nor layout says one."""
    roles: dict[Identifier, RoleSpec] = Field(default_factory=dict)
    """Type that goes with the picture: changes to roles, under the brand's."""
    negative: tuple[str, ...] = ()


class TypeScale(Strict):
    """`templates/_shared/type.yaml`: base size as a share of sqrt(width x height), ratio of the scale, and the roles."""

    base: Annotated[float, Field(strict=True, gt=0, lt=0.2)]
    ratio: Annotated[float, Field(strict=True, gt=1, le=2)] = 1.125
    """Of two neighbours on the modular scale."""
    min_pt: Annotated[float, Field(strict=True, gt=0)] = 5.0
    colors: dict[Identifier, ColorField]
    roles: dict[Identifier, RoleSpec]
