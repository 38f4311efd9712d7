"""Attention of Qwen-Image 2.1 over [what came before, these tokens], for both the prefix and the picture.

Words see what stands before them, a picture sees itself and what stands before it. The prefix (words and references) is modulated
from t = 0 and so does not change from step to step: its keys and values are computed once, and kept a layer.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from qwen_pipeline.dataclass import dataclass

if TYPE_CHECKING:
    import torch

Segment = tuple[int, int, bool]
"""(first token, token after the last, whether they are words): tokens of one picture, or words between two."""


@dataclass
class LayerMemory:
    """Keys and values of the tokens so far, in one layer: (1, tokens, heads, head width), or nothing yet."""

    key: torch.Tensor | None = None
    value: torch.Tensor | None = None

    def joined(self, key: torch.Tensor, value: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        import torch

        if self.key is None or self.value is None:
            return key, value
        return torch.cat([self.key, key], dim=1), torch.cat([self.value, value], dim=1)

    def first(self, tokens: int) -> LayerMemory:
        """The memory of the first tokens only; a view."""
        assert self.key is not None
        assert self.value is not None
        return LayerMemory(self.key[:, :tokens], self.value[:, :tokens])


class BlockCausalAttention:
    """An attention processor for diffusers' `QwenImage21Attention`.

    `kv_cache_mode`: `extract` keeps the keys and values of these tokens for later ones, `cached` leaves the memory as it is.
    """

    def __call__(
        self,
        attn: Any,
        hidden_states: torch.Tensor,
        rotary_emb: torch.Tensor | None = None,
        layer_cache: LayerMemory | None = None,
        kv_cache_mode: str | None = None,
        segments: Sequence[Segment] | None = None,
        **unused: Any,
    ) -> torch.Tensor:
        import torch

        assert layer_cache is not None
        assert segments is not None
        query, key, value = _projected(attn, hidden_states, rotary_emb)
        key, value = layer_cache.joined(key, value)
        before = key.shape[1] - query.shape[1]
        if kv_cache_mode == "extract":
            layer_cache.key, layer_cache.value = key, value
        parts = [
            _attend(query[:, start - before : end - before], key[:, :end], value[:, :end], start if words else None)
            for start, end, words in segments
        ]
        mixed = (parts[0] if len(parts) == 1 else torch.cat(parts, dim=1)).flatten(2, 3)
        out: torch.Tensor = attn.to_out[1](attn.to_out[0](mixed))
        return out


def _projected(attn: Any, hidden: torch.Tensor, rotary: torch.Tensor | None) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    width = attn.inner_dim // attn.heads
    query, key, value = (layer(hidden).unflatten(-1, (-1, width)) for layer in (attn.to_q, attn.to_k, attn.to_v))
    query, key = attn.norm_q(query).to(value.dtype), attn.norm_k(key).to(value.dtype)
    if rotary is not None:
        query, key = _turned(query, rotary), _turned(key, rotary)
    return query, key, value


def _turned(x: torch.Tensor, rotary: torch.Tensor) -> torch.Tensor:
    """Rotary positions: x (1, tokens, heads, width), rotary (tokens, width / 2) complex."""
    import torch

    pairs = torch.view_as_complex(x.float().reshape(*x.shape[:-1], -1, 2))
    return torch.view_as_real(pairs * rotary.unsqueeze(1)).flatten(3).type_as(x)


def _attend(query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, causal_from: int | None) -> torch.Tensor:
    """(1, tokens, heads, width). `causal_from`: the first token's number where the tokens are words; None: all keys are seen."""
    import torch
    from torch.nn.functional import scaled_dot_product_attention

    mask = None
    if causal_from is not None:
        tokens, device = query.shape[1], query.device
        seen = torch.ones(tokens, causal_from, dtype=torch.bool, device=device)
        mask = torch.cat([seen, torch.ones(tokens, tokens, dtype=torch.bool, device=device).tril()], dim=1)[None, None]
    query, key, value = (x.permute(0, 2, 1, 3) for x in (query, key, value))
    return scaled_dot_product_attention(query, key, value, attn_mask=mask).permute(0, 2, 1, 3)
