"""Numbers in running text, as values: `12,345.6`, `1.234,5`, `3.2万`, `12%`, `¥2,999`, `8折`, `2.5 million`."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from functools import cache

from babel import Locale, UnknownLocaleError
from babel.numbers import get_decimal_symbol, get_group_symbol

_SCALES: dict[str, Decimal] = {
    name: Decimal(value)
    for value, names in {
        10**3: "千 k thousand",
        10**4: "万 萬",
        10**6: "百万 百萬 m mn million",
        10**7: "千万 千萬",
        10**8: "亿 億",
        10**9: "十亿 十億 b bn billion",
        10**12: "万亿 萬億 兆 tn trillion",
    }.items()
    for name in names.split()
}
_WORDS = "|".join(sorted(map(re.escape, _SCALES), key=len, reverse=True))

_LINKS = re.compile(
    r"(?:https?://|www\.)[^\s，。；、（）“”]+|[\w.+-]+@[\w-]+(?:\.[\w-]+)+|\b(?:[\w-]+\.)+(?:[a-z]{2,6})(?:/[^\s，。；、（）“”]*)?\b",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Numeral:
    """One number as written. `value` has the scale word in it (3.2万 = 32000); `step` is the value of its last digit."""

    text: str
    value: Decimal
    step: Decimal
    percent: bool = False
    scaled: bool = False

    def rounds(self, exact: Decimal) -> bool:
        """Whether this is `exact`, rounded to what is shown: only with two digits or more, so that 3 is not any 2.6."""
        if exact == self.value:
            return True
        if len(self.value.as_tuple().digits) < 2 and not self.scaled:
            return False
        return any(
            (exact / self.step).quantize(Decimal(1), mode) * self.step == self.value for mode in (ROUND_HALF_UP, ROUND_HALF_EVEN)
        )


def links(text: str) -> list[str]:
    """URLs, host names and mail addresses, lower case, without the full stop of the sentence."""
    return [found.rstrip(".,;:!?)/").lower() for found in _LINKS.findall(plain(text))]


def without_links(text: str) -> str:
    return _LINKS.sub(" ", plain(text))


def plain(text: str) -> str:
    """NFKC (full-width digits and signs become ASCII), one sign for minus."""
    return unicodedata.normalize("NFKC", text).replace("−", "-")


def numerals(text: str, locale: str) -> Iterator[Numeral]:
    """The numbers in `text` by the locale's separators, left to right. Digits inside names (A4, H200) are no numbers."""
    for match in _pattern(locale).finditer(plain(text)):
        digits = match["whole"]
        for separator in _separators(locale)[1]:
            digits = digits.replace(separator, "")
        fraction = match["fraction"] or ""
        word = (match["scale"] or "").strip().lower()
        scale = _SCALES.get(word, Decimal(1))
        value = Decimal(f"{digits}.{fraction}" if fraction else digits)
        step = Decimal(1).scaleb(-len(fraction))
        if match["discount"]:
            yield _discount(match[0], value)
        else:
            sign = -1 if match["sign"] else 1
            yield Numeral(match[0].strip(), sign * value * scale, step * scale, match["percent"] is not None, bool(word))


def _discount(text: str, value: Decimal) -> Numeral:
    """`8折`, `85折`, `8.5折`: what is left to pay, in tenths; as the per cent that are taken off."""
    tenths = value / 10 if value >= 10 else value
    return Numeral(text.strip(), 100 - 10 * tenths, Decimal(1), percent=True)


@cache
def _separators(locale: str) -> tuple[str, tuple[str, ...]]:
    """(decimal sign, signs that group digits) of a locale; those of English where Babel does not know it."""
    try:
        found = Locale.parse(locale, sep="-")
    except (ValueError, UnknownLocaleError):
        found = Locale("en")
    group = get_group_symbol(found)
    spaces = (" ", "\u00a0", "\u202f", "\u2009") if group.isspace() or group in "\u00a0\u202f" else ()
    return get_decimal_symbol(found), (group, *spaces, "'", "’") if group in "'’" else (group, *spaces)


@cache
def _pattern(locale: str) -> re.Pattern[str]:
    decimal, groups = _separators(locale)
    group = "[" + "".join(re.escape(g) for g in {unicodedata.normalize("NFKC", g) for g in groups} | set(groups)) + "]"
    whole = rf"\d{{1,3}}(?:{group}\d{{3}})+(?!\d)|\d+"
    return re.compile(
        rf"(?<![A-Za-z\d])(?<![A-Za-z]-)(?P<sign>(?<![\w.,)%-])-)?(?P<whole>{whole})(?:{re.escape(decimal)}(?P<fraction>\d+))?"
        rf"(?:(?P<percent>\s?[%‰])|(?P<discount>\s?折)|(?P<scale>\s?(?:{_WORDS})(?![A-Za-z])))?",
        re.I,
    )
