"""Host memory for weights: one stretch of exactly the bytes needed, page-locked where a CUDA device reads from it.

PyTorch rounds every page-locked allocation up to a power of two (pytorch#150517): a DiT block of 2.1 would take 512 MiB instead
of 416. So the stretch is allocated plainly and registered as a whole with `cudaHostRegister`. Weights go in once and are never
copied back: giving up device memory means pointing the parameters at the arena again.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qwen_pipeline.dataclass import dataclass
from qwen_pipeline.errors import RenderError

if TYPE_CHECKING:
    import torch
    from torch import nn

ALIGNMENT = 256
"""Bytes; what CUDA's allocator aligns to, so that kernels choose the same path for a view as for a tensor of its own."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One tensor of a unit: where it is used (a tied weight is used in several places), and its place in the flat buffer."""

    uses: tuple[tuple[Any, str], ...]
    shape: tuple[int, ...]
    dtype: Any
    offset: int
    bytes: int


class Unit:
    """Weights that travel together (a block, or all that is no block), as one flat buffer."""

    def __init__(self, modules: Sequence[nn.Module], without: Sequence[nn.Module] = ()) -> None:
        self._pieces = tuple(_pieces(modules, without))
        last = self._pieces[-1] if self._pieces else None
        self.bytes = aligned(last.offset + last.bytes) if last else 0
        self.host: torch.Tensor | None = None

    def enter(self, flat: torch.Tensor) -> None:
        """Copy the weights into their part of the arena, and use them there from now on."""
        for piece in self._pieces:
            _view(flat, piece).copy_(_tensor(*piece.uses[0]))
            self._use(flat, piece)
        self.host = flat

    def point(self, flat: torch.Tensor) -> None:
        """Use the weights in `flat`, a buffer of `bytes` on any device that holds or will hold a copy of them."""
        for piece in self._pieces:
            self._use(flat, piece)

    def park(self) -> None:
        """Use the weights in host memory; nothing is copied."""
        assert self.host is not None, "a unit enters an arena first"
        self.point(self.host)

    def strayed(self, flat: torch.Tensor) -> bool:
        """Whether somebody put other tensors in place of those in `flat`."""
        return bool(self._pieces) and _tensor(*self._pieces[0].uses[0]).data_ptr() != flat.data_ptr() + self._pieces[0].offset

    @staticmethod
    def _use(flat: torch.Tensor, piece: Piece) -> None:
        view = _view(flat, piece)
        for owner, name in piece.uses:
            if name in owner._parameters:
                owner._parameters[name].data = view
            else:
                owner._buffers[name] = view


class Arena:
    """The host memory of some units. `spill`: a file to keep them in instead, for machines with too little memory."""

    def __init__(self, units: Sequence[Unit], device: torch.device, spill: Path | None = None) -> None:
        import torch

        self.bytes = sum(unit.bytes for unit in units)
        self.spill = spill if self.bytes else None
        if not self.bytes or spill is None:
            self._flat = torch.empty(self.bytes, dtype=torch.uint8)
        else:
            self._flat = torch.from_file(str(spill), shared=True, size=self.bytes, dtype=torch.uint8)
            if sys.platform != "win32":
                spill.unlink()  # its bytes stay while they are used, and no longer, however this process ends
        start = 0
        for unit in units:
            unit.enter(self._flat[start : start + unit.bytes])
            start += unit.bytes
        self.pinned = self.spill is None and page_lock(self._flat, device)

    def close(self) -> None:
        """Undo the page lock and delete the file. The parameters keep the memory alive as long as they use it."""
        if self.pinned:
            page_unlock(self._flat)
            self.pinned = False
        if self.spill is not None:
            with suppress(OSError):  # Windows keeps it while it is in use
                self.spill.unlink(missing_ok=True)
            self.spill = None


def page_lock(flat: torch.Tensor, device: torch.device) -> bool:
    """Page-lock a stretch for a CUDA device; False where the system does not allow it, which costs speed and nothing else."""
    size = flat.numel() * flat.element_size()
    if device.type != "cuda" or not size:
        return False
    refused = int(_cudart().cudaHostRegister(flat.data_ptr(), size, 0)) != 0
    if refused:
        _forget_refusal(device)
    return not refused


def page_unlock(flat: torch.Tensor) -> None:
    _cudart().cudaHostUnregister(flat.data_ptr())


def _forget_refusal(device: torch.device) -> None:
    """CUDA reports an error of one call once more at the next launch of a kernel: let that be one that does not matter."""
    import torch

    with suppress(RuntimeError):
        torch.zeros(1, device=device)


def _cudart() -> Any:
    import torch

    cuda: Any = torch.cuda
    return cuda.cudart()


def aligned(number: int) -> int:
    """Bytes rounded up to `ALIGNMENT`."""
    return math.ceil(number / ALIGNMENT) * ALIGNMENT


def _pieces(modules: Sequence[nn.Module], without: Sequence[nn.Module]) -> Iterator[Piece]:
    skipped = {id(module) for outer in without for module in outer.modules()}
    uses: dict[Any, list[tuple[Any, str]]] = {}
    for module in modules:
        for owner in module.modules():
            if id(owner) not in skipped:
                for name in (*owner._parameters, *owner._buffers):
                    if _tensor(owner, name) is not None:
                        uses.setdefault(_key(owner, name), []).append((owner, name))
    offset = 0
    for places in uses.values():
        tensor = _tensor(*places[0])
        size = tensor.numel() * tensor.element_size()
        yield Piece(tuple(places), tuple(tensor.shape), tensor.dtype, offset, size)
        offset += aligned(size)


def _key(owner: nn.Module, name: str) -> Any:
    """Equal for the uses of one tied weight."""
    tensor = _tensor(owner, name)
    return (tensor.data_ptr(), tuple(tensor.shape), tensor.dtype) if tensor.data_ptr() else (id(owner), name)


def _tensor(owner: nn.Module, name: str) -> Any:
    import torch

    tensor = owner._parameters[name] if name in owner._parameters else owner._buffers[name]
    if tensor is not None and type(tensor.data) is not torch.Tensor:
        raise RenderError(
            f"weights of type {type(tensor.data).__name__} ({type(owner).__name__}.{name}) cannot wait in host memory",
            code="unsupported",
            hint="quantised weights of this kind stay on the device: offload none or phase with enough memory, or another mode",
        )
    return None if tensor is None else tensor.data


def _view(flat: torch.Tensor, piece: Piece) -> torch.Tensor:
    return flat[piece.offset : piece.offset + piece.bytes].view(piece.dtype).view(piece.shape)
