"""Keys and values of what stands before a picture: on the device, or in host memory with two layers at a time on their way.

Ten references keep 20 GiB. Where that does not fit they wait in page-locked memory, and each layer's come while the block before
it computes. They are the same numbers wherever they lie.
"""

from __future__ import annotations

import weakref
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from .arena import page_lock, page_unlock
from .lanes import Lane, lane_for
from .qwen21_attention import LayerMemory

if TYPE_CHECKING:
    import torch


class PrefixMemory:
    """A layer each. With `spilled`, only the layer that is asked for and the next one are on the device."""

    def __init__(self, layers: int, device: torch.device, spilled: bool, parts: Sequence[_Part] = ()) -> None:
        self.spilled = spilled
        self._count, self._device = layers, device
        self._layers = [LayerMemory() for _ in range(0 if spilled else layers)]
        self._parts = list(parts)
        self._lane: Lane = lane_for(device)
        self._ahead: dict[int, tuple[LayerMemory, Any]] = {}

    def layer(self, index: int) -> LayerMemory:
        """Keys and values so far, ready for compute that is issued from now on."""
        if not self.spilled:
            return self._layers[index]
        if not self._parts:
            return LayerMemory()
        for stale in [number for number in self._ahead if number != index]:
            self._drop(stale)
        memory, ticket = self._ahead.pop(index) if index in self._ahead else self._sent(index)
        self._lane.wait(ticket)
        following = (index + 1) % self._count
        self._ahead[following] = self._sent(following)
        return memory

    def keep(self, index: int, layer: LayerMemory, start: int) -> None:
        """What a layer has come to, from token `start` on: tokens before are there already."""
        if not self.spilled:
            self._layers[index] = layer
            return
        assert layer.key is not None
        assert layer.value is not None
        key, value = layer.key[:, start:], layer.value[:, start:]
        if index == 0:
            self._new = _Part(self._count, key, self._device)
        self._new.put(index, key, value)
        if index == self._count - 1:
            self.rest()
            self._parts.append(self._new)
            del self._new

    def head(self, tokens: int) -> PrefixMemory:
        """The memory of the first tokens only, which were kept apart; what this one holds is shared."""
        made = PrefixMemory(self._count, self._device, self.spilled, self._parts[:1])
        made._layers = [layer.first(tokens) for layer in self._layers]
        return made

    def spill(self, head: int) -> None:
        """Into host memory, from where it is used from now on; the first `head` tokens apart, for others to share."""
        if self.spilled:
            return
        layers, self._layers, self.spilled = self._layers, [], True
        assert layers[0].key is not None
        for start, end in ((0, head), (head, layers[0].key.shape[1])):
            for index, layer in enumerate(layers if end > start else ()):
                self.keep(index, layer.first(end), start)

    def rest(self) -> None:
        """Give back what was sent ahead."""
        for index in list(self._ahead):
            self._drop(index)

    @property
    def bytes(self) -> int:
        held = sum(2 * layer.key.numel() * layer.key.element_size() for layer in self._layers if layer.key is not None)
        return held + sum(part.flat.numel() * part.flat.element_size() for part in self._parts)

    def _sent(self, index: int) -> tuple[LayerMemory, Any]:
        import torch

        shape = list(self._parts[0].flat.shape[2:])
        shape[1] = sum(part.tokens for part in self._parts)
        key, value = (torch.empty(shape, dtype=self._parts[0].flat.dtype, device=self._device) for _ in "kv")
        ticket, at = self._lane.mark(), 0
        for part in self._parts:
            for number, target in enumerate((key, value)):
                landed = self._lane.copy(target[:, at : at + part.tokens], part.flat[index, number], ticket)
            at += part.tokens
        return LayerMemory(key, value), landed

    def _drop(self, index: int) -> None:
        _, ticket = self._ahead.pop(index)
        self._lane.wait(ticket)  # memory that a copy may still write to is not given back


class _Part:
    """Keys and values of a run of tokens in all layers, in one page-locked stretch: (layers, 2, 1, tokens, heads, width)."""

    def __init__(self, layers: int, like: torch.Tensor, device: torch.device) -> None:
        import torch

        self.tokens = like.shape[1]
        self.flat = torch.empty((layers, 2, *like.shape), dtype=like.dtype)
        if page_lock(self.flat, device):
            weakref.finalize(self, _release, self.flat, device)

    def put(self, index: int, key: torch.Tensor, value: torch.Tensor) -> None:
        self.flat[index, 0].copy_(key, non_blocking=True)
        self.flat[index, 1].copy_(value, non_blocking=True)


def _release(flat: torch.Tensor, device: torch.device) -> None:
    lane_for(device).settle()
    page_unlock(flat)
