"""Diagnostics of one load, collected to be raised all at once."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import field, replace

from qwen_pipeline.dataclass import dataclass
from qwen_pipeline.errors import DataError, Diagnostic, SpecError
from qwen_pipeline.types import Place

_USUAL = {
    "yaml-alias": "write the value out where it is wanted",
    "yaml-depth": "split the document, or write it flatter",
    "yaml-key": "write a word before the colon; quote it if it has other signs",
    "bad-length": "3mm, 11pt, 8% or 1080px",
    "wrong-type": "texts may be quoted; numbers, true and false are not",
    "out-of-range": "write a value within the range",
    "bad-color": '"#0f6b5c", primary or ink/60%',
    "wrong-kind": "name a file of the kind that is wanted here",
    "cyclic-region": "let one of them lie within the page",
    "bad-cell": "mend the cell, or say another type for the column",
    "bad-row": "a cell for each column; quote cells with commas in them",
    "duplicate-row-key": "keys tell rows apart: change one of the two",
    "missing-row-key": "fill it in, or choose another key column",
    "bad-data": "save it in the format that the spec names",
    "data-bomb": "save the workbook again in a spreadsheet program",
    "duplicate-id": "call one of them otherwise",
}
"""The next step after an error whose place has none of its own to offer."""


@dataclass(slots=True)
class Report:
    """What is wrong so far, and what a person should know though it is right."""

    found: list[Diagnostic] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    only_data: bool = True

    def add(self, code: str, message: str, place: Place, hint: str = "", *, data: bool = False) -> None:
        """Note one thing wrong; `data`: the declaration is right, the data is wrong."""
        self.extend([Diagnostic(code, message, place, hint)], data=data)

    def extend(self, diagnostics: Iterable[Diagnostic], *, data: bool = False) -> None:
        for diagnostic in diagnostics:
            usual = _USUAL.get(diagnostic.code, "")
            self.found.append(diagnostic if diagnostic.hint or not usual else replace(diagnostic, hint=usual))
            self.only_data = self.only_data and data

    def error(self) -> SpecError:
        """One error for everything: a DataError where only data is wrong. At most one diagnostic for each code and position."""
        seen: dict[tuple[object, ...], Diagnostic] = {}
        for diagnostic in self.found:
            place = diagnostic.place
            where = (place.line, place.column) if place.line else (place.path, diagnostic.message)
            seen.setdefault((diagnostic.code, place.file, where), diagnostic)
        return (DataError if self.only_data else SpecError)(seen.values())

    def stop_if_any(self) -> None:
        if self.found:
            raise self.error()


def nearest(word: str, known: Iterable[str], *, cutoff: float = 0.6) -> str:
    """`did you mean 'title'?`, else what there is; empty where there is nothing."""
    words = list(dict.fromkeys(str(k) for k in known))
    folded = {w.casefold(): w for w in reversed(words)}
    close = difflib.get_close_matches(str(word).casefold(), list(folded), n=1, cutoff=cutoff)
    if close:
        return f"did you mean '{folded[close[0]]}'?"
    if not words:
        return ""
    shown = ", ".join(words[:30]) + (", ..." if len(words) > 30 else "")
    return f"there are: {shown}"
