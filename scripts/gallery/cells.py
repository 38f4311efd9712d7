"""What the gallery shows: a cell for every layout in every style, and where its picture lies."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from scripts import samples

ROOT = samples.ROOT
GALLERY = ROOT / "docs" / "gallery"
PLAIN = "plain"
"""Name of the one cell of a layout that has its own colours and takes no style."""
LEFT_OUT = {
    "infographic/blank": "an empty page with its margins",
    "guide/blank": "an empty page with its margins",
    "comic/panels": "what the pages of a comic share; alone it is `splash`",
    "guide/read-continued": "comes by itself where a text runs on",
    "document/continued": "comes by itself where a text runs on",
    "document/report-continued": "comes by itself where a text runs on",
}
"""Layouts that have nothing to show, and why."""
CANVAS = {
    "poster": "900x1200px",
    "deck": "1280x720px",
    "infographic": "900x1350px",
    "product": "900x1200px",
    "card": "",
    "guide": "A5",
    "comic": "B5",
    "document": "A4",
    "poster/roll-up": "850mmx2000mm",
    "poster/social-story": "720x1280px",
    "poster/cover-banner": "1500x500px",
    "product/landing": "1200x2400px",
    "comic/strip": "1600x640px",
}
"""Of a kind, or of one layout; "" = the size that the layout is made for."""
WIDTH_PX = {"deck": 240, "poster/roll-up": 120} | dict.fromkeys(
    ("comic/strip", "card/ticket", "card/coupon", "poster/cover-banner"), 300
)
USUAL_WIDTH_PX = 168
SUBJECTS = (
    "tea terraces on a hillside in early morning, one small house among them",
    "one celadon teapot on a stone ledge, tea hills behind",
    "a small boat on a quiet river, mountains behind",
    "a pagoda on a hill over misty mountains",
    "an arched stone bridge over a river, houses on both banks",
    "a pavilion by a lake, hills behind",
    "a cup of tea with steam, mountains behind",
)
CHINESE = {"document/official", "document/plain", "document/annex", "document/colophon"}
OFFICIAL = CHINESE | {"document/annex-translation"}
"""Layouts of the official form, in the form's own type and colours."""


@dataclass(frozen=True, slots=True, order=True)
class Cell:
    """One picture of the gallery."""

    kind: str
    layout: str
    style: str

    @property
    def name(self) -> str:
        return f"{self.kind}/{self.layout}"

    @property
    def file(self) -> str:
        """Its picture, from docs/gallery."""
        return f"cells/{self.name}/{self.style}.webp"

    @property
    def width_px(self) -> int:
        return WIDTH_PX.get(self.name) or WIDTH_PX.get(self.kind, USUAL_WIDTH_PX)

    @property
    def sample(self) -> samples.Sample:
        canvas = CANVAS.get(self.name) or CANVAS[self.kind]
        locales = ("zh-CN",) if self.name in CHINESE else ("zh-CN+en-GB",)
        style = "" if self.style == PLAIN else self.style
        return samples.Sample(self.kind, self.layout, locales, style, canvas=canvas, subject=subject(self.name))


def subject(name: str) -> str:
    """What the pictures of a layout show: the same in every style, another thing than in the next layout."""
    return SUBJECTS[zlib.crc32(name.encode()) % len(SUBJECTS)]


def layout_names() -> list[str]:
    """`kind/layout` of all that is shown, in the order of the kinds."""
    found = [f"{kind}/{path.stem}" for kind in samples.KINDS for path in _layouts(kind)]
    return [name for name in found if name not in LEFT_OUT]


def _layouts(kind: str) -> list[Path]:
    return sorted((samples.TEMPLATES / kind / "layouts").glob("*.yaml"))


def of_layout(name: str) -> tuple[Cell, ...]:
    kind, _, layout = name.partition("/")
    styles = [PLAIN] if name in OFFICIAL else samples.styles()
    return tuple(Cell(kind, layout, style) for style in styles)


def every() -> Iterator[Cell]:
    for name in layout_names():
        yield from of_layout(name)
