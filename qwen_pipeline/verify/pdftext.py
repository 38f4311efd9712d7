"""The text of a PDF as a reader program sees it."""

from __future__ import annotations

from pathlib import Path

_PAGES_AT_ONCE = 25
"""pdfium keeps the pictures of every page it has seen until the file is closed: 1.3 MB a page of 2K pictures."""


def page_texts(path: Path) -> list[str]:
    """The characters of every page, in the order pdfium reads them. The memory used does not grow with the number of pages."""
    import pypdfium2

    texts: list[str] = []
    while True:
        with pypdfium2.PdfDocument(path) as pdf:
            for number in range(len(texts), min(len(texts) + _PAGES_AT_ONCE, len(pdf))):
                page = pdf[number]
                textpage = page.get_textpage()
                texts.append(textpage.get_text_range())
                textpage.close()
                page.close()
            if len(texts) == len(pdf):
                return texts
