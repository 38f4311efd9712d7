"""`text.read` on a finished page."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from PIL import ImageDraw, ImageFont

from qwen_pipeline import verify
from qwen_pipeline.errors import ReaderUnavailable
from qwen_pipeline.types import CheckRule, PictureReading, PixelBox, StringReading, TypesetPage
from qwen_pipeline.types.reading import OddGlyph
from qwen_pipeline.verify import run
from qwen_pipeline.verify.checks import text__read
from tests.verify.test_readers import FONT, needs_models

ON = CheckRule("text.read", "error")


def baked(page: TypesetPage) -> TypesetPage:
    return replace(page, strings=tuple(replace(s, render="baked") for s in page.strings if s.layer == "title"))


def write(*lines: tuple[str, int]) -> Any:
    """A painter of (text, y) in the case's 800 x 600 pictures."""

    def paint(draw: ImageDraw.ImageDraw, width: int) -> None:
        font = ImageFont.truetype(FONT, width // 20)
        font.set_variation_by_axes([500])
        for text, y in lines:
            draw.text((width // 20, y), text, font=font, fill=(20, 30, 40))

    return paint


def codes(case: Any, rule: CheckRule = ON) -> list[tuple[str, str, str]]:
    return [(f.code, f.string, f.severity) for f in run(case.subject(), [rule])]


@needs_models
def test_words_in_the_picture_are_read_from_the_page(case: Any) -> None:
    case.change_page, case.qr_data = baked, ""
    case.paint = write(("春茶市集", 90), ("Spring Tea Fair", 150))
    assert codes(case) == []
    case.paint = write(("春荼市集", 90))
    assert codes(case) == [("differs", "title/zh-CN", "error"), ("not-found", "title/en-GB", "error")]


@needs_models
def test_every_string_when_asked(case: Any) -> None:
    case.qr_data = ""
    case.paint = write(("春茶市集", 90), ("Spring Tea Fair", 150), ("4月18日 · 门票¥20", 210))
    assert codes(case) == []
    assert codes(case, CheckRule("text.read", "error", (("all", True),))) == [("not-found", "when/en-GB", "error")]


def test_without_a_reader_the_page_is_not_passed(case: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def none() -> Any:
        raise ReaderUnavailable("not installed", hint="install it")

    monkeypatch.setattr(text__read, "_reader", none)
    case.change_page = baked
    assert codes(case) == [("not-read", "", "error")]
    case.change_page = lambda page: page
    assert codes(case) == []


def test_what_a_reader_is_not_sure_of_is_a_warning(case: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A doubt on words that need not be exact, and a hint at a malformed character, are no errors."""

    def read(image: Any, expected: Any, reader: Any) -> PictureReading:
        odd = (OddGlyph(1, "茶", PixelBox(0, 0, 9, 9), 1.4),)
        first = StringReading(expected[0].id, "exact", expected[0].text, (), 0.0, 1.0, (), 0.99, odd)
        rest = tuple(StringReading(e.id, "suspect", e.text.lower(), (), 0.1, 0.9, (), 0.9) for e in expected[1:])
        return PictureReading((first, *rest))

    monkeypatch.setattr(text__read, "_reader", lambda: None)
    monkeypatch.setattr(verify, "read_picture", read)
    monkeypatch.setattr(verify, "needs_exact", lambda text, role: False)
    case.change_page = baked
    assert codes(case) == [("odd-shape", "title/zh-CN", "warn"), ("doubtful", "title/en-GB", "warn")]
