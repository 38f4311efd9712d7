"""Filters for spec texts. What depends on a language takes it from the name `locale` of the text being expanded."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

from jinja2 import pass_context
from jinja2.runtime import Context, Undefined

from .dates import babel_locale, date, date_range, locale_tag, parse_locale, time
from .quotes import quoted, smart_quotes

_CURRENCIES = "CN:CNY TW:TWD HK:HKD MO:MOP US:USD GB:GBP JP:JPY KR:KRW SG:SGD AU:AUD CA:CAD NZ:NZD IN:INR CH:CHF BR:BRL MX:MXN"
_TERRITORY_CURRENCY = dict(pair.split(":") for pair in _CURRENCIES.split())
_EURO = frozenset(
    ["AT", "BE", "CY", "DE", "EE", "ES", "FI", "FR", "GR", "HR", "IE", "IT", "LT", "LU", "LV", "MT", "NL", "PT", "SI", "SK"]
)

_SIGNS = "CNY:¥ JPY:¥ USD:$ AUD:$ CAD:$ HKD:$ NZD:$ SGD:$ TWD:$ MXN:$ BRL:R$ GBP:£ EUR:€ INR:₹ KRW:₩ VND:₫ PHP:₱ TRY:₺ RUB:₽"
NARROW_SIGNS = dict(pair.split(":") for pair in _SIGNS.split())
"""CLDR's `alt=narrow`, which Babel leaves out."""
_LETTER_BY_DIGIT = re.compile(r"(?<=[A-Za-z])(?=\d)|(?<=\d)(?=[A-Za-z])")
"""CLDR's `currencySpacing`: a sign that is a word stands off, `CHF 168`. Babel leaves it out."""


def to_number(value: Any) -> Decimal:
    """A number from a number or from plain text (`1234.5`, `1,234.5`); ValueError otherwise."""
    if isinstance(value, (bool, Undefined)):
        raise ValueError(f"'{value}' is not a number")
    try:
        number = Decimal(str(value).strip().replace(",", "").replace("，", ""))
    except InvalidOperation:
        raise ValueError(f"'{value}' is not a number") from None
    if not number.is_finite():
        raise ValueError(f"'{value}' is not a finite number")
    return number


_MOST_DIGITS = 12


@pass_context
def number(context: Context, value: Any, pattern: str | None = None, locale: Any = None) -> str:
    """A number with the language's grouping and decimal marks; pattern as in CLDR (`#,##0.0`)."""
    from babel.numbers import format_decimal

    return str(format_decimal(to_number(value), format=pattern, locale=babel_locale(context, locale)))


@pass_context
def percent(context: Context, value: Any, digits: int = 0, locale: Any = None) -> str:
    """A share (0.256) as a percentage (26 %) in the text's language."""
    from babel.numbers import format_percent

    if not 0 <= digits <= _MOST_DIGITS:
        raise ValueError(f"{digits} digits after the point; up to {_MOST_DIGITS} are written")
    pattern = "#,##0" + ("." + "0" * digits if digits else "") + "%"
    return str(format_percent(to_number(value), format=pattern, locale=babel_locale(context, locale)))


@pass_context
def money(
    context: Context,
    value: Any,
    locale: Any = None,
    currency: str | None = None,
    digits: bool | None = None,
    narrow: bool = False,
) -> str:
    """An amount with its currency sign: the argument's, else that of the locale's territory. Whole amounts drop the cents.
    `narrow`: the sign as it is written at home, `¥168` where English has `CN¥168`; for readers who know the country."""
    if isinstance(locale, str) and re.fullmatch(r"[A-Z]{3}", locale):
        locale, currency = None, locale
    return _money(locale_tag(context, locale), to_number(value), currency, digits, narrow)


@lru_cache(maxsize=65_536)
def _money(tag: str, amount: Decimal, currency: str | None, digits: bool | None, narrow: bool) -> str:
    from babel.numbers import format_currency, get_currency_symbol, is_currency

    language = parse_locale(tag)
    territory = language.territory or ""
    code = currency or _TERRITORY_CURRENCY.get(territory) or ("EUR" if territory in _EURO else None)
    if code is None:
        raise ValueError(f"no currency is known for {language}; write money('EUR')")
    if not is_currency(code):
        raise ValueError(f"'{code}' is no currency of ISO 4217 (CNY, USD, EUR)")
    whole = amount == amount.to_integral_value() if digits is None else not digits
    pattern = str(language.currency_formats["standard"].pattern)
    pattern = re.sub(r"0[.,]0+", "0", pattern) if whole else pattern
    text = str(format_currency(amount, code, format=pattern, locale=language, currency_digits=not whole))
    if narrow and code in NARROW_SIGNS:
        text = text.replace(str(get_currency_symbol(code, language)), NARROW_SIGNS[code])
    return _LETTER_BY_DIGIT.sub("\xa0", text)


