"""What lies where: a plan for the device's memory from the sizes of the parts, the work and the bytes that are free.

Pure arithmetic: nothing here imports torch, so `doctor` says what fits on a machine that has none. `placement.py` carries a plan
out. A plan only says where weights wait; it never changes a result.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from itertools import dropwhile
from typing import Literal

from qwen_pipeline.dataclass import dataclass

from . import vae_memory
from .parts import ModelSizes

GIB = 2**30
Mode = Literal["none", "phase", "blocks", "disk"]
"""Where weights wait while they are not used, in the words of the setting `offload`; `none`: all stay on the device."""
SLOTS = 2
"""Buffers that streamed blocks share: one computes while the next is copied."""
ENCODER_TOKEN_UNITS = 20
"""Activations of a language model's layer, in tensors of (tokens, hidden): three of the FFN's width (3 to 5.3 x hidden), more."""


@dataclass(frozen=True, slots=True)
class Work:
    """The largest job of a batch. `references_px`: (width, height) of the reference pictures as the VAE reads them.

    `sequences`: how many go through a block on one visit: 2 with guidance, more for several pictures.
    """

    width_px: int
    height_px: int
    text_tokens: int = 1024
    references_px: tuple[tuple[int, int], ...] = ()
    sequences: int = 1

    @property
    def area_px(self) -> int:
        return self.width_px * self.height_px


def covering(one: Work, other: Work) -> Work:
    """Work that is at least as large as both, in everything that takes memory. The larger picture's sides are kept."""
    big = max(one, other, key=lambda work: work.area_px)
    seen = max(one.references_px, other.references_px, key=lambda sizes: sum(w * h for w, h in sizes))
    return Work(
        big.width_px, big.height_px, max(one.text_tokens, other.text_tokens), seen, max(one.sequences, other.sequences)
    )


@dataclass(frozen=True, slots=True)
class ResidencyPlan:
    """Where the weights lie. `encoder_resident` and `resident_blocks` of the encoder's and the DiT's blocks stay on the device.

    finer: the VAE works in more bands; equal in fp32, and within a rounding of bf16 where a device picks its kernels by size.
    encoding_bytes, drawing_bytes: predicted peaks of the two phases.
    spilled: keys and values of prefixes wait in host memory, two layers of them at a time on the device.
    """

    mode: Mode
    sizes: ModelSizes
    work: Work
    budget_bytes: int
    encoder_resident: int
    resident_blocks: int
    slots: int
    finer: bool
    encoding_bytes: int
    drawing_bytes: int
    spilled: bool = False

    @property
    def peak_bytes(self) -> int:
        return max(self.encoding_bytes, self.drawing_bytes)

    @property
    def fits(self) -> bool:
        return self.peak_bytes <= self.budget_bytes

    @property
    def host_bytes(self) -> int:
        """Host memory for weights that wait: page-locked, exactly sized; a file with `disk`."""
        sizes = self.sizes
        weights = sizes.encoder.bytes + sizes.vision + sizes.dit.bytes + sizes.vae if self.mode in ("phase", "blocks") else 0
        return weights + (kept_bytes(sizes, self.work) if self.spilled else 0)

    @property
    def id(self) -> str:
        """For records: `none`, `phase`, `blocks-12` (that many resident), `disk-0`; `+spill`, `+finer`."""
        name = f"{self.mode}-{self.resident_blocks}" if self.mode in ("blocks", "disk") else self.mode
        return name + ("+spill" if self.spilled else "") + ("+finer" if self.finer else "")

    @property
    def sentence(self) -> str:
        """The plan for people."""
        blocks = self.sizes.dit.blocks
        streamed = blocks - self.resident_blocks
        encoder = "" if self.encoder_resident == self.sizes.encoder.blocks else " layer by layer"
        words = {
            "none": "everything stays on the device",
            "phase": "all prompts are encoded first, then transformer and VAE stay on the device",
            "blocks": f"prompts are encoded first{encoder}, then {self.resident_blocks} of {blocks} transformer blocks stay on "
            f"the device and {streamed} are streamed from memory",
            "disk": f"prompts are encoded first{encoder}, then {self.resident_blocks} of {blocks} transformer blocks stay on "
            f"the device and {streamed} are read from disk at every step",
        }[self.mode]
        more = ", keys and values of references and words come from memory" if self.spilled else ""
        more += ", the VAE in finer bands" if self.finer else ""
        return f"{words}{more}; about {gib(self.peak_bytes)} of {gib(self.budget_bytes)}"


