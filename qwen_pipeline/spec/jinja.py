"""Syntax of Jinja in strings, without expanding anything. `names.py` looks at the names, and the plan says what they mean."""

from __future__ import annotations

from functools import lru_cache

from jinja2 import TemplateSyntaxError, nodes
from jinja2.parser import Parser
from jinja2.sandbox import ImmutableSandboxedEnvironment

from qwen_pipeline.types import Place

from .report import Report

MAX_CHARS = 20_000
_ENVIRONMENT = ImmutableSandboxedEnvironment(cache_size=0)
_STATEMENTS = (
    *(nodes.For, nodes.Macro, nodes.CallBlock, nodes.FilterBlock, nodes.Include, nodes.Import, nodes.FromImport),
    *(nodes.Extends, nodes.Block, nodes.Assign, nodes.AssignBlock, nodes.With),
)


def is_dynamic(text: str) -> bool:
    """Whether `text` has anything for Jinja in it."""
    return "{{" in text or "{%" in text or "{#" in text


@lru_cache(maxsize=8192)
def text_problem(text: str) -> tuple[str, str, str] | None:
    """(code, message, hint) for a text that cannot be expanded; None where it can."""
    return _problem(lambda: parse_text(text), text) if is_dynamic(text) else None


@lru_cache(maxsize=8192)
def expression_problem(text: str) -> tuple[str, str, str] | None:
    """The same for a bare expression: `when`, `where`, `query`."""
    if is_dynamic(text):
        return "bad-expression", f"{{{{ }}}} in “{text}”", "an expression is written without braces: when: price > 10"
    return _problem(lambda: parse_expression(text), text)


def parse_text(text: str) -> nodes.Node:
    """The syntax tree of a text; TemplateSyntaxError where it has none."""
    return _ENVIRONMENT.parse(text)


def parse_expression(text: str) -> nodes.Node:
    """The same for a bare expression."""
    parser = Parser(_ENVIRONMENT, text, state="variable")
    parsed = parser.parse_expression()
    if not parser.stream.eos:
        raise TemplateSyntaxError(f"'{parser.stream.current.value}' is one word too many", parser.stream.current.lineno)
    return parsed


def _problem(parse, text: str) -> tuple[str, str, str] | None:  # type: ignore[no-untyped-def]
    if len(text) > MAX_CHARS:
        return "too-long", f"{len(text)} characters with Jinja in them; {MAX_CHARS} are allowed", ""
    try:
        tree = parse()
    except TemplateSyntaxError as error:
        return "bad-expression", f"{error.message}, in “{_short(text)}”", _syntax_hint(error.message or "")
    except RecursionError:
        return "too-long", "an expression nested too deeply", ""
    return _forbidden(tree, text)


def _syntax_hint(message: str) -> str:
    if "unexpected end" in message or "end of" in message:
        return "close it: {{ name }}"
    return "" if "'" not in message else "names, filters (| date), and + - * / ~ == and or not in are understood"


def _forbidden(tree: nodes.Node, text: str) -> tuple[str, str, str] | None:
    for node in [tree, *tree.find_all(nodes.Node)]:
        if isinstance(node, _STATEMENTS):
            name = type(node).__name__.lower()
            return "forbidden", f"'{{% {name} %}}' is not allowed in specs", "repeat with for_each, choose with when"
        if isinstance(node, nodes.Call):
            return "forbidden", f"a call, in “{_short(text)}”", "use a filter: {{ value | date }}"
        private = _private(node)
        if private:
            return "forbidden", f"'{private}' cannot be read, in “{_short(text)}”", "only data has names: vars, data, facts, row"
    return None


def _private(node: nodes.Node) -> str:
    if isinstance(node, nodes.Name):
        name = node.name
    elif isinstance(node, nodes.Getattr):
        name = node.attr
    elif isinstance(node, nodes.Getitem) and isinstance(node.arg, nodes.Const):
        name = node.arg.value
    else:
        return ""
    return str(name) if isinstance(name, str) and name.startswith("_") else ""


def _short(text: str) -> str:
    return text if len(text) <= 80 else text[:79] + "…"


def check_text(text: str, place: Place, report: Report) -> bool:
    """Whether a text can be expanded; else it is reported."""
    return _check(text_problem(text), place, report)


def check_expression(text: str, place: Place, report: Report) -> bool:
    """Whether a bare expression can be evaluated; else it is reported."""
    return _check(expression_problem(text), place, report)


def _check(problem: tuple[str, str, str] | None, place: Place, report: Report) -> bool:
    if problem:
        report.add(problem[0], problem[1], place, problem[2])
    return problem is None
