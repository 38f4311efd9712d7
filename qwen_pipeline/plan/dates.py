"""Filters for dates and times of day, and the language that every filter writes in."""

from __future__ import annotations

import datetime as dt
import difflib
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from jinja2 import pass_context
from jinja2.runtime import Context

_DATE = re.compile(r"^(\d{4})-(\d{1,2})(?:-(\d{1,2}))?(?:[T ](\d{1,2}):(\d{2})(?::(\d{2}))?)?$")


def _tag(context: Context) -> str:
    locale = context.get("locale")
    return str(locale["tag"]) if isinstance(locale, Mapping) else "en"


def babel_locale(context: Context, locale: Any = None) -> Any:
    return parse_locale(locale_tag(context, locale))


def locale_tag(context: Context, locale: Any) -> str:
    return str(locale["tag"]) if isinstance(locale, Mapping) else str(locale or _tag(context))


@lru_cache(maxsize=256)
def parse_locale(tag: str) -> Any:
    from babel import Locale, UnknownLocaleError

    try:
        return Locale.parse(tag, sep="-")
    except (UnknownLocaleError, ValueError):
        pass
    try:
        return Locale.parse(tag.split("-")[0], sep="-")
    except (UnknownLocaleError, ValueError):
        raise ValueError(f"'{tag}' is no locale (zh-CN, en-GB); a currency is three capitals (EUR)") from None


def parse_date(value: Any) -> dt.date | dt.datetime:
    """A date from ISO text (`2026-04-18`, `2026-04-18T09:30`, `2026-04` for its first day); ValueError says what was found."""
    if isinstance(value, (dt.date, dt.datetime)):
        return value
    match = _DATE.match(str(value).strip())
    if not match:
        raise ValueError(f"'{value}' is not a date; write 2026-04-18 or 2026-04-18T09:30")
    year, month, day = int(match[1]), int(match[2]), int(match[3] or 1)
    if match[4] is None:
        return dt.date(year, month, day)
    return dt.datetime(year, month, day, int(match[4]), int(match[5]), int(match[6] or 0))


_PATTERNS = ("short", "medium", "long", "full")
_QUOTED = re.compile(r"'[^']*'")
_CLOCK = re.compile(r"[abBhHKkmsSAzZOvVXx]")
"""Letters of CLDR that stand for hours, minutes, seconds and zones."""


def _check_pattern(pattern: Any) -> None:
    """A name of a pattern that is misspelt would be read as letters of CLDR."""
    if not isinstance(pattern, str):
        raise ValueError(f"{pattern!r} is no pattern: {', '.join(_PATTERNS)}, or letters of CLDR (d MMMM)")
    near = difflib.get_close_matches(pattern.strip().casefold(), _PATTERNS, n=1, cutoff=0.7)
    if near and pattern not in _PATTERNS:
        raise ValueError(f"'{pattern}' is no pattern; did you mean '{near[0]}'?")


@pass_context
def date(context: Context, value: Any, pattern: str = "long", locale: Any = None) -> str:
    """A date in the text's language. Pattern: short, medium, long, full, or CLDR letters (`M月d日`, `d MMMM`)."""
    from babel.dates import format_date, format_datetime

    parsed = parse_date(value)
    _check_pattern(pattern)
    if not isinstance(parsed, dt.datetime) and _CLOCK.search(_QUOTED.sub("", pattern)) and pattern not in _PATTERNS:
        raise ValueError(f"'{value}' has no time of day, which the pattern '{pattern}' asks for")
    if isinstance(parsed, dt.datetime):
        return str(format_datetime(parsed, pattern, locale=babel_locale(context, locale)))
    return str(format_date(parsed, pattern, locale=babel_locale(context, locale)))


@pass_context
def date_range(context: Context, value: Any, end: Any, pattern: str = "long", locale: Any = None, year: bool = True) -> str:
    """Two dates as a span in the text's language: 3–5 March 2026, 2026年3月3日至5日. Pattern: long, medium; `year=false`."""
    from babel.dates import format_date

    first, last = (dt.date(day.year, day.month, day.day) for day in map(parse_date, (value, end)))
    if pattern not in ("long", "medium"):
        raise ValueError(f"'{pattern}' is no pattern of a span: long, medium")
    if last < first:
        raise ValueError(f"{last} is before {first}")
    if not year and first.year != last.year:
        raise ValueError(f"{first} and {last} are in two years; leave year=false out")
    language = babel_locale(context, locale)
    differs = "y" if first.year != last.year else "M" if first.month != last.month else "d"
    skeleton = "yMMMd" if year else "MMMd"
    found = language.interval_formats[skeleton][differs] if first < last else [str(language.datetime_skeletons[skeleton].pattern)]
    parts = [re.sub(r"(?<!M)MMM(?!M)", "MMMM", part) if pattern == "long" else part for part in found]
    text = "".join(format_date(day, part, locale=language) for day, part in zip((first, last), parts, strict=False))
    return text.replace("\u2009–\u2009", "–" if differs == "d" else "\u00a0– ")


@pass_context
def time(context: Context, value: Any, pattern: str = "short", locale: Any = None) -> str:
    """A time of day (`09:30`, or a date with time) in the text's language."""
    from babel.dates import format_time

    match = re.match(r"^(?:.*[T ])?(\d{1,2}):(\d{2})(?::(\d{2}))?$", str(value))
    if not match:
        raise ValueError(f"'{value}' is not a time; write 09:30")
    _check_pattern(pattern)
    return str(
        format_time(dt.time(int(match[1]), int(match[2]), int(match[3] or 0)), pattern, locale=babel_locale(context, locale))
    )
