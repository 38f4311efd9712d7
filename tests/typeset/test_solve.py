"""A page as a whole: order, background, the scene's picture, fonts used, and the same result twice."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from qwen_pipeline.types import (
    Box,
    Canvas,
    ChartLayer,
    Color,
    IconLayer,
    ImageItem,
    PathItem,
    Region,
    Series,
    ShapeLayer,
    TextItem,
    TextPart,
)
from qwen_pipeline.typeset import PictureFile, solve
from qwen_pipeline.typeset.fonts import Fonts

from .solving import CANVAS, INK, PAPER, inside, page, region, squeezed, style, text, texts

SAMPLE = Path(__file__).parent.parent / "resources" / "longtext_sample.jsonl"
BRIEFS = [json.loads(row) for row in SAMPLE.read_text("utf-8").splitlines()]


def test_the_background_comes_first_and_covers_the_bleed(fonts: Fonts) -> None:
    bled = Canvas("a4", 595.0, 842.0, bleed_pt=9.0)
    made = page([region("r", 100, 100)], [text("t", "r", "春茶")])
    solved = solve(type(made)("p", "P", bled, PAPER, made.regions, made.layers), fonts)
    first = solved.items[0]
    assert isinstance(first, PathItem)
    assert (first.fill, first.box) == (PAPER, Box(-9.0, -9.0, 613.0, 860.0))
    assert solved.canvas is bled


@pytest.mark.parametrize(
    ("size", "crop", "dpi"),
    [
        ((1190, 1684), (0.0, 0.0, 1.0, 1.0), 144.0),
        ((2380, 1684), (0.25, 0.0, 0.75, 1.0), 144.0),
        ((595, 1684), (0.0, 0.25, 1.0, 0.75), 72.0),
    ],
)
def test_the_scene_covers_the_page_round_its_middle(
    size: tuple[int, int], crop: tuple[float, ...], dpi: float, fonts: Fonts
) -> None:
    made = page([region("r", 100, 100)], [text("t", "r", "春茶")], scene="f" * 64)
    solved = solve(made, fonts, {"f" * 64: PictureFile("/pictures/a.png", *size)})
    picture = solved.items[1]
    assert isinstance(picture, ImageItem)
    assert picture.is_scene
    assert (picture.box, picture.crop, picture.effective_dpi) == (CANVAS.trim, crop, dpi)


def test_a_scene_in_its_own_box_and_one_without_a_picture(fonts: Fonts) -> None:
    made = page([], [], scene="s", scene_box=Box(10.0, 20.0, 200.0, 100.0))
    picture = solve(made, fonts, {"s": PictureFile("/a.png", 400, 400)}).items[1]
    assert isinstance(picture, ImageItem)
    assert (picture.box, picture.crop) == (Box(10.0, 20.0, 200.0, 100.0), (0.0, 0.25, 1.0, 0.75))
    assert len(solve(made, fonts).items) == 1


def test_layers_are_drawn_in_their_order_and_shapes_are_not_stacked(fonts: Fonts) -> None:
    layers = [
        text("a", "r", "春"),
        ShapeLayer("s", "r", "rect", fill=INK),
        IconLayer("i", "r", "leaf", ("M4 4L20 20",), INK, 1.5, height_pt=30.0),
        text("b", "r", "茶"),
    ]
    solved = solve(page([region("r", 100, 200)], layers), fonts)
    kinds = [item.string if isinstance(item, TextItem) else "path" for item in solved.items]
    assert kinds == ["path", "a/zh-CN", "path", "path", "b/zh-CN"]
    shape = solved.items[2]
    assert isinstance(shape, PathItem)
    assert shape.box == region("r", 100, 200).box
    assert [s.box.y_pt for s in solved.strings] == [30.0, 87.0]


def test_a_chart_has_the_height_that_is_left_and_its_words_are_strings(fonts: Fonts) -> None:
    series = Series("茶", (1.0, 2.0), ("1", "2"), INK)
    ticks = ((0.0, "0"), (2.0, "2"))
    chart = ChartLayer("c", "r", "bar", ("春", "夏"), (series,), ticks, style(9.0), Color(200, 200, 200), "zh-CN")
    solved = solve(page([region("r", 200, 200, gap_pt=10.0)], [text("t", "r", "产量"), chart]), fonts)
    assert {s.layer for s in solved.strings} == {"t", "c"}
    for string in solved.strings:
        if string.layer == "c":
            assert string.box.y_pt >= 59.0
            assert inside(string.box, region("r", 200, 200).box, 1.0)


def test_fonts_and_notes_are_listed(fonts: Fonts) -> None:
    layers = [text("a", "r", "春"), text("b", "r", {"en-GB": "Tea’s"}, style(weight=700))]
    solved = solve(page([region("r", 200, 200)], layers, notes=(TextPart("zh-CN", "讲稿"),)), fonts)
    assert solved.fonts == ("NotoSansJP-w700", "NotoSansSC-w400", "NotoSansSC-w700")
    assert solved.notes == (("zh-CN", "讲稿"),)
    assert (solved.id, solved.title) == ("p", "Page")


def test_missing_characters_are_listed_once(fonts: Fonts) -> None:
    solved = solve(page([region("r", 200, 200)], [text("t", "r", "春😀茶😀𓀀")]), fonts)
    assert solved.strings[0].missing == ("😀", "𓀀")


def test_the_same_page_gives_the_same_result(fonts: Fonts) -> None:
    words = [t for brief in BRIEFS[:6] for t in brief["text"]]
    layers = [text(f"t{i}", "r", t, style(12.0, 3.0)) for i, t in enumerate(words)]
    made = page([region("r", 400, 700, gap_pt=3.0)], layers)
    first = solve(made, fonts)
    assert solve(made, fonts) == first
    assert solve(made, Fonts()) == first


def test_positions_are_rounded(fonts: Fonts) -> None:
    solved = solve(page([region("r", 133.337, 77.7)], [text("t", "r", "春茶市集，Spring Tea Fair 西湖" * 3)]), fonts)
    numbers = [v for line in texts(solved)["t/zh-CN"].lines for run in line.runs for v in (run.x_pt, run.y_pt, run.size_pt)]
    assert numbers == [round(v, 3) for v in numbers]


@pytest.mark.parametrize("brief", BRIEFS[::2], ids=lambda b: f"{b['language']}-{b['prompt_id']}")
def test_real_briefs_fit_with_no_word_lost(brief: dict[str, object], fonts: Fonts) -> None:
    words: list[str] = brief["text"]  # type: ignore[assignment]
    locale = {"zh": "zh-CN", "en": "en-GB"}[str(brief["language"])]
    each = 780.0 / len(words)
    areas = [region(f"r{i}", 180.0 if i % 2 else 500.0, each - 6) for i in range(len(words))]
    layers = [text(f"t{i}", f"r{i}", {locale: t}, style(26.0, 5.0)) for i, t in enumerate(words)]
    solved = solve(page(areas, layers), fonts)
    assert [s.overflow for s in solved.strings] == [""] * len(words)
    assert [s.missing for s in solved.strings] == [()] * len(words)
    for area, string, written in zip(areas, solved.strings, words, strict=True):
        assert inside(string.box, area.box)
        assert squeezed("".join(line.text for line in texts(solved)[string.id].lines)) == squeezed(written)


def test_cells_of_a_grid_are_set_in_one_size_and_one_that_cannot_fit_does_not_count(fonts: Fonts) -> None:
    areas = [Region(f"s[{i}].text", Box(0.0, 60.0 * i, 100.0, 50.0)) for i in range(3)]
    words = ["春茶", "春茶市集西湖" * 3, "春茶市集西湖" * 40]
    look = style(20.0, 8.0)
    layers = [text(f"t{i}", area.id, word, look) for i, (area, word) in enumerate(zip(areas, words, strict=True))]
    alone = solve(page([areas[1]], [layers[1]]), fonts).strings[0].size_pt
    first, second, third = solve(page(areas, layers), fonts).strings
    assert 8.0 < alone < 20.0
    assert (first.size_pt, second.size_pt) == (alone, alone)
    assert (third.size_pt, third.overflow) == (8.0, "height")
    apart = Region("other", Box(0.0, 300.0, 100.0, 50.0))
    assert solve(page([*areas, apart], [*layers, text("o", "other", "春茶", look)]), fonts).strings[3].size_pt == 20.0
