from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pypdfium2
import pytest
from PIL import Image

from qwen_pipeline.assemble import RunDelivery, SheetEntry, get_format, read
from qwen_pipeline.assemble.contact_pages import choose_grid, contact_pages
from qwen_pipeline.errors import SpecError
from qwen_pipeline.types import Artifact, Canvas, Color, Finding, Page


@pytest.fixture
def entry(kit, tmp_path):
    def make(number=1, size=(300.0, 200.0), findings=(), failure="", locale=("zh-CN",), name="tea/<a&b>"):
        canvas = Canvas("c", *size)
        page = Page("p", "P", canvas, Color(255, 255, 255), (), ())
        base = kit.delivery((kit.page("1"),)).piece
        piece = replace(base, id=f"{name}-{number}", pages=(page,), locales=locale)
        picture = tmp_path / f"thumb{number}.png"
        Image.new("RGB", (60, 40), (number * 20 % 255, 90, 120)).save(picture)
        made = Artifact(f"tea/{number} 号.png", "image/png", "d" * 64, 1_234_567, piece.id, "png")
        return SheetEntry(piece, None if failure else picture, () if failure else (made,), findings, failure)

    return make


@pytest.fixture
def write_sheet(kit, real_tools, tmp_path):
    def write(run, name):
        return get_format("contact_sheet").write_run(run, kit.request("contact_sheet", name), tmp_path / "out", real_tools)

    return write


WARN = Finding("contrast", "low", "warn", "too <low>", "p")
ERROR = Finding("qr", "unreadable", "error", "gone", "p")


def test_pdf_names_every_piece_and_how_it_went(entry, write_sheet, tmp_path):
    run = RunDelivery(
        "秋日饮品", (entry(1), entry(2, findings=(WARN, WARN)), entry(3, findings=(ERROR,)), entry(4, failure="no logo.png"))
    )
    (made,) = write_sheet(run, "sheet.pdf")
    with pypdfium2.PdfDocument(tmp_path / "out/sheet.pdf") as pdf:
        text = pdf[0].get_textpage().get_text_range()
    assert (made.pages, made.media_type, made.piece) == (1, "application/pdf", "")
    for words in (
        "秋日饮品",
        "2 warnings",
        "1 error",
        "no logo.png",
        "1 passed, 1 with warnings, 1 rejected, 1 failed",
        "<a&b>-4",
    ):
        assert words in text


def test_pdf_twice_is_byte_identical(entry, write_sheet):
    run = RunDelivery("tea", (entry(1), entry(2)))
    assert write_sheet(run, "a.pdf")[0].digest == write_sheet(run, "b.pdf")[0].digest


def test_png_is_one_page_however_many(entry, write_sheet, tmp_path):
    write_sheet(RunDelivery("tea", tuple(entry(n) for n in range(30))), "sheet.png")
    with Image.open(tmp_path / "out/sheet.png") as image:
        assert image.width == 2400
        assert image.height > 1697
    assert len(read(tmp_path / "out/sheet.png")["pieces"]) == 30


def test_png_of_thousands_says_what_to_do_instead(entry, write_sheet, tmp_path):
    with pytest.raises(SpecError) as caught:
        write_sheet(RunDelivery("tea", (entry(1, size=(200, 400)),) * 3000), "sheet.png")
    assert caught.value.diagnostics[0].code == "picture-too-large"
    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.parametrize("count", [1, 2, 5, 9, 16, 24, 25, 100])
@pytest.mark.parametrize("size", [(300, 200), (200, 300), (100, 178), (600, 100)])
def test_grid_stays_on_the_page_and_in_order(entry, count, size):
    run = RunDelivery("tea", (entry(1, size=size),) * count)
    grid = choose_grid(run.entries)
    pages = list(contact_pages(run))
    assert len(pages) == -(-count // (grid.columns * grid.rows))
    for page in pages:
        for region in page.regions:
            assert page.canvas.trim.x_pt <= region.box.x_pt
            assert region.box.right_pt <= page.canvas.width_pt
            assert region.box.bottom_pt <= page.canvas.height_pt


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.hrefs: list[str] = []
        self.sources: list[str] = []
        self.options: list[str] = []

    def handle_starttag(self, tag, attrs):
        values = dict(attrs)
        if tag == "a":
            self.hrefs.append(values["href"])
        elif tag == "img":
            assert values["loading"] == "lazy"
            assert values["alt"]
            self.sources.append(values["src"])
        elif tag == "select":
            self.options.append(values["name"])


def _parse(path: Path) -> tuple[_Links, str]:
    text = path.read_text(encoding="utf-8")
    links = _Links()
    links.feed(text)
    return links, text


def test_html_links_are_relative_to_where_it_lies(entry, write_sheet, tmp_path):
    write_sheet(RunDelivery("tea", (entry(1), entry(2, locale=("en-GB",)), entry(3, failure="x"))), "review/index.html")
    links, text = _parse(tmp_path / "out/review/index.html")
    assert set(links.hrefs) == {"../tea/1%20%E5%8F%B7.png", "../tea/2%20%E5%8F%B7.png"}
    assert all(source.startswith("data:image/jpeg;base64,") for source in links.sources)
    assert links.options == ["locale", "state"]
    assert not re.search(r"(src|href)=\"https?:", text)


def test_html_escapes_what_users_write(entry, write_sheet, tmp_path):
    write_sheet(RunDelivery("<script>x</script>", (entry(1, findings=(WARN,)),)), "a.html")
    _, text = _parse(tmp_path / "out/a.html")
    assert "<script>x" not in text
    assert "<a&b>" not in text
    assert "too &lt;low&gt;" in text


def test_html_of_nothing(write_sheet, tmp_path):
    write_sheet(RunDelivery("tea", ()), "a.html")
    assert "No pieces." in (tmp_path / "out/a.html").read_text(encoding="utf-8")


def test_pdf_of_nothing(write_sheet):
    (made,) = write_sheet(RunDelivery("tea", ()), "a.pdf")
    assert made.pages == 1
