"""Which strings may not differ in anything: names and figures that people act on."""

from __future__ import annotations

import re

_ROLES = frozenset(
    {"display", "title", "headline", "heading", "price", "date", "phone", "url", "number", "fact", "legal", "folio"}
    | {"figure", "value", "code", "when"}
)
_FIGURES = re.compile(
    r"[¥￥$€£₩฿]|\d+([.,]\d+)*\s*(%|％|元|折|万|千|百|USD|CNY|EUR|GBP|RMB)"  # prices, shares
    r"|\d{1,4}\s*[年月日号/.-]\s*\d{0,2}|\d{1,2}\s*[:：点时]\s*\d{0,2}"  # dates, times
    r"|\+?\d[\d\s()-]{5,}\d"  # phones
    r"|https?://|www\.|[\w.-]+\.(com|cn|org|net|io|dev|co|shop)\b|@[\w-]+",  # addresses
    re.IGNORECASE,
)


def needs_exact(text: str, role: str = "") -> bool:
    """Whether nothing but an exact reading will do: by role, or for a price, date, time, phone number, address or number."""
    return role in _ROLES or role.endswith("-title") or bool(_FIGURES.search(text)) or text.strip().isdigit()
