"""What the plan makes: pieces of pages, with regions and layers resolved."""

from __future__ import annotations

from dataclasses import field
from typing import Literal

from qwen_pipeline.dataclass import dataclass

from .geometry import MIDDLE, Box, Paint, Place
from .layers import Align, Layer, Level, SceneLayer, TextPart, VAlign

_ON_EDGE_PT = 0.05
"""How near to the trim's edge a side lies on it."""


@dataclass(frozen=True, slots=True)
class Canvas:
    """A page size. Sizes are of the trim, in points; the bleed lies outside it, the safe margin inside."""

    id: str
    width_pt: float
    height_pt: float
    bleed_pt: float = 0.0
    safe_pt: float = 0.0
    min_dpi: float = 0.0
    """Lowest resolution a picture may have as placed; 0 = not asked for."""
    width_px: int | None = None
    height_px: int | None = None
    """The pixel size, where the canvas was given in pixels."""

    @property
    def trim(self) -> Box:
        return Box(0.0, 0.0, self.width_pt, self.height_pt)

    @property
    def bleed_box(self) -> Box:
        return self.trim.inset(-self.bleed_pt)

    @property
    def safe_box(self) -> Box:
        return self.trim.inset(self.safe_pt)

    def to_bleed(self, box: Box) -> Box:
        """`box` with every side that lies on the trim edge, or beyond it, moved to the bleed edge."""
        bleed, near = self.bleed_box, _ON_EDGE_PT
        left = bleed.x_pt if box.x_pt <= near else box.x_pt
        top = bleed.y_pt if box.y_pt <= near else box.y_pt
        right = bleed.right_pt if box.right_pt >= self.width_pt - near else box.right_pt
        bottom = bleed.bottom_pt if box.bottom_pt >= self.height_pt - near else box.bottom_pt
        return Box(left, top, right - left, bottom - top)


@dataclass(frozen=True, slots=True)
class Region:
    """A named box. Text, image, QR, icon and chart layers in it are stacked from top to bottom, `gap_pt` apart."""

    id: str
    box: Box
    align: Align = "start"
    valign: VAlign = "start"
    gap_pt: float = 0.0
    padding_pt: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0)
    """Left, top, right, bottom."""


@dataclass(frozen=True, slots=True)
class Page:
    """One page. Layers are drawn in order, the first lowest, over `background` and then the scene's picture."""

    id: str
    title: str
    """For bookmarks."""
    canvas: Canvas
    background: Paint
    regions: tuple[Region, ...]
    layers: tuple[Layer, ...]
    scene: str | None = None
    """Fingerprint of the scene behind the layers; None = background only."""
    scene_box: Box | None = None
    """Where the picture goes; None = the whole bleed box. The picture covers the box, cropped round its focus."""
    scene_focus: tuple[float, float] = MIDDLE
    """Of the picture, 0 to 1: the point that a crop keeps nearest the middle."""
    labels: tuple[Box, ...] = ()
    """Where the picture may carry words that nobody asked for."""
    notes: tuple[TextPart, ...] = ()
    place: Place | None = field(default=None, compare=False)

    @property
    def picture_box(self) -> Box:
        """What the picture behind the layers covers."""
        return self.scene_box or self.canvas.bleed_box

    @property
    def scenes(self) -> tuple[str, ...]:
        """Fingerprints of all pictures that the model draws for this page: the one behind the layers, then those among them."""
        own = (self.scene,) if self.scene else ()
        return tuple(dict.fromkeys((*own, *(layer.scene for layer in self.layers if isinstance(layer, SceneLayer)))))


@dataclass(frozen=True, slots=True)
class OutputRequest:
    """One deliverable asked for. `name` is final but for `{page}` and `{candidate}`, which the format fills in."""

    format: str
    name: str
    options: tuple[tuple[str, str | int | float | bool | tuple[str, ...]], ...] = ()
    place: Place | None = field(default=None, compare=False)

    def option(self, key: str, default: object = None) -> object:
        return dict(self.options).get(key, default)


@dataclass(frozen=True, slots=True)
class CheckRule:
    """The level of one check, and its own settings (`min: 4.5`)."""

    id: str
    level: Level
    options: tuple[tuple[str, float | int | str | bool], ...] = ()

    def option(self, key: str, default: object = None) -> object:
        return dict(self.options).get(key, default)


@dataclass(frozen=True, slots=True)
class Metadata:
    """What a delivered file says about itself. `lang` is the main locale."""

    title: str
    lang: str
    author: str = ""
    subject: str = ""
    keywords: tuple[str, ...] = ()
    aigc: tuple[tuple[str, str], ...] = ()
    """Fields of the implicit label of GB 45438-2025, in the standard's order; empty where it is not asked for or not true."""


@dataclass(frozen=True, slots=True)
class Fact:
    """A number or word that may stand on a page: its name, its value, where it came from."""

    name: str
    value: str
    cite: str = ""


@dataclass(frozen=True, slots=True)
class Piece:
    """One thing to deliver. `id` is its identity in reports and seeds; `fingerprint` decides whether it is built already."""

    id: str
    name: str
    kind: str
    usage: Literal["commercial", "research"]
    locales: tuple[str, ...]
    """One tag, or the two of a pair, in reading order."""
    pages: tuple[Page, ...]
    outputs: tuple[OutputRequest, ...]
    checks: tuple[CheckRule, ...]
    metadata: Metadata
    fingerprint: str
    facts: tuple[Fact, ...] | None = None
    """None where the kind does not trace its numbers."""
    fields: tuple[tuple[str, str], ...] = ()
    """Matrix axes and the data key, for names and reports."""
    signed: bool = False
    """Whether its files are signed (C2PA)."""

    @property
    def locale(self) -> str:
        return "+".join(self.locales)
