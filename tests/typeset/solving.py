"""Small pages for tests of the solver."""

from __future__ import annotations

from typing import Any

from qwen_pipeline.types import (
    Box,
    Canvas,
    Color,
    Layer,
    Line,
    Page,
    Region,
    TextItem,
    TextLayer,
    TextPart,
    TextStyle,
    TypesetPage,
)

INK, PAPER = Color(20, 30, 40), Color(250, 247, 240)
CANVAS = Canvas("a4", 595.0, 842.0)


def style(size: float = 20.0, least: float = 5.0, weight: int = 400, **more: Any) -> TextStyle:
    return TextStyle(size, least, weight, INK, **more)


def text(name: str, region: str, words: str | dict[str, str], look: TextStyle | None = None, **more: Any) -> TextLayer:
    """A text layer; plain `words` are Chinese."""
    parts = words if isinstance(words, dict) else {"zh-CN": words}
    return TextLayer(name, region, "body", tuple(TextPart(k, v) for k, v in parts.items()), look or style(), **more)


def region(name: str, w: float, h: float, **more: Any) -> Region:
    return Region(name, Box(40.0, 30.0, w, h), **more)


def page(regions: list[Region], layers: list[Layer], **more: Any) -> Page:
    return Page("p", "Page", CANVAS, PAPER, tuple(regions), tuple(layers), **more)


def texts(solved: TypesetPage) -> dict[str, TextItem]:
    return {item.string: item for item in solved.items if isinstance(item, TextItem)}


def lines(solved: TypesetPage, string: str) -> list[str]:
    return [line.text for line in texts(solved)[string].lines]


def inside(inner: Box, outer: Box, tolerance: float = 0.05) -> bool:
    return (
        inner.x_pt >= outer.x_pt - tolerance
        and inner.y_pt >= outer.y_pt - tolerance
        and inner.right_pt <= outer.right_pt + tolerance
        and inner.bottom_pt <= outer.bottom_pt + tolerance
    )


def squeezed(value: str) -> str:
    return "".join(value.split())


def starts(line: Line) -> list[float]:
    return [run.x_pt for run in line.runs]
