"""Where the tokens of one job stand: all that diffusers works out again in every step, once a job."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from qwen_pipeline.dataclass import dataclass
from qwen_pipeline.errors import PromptTooLong

from .qwen21_attention import Segment

if TYPE_CHECKING:
    import torch

POSITIONS = 8192
"""Length of the model's table of positions: words take one each, a picture as many as its longer side has latents."""
_LATENTS_PER_SLOT = 4


@dataclass(frozen=True)
class Layout:
    """Of one sequence [words and references, picture]; `head`: how many tokens end with the last reference, 0 without one.

    `repeats`: (encoder's tokens,), 4 at a slot, 1 at a word; `pictures`: (prefix,) bool; `rotary`: (all tokens, width / 2).
    """

    repeats: torch.Tensor
    pictures: torch.Tensor
    rotary: torch.Tensor
    segments: tuple[Segment, ...]
    prefix: int
    head: int

    @property
    def target(self) -> tuple[Segment, ...]:
        return ((self.prefix, self.rotary.shape[0], False),)


def lay_out(slots: torch.Tensor, references: Sequence[tuple[int, int]], target: tuple[int, int], rope: Any) -> Layout:
    """`slots`: as encoded; `references` and `target`: (height, width) in latents; `rope`: the transformer's `pos_embed`."""
    import torch

    shapes = [(1, height, width) for height, width in (*references, target)]
    _check_positions(int((~slots).sum()), shapes)
    repeats = torch.where(slots, _LATENTS_PER_SLOT, 1)
    pictures = torch.repeat_interleave(slots, repeats)
    whole = torch.cat([pictures, pictures.new_ones(target[0] * target[1])])
    rotary = rope(shapes, whole, device=slots.device)
    segments = tuple(segments_of(pictures.tolist(), [height * width for height, width in references]))
    head = max((end for _, end, words in segments if not words), default=0)
    return Layout(repeats, pictures, rotary, segments, len(pictures), head)


def segments_of(pictures: Sequence[bool], lengths: Sequence[int]) -> list[Segment]:
    """Runs of words and single pictures; two pictures side by side stay two, by their `lengths`."""
    out: list[Segment] = []
    at, rest = 0, list(lengths)
    while at < len(pictures):
        if pictures[at]:
            end = at + rest.pop(0)
        else:
            end = next((n for n in range(at, len(pictures)) if pictures[n]), len(pictures))
        out.append((at, end, not pictures[at]))
        at = end
    return out


def _check_positions(words: int, shapes: Sequence[tuple[int, int, int]]) -> None:
    taken = words + sum(max(height, width) for _, height, width in shapes)
    if taken > POSITIONS:
        message = f"the words and pictures of this request take {taken} positions, the model has {POSITIONS}"
        raise PromptTooLong(message, hint="a shorter prompt, or fewer references")
