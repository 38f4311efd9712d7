"""Which font sets what, and that advances are what HarfBuzz and reportlab say."""

from __future__ import annotations

import io
import itertools
from dataclasses import dataclass
from pathlib import Path

import pytest
import uharfbuzz as hb
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.areaPen import AreaPen
from fontTools.pens.boundsPen import BoundsPen
from fontTools.pens.t2CharStringPen import T2CharStringPen
from fontTools.ttLib import TTFont

from qwen_pipeline.errors import DataError
from qwen_pipeline.fingerprint import file_digest
from qwen_pipeline.typeset import fontfiles
from qwen_pipeline.typeset.faces import advance, face_name
from qwen_pipeline.typeset.fontfiles import NOTO_SHA256, noto
from qwen_pipeline.typeset.fonts import Fonts, noto_region


@dataclass(frozen=True)
class Family:
    latin: str | None = None
    cjk: str | None = None
    latin_bold: str | None = None
    cjk_bold: str | None = None


def cubic_font(path: Path, fs_type: int = 0) -> Path:
    """An OpenType font with CFF outlines: `A` is a triangle, `O` a ring of cubic curves."""
    builder = FontBuilder(1000, isTTF=False)
    builder.setupGlyphOrder([".notdef", "A", "O", "space"])
    builder.setupCharacterMap({65: "A", 79: "O", 32: "space"})
    builder.setupCFF("Ring-Regular", {}, {n: _charstring(n) for n in (".notdef", "A", "O", "space")}, {})
    builder.setupHorizontalMetrics({".notdef": (500, 0), "A": (640, 20), "O": (700, 50), "space": (230, 0)})
    builder.setupHorizontalHeader(ascent=880, descent=-120)
    builder.setupNameTable({"familyName": "Ring", "styleName": "Regular", "psName": "Ring-Regular"})
    builder.setupOS2(fsType=fs_type, sCapHeight=700, sxHeight=500, sTypoAscender=880, sTypoDescender=-120)
    builder.setupPost()
    builder.save(path)
    return path


RIGHT, TOP, LEFT, BOTTOM = (1, 0), (0, 1), (-1, 0), (0, -1)


def _charstring(name: str) -> object:
    pen = T2CharStringPen(700, None)
    if name == "A":
        pen.moveTo((20, 0))
        pen.lineTo((620, 0))
        pen.lineTo((320, 700))
        pen.closePath()
    if name == "O":
        _circle(pen, 300, (RIGHT, TOP, LEFT, BOTTOM, RIGHT))
        _circle(pen, 200, (RIGHT, BOTTOM, LEFT, TOP, RIGHT))
    return pen.getCharString()


def _circle(pen: T2CharStringPen, radius: float, corners: tuple[tuple[int, int], ...]) -> None:
    pen.moveTo((350 + radius, 350))
    for (ax, ay), (bx, by) in itertools.pairwise(corners):
        near, far = (ax + 0.5523 * bx, ay + 0.5523 * by), (bx + 0.5523 * ax, by + 0.5523 * ay)
        pen.curveTo(*((350 + radius * x, 350 + radius * y) for x, y in (near, far, (bx, by))))
    pen.closePath()


def code(error: pytest.ExceptionInfo[DataError]) -> str:
    return error.value.diagnostics[0].code


@pytest.mark.parametrize("region", list(NOTO_SHA256))
def test_the_built_in_files_are_the_pinned_ones(region: str) -> None:
    assert file_digest(Path(noto(region).path)) == NOTO_SHA256[region]


@pytest.mark.parametrize(
    ("locale", "region"),
    [
        ("zh-CN", "SC"),
        ("zh-Hans-HK", "SC"),
        ("zh", "SC"),
        ("en-GB", "SC"),
        ("zh-TW", "TC"),
        ("zh-Hant", "TC"),
        ("zh-HK", "TC"),
        ("yue-HK", "TC"),
        ("ja", "JP"),
        ("ja-JP", "JP"),
        ("ko-KR", "KR"),
    ],
)
def test_shapes_follow_the_locale(locale: str, region: str, fonts: Fonts) -> None:
    assert noto_region(locale) == region
    assert fonts.instance("sans", locale, 400, "骨") == f"NotoSans{region}-w400"


