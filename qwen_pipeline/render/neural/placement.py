"""A plan carried out: parts are loaded when they are first needed, and lie where the plan says.

The encoder and the painting parts (transformer and VAE) take turns on the device, unless the plan keeps all of them. A part that
takes turns waits in host memory from then on; it is read from its files once. When memory runs out, the next plan down is taken,
and the job starts again: the plans differ in where weights lie, so its picture does not change.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qwen_pipeline.dataclass import dataclass
from qwen_pipeline.errors import OutOfMemory
from qwen_pipeline.settings import Settings

from .housing import Blocks, Housing, Settled, Waiting
from .parts import ModelSizes
from .quantize import PRECISIONS
from .residency import Memory, ResidencyPlan, Work, covering, plan, relaxed

if TYPE_CHECKING:
    import torch

_HOLDING = {"none": "device", "phase": "memory", "blocks": "memory", "disk": "file"}
"""Where weights are for good, by mode; parts are read again when that changes."""


@dataclass(frozen=True, slots=True)
class PartLoader:
    """How one part comes to host memory, which of its modules are blocks, and which one is only needed for pictures.

    `calls_blocks`: the module goes over its blocks by itself, so they fetch themselves.
    """

    load: Callable[[], Any]
    blocks: Callable[[Any], Sequence[Any]] = lambda module: ()
    extra: Callable[[Any], Any] = lambda module: None
    calls_blocks: bool = False


@dataclass(frozen=True, slots=True)
class Parts:
    encoder: PartLoader
    transformer: PartLoader
    vae: PartLoader


class Placement:
    """The parts of one model on one device."""

    def __init__(self, sizes: ModelSizes, parts: Parts, device: torch.device, settings: Settings) -> None:
        self._sizes, self._parts, self._device, self._settings = sizes, parts, device, settings
        self.plan: ResidencyPlan | None = None
        self.tried: tuple[str, ...] = ()
        """Ids of the plans that ran out of memory."""
        self.on_drop: Callable[[], None] = lambda: None
        """Called before parts are dropped: whoever holds one lets it go."""
        self._ceiling: int | None = None
        self._housed: dict[str, Housing] = {}

    def expect(self, work: Work) -> ResidencyPlan:
        """Plan for work of this size and all that came before; what lies there stays if the plan does."""
        before = self.plan
        wanted = covering(before.work, work) if before else work
        if before is None or wanted != before.work:
            self._take(self._fitting(wanted))
        assert self.plan is not None
        return self.plan

    def encoder(self, pictures: bool) -> Any:
        """The encoder on the device; the vision tower with it where pictures are read."""
        found = self._planned()
        if found.mode != "none":
            self._park("transformer", "vae")
        housing = self._house("encoder", self._parts.encoder)
        housing.open(found.encoder_resident, found.slots, extra=pictures)
        return housing.module

    def painting(self) -> tuple[Any, Blocks, Any]:
        """(transformer, its blocks, VAE), on the device."""
        found = self._planned()
        if found.mode != "none":
            self._park("encoder")
        transformer, vae = self._house("transformer", self._parts.transformer), self._house("vae", self._parts.vae)
        transformer.open(found.resident_blocks, found.slots)
        vae.open(0, found.slots)
        return transformer.module, transformer.blocks, vae.module

    def resting(self) -> tuple[Any, Blocks, Any]:
        """As `painting`, but in host memory: there weights may be changed, on the device a change would be lost.

        With everything resident there is no other place, and they are changed where they lie.
        """
        transformer, vae = self._house("transformer", self._parts.transformer), self._house("vae", self._parts.vae)
        transformer.park()
        return transformer.module, transformer.blocks, vae.module

    def relax(self) -> bool:
        """Take the next plan down; False where there is none. Parts are read again only if all were resident before."""
        tried = self._planned()
        lower = relaxed(tried)
        if lower is None:
            return False
        self.tried += (tried.id,)
        self._ceiling = lower.peak_bytes
        gc.collect()  # and so do errors, with all that was tried
        self._take(lower)
        return True

    @property
    def finer(self) -> bool:
        """Whether the VAE is to work in finer bands."""
        return self._planned().finer

    @property
    def takes_turns(self) -> bool:
        """Whether parts leave the device for one another."""
        return self._planned().mode != "none"

    @property
    def spilled(self) -> bool:
        """Whether keys and values of prefixes are to wait in host memory."""
        return self._planned().spilled

    @property
    def record(self) -> str:
        """For a picture's record: the plan it was made under, and those that ran out of memory before."""
        return f"offload {self._planned().id}" + (f" after {', '.join(self.tried)}" if self.tried else "")

    def close(self) -> None:
        """Give everything back. May be called more than once."""
        self.on_drop()
        for housing in self._housed.values():
            housing.close()
        self._housed.clear()
        gc.collect()  # models hold themselves in circles
        self._free()

    # --- inside --------------------------------------------------------------------------------------------------------------

    def _planned(self) -> ResidencyPlan:
        return self.plan or self.expect(Work(self._sizes.pixels_per_token * 64, self._sizes.pixels_per_token * 64))

    def _fitting(self, work: Work) -> ResidencyPlan:
        memory = measured(self._device).capped(self._settings.max_memory_gib)
        made = plan(self._sizes, work, memory, offload_of(self._settings, self._device))
        while self._ceiling is not None and made.peak_bytes > self._ceiling:
            lower = relaxed(made)
            if lower is None:
                break
            made = lower
        return made

    def _take(self, new: ResidencyPlan) -> None:
        old, self.plan = self.plan, new
        if old is None or old.id == new.id:
            return
        if _HOLDING[old.mode] != _HOLDING[new.mode]:
            self.close()
        else:
            self._park("encoder", "transformer", "vae")

    def _house(self, name: str, part: PartLoader) -> Housing:
        if name not in self._housed:
            module = part.load()
            mode, blocks = self._planned().mode, part.blocks(module)
            if mode == "none":
                self._housed[name] = Settled(module, blocks, self._device)
            else:
                spill = self._spill(name) if mode == "disk" else None
                waiting = Waiting(module, blocks, self._device, extra=part.extra(module), spill=spill)
                if part.calls_blocks:
                    waiting.blocks.attach()
                self._housed[name] = waiting
        return self._housed[name]

    def _spill(self, name: str) -> Path:
        folder = self._settings.store / "weights"
        folder.mkdir(parents=True, exist_ok=True)
        return folder / f"{os.getpid()}-{id(self)}-{name}"

    def _park(self, *names: str) -> None:
        leaving = [self._housed[name] for name in names if name in self._housed and self._housed[name].on_device]
        for housing in leaving:
            housing.park()
        if leaving:
            self._free()

    def _free(self) -> None:
        """Give unused blocks of the allocator back, so that the next part finds them in one piece."""
        import torch

        if self._device.type == "cuda":
            torch.cuda.empty_cache()


