"""Quotation marks and spans of dates as each language writes them; straight marks stay where nobody asks."""

from __future__ import annotations

import pytest

from qwen_pipeline.plan.environment import ExpansionError, compile_text
from qwen_pipeline.plan.locales import locale_names

ENGLISH = "She said \"the drivers' 'best' tea isn't '90s tea\"."
CHINESE = "他说\"春天的'龙井'最好\"。"


def expand(text: str, tag: str, **names: object) -> str:
    return compile_text(text)({"locale": locale_names(tag), **names})


@pytest.mark.parametrize(
    ("tag", "outer", "inner"),
    [
        ("zh-CN", "“x”", "‘x’"),
        ("zh-TW", "「x」", "『x』"),
        ("zh-HK", "「x」", "『x』"),
        ("ja", "「x」", "『x』"),
        ("ja-JP", "「x」", "『x』"),
        ("en-GB", "‘x’", "“x”"),
        ("en-US", "“x”", "‘x’"),
        ("en", "“x”", "‘x’"),
        ("de-DE", "„x“", "‚x‘"),
        ("de-CH", "«x»", "‹x›"),
        ("fr-FR", "«\u202fx\u202f»", "“x”"),
        ("it", "«x»", "“x”"),
        ("sv-SE", "”x”", "’x’"),
    ],
)
def test_marks_of_each_language(tag: str, outer: str, inner: str) -> None:
    assert expand("{{ 'x' | quoted }}", tag) == outer
    assert expand("{{ 'x' | quoted(inner=true) }}", tag) == inner


def test_columns_take_corners() -> None:
    assert expand("{{ '春' | quoted(vertical=true) }}", "zh-CN") == "「春」"
    assert expand("{{ 'tea' | quoted(vertical=true) }}", "en-US") == "“tea”"


@pytest.mark.parametrize(
    ("tag", "written", "expected"),
    [
        ("en-GB", ENGLISH, "She said ‘the drivers’ “best” tea isn’t ’90s tea’."),
        ("en-US", ENGLISH, "She said “the drivers’ ‘best’ tea isn’t ’90s tea”."),
        ("zh-CN", CHINESE, "他说“春天的‘龙井’最好”。"),
        ("zh-TW", CHINESE, "他说「春天的『龙井』最好」。"),
        ("fr-FR", 'Le "thé" d\'hiver', "Le «\u202fthé\u202f» d’hiver"),
        ("de", '"Tee" und "Wasser"', "„Tee“ und „Wasser“"),
        ("en-US", "no marks, 5 < 6 & “kept”", "no marks, 5 < 6 & “kept”"),
    ],
)
def test_straight_marks_are_set_where_it_is_asked(tag: str, written: str, expected: str) -> None:
    assert expand("{{ words | smart_quotes }}", tag, words=written) == expected
    assert expand("{{ words }}", tag, words=written) == written


def test_a_text_keeps_its_straight_marks() -> None:
    assert expand(ENGLISH, "en-GB") == ENGLISH


def test_a_mark_that_is_never_closed_is_said() -> None:
    with pytest.raises(ExpansionError) as caught:
        expand("{{ words | smart_quotes }}", "en-US", words='6" pipe')
    assert caught.value.code == "bad-expression"


@pytest.mark.parametrize(
    ("tag", "end", "expected"),
    [
        ("en-GB", "2026-03-05", "3–5 March 2026"),
        ("en-US", "2026-03-05", "March 3–5, 2026"),
        ("zh-CN", "2026-03-05", "2026年3月3日至5日"),
        ("zh-TW", "2026-03-05", "2026年3月3日至5日"),
        ("ja", "2026-03-05", "2026年3月3日～5日"),
        ("de", "2026-03-05", "3.–5. März 2026"),
        ("fr", "2026-03-05", "3–5 mars 2026"),
        ("en-GB", "2026-04-02", "3 March\u00a0– 2 April 2026"),
        ("zh-CN", "2027-01-02", "2026年3月3日至2027年1月2日"),
        ("en-GB", "2026-03-03", "3 March 2026"),
    ],
)
def test_spans_of_dates(tag: str, end: str, expected: str) -> None:
    assert expand("{{ day | date_range(end) }}", tag, day="2026-03-03", end=end) == expected


def test_a_span_without_its_year() -> None:
    span = "{{ '2026-03-03' | date_range('2026-03-05', year=false) }}"
    assert [expand(span, tag) for tag in ("zh-CN", "en-GB")] == ["3月3日至5日", "3–5 March"]
    medium = "{{ '2026-03-03' | date_range('2026-03-05', 'medium') }}"
    assert expand(medium, "en-GB") == "3–5 Mar 2026"


BAD_SPANS = ["date_range('2026-03-01')", "date_range('2027-01-01', year=false)", "date_range('2026-04-01', 'full')"]


@pytest.mark.parametrize("call", BAD_SPANS)
def test_a_span_that_is_none_is_said(call: str) -> None:
    with pytest.raises(ExpansionError) as caught:
        expand("{{ '2026-03-03' | " + call + " }}", "en-GB")
    assert caught.value.code == "bad-expression"
