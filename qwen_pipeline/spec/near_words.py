"""Fields that take a name or free words: a name misspelt is words, and drawn as such. The author is told."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable

from qwen_pipeline.types import Place
from qwen_pipeline.types.spec import SceneSpec

from .jinja import is_dynamic
from .report import Report

_FEW_WORDS = 3
"""Longer ones are descriptions. `new-year-print` written with spaces is three."""
_ALIKE = {1: 0.75, 2: 0.85, 3: 0.9}
"""How alike, by the number of words: `watercolor` and `Ink Wash` are told, `dark clay` and `swiss alps` are not."""
_NO_SCENE = frozenset({"none", "no", "off", "null", "nil", "false", "nothing", "无"})


def check_words(scene: SceneSpec, place_of: Callable[[str], Place], styles: Iterable[str], report: Report) -> None:
    """Notice words that are nearly a name; report a style that reads data, which no style can."""
    place = place_of("style")
    if is_dynamic(scene.style):
        message, hint = "scene.style is the same for all pieces", "fill subject, details, lighting or composition from data"
        report.add("bad-value", message, place, hint)
    else:
        _note_style(scene.style, place, styles, report)
    if scene.subject.strip().casefold() in _NO_SCENE:
        where = place_of("subject")
        report.notices.append(f"{where}: '{scene.subject}' is drawn as words; for no picture at all write scene: none")


def _note_style(style: str, place: Place, styles: Iterable[str], report: Report) -> None:
    named = list(styles)
    words = style.replace("-", " ").replace("_", " ").split()
    if style in named or not 0 < len(words) <= _FEW_WORDS:
        return
    written = len(style.split())
    near = difflib.get_close_matches("-".join(words).casefold(), named, n=1, cutoff=_ALIKE[min(written, 3)])
    if near:
        said = f"scene.style '{style}' is no named style, and is used as words; did you mean '{near[0]}'?"
        report.notices.append(f"{place}: {said}")
