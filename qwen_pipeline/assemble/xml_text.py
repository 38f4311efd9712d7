"""Text in XML. The standard library's functions bring an HTTP client with them, so they are imported when a file is written."""

from __future__ import annotations


def escape(text: str) -> str:
    """Text between tags."""
    from xml.sax import saxutils

    return saxutils.escape(text)


def quoteattr(text: str) -> str:
    """An attribute's value, with its quotation marks."""
    from xml.sax import saxutils

    return saxutils.quoteattr(text)
