"""Text on a canvas: runs at their solved positions, with what a reader should extract where the runs alone would not say it."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator

from reportlab.pdfbase import pdfmetrics

from qwen_pipeline.types import Glyphs, Line, TextItem

from .faces import advance, face_name
from .pen import Pen

WORD_GAP_EM = 0.09
"""Readers take a wider gap for a space; poppler is the strictest of those tried (0.1 em)."""

_FILL, _INVISIBLE = 0, 3
_NEAR_PT = 0.005


def set_text(pen: Pen, item: TextItem, *, visible: bool) -> None:
    """Draw the lines of `item`; not `visible`: invisible, but there for search and selection."""
    canvas = pen.canvas
    canvas.saveState()
    pen.fill_color(item.color)
    for line in item.lines:
        if line.runs:
            canvas.addLiteral(_line(pen, line, _FILL if visible else _INVISIBLE))
    canvas.restoreState()


def _line(pen: Pen, line: Line, mode: int) -> str:
    body = " ".join(_row(pen, row) for row in _rows(line))
    text = f"BT {mode} Tr {body} ET"
    if not _must_spell(pen, line):
        return text
    words = ("\ufeff" + line.text).encode("utf-16-be").hex().upper()
    return f"/Span << /ActualText <{words}> >> BDC {text} EMC"


def _rows(line: Line) -> Iterator[list[Glyphs]]:
    """Runs that one operator can show: one font and size, one after the other on one upright baseline."""
    row: list[Glyphs] = []
    for run in line.runs:
        last = row[-1] if row else run
        same = (run.font, run.size_pt, run.y_pt) == (last.font, last.size_pt, last.y_pt)
        if row and (not same or run.rotate_deg or last.rotate_deg):
            yield row
            row = []
        row.append(run)
    yield row


def _row(pen: Pen, row: list[Glyphs]) -> str:
    """Operators for one row: the matrix of its first run, then every run with the move to the next (PDF 32000-1, 9.4.3)."""
    first, face = row[0], face_name(row[0].font, pen.fonts)
    angle = math.radians(first.rotate_deg)
    cos, sin = math.cos(angle), math.sin(angle)
    out = [f"{cos:.6f} {-sin:.6f} {sin:.6f} {cos:.6f} {pen.x(first.x_pt):.4f} {pen.y(first.y_pt):.4f} Tm"]
    shown = _Show(pen, face, first.size_pt)
    for run, following in itertools.zip_longest(row, row[1:]):
        shown.text(run.text)
        if following is not None:
            shown.move(following.x_pt - run.x_pt - advance(run.text, face, run.size_pt))
    return " ".join([*out, *shown.operators()])


class _Show:
    """Collects strings and moves into TJ operators. A font has 256 codes a subset, so that the operator may change subset."""

    def __init__(self, pen: Pen, face: str, size_pt: float) -> None:
        self._document, self._escape = pen.canvas._doc, pen.canvas._escape
        self._font, self._size = pdfmetrics.getFont(face), size_pt
        self._done: list[str] = []
        self._parts: list[str] = []
        self._subset = -1

    def text(self, text: str) -> None:
        for subset, codes in self._font.splitString(text, self._document):
            if subset != self._subset:
                self._flush()
                self._subset = subset
                name = self._font.getSubsetInternalName(subset, self._document)
                self._done.append(f"{name} {self._size:.4f} Tf")
            self._parts.append(f"({self._escape(codes)})")

    def move(self, gap_pt: float) -> None:
        if abs(gap_pt) > _NEAR_PT:
            self._parts.append(f"{-gap_pt / self._size * 1000:.3f}")

    def _flush(self) -> None:
        if self._parts:
            self._done.append(f"[{' '.join(self._parts)}] TJ")
            self._parts = []

    def operators(self) -> list[str]:
        self._flush()
        return self._done


def _must_spell(pen: Pen, line: Line) -> bool:
    """Whether a reader could not get the line's text from the runs: other characters, turned or stacked runs, wide gaps."""
    if "".join(run.text for run in line.runs) != line.text:
        return True
    return any(_breaks(pen, a, b) for a, b in itertools.pairwise(line.runs))


def _breaks(pen: Pen, a: Glyphs, b: Glyphs) -> bool:
    if a.rotate_deg != b.rotate_deg:
        return True
    angle = math.radians(a.rotate_deg)
    dx, dy = b.x_pt - a.x_pt, b.y_pt - a.y_pt
    along, across = dx * math.cos(angle) + dy * math.sin(angle), dy * math.cos(angle) - dx * math.sin(angle)
    gap = along - advance(a.text, face_name(a.font, pen.fonts), a.size_pt)
    spaced = a.text[-1:].isspace() or b.text[:1].isspace()
    return abs(across) > _NEAR_PT or (not spaced and abs(gap) > WORD_GAP_EM * min(a.size_pt, b.size_pt))
