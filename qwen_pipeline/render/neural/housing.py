"""One part of a model (encoder, transformer, VAE) and where its weights lie: in host memory always, on the device when asked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from .arena import Arena, Unit
from .lanes import lane_for
from .streamer import BlockStreamer

if TYPE_CHECKING:
    import torch
    from torch import nn


class Blocks(Protocol):
    """Blocks in order, each on the device while it is handed out."""

    def visit(self) -> Iterator[tuple[int, Any]]: ...


class Housing(Protocol):
    """A part that can be brought to the device and taken off it."""

    module: Any

    @property
    def blocks(self) -> Blocks: ...

    @property
    def on_device(self) -> bool:
        """Whether there is anything to take off it."""
        ...

    def open(self, resident: int, slots: int, *, extra: bool = False) -> None: ...

    def park(self) -> None: ...

    def close(self) -> None: ...


class Settled:
    """A part that stays on the device, blocks and all. Taking it off means dropping it."""

    def __init__(self, module: Any, blocks: Sequence[nn.Module], device: torch.device) -> None:
        self.module = module.to(device)
        self._blocks = blocks

    @property
    def blocks(self) -> Blocks:
        return self

    @property
    def on_device(self) -> bool:
        return False

    def visit(self) -> Iterator[tuple[int, nn.Module]]:
        return enumerate(self._blocks)

    def open(self, resident: int, slots: int, *, extra: bool = False) -> None:
        """Everything is there."""

    def park(self) -> None:
        """It cannot go without being dropped."""

    def close(self) -> None:
        self.module = None
        self._blocks = ()


class Waiting:
    """A part that waits in an arena. `extra`: a module of it that is only brought along when asked for (the vision tower)."""

    def __init__(
        self,
        module: Any,
        blocks: Sequence[nn.Module],
        device: torch.device,
        *,
        extra: nn.Module | None = None,
        spill: Path | None = None,
    ) -> None:
        self.module = module
        self._device = device
        self._streamer = BlockStreamer(blocks, device, resident=None, spill=spill and spill.with_suffix(".blocks"))
        self._units = [Unit([module], [*blocks, *([extra] if extra is not None else [])])]
        self._units += [Unit([extra])] if extra is not None else []
        self._arena = Arena(self._units, device, spill and spill.with_suffix(".rest"))
        self._lane = lane_for(device)
        self._open: dict[int, torch.Tensor] = {}

    @property
    def blocks(self) -> BlockStreamer:
        return self._streamer

    @property
    def on_device(self) -> bool:
        return bool(self._open) or self.blocks.device_bytes > 0

    @property
    def device_bytes(self) -> int:
        return sum(flat.numel() for flat in self._open.values()) + self.blocks.device_bytes

    def open(self, resident: int, slots: int, *, extra: bool = False) -> None:
        """On the device: the rest, `extra` if asked, and `resident` blocks with `slots` slots for the others."""
        import torch

        for number, unit in enumerate(self._units if extra else self._units[:1]):
            if number not in self._open and unit.host is not None:
                flat = torch.empty(unit.bytes, dtype=torch.uint8, device=self._device)
                self._lane.wait(self._lane.copy(flat, unit.host, self._lane.mark()))
                unit.point(flat)
                self._open[number] = flat
        self.blocks.open(min(resident, len(self.blocks)), slots)

    def park(self) -> None:
        """Off the device; nothing is copied."""
        self._lane.settle()
        for number in self._open:
            self._units[number].park()
        self._open.clear()
        self.blocks.park()

    def close(self) -> None:
        self.park()
        self.blocks.close()
        self._arena.close()
        self.module = None
