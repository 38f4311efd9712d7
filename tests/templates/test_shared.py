"""The type scale, styles and icons."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from qwen_pipeline.types import Color, contrast_ratio
from qwen_pipeline.types.spec import StyleSheet

from .support import ROOT, STYLES, read, scale


def color(text: str) -> Color:
    return Color(int(text[1:3], 16), int(text[3:5], 16), int(text[5:7], 16))


def check_palette(colors: dict[str, str]) -> None:
    ink, paper = color(colors["ink"]), color(colors["paper"])
    assert contrast_ratio(ink, paper) >= 12
    for ground in ("primary", "secondary", "accent"):
        assert max(contrast_ratio(color(colors[ground]), ink), contrast_ratio(color(colors[ground]), paper)) >= 4.5
    assert contrast_ratio(color(colors["muted"]), paper) >= 4.5
    assert contrast_ratio(color(colors["muted"]), color(colors["surface"])) >= 4.5


@pytest.mark.parametrize("path", STYLES, ids=lambda path: path.stem)
def test_styles(path: Path) -> None:
    style = StyleSheet.model_validate(read(path))
    assert style.name == path.stem
    assert style.describe
    assert len(style.words.split()) >= 25
    assert style.negative
    assert set(style.colors) == set(scale().colors)
    assert {"display", "headline"} <= set(style.roles) <= set(scale().roles)
    check_palette(style.colors)


def test_no_two_styles_are_set_alike() -> None:
    """Of every style a pairing of its own: where two have the same headline, their other roles differ."""
    pairings = [read(path)["roles"] for path in STYLES]
    assert all(one != other for i, one in enumerate(pairings) for other in pairings[:i])


def test_type_scale() -> None:
    shared = scale()
    check_palette(shared.colors)
    assert {
        "display",
        "headline",
        "title",
        "subtitle",
        "lead",
        "body",
        "caption",
        "label",
        "quote",
        "number",
        "chart-label",
    } <= set(shared.roles)
    for role in shared.roles.values():
        assert role.step is not None
        assert role.weight
        assert role.leading


def test_icons_are_plain_paths_inside_their_grid() -> None:
    icons = read(ROOT / "_shared" / "icons.yaml")
    assert len(icons) >= 40
    for name, paths in icons.items():
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", name)
        for data in paths:
            assert re.fullmatch(r"M[-\d. ]+([MLC][-\d. ]+|Z)*", data), name
            numbers = [float(n) for n in re.findall(r"-?[\d.]+", data)]
            assert len(numbers) % 2 == 0
            assert all(0 <= n <= 24 for n in numbers), name
