"""Output names: fields, safety and collisions, before the first job."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping

from qwen_pipeline.dataclass import dataclass
from qwen_pipeline.types import Place

from .scope import fail

_FIELD = re.compile(r"\{([^{}]*)\}")
LATE_FIELDS = frozenset({"page"})
"""Filled in by the format, a file at a time."""


@dataclass(frozen=True, slots=True)
class FormatTraits:
    """What names depend on: the suffix of the format's files, whether each page is a file, whether it is for the whole run."""

    suffix: str
    file_per_page: bool = False
    run: bool = False


def fields_in(pattern: str) -> tuple[str, ...]:
    return tuple(_FIELD.findall(pattern))


def fill(pattern: str, fields: Mapping[str, str], place: Place) -> str:
    """`pattern` with its fields; PlanError for an unknown one, or for a value that is no part of a file name."""

    def value(match: re.Match[str]) -> str:
        name = match[1]
        if name in LATE_FIELDS:
            return match[0]
        if name not in fields:
            import difflib

            close = difflib.get_close_matches(name, [*fields, *LATE_FIELDS], n=1)
            hint = (
                f"did you mean '{{{close[0]}}}'?"
                if close
                else "there are: " + ", ".join(f"{{{f}}}" for f in (*fields, *LATE_FIELDS))
            )
            raise fail("unknown-field", f"'{{{name}}}' in the output name “{pattern}”", place, hint)
        return _safe(name, fields[name], place)

    return unicodedata.normalize("NFC", _FIELD.sub(value, pattern))


_BAD_CHARS = re.compile(r'[/\\:*?"<>|\x00-\x1f\x7f]')


def _safe(name: str, value: str, place: Place) -> str:
    if not value or value.strip(" .") != value or _BAD_CHARS.search(value) or value.startswith("-") or len(value.encode()) > 120:
        raise fail(
            "unsafe-name", f"{name} = {value!r} cannot be part of a file name", place, "use letters, digits, spaces, . _ -"
        )
    return value


def default_name(traits: FormatTraits, format_id: str, *, fields: Iterable[str], pages: int) -> str:
    """The name of an output that states none: every field that tells pieces apart."""
    if traits.run:
        return format_id + traits.suffix
    stem = "".join(f".{{{name}}}" for name in fields if name != "locale")
    page = ".{page}" if traits.file_per_page and pages > 1 else ""
    return "{name}" + stem + ".{locale}" + page + traits.suffix


class NameBook:
    """Names given out so far. A second file with the same name, also when only the case differs, is an error."""

    def __init__(self) -> None:
        self._taken: dict[str, str] = {}

    def take(self, name: str, piece: str, place: Place) -> None:
        other = self._taken.get(name.casefold())
        if other is not None:
            own = "call one of them otherwise" if other == piece else ""
            hint = own or "add a field that tells them apart: {locale}, {size}, the data key"
            raise fail("name-collision", f"two outputs are called “{name}”: of {other} and of {piece}", place, hint)
        self._taken[name.casefold()] = piece


def kind_folder(kind: str) -> str:
    """`Poster` -> `poster`."""
    return kind.lower()
