"""Connectionist temporal classification: what a line recogniser's columns of probabilities say.

Arrays are `(columns, classes)`; class 0 is the blank. Graves et al. 2006, "Connectionist Temporal Classification".
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.typing import NDArray

BLANK = 0
_OTHERS, _LEAST = 5, 2e-5
"""At most so many second choices of a character, each with this probability at least: what lies below says nothing."""


def decode(probabilities: NDArray[Any]) -> list[tuple[int, int, int, float]]:
    """Best path as (class, first column, column after the last, score), repeats and blanks taken out."""
    import numpy as np

    best = probabilities.argmax(axis=1)
    peaks = probabilities[np.arange(len(best)), best]
    starts = [0, *(np.flatnonzero(np.diff(best)) + 1).tolist(), len(best)]
    return [
        (int(best[start]), start, end, float(peaks[start:end].max()))
        for start, end in itertools.pairwise(starts)
        if best[start] != BLANK
    ]


def others(columns: NDArray[Any], index: int) -> list[tuple[int, float]]:
    """(class, probability) of what the columns that name class `index` might name instead, likeliest first."""
    import numpy as np

    best = columns.max(axis=0)
    possible = [int(i) for i in np.flatnonzero(best >= _LEAST) if i not in (BLANK, index)]
    ranked = sorted(possible, key=lambda i: -best[i])
    return [(i, float(best[i])) for i in ranked[:_OTHERS]]
