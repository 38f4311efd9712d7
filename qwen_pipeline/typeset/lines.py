"""Which characters go on which line of a given width. Widths in em, so that one measuring serves every size."""

from __future__ import annotations

from bisect import bisect_right
from itertools import pairwise

from .linebreak import emergency, pause, word_edge
from .measure import Measured

Span = tuple[int, int]

_TOLERANCE_EM = 1e-4
_WIDOW_EM, _WIDOW_WORD_EM = 2.0, 4.0
"""A last line shorter than this, or a single word shorter than that, takes something from the line above."""
_MOST_BREAKS = 80
"""Balancing compares all ways to break; a text with more places than this is no title."""
_OFF_PAUSE = 0.15
"""Cost of a break inside a phrase, against the squared share of the line that is left blank."""
_INSIDE_WORD = 2 * _OFF_PAUSE
"""The same inside what budoux takes for one word."""


def break_lines(measured: Measured, width_em: float, *, balance: bool = False, first_em: float = 0.0) -> tuple[Span, ...]:
    """(start, stop) of each line, the first `first_em` shorter. A word wider than the line has a line of its own and sticks out.

    Balanced lines are as even as they can be without being more, and rather end where a reader pauses.
    """
    if not measured.text:
        return ((0, 0),)
    lines = _fill(measured, width_em, first_em)
    if len(lines) == 1:
        return lines
    if balance and not first_em and len(measured.breaks) <= _MOST_BREAKS:
        return _balance(measured, width_em, len(lines)) or lines
    return _no_widow(measured, lines, width_em)


def _fill(measured: Measured, width_em: float, first_em: float) -> tuple[Span, ...]:
    """As much on every line as it holds."""
    lines: list[Span] = []
    start, stop_at, breaks = 0, 0, measured.breaks
    while start < len(measured.text):
        room = measured.left[start] + measured.lead[start] + width_em + _TOLERANCE_EM - (first_em if start == 0 else 0.0)
        fit = bisect_right(measured.ends, room, stop_at) - 1
        stop, stop_at = (breaks[fit], fit + 1) if fit >= stop_at else (start, stop_at)
        if stop_at < len(breaks) and measured.width(stop, breaks[stop_at]) > width_em + _TOLERANCE_EM:
            stop = _in_address(measured, start, (stop, breaks[stop_at]), width_em)
            stop_at += stop == breaks[stop_at]
        lines.append((start, stop))
        start = stop
    return tuple(lines)


def _in_address(measured: Measured, start: int, word: Span, width_em: float) -> int:
    """End of a line whose next word is wider than any line: inside a long address, else before it, or after it if it is alone."""
    room = width_em + _TOLERANCE_EM
    inside = [i for i in emergency(measured.text, *word) if measured.width(start, i) <= room]
    if inside:
        return inside[-1]
    return word[0] if word[0] > start else word[1]


def _no_widow(measured: Measured, lines: tuple[Span, ...], width_em: float) -> tuple[Span, ...]:
    """The last break earlier by as little as it takes, where that leaves the line above at least half full and the last no wider
    than a line."""
    (above, cut), (_, stop) = lines[-2:]
    for earlier in reversed([b for b in measured.breaks if above < b < cut]):
        too_wide = measured.width(earlier, stop) > width_em + _TOLERANCE_EM
        if too_wide or not _widow(measured, cut, stop) or measured.width(above, earlier) < width_em / 2:
            break
        cut = earlier
    return (*lines[:-2], (above, cut), (cut, stop))


def _widow(measured: Measured, start: int, stop: int) -> bool:
    single = not any(start < b < stop for b in measured.breaks)
    return measured.width(start, stop) < (_WIDOW_WORD_EM if single else _WIDOW_EM)


def _price(text: str, i: int) -> float:
    """What a break before `i` costs in a title: nothing at a pause, little between words, more inside what may be one."""
    if pause(text, i):
        return 0.0
    return _OFF_PAUSE if word_edge(text, i) else _INSIDE_WORD


def _balance(measured: Measured, width_em: float, count: int) -> tuple[Span, ...]:
    """The breaks that leave the smallest sum of squared blanks in `count` lines; empty where a word is too wide."""
    points = (0, *measured.breaks)
    best: dict[int, tuple[float, tuple[int, ...]]] = {0: (0.0, (0,))}
    for _ in range(count):
        reached: dict[int, tuple[float, tuple[int, ...]]] = {}
        for a, (cost, path) in best.items():
            for b in range(a + 1, len(points)):
                blank = 1 - measured.width(points[a], points[b]) / width_em
                if blank < -_TOLERANCE_EM:
                    break
                total = cost + blank * blank + (0.0 if b == len(points) - 1 else _price(measured.text, points[b]))
                if b not in reached or total < reached[b][0] - 1e-9:
                    reached[b] = (total, (*path, points[b]))
        best = reached
    found = best.get(len(points) - 1)
    return tuple(pairwise(found[1])) if found else ()
