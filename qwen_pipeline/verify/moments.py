"""Dates, times and weekdays in running text, in whatever way a language writes them."""

from __future__ import annotations

import re
from collections.abc import Callable, ItemsView, Iterator, Mapping
from dataclasses import field
from functools import cache

from babel import Locale, UnknownLocaleError

from qwen_pipeline.dataclass import dataclass

Token = tuple[str, ...]
"""("date", month, day), ("month", month), ("day", day), ("weekday", 0 to 6) or ("time", hour, minute, "" or "12")."""

_HAN = {"〇": 0, "零": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
_HAN_NUMBER = "[〇零一二两三四五六七八九十]"
_NUMBER = rf"(?:\d{{1,2}}|{_HAN_NUMBER}{{1,3}})"
_DASH = r"\s*(?:-|–|—|~|～|至|到|to|and|&|und|et|、|,)\s*"
_AFTERNOON = ("下午", "晚上", "傍晚", "晚", "今晚", "每晚", "当晚", "午后", "pm", "p.m.")
_NOON_OR_LATER = 12
_ABBREVIATED = 4
"""Letters of short weekdays, which are words, too, unless they are capitals: Sun, Sat."""

_PART = "上午|早上|清早|清晨|凌晨|早|中午|下午|晚上|傍晚|今晚|每晚|当晚|晚|午后"
_DAY = rf"(?P<month>{_NUMBER})\s?月\s?(?P<day>{_NUMBER})\s?[日号號]?"
_HAN_DATE = re.compile(rf"(?:(?P<year>\d{{4}})\s?年\s?)?(?P<month>{_NUMBER})\s?月(?!度)(?:\s?(?P<day>{_NUMBER})\s?[日号號])?")
_HAN_DATES = re.compile(rf"(?:(?P<year>\d{{4}})\s?年\s?)?{_DAY}{_DASH}(?P<last>{_NUMBER})\s?[日号號]")
_HAN_DAYS = re.compile(rf"(?<!\d)(?:(?P<day>\d{{1,2}})\s?[日号號]?{_DASH})?(?P<last>\d{{1,2}})\s?日")
"""Days without a month. `12号` alone is left a number: it is as often a house, a gate or an issue."""
_ISO_DATE = re.compile(r"(?<!\d)(?P<year>\d{4})[-./](?P<month>\d{1,2})[-./](?P<day>\d{1,2})(?!\d)")
_SLASH_DATE = re.compile(r"(?<![\d/])(?P<first>\d{1,2})[/.](?P<second>\d{1,2})[/.](?P<year>\d{4})(?!\d)")
_HAN_WEEKDAY = re.compile(
    r"(?<![一二两三四五六七八九十])(?:星期|周|週|礼拜)([一二三四五六日天])(?![次回]|天)"
    r"(?:[至到、和—–-]([一二三四五六日天])(?![月日号点])|(?<=六)([日天])(?![程期前本常落出间]))?"
)
"""周六; 周一至五, 周六日; not 周五天, five days a week."""
_HAN_TIME = re.compile(
    rf"(?P<part>{_PART})?\s?(?P<hour>{_NUMBER})\s?[点點时時](?!间|間|候|代|长|尚)"
    rf"(?:(?P<half>半)|(?P<quarter>[一三])刻|(?P<minute>{_NUMBER})\s?分?)?"
)
_AFTER = r"(?P<after>[ap]\.?m\b\.?)"
_CLOCK = re.compile(rf"(?P<part>{_PART})?\s?(?<![\d:])(?P<hour>\d{{1,2}})[:：](?P<minute>\d{{2}})(?!\d)\s?{_AFTER}?", re.I)
_AM_PM = re.compile(rf"(?<![\d:.])(?P<hour>\d{{1,2}})(?:\.(?P<minute>\d{{2}}))?\s?{_AFTER}", re.I)
_AM_PM_FROM = re.compile(
    r"(?<![\d:.])(?P<hour>\d{1,2})(?:[:.](?P<minute>\d{2}))?"
    rf"(?=\s?(?:[-–—]|to|until|till)\s?\d{{1,2}}(?:[:.]\d{{2}})?\s?{_AFTER})",
    re.I,
)
"""The first time of `2–5 pm`."""
_NOON = re.compile(r"\b(?:noon|midday)\b|正午", re.I)
_MIDNIGHT = re.compile(r"\bmidnight\b|午夜|零点", re.I)
_EVENING = re.compile(r"[晚夜]|下午|午后|\b(?:tonight|evenings?|nights?|nightly|afternoons?)\b", re.I)
_DIGIT = re.compile(r"\d")


@dataclass(slots=True)
class Moments:
    """Dates, times and weekdays of a text: `stated` with digits or by a name, `worded` in number words alone."""

    stated: set[Token] = field(default_factory=set)
    worded: set[Token] = field(default_factory=set)

    def kind(self, name: str) -> set[Token]:
        """The stated ones of a kind."""
        return {token for token in self.stated if token[0] == name}


def take_moments(text: str, locale: str) -> tuple[Moments, str]:
    """(dates, times and weekdays; the text without them). Years stay in the text, as numbers."""
    found = Moments()
    evening = _EVENING.search(text) is not None

    def take(pattern: re.Pattern[str], read: Callable[[re.Match[str]], list[Token]], *, named: bool = False) -> None:
        nonlocal text

        def swallow(match: re.Match[str]) -> str:
            (found.stated if named or _DIGIT.search(match[0]) else found.worded).update(read(match))
            year = match.groupdict().get("year")
            return f" {year} " if year else " "

        text = pattern.sub(swallow, text)

    def read_time(match: re.Match[str]) -> list[Token]:
        return [_time(match, evening)]

    american = locale.endswith("-US")
    take(_ISO_DATE, _read_date)
    take(_SLASH_DATE, lambda m: _dates(int(m["first" if american else "second"]), m["second" if american else "first"], None))
    take(_HAN_DATES, _read_date)
    take(_HAN_DATE, _read_date)
    take(_HAN_WEEKDAY, _read_weekdays, named=True)
    take(_AM_PM_FROM, lambda m: [_time(m, True)])
    take(_CLOCK, read_time)
    take(_HAN_TIME, read_time)
    take(_AM_PM, read_time)
    _take_named(take, locale)
    take(_HAN_DAYS, lambda m: [("day", str(int(day))) for day in (m["day"], m["last"]) if day])
    take(_NOON, lambda _: [("time", "12", "00", "")])
    take(_MIDNIGHT, lambda _: [("time", "0", "00", "")])
    return found, text


def _take_named(take: Callable[..., None], locale: str) -> None:
    """Months and weekdays by the names that a language has for them."""
    months, weekdays = _names(locale)
    if months:
        name = "|".join(sorted(map(re.escape, months), key=len, reverse=True))
        ordinal = r"(?:st|nd|rd|th|\.|er|º)?"
        day, last = rf"(?P<day>\d{{1,2}}){ordinal}(?!\d)", rf"(?:{_DASH}(?P<last>\d{{1,2}}){ordinal}(?!\d))?"
        month = rf"(?P<name>{name})\.?(?!\w)"

        def read_named(match: re.Match[str]) -> list[Token]:
            return _dates(months[match["name"].casefold()], match["day"], match["last"])

        take(re.compile(rf"(?<!\d){day}{last}\s*(?:of\s|de\s)?\s*{month}", re.I), read_named)
        take(re.compile(rf"(?<!\w){month}\s+{day}(?![:%]|\s?[ap]\.?m\b){last}", re.I), read_named)
        take(
            re.compile(rf"(?<!\w){month}(?=,?\s*\d{{4}})", re.I),
            lambda m: [("month", str(months[m["name"].casefold()]))],
            named=True,
        )
        take(re.compile(rf"(?<!\w){month}", re.I), lambda m: [("month", str(months[m["name"].casefold()]))])
    if weekdays:
        long = "|".join(re.escape(n) for n in weekdays if len(n) > _ABBREVIATED)
        short = "|".join(re.escape(n.title()) for n in weekdays if len(n) <= _ABBREVIATED)
        both = "|".join(part for part in (f"(?i:{long})" if long else "", short) if part)
        day_name = re.compile(rf"(?<!\w)({both})s?(?!\w)")
        take(day_name, lambda m: [("weekday", str(weekdays[m[1].casefold()]))], named=True)


def _read_weekdays(match: re.Match[str]) -> list[Token]:
    return [("weekday", str("一二三四五六日".index(c.replace("天", "日")))) for c in match.groups() if c]


def _read_date(match: re.Match[str]) -> list[Token]:
    groups = match.groupdict()
    month = _to_int(groups["month"])
    if groups["day"] is None:
        return [("month", str(month))]
    return _dates(month, groups["day"], groups.get("last"))


def _dates(month: int, day: str, last: str | None) -> list[Token]:
    return [("date", str(month), str(_to_int(d))) for d in (day, last) if d]


def _time(match: re.Match[str], evening: bool) -> Token:
    """A time of day; its last part is "12" where nothing tells morning from evening."""
    groups = match.groupdict()
    hour = _to_int(groups["hour"])
    quarters = 2 if groups.get("half") else _to_int(groups.get("quarter") or "0")
    minute = 15 * quarters or _to_int(groups.get("minute") or "0")
    part = (groups.get("part") or groups.get("after") or "").lower()
    from_range = match.re is _AM_PM_FROM
    if (part in _AFTERNOON or part.startswith("p")) and hour < _NOON_OR_LATER:
        hour += 12
    elif part.startswith("a") and hour == _NOON_OR_LATER:
        hour = 0
    on_a_clock = match.re is _CLOCK and not evening
    unsure = from_range or not (part or on_a_clock or hour > _NOON_OR_LATER)
    return ("time", str(hour % 12 if unsure else hour), f"{minute:02}", "12" if unsure else "")


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
    months = {_key(name): n for names in _forms(found.months) for n, name in names}
    days = {_key(name): n for names in _forms(found.days) for n, name in names}
    lettered = {name: n for name, n in months.items() if name.isalpha() and not name.endswith("月")}
    return lettered, {name: n for name, n in days.items() if name.isalpha() and not re.match("[星周週]", name)}


def _forms(names: Mapping[str, Mapping[str, Mapping[int, str]]]) -> Iterator[ItemsView[int, str]]:
    """Full and short names, in sentences and standing alone. `babel.dates` has them too, and looks for the time zone first."""
    for width in ("wide", "abbreviated"):
        for context in ("format", "stand-alone"):
            yield names[context][width].items()


def _key(name: str) -> str:
    return name.casefold().rstrip(".")
