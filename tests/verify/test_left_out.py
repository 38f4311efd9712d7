"""Words that have no room are left out of the page: the one check or the other says so, whatever the spec asks of them."""

from __future__ import annotations

import pytest

from qwen_pipeline.types import CheckRule


@pytest.mark.parametrize(("level", "codes"), [("error", []), ("warn", ["cut"]), ("off", ["cut"])])
def test_exact_names_what_is_left_out_where_the_overflow_does_not_stop_the_piece(case, edit, level, codes):
    def shorten(page):
        cut = edit.string(page, 0, overflow="height", rest="市集")
        return edit.item(cut, "title/zh-CN", lines=(edit.line("春茶", 20, 68, 18),))

    case.change_page = shorten
    case.rules = (CheckRule("text.overflow", level),)
    assert case.codes("text.exact") == codes


def test_exact_what_is_drawn_and_what_is_left_out_are_the_string(case, edit):
    case.change_page = lambda p: edit.string(p, 0, overflow="height", rest="市集")
    assert "drawn-differs" in case.codes("text.exact")
