from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated

from pydantic import Field

from qwen_pipeline.types import TextLayer, TextPart
from qwen_pipeline.verify.check import Outcome, Settings, check
from qwen_pipeline.verify.pairing import differences, said
from qwen_pipeline.verify.subject import Subject

_SHORT = 16
"""Widths, in Latin letters, below which lengths are not compared."""


class ParitySettings(Settings):
    """Settings of `pair.parity`."""

    length: Annotated[float, Field(ge=0)] = 3.0
    """How many times longer one side may be, Han characters counted as two letters; 0 = any."""


@check(
    "pair.parity",
    rationale="A bilingual page with two prices, two dates or one language left out misleads half of its readers.",
    codes=("empty", "numbers", "dates", "links", "length"),
    settings=ParitySettings,
)
def CHECK(subject: Subject, settings: ParitySettings) -> Iterator[Outcome]:
    """Both languages of a bilingual text are there, with the same numbers, prices, dates, times, links and addresses."""
    for _, planned, _ in subject.each_page():
        for layer in planned.layers:
            if isinstance(layer, TextLayer) and len(layer.parts) > 1:
                for outcome in _compare(layer, settings):
                    yield replace(outcome, page=planned.id, string=f"{layer.id}/{layer.parts[1].locale}")


def _compare(layer: TextLayer, settings: ParitySettings) -> Iterator[Outcome]:
    empty = [part.locale for part in layer.parts if not part.text.strip()]
    if empty:
        yield Outcome("empty", f"{layer.id} has no words in {', '.join(empty)}", hint="write them")
        return
    first, *others = layer.parts
    for other in others:
        yield from _differences(layer.id, first, other)
        yield from _lengths(layer.id, first, other, settings.length)


def _differences(layer: str, a: TextPart, b: TextPart) -> Iterator[Outcome]:
    for found in differences(said(a.text, a.locale), said(b.text, b.locale)):
        only_a, only_b = ", ".join(found.only_first) or "nothing", ", ".join(found.only_second) or "nothing"
        yield Outcome(
            found.code,
            f"{layer}: {a.locale} and {b.locale} do not say the same {found.code}",
            measured=f"only {a.locale}: {only_a}; only {b.locale}: {only_b}",
            hint="correct one side",
        )


def _lengths(layer: str, a: TextPart, b: TextPart, most: float) -> Iterator[Outcome]:
    short, long = sorted((_width(a.text), _width(b.text)))
    if most > 0 and long > _SHORT and long > most * short:
        yield Outcome(
            "length",
            f"{layer}: one language is {long / max(short, 1):.1f} times as long as the other",
            measured=f"{long / max(short, 1):.1f}",
            allowed=f"{most:g}",
            hint="see whether a part was left out",
            at="warn",
        )


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)
