"""Text in XML (1.0, 2.4 and 3.3.3). The standard library's functions say the same, and bring an HTTP client with them."""

from __future__ import annotations

_LINE_ENDS = {"\n": "&#10;", "\r": "&#13;", "\t": "&#9;"}
"""An attribute's blanks, which a reader would make spaces of."""


def escape(text: str) -> str:
    """Text between tags."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def quoteattr(text: str) -> str:
    """An attribute's value, with its quotation marks: single ones where only double ones are in it."""
    text = escape(text)
    for blank, entity in _LINE_ENDS.items():
        text = text.replace(blank, entity)
    if '"' in text and "'" not in text:
        return f"'{text}'"
    return '"' + text.replace('"', "&quot;") + '"'
