"""The text of a delivered file, page by page, as a program sees it that knows nothing of how the file was made."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

_PAGES_AT_ONCE = 25
"""pdfium keeps the pictures of every page it has seen until the file is closed: 1.3 MB a page of 2K pictures."""


def carries_text(path: Path) -> bool:
    """Whether words can be read back from a file of this kind."""
    return path.suffix.lower() in _READERS


def page_texts(path: Path) -> list[str]:
    """The characters of every page or slide of a file that `carries_text`."""
    return _READERS[path.suffix.lower()](path)


def _pdf(path: Path) -> list[str]:
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


_SVG_TEXT = "{http://www.w3.org/2000/svg}text"
_SLIDE = re.compile(r"ppt/slides/slide(\d+)\.xml")
_SLIDE_TEXT = "{http://schemas.openxmlformats.org/drawingml/2006/main}t"


def _svg(path: Path) -> list[str]:
    from xml.etree import ElementTree

    root = ElementTree.parse(path).getroot()
    return ["".join("".join(element.itertext()) for element in root.iter(_SVG_TEXT))]


def _pptx(path: Path) -> list[str]:
    """The words on the slides; not the speaker's notes, which nobody sees."""
    import zipfile
    from xml.etree import ElementTree

    with zipfile.ZipFile(path) as package:
        slides = sorted((int(found[1]), name) for name in package.namelist() if (found := _SLIDE.fullmatch(name)))
        roots = [ElementTree.fromstring(package.read(name)) for _, name in slides]
    return ["".join(element.text or "" for element in root.iter(_SLIDE_TEXT)) for root in roots]


_READERS: dict[str, Callable[[Path], list[str]]] = {".pdf": _pdf, ".svg": _svg, ".pptx": _pptx}
