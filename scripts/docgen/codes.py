"""Every error and finding code that the source can give, found by reading it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from qwen_pipeline import verify

CALLS = {
    "Diagnostic",
    "ExpansionError",
    "BadData",
    "fail",
    "add",
    "_BadRow",
    "_broken",
    "_entry",
    "_Problem",
    "_refuse",
    "_unknown",
    "_undrawable",
}
"""What takes a code as one of its first arguments."""
MAPS = {"_CUSTOM", "_CODES"}
"""Tables whose values are codes."""
CODE = re.compile(r"[a-z]+[0-9]*(-[a-z0-9]+)*")


def error_codes(root: Path) -> dict[str, set[str]]:
    """Code -> the files that give it: errors, diagnostics and failures."""
    found: dict[str, set[str]] = {}
    for folder in ("qwen_pipeline", "flows"):
        for path in sorted((root / folder).rglob("*.py")):
            if "checks" in path.parts:
                continue
            for code in _in_tree(ast.parse(path.read_text(encoding="utf-8"))):
                found.setdefault(code, set()).add(path.relative_to(root).as_posix())
    return dict(sorted(found.items()))


def finding_codes() -> set[str]:
    """`check/code` of every check, and what the runner says of a check that crashed."""
    return {f"{check.id}/{code}" for check in verify.all_checks().values() for code in check.codes} | {"any check/crashed"}


def _in_tree(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield from _in_call(node)
        elif isinstance(node, ast.ClassDef):
            for statement in node.body:
                if isinstance(statement, ast.Assign) and _is_named(statement.targets[0], {"code"}):
                    yield from _text(statement.value)
        elif isinstance(node, ast.Assign) and _is_named(node.targets[0], MAPS) and isinstance(node.value, ast.Dict):
            for value in node.value.values:
                yield from _text(value)


def _in_call(node: ast.Call) -> Iterator[str]:
    for keyword in node.keywords:
        if keyword.arg == "code":
            yield from _text(keyword.value)
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    if name in CALLS and len(node.args) > 1:
        codes = [code for argument in node.args[:3] for code in _text(argument)]
        yield from codes[:1]


def _text(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and CODE.fullmatch(node.value):
        yield node.value


def _is_named(node: ast.expr, names: set[str]) -> bool:
    return isinstance(node, ast.Name) and node.id in names
