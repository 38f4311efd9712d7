"""Expected strings and read lines -> verdicts."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import replace

from qwen_pipeline.types.reading import EditOp, ExpectedString, PictureReading, PixelBox, Quad, ReadLine, Spelling, StringReading

from .alignment import operations
from .costs import is_hanzi, is_mark
from .normal import Normal, normal
from .pairing import Claim, claims
from .variants import same_word

EXTRA_SCORE = 0.6


def match(expected: Sequence[ExpectedString], lines: Sequence[ReadLine], free: Sequence[PixelBox] = ()) -> PictureReading:
    """Every string's verdict, and the lines that nothing asked for outside the `free` boxes (logos, product labels)."""
    found = pair(expected, lines)
    readings = tuple(
        match_string(string, [(lines[c.line], c) for c in found if c.string == index]) for index, string in enumerate(expected)
    )
    return PictureReading(readings, tuple(_extra(lines, found, free)))


def pair(expected: Sequence[ExpectedString], lines: Sequence[ReadLine]) -> tuple[Claim, ...]:
    """Claims of every string on every line, in the order of the strings and of their words."""
    texts = [normal(line.text).text for line in lines]
    strings = [normal(string.text).text for string in expected]
    found = claims(strings, texts, [s.box for s in expected], [line.quad for line in lines])
    widened = _widened(found, texts, strings)
    return tuple(sorted(widened, key=lambda c: (c.string, c.start, c.line)))


def match_string(string: ExpectedString, parts: Sequence[tuple[ReadLine, Claim]]) -> StringReading:
    """One string against the stretches of lines that were paired with it, in the order of its words."""
    wanted = normal(string.text)
    if not parts:
        ops = tuple(EditOp(i, char, "", 1.0) for i, char in zip(wanted.index, wanted.text, strict=True))
        return StringReading(string.id, "missing", "", ops, 1.0, 0.0, (), 0.0)
    texts = [normal(line.text).text[c.line_start : c.line_end] for line, c in parts]
    read, ends = "".join(texts), _ends(texts)
    ops = tuple(_placed(op, wanted, string.exact) for op in operations(wanted.text, read, ends))
    return StringReading(
        string=string.id,
        spelling=spelling(ops),
        read=read,
        ops=ops,
        cer=len(ops) / max(1, len(wanted)),
        ned=1 - len(ops) / max(1, len(wanted), len(read)),
        boxes=tuple(part_box(line, c) for line, c in parts),
        score=min(line.score for line, _ in parts),
    )


def spelling(ops: Iterable[EditOp]) -> Spelling:
    kinds = [op for op in ops if op.cost > 0]
    if not kinds:
        return "exact"
    if any(op.cost >= 1 for op in kinds):
        return "fail"
    return "variant" if any(same_word(op.expected, op.read) for op in kinds) else "suspect"


def quad_box(quad: Quad) -> PixelBox:
    xs, ys = [x for x, _ in quad], [y for _, y in quad]
    return PixelBox(min(xs), min(ys), max(xs), max(ys))


def part_box(line: ReadLine, claim: Claim) -> PixelBox:
    """The box of the claimed stretch: the whole line where the reader gives no characters."""
    index = normal(line.text).index
    whole = quad_box(line.quad)
    if len(line.chars) != len(line.text) or claim.line_end - claim.line_start >= len(index):
        return whole
    boxes = [line.chars[i].box for i in index[claim.line_start : claim.line_end]]
    return PixelBox(
        min(b.left for b in boxes), min(b.top for b in boxes), max(b.right for b in boxes), max(b.bottom for b in boxes)
    )


def _ends(texts: Sequence[str]) -> frozenset[int]:
    places, total = set(), 0
    for text in texts:
        total += len(text)
        places.add(total)
    return frozenset(places)


def _placed(op: EditOp, wanted: Normal, exact: bool) -> EditOp:
    """`index` in the string as written. A string that must be exact has no free differences."""
    place = wanted.index[op.index] if op.index < len(wanted.index) else (wanted.index[-1] + 1 if wanted.index else 0)
    return replace(op, index=place, cost=max(op.cost, 0.5) if exact else op.cost)


def _widened(found: Sequence[Claim], texts: Sequence[str], strings: Sequence[str]) -> list[Claim]:
    """Characters of a line that no claim took go to the claim beside them: they were read, so they count."""
    out = list(found)
    for line, text in enumerate(texts):
        mine = sorted((c for c in out if c.line == line), key=lambda c: c.line_start)
        if not mine:
            continue
        bounds = [0, *(_cut(text, a, b, strings) for a, b in itertools.pairwise(mine)), len(text)]
        for claim, start, end in zip(mine, bounds, bounds[1:], strict=False):
            out[out.index(claim)] = replace(claim, line_start=start, line_end=end)
    return out


def _cut(text: str, left: Claim, right: Claim, strings: Sequence[str]) -> int:
    """Where in the gap between two claims the left one ends: where both together differ least."""
    from rapidfuzz.distance import Levenshtein

    ahead = strings[left.string][left.end :]
    behind = strings[right.string][: right.start]

    def cost(place: int) -> int:
        mine, other = text[left.line_end : place], text[place : right.line_start]
        return Levenshtein.distance(ahead[: len(mine)], mine) + Levenshtein.distance(
            behind[len(behind) - len(other) :] if other else "", other
        )

    return min(range(left.line_end, right.line_start + 1), key=cost)


def _extra(lines: Sequence[ReadLine], found: Sequence[Claim], free: Sequence[PixelBox]) -> Iterable[ReadLine]:
    taken = {claim.line for claim in found}
    for index, line in enumerate(lines):
        if index not in taken and line.score >= EXTRA_SCORE and _says_something(line.text) and not _is_free(line, free):
            yield line


def _says_something(text: str) -> bool:
    """Two characters that are no mere marks, or one hanzi: less than that is a speck."""
    letters = [char for char in normal(text).text if not is_mark(char)]
    return len(letters) >= 2 or any(is_hanzi(char) for char in letters)


def _is_free(line: ReadLine, free: Sequence[PixelBox]) -> bool:
    """Whether most of the line lies in one free box."""
    box = quad_box(line.quad)
    area = max(box.width * box.height, 1.0)
    return any(_shared(box, other) / area > 0.5 for other in free)


def _shared(a: PixelBox, b: PixelBox) -> float:
    return max(0.0, min(a.right, b.right) - max(a.left, b.left)) * max(0.0, min(a.bottom, b.bottom) - max(a.top, b.top))
