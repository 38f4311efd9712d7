"""The checks against pages that the typesetter really made, read back from real PDFs and pixels."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from qwen_pipeline import typeset
from qwen_pipeline.assemble import Delivery, get_format
from qwen_pipeline.types import (
    Box,
    Canvas,
    ChartLayer,
    Color,
    EngineInfo,
    Metadata,
    OutputRequest,
    Page,
    Piece,
    QrLayer,
    Region,
    Series,
    TextItem,
    TextLayer,
    TextPart,
    TextStyle,
)
from qwen_pipeline.typeset.faces import face_name
from qwen_pipeline.verify import Delivered, Subject, run

INK, PAPER = Color(20, 20, 30), Color(250, 248, 240)
ENGINE = EngineInfo("draft", "1", "Apache-2.0", frozenset(), frozenset(), (), 1, 1, 1)


@pytest.fixture(scope="module")
def fonts() -> typeset.Fonts:
    return typeset.Fonts()


class Tools:
    def __init__(self, fonts: typeset.Fonts) -> None:
        self.fonts = fonts

    def draw(self, canvas: Any, page: Any, **options: Any) -> None:
        typeset.draw(canvas, page, self.fonts, **options)

    def first_font(self, page: Any) -> str:
        return face_name(page.fonts[0], self.fonts)


def _style(size: float, **changes: Any) -> TextStyle:
    return TextStyle(size, 6, changes.pop("weight", 400), changes.pop("color", INK), **changes)


def _region(name: str, *box: float) -> Region:
    return Region(name, Box(*box), gap_pt=8)


def _text(name: str, region: str, style: TextStyle, zh: str = "", en: str = "", **changes: Any) -> TextLayer:
    parts = tuple(TextPart(tag, text) for tag, text in (("zh-CN", zh), ("en-GB", en)) if text)
    return TextLayer(name, region, "body", parts, style, **changes)


def _page() -> Page:
    chart = ChartLayer(
        "chart", "chart", "bar", ("一月 January", "二月 February"), (Series("销量", (10, 20), ("10", "20"), Color(80, 120, 90)),),
        ((0, "0"), (10, "10"), (20, "20")), _style(10), Color(200, 200, 200), "zh-CN", unit="吨",
    )  # fmt: skip
    layers = (
        _text("title", "top", _style(40, weight=700), "春茶市集，“一期一会”——2026", "Spring Tea Fair “once” — 2026"),
        _text(
            "body",
            "body",
            _style(14),
            "自4月18日起，¥2,999起（含税），详情见 https://example.org/tea?id=5-6 。Well-known state-of-the-art words.",
        ),
        _text("item", "body", _style(14), "第一项 Apples & pears — fi ffl AVAVA To", marker="•"),
        _text("upright", "side", _style(18, direction="vertical"), "竖排：春茶（明前）“龙井”——2026年。好！"),
        _text("upper", "foot", _style(18, case="upper", tracking_em=0.1), en="upper straße co-op"),
        _text("even", "foot", _style(12, align="justify"), en="Justified text that goes on and on so that spaces are stretched."),
        QrLayer("qr", "qr", "https://example.org/tea", Color(0, 0, 0), Color(255, 255, 255)),
        chart,
    )
    regions = (
        _region("top", 40, 40, 515, 120),
        _region("body", 40, 170, 250, 300),
        _region("side", 480, 170, 70, 400),
        _region("chart", 40, 480, 300, 200),
        _region("qr", 380, 600, 150, 150),
        _region("foot", 40, 700, 300, 100),
    )
    return Page("p", "P", Canvas("a4", 595.28, 841.89, bleed_pt=8.5, safe_pt=20), PAPER, regions, layers)


@pytest.fixture
def look(fonts, tmp_path):
    """Findings for a page; `damage` changes the solved page, as a bug of ours would."""

    def findings(page: Page, damage=lambda p: p, **changes: Any) -> list[tuple[str, str]]:
        solved = damage(typeset.solve(page, fonts))
        piece = Piece(
            "x", "x", "Poster", "commercial", ("zh-CN", "en-GB"), (page,), (), (), Metadata("题", "zh-CN"), "f" * 64, **changes
        )
        request = OutputRequest("pdf", "x.pdf")
        delivery = Delivery(piece, (solved,), {}, ENGINE, "algorithmic")
        get_format("pdf").write(delivery, request, tmp_path, Tools(fonts))

        def raster(number: int, *, text: bool = True, width_px: int | None = None) -> Any:
            return typeset.rasterise(solved, fonts, width_px or 1200, text="all" if text else "none")

        subject = Subject(piece, (solved,), raster, (Delivered(request, tmp_path / "x.pdf", (0,)),))
        return [(f.check, f.code) for f in run(subject)]

    return findings


def test_a_rich_page_passes(look):
    assert look(_page()) == []


def test_baked_strings_are_read_back_from_under_the_picture(look):
    page = _page()
    baked = tuple(replace(layer, render="baked") if isinstance(layer, TextLayer) else layer for layer in page.layers)
    found = look(replace(page, layers=baked))
    assert {code for _, code in found} <= {"baked-low", "picture-unread"}  # nothing has drawn the letters here


def test_pale_ink_is_found(look):
    page = _page()
    pale = replace(page.layers[0], style=replace(page.layers[0].style, color=Color(200, 196, 190)))
    assert ("contrast", "low") in look(replace(page, layers=(pale, *page.layers[1:])))


def test_text_too_long_for_its_region_is_found(look):
    page = _page()
    long = _text("title", "top", replace(_style(40), min_size_pt=30), "春茶" * 90, "Spring Tea " * 40)
    assert "text.overflow" in {check for check, _ in look(replace(page, layers=(long, *page.layers[1:])))}


def test_a_character_that_no_font_has_is_found(look):
    page = _page()
    odd = _text("title", "top", _style(40), "春茶\U00012345", "Tea")
    assert ("text.missing_glyph", "missing") in look(replace(page, layers=(odd, *page.layers[1:])))


def test_a_string_lost_between_solving_and_drawing_is_found(look):
    def lose(solved):
        return replace(solved, items=tuple(i for i in solved.items if not (isinstance(i, TextItem) and i.string == "item/zh-CN")))

    found = look(_page(), lose)
    assert ("text.exact", "drawn-differs") in found
    assert ("text.exact", "not-in-file") in found


def test_a_chart_that_says_something_else_is_found(look):
    def lie(solved):
        strings = tuple(replace(s, text="70") if s.text == "20" else s for s in solved.strings)
        return replace(solved, strings=strings)

    assert ("text.exact", "not-asked") in look(_page(), lie)


def test_numbers_of_a_chart_need_no_fact_and_others_do(look):
    found = look(_page(), facts=())
    assert {code for check, code in found if check == "numbers.traceable"} == {"untraced"}