def test_weights_go_by_hundreds(fonts: Fonts) -> None:
    assert [fonts.instance("sans", "zh-CN", w, "春") for w in (1, 340, 660, 950)] == [
        f"NotoSansSC-w{w}" for w in (100, 300, 700, 900)
    ]


def test_other_regions_help_out_and_nothing_is_made_up(fonts: Fonts) -> None:
    assert fonts.instance("sans", "ja", 400, "한") == "NotoSansKR-w400"
    assert fonts.instance("sans", "ja", 400, "们") == "NotoSansSC-w400"
    assert fonts.instance("sans", "zh-CN", 400, "𓀀") is None
    assert fonts.has("NotoSansSC-w400", "春")
    assert not fonts.has("NotoSansSC-w400", "𓀀")


def test_quotes_and_dots_are_narrow_in_latin_text(fonts: Fonts) -> None:
    for char in "“”‘’·•":
        latin, chinese = fonts.instance("sans", "en-GB", 400, char), fonts.instance("sans", "zh-CN", 400, char)
        assert latin is not None
        assert chinese is not None
        assert fonts.advance(latin, char) < 0.6
        assert fonts.advance(chinese, char) == 1.0


def test_an_instance_is_what_fonttools_makes(fonts: Fonts) -> None:
    made = TTFont(io.BytesIO(bytes(fonts.opened("NotoSansSC-w700").data)))
    assert made["name"].getDebugName(6) == "NotoSansSC-w700"
    assert made["OS/2"].usWeightClass == 700
    assert "fvar" not in made
    assert (made["hmtx"]["A"][0], made["head"].unitsPerEm) == (641, 1000)


def test_the_font_is_the_same_object(fonts: Fonts) -> None:
    assert fonts.opened("NotoSansSC-w700") is fonts.opened("NotoSansSC-w700")


def test_advances_are_those_reportlab_draws_with(fonts: Fonts) -> None:
    words = "春茶，AVATAR 2,999 Qq"
    drawn = advance(words, face_name("NotoSansSC-w400", fonts), 10.0)
    assert fonts.advance("NotoSansSC-w400", words) * 10 == pytest.approx(drawn, abs=1e-6)


def test_kerning_is_harfbuzz_s(fonts: Fonts) -> None:
    words, font = "AVATAR To Yo, fi", hb.Font(hb.Face(bytes(fonts.opened("NotoSansSC-w400").data)))
    buffer = hb.Buffer()
    buffer.add_str(words)
    buffer.guess_segment_properties()
    hb.shape(font, buffer, {"liga": False})
    shaped = sum(p.x_advance for p in buffer.glyph_positions or []) / 1000
    kerns = fonts.kerns("NotoSansSC-w400", words)
    assert fonts.advance("NotoSansSC-w400", words) + sum(kerns) == pytest.approx(shaped)
    assert min(kerns) < -0.02


def test_metrics(fonts: Fonts) -> None:
    metrics = fonts.metrics("NotoSansSC-w400")
    assert (metrics.ascent, metrics.descent, metrics.cap_height, metrics.x_height) == (1.16, -0.288, 0.733, 0.543)


# --- the cache ---------------------------------------------------------------------------------------------------------


def test_instances_are_kept_and_found_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = bytes(Fonts(cache_dir=tmp_path / "new").opened("NotoSansJP-w100").data)
    monkeypatch.setattr(fontfiles, "_make", lambda *_: pytest.fail("made again"))
    assert bytes(Fonts(cache_dir=tmp_path / "new").opened("NotoSansJP-w100").data) == first
    assert [p.suffix for p in (tmp_path / "new").iterdir() if p.name != ".lock"] == [".ttf"]


def test_a_torn_file_in_the_cache_is_made_again(tmp_path: Path) -> None:
    whole = bytes(Fonts(cache_dir=tmp_path).opened("NotoSansJP-w100").data)
    kept = next(tmp_path.iterdir())
    kept.write_bytes(whole[:100_000])
    assert bytes(Fonts(cache_dir=tmp_path).opened("NotoSansJP-w100").data) == whole
    assert kept.read_bytes() == whole


