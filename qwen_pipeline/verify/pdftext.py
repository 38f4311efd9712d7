"""The text of a PDF as a reader program sees it."""

from __future__ import annotations

from pathlib import Path


def page_texts(path: Path) -> list[str]:
    """The characters of every page, in the order pdfium reads them."""
    import pypdfium2

    texts = []
    with pypdfium2.PdfDocument(path) as pdf:
        for page in pdf:
            textpage = page.get_textpage()
            texts.append(textpage.get_text_range())
            textpage.close()
            page.close()
    return texts
