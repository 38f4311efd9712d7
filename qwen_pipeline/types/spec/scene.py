"""Scenes, generation, checks and outputs as written."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, ConfigDict, Field

from ..geometry import MIDDLE
from .generate import EditField
from .scalars import Bool, FocusField, LevelWord, Strict

OWN_PICTURE = "scene."
"""How a scene's references name a picture of the piece itself."""


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
    labels: tuple[str, ...] = ()
    """Regions where the picture may carry words of its own (a product's label, a shop's sign) beside baked ones."""
    negative: tuple[str, ...] = ()
    """What must not be seen."""
    references: Annotated[tuple[str, ...], Field(max_length=10)] = ()
    """Picture files, or pictures of this piece that stand before (`scene.cover`: a page's, or that of an entry with this `id`);
    `<image1>`, `<image2>` in the texts name them."""
    edits: tuple[EditField, ...] = ()
    """Steps that change the picture one after the other; each is kept. A plain string is an instruction."""
    tone: Literal["auto", "light", "dark"] = "auto"
    """light: dark words will stand on it. auto: the layout's or the style's."""
    guide: Literal["none", "layout"] = "none"
    """layout: show the engine a sketch of the page (where words stand, what is lettered where) as its last reference."""
    transparent: Bool = False
    """No ground: the engine draws with an alpha channel."""
    take: Annotated[int, Field(strict=True, ge=1, le=9999)] = 1
    """Another number, another picture of the same words; no other picture changes."""
    region: str | None = None
    """Draw the picture into this region's box only; default: the whole page to the bleed."""
    focus: FocusField | None = None
    """Of the picture, in percent: the point [x, y] that stays nearest the middle where it is cropped, or the box [x, y, width,
    height] that is kept as long as it has room. Default: the middle."""

    @property
    def focus_point(self) -> tuple[float, float]:
        """The point, or the middle of the box, as fractions of the picture."""
        if self.focus is None:
            return MIDDLE
        w, h = self.focus_size
        return (self.focus[0].value / 100 + w / 2, self.focus[1].value / 100 + h / 2)

    @property
    def focus_size(self) -> tuple[float, float]:
        """Width and height of the box, as fractions of the picture; nothing for a point."""
        w, h = (length.value / 100 for length in self.focus[2:]) if self.focus and len(self.focus) == 4 else (0.0, 0.0)
        return (w, h)


def parse_scene(value: Any) -> Any:
    if isinstance(value, str) and value != "none":
        return {"subject": value}
    return value


SceneField = Annotated[
    SceneSpec | Literal["none"],
    BeforeValidator(parse_scene),
]


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
