"""GB/T 9704-2012, measured on the delivered PDF: page, type area, lines and characters, sizes, number and page numbers."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import pypdfium2
import pypdfium2.raw as pdfium
import pytest

from qwen_pipeline.pipeline import Order, build
from qwen_pipeline.settings import Settings

MM = 72 / 25.4
TOLERANCE_MM = 0.5
ASCENT, DESCENT = 0.88, 0.12
"""Of the em box over and under the baseline."""
FULL = "国" * 2100

SPEC = f"""\
apiVersion: design/v1
kind: Document
name: notice
locales: [zh-CN]
parts:
  - layout: official
    issuer: 清溪县文化和旅游局文件
    number: 清文旅发〔2026〕12号
    title: 关于开展古镇步道双语标识更新工作的通知
    to: 各乡镇人民政府：
    body: |-
      # 一、总体要求
      {FULL}
    attachments: [版式要求, 译文对照表]
    signature: 清溪县文化和旅游局
    date: 2026年3月20日
  - {{layout: colophon, copies: 抄送：县财政局。, printer: 清溪县文化和旅游局办公室, printed: 2026年3月20日印发}}
outputs: [{{format: pdf, name: notice.pdf}}]
"""


@dataclass(frozen=True)
class Char:
    text: str
    x_pt: float
    baseline_pt: float
    """From the top of the page."""
    size_pt: float


@pytest.fixture(scope="module")
def pdf(tmp_path_factory: pytest.TempPathFactory) -> pypdfium2.PdfDocument:
    folder = tmp_path_factory.mktemp("official")
    (folder / "notice.yaml").write_text(SPEC, "utf-8")
    made = build(Order(folder / "notice.yaml"), folder / "out", Settings(store=folder / "store", workers=1))
    assert made.exit_code == 0, made.failures
    return pypdfium2.PdfDocument(folder / "out" / "notice.pdf")


def chars(pdf: pypdfium2.PdfDocument, number: int) -> list[Char]:
    """The characters of a page with their origins."""
    page = pdf[number]
    textpage, height = page.get_textpage(), page.get_height()
    out = []
    for index in range(textpage.count_chars()):
        code = chr(pdfium.FPDFText_GetUnicode(textpage.raw, index))
        x, y = pdfium.c_double(), pdfium.c_double()
        if code.strip() and pdfium.FPDFText_GetCharOrigin(textpage.raw, index, x, y):
            out.append(Char(code, x.value, height - y.value, pdfium.FPDFText_GetFontSize(textpage.raw, index)))
    return out


def lines(found: list[Char]) -> list[list[Char]]:
    """Characters by baseline, from the top."""
    rows: dict[float, list[Char]] = defaultdict(list)
    for char in found:
        rows[round(char.baseline_pt, 1)].append(char)
    return [sorted(rows[y], key=lambda char: char.x_pt) for y in sorted(rows)]


def full_page(pdf: pypdfium2.PdfDocument) -> list[list[Char]]:
    """The lines of the text on the second page, which holds nothing else."""
    return [line for line in lines(chars(pdf, 1)) if line[0].text == "国"]


def test_paper(pdf: pypdfium2.PdfDocument) -> None:
    for page in pdf:
        assert page.get_width() == pytest.approx(210 * MM, abs=0.1)
        assert page.get_height() == pytest.approx(297 * MM, abs=0.1)


def test_22_lines_of_28_characters_of_16_pt(pdf: pypdfium2.PdfDocument) -> None:
    page = full_page(pdf)
    assert len(page) == 22
    assert {len(line) for line in page} == {28}
    assert {round(char.size_pt, 2) for line in page for char in line} == {16.0}


def test_margins_and_type_area(pdf: pypdfium2.PdfDocument) -> None:
    page = full_page(pdf)
    left, right = min(line[0].x_pt for line in page), max(line[-1].x_pt + 16 for line in page)
    top, bottom = page[0][0].baseline_pt - ASCENT * 16, page[-1][0].baseline_pt + DESCENT * 16
    assert left / MM == pytest.approx(28, abs=TOLERANCE_MM)
    assert top / MM == pytest.approx(37, abs=TOLERANCE_MM)
    assert (right - left) / MM == pytest.approx(156, abs=TOLERANCE_MM)
    assert (bottom - top) / MM == pytest.approx(225, abs=TOLERANCE_MM)
    assert 210 - right / MM == pytest.approx(26, abs=TOLERANCE_MM)
    assert 297 - bottom / MM == pytest.approx(35, abs=TOLERANCE_MM)


def test_head_title_and_first_lines(pdf: pypdfium2.PdfDocument) -> None:
    found = lines(chars(pdf, 0))
    by_text = {"".join(char.text for char in line): line for line in found}
    issuer = by_text["清溪县文化和旅游局文件"]
    assert (issuer[0].baseline_pt - ASCENT * issuer[0].size_pt) / MM == pytest.approx(37 + 35, abs=TOLERANCE_MM)
    assert issuer[0].size_pt <= 22 * MM  # no higher than 22 mm
    middle = (issuer[0].x_pt + issuer[-1].x_pt + issuer[-1].size_pt) / 2
    assert middle / MM == pytest.approx(28 + 78, abs=1)
    title = next(line for text, line in by_text.items() if text.startswith("关于开展"))
    assert title[0].size_pt == pytest.approx(22, abs=0.05)
    to, heading = by_text["各乡镇人民政府："], by_text["一、总体要求"]
    assert to[0].x_pt / MM == pytest.approx(28, abs=TOLERANCE_MM)
    assert heading[0].x_pt / MM == pytest.approx(28 + 2 * 16 / MM, abs=TOLERANCE_MM)


def test_page_numbers_stand_outside_right_on_odd_pages_and_left_on_even(pdf: pypdfium2.PdfDocument) -> None:
    for number in range(3):
        folio = lines(chars(pdf, number))[-1]
        assert "".join(char.text for char in folio) == f"—{number + 1}—"
        assert folio[1].size_pt == pytest.approx(14, abs=0.05)
        dash = folio[0].baseline_pt - 0.38 * 14  # where an em dash has its stroke
        assert dash / MM == pytest.approx(262 + 7, abs=TOLERANCE_MM)
        if number % 2:
            assert folio[0].x_pt / MM == pytest.approx(28 + 14 / MM, abs=1)
        else:
            assert (folio[-1].x_pt + 14) / MM == pytest.approx(184 - 14 / MM, abs=1)


def test_annexes_signature_and_date_follow_the_text(pdf: pypdfium2.PdfDocument) -> None:
    last = lines(chars(pdf, len(pdf) - 2))
    said = ["".join(char.text for char in line) for line in last]
    at = said.index("附件：1.版式要求")
    assert said[at : at + 4] == ["附件：1.版式要求", "2.译文对照表", "清溪县文化和旅游局", "2026年3月20日"]
    signature = last[at + 2]
    assert (signature[-1].x_pt + 16) / MM == pytest.approx(184 - 4 * 16 / MM, abs=TOLERANCE_MM)


def test_the_page_count_comes_from_the_text(pdf: pypdfium2.PdfDocument) -> None:
    total = sum(char.text == "国" for number in range(len(pdf)) for char in chars(pdf, number))
    assert total == len(FULL)
    assert len(pdf) == 6


def test_the_colophon_ends_with_the_type_area(pdf: pypdfium2.PdfDocument) -> None:
    found = {"".join(c.text for c in line): line for line in lines(chars(pdf, len(pdf) - 1))}
    assert "清溪县文化和旅游局办公室2026年3月20日印发" in found
    line = found["清溪县文化和旅游局办公室2026年3月20日印发"]
    assert line[0].size_pt == pytest.approx(14, abs=0.05)
    assert 250 < line[0].baseline_pt / MM < 262
