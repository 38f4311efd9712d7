"""What two texts of a pair say in figures, and what one of them says that the other does not.

What stands in digits must have its like on the other side, in digits or in words. What stands in words alone is never missed:
a translator may say `每晚八点` as `every night at eight`. Weekdays are compared where both sides name some.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from qwen_pipeline.dataclass import dataclass

from .moments import Moments, Token, take_moments
from .numerals import links, numerals, without_links
from .spelled import spelled_numbers

_PHONE = re.compile(
    r"(?<![\d.,-])(?:\+\d{1,3}[\s-]?(?:\(0\))?[\s-]?)?(?:"
    r"\(?0\d{2,4}\)?[\s-]?\d{3,4}[\s-]?\d{3,4}|1[3-9]\d[\s-]?\d{4}[\s-]?\d{4}|[48]00[\s-]?\d{3,4}[\s-]?\d{3,4}"
    r"|\d{3,4}-\d{3,4}-\d{4}|(?<=[\s-])\(?\d{1,4}\)?(?:[\s-]\d{2,4}){2,4})(?![\d.,])"
)
_PER_CENT = re.compile(r"(?<=\d)\s?(?:per\s?cent|percent|pct)\b", re.I)
_HAN_PER_CENT = re.compile(r"百分之(?=(\d[\d.]*))\1")
_DECADE = re.compile(r"(?<!\d)['’]?(\d0)(?:\s?年代|s\b)")
_ROUND_THE_CLOCK = re.compile(r"24\s?/\s?7|7\s?[×x*]\s?24")
_TRUNK = "+086"


@dataclass(frozen=True, slots=True)
class Said:
    """The figures of one text. `worded`: numbers that its words may stand for."""

    links: frozenset[str]
    phones: frozenset[str]
    moments: Moments
    numbers: frozenset[str]
    worded: frozenset[str]


def said(text: str, locale: str) -> Said:
    """Links, phone numbers, dates, times and numbers of a text."""
    rest = _HAN_PER_CENT.sub(r"\1%", _PER_CENT.sub("%", without_links(text)))
    rest = _ROUND_THE_CLOCK.sub(" ", _DECADE.sub(r" 19\1 ", rest))
    phones = frozenset(re.sub(r"\D", "", re.sub(r"^\+86|\(0\)", "", m[0].strip())).lstrip("0") for m in _PHONE.finditer(rest))
    moments, rest = take_moments(_PHONE.sub(" ", rest), locale)
    numbers = frozenset(_number(n.value) + ("%" if n.percent else "") for n in numerals(rest, locale))
    return Said(frozenset(links(text)), phones, moments, numbers, spelled_numbers(text))


def _number(value: Decimal) -> str:
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


@dataclass(frozen=True, slots=True)
class Difference:
    """What only one side says, as people write it."""

    code: str
    only_first: tuple[str, ...]
    only_second: tuple[str, ...]


def differences(a: Said, b: Said) -> Iterator[Difference]:
    """One difference a code: links, dates, numbers."""
    yield from _difference("links", a.links - b.links, b.links - a.links)
    dates = [_unmatched(a.moments, b), _unmatched(b.moments, a)]
    numbers = _missing(a, b), _missing(b, a)
    for own, other in ((0, 1), (1, 0)):
        for token in sorted(dates[own]):
            alike = {number for number in numbers[other] if _may_be(token, number)}
            if alike:
                dates[own].discard(token)
                numbers[other].difference_update(alike)
    for own, other in ((0, 1), (1, 0)):
        loose = (a, b)[other].numbers
        dates[own] -= {token for token in dates[own] if any(_may_be(token, number) for number in loose)}
    weekdays = a.moments.kind("weekday"), b.moments.kind("weekday")
    if weekdays[0] and weekdays[1]:
        dates[0].update(weekdays[0] - weekdays[1])
        dates[1].update(weekdays[1] - weekdays[0])
    yield from _difference("dates", *({"/".join(t[1:]).strip("/") for t in found} for found in dates))
    phones = _other_phones(a, b), _other_phones(b, a)
    yield from _difference("numbers", numbers[0] | phones[0], numbers[1] | phones[1])


def _difference(code: str, a: set[str] | frozenset[str], b: set[str] | frozenset[str]) -> Iterator[Difference]:
    if a or b:
        yield Difference(code, tuple(sorted(a)), tuple(sorted(b)))


def _missing(a: Said, b: Said) -> set[str]:
    return set(a.numbers - b.numbers - b.worded)


def _other_phones(a: Said, b: Said) -> set[str]:
    """Phone numbers of `a` that are none of `b`'s, with or without the code of the country."""
    return {phone for phone in a.phones if not any(phone.endswith(o) or o.endswith(phone) for o in b.phones)}


# --- dates and times ---------------------------------------------------------------------------------------------------


def _unmatched(own: Moments, other: Said) -> set[Token]:
    """Stated dates and times that the other side has neither stated nor in words."""
    theirs = other.moments.stated | other.moments.worded
    return {
        token
        for token in own.stated
        if token[0] != "weekday"
        and not any(_same(token, their) for their in theirs)
        and not any(_may_be(token, number) for number in other.worded)
    }


def _same(a: Token, b: Token) -> bool:
    if a[0] == b[0] == "time":
        hours = int(a[1]) % 12 == int(b[1]) % 12 if "12" in (a[3], b[3]) else a[1] == b[1]
        return hours and a[2] == b[2]
    if {a[0], b[0]} == {"day", "date"}:
        return a[-1] == b[-1]
    return a == b


def _may_be(token: Token, number: str) -> bool:
    """Whether a bare number may stand for this date or time: `7` for 19:00, `18` for the 18th, `4.18` for 18 April."""
    if token[0] == "time":
        return number.isdecimal() and token[2] in ("00", "30") and int(number) % 12 == int(token[1]) % 12
    if token[0] == "date":
        return number == _number(Decimal(f"{token[1]}.{token[2]}"))
    return token[0] in ("day", "month") and number == token[1]
