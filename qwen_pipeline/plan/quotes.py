"""Quotation marks of the locale: round a value, or in place of the straight ones of a text that asks for it."""

from __future__ import annotations

from typing import Any

from jinja2 import pass_context
from jinja2.runtime import Context

from .dates import locale_tag
from .locales import locale_names

_THIN = "\u202f"
"""The narrow space of French, at which no line ends."""
_USUAL = "“”‘’"
_MARKS = {
    "en-GB": "‘’“”",
    "en-IE": "‘’“”",
    "en-AU": "‘’“”",
    "en-NZ": "‘’“”",
    "de": "„“‚‘",
    "de-CH": "«»‹›",
    "fr": "«»“”",
    "it": "«»“”",
    "es": "«»“”",
    "pt-PT": "«»“”",
    "pl": "„”«»",
    "ru": "«»„“",
    "uk": "«»„“",
    "sv": "””’’",
    "fi": "””’’",
    "ja": "「」『』",
    "zh-Hant": "「」『』",
}
"""Outer and inner, opening and closing (CLDR delimiters; British books: single outside). “ ” ‘ ’ elsewhere."""
_CORNERS = "「」『』"
"""Of columns, in mainland China too (GB/T 15834-2011, 5.2)."""


def marks_of(tag: str, vertical: bool = False) -> str:
    """Four marks: opening and closing outside, opening and closing of a quotation in a quotation."""
    names = locale_names(tag)
    language = names["language"]
    if vertical and language in ("zh", "ja"):
        return _CORNERS
    territory = "-".join((language, names.get("territory") or ""))
    return _MARKS.get(territory) or _MARKS.get(f"{language}-{names['script']}") or _MARKS.get(language, _USUAL)


def _pair(tag: str, inner: bool, vertical: bool) -> tuple[str, str]:
    marks = marks_of(tag, vertical)
    opening, closing = marks[2 * inner], marks[2 * inner + 1]
    thin = _THIN if opening == "«" and locale_names(tag)["language"] == "fr" else ""
    return opening + thin, thin + closing


@pass_context
def quoted(context: Context, value: Any, locale: Any = None, inner: bool = False, vertical: bool = False) -> str:
    """The value in the quotation marks of the text's language: “春”, 「春」 in Taiwan and in columns, ‘tea’, «\u202fthé\u202f».

    `inner`: those of a quotation in a quotation.
    """
    opening, closing = _pair(locale_tag(context, locale), inner, vertical)
    return f"{opening}{value}{closing}"


@pass_context
def smart_quotes(context: Context, value: Any, locale: Any = None, vertical: bool = False) -> str:
    """The text with the quotation marks and apostrophes of its language where straight ones are written; all else as it is."""
    tag, text = locale_tag(context, locale), str(value)
    out, open_marks = [], list[str]()
    for i, char in enumerate(text):
        if char not in "\"'":
            out.append(char)
        elif open_marks and open_marks[-1] == char and not _apostrophe(text, i, inside=True):
            open_marks.pop()
            out.append(_pair(tag, len(open_marks) % 2 == 1, vertical)[1])
        elif char == "'" and _apostrophe(text, i, inside=False):
            out.append("’")
        else:
            out.append(_pair(tag, len(open_marks) % 2 == 1, vertical)[0])
            open_marks.append(char)
    if open_marks:
        raise ValueError(f"a quotation mark {open_marks[-1]} of '{text}' is never closed")
    return "".join(out)


def _apostrophe(text: str, i: int, inside: bool) -> bool:
    """Whether a straight single mark stands for letters left out: don't, the '90s, and, where nothing is open, drivers' seats."""
    if text[i] != "'":
        return False
    before, after = text[i - 1 : i], text[i + 1 : i + 2]
    if before.isascii() and before.isalnum() and (not inside or (after.isascii() and after.isalnum())):
        return True
    return after.isdigit() and text[i + 2 : i + 4] in ("0s", "0's")
