"""A second look at single characters: what else the reader thought of, and whose glyph fits the picture better.

A reader prefers the word it expects: it reads 春夭 as 春天, and 减 as 減. Two witnesses that do not depend on one another settle
it: the reader's own second choices, and the shape in the picture against the glyphs of both characters. Numbers: docs/reading.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from qwen_pipeline.dataclass import dataclass
from qwen_pipeline.types.reading import EditOp, ExpectedString, OddGlyph, ReadChar, ReadLine, StringReading

from .glyphs import LineGlyphs
from .matching import Claim, confusions, normal
from .matching.alignment import aligned, operations
from .matching.costs import is_hanzi
from .matching.match import spelling
from .matching.variants import same_word

if TYPE_CHECKING:
    from PIL.Image import Image

DOUBT = 0.01
"""A second choice with this score is a doubt; on clean type 4 hanzi in 1000 have one."""
SURE = 0.2
"""The same for letters and digits."""
ONE_SHAPE = frozenset("Il|1")
"""No eye tells these apart in every typeface."""
LEANS = 0.1
"""How far a shape must lean to the expected glyph to overrule a reading, or a letter's to the other one to confirm a doubt."""
LEANS_DOUBTED = -0.15
"""The same for a doubted hanzi: good type that was doubted leans -0.5 and less, the other character 0 and more."""
FAINT, LEANS_FAINT = 5e-4, 0.33
"""A second choice with this score needs a shape that leans this far."""
LEANS_ALONE = 0.55
"""How far it must lean to a look-alike that the reader hardly thought of, or not at all."""
STRONG, LEANS_STRONG = 0.1, -0.3
"""A second choice with this score that is the expected character: the shape may lean this far to the one that was read, but not
to another word in a string that must be exact. With less, a hanzi read as another word stands: on clean type only other forms of
a word are read for it (`misread`)."""
INKLING = 5e-5
"""Letters and digits that the reader cannot tell (0 and O): a second choice below this is none."""
DIGITS = 0.18
"""How much worse the letter may fit than the digit and still be a doubt: a round letter fits the oval digit badly in any face."""
CREDIBLE = 0.45
"""Where neither glyph fits as well as this, as over line art, the shape says nothing about letters and digits."""
SHORT, TYPE = 3, 0.55
"""Up to this many characters, with a worse fit than this, are ornament: type in a face of its own fits 0.6 and more."""
CLEAR = 0.82
"""Below this fit a line is in a style of its own: its glyphs say nothing about characters that the reader does not think of."""

Parts = Sequence[tuple[ReadLine, Claim]]


@dataclass(frozen=True, slots=True)
class _Seen:
    """One character of the text read: where in which line."""

    line: ReadLine
    place: int

    @property
    def char(self) -> ReadChar:
        return self.line.chars[self.place]


class Looker:
    """Looks at one picture. Lines are laid flat once, when first asked for."""

    def __init__(self, image: Image) -> None:
        self._image = image
        self._lines: dict[int, tuple[ReadLine, LineGlyphs]] = {}

    def glyphs(self, line: ReadLine) -> LineGlyphs:
        if id(line) not in self._lines:
            self._lines[id(line)] = (line, LineGlyphs(self._image, line))
        return self._lines[id(line)][1]

    def is_lettering(self, line: ReadLine) -> bool:
        """Whether a short line nobody asked for is type: scrolls and stars of ornaments read as G and 米."""
        return len(normal(line.text)) > SHORT or self.glyphs(line).fit >= TYPE

    def settle(self, string: ExpectedString, reading: StringReading, parts: Parts) -> StringReading:
        """`reading` without the differences that only the reader made, and, in exact strings, with those it overlooked."""
        look = _Look(self, string, tuple(parts))
        if reading.spelling == "missing" or not look.complete:
            return reading
        reading = replace(reading, odd=tuple(look.odd()))
        kept = [op for op in look.differences if not look.is_misread(op)]
        found = list(look.overlooked()) if string.exact else []
        if len(kept) == len(look.differences) and not found:
            return reading
        ops = tuple(sorted(look.placed([*kept, *found]), key=lambda op: op.index))
        wanted = max(1, len(look.wanted))
        return replace(
            reading, spelling=spelling(ops), ops=ops, cer=len(ops) / wanted, ned=1 - len(ops) / max(wanted, len(look.read))
        )


