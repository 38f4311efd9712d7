"""Texts that grow into the room of their region: by steps, alike, with air, and no line is broken for it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from qwen_pipeline.types import Box, Layer, Region, TypesetPage
from qwen_pipeline.typeset import solve
from qwen_pipeline.typeset.fonts import Fonts
from qwen_pipeline.typeset.stack import AIR

from .solving import lines, page, region, style, text

STEPS = (22.5, 25.3)
GROWS = style(grows_pt=STEPS)


def size(solved: TypesetPage, name: str) -> float:
    return next(s.size_pt for s in solved.strings if s.id == name)


def beside(*heights: float) -> list[Region]:
    return [Region(f"r{n}", Box(40.0, 30.0 + 200 * n, 300.0, h)) for n, h in enumerate(heights)]


def test_a_text_takes_the_largest_step_that_has_room(fonts: Fonts) -> None:
    for room, expected in ((20.0, 20.0), (23.0 / (1 - AIR), 22.5), (100.0, 25.3)):
        solved = solve(page([region("r", 300, room)], [text("t", "r", "春茶", GROWS)]), fonts)
        assert size(solved, "t/zh-CN") == expected


def test_a_text_that_does_not_say_so_keeps_its_size(fonts: Fonts) -> None:
    layers: list[Layer] = [text("a", "r", "春茶", GROWS), text("b", "r", "市集")]
    solved = solve(page([region("r", 300, 200)], layers), fonts)
    assert (size(solved, "a/zh-CN"), size(solved, "b/zh-CN")) == (25.3, 20.0)


def test_a_text_that_has_no_room_still_shrinks(fonts: Fonts) -> None:
    solved = solve(page([region("r", 60, 30)], [text("t", "r", "春茶市集西湖", GROWS)]), fonts)
    assert size(solved, "t/zh-CN") < 20


def test_one_line_is_not_broken_for_the_sake_of_its_size(fonts: Fonts) -> None:
    solved = solve(page([region("r", 84, 300)], [text("t", "r", "春茶市集", GROWS)]), fonts)
    assert lines(solved, "t/zh-CN") == ["春茶市集"]
    assert size(solved, "t/zh-CN") == 20.0


def test_a_text_of_several_lines_may_have_more_of_them(fonts: Fonts) -> None:
    words = "春茶市集西湖龙井山里的春天"
    solved = solve(page([region("r", 130, 400)], [text("t", "r", words, GROWS)]), fonts)
    assert size(solved, "t/zh-CN") == 25.3
    assert "".join(lines(solved, "t/zh-CN")) == words


def test_the_languages_of_a_pair_grow_together(fonts: Fonts) -> None:
    pair = text("t", "r", {"zh-CN": "春茶", "en-GB": "Tea"}, GROWS, pair_ratio=0.8)
    solved = solve(page([region("r", 300, 300)], [pair]), fonts)
    assert size(solved, "t/en-GB") == pytest.approx(0.8 * size(solved, "t/zh-CN"))
    assert size(solved, "t/zh-CN") == 25.3


def test_texts_of_one_role_grow_alike(fonts: Fonts) -> None:
    layers: list[Layer] = [text("a", "r0", "春茶", GROWS), text("b", "r1", "市集", GROWS)]
    solved = solve(page(beside(100, 27), layers), fonts)
    assert (size(solved, "a/zh-CN"), size(solved, "b/zh-CN")) == (22.5, 22.5)


def test_roles_that_share_a_region_hold_one_another(fonts: Fonts) -> None:
    """b holds a's region through the role they share, and a's region holds c, which shares another role with it."""
    small = [text("b", "r1", "市集", GROWS)]
    shared = [text("a", "r0", "春茶", GROWS), replace(text("a2", "r0", "龙井", GROWS), role="heading")]
    other = [replace(text("c", "r2", "西湖", GROWS), role="heading")]
    solved = solve(page(beside(150, 20, 150), [*shared, *small, *other]), fonts)
    assert {size(solved, f"{name}/zh-CN") for name in ("a", "a2", "b", "c")} == {20.0}


def test_where_one_shrinks_none_of_its_role_grows(fonts: Fonts) -> None:
    layers: list[Layer] = [text("a", "r0", "春茶", GROWS), text("b", "r1", "市集" * 30, GROWS)]
    solved = solve(page(beside(100, 30), layers), fonts)
    assert size(solved, "b/zh-CN") < size(solved, "a/zh-CN") == 20.0


def test_space_above_grows_with_the_text(fonts: Fonts) -> None:
    layers: list[Layer] = [text("a", "r", "春", GROWS), text("b", "r", "茶", GROWS, space_before_pt=8.0)]
    plain: list[Layer] = [text("a", "r", "春"), text("b", "r", "茶", space_before_pt=8.0)]
    tops = []
    for own in (layers, plain):
        solved = solve(page([region("r", 300, 300)], own), fonts)
        boxes = {s.id: s.box for s in solved.strings}
        tops.append(boxes["b/zh-CN"].y_pt - boxes["a/zh-CN"].y_pt)
    assert tops[0] == pytest.approx(tops[1] * STEPS[-1] / 20.0, abs=0.01)


def test_the_same_page_gives_the_same_result(fonts: Fonts) -> None:
    made = page(beside(90, 60), [text("a", "r0", "春茶", GROWS), text("b", "r1", "市集", GROWS)])
    assert solve(made, fonts) == solve(made, fonts)
