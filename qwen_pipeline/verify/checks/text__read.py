from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING

from qwen_pipeline import verify
from qwen_pipeline.errors import ReaderUnavailable
from qwen_pipeline.types import Page, SetString, TextLayer, TypesetPage
from qwen_pipeline.types.reading import ExpectedString, PixelBox, StringReading
from qwen_pipeline.verify.check import Outcome, Settings, check
from qwen_pipeline.verify.reader import Reader, open_reader
from qwen_pipeline.verify.subject import Subject, pixels_of

if TYPE_CHECKING:
    from PIL.Image import Image


class ReadSettings(Settings):
    """Settings of `text.read`."""

    all: bool = False
    """Read every string of the page, and not only those that the picture spells."""


@check(
    "text.read",
    rationale="What the picture spells is one thing, what can be read on the finished page another: something may lie over it.",
    codes=("differs", "doubtful", "not-found", "odd-shape", "not-read"),
    looks=True,
    settings=ReadSettings,
)
def CHECK(subject: Subject, settings: ReadSettings) -> Iterator[Outcome]:
    """The words that pictures spell (`all`: every string) are read from the finished page's pixels and are those of the spec."""
    for number, planned, page in subject.each_page():
        strings = [s for s in page.strings if (settings.all or s.render == "baked") and s.text.strip()]
        if not strings:
            continue
        try:
            reader = _reader()
        except ReaderUnavailable as error:
            yield Outcome("not-read", f"nothing here can read the page: {error.message}", page.id, hint=error.hint)
            return
        image = subject.raster(number)
        expected = [_expected(string, planned, page, image) for string in strings]
        found = verify.read_picture(image, expected, reader)
        for string, wanted, reading in zip(strings, expected, found.strings, strict=True):
            yield from _judge(string, wanted, reading, page)


@cache
def _reader() -> Reader:
    return open_reader()


def _expected(string: SetString, planned: Page, page: TypesetPage, image: Image) -> ExpectedString:
    upper = any(isinstance(x, TextLayer) and x.id == string.layer and x.style.case == "upper" for x in planned.layers)
    text = string.text.upper() if upper else string.text
    box = PixelBox(*pixels_of(string.box, page, image))
    return ExpectedString(string.id, text, string.locale, string.role, box, verify.needs_exact(text, string.role))


def _judge(string: SetString, wanted: ExpectedString, reading: StringReading, page: TypesetPage) -> Iterator[Outcome]:
    place = {"page": page.id, "string": string.id, "box": string.box}
    shown = f"“{wanted.text[:40]}”"
    if reading.spelling == "missing":
        yield Outcome("not-found", f"{shown} cannot be read on the page", **place, allowed=wanted.text)  # type: ignore[arg-type]
    elif reading.spelling != "exact":
        sure = reading.spelling == "fail" or wanted.exact
        message = f"{shown} reads “{reading.read[:40]}” ({reading.spelling})"
        code, at = ("differs", None) if sure else ("doubtful", "warn")
        yield Outcome(code, message, **place, measured=reading.read, allowed=wanted.text, at=at)  # type: ignore[arg-type]
    elif string.render == "baked" and reading.odd:
        odd = "".join(glyph.char for glyph in reading.odd)
        message = f"{shown}: {odd} may be malformed: look at it"
        yield Outcome("odd-shape", message, **place, measured=odd, hint="a hint; see docs/reading.md", at="warn")  # type: ignore[arg-type]
