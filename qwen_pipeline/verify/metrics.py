"""How well a picture spells what it should, as numbers. All are shares from 0 to 1; CER and `extra` may exceed 1.

word accuracy   words that stand complete and unbroken where they belong / words asked for; a hanzi is a word
CER             edits from what was asked for to what was read / characters asked for
NED             1 - edits / the longer of both: the similarity of AnyText's benchmark
LongText        words (English) or characters (Chinese) found anywhere / those asked for, both summed over the pictures, as
                LongText-Bench counts (X-Omni, textbench): order is ignored and words nobody asked for cost nothing
extra           words on lines that nobody asked for / words asked for; it may exceed 1
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from qwen_pipeline.dataclass import dataclass

from .matching import normal

_WORD = re.compile(r"[㐀-鿿豈-﫿]|[^\s㐀-鿿豈-﫿]+")
_LONG_TEXT_DROPPED = re.compile(r"[^一-龥a-zA-Z0-9\sàâäéèêëîïôöùûüçÀÂÄÉÈÊËÎÏÔÖÙÛÜÇ]")


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts that add up over strings and pictures; the shares are computed from the sums, but for NED."""

    pictures: int = 0
    strings: int = 0
    exact: int = 0
    words: int = 0
    words_right: int = 0
    characters: int = 0
    edits: int = 0
    ned_sum: float = 0.0
    """Over strings."""
    long_text_found: int = 0
    long_text_asked: int = 0
    extra_words: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(*(getattr(self, name) + getattr(other, name) for name in Tally.__slots__))

    @property
    def word_accuracy(self) -> float:
        return _share(self.words_right, self.words)

    @property
    def exact_strings(self) -> float:
        return _share(self.exact, self.strings)

    @property
    def cer(self) -> float:
        return _share(self.edits, self.characters)

    @property
    def ned(self) -> float:
        return _share(self.ned_sum, self.strings)

    @property
    def long_text(self) -> float:
        return _share(self.long_text_found, self.long_text_asked)

    @property
    def extra(self) -> float:
        return _share(self.extra_words, self.words)


def _share(part: float, whole: float) -> float:
    return round(part / whole, 6) if whole else 0.0


def score(pairs: Iterable[tuple[str, str]], read: str, language: str, extra: str = "") -> Tally:
    """One picture. `pairs`: each string asked for, with what was read in its place; `read`: everything read, line by line;
    `extra`: of that, the lines that nobody asked for."""
    pairs = list(pairs)
    there, asked = long_text([text for text, _ in pairs], read, language)
    total = Tally(pictures=1, long_text_found=there, long_text_asked=asked, extra_words=word_count(extra))
    for text, found in pairs:
        wanted, got = normal(text).text, normal(found).text
        edits = _edits(wanted, got)
        right, words = words_right(text, found)
        ned = 1 - edits / max(1, len(wanted), len(got))
        total += Tally(0, 1, int(edits == 0), words, right, len(wanted), edits, ned)
    return total


def words_right(text: str, read: str) -> tuple[int, int]:
    """(words of `text` that stand in `read` complete and unbroken, in order; words of `text`).

    White space is ignored, and so is punctuation before and after a word.
    """
    from rapidfuzz.distance import Levenshtein

    spans, joined = [], ""
    for word in _WORD.findall(text):
        plain = normal(word).text
        letters = [at for at, char in enumerate(plain) if char.isalnum()]
        if letters:
            spans.append((len(joined) + letters[0], len(joined) + letters[-1] + 1))
        joined += plain
    wrong: set[int] = set()
    breaks: set[int] = set()
    for op in Levenshtein.opcodes(joined, normal(read).text):
        if op.tag == "insert":
            breaks.add(op.src_start)
        elif op.tag != "equal":
            wrong.update(range(op.src_start, op.src_end))
    right = sum(not (wrong & {*range(a, b)}) and not any(a < at < b for at in breaks) for a, b in spans)
    return right, len(spans)


def word_count(text: str) -> int:
    """A hanzi is a word; what holds neither letters nor digits is none."""
    return sum(any(char.isalnum() for char in word) for word in _WORD.findall(text))


def long_text(texts: Iterable[str], read: str, language: str) -> tuple[int, int]:
    """(found, asked for) of one picture, as LongText-Bench counts: a bag of words, or of characters in a Chinese set."""
    chinese = language == "zh"
    asked, there = _bag(" ".join(texts), chinese), _bag(read, chinese)
    return sum((asked & there).values()), sum(asked.values())


def _bag(text: str, chinese: bool) -> Counter[str]:
    kept = _LONG_TEXT_DROPPED.sub("", text)
    return Counter("".join(kept.split()) if chinese else kept.lower().split())


def _edits(a: str, b: str) -> int:
    from rapidfuzz.distance import Levenshtein

    return Levenshtein.distance(a, b)
