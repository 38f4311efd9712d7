"""How weights travel from host memory to the device: on a CUDA copy stream with events, or at once on the CPU.

`BlockStreamer` keeps one bookkeeping for both; a lane only says how a copy is issued and how one waits for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import torch

Ticket = Any
"""What a lane gives for something issued; only the lane that gave it reads it."""


class Lane(Protocol):
    """Copies run apart from the compute of the caller, in the order issued."""

    def mark(self) -> Ticket:
        """A ticket for all compute issued so far."""
        ...

    def copy(self, target: torch.Tensor, source: torch.Tensor, after: Ticket) -> Ticket:
        """Issue `target <- source` (flat uint8, equal lengths), not before the compute of `after`. Returns at once."""
        ...

    def wait(self, ticket: Ticket) -> None:
        """Compute issued from here on starts after the copy of `ticket`; the host does not wait."""
        ...

    def settle(self) -> None:
        """The host waits until every copy has landed and all compute is done, so that memory may be given back."""
        ...


class HostLane:
    """The CPU: a copy is done when it is issued."""

    def mark(self) -> Ticket:
        return None

    def copy(self, target: torch.Tensor, source: torch.Tensor, after: Ticket) -> Ticket:
        target.copy_(source)
        return None

    def wait(self, ticket: Ticket) -> None:
        return None

    def settle(self) -> None:
        return None


class CudaLane:
    """A CUDA copy stream; tickets are events, and nothing but `settle` makes the host wait."""

    def __init__(self, device: torch.device) -> None:
        import torch

        self._cuda: Any = torch.cuda
        self._device = device
        self._stream = self._cuda.Stream(device)

    def mark(self) -> Ticket:
        event = self._cuda.Event()
        event.record(self._cuda.current_stream(self._device))
        return event

    def copy(self, target: torch.Tensor, source: torch.Tensor, after: Ticket) -> Ticket:
        landed = self._cuda.Event()
        with self._cuda.stream(self._stream):
            self._stream.wait_event(after)
            target.copy_(source, non_blocking=True)
            landed.record(self._stream)
        return landed

    def wait(self, ticket: Ticket) -> None:
        self._cuda.current_stream(self._device).wait_event(ticket)

    def settle(self) -> None:
        self._cuda.synchronize(self._device)


def lane_for(device: torch.device) -> Lane:
    """The lane of a device: CUDA and ROCm have streams, everything else copies at once."""
    return CudaLane(device) if device.type == "cuda" else HostLane()
