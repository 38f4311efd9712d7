"""Whether a rewritten prompt may stand in for the one that was rewritten: it tells the same words, the same pictures, and fits.

What a picture must spell stands in quotation marks in a prompt. An enhancer may describe anything else in other words.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from qwen_pipeline.render import BadAnswer

_PAIRS = (('"', '"'), ("“", "”"), ("„", "“"), ("«", "»"), ("「", "」"), ("『", "』"))
_SINGLE = (("'", "'"), ("‘", "’"))
"""Good enough round words that were asked for; elsewhere they may be apostrophes, or mean that a word is not meant so."""
_QUOTED = re.compile("|".join(f"{re.escape(a)}([^{re.escape(a + b)}]+){re.escape(b)}" for a, b in _PAIRS))
_TAG = re.compile(r"<image(\d+)>")
_SIGN = re.compile(r"<\|[^|<>\s]*\|>")


def judge(plain: str, said: str, strings: Sequence[str], pictures: int) -> None:
    """Raises `BadAnswer`: `lost-words`, `invented-words`, `wrong-picture`, `reserved-word`.

    `strings`: what the picture must spell, as often as it is there. Beside them, what the prompt itself has in quotation marks.
    """
    wanted = Counter(" ".join(text.split()) for text in strings)
    rest, _ = _without(plain, wanted)
    wanted += Counter(quoted(rest))
    left, lost = _without(said, wanted)
    if lost:
        raise BadAnswer(f"it does not have {_listed(lost)} word for word, in quotation marks", code="lost-words")
    invented = [words for words in quoted(left) if words not in wanted]
    if invented:
        raise BadAnswer(f"it has the picture spell {_listed(invented)}, which nobody asked for", code="invented-words")
    tags = {int(number) for number in _TAG.findall(said)}
    if not {int(number) for number in _TAG.findall(plain)} <= tags or any(not 1 <= number <= pictures for number in tags):
        raise BadAnswer(f"it speaks of other pictures than the {pictures} that are shown", code="wrong-picture")
    if _SIGN.search(said):
        raise BadAnswer("it holds a sign of the model's own", code="reserved-word")


def quoted(text: str) -> list[str]:
    """Every passage in double quotation marks, white space tidied."""
    found = (next(group for group in groups if group) for groups in _QUOTED.findall(text))
    return [" ".join(words.split()) for words in found]


def _without(text: str, wanted: Counter[str]) -> tuple[str, list[str]]:
    """The text without the wanted passages in quotation marks, and those that are not in it as often as they should be."""
    lost = []
    for words in sorted(wanted, key=len, reverse=True):  # one may hold another
        inside = r"\s+".join(re.escape(part) for part in words.split())
        text, count = re.subn("|".join(f"{re.escape(a)}{inside}{re.escape(b)}" for a, b in (*_PAIRS, *_SINGLE)), " ", text)
        lost += [words] if count < wanted[words] else []
    return text, lost


def _listed(words: Iterable[str]) -> str:
    return ", ".join(f"'{text}'" for text in words)
