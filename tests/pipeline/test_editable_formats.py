"""SVG, PowerPoint and OpenRaster files of one real bilingual deck: what other programs find in them."""

from __future__ import annotations

import base64
import io
import itertools
import os
import re
import shutil
import struct
import subprocess
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pypdfium2
import pytest
from PIL import Image

from qwen_pipeline import typeset
from qwen_pipeline.assemble import read
from qwen_pipeline.pipeline import Order, build
from qwen_pipeline.settings import Settings
from qwen_pipeline.typeset.sfnt import read_tables, write_font
from qwen_pipeline.verify.fold import squeeze

DECK = """\
apiVersion: design/v1
kind: Deck
name: tea
canvas: {size: "16:9"}
locales: [zh-CN+en-GB]
slides:
  - id: cover
    layout: cover
    scene: {style: ink-wash, subject: a teapot}
    title: {zh-CN: 春茶的故事, en-GB: "The mountain’s tea"}
    subtitle: {zh-CN: 从一座山到一只杯子——今年的第一季新茶, en-GB: "From one mountain to one cup & saucer"}
    notes: {zh-CN: 先问好。, en-GB: Say hello first.}
  - id: why
    layout: title-and-body
    scene: none
    title: {zh-CN: 为什么是早春, en-GB: Why early spring}
    lead: {zh-CN: 气温低，叶子长得慢，味道更浓。, en-GB: Cold slows the leaf and deepens the taste.}
    bullets:
      - {zh-CN: 清明前采, en-GB: Picked before Qingming}
      - {zh-CN: 当天炒, en-GB: Roasted the same day}
outputs:
  - {format: pdf, name: tea.pdf}
  - {format: png, width: 800, name: "tea-{page}.png"}
  - {format: svg, name: "tea-{page}.svg"}
  - {format: layers, width: 800, name: "tea-{page}.ora"}
  - {format: pptx, name: tea.pptx}
"""
WORDS = ("春茶的故事", "Themountain’stea", "从一座山到一只杯子——今年的第一季新茶", "Fromonemountaintoonecup&saucer")
SVG = "{http://www.w3.org/2000/svg}"
A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
P = "{http://schemas.openxmlformats.org/presentationml/2006/main}"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("editable")
    spec = folder / "tea.yaml"
    spec.write_text(DECK, "utf-8")
    settings = Settings(store=folder / "store", workers=1)
    manifest = build(Order(spec, engine="draft"), folder / "out", settings)
    assert manifest.exit_code == 0, manifest.findings
    again = build(Order(spec, engine="draft"), folder / "again", Settings(store=folder / "other", workers=1))
    assert [a.digest for a in again.artifacts] == [a.digest for a in manifest.artifacts]
    return folder / "out"


def pixels(path: Path) -> np.ndarray:
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB")).astype(int)


# --- SVG ---------------------------------------------------------------------------------------------------------------


def test_an_svg_holds_its_words_as_text_with_their_language(built: Path) -> None:
    root = ElementTree.parse(built / "tea-01.svg").getroot()
    said = squeeze("".join("".join(element.itertext()) for element in root.iter(f"{SVG}text")))
    for words in WORDS:
        assert words in said
    languages = {group.get("{http://www.w3.org/XML/1998/namespace}lang") for group in root.iter(f"{SVG}g")}
    assert {"zh-CN", "en-GB"} <= languages
    assert {"background", "scene", "title", "subtitle"} <= {group.get("id") for group in root.iter(f"{SVG}g")}


def test_an_svg_brings_every_glyph_it_shows(built: Path) -> None:
    import uharfbuzz as hb

    text = (built / "tea-01.svg").read_text("utf-8")
    faces = re.findall(r'font-family:"([^"]+)";font-weight:(\d+);src:url\("data:font/ttf;base64,([^"]+)"', text)
    fonts = {(family, weight): hb.Font(hb.Face(base64.b64decode(data))) for family, weight, data in faces}
    root = ElementTree.fromstring(text)
    spans = list(root.iter(f"{SVG}tspan"))
    assert len(spans) > 4
    for span in spans:
        font = fonts[str(span.get("font-family")).strip("'"), str(span.get("font-weight"))]
        assert all(font.get_nominal_glyph(ord(char)) for char in span.text or "")


def test_an_svg_is_read_by_info(built: Path) -> None:
    record = read(built / "tea-01.svg")
    assert record["piece"] == read(built / "tea-01.png")["piece"]
    assert record["scenes"][0]["fingerprint"] == read(built / "tea-01.png")["scenes"][0]["fingerprint"]


def test_an_svg_says_nothing_of_the_machine(built: Path) -> None:
    assert str(built.parent) not in (built / "tea-01.svg").read_text("utf-8")


