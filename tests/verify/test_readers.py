"""The reader's contract on drawn words. The models are loaded once."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import pytest
from PIL import Image, ImageDraw, ImageFont

from qwen_pipeline.errors import ReaderUnavailable
from qwen_pipeline.types.reading import ExpectedString, PixelBox
from qwen_pipeline.verify import Reader, open_reader, read_picture, reader_ids, reader_module
from qwen_pipeline.verify.readers import rapidocr

needs_models = pytest.mark.skipif(bool(rapidocr.missing()), reason="needs the extra [ocr]")
FONT = str(files("justmytype_intl_cjk") / "fonts/ofl/notosanssc/NotoSansSC[wght].ttf")


@cache
def reader() -> Reader:
    return open_reader("rapidocr")


def drawn(*texts: tuple[str, int, tuple[int, int]], size: tuple[int, int] = (900, 600), weight: int = 500) -> Image.Image:
    """(text, size in pixels, place of its top left corner)."""
    image = Image.new("RGB", size, (246, 241, 230))
    draw = ImageDraw.Draw(image)
    for text, px, place in texts:
        font = ImageFont.truetype(FONT, px)
        font.set_variation_by_axes([weight])
        draw.text(place, text, font=font, fill=(30, 40, 36))
    return image


def expected(text: str, *, exact: bool = True) -> ExpectedString:
    return ExpectedString(text, text, "zh-CN", exact=exact)


def test_readers_are_files_and_import_without_their_models() -> None:
    assert "rapidocr" in reader_ids()
    for name in reader_ids():
        assert reader_module(name).INFO.id == name


def test_an_unknown_reader_is_named_with_the_nearest() -> None:
    with pytest.raises(ReaderUnavailable) as caught:
        open_reader("rapidocrr")
    assert (caught.value.code, caught.value.exit_code) == ("reader-unavailable", 4)
    assert "rapidocr" in caught.value.hint


def test_a_missing_extra_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rapidocr, "_NEEDED", ("no_such_package_here",))
    with pytest.raises(ReaderUnavailable) as caught:
        open_reader()
    assert "[ocr]" in caught.value.hint


@needs_models
def test_words_of_both_languages_and_every_size_are_read_exactly() -> None:
    texts = ("春茶市集", "Spring Tea Fair", "门票¥2,999起，4月18日", "small print, 20 px: example.org/tea")
    image = drawn((texts[0], 150, (40, 20)), (texts[1], 80, (40, 220)), (texts[2], 40, (40, 350)), (texts[3], 20, (40, 440)))
    found = read_picture(image, [expected(text) for text in texts], reader())
    assert [string.spelling for string in found.strings] == ["exact"] * 4
    assert found.extra == ()


@needs_models
def test_characters_have_their_own_boxes() -> None:
    (line,) = reader().read(drawn(("春茶市集", 100, (100, 100))))
    assert line.text == "".join(char.text for char in line.chars) == "春茶市集"
    for number, char in enumerate(line.chars):
        assert char.box.left < 150 + 100 * number < char.box.right
        assert 80 < char.box.width < 125


@needs_models
def test_a_wrong_character_and_a_word_too_many_are_told() -> None:
    image = drawn(("春茶巿场", 120, (40, 40)), ("SALE", 90, (40, 300)))
    found = read_picture(image, [expected("春茶市集")], reader())
    assert found.strings[0].spelling == "fail"
    assert [line.text for line in found.extra] == ["SALE"]
    assert not read_picture(image, [expected("春茶市集")], reader(), free=[PixelBox(0, 280, 400, 440)]).extra


@needs_models
@pytest.mark.parametrize("size", [(900, 600), (40, 20), (1, 1), (2000, 8)])
def test_an_empty_picture_says_nothing(size: tuple[int, int]) -> None:
    found = read_picture(Image.new("RGB", size, (200, 210, 220)), [expected("春茶市集")], reader())
    assert [string.spelling for string in found.strings] == ["missing"]
    assert found.extra == ()
