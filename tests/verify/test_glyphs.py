"""Shapes against glyphs, and the second look at characters that the reader mistakes for the word it expects."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest
from PIL import Image, ImageDraw, ImageFont

from benchmarks.defects import spoil
from qwen_pipeline.types.reading import ExpectedString, PixelBox, ReadChar, ReadLine, StringReading
from qwen_pipeline.verify import read_picture
from qwen_pipeline.verify.glyphs.shape import Shape, deviations
from qwen_pipeline.verify.matching import confusions, match_string, pair
from qwen_pipeline.verify.second_look import Looker
from tests.verify.test_readers import FONT, drawn, needs_models, reader

TEXT = "西湖龙井春茶市集开幕"


def read(image: Image.Image, text: str, *, exact: bool = True) -> StringReading:
    (found,) = read_picture(image, [ExpectedString("s", text, "zh-CN", exact=exact)], reader()).strings
    return found


@needs_models
@pytest.mark.parametrize(
    ("right", "wrong", "weight"),
    [
        ("春天来了", "春夭来了", 300),
        ("春天来了", "春夭来了", 700),
        ("未来可期", "末来可期", 500),
        ("直播中", "直播屮", 500),
        ("4月21日", "4月21曰", 300),
        ("营业时间 7:00", "营业时间 7:O0", 500),
        ("详情访问山景水疗", "详情访问山景水疔", 400),
    ],
)
def test_look_alikes_are_told_apart_both_ways(right: str, wrong: str, weight: int) -> None:
    def page(text: str) -> Image.Image:
        return drawn((text, 72, (60, 60)), size=(900, 220), weight=weight)

    assert read(page(right), right).spelling == "exact"
    assert read(page(wrong), right).spelling != "exact"


@needs_models
@pytest.mark.parametrize("text", ["减少塑料使用", "焕新生活", "净重2克"])
def test_a_simplified_character_read_as_traditional_is_cleared_by_its_shape(text: str) -> None:
    assert read(drawn((text, 80, (50, 50)), size=(900, 220)), text).spelling == "exact"


@needs_models
def test_a_traditional_character_in_the_place_of_a_simplified_one_is_a_variant() -> None:
    assert read(drawn(("減少塑料使用", 80, (50, 50)), size=(900, 220)), "减少塑料使用").spelling == "variant"


@needs_models
@pytest.mark.parametrize(("kind", "number"), [("erased-20", 4), ("erased-30", 7), ("halves", 3)])
def test_a_malformed_character_is_odd_and_a_good_line_has_none(kind: str, number: int) -> None:
    assert read(_page(_ink()), TEXT).odd == ()
    spoilt, changed = spoil(_ink(), _box(number), kind, random.Random(3))
    found = read(_page(spoilt), TEXT)
    assert changed > 0.1
    assert found.spelling != "exact" or [odd.index for odd in found.odd] == [number]


def test_the_odd_one_is_measured_against_its_line() -> None:
    even = [Shape(0.2, 0.05)] * 9
    assert max(deviations(even)) == 0
    assert [d > 1 for d in deviations([*even, Shape(1.5, 0.05)])] == [False] * 9 + [True]
    assert deviations([*even, Shape(0.2, 0.5)])[-1] > 1
    assert deviations([*even, None])[-1] == 0
    assert deviations([Shape(0.0, 0.0), Shape(9.0, 9.0)]) == (0.0, 0.0)


def test_look_alikes_are_symmetric_enough_to_be_of_use() -> None:
    assert "夭" in confusions.look_alikes("天")
    assert "天" in confusions.look_alikes("夭")
    assert confusions.look_alikes("A") == ""


def _font() -> ImageFont.FreeTypeFont:
    font = ImageFont.truetype(FONT, 72)
    font.set_variation_by_axes([500])
    return font


def _ink() -> Image.Image:
    image = Image.new("L", (900, 160), 0)
    ImageDraw.Draw(image).text((40, 20), TEXT, font=_font(), fill=255)
    return image


def _box(number: int) -> tuple[int, int, int, int]:
    left = 40 + 72 * number
    return left, 30, left + 72, 126


def _page(ink: Image.Image) -> Image.Image:
    return Image.composite(Image.new("RGB", ink.size, (30, 40, 36)), Image.new("RGB", ink.size, (246, 241, 230)), ink)


class Leaning:
    """Glyphs of a line that all lean a little to the character that was read, and are in no way odd."""

    fit = 0.0

    def leans(self, place: int, char: str, others: Sequence[str]) -> tuple[float, ...]:
        return (-0.2,) * len(others)

    def deviations(self, places: Sequence[int]) -> tuple[float, ...]:
        return (0.0,) * len(places)


@pytest.mark.parametrize(
    ("right", "drawn_as", "exact", "spelling"),
    [
        ("天花园", "夭", False, "exact"),  # the second choice is a strong one, and the shape hardly speaks against it
        ("天花园", "夭", True, "fail"),  # but another word was read, where nothing but an exact reading will do
        ("减半价", "減", True, "exact"),  # another form of the same word
    ],
)
def test_another_word_that_was_read_stands_in_exact_strings(
    right: str, drawn_as: str, exact: bool, spelling: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = drawn_as + right[1:]
    boxes = [PixelBox(40 * i, 0, 40 * i + 40, 40) for i in range(len(text))]
    others = [((right[0], 0.3),), *[()] * (len(text) - 1)]
    chars = tuple(ReadChar(char, box, 0.6, other) for char, box, other in zip(text, boxes, others, strict=True))
    line = ReadLine(text, ((0, 0), (120, 0), (120, 40), (0, 40)), 0.9, chars)
    expected = ExpectedString("t", right, "zh-CN", exact=exact)
    parts = [(line, claim) for claim in pair([expected], [line])]
    looker = Looker(Image.new("RGB", (120, 40)))
    monkeypatch.setattr(looker, "glyphs", lambda _: Leaning())
    assert looker.settle(expected, match_string(expected, parts), parts).spelling == spelling
