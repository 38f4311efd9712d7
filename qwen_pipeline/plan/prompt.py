"""A scene -> the long structured prompt that the model wants, from the kind's `prompt.j2`."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from jinja2 import BaseLoader, StrictUndefined, TemplateError, TemplateNotFound
from jinja2.runtime import Macro
from jinja2.sandbox import ImmutableSandboxedEnvironment

from qwen_pipeline.dataclass import dataclass
from qwen_pipeline.errors import QwenPipelineError
from qwen_pipeline.types import CalmArea, Color


@dataclass(frozen=True, slots=True)
class PromptString:
    """A string the picture must spell, where and how."""

    text: str
    locale: str
    role: str
    position: str


class CalmPlace(NamedTuple):
    """An area to be left calm, in words, and its share of the picture."""

    words: str
    share: float


class PaletteColor(NamedTuple):
    """A colour as prompts name it."""

    name: str
    hex: str
    words: str


class Aspect(NamedTuple):
    """The picture's proportions in words, and its size in points."""

    aspect: str
    width: int
    height: int


class ReferredPicture(NamedTuple):
    """A picture of the same piece among the references: its number in `<image1>`, and what it shows."""

    number: int
    subject: str


class EditWords(NamedTuple):
    """One step of a chain of edits: what is done, to what, what comes instead, and where."""

    operation: str
    what: str
    with_: str
    where: str


@dataclass(frozen=True, slots=True)
class PromptContext:
    """What `prompt.j2` and `edit.j2` may use. Tuples, so that what macros made of them can be remembered."""

    scene: Mapping[str, Any]
    style: Mapping[str, Any] | None
    style_words: str
    kind: str
    kind_words: str
    layout: Mapping[str, str]
    tone: str
    calm: tuple[CalmPlace, ...]
    strings: tuple[PromptString, ...]
    palette: tuple[PaletteColor, ...]
    canvas: Aspect
    brand_words: str
    referred: tuple[ReferredPicture, ...] = ()
    instruction: str = ""
    """Of an edit: what is to be done, in the words of `instruction.j2`."""
    edit: EditWords | None = None
    """Of an edit that a spec asks for."""
    guide: str = ""
    """What prompts call the layout sketch: `<image2>`; "" where there is none."""


class _FolderLoader(BaseLoader):
    """Templates of one kind's folder and of `_shared`, and nothing else."""

    def __init__(self, folders: tuple[Path, ...]) -> None:
        self.folders = folders

    def get_source(self, environment: Any, template: str) -> tuple[str, str, Any]:
        for folder in self.folders:
            path = folder / template
            if "/" not in template and path.is_file():
                return path.read_text(encoding="utf-8"), str(path), lambda: True
        raise TemplateNotFound(template)


class _PromptEnvironment(ImmutableSandboxedEnvironment):
    """Remembers what macros said: of a batch's prompts, all but the row's own words is the same.

    Imported macros see nothing but their arguments. One that a template defines itself is another object at every rendering,
    and so never remembered.
    """

    _REMEMBERED = 4096

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.globals.clear()  # filters and macros do; and each rendering would copy them
        self._said: dict[object, Any] = {}

    def getattr(self, obj: Any, attribute: str) -> Any:
        """The entry of a map first: nearly all that templates ask for, and safe without a look at Python's own attributes."""
        return obj[attribute] if type(obj) is dict and attribute in obj else super().getattr(obj, attribute)

    def call(self, context: Any, obj: Any, *args: Any, **kwargs: Any) -> Any:
        if not isinstance(obj, Macro):
            return super().call(context, obj, *args, **kwargs)
        key = (obj, args, tuple(kwargs.items()))
        try:
            said = self._said.get(key)
        except TypeError:  # a map or a list among the arguments
            return super().call(context, obj, *args, **kwargs)
        if said is None:
            if len(self._said) >= self._REMEMBERED:
                self._said.clear()
            said = self._said[key] = super().call(context, obj, *args, **kwargs)
        return said


