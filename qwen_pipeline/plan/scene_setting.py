"""What every piece of a variant shares of one page's scene."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from functools import cached_property
from pathlib import Path
from typing import Any

from qwen_pipeline.dataclass import dataclass
from qwen_pipeline.fingerprint import digest
from qwen_pipeline.types import Box, CalmArea, Canvas, Color, Place, covering
from qwen_pipeline.types.spec import SceneSpec, StyleSheet

from .prompt import Aspect, CalmPlace, PaletteColor, PromptContext, aspect_words, color_words, names_of, place_words
from .theme import Palette

_PALETTE_NAMES = ("primary", "secondary", "accent", "ink", "paper")


@dataclass(frozen=True)
class SceneSetting:
    """What every piece of a variant shares of one page's scene."""

    spec: SceneSpec
    style: StyleSheet | None
    palette: Palette
    canvas: Canvas
    box: Box
    calm: tuple[CalmArea, ...]
    parts: tuple[Box | None, ...]
    """Of the page, in points: what each step of `spec.edits` may change; None = all of the picture."""
    page: str
    layout: Mapping[str, str]
    kind: str
    kind_words: str
    kind_folder: Path
    brand_words: str
    place: Place = field(compare=False)

    @cached_property
    def key(self) -> str:
        """Its identity: two languages of a size have the same setting, and so the same scenes."""
        style = self.style.name if self.style else None
        look = (self.spec.model_dump_json(), style, self.palette.colors, self.palette.tone, self.kind, self.brand_words)
        return digest([look, self.canvas, self.box, self.calm, self.parts, self.page, self.layout])

    def whole(self, width_px: int, height_px: int) -> Box:
        """Where all of a picture of that size would lie on the page, what is cropped too."""
        return covering(self.box, width_px, height_px, self.spec.focus_point)

    @cached_property
    def prompt_names(self) -> Mapping[str, Any]:
        """What the prompt template sees, but for what a row changes of the scene's own words, and strings."""
        named = zip(_PALETTE_NAMES, self.colors, strict=True)
        context = PromptContext(
            scene=self.spec.model_dump(),
            style=self.style.model_dump() if self.style else None,
            style_words=self.style.words if self.style else self.spec.style,
            kind=self.kind,
            kind_words=self.kind_words,
            layout=self.layout,
            tone=self.palette.tone,
            calm=tuple(CalmPlace(place_words(area), round(area.w * area.h, 2)) for area in self.calm),
            strings=(),
            palette=tuple(PaletteColor(name, color.hex, color_words(color)) for name, color in named),
            canvas=Aspect(aspect_words(self.box.w_pt, self.box.h_pt), round(self.box.w_pt), round(self.box.h_pt)),
            brand_words=self.brand_words,
        )
        return names_of(context)

    @cached_property
    def dynamic(self) -> tuple[str, ...]:
        """The fields of the spec that may read a row or an axis."""
        spec = self.spec
        words = [name for name in ("subject", "composition", "lighting") if "{" in getattr(spec, name)]
        lists = [name for name in ("details", "negative", "references") if any("{" in v for v in getattr(spec, name))]
        edits = ["edits"] if any("{" in edit.model_dump_json(exclude_defaults=True)[1:] for edit in spec.edits) else []
        return (*words, *lists, *edits)

    @cached_property
    def colors(self) -> tuple[Color, ...]:
        return tuple(self.palette.color(name) for name in _PALETTE_NAMES)


Changes = tuple[tuple[str, Any], ...]
"""Fields of a scene that read a row or an axis, as one piece fills them."""


@dataclass(frozen=True)
class Wording:
    """A setting as one piece words it."""

    setting: SceneSetting
    changes: Changes

    @cached_property
    def spec(self) -> SceneSpec:
        own = self.setting.spec
        return own.model_copy(update=dict(self.changes)) if self.changes else own

    @cached_property
    def names(self) -> dict[str, Any]:
        """What the prompt template sees."""
        names = self.setting.prompt_names
        if not self.changes:
            return {**names}
        plain = all(name != "edits" for name, _ in self.changes)  # whose steps are models, not words
        return {**names, "scene": {**names["scene"], **dict(self.changes)} if plain else self.spec.model_dump()}
