"""Line ends: UAX#14 as uniseg has it, less what Chinese typesetting forbids; numbers, dates and addresses stay whole."""

from __future__ import annotations

import itertools
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from uniseg.linebreak import line_break_boundaries

from qwen_pipeline.types import Color, TextStyle
from qwen_pipeline.typeset.fonts import Fonts
from qwen_pipeline.typeset.linebreak import _uax14, emergency, opportunities, pause
from qwen_pipeline.typeset.lines import break_lines
from qwen_pipeline.typeset.measure import measure

SAMPLE = Path(__file__).parent.parent / "resources" / "longtext_sample.jsonl"
NO_START = "，。、；：！？”’）》〉」』】〕…—·％%,.;:?!)]}~～"
NO_END = "“‘（《〈「『【〔([{￥¥$#"


def pieces(text: str) -> list[str]:
    return [text[a:b] for a, b in itertools.pairwise((0, *opportunities(text)))]


def by_uniseg(text: str) -> list[int]:
    return [b for b in line_break_boundaries(text) if 0 < b < len(text)]


def sample() -> list[str]:
    return [t.replace("\n", " ") for row in SAMPLE.read_text("utf-8").splitlines() for t in json.loads(row)["text"]]


def test_shortcuts_give_the_breaks_of_uniseg_on_real_texts() -> None:
    assert [t for t in sample() if _uax14(t) != by_uniseg(t)] == []


@settings(max_examples=300, deadline=None)
@given(st.text("字春ぁカー々（《」），。；！？ABz09  .,:;!?-—…“”‘’·%¥$/()~～é한", max_size=10))
def test_shortcuts_give_the_breaks_of_uniseg_on_anything(text: str) -> None:
    assert _uax14(text) == by_uniseg(text)


NASTY = [
    "他说：“春天——来了！”（真的？）……是的。",
    "《茶经》、《诗经》；「引号」『双引』【方头】〔六角〕",
    "约翰·史密斯，100％、50%，3～5天，￥299，¥2,999.00，#1",
    "价格（含税）：¥1,299起；满300减50（限3月15日前）！",
    "A（B）C《D》——E…F，“G”。",
]


@pytest.mark.parametrize("text", [*NASTY, *sample()[::4]])
def test_no_line_starts_or_ends_with_a_mark_that_may_not(text: str) -> None:
    parts = pieces(text)
    assert "".join(parts) == text
    assert [p for p in parts[1:] if p[0] in NO_START] == []
    assert [p for p in parts[:-1] if p.rstrip()[-1] in NO_END] == []


@pytest.mark.parametrize(
    "whole",
    [
        "¥2,999",
        "¥1,299.00",
        "10:00-18:00",
        "10:00–18:00",
        "9:30～21:00",
        "3.5%",
        "+86 571 8888 6666",
        "400-820-8820",
        "0571-8888 6666",
        "www.example.com/tea/fair",
        "https://example.com/a-b/c?d=1&e=2",
        "tea@example-fair.org",
        "4月18日",
        "2026年4月18日",
        "第12届",
        "80元",
        "Wi-Fi",
        "T-shirt",
    ],
)
def test_numbers_dates_and_addresses_stay_whole(whole: str) -> None:
    assert any(whole in p for p in pieces(f"春茶{whole}春茶"))
    assert any(whole in p for p in pieces(f"tea {whole} tea"))


def test_latin_words_are_never_cut_and_hyphens_may_end_a_line() -> None:
    assert pieces("ready-made-tea shop") == ["ready-", "made-", "tea ", "shop"]
    assert pieces("state-of-the-art") == ["state-of-", "the-", "art"]
    assert pieces("internationalisation") == ["internationalisation"]


def test_han_may_be_parted_anywhere() -> None:
    assert pieces("春茶市集") == ["春", "茶", "市", "集"]


def test_only_long_addresses_may_be_cut() -> None:
    long = "见 https://tea.example.org/fair/2026/tickets?lang=zh-CN 。"
    cuts = [long[:i] for i in emergency(long, 0, len(long))]
    assert all(c[-1] in "/?&=-_.#:@" for c in cuts)
    assert any(c.endswith("/fair/") for c in cuts)
    assert not any(c.endswith("https://") for c in cuts)
    assert emergency("www.example.com/tea", 0, 19) == ()
    assert emergency("internationalisation" * 3, 0, 60) == ()


def test_pauses() -> None:
    text = "春茶市集，西湖West Lake"
    assert [i for i in opportunities(text)[:-1] if pause(text, i)] == [5, 7, 12]
    title = "A taste of the lake"
    assert [title[:i] for i in opportunities(title)[:-1] if pause(title, i)] == ["A taste "]


@pytest.mark.parametrize(
    ("text", "width_em", "lines"),
    [
        ("桂花乌龙拿铁", 4.3, ("桂花", "乌龙拿铁")),
        ("一间开到午夜的书店", 6.3, ("一间开到", "午夜的书店")),
        ("我们需要您的支持", 5.0, ("我们需要", "您的支持")),
        ("橙香冷萃", 3.0, ("橙香", "冷萃")),
        ("山里的春天", 3.3, ("山里的", "春天")),
        ("从一片叶到一杯茶", 5.0, ("从一片叶到", "一杯茶")),
    ],
)
def test_titles_keep_words_whole_where_they_can(text: str, width_em: float, lines: tuple[str, ...], fonts: Fonts) -> None:
    measured = measure(text, "zh-CN", TextStyle(40, 20, 700, Color(0, 0, 0)), fonts, 700)
    assert tuple(text[a:b] for a, b in break_lines(measured, width_em, balance=True)) == lines