@contextmanager
def naming_memory(who: str) -> Iterator[None]:
    """Turns what torch and Python raise for want of memory into `OutOfMemory`."""
    try:
        yield
    except Exception as error:
        if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError":
            raise OutOfMemory(f"{who} ran out of memory: {error}", hint="a smaller size, or a device with more memory") from error
        raise


def offload_of(settings: Settings, device: torch.device) -> str:
    """The setting; on the processor `auto` keeps everything in place: weights would only be copied within host memory.

    Weights that are no plain tensors cannot wait in host memory, so all has to stay on the device.
    """
    if not PRECISIONS[settings.precision].movable:
        return "none"
    return "none" if settings.offload == "auto" and device.type == "cpu" else settings.offload


def measured(device: torch.device) -> Memory:
    """What is free on the device, with what this process holds there; on the processor, the host's memory."""
    import torch

    host = free_host_bytes()
    if device.type != "cuda":
        return Memory(host or 2**62, host)
    free, _ = torch.cuda.mem_get_info(device)
    return Memory(free + torch.cuda.memory_reserved(device), host)


def free_host_bytes() -> int | None:
    """Host memory that can be had without swapping; None where the system does not say."""
    try:
        lines = Path("/proc/meminfo").read_text("ascii").splitlines()
        return int(next(line.split()[1] for line in lines if line.startswith("MemAvailable:"))) * 1024
    except (OSError, StopIteration, ValueError):
        return None
