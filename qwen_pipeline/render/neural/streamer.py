"""Blocks of a transformer on a device that cannot hold them all: some stay, the others come ahead of use, one after another.

The streamed blocks share a few slots of device memory. While one slot computes, the next block is copied into another; after the
last block of a step the first ones of the next step are already under way. Weights only ever travel to the device, and a
block computes with the same bits wherever its weights lie, so the result does not depend on what is resident.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .arena import Arena, Unit
from .lanes import Lane, Ticket, lane_for

if TYPE_CHECKING:
    import torch
    from torch import nn


def spread(count: int, resident: int) -> frozenset[int]:
    """Indices of `resident` blocks among `count`, evenly spread, so that copies and compute stay in step."""
    return frozenset(i for i in range(count) if (i + 1) * resident // count > i * resident // count)


class BlockStreamer:
    """Brings blocks to the device in their order. Made once a model; `open` and `park` change what lies on the device.

    `resident`: blocks that stay on the device; None leaves all in host memory until `open`.
    `slots`: buffers that the others share; 2 copy one block ahead, 3 two.
    `lane`: how copies run, the device's own if None. `spill`: a file that holds the weights instead of host memory.
    """

    def __init__(
        self,
        blocks: Sequence[nn.Module],
        device: torch.device | str,
        *,
        resident: int | None = 0,
        slots: int = 2,
        lane: Lane | None = None,
        spill: Path | None = None,
    ) -> None:
        import torch

        self.device = torch.device(device)
        self._blocks = tuple(blocks)
        self._units = tuple(Unit([block]) for block in blocks)
        self._arena = Arena(self._units, self.device, spill)
        self._lane = lane or lane_for(self.device)
        self._homes: dict[int, torch.Tensor] = {}
        self._landing: dict[int, Ticket] = {}
        self._free: deque[tuple[torch.Tensor, Ticket]] = deque()
        self._ahead: deque[tuple[int, torch.Tensor, Ticket]] = deque()
        self._in_use: dict[int, torch.Tensor] = {}
        self._order: tuple[int, ...] = ()
        self._opened: tuple[int, int] | None = None
        self._hooks: list[Any] = []
        self.copied_bytes = 0
        """Bytes sent to the device so far."""
        if resident is not None:
            self.open(resident, slots)

    def __len__(self) -> int:
        return len(self._blocks)

    @property
    def pinned(self) -> bool:
        """Whether the weights wait in page-locked memory, so that copies run beside the compute."""
        return self._arena.pinned

    @property
    def resident(self) -> frozenset[int]:
        """Indices of the blocks that stay on the device."""
        return frozenset(self._homes)

    @property
    def device_bytes(self) -> int:
        """Device memory held for weights."""
        slots = [buffer for buffer, _ in self._free] + [b for _, b, _ in self._ahead] + list(self._in_use.values())
        return sum(buffer.numel() for buffer in (*self._homes.values(), *slots))

    def open(self, resident: int, slots: int = 2) -> None:
        """Hold `resident` blocks and `slots` slots from now on. Blocks that stay resident are not sent again."""
        count = len(self._blocks)
        if not 0 <= resident <= count or slots < 1:
            raise ValueError(f"{resident} resident blocks of {count} with {slots} slots")
        if count - resident <= slots:
            resident = count  # the slots would hold the rest for good
        if self._opened == (resident, slots):
            return
        self._opened = (resident, slots)
        self._empty_slots()
        stay = spread(count, resident)
        for index in sorted(self.resident - stay):
            del self._homes[index]
            self._units[index].park()
        for index in sorted(stay - self.resident):
            self._homes[index] = self._buffer(self._units[index].bytes)
            self._landing[index] = self._send(index, self._homes[index], self._lane.mark())
            self._units[index].point(self._homes[index])
        self._order = tuple(index for index in range(count) if index not in stay)
        if self._order:
            size = max(self._units[index].bytes for index in self._order)
            self._free.extend((self._buffer(size), self._lane.mark()) for _ in range(slots))
            self._prefetch(0)

    def park(self) -> None:
        """Give all device memory back. The weights stay in host memory; nothing is copied."""
        self._empty_slots()
        for index in self._homes:
            self._units[index].park()
        self._homes.clear()
        self._landing.clear()
        self._order = ()
        self._opened = None

    def close(self) -> None:
        """Give device memory and the page lock back. May be called more than once."""
        for hook in self._hooks:
            hook.remove()
        self._hooks.clear()
        self.park()
        self._arena.close()

    def visit(self) -> Iterator[tuple[int, nn.Module]]:
        """(index, block on the device), each block once. Send as many sequences through a block as there are before the next."""
        for index in range(len(self._blocks)):
            block = self.acquire(index)
            try:
                yield index, block
            finally:
                self.release(index)

    def attach(self) -> None:
        """Let the blocks fetch themselves whenever they are called, for models whose own loop goes over them."""
        for index, block in enumerate(self._blocks):
            self._hooks.append(block.register_forward_pre_hook(partial(self._before, index)))
            self._hooks.append(block.register_forward_hook(partial(self._after, index)))

    def _before(self, index: int, *_: Any) -> None:
        self.acquire(index)

    def _after(self, index: int, *_: Any) -> None:
        self.release(index)

    def acquire(self, index: int) -> nn.Module:
        """The block, ready for compute that is issued from now on."""
        if index in self._homes:
            if index in self._landing:
                self._lane.wait(self._landing.pop(index))
            return self._blocks[index]
        for stale in [i for i in self._in_use if i != index]:
            self._vacate(stale)  # an error ended a visit in the middle
        if index in self._in_use:
            return self._blocks[index]
        if not self._ahead or self._ahead[0][0] != index:
            self._forget_ahead()
            self._prefetch(self._order.index(index))
        _, buffer, ticket = self._ahead.popleft()
        self._lane.wait(ticket)
        self._units[index].point(buffer)
        self._in_use[index] = buffer
        return self._blocks[index]

    def release(self, index: int) -> None:
        """The compute on the block has been issued: its slot takes the next block as soon as that compute is done."""
        if index in self._homes and self._units[index].strayed(self._homes[index]):
            self._units[index].point(self._homes[index])  # layerwise casting leaves a copy of its own behind
        if index not in self._in_use:
            return
        self._vacate(index)
        at = self._order.index(self._ahead[-1][0] if self._ahead else index)
        self._prefetch(at + 1)

    def _prefetch(self, position: int) -> None:
        """Fill the free slots, from `position` in the order of streamed blocks, over the end to the start of the next step."""
        while self._free:
            buffer, done = self._free.popleft()
            index = self._order[position % len(self._order)]
            self._ahead.append((index, buffer, self._send(index, buffer, done)))
            position += 1

    def _send(self, index: int, buffer: torch.Tensor, after: Ticket) -> Ticket:
        unit = self._units[index]
        assert unit.host is not None
        self.copied_bytes += unit.bytes
        return self._lane.copy(buffer[: unit.bytes], unit.host, after)

    def _vacate(self, index: int) -> None:
        self._units[index].park()
        self._free.append((self._in_use.pop(index), self._lane.mark()))

    def _forget_ahead(self) -> None:
        """Slots whose blocks are not wanted next are free again; their copies are overwritten in order."""
        while self._ahead:
            _, buffer, _ = self._ahead.popleft()
            self._free.append((buffer, self._lane.mark()))

    def _empty_slots(self) -> None:
        if self.device_bytes:
            self._lane.settle()  # memory that a copy may still write to is not given back
        for index in self._in_use:
            self._units[index].park()
        self._in_use.clear()
        self._ahead.clear()
        self._free.clear()

    def _buffer(self, size: int) -> torch.Tensor:
        import torch

        return torch.empty(size, dtype=torch.uint8, device=self.device)
