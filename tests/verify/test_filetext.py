"""The text of a PDF, page by page, also of files that are read in parts."""

from __future__ import annotations

from pathlib import Path

import pytest
from reportlab.pdfgen.canvas import Canvas

from qwen_pipeline.verify.filetext import page_texts


@pytest.mark.parametrize("pages", [1, 25, 26, 60])
def test_every_page_in_order(pages: int, tmp_path: Path) -> None:
    canvas = Canvas(str(tmp_path / "many.pdf"))
    for number in range(pages):
        canvas.drawString(72, 72, f"page {number}")
        canvas.showPage()
    canvas.save()
    assert page_texts(tmp_path / "many.pdf") == [f"page {number}" for number in range(pages)]
