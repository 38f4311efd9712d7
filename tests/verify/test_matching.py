"""Expected strings against lines as a reader gives them, without a reader."""

from __future__ import annotations

import pytest

from qwen_pipeline.types.reading import ExpectedString, PixelBox, ReadLine
from qwen_pipeline.verify import needs_exact
from qwen_pipeline.verify.matching import match, normal

pytest.importorskip("rapidfuzz", reason="needs the extra [ocr]")
pytest.importorskip("opencc", reason="needs the extra [ocr]")


def line(text: str, x: float = 0, y: float = 0, score: float = 0.99) -> ReadLine:
    right, bottom = x + 20 * len(text), y + 24
    return ReadLine(text, ((x, y), (right, y), (right, bottom), (x, bottom)), score)


def one(expected: str, *read: str, exact: bool = False) -> tuple[str, list[tuple[str, str, float]]]:
    lines = [line(text, y=30 * i) for i, text in enumerate(read)]
    (found,) = match([ExpectedString("s", expected, "zh-CN", exact=exact)], lines).strings
    return found.spelling, [(op.expected, op.read, op.cost) for op in found.ops]


@pytest.mark.parametrize(
    ("expected", "read"),
    [
        ("新鲜——周六", "新鲜—周六"),
        ("“山场”系列", '"山场"系列'),
        ("￥168", "¥168"),
        ("200 ℃ 起", "200℃起"),
        ("ＡＢＣ，（一）", "ABC,(一)"),
        ("茶……香", "茶...香"),
        ("Spring Tea Fair", "SpringTea  Fair"),
        ("10∶30", "10:30"),
    ],
)
def test_same_words_in_other_signs_are_exact(expected: str, read: str) -> None:
    assert one(expected, read, exact=True) == ("exact", [])


@pytest.mark.parametrize(
    ("expected", "read", "spelling", "op"),
    [
        ("春茶市集", "春荼市集", "fail", ("茶", "荼", 1.0)),
        ("¥2,999起", "¥2,990起", "fail", ("9", "0", 1.0)),
        ("2026年", "2O26年", "fail", ("0", "O", 1.0)),
        ("焕新生活", "煥新生活", "variant", ("焕", "煥", 0.5)),
        ("Open Day", "open Day", "suspect", ("O", "o", 0.5)),
        ("茶、酒", "茶,酒", "suspect", ("、", ",", 0.5)),
        ("欢迎光临。", "欢迎光临", "suspect", ("。", "", 0.5)),
        ("西湖·龙井", "西湖龙井", "exact", ("·", "", 0.0)),
        ("周六—周日", "周六一周日", "exact", ("-", "一", 0.0)),
        ("全场五折", "全场折", "fail", ("五", "", 1.0)),
        ("全场五折", "全场五五折", "fail", ("", "五", 1.0)),
    ],
)
def test_differences_are_graded(expected: str, read: str, spelling: str, op: tuple[str, str, float]) -> None:
    assert one(expected, read) == (spelling, [op])


def test_an_exact_string_has_no_free_differences() -> None:
    assert one("西湖·龙井", "西湖龙井", exact=True)[0] == "suspect"


def test_a_string_that_no_line_holds_is_missing() -> None:
    spelling, ops = one("春茶市場", "碧螺春、白茶与老丛")
    assert (spelling, len(ops)) == ("missing", 4)


def test_wrapped_lines_are_joined_in_the_order_of_the_words() -> None:
    assert one("春天的茶要趁早喝，迟了就老了", "迟了就老了", "春天的茶要趁早喝，") == ("exact", [])


def test_repeated_words_take_a_line_each_and_the_nearer_one() -> None:
    expected = [
        ExpectedString("a", "立即购买", "zh-CN", box=PixelBox(0, 300, 80, 324)),
        ExpectedString("b", "立即购买", "zh-CN", box=PixelBox(0, 0, 80, 24)),
    ]
    found = match(expected, [line("立即购买", y=0), line("立即购买", y=300)])
    assert [s.spelling for s in found.strings] == ["exact", "exact"]
    assert [s.boxes[0].top for s in found.strings] == [300, 0]


def test_one_line_may_serve_two_strings_and_its_rest_counts() -> None:
    expected = [ExpectedString("a", "现场炒制", "zh-CN"), ExpectedString("b", "盲品会场", "zh-CN")]
    found = match(expected, [line("现场炒制了盲品会场")])
    assert sorted(s.spelling for s in found.strings) == ["exact", "fail"]
    assert not found.extra


def test_words_nobody_asked_for_are_extra_outside_free_boxes() -> None:
    lines = [
        line("春茶市集"),
        line("SALE", y=100),
        line("QWEN", y=200),
        line("i", y=300),
        line("x,", y=330),
        line("低分", y=400, score=0.4),
    ]
    found = match([ExpectedString("t", "春茶市集", "zh-CN")], lines, [PixelBox(0, 190, 100, 230)])
    assert [extra.text for extra in found.extra] == ["SALE"]


def test_figures_of_merit() -> None:
    (found,) = match([ExpectedString("t", "一二三四五六七八九十", "zh-CN")], [line("一二三四五六七八九士")]).strings
    assert (found.cer, found.ned) == (0.1, 0.9)
    assert found.ops[0].index == 9


def test_index_is_of_the_text_as_written() -> None:
    (found,) = match([ExpectedString("t", "AB ——  春荼", "zh-CN")], [line("AB—春茶")]).strings
    assert "AB ——  春荼"[found.ops[0].index] == "荼"


@pytest.mark.parametrize(
    ("text", "role", "wanted"),
    [
        ("春茶市集", "title", True),
        ("春茶市集", "display", True),
        ("春茶市集", "heading", True),
        ("Spring Tea Fair", "report-title", True),
        ("主办方所有", "legal", True),
        ("春茶市集", "subtitle", False),
        ("门票¥20", "body", True),
        ("4月18日", "body", True),
        ("详见 example.org/tea.com", "body", True),
        ("400-820-8820", "body", True),
        ("满三成 15%", "body", True),
        ("2026", "body", True),
        ("春天的茶要趁早喝", "body", False),
    ],
)
def test_what_must_be_exact(text: str, role: str, wanted: bool) -> None:
    assert needs_exact(text, role) is wanted


def test_normal_keeps_the_way_back() -> None:
    text = normal("A ——茶……℃")
    assert text.text == "A-茶…°C"
    assert text.index == (0, 2, 4, 5, 7, 7)
