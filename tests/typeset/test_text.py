"""One line: pen positions against HarfBuzz, gaps, squeezed marks, dashes, tracking, characters no font has."""

from __future__ import annotations

import itertools
import json
from pathlib import Path

import pytest
import uharfbuzz as hb

from qwen_pipeline.types import Glyphs, TextItem
from qwen_pipeline.typeset.fonts import Fonts
from qwen_pipeline.typeset.lines import break_lines
from qwen_pipeline.typeset.measure import Measured, measure
from qwen_pipeline.typeset.text import line_width, set_line

from .solving import style

SAMPLE = Path(__file__).parent.parent / "resources" / "longtext_sample.jsonl"
ENGLISH = [t for row in map(json.loads, SAMPLE.read_text("utf-8").splitlines()) if row["language"] == "en" for t in row["text"]]


def line(words: str, fonts: Fonts, locale: str = "zh-CN", anchor: str = "start", **more: object) -> TextItem:
    look = style(10.0, **more)  # type: ignore[arg-type]
    return set_line(
        words,
        locale=locale,
        style=look,
        fonts=fonts,
        x_pt=100,
        baseline_pt=50,
        anchor=anchor,
        string_id="s",  # type: ignore[arg-type]
    )


def runs(item: TextItem) -> tuple[Glyphs, ...]:
    return item.lines[0].runs


def offsets(words: str, fonts: Fonts, **more: object) -> dict[int, float]:
    """Index of the first character of each run -> em from the line's start."""
    found, at = {}, 0
    for run in runs(line(words, fonts, **more)):  # type: ignore[arg-type]
        found[at] = round((run.x_pt - 100) / 10, 3)
        at += len(run.text)
    return found


@pytest.mark.parametrize("words", [t for t in ENGLISH if t.isascii()][:12])
def test_runs_stand_where_harfbuzz_puts_them(words: str, fonts: Fonts) -> None:
    words = " ".join(words.split())
    buffer = hb.Buffer()
    buffer.add_str(words)
    buffer.guess_segment_properties()
    hb.shape(hb.Font(hb.Face(bytes(fonts.opened("NotoSansSC-w400").data))), buffer, {"liga": False})
    pens = [0.0, *itertools.accumulate(p.x_advance / 1000 for p in buffer.glyph_positions or [])]
    for at, x in offsets(words, fonts, locale="en-GB").items():
        assert x == pytest.approx(pens[at], abs=2e-4)
    assert line_width(words, "en-GB", style(10.0), fonts) == pytest.approx(10 * pens[-1])


@pytest.mark.parametrize("words", ENGLISH[::5])
def test_between_two_runs_plain_advances_do_not_lead_on(words: str, fonts: Fonts) -> None:
    """Each run is as long as it can be, and its characters drawn one by one end where the pen was moved."""
    for a, b in itertools.pairwise(runs(line(words, fonts, locale="en-GB"))):
        end = a.x_pt + fonts.advance(a.font, a.text) * a.size_pt
        assert a.font != b.font or abs(b.x_pt - end) > 5e-4


@pytest.mark.parametrize(
    ("words", "gaps"),
    [
        ("用AI画", [1, 2]),
        ("第12届", [1, 2]),
        ("仅¥99起", [1, 2]),
        ("涨5%了", [1, 2]),
        ("用 AI 画", []),
        ("“AI”，（AI）。", []),
        ("温度①高", []),
        ("カナABCかな", [1, 2]),
    ],
)
def test_a_quarter_em_between_han_and_latin(words: str, gaps: list[int], fonts: Fonts) -> None:
    item = line(words, fonts)
    found = [i for i, (a, b) in enumerate(itertools.pairwise(runs(item)), 1) if _gap(a, b, fonts) == 0.25]
    assert found == gaps
    assert "".join(r.text for r in runs(item)) == words


def _gap(a: Glyphs, b: Glyphs, fonts: Fonts) -> float:
    return round((b.x_pt - a.x_pt) / a.size_pt - fonts.advance(a.font, a.text), 3)


@pytest.mark.parametrize(
    ("words", "locale", "em"),
    [
        ("春，茶", "zh-CN", 3.0),
        ("春），茶", "zh-CN", 3.5),
        ("他：“春”。", "zh-CN", 4.5),
        ("《（春）》茶", "zh-CN", 4.5),
        ("「春」（茶", "zh-CN", 4.0),
        ("春。", "zh-CN", 1.5),
        ("春！", "zh-CN", 1.5),
        ("春。", "zh-TW", 2.0),
        ("春！", "ja-JP", 2.0),
        ("「春」", "zh-TW", 2.0),
    ],
)
def test_marks_are_squeezed(words: str, locale: str, em: float, fonts: Fonts) -> None:
    """Half an em less for each mark next to another, and for one at either end of the line."""
    assert line_width(words, locale, style(10.0), fonts) == pytest.approx(10 * em)


def test_an_opening_mark_stands_flush(fonts: Fonts) -> None:
    item = line("「春」", fonts)
    assert runs(item)[0].x_pt == 95.0
    assert item.lines[0].box.x_pt == 100.0


def test_a_chinese_dash_is_one_stroke(fonts: Fonts) -> None:
    """The ink of the second half starts where that of the first ends, with a little overlap."""
    first, second = runs(line("——", fonts))
    right, left = fonts.bearings(first.font, "—")[1], fonts.bearings(first.font, "—")[0]
    ink_end = first.x_pt + 10 * (fonts.advance(first.font, "—") - right)
    assert second.x_pt + 10 * left - ink_end == pytest.approx(-0.1, abs=2e-3)


