"""Families beside the built-in sans: fetched when asked for, kept whole or not at all, named in notices where missing."""

from __future__ import annotations

import base64
import hashlib
import io
import tarfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen

from qwen_pipeline.cli import run
from qwen_pipeline.errors import FontsError
from qwen_pipeline.pipeline import Order, make_plan, typefaces
from qwen_pipeline.settings import Settings
from qwen_pipeline.types import TextLayer
from qwen_pipeline.types.spec import FontSpec
from qwen_pipeline.typeset import Fonts

POSTER = "kind: Poster\nname: p\nlocales: [zh-CN+en-GB]\ntitle: {zh-CN: 山水, en-GB: OA}\nscene: {style: swiss, subject: tea}\n"


def tiny_font(width: int) -> bytes:
    """A TrueType font with `A` and `O`, as wide as `width`."""
    names = [".notdef", "A", "O", "space"]
    builder = FontBuilder(1000, isTTF=True)
    builder.setupGlyphOrder(names)
    builder.setupCharacterMap({65: "A", 79: "O", 32: "space", 0x2019: "O"})
    pen = TTGlyphPen(None)
    for at, point in enumerate(((20, 0), (width - 20, 0), (width // 2, 700))):
        (pen.lineTo if at else pen.moveTo)(point)
    pen.closePath()
    glyph = pen.glyph()
    builder.setupGlyf(dict.fromkeys(names, glyph))
    builder.setupHorizontalMetrics(dict.fromkeys(names, (width, 20)))
    builder.setupHorizontalHeader(ascent=880, descent=-120)
    builder.setupNameTable({"familyName": "Tiny", "styleName": "Regular", "psName": "Tiny-Regular"})
    builder.setupOS2(sCapHeight=700, sxHeight=500, sTypoAscender=880, sTypoDescender=-120)
    builder.setupPost()
    out = io.BytesIO()
    builder.save(out)
    return out.getvalue()


def archive(path: Path, files: Mapping[str, bytes]) -> Path:
    with tarfile.open(path, "w:gz") as packed:
        for name, data in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            packed.addfile(entry, io.BytesIO(data))
    return path


def integrity(path: Path) -> str:
    return "sha512-" + base64.b64encode(hashlib.sha512(path.read_bytes()).digest()).decode()


@pytest.fixture
def source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[typefaces.FontSource, Path]:
    """The catalogue's serif with a small archive of its own, and that archive."""
    members = typefaces.CATALOGUE["serif"].members
    files = {
        members["NotoSerifSC-Regular.ttf"]: tiny_font(600),
        members["NotoSerifSC-Bold.ttf"]: tiny_font(700),
        members["LICENSE"]: b"OFL",
    }
    path = archive(tmp_path / "serif.tgz", {**files, "package/900Black/Not.ttf": b"not wanted"})
    made = replace(typefaces.CATALOGUE["serif"], integrity=integrity(path))
    monkeypatch.setitem(typefaces.CATALOGUE, "serif", made)
    return made, path


def settings(tmp_path: Path) -> Settings:
    return Settings(store=tmp_path / "store", fonts=tmp_path / "fonts")


def planned(tmp_path: Path, text: str = POSTER, brand: str = "") -> object:
    (tmp_path / "spec.yaml").write_text(text + ("brand: b.yaml\n" if brand else ""), "utf-8")
    if brand:
        (tmp_path / "b.yaml").write_text("apiVersion: design/v1\nkind: Brand\nname: B\n" + brand, "utf-8")
    return make_plan(Order(tmp_path / "spec.yaml", engine="draft"), settings(tmp_path))


def title_of(made: object) -> TextLayer:
    page = made.plan.pieces[0].pages[0]  # type: ignore[attr-defined]
    return next(layer for layer in page.layers if isinstance(layer, TextLayer) and layer.role == "display")


def test_only_what_is_named_is_kept(tmp_path: Path, source: tuple[typefaces.FontSource, Path]) -> None:
    made, path = source
    files = typefaces.add(made, tmp_path / "fonts", path)
    assert sorted(file.name for file in files) == sorted(made.members)
    assert sorted(p.name for p in (tmp_path / "fonts").iterdir()) == ["serif"]
    assert typefaces.installed(tmp_path / "fonts")["serif"].cjk_bold == str(tmp_path / "fonts" / "serif" / "NotoSerifSC-Bold.ttf")


def test_it_is_fetched_from_its_address(tmp_path: Path, source: tuple[typefaces.FontSource, Path]) -> None:
    made, path = source
    asked: list[str] = []

    def fetch(url: str, target: Path) -> None:
        asked.append(url)
        target.write_bytes(path.read_bytes())

    typefaces.add(made, tmp_path / "fonts", fetch=fetch)
    assert asked == [made.url]
    assert "serif" in typefaces.installed(tmp_path / "fonts")


def test_an_archive_that_is_another_is_refused_and_what_was_there_stays(
    tmp_path: Path, source: tuple[typefaces.FontSource, Path]
) -> None:
    made, path = source
    typefaces.add(made, tmp_path / "fonts", path)
    other = archive(tmp_path / "other.tgz", {"package/LICENSE_FONT": b"?"})
    with pytest.raises(FontsError) as error:
        typefaces.add(made, tmp_path / "fonts", other)
    assert (error.value.code, error.value.exit_code) == ("font-integrity", 4)
    with pytest.raises(FontsError) as error:
        typefaces.add(replace(made, integrity=integrity(other)), tmp_path / "fonts", other)
    assert error.value.code == "font-integrity"
    assert "serif" in typefaces.installed(tmp_path / "fonts")
    assert sorted(p.name for p in (tmp_path / "fonts").iterdir()) == ["serif"]


def test_what_cannot_be_fetched(tmp_path: Path, source: tuple[typefaces.FontSource, Path]) -> None:
    for url in ("http://example.org/a.tgz", "https://127.0.0.1:9/a.tgz"):
        with pytest.raises(FontsError) as error:
            typefaces.add(replace(source[0], url=url), tmp_path / "fonts")
        assert error.value.code == "font-download"
    assert typefaces.installed(tmp_path / "fonts") == {}


def test_a_family_that_is_not_here_is_a_notice_never_silent(tmp_path: Path, source: tuple[typefaces.FontSource, Path]) -> None:
    text = POSTER + "family: serif\n"
    missing = planned(tmp_path, text)
    assert [n for n in missing.plan.notices if "families serif" in n]  # type: ignore[attr-defined]
    assert title_of(missing).style.family == "serif"
    assert not [n for n in planned(tmp_path).plan.notices if "families" in n]  # type: ignore[attr-defined]
    typefaces.add(source[0], tmp_path / "fonts", source[1])
    there = planned(tmp_path, text)
    assert not [n for n in there.plan.notices if "families" in n]  # type: ignore[attr-defined]
    assert there.plan.pieces[0].fingerprint != missing.plan.pieces[0].fingerprint  # type: ignore[attr-defined]
    assert dict(there.families)["serif"].cjk_bold  # type: ignore[attr-defined]


def test_a_family_that_is_here_and_not_named_changes_nothing(tmp_path: Path, source: tuple[typefaces.FontSource, Path]) -> None:
    before = planned(tmp_path).plan.pieces[0].fingerprint  # type: ignore[attr-defined]
    typefaces.add(source[0], tmp_path / "fonts", source[1])
    assert planned(tmp_path).plan.pieces[0].fingerprint == before  # type: ignore[attr-defined]


def test_the_brands_own_files_win(tmp_path: Path, source: tuple[typefaces.FontSource, Path]) -> None:
    typefaces.add(source[0], tmp_path / "fonts", source[1])
    (tmp_path / "own.ttf").write_bytes(tiny_font(500))
    made = planned(tmp_path, brand="family: serif\nfonts: {serif: {latin: own.ttf}}\n")
    assert dict(made.families)["serif"].files == (str(tmp_path / "own.ttf"),)  # type: ignore[attr-defined]
    assert title_of(made).style.family == "serif"


def test_the_first_named_family_is_taken(tmp_path: Path) -> None:
    own = POSTER + "layers: [{id: title, family: narrow}]\n"
    assert title_of(planned(tmp_path, own, "family: brush\n")).style.family == "narrow"
    assert title_of(planned(tmp_path, POSTER + "family: serif\n", "family: brush\n")).style.family == "serif"
    assert title_of(planned(tmp_path, POSTER, "family: brush\n")).style.family == "brush"
    assert title_of(planned(tmp_path, POSTER, "roles: {display: {family: narrow}}\nfamily: brush\n")).style.family == "narrow"
    assert title_of(planned(tmp_path)).style.family == "sans"


def test_heavy_words_are_set_from_the_bold_file(tmp_path: Path, source: tuple[typefaces.FontSource, Path]) -> None:
    typefaces.add(source[0], tmp_path / "fonts", source[1])
    fonts = Fonts(typefaces.installed(tmp_path / "fonts"))
    regular, bold = (fonts.instance("serif", "en", weight, "A") for weight in (400, 700))
    assert regular is not None
    assert bold is not None
    assert (fonts.advance(regular, "A"), fonts.advance(bold, "A")) == (0.6, 0.7)
    assert fonts.instance("serif", "zh-CN", 400, "山") == fonts.instance("sans", "zh-CN", 400, "山")
    assert fonts.opened(bold).data != fonts.opened(regular).data


def test_a_chinese_faces_wide_apostrophe_is_not_set_in_latin_words(tmp_path: Path) -> None:
    for width, own in ((1000, False), (300, True)):
        (tmp_path / f"{width}.ttf").write_bytes(tiny_font(width))
        fonts = Fonts({"serif": FontSpec(latin=str(tmp_path / f"{width}.ttf"))})
        chosen = fonts.instance("serif", "en", 400, "’")
        assert chosen is not None
        assert (chosen == fonts.instance("serif", "en", 400, "A")) is own
        assert fonts.advance(chosen, "’") < 0.5


def test_the_command(tmp_path: Path, source: tuple[typefaces.FontSource, Path], capsys: pytest.CaptureFixture[str]) -> None:
    folder = str(tmp_path / "fonts")
    assert run(["fonts", "add", "serif", "--from", str(source[1]), "--fonts", folder, "--json"]) == 0
    assert run(["fonts", "list", "--fonts", folder]) == 0
    assert "Noto Serif SC" in capsys.readouterr().out
    assert run(["fonts", "add", "script"]) == 2
    (tmp_path / "no.tgz").write_bytes(b"nothing")
    assert run(["fonts", "add", "serif", "--from", str(tmp_path / "no.tgz"), "--fonts", folder]) == 4
