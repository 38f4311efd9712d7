"""Text values: a string or a map of locales, complete for the piece's locales, with Jinja that parses."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import field, replace
from typing import Any

from pydantic import BaseModel
from pydantic_core import PydanticCustomError

from qwen_pipeline.dataclass import dataclass
from qwen_pipeline.types import Place
from qwen_pipeline.types.spec import LOCALE_PATTERN, Document, Spec, Text, parse_text

from .diagnose import nearest_locale
from .jinja import check_expression, check_text
from .names import ROW, Names, check_names, piece_names, row_names, table_names
from .report import Report
from .tree import Map, Seq, place_of

_CJK = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003134f]")
_EXPRESSIONS = frozenset({"when", "where", "query"})
_CODES = {"text": "wrong-type", "text_null": "text-null", "text_split": "text-split", "locale_key": "bad-locale"}


Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class TextRules:
    """What every text of a piece must have: a string for each of `locales`, which reads nothing but `names`."""

    locales: tuple[str, ...]
    report: Report
    names: Names = field(default_factory=dict)

    def seeing(self, *more: Names) -> TextRules:
        """The same rules where strings see more names."""
        names = dict(self.names)
        for found in more:
            names.update(found)
        return replace(self, names=names)

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
            self.check_string(string, value.places.get(str(tag), place) if isinstance(value, Map) else place)
        return text

    def check_string(self, string: str, place: Place, *, expression: bool = False) -> None:
        """Report Jinja that cannot be read, and names that are not there."""
        if (check_expression if expression else check_text)(string, place, self.report):
            check_names(string, self.names, place, self.report, expression=expression)

    def check(self, text: Text, place: Place) -> None:
        """Report every locale that a text lacks."""
        missing = [tag for tag in self.locales if text.get(tag) is None]
        if missing:
            have = ", ".join(str(key) for key, _ in text.values)
            message = f"no text for {' and '.join(missing)}; there is one for {have}"
            self.report.add("missing-locale", message, place, f"add {missing[0]}: ...")

    def check_model(
        self, model: BaseModel, tree: Map, path: Path = (), seen: Callable[[Path], TextRules | None] | None = None
    ) -> None:
        """Check every text, and every string and expression, in a validated model.

        `seen`: other rules for what stands at a path; None there = it is never expanded.
        """
        for where, value, expression in walk(model, path):
            place = place_of(tree, where)
            rules = seen(where) if seen else self
            if isinstance(value, Text):
                self.check(value, place)
            if rules is None:
                continue
            for tag, string in value.values if isinstance(value, Text) else ((None, value),):
                rules.check_string(string, place_of(tree, (*where, tag)) if tag else place, expression=expression)


def batch_rules(rules: TextRules, template: Spec | None, names: Names, rows: str) -> Callable[[Path], TextRules | None]:
    """The rules for what stands at a path of a batch; `names` are those that it brings."""
    document = template.document if template else None
    own = dict(names)
    if template is not None and isinstance(document, Document):
        own = {**piece_names(document.vars, document.facts, table_names(document.data, template.tables)), **names}
    columns = names.get(ROW)

    def seen(path: Path) -> TextRules | None:
        if path[0] == "data":
            return replace(rules, names=row_names(columns)) if path[1:] == (rows, "where") and columns else None
        return replace(rules, names=own) if path[0] in ("map", "vars") and document else None

    return seen


def walk(value: Any, path: Path, expression: bool = False) -> Iterator[tuple[Path, Any, bool]]:
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
