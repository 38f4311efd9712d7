from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from qwen_pipeline.types import Fact, Page, SetString
from qwen_pipeline.verify.check import Outcome, Settings, check
from qwen_pipeline.verify.numerals import Numeral, numerals, plain, without_links
from qwen_pipeline.verify.subject import Subject
from qwen_pipeline.verify.wanted import charts


class NumbersSettings(Settings):
    """Settings of `numbers.traceable`."""

    allow: str | int | float = ""
    """Numbers that need no fact, with commas or spaces between: `2026 24/7`."""
    skip_roles: str = "folio index"
    """Roles whose strings are not looked at."""


@check(
    "numbers.traceable",
    rationale="An infographic is believed for its numbers; one that nobody can trace to a source is a rumour in large type.",
    codes=("untraced",),
    settings=NumbersSettings,
)
def CHECK(subject: Subject, settings: NumbersSettings) -> Iterator[Outcome]:
    """Every number in the words of the page is the value of a fact or in a chart's data, as such or rounded to what is shown."""
    facts = subject.piece.facts
    if facts is None:
        return
    skipped = settings.skip_roles.replace(",", " ").split()
    known = _values(facts, subject.piece.locales)
    for _, planned, page in subject.each_page():
        plotted = _plotted(planned)
        for string in page.strings:
            if string.role in skipped or string.layer in charts(planned):
                continue
            for numeral in _numerals(string, settings):
                if not _is_known(numeral, known | plotted):
                    yield Outcome(
                        "untraced",
                        f"{numeral.text} in “{string.text[:40]}” is no fact",
                        page.id,
                        string.id,
                        string.box,
                        measured=numeral.text,
                        allowed=", ".join(f"{fact.name} = {fact.value}" for fact in facts[:8]),
                        hint="write it as a fact and refer to it, or allow it: checks: {numbers.traceable: {allow: ...}}",
                    )


def _numerals(string: SetString, settings: NumbersSettings) -> Iterator[Numeral]:
    text = without_links(string.text)
    for allowed in re.split(r"[\s,]+", plain(str(settings.allow))):
        if allowed:
            text = re.sub(rf"(?<!\d){re.escape(allowed)}(?!\d)", " ", text)
    return numerals(text, string.locale)


def _values(facts: tuple[Fact, ...], locales: tuple[str, ...]) -> frozenset[tuple[Decimal, bool]]:
    """(value, is a percentage) of every number in every fact, read with the separators of English and of the piece's locales."""
    return frozenset(
        (numeral.value, numeral.percent)
        for fact in facts
        for locale in ("en", *locales)
        for numeral in numerals(fact.value, locale)
    )


def _plotted(page: Page) -> frozenset[tuple[Decimal, bool]]:
    """As `_values`, of the numbers that the page's charts are drawn from."""
    pairs = ((chart, value) for chart in charts(page).values() for series in chart.series for value in series.values)
    return frozenset((Decimal(str(value)), "%" in chart.unit) for chart, value in pairs)


def _is_known(numeral: Numeral, known: frozenset[tuple[Decimal, bool]]) -> bool:
    for value, percent in known:
        shares = (value, value * 100) if numeral.percent and not percent else (value,)
        if any(numeral.rounds(share) for share in shares):
            return True
    return False
