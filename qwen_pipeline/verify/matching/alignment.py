"""The cheapest way from the expected text to the text read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from qwen_pipeline.types.reading import EditOp

from . import costs

_NEVER = float("inf")


def operations(expected: str, read: str, ends: frozenset[int] = frozenset()) -> tuple[EditOp, ...]:
    """Differences in order, `index` in `expected`. `ends`: places in `read` where a line begins or ends, beside 0 and the end.

    Equal stretches are taken from a plain edit distance; only what lies between them is weighed.
    """
    from rapidfuzz.distance import Levenshtein

    if expected == read:
        return ()
    edges = ends | {0, len(read)}
    found: list[EditOp] = []
    for a0, a1, b0, b1 in _gaps(
        (o.tag, o.src_start, o.src_end, o.dest_start, o.dest_end) for o in Levenshtein.opcodes(expected, read)
    ):
        found += _weighed(expected, read, (a0, a1, b0, b1), edges)
    return tuple(found)


def aligned(expected: int, read: int, ops: Sequence[EditOp]) -> Iterator[tuple[int, int]]:
    """(place in the expected text, place in the text read) of every character that stands for one, equal or not."""
    i = j = 0
    for op in ops:
        while i < op.index:
            yield i, j
            i, j = i + 1, j + 1
        if op.expected and op.read:
            yield i, j
        i, j = i + len(op.expected), j + len(op.read)
    yield from zip(range(i, expected), range(j, read), strict=True)


def _gaps(opcodes: Iterable[tuple[str, int, int, int, int]]) -> Iterator[tuple[int, int, int, int]]:
    """Maximal stretches without equal characters."""
    gap: tuple[int, int, int, int] | None = None
    for tag, a0, a1, b0, b1 in opcodes:
        if tag == "equal":
            if gap is not None:
                yield gap
            gap = None
        else:
            gap = (a0, a1, b0, b1) if gap is None else (gap[0], a1, gap[2], b1)
    if gap is not None:
        yield gap


def _weighed(expected: str, read: str, gap: tuple[int, int, int, int], edges: frozenset[int] | set[int]) -> list[EditOp]:
    a0, a1, b0, b1 = gap
    rows, columns = a1 - a0, b1 - b0
    table = [[(_NEVER, 0)] * (columns + 1) for _ in range(rows + 1)]
    steps: dict[tuple[int, int], tuple[int, int, float]] = {}
    table[0][0] = (0.0, 0)
    for i in range(rows + 1):
        for j in range(columns + 1):
            for di, dj, cost in _moves(expected, read, (a0 + i, b0 + j), (i, j), edges):
                before = table[i - di][j - dj]
                total = (before[0] + cost, before[1] + 1)
                if total < table[i][j]:
                    table[i][j], steps[i, j] = total, (di, dj, cost)
    return _walk(expected, read, gap, steps)


def _moves(
    expected: str, read: str, at: tuple[int, int], inside: tuple[int, int], edges: frozenset[int] | set[int]
) -> Iterator[tuple[int, int, float]]:
    (a, b), (i, j) = at, inside
    if i and j:
        yield 1, 1, costs.substitution(expected[a - 1], read[b - 1])
    if i:
        yield 1, 0, costs.deletion(expected[a - 1], b in edges)
    if j:
        yield 0, 1, costs.insertion(read[b - 1], b in edges or b - 1 in edges)


def _walk(
    expected: str, read: str, gap: tuple[int, int, int, int], steps: dict[tuple[int, int], tuple[int, int, float]]
) -> list[EditOp]:
    a0, a1, b0, b1 = gap
    i, j = a1 - a0, b1 - b0
    found = []
    while i or j:
        di, dj, cost = steps[i, j]
        was, now = expected[a0 + i - di : a0 + i], read[b0 + j - dj : b0 + j]
        if was != now:
            found.append(EditOp(a0 + i - di, was, now, cost))
        i, j = i - di, j - dj
    return found[::-1]