@pass_context
def language_name(context: Context, value: Any, locale: Any = None) -> str:
    """The name of a locale tag in the text's language: `en` -> 英语."""
    name = parse_locale(str(value)).get_display_name(babel_locale(context, locale))
    return str(name or value)


_HANZI_DIGITS = "〇一二三四五六七八九"


def chinese_number(value: Any) -> str:
    """A whole number from 0 to 9999 in Chinese characters: 105 -> 一百零五."""
    number_ = int(to_number(value))
    if not 0 <= number_ <= 9999:
        raise ValueError(f"{number_} is outside 0 to 9999")
    if number_ == 0:
        return "零"
    out, gap = "", False
    for power, unit in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = number_ // power % 10
        if digit:
            out += ("零" if gap and out else "") + _HANZI_DIGITS[digit] + unit
            gap = False
        else:
            gap = True
    return out[1:] if out.startswith("一十") else out


# --- tables ------------------------------------------------------------------------------------------------------------


def _column(table: Any, name: str) -> list[Decimal]:
    rows = list(table)
    if not rows:
        raise ValueError("the table has no rows")
    missing = [row for row in rows if not isinstance(row, Mapping) or name not in row]
    if missing:
        known = ", ".join(rows[0]) if isinstance(rows[0], Mapping) else ""
        raise ValueError(f"no column '{name}'; there are: {known}")
    return [to_number(row[name]) for row in rows]


def _plain(value: Decimal) -> int | float:
    return int(value) if value == value.to_integral_value() else float(value)


def _reduce(function: Callable[[list[Decimal]], Decimal]) -> Callable[[Any, str], int | float]:
    def apply(table: Any, column: str) -> int | float:
        return _plain(function(_column(table, column)))

    return apply


def argmax(table: Any, column: str) -> Any:
    """The row with the greatest value in `column` (the first of equals)."""
    values = _column(table, column)
    return list(table)[values.index(max(values))]


def argmin(table: Any, column: str) -> Any:
    """The row with the least value in `column`."""
    values = _column(table, column)
    return list(table)[values.index(min(values))]


def field(row: Any, name: str) -> Any:
    """One column of a row."""
    if not isinstance(row, Mapping) or name not in row:
        raise ValueError(f"no column '{name}'" + (f"; there are: {', '.join(row)}" if isinstance(row, Mapping) else ""))
    return row[name]


def where(table: Any, column: str, value: Any) -> list[Any]:
    """The rows whose `column` equals `value`."""
    return [row for row in table if field(row, column) == value or str(field(row, column)) == str(value)]


def column(table: Any, name: str) -> list[Any]:
    """A column as a list."""
    return [field(row, name) for row in table]


def median(values: list[Decimal]) -> Decimal:
    ordered, middle = sorted(values), len(values) // 2
    return ordered[middle] if len(values) % 2 else (ordered[middle - 1] + ordered[middle]) / 2


def change(values: Iterable[Any]) -> float:
    """Relative change from the first to the last number of a list: 0.25 = up by a quarter."""
    numbers = [to_number(v) for v in values]
    if len(numbers) < 2 or numbers[0] == 0:
        raise ValueError("a change needs two numbers, and the first may not be 0")
    return float((numbers[-1] - numbers[0]) / numbers[0])


def ceil(value: Any) -> int:
    return math.ceil(to_number(value))


def floor(value: Any) -> int:
    return math.floor(to_number(value))


FILTERS: dict[str, Callable[..., Any]] = {
    "date": date,
    "date_range": date_range,
    "time": time,
    "number": number,
    "percent": percent,
    "money": money,
    "language_name": language_name,
    "quoted": quoted,
    "smart_quotes": smart_quotes,
    "chinese_number": chinese_number,
    "sum": _reduce(lambda v: sum(v, Decimal(0))),
    "mean": _reduce(lambda v: sum(v, Decimal(0)) / len(v)),
    "min": _reduce(min),
    "max": _reduce(max),
    "median": _reduce(median),
    "argmax": argmax,
    "argmin": argmin,
    "field": field,
    "where": where,
    "column": column,
    "change": change,
    "ceil": ceil,
    "floor": floor,
}
