"""A region: layers under one another, one factor for all its texts, and nothing lost when it does not fit."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from qwen_pipeline.types import Box, Color, PathItem, Plate, QrLayer, SetString, TypesetPage
from qwen_pipeline.typeset import solve
from qwen_pipeline.typeset.chars import NO_END, NO_START
from qwen_pipeline.typeset.fonts import Fonts

from .solving import INK, inside, lines, page, region, squeezed, style, text, texts

PAIR = {"zh-CN": "春茶市集", "en-GB": "Spring Tea Fair"}


def one(solved: TypesetPage, name: str = "t/zh-CN") -> SetString:
    return next(s for s in solved.strings if s.id == name)


def tops(solved: TypesetPage) -> dict[str, float]:
    return {s.id: s.box.y_pt for s in solved.strings}


def test_text_stands_in_its_em_box(fonts: Fonts) -> None:
    solved = solve(page([region("r", 200, 100)], [text("t", "r", "春茶")]), fonts)
    assert one(solved).box == Box(40.0, 30.0, 40.0, 20.0)
    assert texts(solved)["t/zh-CN"].lines[0].runs[0].y_pt == 30.0 + 0.88 * 20


def test_lines_are_leading_apart_and_the_block_has_no_blank_round_it(fonts: Fonts) -> None:
    solved = solve(page([region("r", 60, 100)], [text("t", "r", "春茶市集西湖", style(leading=1.5))]), fonts)
    assert [line.runs[0].y_pt for line in texts(solved)["t/zh-CN"].lines] == [47.6, 77.6]
    assert one(solved).box.h_pt == 20 + 30


@pytest.mark.parametrize(("valign", "top"), [("start", 30.0), ("center", 70.0), ("end", 110.0)])
def test_the_block_as_a_whole_is_aligned(valign: str, top: float, fonts: Fonts) -> None:
    solved = solve(page([region("r", 200, 100, valign=valign)], [text("t", "r", "春茶")]), fonts)
    assert one(solved).box.y_pt == top


def test_letters_that_hang_deep_stay_inside(fonts: Fonts) -> None:
    solved = solve(page([region("r", 200, 100, valign="end")], [text("t", "r", {"en": "dog"})]), fonts)
    assert one(solved, "t/en").box.bottom_pt == pytest.approx(130.0)
    other = solve(page([region("r", 200, 100, valign="end")], [text("t", "r", {"en": "nor"})]), fonts)
    assert texts(solved)["t/en"].lines[0].runs[0].y_pt == texts(other)["t/en"].lines[0].runs[0].y_pt


@pytest.mark.parametrize(("align", "x"), [("start", 40.0), ("center", 120.0), ("end", 200.0), ("justify", 40.0)])
def test_alignment(align: str, x: float, fonts: Fonts) -> None:
    solved = solve(page([region("r", 200, 100)], [text("t", "r", "春茶", style(align=align))]), fonts)
    assert one(solved).box.x_pt == x


def test_layers_are_stacked_with_their_gaps(fonts: Fonts) -> None:
    layers = [text("a", "r", "春"), text("b", "r", "茶", space_before_pt=7.0), text("c", "r", "市")]
    solved = solve(page([region("r", 200, 200, gap_pt=5.0, padding_pt=(3.0, 4.0, 0.0, 0.0))], layers), fonts)
    leading = 0.35 * 20
    assert tops(solved) == {"a/zh-CN": 34.0, "b/zh-CN": 66.0 + leading, "c/zh-CN": 91.0 + 2 * leading}
    assert one(solved, "a/zh-CN").box.x_pt == 43.0


def test_letters_that_hang_deep_stay_clear_of_what_follows(fonts: Fonts) -> None:
    tight = style(40.0, leading=1.0)
    layers = [text("a", "r", {"en": "kg"}, tight), text("b", "r", {"en": "a year"}, style(10.0, leading=1.0))]
    solved = solve(page([region("r", 200, 200)], layers), fonts)
    assert one(solved, "b/en").box.y_pt == pytest.approx(one(solved, "a/en").box.bottom_pt)


def test_empty_texts_take_no_room(fonts: Fonts) -> None:
    layers = [text("a", "r", " \n"), text("b", "r", "茶")]
    solved = solve(page([region("r", 200, 200, gap_pt=50.0)], layers), fonts)
    assert tops(solved) == {"b/zh-CN": 30.0}


def test_a_pair(fonts: Fonts) -> None:
    layer = text("t", "r", PAIR, pair_ratio=0.5, pair_gap_em=0.3, pair_color=Color(1, 2, 3), pair_weight=300)
    solved = solve(page([region("r", 200, 200)], [layer]), fonts)
    first, second = one(solved), one(solved, "t/en-GB")
    assert (first.size_pt, second.size_pt, second.weight, second.color) == (20.0, 10.0, 300, Color(1, 2, 3))
    half_leading = 0.35 / 2
    assert second.box.y_pt == pytest.approx(30 + 20 + 0.3 * 20 + half_leading * (20 + 10), abs=1e-3)
    assert (second.asked_size_pt, second.text) == (10.0, "Spring Tea Fair")


def test_all_texts_of_a_region_shrink_by_one_factor_each_to_its_own_least(fonts: Fonts) -> None:
    layers = [text("a", "r", "春茶市集" * 8, style(20.0, 5.0)), text("b", "r", "西湖" * 8, style(16.0, 15.0))]
    solved = solve(page([region("r", 120, 80)], layers), fonts)
    a, b = one(solved, "a/zh-CN"), one(solved, "b/zh-CN")
    assert 5.0 < a.size_pt < 20.0
    assert b.size_pt == 15.0
    assert (a.overflow, b.overflow) == ("", "")
    assert (a.asked_size_pt, b.asked_size_pt) == (20.0, 16.0)


def test_the_factor_is_the_largest_that_fits(fonts: Fonts) -> None:
    words = "春茶市集在西湖边"
    solved = solve(page([region("r", 80, 20)], [text("t", "r", words)]), fonts)
    assert one(solved).size_pt == pytest.approx(10.0, rel=0.01)
    assert one(solved).size_pt <= 10.0


def test_max_lines_counts_for_each_part(fonts: Fonts) -> None:
    layer = text("t", "r", {"zh-CN": "春茶市集西湖", "en-GB": "Spring Tea Fair by the Lake"}, pair_ratio=1.0, max_lines=1)
    solved = solve(page([region("r", 100, 400)], [layer]), fonts)
    assert [s.lines for s in solved.strings] == [1, 1]
    assert one(solved).size_pt < 20


@pytest.mark.parametrize(
    ("words", "w", "h", "more", "overflow"),
    [
        ("春茶市集" * 40, 60, 60, {}, "height"),
        ("春茶市集", 60, 200, {"max_lines": 1}, "lines"),
        ("internationalisation", 60, 200, {}, "width"),
    ],
)
def test_what_may_overflow_is_drawn_whole_and_named(
    words: str, w: float, h: float, more: dict[str, int], overflow: str, fonts: Fonts
) -> None:
    solved = solve(page([region("r", w, h)], [text("t", "r", words, style(20.0, 18.0), on_fail="warn", **more)]), fonts)
    found = one(solved)
    assert (found.overflow, found.size_pt, found.on_fail) == (overflow, 18.0, "warn")
    assert "".join(lines(solved, "t/zh-CN")) == words


@pytest.mark.parametrize(
    ("words", "w", "h", "more", "overflow", "drawn"),
    [
        ("春茶市集" * 4, 60, 60, {}, "height", 6),
        ("春茶市集", 60, 200, {"max_lines": 1}, "lines", 2),
        ("¥1280000000", 60, 200, {}, "width", 11),
        ("春茶", 60, 10, {}, "height", 0),
    ],
)
def test_what_has_no_room_is_left_out_in_whole_lines(
    words: str, w: float, h: float, more: dict[str, int], overflow: str, drawn: int, fonts: Fonts
) -> None:
    area = region("r", w, h)
    solved = solve(page([area], [text("t", "r", words, style(20.0, 18.0), **more)]), fonts)
    found = one(solved)
    shown = "".join(lines(solved, "t/zh-CN")) if found.lines else ""
    assert (found.overflow, shown, found.rest) == (overflow, words[:drawn], words[drawn:])
    assert inside(found.box, area.box)


def test_the_longest_text_gives_way_first(fonts: Fonts) -> None:
    small = style(20.0, 20.0)
    layers = [text("a", "r", "春茶", small), text("b", "r", "市集西湖" * 9, small), text("c", "r", "四月", small)]
    solved = solve(page([region("r", 80, 134)], layers), fonts)
    assert [(s.layer, s.lines, bool(s.rest)) for s in solved.strings] == [("a", 1, False), ("b", 3, True), ("c", 1, False)]
    assert one(solved, "b/zh-CN").rest == "市集西湖" * 6
    assert one(solved, "c/zh-CN").box.bottom_pt <= 164.0


def test_a_pair_loses_lines_of_either_language_and_a_plate_shrinks_with_its_words(fonts: Fonts) -> None:
    words = {"zh-CN": "春茶市集" * 8, "en-GB": "Spring Tea Fair " * 8}
    layer = text("t", "r", words, style(20.0, 20.0), pair_ratio=0.5, plate=Plate(INK, 6.0, 6.0, 0.0))
    area = region("r", 120, 120)
    solved = solve(page([area], [layer]), fonts)
    first, second = one(solved), one(solved, "t/en-GB")
    assert min(first.lines, second.lines) > 0
    assert "" not in (first.rest, second.rest)
    assert all(inside(item.box, area.box) for item in solved.items if isinstance(item, PathItem) and item.box.w_pt < 200)


def test_what_follows_a_text_keeps_its_room(fonts: Fonts) -> None:
    code = QrLayer("q", "r", "https://example.org", INK, Color(255, 255, 255))
    area = region("r", 100, 120)
    solved = solve(page([area], [text("t", "r", "春茶市集" * 60), code]), fonts)
    assert one(solved).rest
    assert inside(solved.qr_marks[0].box, area.box)
    assert one(solved).box.bottom_pt <= solved.qr_marks[0].box.y_pt


def test_line_feeds_are_kept(fonts: Fonts) -> None:
    solved = solve(page([region("r", 300, 300)], [text("t", "r", "春茶\r\n\n市集\n")]), fonts)
    assert lines(solved, "t/zh-CN") == ["春茶", "", "市集"]
    assert one(solved).text == "春茶\r\n\n市集\n"


def test_justified_lines_end_at_the_edge_but_for_the_last(fonts: Fonts) -> None:
    words = "春茶市集在西湖边，Spring开幕，欢迎大家来喝第一口鲜茶"
    solved = solve(page([region("r", 110, 300)], [text("t", "r", words, style(12.0, align="justify"))]), fonts)
    *full, last = texts(solved)["t/zh-CN"].lines
    assert [line.box.right_pt for line in full] == pytest.approx([150.0] * len(full), abs=0.01)
    assert last.box.w_pt == 12.0 * len(last.text)
    assert "".join(run.text for line in (*full, last) for run in line.runs) == words


def test_a_marker_hangs_before_the_first_line(fonts: Fonts) -> None:
    layer = text("t", "r", {"zh-CN": "春茶市集西湖边", "en-GB": "Tea"}, marker="•")
    solved = solve(page([region("r", 100, 300)], [layer]), fonts)
    mark = texts(solved)["t/marker"].lines[0]
    assert mark.runs[0].text == "•"
    assert mark.runs[0].y_pt == texts(solved)["t/zh-CN"].lines[0].runs[0].y_pt
    assert {line.box.x_pt for s in solved.strings for line in texts(solved)[s.id].lines} == {64.0}
    assert [s.id for s in solved.strings] == ["t/zh-CN", "t/en-GB"]


def test_a_wide_marker_makes_room(fonts: Fonts) -> None:
    solved = solve(page([region("r", 200, 300)], [text("t", "r", "春茶", marker="100.")]), fonts)
    marker = texts(solved)["t/marker"].lines[0].box
    assert one(solved).box.x_pt - marker.right_pt == pytest.approx(0.4 * 20, abs=0.1)


def test_a_plate_hugs_the_text_from_behind(fonts: Fonts) -> None:
    layer = text("t", "r", "春茶", plate=Plate(INK, 10.0, 6.0, 4.0))
    solved = solve(page([region("r", 200, 100)], [layer]), fonts)
    plate = solved.items[1]
    assert isinstance(plate, PathItem)
    assert plate.box == Box(40.0, 30.0, 60.0, 32.0)
    assert one(solved).box == Box(50.0, 36.0, 40.0, 20.0)
    assert solved.items.index(plate) < solved.items.index(texts(solved)["t/zh-CN"])


def test_baked_words_are_set_unseen_and_without_their_plate(fonts: Fonts) -> None:
    layer = text("t", "r", "春茶", render="baked", plate=Plate(INK, 10.0, 6.0, 4.0))
    solved = solve(page([region("r", 200, 100)], [layer]), fonts)
    assert not texts(solved)["t/zh-CN"].visible
    assert one(solved).render == "baked"
    assert len(solved.items) == 2


def test_a_code_takes_the_height_that_is_left(fonts: Fonts) -> None:
    code = QrLayer("q", "r", "https://example.org", INK, Color(255, 255, 255))
    solved = solve(page([region("r", 300, 120, align="end", gap_pt=10.0)], [code, text("t", "r", "扫码")]), fonts)
    assert solved.qr_marks[0].box == Box(253.5, 30.0, 86.5, 86.5)
    assert one(solved).box.y_pt == 130.0


def test_texts_leave_a_code_its_share(fonts: Fonts) -> None:
    code = QrLayer("q", "r", "https://example.org", INK, Color(255, 255, 255))
    solved = solve(page([region("r", 300, 120)], [code, text("t", "r", "扫码购票" * 60)]), fonts)
    assert one(solved).overflow == ""
    assert solved.qr_marks[0].box.h_pt >= 40.0


WORDS = st.text("春茶市集西湖，。：（）《》“”——·AVTo fi12.%¥-/ \n", min_size=1, max_size=60)


@settings(max_examples=120, deadline=None)
@given(
    words=WORDS,
    w=st.floats(15, 300),
    h=st.floats(15, 200),
    align=st.sampled_from(["start", "center", "end", "justify"]),
    balance=st.booleans(),
)
@example(words="11市市1“市", w=15.0, h=50.0, align="start", balance=False)
def test_whatever_the_text_nothing_is_lost_and_nothing_sticks_out_unreported(
    fonts: Fonts, words: str, w: float, h: float, align: str, balance: bool
) -> None:
    area = region("r", w, h)
    solved = solve(page([area], [text("t", "r", words, style(18.0, 4.0, align=align, balance=balance))]), fonts)
    if not words.strip():
        assert solved.strings == ()
        return
    item, string = texts(solved)["t/zh-CN"], one(solved)
    assert squeezed("".join(line.text for line in item.lines) + string.rest) == squeezed(words)
    assert squeezed("".join(run.text for line in item.lines for run in line.runs) + string.rest) == squeezed(words)
    assert bool(string.rest) <= bool(string.overflow)
    assert all(inside(line.box, area.box) for line in item.lines if line.runs)
    if string.overflow == "width":
        return
    written = {p.strip() for p in words.split("\n")}
    for above, below in zip(item.lines, item.lines[1:], strict=False):
        if above.text and below.text and not any(p.startswith(below.text.strip()) for p in written):
            assert below.text[0] not in NO_START
            assert above.text.rstrip()[-1:] not in NO_END
