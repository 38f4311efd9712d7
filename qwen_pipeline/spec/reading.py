"""What a string with Jinja reads: names, their entries, filters. Nothing is expanded."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from jinja2 import TemplateSyntaxError, nodes
from jinja2.tests import TESTS

from qwen_pipeline.dataclass import dataclass

from .jinja import is_dynamic, parse_expression, parse_text

_DEFAULT = ("default", "d")
_EXISTS = ("defined", "undefined")


@dataclass(frozen=True, slots=True)
class Reading:
    """`entries`: (name, key) of `name.key` and `name['key']`. What the string itself allows to be missing is left out."""

    names: tuple[str, ...] = ()
    entries: tuple[tuple[str, str], ...] = ()
    filters: tuple[str, ...] = ()
    tests: tuple[str, ...] = ()


_NOTHING = Reading()


@lru_cache(maxsize=8192)
def read_names(text: str, expression: bool = False) -> Reading:
    """The reading of a text, or of a bare expression. One that cannot be parsed reads nothing: it is reported elsewhere."""
    if not expression and not is_dynamic(text):
        return _NOTHING
    try:
        tree = parse_expression(text) if expression else parse_text(text)
    except (TemplateSyntaxError, RecursionError):
        return _NOTHING
    everything = [tree, *tree.find_all(nodes.Node)]
    optional = {pair for node in everything for pair in _optional(node)}
    names = dict.fromkeys(n.name for n in everything if isinstance(n, nodes.Name))
    entries = dict.fromkeys(pair for node in everything if (pair := _entry(node)))
    return Reading(
        names=tuple(name for name in names if (name, "") not in optional),
        entries=tuple(pair for pair in entries if pair not in optional),
        filters=tuple(dict.fromkeys(n.name for n in everything if isinstance(n, nodes.Filter))),
        tests=tuple(dict.fromkeys(n.name for n in everything if isinstance(n, nodes.Test) and n.name not in TESTS)),
    )


def _optional(node: nodes.Node) -> Iterator[tuple[str, str]]:
    """What may be missing: `x | default(...)`, `x is defined`, and every step of `x.y.z` there."""
    if (isinstance(node, nodes.Filter) and node.name in _DEFAULT) or (isinstance(node, nodes.Test) and node.name in _EXISTS):
        step: nodes.Node | None = node.node
        while isinstance(step, (nodes.Getattr, nodes.Getitem)):
            if pair := _entry(step):
                yield pair
            step = step.node
        if isinstance(step, nodes.Name):
            yield step.name, ""


def _entry(node: nodes.Node) -> tuple[str, str] | None:
    if isinstance(node, nodes.Getattr) and isinstance(node.node, nodes.Name):
        return node.node.name, node.attr
    if isinstance(node, nodes.Getitem) and isinstance(node.node, nodes.Name):
        key = node.arg.value if isinstance(node.arg, nodes.Const) else None
        return (node.node.name, key) if isinstance(key, str) else None
    return None
