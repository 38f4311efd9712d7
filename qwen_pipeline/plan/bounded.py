"""Filters of Jinja that can make a text longer than what they are given, with a limit that is looked at first."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from jinja2 import Environment, pass_environment
from jinja2.exceptions import SecurityError

MAX_OUTPUT_CHARS = 20_000


def replace(value: Any, old: Any, new: Any, count: int | None = None) -> str:
    """Jinja's, measured before it is done: a chain of these multiplies its length at every link."""
    text, before, after = str(value), str(old), str(new)
    times = text.count(before) if count is None or count < 0 else min(count, text.count(before))
    _check_length(len(text) + times * max(0, len(after) - len(before)))
    return text.replace(before, after, -1 if count is None else count)


@pass_environment
def join(environment: Environment, value: Any, d: Any = "", attribute: str | int | None = None) -> str:
    """Jinja's, measured before it is done; `attribute`: the entry of each that is taken."""
    taken = [item if attribute is None else environment.getitem(item, attribute) for item in value]
    texts, between = [str(item) for item in taken], str(d)
    _check_length(sum(map(len, texts)) + len(between) * len(texts))
    return between.join(texts)


def _check_length(length: int) -> None:
    if length > MAX_OUTPUT_CHARS:
        raise SecurityError(f"a text of {length} characters; {MAX_OUTPUT_CHARS} are allowed")


BOUNDED: dict[str, Callable[..., Any]] = {"replace": replace, "join": join}