def test_a_cache_that_cannot_be_written_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert bytes(Fonts(cache_dir=tmp_path / "file" / "sub").opened("NotoSansJP-w100").data)


# --- fonts of the user -------------------------------------------------------------------------------------------------


def test_the_user_s_fonts_come_first_each_for_its_script(tmp_path: Path) -> None:
    ring = str(cubic_font(tmp_path / "Ring One.otf"))
    fonts = Fonts({"brand": Family(latin=ring)})
    name = fonts.instance("brand", "zh-CN", 700, "A")
    assert name == f"RingOne-{file_digest(Path(ring))[:8]}"
    assert fonts.instance("brand", "zh-CN", 700, "B") == "NotoSansSC-w700"
    assert fonts.instance("brand", "zh-CN", 700, "春") == "NotoSansSC-w700"
    assert fonts.instance("sans", "zh-CN", 700, "A") == "NotoSansSC-w700"


def test_a_variable_font_of_the_user_is_pinned() -> None:
    path = noto("JP").path
    fonts = Fonts({"brand": Family(cjk=path)})
    name = fonts.instance("brand", "zh-CN", 200, "春")
    assert name == f"NotoSansJPwght-{NOTO_SHA256['JP'][:8]}-w200"
    assert fonts.instance("brand", "zh-CN", 200, "A") == name
    assert bytes(Fonts({"brand": Family(cjk=path)}).opened(name or "").data) == bytes(fonts.opened(name or "").data)


def test_cubic_outlines_become_quadratic_ones_of_the_same_shape(tmp_path: Path) -> None:
    path = cubic_font(tmp_path / "Ring.otf")
    fonts = Fonts({"brand": Family(latin=str(path))})
    name = fonts.instance("brand", "en", 400, "O") or ""
    data = bytes(fonts.opened(name).data)
    made = TTFont(io.BytesIO(data))
    assert "glyf" in made
    assert "CFF " not in made
    assert made["glyf"]["O"].numberOfContours == 2
    assert fonts.advance(name, "AO ") == pytest.approx(0.64 + 0.7 + 0.23)
    for glyph in ("A", "O"):
        before, after = _area_and_bounds(TTFont(path), glyph), _area_and_bounds(made, glyph)
        assert -after[0] == pytest.approx(before[0], rel=2e-3)
        assert after[1:] == pytest.approx(before[1:], abs=0.5)
    assert advance("AO", face_name(name, fonts), 10) == pytest.approx(13.4)


def _area_and_bounds(font: TTFont, glyph: str) -> tuple[float, ...]:
    """TrueType's contours turn the other way than PostScript's, so the areas have opposite signs."""
    area, bounds = AreaPen(), BoundsPen(font.getGlyphSet())
    font.getGlyphSet()[glyph].draw(area)
    font.getGlyphSet()[glyph].draw(bounds)
    return (area.value, *(bounds.bounds or ()))


def test_fonts_that_cannot_be_used(tmp_path: Path) -> None:
    (tmp_path / "text.ttf").write_text("this is no font")
    for path in (tmp_path / "gone.ttf", tmp_path / "text.ttf", cubic_font(tmp_path / "shut.otf", fs_type=2)):
        with pytest.raises(DataError) as error:
            Fonts({"brand": Family(latin=str(path))}).instance("brand", "en", 400, "A")
        assert code(error) == "font-unusable"
        assert error.value.diagnostics[0].place.file == str(path)


def test_a_font_that_is_not_there_any_more(fonts: Fonts) -> None:
    with pytest.raises(DataError) as error:
        bytes(fonts.opened("Brand-12345678").data)
    assert code(error) == "font-unknown"


def test_the_digest_is_of_what_is_in_the_files(tmp_path: Path) -> None:
    one, two = cubic_font(tmp_path / "one.otf"), tmp_path / "two.otf"
    two.write_bytes(one.read_bytes())
    other = cubic_font(tmp_path / "other.otf", fs_type=4)
    plain = Fonts().digest
    assert Fonts(cache_dir=tmp_path).digest == plain
    assert Fonts({"a": Family(str(one))}).digest == Fonts({"a": Family(str(two))}).digest
    assert len({plain, *(Fonts({"a": Family(str(p))}).digest for p in (one, other))}) == 3
