from __future__ import annotations

import pikepdf
import pypdfium2
import pytest

from qwen_pipeline.assemble import read

MM = 72 / 25.4


def _text(path, number=0):
    with pypdfium2.PdfDocument(path) as pdf:
        return pdf[number].get_textpage().get_text_range()


def test_text_can_be_selected(kit, write, tmp_path):
    write(kit.delivery((kit.page("1"),)), "pdf", "tea.pdf")
    text = _text(tmp_path / "out/tea.pdf")
    assert "春茶市集" in text
    assert "Spring Tea Fair" in text


def test_two_runs_are_byte_identical(kit, write):
    delivery = kit.delivery((kit.page("1"), kit.page("2")))
    (first,) = write(delivery, "pdf", "tea.pdf", folder="a")
    (second,) = write(delivery, "pdf", "tea.pdf", folder="b")
    assert first == second
    assert (first.pages, first.media_type, first.piece) == (2, "application/pdf", "tea/zh-CN")


def test_document_says_what_it_is(kit, write, tmp_path):
    write(kit.delivery((kit.page("1"), kit.page("2"))), "pdf", "tea.pdf")
    with pikepdf.open(tmp_path / "out/tea.pdf") as pdf:
        assert pdf.Root.Lang == "zh-CN"
        assert [str(pdf.docinfo[k]) for k in ("/Title", "/Author", "/Subject", "/Keywords")] == [
            "春茶 & <Tea>",
            "西湖茶社",
            "Spring fair",
            "茶, tea",
        ]
        assert pdf.Root.ViewerPreferences.DisplayDocTitle
        assert pdf.Root.OutputIntents[0].OutputConditionIdentifier == "sRGB IEC61966-2.1"
        with pdf.open_outline() as outline:
            assert [item.title for item in outline.root] == ["第 1 页", "第 2 页"]
        with pdf.open_metadata() as xmp:
            assert xmp["dc:title"] == "春茶 & <Tea>"
            assert xmp["dc:creator"] == ["西湖茶社"]


def test_every_font_is_embedded_as_a_subset(kit, write, tmp_path):
    write(kit.delivery((kit.page("1"),)), "pdf", "tea.pdf")
    with pikepdf.open(tmp_path / "out/tea.pdf") as pdf:
        fonts = [o for o in pdf.objects if isinstance(o, pikepdf.Dictionary) and o.get("/Type") == pikepdf.Name.Font]
        assert fonts
        assert all("/FontFile2" in font.FontDescriptor and "+" in str(font.BaseFont) for font in fonts)


def test_boxes_and_marks_lie_outside_the_bleed(kit, write, tmp_path):
    page = kit.page("1", bleed_pt=3 * MM)
    write(kit.delivery((page,)), "pdf", "tea.pdf", marks=("crop", "registration"))
    with pikepdf.open(tmp_path / "out/tea.pdf") as pdf:
        boxes = {k: [float(v) for v in pdf.pages[0][k]] for k in ("/MediaBox", "/BleedBox", "/TrimBox", "/CropBox")}
    margin = (3 + 2 + 5 + 1) * MM
    assert boxes["/TrimBox"] == pytest.approx([margin, margin, margin + 300, margin + 200], abs=0.01)
    assert boxes["/BleedBox"] == pytest.approx([8 * MM, 8 * MM, 8 * MM + 300 + 6 * MM, 8 * MM + 200 + 6 * MM], abs=0.01)
    assert boxes["/MediaBox"] == pytest.approx([0, 0, 300 + 2 * margin, 200 + 2 * margin], abs=0.01)
    assert boxes["/CropBox"] == boxes["/MediaBox"]
    with pypdfium2.PdfDocument(tmp_path / "out/tea.pdf") as pdf:
        raster = pdf[0].render(scale=4).to_pil().convert("L")
    bleed = [round(4 * v) for v in boxes["/BleedBox"]]
    # in the gap between bleed and marks nothing is drawn; the marks themselves are beyond
    strip = raster.crop((bleed[0] - 20, bleed[1] - 20, bleed[2] + 20, bleed[1] - 2))
    assert strip.getextrema() == (255, 255)
    assert raster.crop((0, 0, raster.width, bleed[1] - 24)).getextrema()[0] < 128


def test_without_bleed_and_marks_the_sheet_is_the_page(kit, write, tmp_path):
    write(kit.delivery((kit.page("1"),)), "pdf", "tea.pdf")
    with pikepdf.open(tmp_path / "out/tea.pdf") as pdf:
        assert [float(v) for v in pdf.pages[0].MediaBox] == [0, 0, 300, 200]


def test_page_ranges_choose_pages(kit, write, tmp_path):
    delivery = kit.delivery(tuple(kit.page(str(n), (f"page {n}",)) for n in range(1, 6)))
    (made,) = write(delivery, "pdf", "tea.pdf", pages="2, 4-")
    assert made.pages == 3
    assert [_text(tmp_path / "out/tea.pdf", n).strip() for n in range(3)] == ["page 2", "page 4", "page 5"]


def test_record_comes_back(kit, write, tmp_path):
    write(kit.delivery((kit.page("1"),), digests=(("spec", "c" * 64),)), "pdf", "tea.pdf")
    record = read(tmp_path / "out/tea.pdf")
    assert record["piece"] == "tea/zh-CN"
    assert record["digests"] == {"spec": "c" * 64}
    assert record["scenes"][0]["request"]["prompt"] == kit.draw_request.prompt
    assert str(tmp_path) not in str(record)


def test_long_documents_are_joined_from_parts(kit, write, tmp_path, monkeypatch):
    from qwen_pipeline.assemble import pdf_parts

    monkeypatch.setattr(pdf_parts, "_PART_PAGES", 2)
    delivery = kit.delivery(tuple(kit.page(str(n), (f"page {n}",)) for n in range(1, 6)))
    (made,) = write(delivery, "pdf", "tea.pdf")
    assert made.pages == 5
    assert [_text(tmp_path / "out/tea.pdf", n).strip() for n in range(5)] == [f"page {n}" for n in range(1, 6)]
    with pikepdf.open(tmp_path / "out/tea.pdf") as pdf, pdf.open_outline() as outline:
        assert len(outline.root) == 5


def test_a_failed_write_leaves_nothing(kit, write, tmp_path):
    delivery = kit.delivery((kit.page("1"),))
    kit.tools.draw = lambda *args, **kwargs: 1 / 0
    with pytest.raises(ZeroDivisionError):
        write(delivery, "pdf", "tea.pdf")
    assert list((tmp_path / "out").iterdir()) == []
