"""Names that strings of a piece may use, and where a failing string stands."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field
from typing import Any

from qwen_pipeline.dataclass import dataclass
from qwen_pipeline.errors import Diagnostic
from qwen_pipeline.types import Place
from qwen_pipeline.types.spec import BUILT_IN_NAMES, PAGE_NAMES, Text

from .environment import ExpansionError, Names, compile_expression, compile_text, is_dynamic


class PlanError(Exception):
    """One string, picture or number of one piece cannot be planned; the others can."""

    def __init__(self, diagnostic: Diagnostic) -> None:
        super().__init__(str(diagnostic))
        self.diagnostic = diagnostic


def fail(code: str, message: str, place: Place, hint: str = "") -> PlanError:
    return PlanError(Diagnostic(code, message, place, hint))


@dataclass(slots=True)
class Scope:
    """What one piece's strings see: names a locale, and values that replace slots, layers' texts or vars (a batch's `map`).

    `trace` collects every string that was expanded for this piece: with the fixed part, it is the piece's identity.
    """

    names: Mapping[str, Names]
    overrides: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    trace: list[str] = field(default_factory=list)

    def expand(self, text: str, tag: str, place: Callable[[], Place], extra: Names | None = None) -> str:
        """`text` for the locale `tag`. A text without Jinja is returned as it is."""
        if not is_dynamic(text):
            return text
        names = self.names[tag]
        try:
            result = compile_text(text)({**names, **extra} if extra else names)
        except ExpansionError as error:
            raise fail(error.code, f"{error.message}, in “{text}”", place(), _known(error, names)) from error
        self.trace.append(result)
        return result

    def evaluate(self, expression: str, tag: str, place: Callable[[], Place], extra: Names | None = None) -> Any:
        """The value of a bare expression."""
        names = self.names[tag]
        try:
            value = compile_expression(expression)({**names, **extra} if extra else names)
        except ExpansionError as error:
            raise fail(error.code, f"{error.message}, in “{expression}”", place(), _known(error, names)) from error
        self.trace.append(repr(value))
        return value


_BUILT_IN = frozenset({*BUILT_IN_NAMES, *PAGE_NAMES})


def _known(error: ExpansionError, names: Names) -> str:
    if error.code != "undefined":
        return ""
    import difflib

    wanted = error.message.split("'")[1] if error.message.count("'") >= 2 else ""
    close = difflib.get_close_matches(wanted, list(names), n=1)
    own = ", ".join(sorted(n for n in names if n not in _BUILT_IN)[:12])
    return f"did you mean '{close[0]}'?" if close else (f"names there are: {own}" if own else "define it under vars")


def text_for(text: Text, tag: str, place: Callable[[], Place]) -> str:
    """The string of `text` for a locale; PlanError `missing-locale` if there is none."""
    found = text.get(tag)
    if found is None:
        have = ", ".join(str(k) for k, _ in text.values)
        raise fail("missing-locale", f"no text for {tag}; there is one for {have}", place(), f"add {tag}: ...")
    return found
