"""LongText-Bench briefs as posters: every string typeset, then read back from the PDF by a reader that is not ours.

The briefs are of X-Omni-Team/X-Omni (LongText-Bench, Apache-2.0): `text` holds the exact strings that must appear.
"""

from __future__ import annotations

import ctypes
import json
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

import pypdfium2
import pypdfium2.raw as raw
import uharfbuzz

from benchmarks import ours

LOCALES = {"zh": "zh-CN", "en": "en-US"}
MARGIN = (0.08, 0.08, 0.84, 0.84)
"""The one region of the page: x, y, width and height as shares of the page."""
LONGEST_TITLE = 120
"""Characters: a longer first string is a caption or a page of running words, and set as such."""
_FONT = "fonts/ofl/notosanssc/NotoSansSC[wght].ttf"


@dataclass(frozen=True, slots=True)
class Brief:
    """One brief: its strings in the order they are to be read."""

    language: str
    number: int
    strings: tuple[str, ...]

    @property
    def name(self) -> str:
        return f"{self.language}-{self.number:03d}"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came out for one brief. `reported`: codes of the findings about its words."""

    brief: Brief
    expected: str
    extracted: str
    reported: tuple[str, ...]
    missing: tuple[str, ...]
    """Characters that the font has not."""
    outside: int
    """Characters drawn outside the region."""

    @property
    def equal(self) -> bool:
        return self.expected == self.extracted

    @property
    def unreported(self) -> bool:
        """A character is missing or lies outside, and no finding says so."""
        return bool(self.missing or self.outside) and not self.reported


def read(path: Path, language: str) -> list[Brief]:
    """The briefs of one file of the set."""
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    return [
        Brief(language, line["prompt_id"], tuple(line["text"])) for line in lines if line.get("language", language) == language
    ]


def write_spec(brief: Brief, folder: Path) -> Path:
    """A poster with the strings of a brief, one layer each. JSON is YAML, and its quoting is never in doubt."""
    x, y, w, h = (f"{share * 100:g}%" for share in MARGIN)
    layers = [
        {
            "id": f"t{i}",
            "kind": "text",
            "in": "words",
            "role": "title" if i == 0 and len(text) <= LONGEST_TITLE else "body",
            "text": {LOCALES[brief.language]: text},
        }
        for i, text in enumerate(brief.strings)
    ]
    spec = {
        "apiVersion": "design/v1",
        "kind": "Poster",
        "name": brief.name,
        "extends": "blank",
        "canvas": "A3",
        "locales": [LOCALES[brief.language]],
        "scene": "none",
        "regions": {"words": {"box": [x, y, w, h], "gap": "1%"}},
        "layers": layers,
        "outputs": [{"format": "pdf", "name": f"{brief.name}.pdf"}],
    }
    path = folder / f"{brief.name}.yaml"
    path.write_text(json.dumps(spec, ensure_ascii=False, indent=1), encoding="utf-8")
    return path


def judge(brief: Brief, folder: Path) -> Verdict:
    """Build a brief's poster in `folder` and read it back."""
    folder.mkdir(parents=True, exist_ok=True)
    spec, out = write_spec(brief, folder), folder / brief.name
    manifest = ours.make(spec, out, folder / "store")
    reported = tuple(f"{f.check}/{f.code}" for f in manifest.findings if f.check.startswith("text."))
    extracted, outside = read_back(next(out.rglob("*.pdf")))
    absent = tuple(sorted({char for text in brief.strings for char in text if not has_glyph(char)}))
    return Verdict(brief, folded(brief, brief.strings), folded(brief, [extracted]), reported, absent, outside)


def judge_all(briefs: Iterable[Brief], folder: Path) -> Iterator[Verdict]:
    for brief in briefs:
        yield judge(brief, folder)


def folded(brief: Brief, strings: Iterable[str]) -> str:
    """NFC with white space folded: to one space in English, to nothing in Chinese, where lines break without one."""
    words = unicodedata.normalize("NFC", " ".join(strings)).split()
    return ("" if brief.language == "zh" else " ").join(words)


def read_back(pdf: Path) -> tuple[str, int]:
    """(the text of the first page as pdfium reads it, how many of its characters lie outside the region)."""
    with pypdfium2.PdfDocument(pdf) as document:
        page = document[0]
        textpage = page.get_textpage()
        text = textpage.get_text_range()
        outside = sum(not inside(textpage, index, page.get_size()) for index in range(textpage.count_chars()))
        textpage.close()
        page.close()
    # A hyphen at the end of a line comes out of pdfium as U+FFFE or U+0002, without the line end.
    return text.replace("\ufffe", "-").replace("\x02", "-"), outside


def inside(textpage: pypdfium2.PdfTextPage, index: int, size: tuple[float, float]) -> bool:
    """Whether a character stands in the region, to a point: by its ink, or by its origin and advance.

    Either will do: the foot of a j hangs out of its place, and the empty half of a full-width ‘ out of the line.
    """
    if not textpage.get_text_range(index, 1).strip():
        return True
    x, y, w, h = (share * side for share, side in zip(MARGIN, (*size, *size), strict=True))
    origin_x, origin_y = ctypes.c_double(), ctypes.c_double()
    raw.FPDFText_GetCharOrigin(textpage.raw, index, origin_x, origin_y)
    left, _, right, _ = textpage.get_charbox(index)
    advanced = textpage.get_charbox(index, loose=True)[2]
    across = max(left, origin_x.value) >= x - 1 and min(right, advanced) <= x + w + 1
    return across and size[1] - y - h - 1 <= origin_y.value <= size[1] - y + 1


_face: list[uharfbuzz.Font] = []


def has_glyph(char: str) -> bool:
    """Whether the built-in font can draw a character, asked of the font itself."""
    if not _face:
        data = (resources.files("justmytype_intl_cjk") / _FONT).read_bytes()
        _face.append(uharfbuzz.Font(uharfbuzz.Face(uharfbuzz.Blob(data))))
    return char.isspace() or bool(_face[0].get_nominal_glyph(ord(char)))