@dataclass(frozen=True, slots=True)
class Footprint:
    """What an engine takes of a machine. `weights`: whether they are here; `weights_bytes`: of their files, 0 if not."""

    sizes: ModelSizes
    work: Work
    """Its usual job."""
    weights: Literal["here", "missing", "damaged"]
    weights_bytes: int = 0

    @property
    def smallest_bytes(self) -> int:
        """The least of a device's memory that the job can do with, the reserve included."""
        peak = min(rung.peak_bytes for rung in _ladder(self.sizes, self.work, 0))
        return max(peak + GIB // 2, math.ceil(peak / 0.95))


@dataclass(frozen=True, slots=True)
class Memory:
    """What the machine has, measured by the caller. `host_bytes`: free memory of the host, None if unknown."""

    device_bytes: int
    host_bytes: int | None = None

    def capped(self, max_memory_gib: float | None) -> Memory:
        """No more of the device than the setting allows."""
        if max_memory_gib is None:
            return self
        return replace(self, device_bytes=min(self.device_bytes, int(max_memory_gib * GIB)))

    @property
    def budget_bytes(self) -> int:
        """What a plan may use: the rest is for the allocator's gaps and the libraries' workspaces (5 %, at least 0.5 GiB)."""
        return max(0, self.device_bytes - max(GIB // 2, self.device_bytes // 20))


def plan(sizes: ModelSizes, work: Work, memory: Memory, offload: str = "auto") -> ResidencyPlan:
    """The first plan that fits, from all resident down to the disk; the one with the lowest peak if none does (`fits` says so).

    `offload`: `auto`, or the mode to take, whatever fits; `blocks` and `disk` still keep as many blocks resident as fit.
    """
    rungs = tuple(rung for rung in _ladder(sizes, work, memory.budget_bytes) if offload in ("auto", rung.mode))
    if offload == "auto" and memory.host_bytes is not None:
        rungs = tuple(rung for rung in rungs if rung.host_bytes <= memory.host_bytes)
    return next((rung for rung in rungs if rung.fits), min(rungs, key=lambda rung: rung.peak_bytes))


def relaxed(tried: ResidencyPlan) -> ResidencyPlan | None:
    """The next plan down, with at least a tenth less on the device than the one tried, or else the last one; None at the end."""
    below = tuple(dropwhile(lambda rung: rung.id != tried.id, _ladder(tried.sizes, tried.work, tried.budget_bytes)))
    lighter = tuple(rung for rung in below if rung.peak_bytes < tried.peak_bytes)
    return next((rung for rung in lighter if rung.peak_bytes <= 0.9 * tried.peak_bytes), lighter[-1] if lighter else None)


def _ladder(sizes: ModelSizes, work: Work, budget: int) -> Iterator[ResidencyPlan]:
    """Every plan, each with less on the device than the one before; the disk's begin again with all blocks resident."""
    maker = _Maker(sizes, work, budget)
    blocks = sizes.dit.blocks
    yield maker.plan("none", blocks)
    yield maker.plan("phase", blocks)
    streamed = tuple(range(max(0, blocks - SLOTS - 1), -1, -1))
    for resident in streamed:
        yield maker.plan("blocks", resident)
    # Keys and values travel as often as blocks, so they give way last: only where blocks alone do not make room enough.
    spills = kept_bytes(sizes, work) > sizes.dit.bytes // 8
    for resident in (blocks, *streamed) if spills else ():
        yield maker.plan("blocks", resident, spilled=True)
    yield maker.plan("blocks", 0, spilled=spills, finer=True)
    for resident in (blocks, *streamed):
        yield maker.plan("disk", resident)
    for resident in (blocks, *streamed) if spills else ():
        yield maker.plan("disk", resident, spilled=True)
    yield maker.plan("disk", 0, spilled=spills, finer=True)


def kept_bytes(sizes: ModelSizes, work: Work) -> int:
    """Keys and values of what stands before the picture, of all sequences."""
    side = sizes.pixels_per_token
    prefix = work.text_tokens + sum(math.ceil(w / side) * math.ceil(h / side) for w, h in work.references_px)
    return work.sequences * prefix * sizes.kv_token_bytes


@dataclass(frozen=True, slots=True)
class _Maker:
    sizes: ModelSizes
    work: Work
    budget: int

    def plan(self, mode: Mode, resident: int, *, spilled: bool = False, finer: bool = False) -> ResidencyPlan:
        drawing = self.drawing(resident, spilled, finer)
        layers = self.sizes.encoder.blocks
        if mode == "none":
            beside = self.sizes.encoder.bytes + self._vision()
            encoding, drawing = self.encoding(layers) + self.sizes.dit.bytes + self.sizes.vae, beside + drawing
        else:
            # The encoder may take what drawing takes: it lies there before, so holding back more would win nothing.
            layers = next((n for n in range(layers, 0, -1) if self.encoding(n) <= drawing), 0)
            encoding = self.encoding(layers)
        return ResidencyPlan(mode, self.sizes, self.work, self.budget, layers, resident, SLOTS, finer, encoding, drawing, spilled)

    def encoding(self, resident: int) -> int:
        """Peak of the encoder's phase."""
        return self.sizes.encoder.held(resident, SLOTS) + self._vision() + self._encoder_activations()

    def drawing(self, resident: int, spilled: bool, finer: bool) -> int:
        """Peak of the phase that denoises and decodes; the VAE lies beside the DiT."""
        weights = self.sizes.dit.held(resident, SLOTS) + self.sizes.vae
        return weights + max(self._denoising(spilled), self._vae_activations(finer))

    def _vision(self) -> int:
        return self.sizes.vision if self.work.references_px else 0

    def _encoder_activations(self) -> int:
        # A picture takes one token per 32 x 32 px of the vision-language encoder's sequence.
        tokens = self.work.text_tokens + sum(math.ceil(w / 32) * math.ceil(h / 32) for w, h in self.work.references_px)
        return tokens * self.sizes.encoder_hidden * ENCODER_TOKEN_UNITS * self.sizes.element_bytes

    def _denoising(self, spilled: bool) -> int:
        """Activations of one block, the states of the other sequences, the prefix keys and values of all, or of two layers."""
        side = self.sizes.pixels_per_token
        target = math.ceil(self.work.width_px / side) * math.ceil(self.work.height_px / side)
        prefix = self.work.text_tokens + sum(math.ceil(w / side) * math.ceil(h / side) for w, h in self.work.references_px)
        waiting = (self.work.sequences - 1) * (target + prefix) * self.sizes.token_bytes // 8
        kept = kept_bytes(self.sizes, self.work)
        kept = kept * SLOTS // self.sizes.dit.blocks if spilled else kept
        return (target + prefix) * self.sizes.token_bytes + waiting + kept

    def _vae_activations(self, finer: bool) -> int:
        shape = self.sizes.vae_shape
        decode = vae_memory.decode_bytes(shape, self.work.width_px, self.work.height_px, finer)
        return max([decode, *(vae_memory.encode_bytes(shape, w, h, finer) for w, h in self.work.references_px)])


def gib(number: int) -> str:
    return f"{number / GIB:.1f} GiB"
