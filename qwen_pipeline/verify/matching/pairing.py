"""Which lines belong to which string. A string may take several lines, and a line may serve several strings."""

from __future__ import annotations

import heapq
import math
from collections.abc import Sequence

from qwen_pipeline.dataclass import dataclass
from qwen_pipeline.types.reading import PixelBox, Quad

_TAKEN = "\x00"
_LONG = 12
"""Beyond this many characters more length says no more."""
_PRIOR = 0.15
"""How much a place of its own adds to a pair's score: enough to choose between equal words, not to make words equal."""


@dataclass(frozen=True, slots=True)
class Claim:
    """Characters `line_start` to `line_end` of line number `line`, taken as `start` to `end` of a string. Normalised."""

    string: int
    line: int
    start: int
    end: int
    line_start: int
    line_end: int


@dataclass(slots=True)
class _Board:
    """Texts with what is taken already blanked out, and how often each has changed."""

    strings: list[str]
    lines: list[str]
    versions: dict[tuple[str, int], int]

    def state(self, string: int, line: int) -> tuple[int, int]:
        return self.versions.get(("string", string), 0), self.versions.get(("line", line), 0)

    def take(self, claim: Claim) -> None:
        blank(self.strings, claim.string, claim.start, claim.end)
        blank(self.lines, claim.line, claim.line_start, claim.line_end)
        for key in (("string", claim.string), ("line", claim.line)):
            self.versions[key] = self.versions.get(key, 0) + 1


def blank(texts: list[str], index: int, start: int, end: int) -> None:
    texts[index] = texts[index][:start] + _TAKEN * (end - start) + texts[index][end:]


def claims(
    strings: Sequence[str], lines: Sequence[str], boxes: Sequence[PixelBox | None], quads: Sequence[Quad]
) -> tuple[Claim, ...]:
    """Greedy, best pair first: similarity x length, nearer places first among equals.

    What a pair takes is blanked out and the rest is compared again, so that repeated words find their own lines.
    """
    board = _Board(list(strings), list(lines), {})
    near = _priors(boxes, quads)
    heap: list[tuple[float, int, int, tuple[int, int], Claim]] = []
    for s in range(len(strings)):
        for n in range(len(lines)):
            _push(heap, board, near, s, n)
    found = []
    while heap:
        _, s, n, state, claim = heapq.heappop(heap)
        if state != board.state(s, n):
            _push(heap, board, near, s, n)
            continue
        found.append(claim)
        board.take(claim)
        _push(heap, board, near, s, n)
    return tuple(found)


def _push(
    heap: list[tuple[float, int, int, tuple[int, int], Claim]],
    board: _Board,
    near: dict[tuple[int, int], float],
    s: int,
    n: int,
) -> None:
    found = _compare(board.strings[s], board.lines[n])
    if found is None:
        return
    ratio, start, end, line_start, line_end = found
    length = min(line_end - line_start, end - start)
    score = (ratio + near.get((s, n), 0.0)) * min(max(1, length), _LONG)
    heapq.heappush(heap, (-score, s, n, board.state(s, n), Claim(s, n, start, end, line_start, line_end)))


def _compare(string: str, line: str) -> tuple[float, int, int, int, int] | None:
    """(ratio 0 to 1, start, end in the string, start, end in the line) of the best common stretch, or None."""
    from rapidfuzz.fuzz import partial_ratio_alignment

    free, open_ = _free_length(string), _free_length(line)
    if not free or not open_:
        return None
    needed = _needed(min(free, open_))
    found = partial_ratio_alignment(string, line, score_cutoff=needed * 100)
    if found is None:
        return None
    start, end = _trimmed(string, found.src_start, found.src_end)
    line_start, line_end = _trimmed(line, found.dest_start, found.dest_end)
    if start >= end or line_start >= line_end:
        return None
    if not _plausible(found.score / 100, (free, open_), (end - start, line_end - line_start)):
        return None
    return found.score / 100, start, end, line_start, line_end


def _needed(length: int) -> float:
    return 0.99 if length == 1 else 0.6 if length <= 3 else 0.5


def _plausible(ratio: float, free: tuple[int, int], taken: tuple[int, int]) -> bool:
    """A poor likeness that leaves most of both the string and the line over is chance: 春茶市場 in 碧螺春、白茶与老丛."""
    share = max(taken[0] / free[0], taken[1] / free[1]) if ratio >= 0.8 else min(1.0, taken[1] / free[1])
    return share > 0.5


def _free_length(text: str) -> int:
    return len(text) - text.count(_TAKEN)


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """The longest stretch of `start` to `end` that nobody has taken."""
    best, begin = (start, start), start
    for place in range(start, end + 1):
        if place == end or text[place] == _TAKEN:
            if place - begin > best[1] - best[0]:
                best = (begin, place)
            begin = place + 1
    return best


def _priors(boxes: Sequence[PixelBox | None], quads: Sequence[Quad]) -> dict[tuple[int, int], float]:
    """(string, line) -> bonus: `_PRIOR` in the string's own box, falling with the distance in heights of the box."""
    found = {}
    for s, box in enumerate(boxes):
        for n, quad in enumerate(quads):
            if box is not None:
                x, y = sum(p[0] for p in quad) / 4, sum(p[1] for p in quad) / 4
                dx = max(box.left - x, 0.0, x - box.right)
                dy = max(box.top - y, 0.0, y - box.bottom)
                found[s, n] = _PRIOR / (1.0 + math.hypot(dx, dy) / max(box.height, 1.0))
    return found
