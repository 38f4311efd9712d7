"""Our lazy faces beside reportlab's own: the same PDF, byte for byte."""

from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from qwen_pipeline.typeset.fontfiles import OpenFont
from qwen_pipeline.typeset.fonts import Fonts
from qwen_pipeline.typeset.rlface import LazyFont

from .test_fonts import Family, cubic_font

WORDS = "春茶市集 Spring\xa0Tea Fair, ¥2,999 — “第九届” Éé ﬁ 𠮷龍 𓀀" + "".join(chr(c) for c in range(0x4E00, 0x4F80))



def _pdf(font: TTFont) -> bytes:
    pdfmetrics.registerFont(font)
    try:
        buffer = io.BytesIO()
        canvas = Canvas(buffer, invariant=1, initialFontName=font.fontName)
        canvas.setFont(font.fontName, 11)
        canvas.drawString(10, 10, WORDS)
        canvas.drawRightString(500, 50, WORDS[:40])
        canvas.save()
        return buffer.getvalue()
    finally:
        font.unregister()


def _whole(name: str, font: OpenFont) -> TTFont:
    whole = TTFont(name, io.BytesIO(bytes(font.data)), shapable=False)
    whole.face.name = name.encode()
    return whole


@pytest.mark.parametrize("font_id", ["NotoSansSC-w800", "NotoSansJP-w400"])
def test_a_built_in_font(tmp_path: Path, font_id: str) -> None:
    for cache in (tmp_path, None):
        font = Fonts(cache_dir=cache).opened(font_id)
        assert _pdf(LazyFont("X", font)) == _pdf(_whole("X", font))


def test_a_font_of_the_user_with_few_characters(tmp_path: Path) -> None:
    fonts = Fonts({"brand": Family(latin=str(cubic_font(tmp_path / "Ring.otf")))})
    font = fonts.opened(fonts.instance("brand", "en", 400, "O") or "")
    assert _pdf(LazyFont("X", font)) == _pdf(_whole("X", font))


def test_every_character_has_the_glyph_and_the_width_that_reportlab_finds() -> None:
    font = Fonts().opened("NotoSansSC-w400")
    lazy, whole = LazyFont("X", font).face, _whole("X", font).face
    assert lazy.defaultWidth == whole.defaultWidth
    for code in [*whole.charToGlyph, 0xA0, 0x13000]:
        assert lazy.charToGlyph.get(code, 0) == whole.charToGlyph.get(code, 0), hex(code)
        assert lazy.getCharWidth(code) == whole.getCharWidth(code), hex(code)
    glyphs = range(whole.numGlyphs)
    assert [lazy.glyphPos[g] for g in glyphs] == whole.glyphPos[:-1]
    assert [lazy.hmetrics[g][1] for g in glyphs] == [bearing for _, bearing in whole.hmetrics]


def test_two_threads_draw_with_one_font() -> None:
    """reportlab keeps with a font where it reads; what another thread reads must not move it."""
    font = LazyFont("Shared", Fonts().opened("NotoSansSC-w400"))
    face, start = font.face, font.face.get_table_pos("head")[0]
    face.seek(start)
    first = face.read_ulong()
    face.seek(start)
    with ThreadPoolExecutor(1) as pool:
        pool.submit(face.makeSubset, [ord(char) for char in "éÅ春茶"]).result()
    assert face.read_ulong() == first