def test_apostrophes_and_dots_of_latin_words_are_narrow(fonts: Fonts) -> None:
    assert line_width("Tea’s", "zh-CN", style(10.0), fonts) == line_width("Tea’s", "en-GB", style(10.0), fonts)
    chinese = line("茶 · Tea’s“茶”约翰·史密斯", fonts)
    narrow = "".join(r.text for r in runs(chinese) if r.font.startswith("NotoSansJP"))
    assert narrow == "·’"


@pytest.mark.parametrize(("anchor", "left"), [("start", 100.0), ("center", 90.0), ("end", 80.0)])
def test_anchors(anchor: str, left: float, fonts: Fonts) -> None:
    item = line("春茶", fonts, anchor=anchor)
    assert (runs(item)[0].x_pt, runs(item)[0].y_pt) == (left, 50.0)
    assert (item.lines[0].box.x_pt, item.lines[0].box.w_pt) == (left, 20.0)


def test_tracking_is_not_added_after_the_last_character(fonts: Fonts) -> None:
    assert line_width("春茶市", "zh-CN", style(10.0, tracking_em=0.2), fonts) == pytest.approx(34.0)
    assert offsets("春茶市", fonts, tracking_em=0.2) == {0: 0.0, 1: 1.2, 2: 2.4}


def test_upper_case(fonts: Fonts) -> None:
    assert line("Straße 春", fonts, case="upper").lines[0].text == "STRASSE 春"


def test_what_no_font_has_is_a_box_and_named(fonts: Fonts) -> None:
    measured = measure("春𓀀茶😀", "zh-CN", style(), fonts, 400)
    assert measured.missing == ("𓀀", "😀")
    assert "".join(measured.drawn) == "春□茶□"
    assert line("春𓀀", fonts).lines[0].text == "春𓀀"


def test_rare_spaces_and_invisible_characters_are_not_missing(fonts: Fonts) -> None:
    measured = measure("1\u202f234\u00a0€\u200b春\ufe0f", "fr", style(), fonts, 400)
    assert measured.missing == ()
    assert measured.drawn[1] == " "
    assert [d for d in measured.drawn if not d] == ["", ""]


def test_composed_and_decomposed_are_one(fonts: Fonts) -> None:
    assert line("Cafe\u0301", fonts).lines[0] == line("Café", fonts).lines[0]


# --- lines -------------------------------------------------------------------------------------------------------------


def broken(words: str, em: float, fonts: Fonts, locale: str = "zh-CN", balance: bool = False) -> list[str]:
    measured = measure(words, locale, style(), fonts, 400)
    spans = break_lines(measured, em, balance=balance)
    _covers(measured, spans)
    return [words[a:b] for a, b in spans]


def _covers(measured: Measured, spans: tuple[tuple[int, int], ...]) -> None:
    assert [a for a, _ in spans] == [0, *(b for _, b in spans[:-1])]
    assert spans[-1][1] == len(measured.text)


def test_a_closing_mark_may_end_a_full_line(fonts: Fonts) -> None:
    assert broken("春茶市集，西湖", 4.5, fonts) == ["春茶市集，", "西湖"]
    assert broken("春茶市集，西湖", 4.4, fonts) == ["春茶市", "集，西湖"]


def test_no_single_character_is_left_for_the_last_line(fonts: Fonts) -> None:
    assert broken("春茶市集西湖边", 6.0, fonts) == ["春茶市集西", "湖边"]
    assert broken("spring tea fair by the lake so", 10.0, fonts, "en-GB")[-1] == "lake so"


def test_titles_are_even_and_break_where_a_reader_pauses(fonts: Fonts) -> None:
    assert broken("春茶市集，西湖边的第一口鲜", 8.5, fonts, balance=True) == ["春茶市集，", "西湖边的第一口鲜"]
    assert broken("一二三四五六七八九十", 8.0, fonts, balance=True) == ["一二三四五", "六七八九十"]
    assert broken("Spring on the lake begins", 10.0, fonts, "en", balance=True) == ["Spring on ", "the lake begins"]


@pytest.mark.parametrize("em", [3.0, 5.0, 7.3, 11.0, 18.0])
def test_balancing_adds_no_line(em: float, fonts: Fonts) -> None:
    for row in map(json.loads, SAMPLE.read_text("utf-8").splitlines()[:8]):
        for words in row["text"]:
            flat = " ".join(words.split())
            assert len(broken(flat, em, fonts, balance=True)) == len(broken(flat, em, fonts))


def test_a_word_wider_than_the_line_stands_alone_and_whole(fonts: Fonts) -> None:
    assert broken("a internationalisation b", 4.0, fonts, "en") == ["a ", "internationalisation ", "b"]


def test_a_long_address_is_cut_behind_a_slash(fonts: Fonts) -> None:
    cut = broken("详见https://tea.example.org/fair/2026/tickets?lang=zh", 12.0, fonts)
    assert cut[0] == "详见https://tea.example."
    assert all(part[-1] in "/?&=-_." for part in cut[:-1])


def test_an_empty_paragraph_is_an_empty_line(fonts: Fonts) -> None:
    assert broken("", 5.0, fonts) == [""]
