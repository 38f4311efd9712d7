"""Pydantic's errors -> diagnostics with a place, what was found, what is allowed, and the nearest word."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from qwen_pipeline.dataclass import dataclass
from qwen_pipeline.errors import Diagnostic
from qwen_pipeline.types import Place
from qwen_pipeline.types.spec import LOCALE_PATTERN, SourceFloat, SourceInt

from .report import Report, nearest
from .shape import Step, allowed_keys, describe, fitting, locate, words
from .tree import Map, Seq, dotted, place_of

M = TypeVar("M", bound=BaseModel)

_CUSTOM = {
    "length": "bad-length",
    "color": "bad-color",
    "text": "wrong-type",
    "text_null": "text-null",
    "text_split": "text-split",
    "locale_key": "bad-locale",
    "edit": "bad-edit",
    "gradient": "bad-gradient",
    "focus": "bad-focus",
    "pair": "bad-locale",
}
_HINTS = {
    "length": "a size is a number with a unit: 3mm, 11pt, 8%, 1080px",
    "focus": "a point is [x, y], a box [x, y, width, height]",
    "pair": "name two languages, or one",
    "gradient": "order the stops from 0% to 100%",
}
_RANGE = {
    "greater_than": "more than {gt}",
    "greater_than_equal": "{ge} or more",
    "less_than": "less than {lt}",
    "less_than_equal": "{le} or less",
}


@dataclass(frozen=True, slots=True)
class _Problem:
    path: tuple[Step, ...]
    rank: int
    code: str
    message: str
    hint: str = ""
    at_key: bool = False


def validate(model: type[M], tree: Map, report: Report, *, extra_keys: Sequence[str] = ()) -> M | None:
    """`tree` as a `model`, or None with the reasons in `report`. Numbers where text is wanted are taken as written.

    `extra_keys`: keys that are allowed in the outermost map though the model lacks them; they are only suggested.
    """
    for _ in range(8):
        try:
            return model.model_validate(tree)
        except ValidationError as error:
            failed = error
        patched = _numbers_as_written(model, tree, failed)
        if patched is None:
            break
        tree = patched
    report.extend(diagnose(failed, model, tree, extra_keys))
    return None


def salvage(model: type[M], tree: Map) -> M | None:
    """What is right in `tree` as a `model`, without the outermost keys that are wrong: to check it further, not to use it."""
    try:
        return model.model_validate(tree)
    except ValidationError as error:
        wrong = {str(path[0]) for item in error.errors(include_url=False) if (path := locate(model, tree, item["loc"])[0])}
    try:
        return model.model_validate(tree.without(*wrong))
    except ValidationError:
        return None


def diagnose(error: ValidationError, model: type[BaseModel], tree: Map, extra_keys: Sequence[str] = ()) -> list[Diagnostic]:
    """One diagnostic a place, in the order of the file."""
    problems = [_problem(item, model, tree, extra_keys) for item in error.errors(include_url=False)]
    best: dict[tuple[Step, ...], _Problem] = {}
    for problem in problems:
        other = best.get(problem.path)
        if other is None or problem.rank > other.rank:
            best[problem.path] = problem
    deeper = {path[:n] for path in best for n in range(len(path))}
    return [_diagnostic(p, tree) for path, p in best.items() if path not in deeper]


def _diagnostic(problem: _Problem, tree: Map) -> Diagnostic:
    place = place_of(tree, problem.path, key=problem.at_key)
    own = dotted(problem.path)
    if not place.path.endswith(own):
        place = Place(place.file, place.line, place.column, own if not place.path else place.path)
    return Diagnostic(problem.code, problem.message, place, problem.hint)


def _value(tree: Any, path: Sequence[Step]) -> Any:
    for step in path:
        try:
            tree = tree[step]
        except (KeyError, IndexError, TypeError):
            return None
    return tree


def _problem(item: Any, model: type[BaseModel], tree: Map, extra_keys: Sequence[str]) -> _Problem:
    path, parent, here = locate(model, tree, item["loc"])
    kind, ctx, value = item["type"], item.get("ctx", {}), item["input"]
    where = tuple(path)
    name = str(path[-1]) if path else ""
    if kind == "extra_forbidden":
        known = allowed_keys(fitting(parent, _value(tree, path[:-1])))
        known += [*extra_keys] if len(path) == 1 else []
        return _Problem(where, 5, "unknown-key", f"there is no key '{name}' here", nearest(name, known), at_key=True)
    if kind == "missing":
        return _missing(where, tree, parent)
    if kind in ("union_tag_invalid", "union_tag_not_found"):
        return _tag(where, item)
    if kind in _CUSTOM:
        return _custom(where, kind, ctx, value, _sentence(item["msg"]))
    if value is None:
        return _Problem(where, 3, "text-null", f"nothing where {describe(here)} is wanted", "write a value, or leave the key out")
    if kind in _RANGE:
        return _Problem(where, 3, "out-of-range", f"{_shown(value)} is out of range; {_RANGE[kind].format(**ctx)} is allowed")
    if kind in ("too_short", "too_long"):
        limit = f"at least {ctx.get('min_length')}" if kind == "too_short" else f"at most {ctx.get('max_length')}"
        return _Problem(where, 3, "bad-count", f"{ctx.get('actual_length')} entries; {limit} are allowed")
    if kind == "string_too_short":
        return _Problem(where, 3, "empty-text", "an empty text where an expression or a name is wanted")
    if kind == "string_pattern_mismatch":
        return _pattern(where, str(value), ctx["pattern"], at_key="[key]" in item["loc"])
    return _other(where, value, here)


def _custom(where: tuple[Step, ...], kind: str, ctx: Any, value: Any, message: str) -> _Problem:
    """An error of our own validators. One about a key of a map stands at that key."""
    key = ctx.get("key")
    if isinstance(value, Map) and key in value:
        hint = nearest_locale(key) if kind == "locale_key" else ""
        return _Problem((*where, key), 4, _CUSTOM[kind], message, hint, at_key=True)
    return _Problem(where, 4, _CUSTOM[kind], message, _HINTS.get(kind, ""))


def _missing(where: tuple[Step, ...], tree: Map, parent: list[Any]) -> _Problem:
    if isinstance(where[-1], int):
        found = _value(tree, where[:-1])
        count = len(found) if isinstance(found, Seq) else 0
        return _Problem(where[:-1], 2, "bad-count", f"a list of {count}; more entries are wanted", _box_hint(parent))
    return _Problem(where, 3, "missing-key", f"the key '{where[-1]}' is missing", f"add {where[-1]}: ...")


def _box_hint(parent: list[Any]) -> str:
    return "a box is [x, y, width, height]" if parent and len(getattr(parent[0], "__args__", ())) == 4 else ""


def _tag(where: tuple[Step, ...], item: Any) -> _Problem:
    if item["type"] == "union_tag_not_found":
        return _Problem(
            (*where, "kind"), 3, "missing-key", "the key 'kind' is missing", "add kind: text, image, qr, shape, icon or chart"
        )
    known = [word.strip("' ") for word in str(item["ctx"]["expected_tags"]).split(",")]
    tag = item["ctx"]["tag"]
    return _Problem((*where, "kind"), 3, "bad-value", f"'{tag}' is no kind of layer", nearest(tag, known))


def _pattern(where: tuple[Step, ...], value: str, pattern: str, *, at_key: bool) -> _Problem:
    if LOCALE_PATTERN[:20] in pattern:
        hint = nearest_locale(value) or "zh-CN, en-GB, or a pair: zh-CN+en-GB"
        return _Problem(where, 3, "bad-locale", f"'{value}' is not a locale", hint, at_key)
    message = f"'{value}' is not a name"
    return _Problem(where, 3, "bad-id", message, "use letters, digits, and . _ - inside", at_key)


def nearest_locale(value: str) -> str:
    """A hint for `zh_cn`: `zh-CN`; empty where nothing near is a locale."""
    parts = []
    for tag in value.replace("_", "-").split("+"):
        language, *rest = tag.strip().split("-")
        parts.append("-".join([language.lower(), *(p.title() if len(p) == 4 else p.upper() for p in rest)]))
    return f"did you mean '{'+'.join(parts)}'?" if all(re.match(LOCALE_PATTERN, p) for p in parts) else ""


def _other(where: tuple[Step, ...], value: Any, here: list[Any]) -> _Problem:
    wanted = fitting(here, value)
    known = words(wanted)
    if isinstance(value, str) and known:
        others = describe(m for m in wanted if not words([m]))
        message = f"{_shown(value)} is not allowed here" + (f"; {others} is" if others else "")
        return _Problem(where, 3, "bad-value", message, nearest(value, known))
    rank = 2 if wanted is not here else 1
    return _Problem(where, rank, "wrong-type", f"{_shown(value)} where {describe(here)} is wanted")


def _shown(value: Any) -> str:
    if isinstance(value, Map):
        return "a map"
    if isinstance(value, tuple):
        return "a list"
    if isinstance(value, bool):
        return str(value).lower()
    text = getattr(value, "source", None) or str(value)
    return f"'{text[:60]}…'" if len(text) > 60 else f"'{text}'"


def _sentence(message: str) -> str:
    return message.removeprefix("Value error, ")


def _numbers_as_written(model: type[BaseModel], tree: Map, error: ValidationError) -> Map | None:
    """`tree` with the numbers that stand where text is wanted as the text they were written as; None if there are none."""
    paths = []
    for item in error.errors(include_url=False):
        if item["type"] == "string_type" and isinstance(item["input"], (SourceInt, SourceFloat)):
            paths.append(locate(model, tree, item["loc"])[0])
    if not paths:
        return None
    out: Any = tree
    for path in paths:
        out = _with_source(out, path)
    assert isinstance(out, Map)
    return out


def _with_source(tree: Any, path: Sequence[Step]) -> Any:
    if not path:
        return tree.source
    if isinstance(tree, Map):
        out = tree.pick(set(tree))
        dict.__setitem__(out, str(path[0]), _with_source(tree[str(path[0])], path[1:]))
        return out
    assert isinstance(tree, Seq)
    values = [_with_source(v, path[1:]) if n == path[0] else v for n, v in enumerate(tree)]
    return Seq.of(values, tree.places, tree.at)
