"""Names of outputs: inside the output folder, and writable on every system."""

from __future__ import annotations

import re
from collections.abc import Sequence

from qwen_pipeline.types.spec import OutputSpec

from .report import Report
from .tree import Map, place_of

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_FORBIDDEN = re.compile(r'[\\:*?"<>|]')


def check_outputs(outputs: Sequence[OutputSpec], tree: Map, report: Report) -> None:
    """Report names that would leave the output folder, or could not be written."""
    for index, output in enumerate(outputs):
        if output.name is None:
            continue
        problem = _problem(output.name)
        if problem:
            report.add(
                "unsafe-name",
                f"“{output.name}” {problem}",
                place_of(tree, ("outputs", index, "name")),
                'a path inside the output folder: "{name}.{locale}.pdf"',
            )


def _problem(name: str) -> str:
    parts = name.split("/")
    if name.startswith(("/", "~")) or re.match(r"^[A-Za-z]:", name):
        return "is not inside the output folder"
    if ".." in parts:
        return "leaves the output folder"
    if _CONTROL.search(name):
        return "has control characters"
    if _FORBIDDEN.search(name):
        return f"has '{_FORBIDDEN.search(name)[0]}', which no file name may have"  # type: ignore[index]
    if "{{" in name or "{%" in name:
        return "has Jinja; fields of names are written {locale}"
    if re.sub(r"\{[^{}]*\}", "", name).strip("{}") != re.sub(r"\{[^{}]*\}", "", name):
        return "has a brace that is not closed"
    if any(part in ("", ".") or part != part.strip() for part in parts):
        return "has an empty part"
    return ""
