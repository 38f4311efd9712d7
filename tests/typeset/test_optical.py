"""Latin words of another face in Chinese lines: their measured height and middle, and the text that a reader extracts."""

from __future__ import annotations

import io
from pathlib import Path

import pypdfium2
import pytest
import reportlab
from fontTools.ttLib import TTFont
from reportlab.pdfgen.canvas import Canvas as PdfCanvas

from qwen_pipeline.types import Glyphs
from qwen_pipeline.types.spec import FontSpec
from qwen_pipeline.typeset import draw, solve
from qwen_pipeline.typeset.fonts import Fonts
from qwen_pipeline.typeset.optical import LEAST, MOST, PLAIN, Heights, Ink, fitted

from .solving import page, region, style, text, texts

VERA = Path(reportlab.__file__).parent / "fonts" / "Vera.ttf"
WORDS = "在Hangzhou喝Tea 2026年"
MODEL = Heights(Ink(-0.08, 0.8), Ink(0.0, 0.73), Ink(0.0, 0.54))


def sized(folder: Path, factor: float) -> Fonts:
    """Vera with all its letters `factor` times as large, as the brand's Latin face."""
    font = TTFont(VERA, recalcTimestamp=False)
    font["head"].unitsPerEm = round(font["head"].unitsPerEm / factor)
    path = folder / f"vera-{factor}.ttf"
    font.save(path)
    return Fonts({"house": FontSpec(latin=str(path))})


def runs(fonts: Fonts, words: str = WORDS, locale: str = "zh-CN") -> tuple[Glyphs, ...]:
    layer = text("t", "r", {locale: words}, style(100.0, family="house"))
    (line,) = texts(solve(page([region("r", 3000, 300)], [layer]), fonts))[f"t/{locale}"].lines
    return line.runs


def ink(fonts: Fonts, run: Glyphs, char: str) -> tuple[float, float]:
    """Top and bottom of a character as drawn, in points over the line's baseline of the ideographs."""
    instance = fonts.opened(run.font)
    extents = instance.font.get_glyph_extents(instance.font.get_nominal_glyph(ord(char)))
    top, bottom = (v / instance.upem * run.size_pt for v in (extents.y_bearing, extents.y_bearing + extents.height))
    return top, bottom


def apart(found: tuple[Glyphs, ...]) -> tuple[Glyphs, Glyphs]:
    """The run with the ideograph 在, and the one with Hangzhou."""
    return next(r for r in found if "在" in r.text), next(r for r in found if r.text.startswith("H"))


@pytest.mark.parametrize("factor", [0.9, 1.0, 1.1])
def test_whatever_its_own_size_a_latin_face_stands_as_high_as_the_built_in_one(factor: float, tmp_path: Path) -> None:
    fonts = sized(tmp_path, factor)
    han, latin = apart(runs(fonts))
    tops = {char: ink(fonts, latin, char)[0] for char in "Hx"}
    assert (tops["H"] * tops["x"]) ** 0.5 == pytest.approx((73.3 * 54.3) ** 0.5, abs=0.2)
    assert "Vera" in latin.font or "vera" in latin.font
    assert han.size_pt == 100.0
    assert latin.size_pt == pytest.approx(apart(runs(sized(tmp_path, 1.0)))[1].size_pt / factor, rel=0.002)


def test_the_middle_of_capitals_lies_where_it_does_in_the_built_in_face(tmp_path: Path) -> None:
    fonts = sized(tmp_path, 0.95)
    han, latin = apart(runs(fonts))
    middle = sum(ink(fonts, latin, "H")) / 2 + han.y_pt - latin.y_pt
    assert middle == pytest.approx(73.3 / 2, abs=0.1)


def test_the_built_in_faces_are_left_as_their_designers_fitted_them() -> None:
    found = runs(Fonts({}))
    assert {(run.size_pt, run.y_pt) for run in found} == {(100.0, found[0].y_pt)}


def test_words_of_one_language_are_set_at_the_size_asked_for(tmp_path: Path) -> None:
    fonts = sized(tmp_path, 0.9)
    assert {run.size_pt for run in runs(fonts, "Hangzhou Tea", "en-GB")} == {100.0}
    assert {run.size_pt for run in runs(fonts, "Hangzhou Tea", "zh-CN")} == {100.0}


def test_runs_follow_one_another_without_a_jump(tmp_path: Path) -> None:
    fonts = sized(tmp_path, 0.9)
    found = runs(fonts, "喝Tea去")
    ends = [run.x_pt + fonts.advance(run.font, run.text) * run.size_pt for run in found]
    gaps = [after.x_pt - end for end, after in zip(ends, found[1:], strict=False)]
    assert [gap for gap in gaps if abs(gap) > 12] == pytest.approx([25.0, 25.0], abs=0.01)


def test_a_reader_extracts_what_was_written(tmp_path: Path) -> None:
    fonts = sized(tmp_path, 0.9)
    layer = text("t", "r", {"zh-CN": WORDS}, style(40.0, family="house"))
    buffer = io.BytesIO()
    canvas = PdfCanvas(buffer, pagesize=(1000, 300), invariant=1)
    draw(canvas, solve(page([region("r", 900, 200)], [layer]), fonts), fonts)
    canvas.showPage()
    canvas.save()
    found = pypdfium2.PdfDocument(buffer.getvalue())[0].get_textpage().get_text_range()
    assert "".join(found.split()) == "".join(WORDS.split())


def test_a_face_like_the_model_is_left_alone() -> None:
    assert fitted(MODEL, MODEL, MODEL) == PLAIN


def test_a_smaller_ideograph_takes_smaller_letters_and_moves_their_middle() -> None:
    small = Heights(Ink(-0.05, 0.742), None, None)
    found = fitted(MODEL, small, MODEL)
    assert found.scale == pytest.approx(0.9)
    assert found.raise_em == pytest.approx(small.ideographs.middle + 0.9 * (0.365 - 0.36) - 0.9 * 0.365, abs=1e-4)


def test_a_face_far_off_is_not_forced() -> None:
    tiny, huge = (Heights(None, Ink(0.0, 0.73 * f), Ink(0.0, 0.54 * f)) for f in (0.5, 2.0))
    assert fitted(tiny, MODEL, MODEL).scale == MOST
    assert fitted(huge, MODEL, MODEL).scale == LEAST


def test_without_ideographs_or_letters_to_measure_nothing_is_moved() -> None:
    none = Heights(None, None, None)
    assert fitted(MODEL, none, MODEL) == PLAIN
    assert fitted(none, MODEL, MODEL) == PLAIN
