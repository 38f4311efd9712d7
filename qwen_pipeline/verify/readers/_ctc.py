"""Connectionist temporal classification: what a line recogniser's columns of probabilities say.

Arrays are `(columns, classes)`; class 0 is the blank. Graves et al. 2006, "Connectionist Temporal Classification".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

BLANK = 0
_FLOOR = 1e-12


def decode(probabilities: NDArray[Any]) -> list[tuple[int, int, int, float]]:
    """Best path as (class, first column, column after the last, score), repeats and blanks taken out."""
    best = probabilities.argmax(axis=1).tolist()
    peaks = probabilities.max(axis=1)
    found: list[tuple[int, int, int, float]] = []
    start = 0
    for column in range(1, len(best) + 1):
        if column < len(best) and best[column] == best[start]:
            continue
        if best[start] != BLANK:
            found.append((best[start], start, column, float(peaks[start:column].max())))
        start = column
    return found


def log_likelihood(probabilities: NDArray[Any], classes: Sequence[int]) -> float:
    """Natural log of the probability of the label sequence `classes`: the forward algorithm over all paths."""
    import numpy as np

    states = np.zeros(2 * len(classes) + 1, dtype=np.int64)
    states[1::2] = classes
    logs = np.log(np.maximum(probabilities[:, states], _FLOOR))
    may_skip = np.zeros(len(states), dtype=bool)
    may_skip[3::2] = states[3::2] != states[1:-2:2]
    alpha = np.full(len(states), -np.inf)
    alpha[:2] = logs[0, :2]
    for row in logs[1:]:
        one = np.concatenate(([-np.inf], alpha[:-1]))
        two = np.where(may_skip, np.concatenate(([-np.inf, -np.inf], alpha[:-2]))[: len(alpha)], -np.inf)
        alpha = np.logaddexp(np.logaddexp(alpha, one), two) + row
    return float(np.logaddexp.reduce(alpha[-2:]))
