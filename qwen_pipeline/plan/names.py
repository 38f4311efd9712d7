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

    name = unicodedata.normalize("NFC", _FIELD.sub(value, pattern))
    for part in name.split("/"):
        problem = _unwritable(part)
        if problem:
            raise fail("unsafe-name", f"“{part[:60]}” {problem}", place, "choose another name for the output")
    return name


_MOST_BYTES = 200
"""Of a part of a path: file systems take 255, and while it is written a file has a longer name."""
_DEVICES = frozenset(["con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))])
_UNSEEN = re.compile("[\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")


def _unwritable(part: str) -> str:
    """Why no file can be called that on every system; "" if one can."""
    if part.split(".")[0].strip().casefold() in _DEVICES:
        return "is the name of a device on Windows"
    if part.endswith((".", " ")):
        return "ends with a dot or a space, which Windows drops"
    if _UNSEEN.search(part):
        return "has invisible characters"
    return f"is longer than {_MOST_BYTES} bytes" if len(part.encode()) > _MOST_BYTES else ""


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
    """Names given out so far. A second file with the same name, also when only the case differs, is an error; so is a file
    that is called as another's folder."""

    def __init__(self) -> None:
        self._taken: dict[str, str] = {}
        self._folders: dict[str, str] = {}

    def take(self, name: str, piece: str, place: Place) -> None:
        parts = name.casefold().split("/")
        above = ["/".join(parts[:n]) for n in range(1, len(parts))]
        crossed = self._folders.get(name.casefold()) or next((self._taken[a] for a in above if a in self._taken), None)
        if crossed is not None:
            message = f"“{name}” of {piece} cannot be beside an output of {crossed}: one is a file, the other its folder"
            raise fail("name-collision", message, place, "call one of them otherwise")
        self._folders.update(dict.fromkeys(above, piece))
        other = self._taken.get(name.casefold())
        if other is not None:
            own = "call one of them otherwise" if other == piece else ""
            hint = own or "add a field that tells them apart: {locale}, {size}, the data key"
            raise fail("name-collision", f"two outputs are called “{name}”: of {other} and of {piece}", place, hint)
        self._taken[name.casefold()] = piece


def kind_folder(kind: str) -> str:
    """`Poster` -> `poster`."""
    return kind.lower()