@dataclass(frozen=True)
class _Look:
    looker: Looker
    string: ExpectedString
    parts: tuple[tuple[ReadLine, Claim], ...]

    @cached_property
    def wanted(self) -> str:
        return normal(self.string.text).text

    @cached_property
    def seen(self) -> tuple[_Seen, ...]:
        return tuple(_Seen(line, place) for line, claim in self.parts for place in _places(line, claim))

    @cached_property
    def read(self) -> str:
        return "".join(normal(line.text).text[c.line_start : c.line_end] for line, c in self.parts)

    @property
    def complete(self) -> bool:
        """Whether every character of the text has a place and a box."""
        return len(self.seen) == len(self.read) and all(len(s.line.chars) == len(s.line.text) for s in self.seen)

    @cached_property
    def differences(self) -> tuple[EditOp, ...]:
        ends, total = set(), 0
        for _, claim in self.parts:
            total += claim.line_end - claim.line_start
            ends.add(total)
        return operations(self.wanted, self.read, frozenset(ends))

    @cached_property
    def pairs(self) -> dict[int, int]:
        """Place in the expected text -> place in the text read, equal or not."""
        return dict(aligned(len(self.wanted), len(self.read), self.differences))

    def placed(self, ops: Sequence[EditOp]) -> Iterator[EditOp]:
        index = normal(self.string.text).index
        for op in ops:
            place = index[op.index] if op.index < len(index) else (index[-1] + 1 if index else 0)
            yield replace(op, index=place, cost=max(op.cost, 0.5) if self.string.exact else op.cost)

    def is_misread(self, op: EditOp) -> bool:
        """Whether what was expected is there: the reader's second choice, and its glyph fits better than the one read."""
        if not (len(op.expected) == len(op.read) == 1 and is_hanzi(op.expected) and op.index in self.pairs):
            return False
        seen = self.seen[self.pairs[op.index]]
        score = dict(seen.char.others).get(op.expected, 0.0)
        if score < STRONG and not same_word(op.expected, op.read) and op.read not in confusions.misread(op.expected):
            return False
        (lean,) = self.looker.glyphs(seen.line).leans(seen.place, op.read, (op.expected,))
        doubted = score >= STRONG and (same_word(op.expected, op.read) or not self.string.exact)
        return lean >= (LEANS_STRONG if doubted else LEANS)

    def overlooked(self) -> Iterator[EditOp]:
        """Characters read as expected that look like another one."""
        differing = {op.index for op in self.differences}
        for index, place in self.pairs.items():
            if index not in differing:
                other = self._rather(self.wanted[index], self.seen[place])
                if other:
                    yield EditOp(index, self.wanted[index], other, 0.5)

    def odd(self) -> Iterator[OddGlyph]:
        """Hanzi read as expected whose shapes lie outside those of their line."""
        index = normal(self.string.text).index
        right = {place: i for i, place in self.pairs.items() if self.wanted[i] == self.read[place] and is_hanzi(self.read[place])}
        for line in {id(seen.line): seen.line for seen in self.seen}.values():
            places = {seen.place: place for place, seen in enumerate(self.seen) if seen.line is line and place in right}
            deviations = self.looker.glyphs(line).deviations(tuple(places)) if places else ()
            for (at, place), deviation in zip(places.items(), deviations, strict=True):
                if deviation > 1:
                    yield OddGlyph(index[right[place]], self.read[place], line.chars[at].box, deviation)

    def _rather(self, char: str, seen: _Seen) -> str:
        """The character that stands there rather than `char`; "" if none."""
        others = [(o, score) for o, score in seen.char.others if _is_another(o, char)]
        if not is_hanzi(char):
            return self._letter(char, seen, others)
        scores = {o: score for o, score in others if is_hanzi(o) and (score >= FAINT or o in confusions.look_alikes(char))}
        unseen = [o for o in confusions.look_alikes(char) if o not in scores and not same_word(o, char)]
        glyphs = self.looker.glyphs(seen.line)
        leans = glyphs.leans(seen.place, char, (*scores, *unseen))
        alone = LEANS_ALONE if glyphs.fit >= CLEAR else float("inf")
        bounds = [_bound(score) for score in scores.values()] + [alone] * len(unseen)
        return next((o for o, lean, bound in zip((*scores, *unseen), leans, bounds, strict=True) if lean >= bound), "")

    def _letter(self, char: str, seen: _Seen, others: Sequence[tuple[str, float]]) -> str:
        """As `_rather`, for what is no hanzi: O for 0."""
        if not char.isalnum():
            return ""
        sure = [o for o, score in others if score >= SURE and o.isalnum() and not {char, o} <= ONE_SHAPE]
        blind = [o for o, score in others if score >= INKLING and o in confusions.overlooked(char) and o not in sure]
        if not sure and not blind:
            return ""
        glyphs = self.looker.glyphs(seen.line)
        own, *fits = glyphs.fits(seen.place, (char, *sure, *blind))
        bounds = [own + LEANS * glyphs.apart(char, other) for other in sure]
        bounds += [own - (DIGITS if char.isdigit() else 0.0)] * len(blind)
        found = zip((*sure, *blind), fits, bounds, strict=True)
        return next((other for other, fit, bound in found if fit >= bound and max(own, fit) >= CREDIBLE), "")


def _bound(score: float) -> float:
    """How far a shape must lean to a second choice with this score."""
    return LEANS_DOUBTED if score >= DOUBT else LEANS_FAINT if score >= FAINT else LEANS_ALONE


def _is_another(other: str, char: str) -> bool:
    """Whether `other` is no space and no other form of `char`."""
    plain = normal(other).text
    return len(plain) == 1 and plain != char and not same_word(plain, char)


def _places(line: ReadLine, claim: Claim) -> tuple[int, ...]:
    return normal(line.text).index[claim.line_start : claim.line_end]
