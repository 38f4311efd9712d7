"""Vertical text: forms of marks, numbers across, Latin on its side, columns from right to left, and what a reader extracts."""

from __future__ import annotations

import io

import pypdfium2
import pytest
from reportlab.pdfgen.canvas import Canvas as PdfCanvas

from qwen_pipeline.types import Glyphs, Line, TypesetPage
from qwen_pipeline.typeset import draw, solve
from qwen_pipeline.typeset.fonts import Fonts

from .solving import inside, page, region, style, text, texts


def columns(words: str, fonts: Fonts, w: float = 300.0, h: float = 200.0, **more: object) -> tuple[Line, ...]:
    return texts(_solved(words, fonts, w, h, **more))["v/zh-CN"].lines


def _solved(words: str, fonts: Fonts, w: float = 300.0, h: float = 200.0, **more: object) -> TypesetPage:
    look = style(20.0, direction="vertical", leading=1.5, **more)  # type: ignore[arg-type]
    return solve(page([region("r", w, h)], [text("v", "r", words, look)]), fonts)


def shown(line: Line) -> str:
    return "".join(run.text for run in line.runs)


def test_columns_run_from_right_to_left(fonts: Fonts) -> None:
    first, second, third = columns("春茶\n市集\n西湖", fonts)
    assert [c.box.x_pt for c in (first, second, third)] == [320.0, 290.0, 260.0]
    assert [c.text for c in (first, second, third)] == ["春茶", "市集", "西湖"]
    assert [(r.x_pt, r.y_pt) for r in first.runs] == [(320.0, 47.6), (320.0, 67.6)]


@pytest.mark.parametrize(("align", "x"), [("start", 320.0), ("center", 180.0), ("end", 40.0)])
def test_alignment_moves_the_columns_across(align: str, x: float, fonts: Fonts) -> None:
    assert columns("春茶", fonts, align=align)[0].box.x_pt == x


def test_marks_take_their_vertical_forms_and_keep_their_meaning(fonts: Fonts) -> None:
    (line,) = columns("「春茶」，（集）。", fonts)
    assert shown(line) == "﹁春茶﹂︐︵集︶︒"
    assert line.text == "「春茶」，（集）。"


def test_marks_are_squeezed_downwards(fonts: Fonts) -> None:
    (line,) = columns("「春」，茶。", fonts)
    assert line.box.h_pt == pytest.approx(20 * (0.5 + 1 + 0.5 + 1 + 1 + 0.5))


def test_short_numbers_stand_across_and_long_ones_lie(fonts: Fonts) -> None:
    (line,) = columns("第12届，2026年4月", fonts)
    found = {run.text: run for run in line.runs}
    assert found["12"].rotate_deg == 0.0
    assert found["12"].size_pt * fonts.advance(found["12"].font, "12") <= 20.01
    assert found["4"].rotate_deg == 0.0
    assert found["2026"].rotate_deg == 90.0


def test_latin_words_lie_with_their_middle_on_the_column_s(fonts: Fonts) -> None:
    (line,) = columns("喝Tea茶", fonts)
    word = next(run for run in line.runs if run.rotate_deg)
    metrics = fonts.metrics(word.font)
    assert word.x_pt + 20 * metrics.cap_height / 2 == pytest.approx(line.box.x_pt + 10, abs=0.2)
    assert word.y_pt == pytest.approx(30.0 + 20 * 1.25)


def test_upright_characters_stand_in_the_middle(fonts: Fonts) -> None:
    (line,) = columns("A级", fonts)
    letter = line.runs[0]
    assert letter.rotate_deg == 0.0
    assert letter.x_pt + 20 * fonts.advance(letter.font, "A") / 2 == pytest.approx(line.box.x_pt + 10, abs=1e-3)


def test_no_column_starts_with_a_stop(fonts: Fonts) -> None:
    lines = columns("春茶市集在西湖，边上的第一口鲜。" * 3, fonts, h=101.0)
    assert len(lines) > 5
    assert [c.text for c in lines if c.text[0] in "，。"] == []


def test_too_many_columns_are_set_smaller_then_reported(fonts: Fonts) -> None:
    small = _solved("春茶市集" * 20, fonts, 100.0, 100.0)
    assert small.strings[0].size_pt < 20.0
    assert small.strings[0].overflow == ""
    assert inside(small.strings[0].box, region("r", 100.0, 100.0).box)
    for words, what in (("春茶市集" * 400, "width"), ("internationalisation", "height")):
        string = _solved(words, fonts, 100.0, 30.0).strings[0]
        assert string.overflow == what
        assert inside(string.box, region("r", 100.0, 30.0).box)
        assert bool(string.rest) == (what == "width")


def test_a_reader_extracts_what_was_written(fonts: Fonts) -> None:
    words = "「春茶市集」，第12届！West Lake（杭州）。"
    buffer = io.BytesIO()
    canvas = PdfCanvas(buffer, pagesize=(595, 842), invariant=1)
    draw(canvas, _solved(words, fonts, h=600.0), fonts)
    canvas.showPage()
    canvas.save()
    found = pypdfium2.PdfDocument(buffer.getvalue())[0].get_textpage().get_text_range()
    assert "".join(found.split()) == "".join(words.split())


def test_runs_are_plain_text(fonts: Fonts) -> None:
    for line in columns("用AI画12张AVATAR", fonts):
        assert all(isinstance(run, Glyphs) and run.text for run in line.runs)
        assert shown(line) == line.text
