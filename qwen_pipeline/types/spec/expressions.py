"""The words of expressions: what `{{ }}`, `when`, `where` and `query` may use. Specs are checked against them."""

from __future__ import annotations

JINJA_FILTERS = frozenset(
    [
        "abs",
        "capitalize",
        "count",
        "d",
        "default",
        "first",
        "float",
        "int",
        "join",
        "last",
        "length",
        "list",
        "lower",
        "replace",
        "reverse",
        "round",
        "sort",
        "string",
        "title",
        "trim",
        "truncate",
        "unique",
        "upper",
        "wordcount",
    ]
)
"""Filters of Jinja that are kept."""
OWN_FILTERS = frozenset(
    [
        "argmax",
        "argmin",
        "ceil",
        "change",
        "chinese_number",
        "column",
        "date",
        "date_range",
        "field",
        "floor",
        "language_name",
        "max",
        "mean",
        "median",
        "min",
        "money",
        "number",
        "percent",
        "quoted",
        "smart_quotes",
        "sum",
        "time",
        "where",
    ]
)
"""Our own, defined by the plan."""
FILTERS = JINJA_FILTERS | OWN_FILTERS

LOCALE_ENTRIES = ("tag", "language", "script", "territory")
LOOP_ENTRIES = ("index", "index0", "first", "last", "length")
BUILT_IN_NAMES: dict[str, tuple[str, ...] | None] = {
    "locale": LOCALE_ENTRIES,
    "name": None,
    "brand": ("name",),
    "pair": None,
    "shape": None,
}
"""Names that every string of a piece sees, with their entries."""
PAGE_NAMES: dict[str, tuple[str, ...] | None] = {"page": None, "scene": None, "folio": None}
"""Names that the strings of a page see beside them."""
