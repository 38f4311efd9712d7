"""Dates, times and weekdays in running text, in whatever way a language writes them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, ItemsView, Iterator, Mapping
from functools import cache

from babel import Locale, UnknownLocaleError
from babel.dates import get_day_names, get_month_names

Tokens = Counter[tuple[str, ...]]

_HAN = {"〇": 0, "零": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
_HAN_NUMBER = "[〇零一二两三四五六七八九十]"
_NUMBER = rf"(?:\d{{1,2}}|{_HAN_NUMBER}{{1,3}})"
_DASH = r"\s*(?:-|–|—|~|～|至|到|to|and|&|und|et|、|,)\s*"
_AFTERNOON = ("下午", "晚上", "傍晚", "晚", "午后", "pm", "p.m.")
_NOON_OR_LATER = 12

_PART = "上午|早上|清晨|凌晨|中午|下午|晚上|傍晚|晚|午后"
_HAN_DATE = re.compile(rf"(?:(?P<year>\d{{4}})\s?年\s?)?(?P<month>{_NUMBER})\s?月(?:\s?(?P<day>{_NUMBER})\s?[日号號])?")
_HAN_DATES = re.compile(
    rf"(?:(?P<year>\d{{4}})\s?年\s?)?(?P<month>{_NUMBER})\s?月\s?(?P<day>{_NUMBER})\s?[日号號]?{_DASH}(?P<last>{_NUMBER})\s?[日号號]"
)
_ISO_DATE = re.compile(r"(?<!\d)(?P<year>\d{4})[-./](?P<month>\d{1,2})[-./](?P<day>\d{1,2})(?!\d)")
_HAN_WEEKDAY = re.compile(r"(?:星期|周|週|礼拜)([一二三四五六日天])")
_HAN_TIME = re.compile(
    rf"(?P<part>{_PART})?\s?(?P<hour>{_NUMBER})\s?[点點时時](?!间|間|候|代|长|尚)"
    rf"(?:(?P<half>半)|(?P<minute>{_NUMBER})\s?分?)?"
)
_AFTER = r"(?P<after>[ap]\.?m\b\.?)"
_CLOCK = re.compile(rf"(?P<part>{_PART})?\s?(?<![\d:])(?P<hour>\d{{1,2}})[:：](?P<minute>\d{{2}})(?!\d)\s?{_AFTER}?", re.I)
_AM_PM = re.compile(rf"(?<![\d:.])(?P<hour>\d{{1,2}})(?:\.(?P<minute>\d{{2}}))?\s?{_AFTER}", re.I)
_AM_PM_FROM = re.compile(
    rf"(?<![\d:.])(?P<hour>\d{{1,2}})(?:[:.](?P<minute>\d{{2}}))?(?=\s?[-–—]\s?\d{{1,2}}(?:[:.]\d{{2}})?\s?{_AFTER})", re.I
)
"""The first time of `2–5 pm`."""


def take_moments(text: str, locale: str) -> tuple[Tokens, str]:
    """(dates, times and weekdays; the text without them). Years stay in the text, as numbers."""
    found: Tokens = Counter()

    def take(pattern: re.Pattern[str], read: Callable[[re.Match[str]], list[tuple[str, ...]]], keep_year: bool = False) -> None:
        nonlocal text

        def swallow(match: re.Match[str]) -> str:
            found.update(read(match))
            year = match.groupdict().get("year") if keep_year else None
            return f" {year} " if year else " "

        text = pattern.sub(swallow, text)

    take(_ISO_DATE, _read_date, keep_year=True)
    take(_HAN_DATES, _read_date, keep_year=True)
    take(_HAN_DATE, _read_date, keep_year=True)
    take(_HAN_WEEKDAY, lambda m: [("weekday", str("一二三四五六日".index(m[1].replace("天", "日"))))])
    take(_AM_PM_FROM, _read_time)
    take(_CLOCK, _read_time)
    take(_HAN_TIME, _read_time)
    take(_AM_PM, _read_time)
    months, weekdays = _names(locale)
    if months:
        name = "|".join(sorted(map(re.escape, months), key=len, reverse=True))
        ordinal = r"(?:st|nd|rd|th|\.|er|º)?"
        day, last = rf"(?P<day>\d{{1,2}}){ordinal}(?!\d)", rf"(?:{_DASH}(?P<last>\d{{1,2}}){ordinal}(?!\d))?"
        month = rf"(?P<name>{name})\.?(?!\w)"

        def read_named(match: re.Match[str]) -> list[tuple[str, ...]]:
            return _dates(months[match["name"].casefold()], match["day"], match["last"])

        take(re.compile(rf"(?<!\d){day}{last}\s*(?:of\s|de\s)?\s*{month}", re.I), read_named)
        take(re.compile(rf"(?<!\w){month}\s+{day}(?!:){last}", re.I), read_named)
        take(re.compile(rf"(?<!\w){month}(?=\s*\d{{4}})", re.I), lambda m: [("month", str(months[m["name"].casefold()]))])
    if weekdays:
        day_name = "|".join(sorted(map(re.escape, weekdays), key=len, reverse=True))
        take(re.compile(rf"(?<!\w)({day_name})(?!\w)", re.I), lambda m: [("weekday", str(weekdays[m[1].casefold()]))])
    return found, text


def _read_date(match: re.Match[str]) -> list[tuple[str, ...]]:
    groups = match.groupdict()
    month = _to_int(groups["month"])
    if groups["day"] is None:
        return [("month", str(month))]
    return _dates(month, groups["day"], groups.get("last"))


def _dates(month: int, day: str, last: str | None) -> list[tuple[str, ...]]:
    return [("date", str(month), str(_to_int(d))) for d in (day, last) if d]


def _read_time(match: re.Match[str]) -> list[tuple[str, ...]]:
    groups = match.groupdict()
    hour = _to_int(groups["hour"])
    minute = 30 if groups.get("half") else _to_int(groups.get("minute") or "0")
    part = (groups.get("part") or groups.get("after") or "").lower()
    later = part in _AFTERNOON or part.startswith("p")
    if later and hour < _NOON_OR_LATER:
        hour += 12
    elif part.startswith("a") and hour == _NOON_OR_LATER:
        hour = 0
    return [("time", f"{hour:02}:{minute:02}")]


def _to_int(text: str) -> int:
    """`18`, `十八`, `二十`, `三`."""
    if text.isdecimal():
        return int(text)
    if "十" in text:
        tens, _, ones = text.partition("十")
        return _HAN.get(tens, 1) * 10 + _HAN.get(ones, 0)
    return int("".join(str(_HAN[c]) for c in text))


@cache
def _names(locale: str) -> tuple[dict[str, int], dict[str, int]]:
    """Month name -> 1 to 12 and weekday name -> 0 (Monday) to 6, case folded; empty for languages that write digits."""
    try:
        found = Locale.parse(locale, sep="-")
    except (ValueError, UnknownLocaleError):
        return {}, {}
    months = {_key(name): n for names in _forms(get_month_names, found) for n, name in names}
    days = {_key(name): n for names in _forms(get_day_names, found) for n, name in names}
    lettered = {name: n for name, n in months.items() if name.isalpha() and not name.endswith("月")}
    return lettered, {name: n for name, n in days.items() if name.isalpha() and not re.match("[星周週]", name)}


def _forms(names: Callable[..., Mapping[int, str]], locale: Locale) -> Iterator[ItemsView[int, str]]:
    """Full and short names, in sentences and standing alone."""
    for width in ("wide", "abbreviated"):
        for context in ("format", "stand-alone"):
            yield names(width, context, locale).items()


def _key(name: str) -> str:
    return name.casefold().rstrip(".")
