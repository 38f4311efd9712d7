"""Text values: a string or a map of locales, complete for the piece's locales, with Jinja that parses."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel
from pydantic_core import PydanticCustomError

from qwen_pipeline.types import Place
from qwen_pipeline.types.spec import LOCALE_PATTERN, Text, parse_text

from .diagnose import nearest_locale
from .jinja import check_expression, check_text
from .report import Report
from .tree import Map, Seq, place_of

_CJK = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003134f]")
_EXPRESSIONS = frozenset({"when", "where", "query"})
_CODES = {"text": "wrong-type", "text_null": "text-null", "text_split": "text-split", "locale_key": "bad-locale"}


@dataclass(frozen=True, slots=True)
class TextRules:
    """What every text of a piece must have: a string for each of `locales`."""

    locales: tuple[str, ...]
    report: Report

    def read(self, value: Any, place: Place, tree: Map | None = None, key: str = "") -> Text | None:
        """A Text, checked; None where the report says what is wrong. `tree[key]` is `value`, for the places within."""
        try:
            text = parse_text(value)
        except PydanticCustomError as error:
            context = error.context or {}
            inner = value.keys_at.get(str(context.get("key")), place) if isinstance(value, Map) else place
            hint = nearest_locale(str(context["key"])) if error.type == "locale_key" else ""
            self.report.add(_CODES[error.type], error.message(), inner, hint)
            return None
        self.check(text, place)
        for tag, string in text.values:
            check_text(string, value.places.get(str(tag), place) if isinstance(value, Map) else place, self.report)
        return text

    def check(self, text: Text, place: Place) -> None:
        """Report every locale that a text lacks."""
        missing = [tag for tag in self.locales if text.get(tag) is None]
        if missing:
            have = ", ".join(str(key) for key, _ in text.values)
            message = f"no text for {' and '.join(missing)}; there is one for {have}"
            self.report.add("missing-locale", message, place, f"add {missing[0]}: ...")

    def check_model(self, model: BaseModel, tree: Map, path: Sequence[str | int] = ()) -> None:
        """Check every text, and the syntax of every string and expression, in a validated model."""
        for where, value, expression in walk(model, tuple(path)):
            place = place_of(tree, where)
            if isinstance(value, Text):
                self.check(value, place)
                for tag, string in value.values:
                    check_text(string, place_of(tree, (*where, tag)) if tag else place, self.report)
            elif expression:
                check_expression(value, place, self.report)
            else:
                check_text(value, place, self.report)


def walk(value: Any, path: tuple[str | int, ...], expression: bool = False) -> Iterator[tuple[tuple[str | int, ...], Any, bool]]:
    """(path, Text or str, whether it is an expression) of everything written in a model; defaults are left out."""
    if isinstance(value, (Text, str)):
        yield path, value, expression
    elif isinstance(value, BaseModel):
        for name in value.model_fields_set:
            field = type(value).model_fields.get(name)
            yield from walk(getattr(value, name), (*path, (field.alias or name) if field else name), name in _EXPRESSIONS)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from walk(item, (*path, key))
    elif isinstance(value, tuple):
        for index, item in enumerate(value):
            yield from walk(item, (*path, index))


def check_nulls(tree: Any, report: Report) -> None:
    """Nothing may stand where a value is wanted: a comma or a colon has often split a text."""
    if isinstance(tree, Map):
        split = [key for key, value in tree.items() if value is None and _is_split(key, tree)]
        for key, value in tree.items():
            if key in split:
                message = f"'{key}' has no value, and stands among texts: a comma split this string"
                report.add("text-split", message, tree.keys_at[key], 'quote the whole text: "..., ..."')
            elif value is None:
                report.add(
                    "text-null",
                    f"nothing after '{key}:'",
                    tree.keys_at[key],
                    "write a value, quote a text with commas or colons in it, or leave the key out",
                )
            else:
                check_nulls(value, report)
    elif isinstance(tree, Seq):
        for index, value in enumerate(tree):
            if value is None:
                report.add("text-null", "an entry with nothing in it", tree.places[index], "write a value or delete the line")
            else:
                check_nulls(value, report)


def _is_split(key: str, tree: Map) -> bool:
    """Whether a key without a value is the rest of a text in a map of locales."""
    locales = [other for other, value in tree.items() if isinstance(value, str) and re.match(LOCALE_PATTERN, other)]
    return (bool(locales) and not re.match(LOCALE_PATTERN, key)) or " " in key.strip()


def without_nulls(tree: Any) -> Any:
    """The tree without the keys and entries that `check_nulls` has reported."""
    if isinstance(tree, Map):
        out = Map(tree.at)
        for key, value in tree.items():
            if value is not None:
                out.put(key, without_nulls(value), tree.places[key], tree.keys_at[key])
        return out
    if isinstance(tree, Seq):
        kept = [(without_nulls(v), p) for v, p in zip(tree, tree.places, strict=True) if v is not None]
        return Seq.of([v for v, _ in kept], [p for _, p in kept], tree.at)
    return tree


def has_cjk(texts: Iterable[str]) -> bool:
    return any(_CJK.search(text) for text in texts)
