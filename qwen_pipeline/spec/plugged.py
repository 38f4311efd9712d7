"""Ids of what is one file in a folder elsewhere: output formats, checks, engines. Their files are listed, never imported."""

from __future__ import annotations

from collections.abc import Iterable

from qwen_pipeline import discover
from qwen_pipeline.types import Place
from qwen_pipeline.types.spec import Batch, Document

from .report import Report, nearest
from .tree import Map, place_of

FORMATS = "qwen_pipeline.assemble.formats"
CHECKS = "qwen_pipeline.verify.checks"
ENGINES = "qwen_pipeline.render.engines"
AUTO = "auto"


def check_ids(document: Document | Batch, tree: Map, report: Report) -> None:
    """Report output formats, checks and engines that are not there."""
    for index, output in enumerate(document.outputs):
        place = place_of(tree, ("outputs", index, "format"))
        _known(output.format, "format", "output format", discover.modules(FORMATS), place, report)
    for name in document.checks:
        _known(name, "check", "check", discover.modules(CHECKS), place_of(tree, ("checks", name), key=True), report)
    if document.generate is not None:
        engines = [AUTO, *discover.modules(ENGINES, separator="-")]
        _known(document.generate.model, "engine", "engine", engines, place_of(tree, ("generate", "model")), report)


def _known(id: str, code: str, what: str, known: Iterable[str], place: Place, report: Report) -> None:
    words = list(known)
    if id not in words:
        report.add(f"unknown-{code}", f"no {what} '{id}'", place, nearest(id, words))
