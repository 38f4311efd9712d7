"""Drawing an enhancer's words from a seed: the same seed draws the same numbers on every device.

It stands among the logits processors of transformers, whose own sampling takes its numbers from a generator that all of a process
shares, and knows no presence penalty. What it hands on has one word left, so that the greedy choice that follows takes it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .pe_shelf import Sampling

if TYPE_CHECKING:
    import torch

    from qwen_pipeline.render.enhancer import OnToken


class Sampler:
    """Words one after another. `asked`: how many tokens the question has, which are no part of what is penalised."""

    def __init__(self, sampling: Sampling, seed: int, asked: int, on_token: OnToken) -> None:
        import torch

        self._sampling, self._asked, self._on_token = sampling, asked, on_token
        self._generator = torch.Generator("cpu").manual_seed(seed)

    def __call__(self, input_ids: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        """(1, tokens) so far and (1, words) scores -> the scores with all but one word ruled out."""
        import torch

        said = input_ids[0, self._asked :]
        self._on_token(len(said) + 1, self._sampling.max_new_tokens)
        word = self._draw(scores[0].float(), said)
        chosen = torch.full_like(scores, float("-inf"))
        chosen[0, word] = 0.0
        return chosen

    def _draw(self, scores: torch.Tensor, said: torch.Tensor) -> int:
        """Penalty, temperature, the `top_k` likeliest, of those the likeliest that have `top_p` together: in vLLM's order."""
        import torch

        sampling = self._sampling
        penalised = scores.clone()
        penalised[said] = scores[said] - sampling.presence_penalty  # once, however often a word was said
        best, words = torch.topk(penalised / sampling.temperature, min(sampling.top_k, len(penalised)))
        chances = torch.softmax(best.cpu().double(), dim=0)
        kept = chances.cumsum(0) - chances < sampling.top_p
        drawn = torch.multinomial(chances * kept, 1, generator=self._generator)
        return int(words[int(drawn)])
