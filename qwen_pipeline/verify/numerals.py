"""Numbers in running text, as values: `12,345.6`, `1.234,5`, `3.2万`, `12%`, `¥2,999`, `8折`, `2.5 million`."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from functools import cache

from babel import Locale, UnknownLocaleError
from babel.numbers import get_decimal_symbol, get_group_symbol

from qwen_pipeline.dataclass import dataclass

_SCALES: dict[str, Decimal] = {
    name: Decimal(value)
    for value, names in {
        10**3: "千 k thousand",
        10**4: "万 萬",
        10**6: "百万 百萬 m mn million",
        10**7: "千万 千萬",
        10**8: "亿 億",
        10**9: "十亿 十億 b bn billion",
        10**12: "万亿 萬億 tn trillion",
    }.items()
    for name in names.split()
}
_LETTERS = r"(?-i:[kKMB])(?![A-Za-z])"
"""Close to the digits and as capitals: `5 m` is a length."""
_WORDS = "|".join(sorted((re.escape(name) for name in _SCALES if len(name) > 1 or not name.isascii()), key=len, reverse=True))
_UNITS_WITH_QIAN = "克米瓦卡赫帕伏"
"""千克 and the like are units, not thousands."""

_CODES = "RMB|CNY|USD|EUR|GBP|HKD|JPY"
_NAMES = re.compile(rf"(?<![A-Za-z])(?!(?:{_CODES})\d)[A-Za-z]+-?\d\w*(?:\.\d+)*")
"""Digits that belong to a name: A4, H200, COVID-19, v2.1."""

_LINKS = re.compile(
    r"""(?:https?://|www\.)[!-~]+
    | [\w.+-]+@[a-z\d-]+(?:\.[a-z\d-]+)+
    | (?<![a-z\d-])(?:[a-z\d-]+\.)+(?:[a-z]{2,6}|example|company|digital|gallery|website|network)(?![a-z\d])(?:/[!-~]*)?""",
    re.IGNORECASE | re.VERBOSE | re.ASCII,
)


_MIN_DIGITS = 2


@dataclass(frozen=True, slots=True)
class Numeral:
    """One number as written. `value` has the scale word in it (3.2万 = 32000); `step` is the value of its last digit."""

    text: str
    value: Decimal
    step: Decimal
    digits: int
    """Significant digits written."""
    percent: bool = False

    def rounds(self, exact: Decimal) -> bool:
        """Whether this is `exact`, rounded to what is shown: only with two digits or more, so that 3 is not any 2.6."""
        if exact == self.value:
            return True
        if self.digits < _MIN_DIGITS:
            return False
        steps = exact / self.step
        return any(steps.quantize(Decimal(1), mode) * self.step == self.value for mode in (ROUND_HALF_UP, ROUND_HALF_EVEN))


def links(text: str) -> list[str]:
    """URLs, host names and mail addresses, lower case, without the full stop of the sentence."""
    return [found.rstrip(".,;:!?)/").lower() for found in _LINKS.findall(plain(text))]


def without_links(text: str) -> str:
    return _LINKS.sub(" ", plain(text))


def plain(text: str) -> str:
    """NFKC (full-width digits and signs become ASCII) with one sign for minus; a full-width comma never groups digits."""
    return unicodedata.normalize("NFKC", text.replace("，", ", ")).replace("−", "-")


def numerals(text: str, locale: str) -> Iterator[Numeral]:
    """The numbers in `text` by the locale's separators, left to right. Digits inside names (A4, H200) are no numbers."""
    groups = str.maketrans("", "", "".join(_separators(locale)[1]))
    for match in _pattern(locale).finditer(_NAMES.sub(" ", plain(text))):
        whole, fraction = match["whole"].translate(groups), match["fraction"] or ""
        value = Decimal(f"{whole}.{fraction}" if fraction else whole)
        digits = len((whole + fraction).lstrip("0"))
        if match["discount"]:
            yield _discount(match[0], value)
        else:
            scale = _SCALES.get((match["scale"] or "").strip().lower(), Decimal(1))
            step = Decimal(1).scaleb(-len(fraction)) * scale
            sign = -1 if match["sign"] else 1
            yield Numeral(match[0].strip(), sign * value * scale, step, digits, match["percent"] is not None)


def _discount(text: str, value: Decimal) -> Numeral:
    """`8折`, `85折`, `8.5折`: what is left to pay, in tenths; as the per cent that are taken off."""
    tenths = value / 10 if value >= 10 else value
    return Numeral(text.strip(), 100 - 10 * tenths, Decimal(1), 1, percent=True)


@cache
def _separators(locale: str) -> tuple[str, tuple[str, ...]]:
    """(decimal sign, signs that group digits) of a locale; those of English where Babel does not know it."""
    try:
        found = Locale.parse(locale, sep="-")
    except (ValueError, UnknownLocaleError):
        found = Locale("en")
    group = get_group_symbol(found)
    if group.isspace():
        return get_decimal_symbol(found), (" ", "\u00a0", "\u2009", "\u202f")
    return get_decimal_symbol(found), ("'", "’") if group in "'’" else (group,)


@cache
def _pattern(locale: str) -> re.Pattern[str]:
    decimal, groups = _separators(locale)
    group = "[" + "".join(map(re.escape, groups)) + "]"
    whole = rf"\d{{1,3}}(?:{group}\d{{3}})+(?!\d)|\d+"
    scale = rf"{_LETTERS}|\s?千(?![{_UNITS_WITH_QIAN}万萬])|\s?(?:{_WORDS.replace('|千', '')})(?![A-Za-z])"
    return re.compile(
        rf"(?P<sign>(?<![\w.,)%-])-)?(?P<whole>{whole})(?:{re.escape(decimal)}(?P<fraction>\d+))?"
        rf"(?:(?P<percent>\s?[%‰])|(?P<discount>\s?折)|(?P<scale>{scale}))?",
        re.IGNORECASE,
    )
