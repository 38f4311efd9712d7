"""Every check: the good piece passes; damaged in one way, it gives the right code."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from qwen_pipeline.types import Box, CheckRule, Color, Ending, Fact, QrMark, TextPart
from qwen_pipeline.verify import all_checks, run


def test_the_good_piece_passes_every_check(case):
    assert run(case.subject()) == ()


# --- text.exact


def test_exact_a_string_never_set(case, edit):
    case.change_page = lambda p: replace(p, strings=p.strings[1:], items=tuple(i for i in p.items if i != p.items[3]))
    assert case.codes("text.exact") == ["not-set"]


def test_exact_a_string_changed_on_its_way(case, edit):
    case.change_page = lambda p: edit.string(p, 0, text="春茶市场")
    assert "changed" in case.codes("text.exact")


def test_exact_a_string_nobody_asked_for(case):
    case.change_page = lambda p: replace(p, strings=(*p.strings, replace(p.strings[0], id="ghost/zh-CN", text="")))
    assert case.codes("text.exact") == ["not-asked"]


@pytest.mark.parametrize("drawn", ["春茶市", "春茶市集集", "春茶市集。", "春荼市集", ""])
def test_exact_drawn_glyphs_differ(case, edit, drawn):
    case.change_page = lambda p: edit.item(p, "title/zh-CN", lines=(edit.line(drawn, 20, 68, 18),))
    assert "drawn-differs" in case.codes("text.exact")


def test_exact_runs_count_and_not_what_the_line_claims(case, edit):
    def lie(page):
        line = edit.line("春茶市場", 20, 68, 18)
        return edit.item(page, "title/zh-CN", lines=(replace(line, text="春茶市集"),))

    case.change_page = lie
    assert "drawn-differs" in case.codes("text.exact")


def test_exact_broken_lines_are_the_same_text(case, edit):
    lines = (edit.line("Spring", 20, 96, 9), edit.line("Tea Fair", 20, 110, 9))
    case.change_page = lambda p: edit.item(p, "title/en-GB", lines=lines)
    assert case.codes("text.exact") == []


def test_exact_upper_case_is_as_asked(case):
    case.styles["title"] = replace(case.planned().layers[0].style, case="upper")
    assert case.codes("text.exact") == []


def test_exact_upper_case_that_was_not_asked_for(case, edit):
    case.change_page = lambda p: edit.item(p, "title/en-GB", lines=(edit.line("SPRING TEA FAIR", 20, 96, 18),))
    assert "drawn-differs" in case.codes("text.exact")


def test_exact_pdf_lost_a_string(case, edit):
    case.pdf_page = lambda p: replace(p, items=tuple(i for i in p.items if getattr(i, "string", "") != "when/zh-CN"))
    (finding,) = case.findings("text.exact")
    assert (finding.code, finding.string) == ("not-in-file", "when/zh-CN")


def test_exact_pdf_lost_one_character(case, edit):
    case.pdf_page = lambda p: edit.item(p, "when/en-GB", lines=(edit.line("18 April · Tickets ¥2", 20, 152, 18),))
    assert case.codes("text.exact") == ["not-in-file"]


def test_exact_pdf_shows_more(case):
    case.pdf_extra = ("lorem",)
    (finding,) = case.findings("text.exact")
    assert (finding.code, finding.measured) == ("extra-in-file", "elmor")


def test_exact_pdf_draws_a_string_twice(case):
    case.pdf_extra = ("春茶市集",)
    assert case.codes("text.exact") == ["extra-in-file"]


def test_exact_pdf_with_a_page_too_many(case):
    case.pdf_pages = 2
    assert case.codes("text.exact") == ["file-pages"]


def test_exact_composed_and_decomposed_letters_are_the_same(case, edit):
    case.parts["title"] = (TextPart("zh-CN", "春茶市集"), TextPart("en-GB", "Cafe\u0301  Tea\nFair"))
    lines = (edit.line("Caf\u00e9 Tea", 20, 90, 9), edit.line("Fair", 20, 104, 9))
    case.change_page = lambda p: edit.item(edit.string(p, 1, text="Caf\u00e9 Tea Fair"), "title/en-GB", lines=lines)
    assert case.codes("text.exact") == []


def test_exact_vertical_forms_are_their_marks(case, edit):
    case.parts["title"] = (TextPart("zh-CN", "春茶，（好）。"), TextPart("en-GB", "Tea"))
    case.change_page = lambda p: edit.item(p, "title/zh-CN", lines=(edit.line("春茶︐︵好︶︒", 20, 68, 18),))
    assert case.codes("text.exact") == []


# --- text.overflow, text.missing_glyph


@pytest.mark.parametrize("kind", ["lines", "width", "height"])
def test_overflow(case, edit, kind):
    case.change_page = lambda p: edit.string(p, 0, overflow=kind)
    (finding,) = case.findings("text.overflow")
    assert (finding.code, finding.severity, finding.string) == (kind, "error", "title/zh-CN")


def test_overflow_as_severe_as_the_layer_says(case, edit):
    case.change_page = lambda p: edit.string(p, 0, overflow="width", on_fail="warn")
    assert [f.severity for f in case.findings("text.overflow")] == ["warn"]
    case.change_page = lambda p: edit.string(p, 0, overflow="width", on_fail="off")
    assert case.codes("text.overflow") == []


def test_overflow_off_the_page(case, edit):
    case.change_page = lambda p: edit.item(p, "title/en-GB", lines=(edit.line("Spring Tea Fair", 330, 96, 18),))
    assert case.codes("text.overflow") == ["outside-page"]


def test_missing_glyph(case, edit):
    case.change_page = lambda p: edit.string(p, 0, missing=("₿",))
    (finding,) = case.findings("text.missing_glyph")
    assert (finding.code, finding.measured) == ("missing", "₿ (U+20BF)")


# --- contrast


def test_contrast_on_a_dark_ground(case):
    case.background = (60, 60, 70)
    assert case.codes("contrast") == ["low"] * 4


def test_contrast_of_the_one_line_over_a_dark_patch(case):
    case.paint = lambda draw, width: draw.rectangle((0, 160 * width // 800, width, 196 * width // 800), fill=(70, 80, 80))
    (finding,) = case.findings("contrast")
    assert (finding.code, finding.string, finding.allowed) == ("low", "title/en-GB", "4.5")


def test_contrast_forgives_grains(case):
    def grains(draw, width):
        for x in range(0, width, 40):
            draw.point([(x, y) for y in range(0, 400, 8)], fill=(20, 20, 20))

    case.paint = grains
    assert case.codes("contrast") == []


def test_contrast_counts_opacity(case, edit):
    faint = Color(20, 30, 40, alpha=0.3)
    case.change_page = lambda p: edit.item(p, "title/zh-CN", color=faint)
    assert case.codes("contrast") == ["low"]


def test_contrast_of_large_text_only_when_asked_for(case, edit):
    grey = Color(135, 135, 135)
    case.change_page = lambda p: edit.item(p, "title/zh-CN", color=grey)
    assert case.codes("contrast") == ["low"]
    case.rules = (CheckRule("contrast", "error", (("large", 3.0),)),)
    assert case.codes("contrast") == []


def test_contrast_of_words_in_the_picture(case, edit):
    case.change_page = lambda p: edit.item(p, "title/zh-CN", visible=False)
    assert case.codes("contrast") == ["baked-low"]
    case.paint = lambda draw, width: draw.rectangle((0, 0, width, 118 * width // 800), fill=(10, 10, 10))
    assert "baked-low" not in case.codes("contrast")


# --- safe_zone, min_dpi, overlap, blank


def test_safe_zone_text(case, edit):
    case.change_page = lambda p: edit.item(p, "title/zh-CN", lines=(edit.line("春茶市集", 10, 68, 18),))
    (finding,) = case.findings("safe_zone")
    assert (finding.code, finding.string, finding.measured) == ("text", "title/zh-CN", "5.0 pt")


def test_safe_zone_qr(case):
    case.change_page = lambda p: replace(p, qr_marks=(QrMark("qr", p.qr_marks[0].data, Box(300, 210, 80, 80)),))
    assert case.codes("safe_zone") == ["qr"]


def test_safe_zone_logo(case, edit):
    case.change_page = lambda p: edit.item(p, "logo", box=Box(2, 240, 60, 40))
    assert case.codes("safe_zone") == ["image"]


def test_min_dpi(case, edit):
    case.change_page = lambda p: edit.item(p, "logo", effective_dpi=99.0)
    (finding,) = case.findings("min_dpi")
    assert (finding.code, finding.measured, finding.allowed) == ("low", "99 dpi", "100 dpi")


def test_min_dpi_of_each_placement(case):
    case.change_page = lambda p: replace(p, items=(*p.items, replace(p.items[2], effective_dpi=20.0)))
    assert case.codes("min_dpi") == ["low"]


def test_min_dpi_never_measured(case, edit):
    case.change_page = lambda p: edit.item(p, "logo", effective_dpi=0.0)
    assert case.codes("min_dpi") == ["unknown"]


def test_min_dpi_where_none_is_asked_for(case, edit):
    case.canvas = replace(case.canvas, min_dpi=0.0)
    case.change_page = lambda p: edit.item(p, "logo", effective_dpi=9.0)
    assert case.codes("min_dpi") == []


def test_overlap(case, edit):
    case.change_page = lambda p: edit.item(p, "title/en-GB", lines=(edit.line("Spring Tea Fair", 30, 74, 18),))
    (finding,) = case.findings("overlap")
    assert (finding.code, finding.string) == ("overlap", "title/zh-CN")


def test_overlap_touching_is_none(case, edit):
    case.change_page = lambda p: edit.item(p, "title/en-GB", lines=(edit.line("Spring Tea Fair", 20, 88, 18),))
    assert case.codes("overlap") == []


def test_blank(case):
    case.qr_data = ""
    assert case.codes("blank") == ["blank"]
    case.paint = lambda draw, width: draw.rectangle((5, 5, 60, 60), fill=(200, 40, 40))
    assert case.codes("blank") == []


def test_blank_piece(case):
    subject = case.subject()
    empty = replace(subject, piece=replace(subject.piece, pages=()), pages=(), files=())
    assert [f.code for f in run(empty)] == ["no-pages"]


# --- qr


def test_qr_covered(case):
    case.qr_data = ""
    assert case.codes("qr") == ["unreadable"]


def test_qr_leads_elsewhere(case):
    case.qr_data = "https://example.org/coffee"
    (finding,) = case.findings("qr")
    assert (finding.code, finding.measured, finding.allowed) == (
        "wrong-data",
        "https://example.org/coffee",
        "https://example.org/tea",
    )


def test_qr_too_fine_for_a_coarse_raster(case):
    case.qr_scale = 0.28
    assert [(f.code, f.severity) for f in case.findings("qr")] == [("coarse", "warn")]


# --- numbers.traceable


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        ("4月18日 · 门票¥20", {"month": "4", "day": "18", "price": "20"}),
        ("共 12,345.6 吨", {"tons": "12345.6"}),
        ("约3.2万人", {"visitors": "32150"}),
        ("增长 12.3%", {"growth": "0.1234"}),
        ("增长 12%", {"growth": "12%"}),
        ("１２％", {"growth": "12%"}),
        ("见 https://example.org/2026 或 A4 纸", {}),
        ("3.2 billion", {"n": "3,200,000,000"}),
    ],
)
def test_numbers_with_a_source(case, text, facts):
    case.parts = {"title": (TextPart("zh-CN", text),)}
    case.facts = tuple(Fact(name, value) for name, value in facts.items())
    assert case.codes("numbers.traceable") == []


@pytest.mark.parametrize(
    ("text", "facts", "untraced"),
    [
        ("共 12,345.7 吨", {"tons": "12345.6"}, ["12,345.7"]),
        ("约3.3万人", {"visitors": "32150"}, ["3.3万"]),
        ("约3.2亿人", {"visitors": "32150"}, ["3.2亿"]),
        ("增长 12%", {"growth": "0.134"}, ["12%"]),
        ("3 倍", {"ratio": "2.6"}, ["3"]),
        ("2025 与 2026", {"year": "2026"}, ["2025"]),
        ("-5 度", {"cold": "5"}, ["-5"]),
    ],
)
def test_numbers_without_a_source(case, text, facts, untraced):
    case.parts = {"title": (TextPart("zh-CN", text),)}
    case.facts = tuple(Fact(name, value) for name, value in facts.items())
    assert [f.measured for f in case.findings("numbers.traceable")] == untraced


def test_numbers_in_the_words_of_a_locale(case):
    case.parts = {"title": (TextPart("de-DE", "1.234,5 Tonnen"),)}
    case.facts = (Fact("tons", "1234.5"),)
    assert case.codes("numbers.traceable") == []
    case.parts = {"title": (TextPart("en-GB", "1.234,5 tons"),)}
    assert case.codes("numbers.traceable") == ["untraced", "untraced"]


def test_numbers_allowed(case):
    case.parts = {"title": (TextPart("zh-CN", "2026 年 24/7 共 7 天"),)}
    case.facts = ()
    case.rules = (CheckRule("numbers.traceable", "error", (("allow", "2026, 24/7"),)),)
    assert [f.measured for f in case.findings("numbers.traceable")] == ["7"]


def test_numbers_only_where_facts_are_kept(case):
    assert case.codes("numbers.traceable") == []


# --- pair.parity


@pytest.mark.parametrize(
    ("zh", "en"),
    [
        ("4月18日至20日", "18–20 April"),
        ("六月18日", "June 18th"),
        ("2026年4月18日 周六 14:30", "Saturday, 18 April 2026, 2.30 pm"),
        ("上午9点–下午5点半", "9 am – 5:30 pm"),
        ("¥2,999起", "From RMB 2,999"),
        ("3.2万名观众", "32,000 visitors"),
        ("全场8折", "20% off everything"),
        ("三天两夜", "3 days, 2 nights"),
        ("3 天", "three days"),
        ("第3届", "3rd edition"),
        ("详见 https://example.org/tea。", "See https://example.org/tea."),
        ("订票 tea@example.org，１００ 元", "Book: tea@example.org, 100 yuan"),
    ],
)
def test_parity_of_the_same_facts(case, zh, en):
    case.parts = {"title": (TextPart("zh-CN", zh), TextPart("en-GB", en))}
    assert case.codes("pair.parity") == []


@pytest.mark.parametrize(
    ("zh", "en", "code"),
    [
        ("4月18日", "19 April", "dates"),
        ("4月18日", "18 May", "dates"),
        ("4月18日至20日", "18–21 April", "dates"),
        ("14:30 开始", "Starts at 4:30 pm", "dates"),
        ("周六", "Sunday", "dates"),
        ("¥2,999", "¥2,899", "numbers"),
        ("¥2,999", "from", "numbers"),
        ("3.2万名观众", "3,200 visitors", "numbers"),
        ("全场8折", "80% off", "numbers"),
        ("2026年", "2025", "numbers"),
        ("3 天", "four days", "numbers"),
        ("https://example.org/tea", "https://example.org/te", "links"),
        ("tea@example.org", "tee@example.org", "links"),
        ("春茶", " ", "empty"),
        ("春茶市集将于本周末在西湖文化广场举行，欢迎各界朋友前来品茗赏花。", "Spring tea", "length"),
    ],
)
def test_parity_broken(case, zh, en, code):
    case.parts = {"title": (TextPart("zh-CN", zh), TextPart("en-GB", en))}
    (finding,) = case.findings("pair.parity")
    assert finding.code == code
    assert finding.severity == ("warn" if code == "length" else "error")


def test_words_in_a_picture(case, edit):
    title = case.solved().strings[1]
    case.change_page = lambda p: edit.string(p, 1, render="baked")
    assert case.codes("text.exact") == ["picture-unread"]
    right = Ending("cover", title.id, "drawn", True, 1, "exact", title.text)
    case.endings = (right,)
    assert case.codes("text.exact") == []
    case.endings = (replace(right, right=False, spelling="fail", read="Sprng"),)
    (finding,) = case.findings("text.exact")
    assert (finding.code, finding.string, finding.measured) == ("picture-differs", title.id, "Sprng")
    case.endings = (replace(right, right=False, odd="茶"),)
    assert case.codes("text.exact") == ["picture-malformed"]
    case.endings = (right, Ending("cover", "", "drawn", False, 1, "", "Lorem"))
    assert case.codes("text.exact") == ["picture-extra"]


def test_every_code_of_every_check_is_tested():
    source = "".join(path.read_text(encoding="utf-8") for path in Path(__file__).parent.glob("test_*.py"))
    assert {code for check in all_checks().values() for code in check.codes if f'"{code}"' not in source} == set()