@pytest.mark.skipif(shutil.which("chromium") is None, reason="needs Chromium, to draw the SVG with another program")
def test_a_browser_draws_an_svg_as_we_draw_the_page(built: Path, tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text(f'<body style="margin:0"><img src="{built / "tea-01.svg"}" style="width:800px">', "utf-8")
    options = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--hide-scrollbars"]
    target = [f"--user-data-dir={tmp_path / 'profile'}", "--window-size=800,600", f"--screenshot={tmp_path / 'shot.png'}"]
    command = ["chromium", *options, *target, f"file://{tmp_path / 'page.html'}"]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    ours, theirs = pixels(built / "tea-01.png"), pixels(tmp_path / "shot.png")[:450]
    assert ours.shape == theirs.shape
    difference = np.abs(ours - theirs)
    assert difference.mean() < 2.5
    assert (difference.max(-1) > 60).mean() < 0.02


# --- OpenRaster --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", ["01", "02"])
def test_layers_give_back_the_flat_picture(built: Path, number: str) -> None:
    """By Pillow's own compositing."""
    with zipfile.ZipFile(built / f"tea-{number}.ora") as package:
        assert package.namelist()[0] == "mimetype"
        assert package.read("mimetype") == b"image/openraster"
        assert package.getinfo("mimetype").compress_type == zipfile.ZIP_STORED
        stack = ElementTree.fromstring(package.read("stack.xml"))
        whole = Image.new("RGBA", (int(stack.get("w", 0)), int(stack.get("h", 0))))
        layers = list(stack.iter("layer"))
        for layer in reversed(layers):
            part = Image.open(io.BytesIO(package.read(layer.get("src", "")))).convert("RGBA")
            whole.alpha_composite(part, (int(layer.get("x", 0)), int(layer.get("y", 0))))
        merged = np.asarray(Image.open(io.BytesIO(package.read("mergedimage.png"))).convert("RGB")).astype(int)
    flat = pixels(built / f"tea-{number}.png")
    assert (merged == flat).all()
    assert np.abs(np.asarray(whole.convert("RGB")).astype(int) - flat).max() <= 1
    names = [layer.get("name") for layer in layers]
    assert names[-1] == "background"
    assert "title" in names


def test_a_layer_shows_only_itself(built: Path) -> None:
    with zipfile.ZipFile(built / "tea-01.ora") as package:
        stack = ElementTree.fromstring(package.read("stack.xml"))
        title = next(layer for layer in stack.iter("layer") if layer.get("name") == "title")
        part = np.asarray(Image.open(io.BytesIO(package.read(title.get("src", "")))).convert("RGBA"))
    assert part.shape[0] < 450
    assert (part[..., 3] == 0).mean() > 0.3
    ink = part[part[..., 3] == 255][:, :3]
    assert len(np.unique(ink, axis=0)) < 12
    assert read(built / "tea-01.ora")["piece"] == "tea/zh-CN+en-GB"


# --- PowerPoint --------------------------------------------------------------------------------------------------------


def slides(path: Path) -> list[ElementTree.Element]:
    with zipfile.ZipFile(path) as package:
        names = sorted(name for name in package.namelist() if re.fullmatch(r"ppt/slides/slide\d+\.xml", name))
        return [ElementTree.fromstring(package.read(name)) for name in names]


def test_slides_are_read_by_the_library_with_title_notes_and_facts(built: Path) -> None:
    import pptx

    deck = pptx.Presentation(str(built / "tea.pptx"))
    assert [slide.shapes.title.text_frame.text for slide in deck.slides] == ["春茶的故事", "为什么是早春"]
    assert deck.slides[0].notes_slide.notes_text_frame.text == "先问好。\n\nSay hello first."
    assert not deck.slides[1].has_notes_slide
    assert deck.slide_width / deck.slide_height == pytest.approx(16 / 9, abs=1e-3)
    assert deck.core_properties.language == "zh-CN"
    numbers = [shape.shape_id for shape in deck.slides[0].shapes]
    assert len(numbers) == len(set(numbers))
    assert read(built / "tea.pptx")["pages"] == ["cover", "why"]


def test_every_run_names_both_fonts_and_its_language(built: Path) -> None:
    count = 0
    for slide in slides(built / "tea.pptx"):
        for run in slide.iter(f"{A}r"):
            look = run.find(f"{A}rPr")
            assert look is not None
            assert look.get("lang") in ("zh-CN", "en-GB")
            for script in ("latin", "ea"):
                face = look.find(f"{A}{script}")
                assert face is not None
                assert face.get("typeface", "").startswith("Noto Sans")
            count += 1
    assert count >= 10


def test_lines_are_at_least_a_fifth_apart(built: Path) -> None:
    for slide in slides(built / "tea.pptx"):
        for paragraph in slide.iter(f"{A}p"):
            spacing = paragraph.find(f"{A}pPr/{A}lnSpc/{A}spcPts")
            sizes = [int(look.get("sz", 0)) for look in paragraph.iter(f"{A}rPr")]
            assert spacing is not None
            assert int(spacing.get("val", 0)) >= 1.2 * max(sizes) - 1


def test_words_stand_once_and_in_boxes_of_their_own(built: Path) -> None:
    texts = ["".join(t.text or "" for t in shape.iter(f"{A}t")) for shape in slides(built / "tea.pptx")[0].iter(f"{P}sp")]
    said = [squeeze(text) for text in texts if text]
    for words in WORDS:
        assert said.count(words) == 1


def names_table(family: str, style: str) -> bytes:
    """A `name` table for a static font as it would be installed (OpenType 1.9, name)."""
    texts = {1: family, 2: style, 4: f"{family} {style}", 6: f"{family.replace(' ', '')}-{style}"}
    records, strings = [], b""
    for number, text in texts.items():
        data = text.encode("utf-16-be")
        records.append(struct.pack(">6H", 3, 1, 0x409, number, len(data), len(strings)))
        strings += data
    return struct.pack(">HHH", 0, len(records), 6 + 12 * len(records)) + b"".join(records) + strings


def install_fonts(folder: Path) -> Path:
    """Our own fonts as a user would have them, and nothing else, for the program's fontconfig."""
    fonts = typeset.Fonts()
    folder.mkdir()
    for region, (weight, style, bits) in itertools.product(("SC", "JP"), ((400, "Regular", 0x40), (700, "Bold", 0x20))):
        tables = read_tables(bytes(fonts.opened(f"NotoSans{region}-w{weight}").data))
        tables["name"] = names_table(f"Noto Sans {region}", style)
        tables["OS/2"] = tables["OS/2"][:62] + struct.pack(">H", bits) + tables["OS/2"][64:]
        (folder / f"{region}{style}.ttf").write_bytes(write_font(tables))
    places = f"<dir>{folder}</dir><cachedir>{folder / 'cache'}</cachedir>"
    (folder / "fonts.conf").write_text(f'<?xml version="1.0"?><fontconfig>{places}</fontconfig>', "utf-8")
    return folder / "fonts.conf"


@pytest.mark.skipif(shutil.which("soffice") is None, reason="needs LibreOffice, to open the slides with another program")
def test_libreoffice_shows_the_slides_as_our_pdf(built: Path, tmp_path: Path) -> None:
    config = install_fonts(tmp_path / "fonts")
    command = ["soffice", f"-env:UserInstallation=file://{tmp_path / 'profile'}", "--headless", "--convert-to", "pdf"]
    environment = {**os.environ, "FONTCONFIG_FILE": str(config), "HOME": str(tmp_path)}
    subprocess.run(
        [*command, "--outdir", str(tmp_path), str(built / "tea.pptx")],
        check=True, env=environment, capture_output=True, timeout=240,
    )  # fmt: skip
    with pypdfium2.PdfDocument(tmp_path / "tea.pdf") as theirs, pypdfium2.PdfDocument(built / "tea.pdf") as ours:
        assert len(theirs) == len(ours) == 2
        for number in range(2):
            their_text = squeeze(theirs[number].get_textpage().get_text_range())
            assert sorted(their_text) == sorted(squeeze(ours[number].get_textpage().get_text_range()))
            pictures = [pdf[number].render(scale=0.5).to_pil().convert("RGB") for pdf in (ours, theirs)]
            a, b = (np.asarray(picture.resize(pictures[0].size)).astype(int) for picture in pictures)
            assert np.abs(a - b).mean() < 3.0
            shifted = _baselines(theirs[number]) - _baselines(ours[number])
            assert np.abs(np.median(shifted)) < 0.004
            assert np.abs(shifted).max() < 0.03


def _baselines(page: pypdfium2.PdfPage) -> np.ndarray:
    """Lower edges of the ideographs that stand once on the page, by character, as shares of the page's height."""
    text = page.get_textpage()
    found: dict[str, list[float]] = {}
    for n in range(text.count_chars()):
        char = text.get_text_range(n, 1)
        if "\u4e00" <= char <= "\u9fff":
            found.setdefault(char, []).append(text.get_charbox(n)[1] / page.get_height())
    return np.array([found[char][0] for char in sorted(found) if len(found[char]) == 1])
