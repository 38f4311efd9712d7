"""Texts that may grow: how many steps of the modular scale larger a region's are set, and all that are alike by as many."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from qwen_pipeline.types import Layer, TextLayer

from .block import Block


def grows(layer: Layer) -> bool:
    return isinstance(layer, TextLayer) and bool(layer.style.grows_pt)


def growing_roles(layers: Iterable[Layer]) -> frozenset[str]:
    """Roles of the texts that may grow."""
    return frozenset(layer.role for layer in layers if isinstance(layer, TextLayer) and grows(layer))


def most_steps(layers: Sequence[tuple[int, Layer]]) -> int:
    return max((len(la.style.grows_pt) for _, la in layers if isinstance(la, TextLayer)), default=0)


def grown(layer: Layer, steps: int) -> Layer:
    """The layer `steps` larger, with as much more space above it; one that may not grow so far stays at its largest."""
    if not isinstance(layer, TextLayer) or not grows(layer) or steps == 0:
        return layer
    style = layer.style
    size = style.grows_pt[min(steps, len(style.grows_pt)) - 1]
    space = round(layer.space_before_pt * size / style.size_pt, 3)
    return replace(layer, style=replace(style, size_pt=size), space_before_pt=space)


def keeps_lines(before: Mapping[int, Block], after: Mapping[int, Block]) -> bool:
    """Whether what stood on one line still does: a heading or a point is not broken for the sake of its size."""
    for i, block in before.items():
        for small, large in zip(block.parts, after[i].parts, strict=True):
            if len(small.lines) == len(small.words.paragraphs) < len(large.lines):
                return False
    return True


def alike(steps: Mapping[str, int], roles: Mapping[str, frozenset[str]], set_again: Callable[[str, int], int]) -> None:
    """Bring the regions of a page whose growing texts share a role to one number of steps, the least among them.

    `steps`: of each region that has such texts; `set_again(region, most)` sets one with at most so many and says how many they
    became. It comes to an end: no number ever rises.
    """
    now = dict(steps)
    while True:
        least = {role: min(n for name, n in now.items() if role in roles[name]) for own in roles.values() for role in own}
        over = {name: most for name in now if (most := min(least[role] for role in roles[name])) < now[name]}
        if not over:
            return
        now |= {name: set_again(name, most) for name, most in over.items()}
