"""Texts that run over pages."""

from __future__ import annotations

import pytest

from qwen_pipeline.types import Box, Color, Page, Plate, Region, TextLayer, TextPart, TextStyle
from qwen_pipeline.typeset import Fonts, paginate, solve
from qwen_pipeline.typeset.flow import LEAST_LINES

from . import solving

STYLE = TextStyle(size_pt=10, min_size_pt=10, weight=400, color=Color(0, 0, 0), leading=1.5, align="justify", indent_em=2)
CHINESE = "清晨的河面上有一层薄雾，船家把桨放平，等第一班渡客。" * 6
ENGLISH = "Early in the morning a thin mist lay on the river and the ferryman waited for his first passengers. " * 8


@pytest.fixture(scope="module")
def fonts() -> Fonts:
    return Fonts()


def page(layers: tuple[TextLayer, ...], regions: tuple[Region, ...]) -> Page:
    return solving.page(list(regions), list(layers))


def region(lines: int, width: float = 200) -> Region:
    return Region("body", Box(20, 30, width, (lines - 1) * 15 + 10 + 2.5))


def text(id: str, words: str, locale: str = "zh-CN", **changes: object) -> TextLayer:
    made = {"region": "body", "role": "body", "parts": (TextPart(locale, words),), "style": STYLE, **changes}
    return TextLayer(id=id, **made)  # type: ignore[arg-type]


def lines_of(columns: tuple[tuple[TextLayer, ...], ...], where: list[Region], fonts: Fonts) -> list[list[str]]:
    """The lines of each page, as they are set; nothing is smaller than asked for and nothing overflows."""
    out = []
    for number, column in enumerate(columns):
        solved = solve(page(column, (where[min(number, 1)],)), fonts)
        assert {string.overflow for string in solved.strings} <= {""}
        assert all(string.size_pt == string.asked_size_pt for string in solved.strings)
        out.append([line.text for item in solved.items for line in getattr(item, "lines", ())])
    return out


@pytest.mark.parametrize(("words", "locale"), [(CHINESE, "zh-CN"), (ENGLISH, "en-GB"), (f"{CHINESE}\n{CHINESE}", "zh-CN")])
@pytest.mark.parametrize("rows", [5, 6, 7])
def test_nothing_is_lost_and_nothing_is_set_twice(words: str, locale: str, rows: int, fonts: Fonts) -> None:
    first, further = region(4), region(rows)
    columns = paginate([text("a", words, locale), text("b", words, locale)], first, further, fonts)
    assert len(columns) > 2
    pages = lines_of(columns, [first, further], fonts)
    said = "".join("".join(line.split()) for lines in pages for line in lines)
    assert said == "".join((words + words).split())
    whole = solve(page((text("a", words, locale),), (region(200),)), fonts)
    alone = [line.text for item in whole.items for line in getattr(item, "lines", ())]
    assert [line.strip() for lines in pages for line in lines][: len(alone)] == [line.strip() for line in alone]


def test_no_line_of_a_paragraph_is_left_alone(fonts: Fonts) -> None:
    for rows in range(4, 12):
        columns = paginate([text(f"p{n}", CHINESE[: 40 + 13 * n]) for n in range(12)], region(rows), region(rows), fonts)
        for column, lines in zip(columns, lines_of(columns, [region(rows)] * 2, fonts), strict=True):
            assert len(lines) <= rows
            for layer in column:
                if layer.goes_on or layer.continued:
                    alone = solve(page((layer,), (region(200),)), fonts).strings[0]
                    assert alone.lines >= LEAST_LINES


def test_a_heading_stays_with_its_text(fonts: Fonts) -> None:
    heading = text("h", "一、总体要求", keep_next=True)
    for filler in range(1, 9):
        before = text("before", "\n".join(["江流有声，断岸千尺。"] * filler))
        columns = paginate([before, heading, text("after", CHINESE)], region(8), region(8), fonts)
        at = next(n for n, column in enumerate(columns) if any(layer.id == "h" for layer in column))
        assert "after" in {layer.id for layer in columns[at]}


def test_only_paragraphs_that_begin_are_indented_and_those_that_go_on_are_full(fonts: Fonts) -> None:
    columns = paginate([text("a", CHINESE)], region(4), region(4), fonts)
    above, below = (solve(page(column, (region(4),)), fonts) for column in columns[:2])
    first = [line for item in above.items for line in getattr(item, "lines", ())]
    second = [line for item in below.items for line in getattr(item, "lines", ())]
    assert first[0].box.x_pt == pytest.approx(40, abs=0.1)
    assert second[0].box.x_pt == pytest.approx(20, abs=0.1)
    assert first[-1].box.right_pt == pytest.approx(220, abs=0.1)


def test_a_pair_and_a_plate_are_not_cut(fonts: Fonts) -> None:
    pair = text("pair", "", parts=(TextPart("zh-CN", CHINESE[:60]), TextPart("en-GB", ENGLISH[:120])))
    plate = text("plate", CHINESE[:80], plate=Plate(Color(255, 255, 255), 4, 4, 0))
    columns = paginate([text("a", CHINESE[:60]), pair, plate], region(9), region(9), fonts)
    assert [[layer.id for layer in column] for column in columns] == [["a"], ["pair"], ["plate"]]


def test_what_is_higher_than_a_page_is_told(fonts: Fonts) -> None:
    pair = text("pair", "", parts=(TextPart("zh-CN", CHINESE * 3), TextPart("en-GB", ENGLISH)))
    columns = paginate([pair], region(4), region(4), fonts)
    assert len(columns) == 1
    assert "height" in {string.overflow for string in solve(page(columns[0], (region(4),)), fonts).strings}


def test_nothing_at_all_is_one_page(fonts: Fonts) -> None:
    assert paginate([], region(4), region(4), fonts) == ((),)
