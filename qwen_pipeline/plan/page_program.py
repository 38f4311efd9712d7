"""A page as a program: run once for every piece of a variant."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import field, replace
from typing import Any

from qwen_pipeline.dataclass import dataclass
from qwen_pipeline.types import MIDDLE, Canvas, Layer, Page, Region, ShapeLayer, TextLayer, TextPart
from qwen_pipeline.types.spec import ChartSpec, GridSpec, PageSource

from .calm import fraction, is_opaque
from .environment import Names
from .geometry import GridLoad
from .page import PageContext, list_named, plain
from .pictures import Picture
from .programs import Program
from .prompt import PromptString, place_words
from .scene_setting import SceneSetting
from .scope import Scope, fail

_TITLE_ROLES = ("display", "headline", "title")
"""With those that end so: `report-title`."""


@dataclass(frozen=True)
class PageProgram:
    """One page of a variant. `programs` are in drawing order."""

    id: str
    source: PageSource
    canvas: Canvas
    background: Any
    regions: Mapping[str, Region]
    programs: tuple[Program, ...]
    scene: SceneSetting | None
    pictures: tuple[Picture, ...]
    notes: Callable[[Scope], tuple[TextPart, ...]]
    extra: Mapping[str, Names]
    """Names of the page's own entry (`item`, `loop`), where the page is repeated."""
    when: Callable[[Scope], bool] = field(default=lambda _scope: True)
    continued: PageProgram | None = None
    """Further pages, on which texts of the region `flow` go on."""
    flow: str = ""

    def layers(self, scope: Scope) -> tuple[Layer, ...]:
        out: list[Layer] = []
        for program in self.programs:
            out.extend(program if isinstance(program, tuple) else program(scope))
        return uncover_baked(out, self.regions)

    def strings(self, layers: tuple[Layer, ...]) -> tuple[PromptString, ...]:
        """The strings that the picture must spell."""
        if self.scene is None:
            return ()
        out = []
        for layer in layers:
            if isinstance(layer, TextLayer) and layer.render == "baked":
                area = fraction(self.regions[layer.region].box, self.scene.box)
                position = place_words(area) if area else "the centre"
                out += [PromptString(part.text, part.locale, layer.role, position) for part in layer.parts]
        return tuple(out)

    def page(self, layers: tuple[Layer, ...], scene: str | None, notes: tuple[TextPart, ...], part: int = 1) -> Page:
        """The page of one piece; `part` counts the pages that a text flows over, of which the first has the title."""
        used = {layer.region for layer in layers}
        titles: dict[str, str] = {}
        for layer in layers:
            if isinstance(layer, TextLayer):
                titles.setdefault(layer.role.rpartition("-")[2], layer.parts[0].text)
        title = next((titles[role] for role in _TITLE_ROLES if role in titles), "")
        return Page(
            id=self.id if part == 1 else f"{self.id}-{part}",
            title=(" ".join(title.split()) or self.id) if part == 1 else "",
            canvas=self.canvas,
            background=self.background,
            regions=tuple(region for name, region in self.regions.items() if name in used),
            layers=layers,
            scene=scene,
            scene_box=self.scene.box if self.scene and self.scene.spec.region else None,
            scene_focus=self.scene.spec.focus_point if self.scene else MIDDLE,
            labels=tuple(self.regions[name].box for name in self.scene.spec.labels) if self.scene else (),
            notes=notes,
            place=self.source.place,
        )


def uncover_baked(layers: Sequence[Layer], regions: Mapping[str, Region]) -> tuple[Layer, ...]:
    """Words that the picture spells lie under our shapes: a veil over them goes, and under a solid shape they are overlay."""
    out = list(layers)
    for text in [layer for layer in layers if isinstance(layer, TextLayer) and layer.render == "baked"]:
        where = regions[text.region].box
        above = [layer for layer in out if isinstance(layer, ShapeLayer) and regions[layer.region].box.overlaps(where)]
        if any(is_opaque(shape) for shape in above):
            out[out.index(text)] = replace(text, render="overlay")
        else:
            out = [layer for layer in out if layer not in above]
    return tuple(out)


def grid_load(grid: GridSpec, page: PageContext) -> GridLoad:
    """How many cells a grid has, and how much text is in each."""
    if isinstance(grid.count, int):
        return GridLoad(grid.count)
    values = list_named(grid.count, page)
    if grid.at:
        points = tuple(value[grid.at] for value in values if isinstance(value, Mapping) and value.get(grid.at) is not None)
        if len(points) < len(values):
            place = page.place(grid.count)
            raise fail("missing-key", f"every entry of {grid.count} needs '{grid.at}'", place, f"{grid.at}: [40%, 60%]")
        return GridLoad(len(values), points=points)
    return GridLoad(len(values), tuple(_weight(value, page.tag) for value in values))


_USUAL_WEIGHT = 160.0
"""Of a picture, an icon or a chart, in characters of text."""
_CHART_WEIGHTS = {"table": 330.0, "dot": 250.0, "icons": 190.0, "number": 120.0}
"""Charts of many rows need height, a number alone needs little."""


def _weight(value: Any, tag: str) -> float:
    def size(item: Any) -> float:
        if isinstance(item, str):
            return sum(2.0 if ord(c) > 0x2E7F else 1.0 for c in item)
        if isinstance(item, Mapping):
            return sum(size(v) for v in item.values())
        if isinstance(item, (tuple, list)):
            return sum(size(v) for v in item)
        if isinstance(item, ChartSpec):
            return _CHART_WEIGHTS.get(item.type, _USUAL_WEIGHT)
        return _USUAL_WEIGHT if item is not None and not isinstance(item, (int, float)) else 0.0

    return 60.0 + size(plain(value, tag))