@lru_cache(maxsize=64)
def _environment(kind_folder: Path) -> _PromptEnvironment:
    return _PromptEnvironment(
        loader=_FolderLoader((kind_folder, kind_folder.parent / "_shared")),
        undefined=StrictUndefined,
        autoescape=False,
        auto_reload=False,
        optimized=False,  # there is nothing to fold, and to look for it takes a fifth of compiling
        trim_blocks=True,
        lstrip_blocks=True,
    )


def expand_prompt(template: str, kind_folder: Path, context: PromptContext) -> str:
    """The prompt text, paragraphs kept, white space tidied. A template that fails is our own bug."""
    return expand_words(template, kind_folder, names_of(context))


def names_of(context: PromptContext) -> dict[str, Any]:
    return {name: getattr(context, name) for name in PromptContext.__slots__}


def expand_words(template: str, kind_folder: Path, names: Mapping[str, Any]) -> str:
    """As `expand_prompt`, of names in a map; also of templates with names of their own (`rewrite.j2`, `erase.j2`)."""
    try:
        text = _environment(kind_folder).get_template(template).render(names)
    except TemplateError as error:
        raise QwenPipelineError(f"{kind_folder.name}/{template}: {error}", code="bad-template") from error
    return "\n\n".join([tidy for part in text.split("\n\n") if (tidy := _tidied(part))])


@lru_cache(maxsize=1024)
def _tidied(paragraph: str) -> str:
    """On one line. Most paragraphs are the same in all prompts of a batch."""
    return " ".join(paragraph.split())


# --- words for places and colours --------------------------------------------------------------------------------------


def place_words(area: CalmArea) -> str:
    """Where an area lies, in words: `upper left`, `the whole left half`, `a band along the bottom`."""
    if area.w > 0.85 and area.h > 0.85:
        return "the whole picture"
    if area.w > 0.7 and area.h < 0.6:
        return "a band " + _third(area.y + area.h / 2, "along the top", "across the middle", "along the bottom")
    if area.h > 0.7 and area.w < 0.62:
        return _third(area.x + area.w / 2, "the left side", "a central column", "the right side")
    vertical = _third(area.y + area.h / 2, "upper", "middle", "lower")
    horizontal = _third(area.x + area.w / 2, "left", "centre", "right")
    if (vertical, horizontal) == ("middle", "centre"):
        return "the centre"
    return f"the {vertical} {horizontal}"


def _third(value: float, low: str, middle: str, high: str) -> str:
    return low if value < 0.4 else high if value > 0.6 else middle


def aspect_words(width: float, height: float) -> str:
    ratio = width / height
    if ratio > 2.2:
        return "very wide panoramic"
    if ratio > 1.15:
        return "horizontal landscape"
    if ratio >= 0.87:
        return "square"
    return "vertical portrait" if ratio >= 0.62 else "tall vertical"


_HUES = (
    *((15, "red"), (40, "orange"), (65, "yellow"), (95, "lime green"), (160, "green"), (190, "teal")),
    *((215, "sky blue"), (250, "blue"), (285, "violet"), (325, "magenta"), (345, "rose"), (361, "red")),
)
"""Upper limits of the hue in degrees."""


def color_words(color: Color) -> str:
    """A colour in words that a model understands: `deep teal`, `pale warm grey`."""
    import colorsys

    hue, lightness, saturation = colorsys.rgb_to_hls(color.r / 255, color.g / 255, color.b / 255)
    depth = (
        "very dark"
        if lightness < 0.14
        else "deep"
        if lightness < 0.36
        else ""
        if lightness < 0.66
        else "light"
        if lightness < 0.86
        else "pale"
    )
    warm = color.r >= color.b
    if saturation < 0.12 or lightness > 0.96 or lightness < 0.05:
        grey = "near-black" if lightness < 0.14 else "off-white" if lightness > 0.9 else "grey"
        return f"{'warm' if warm else 'cool'} {grey}"
    name = next(word for limit, word in _HUES if hue * 360 < limit)
    if name == "orange" and lightness < 0.4:
        name, depth = "brown", "dark" if lightness < 0.25 else ""
    return f"{depth} {name}".strip()
