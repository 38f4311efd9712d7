"""`doctor`'s part about the neural engines: the accelerator, the weights that are here, and what each engine would do with both.

It is the arithmetic that plans a build, and needs no torch: the accelerator is asked for by its driver's own tool.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal

from qwen_pipeline.dataclass import dataclass
from qwen_pipeline.settings import Settings

from .output import size

if TYPE_CHECKING:
    from qwen_pipeline.render.neural.residency import Footprint

_TIMEOUT_S = 10


@dataclass(frozen=True, slots=True)
class Card:
    """One accelerator. Bytes."""

    name: str
    total_bytes: int
    free_bytes: int
    capability: str


@dataclass(frozen=True, slots=True)
class Fit:
    """What one engine would do here. `plan` and what follows from it: None where there is no accelerator to plan for."""

    engine: str
    weights: Literal["here", "missing", "damaged"]
    weights_bytes: int
    """Of the files; 0 where they are not here."""
    encoder_bytes: int
    transformer_bytes: int
    vae_bytes: int
    job: str
    smallest_bytes: int
    """The least of a device's memory that the job can do with."""
    sentence: str
    plan: str | None = None
    fits: bool | None = None
    peak_bytes: int | None = None
    host_bytes: int | None = None


def cards() -> tuple[Card, ...]:
    """Accelerators, as their driver's tool tells them; none where there is no such tool."""
    tool = shutil.which("nvidia-smi")
    if tool is None:
        return ()
    query = "--query-gpu=name,memory.total,memory.free,compute_cap"
    try:
        said = subprocess.run(
            [tool, query, "--format=csv,noheader,nounits"], capture_output=True, text=True, timeout=_TIMEOUT_S, check=True
        ).stdout
    except (OSError, subprocess.SubprocessError):
        return ()
    return tuple(parse_cards(said))


def parse_cards(said: str) -> Iterator[Card]:
    """Cards from lines of `name, MiB in all, MiB free, compute capability`."""
    for line in said.strip().splitlines():
        fields = [field.strip() for field in line.rsplit(",", 3)]
        if len(fields) == 4 and fields[1].isdigit() and fields[2].isdigit():
            yield Card(fields[0], int(fields[1]) * 2**20, int(fields[2]) * 2**20, fields[3])


def fits(settings: Settings, found: tuple[Card, ...]) -> Iterator[Fit]:
    """What every engine that weighs something would do with the first card, for its usual job."""
    from qwen_pipeline.render import engine_ids, engine_module
    from qwen_pipeline.render.engine import Weighing

    for engine_id in engine_ids():
        module = engine_module(engine_id)
        if isinstance(module, Weighing):
            yield _fit(engine_id, module.footprint(settings), settings, found[0] if found else None)


def _fit(engine_id: str, footprint: Footprint, settings: Settings, card: Card | None) -> Fit:
    from qwen_pipeline.render.neural.placement import free_host_bytes
    from qwen_pipeline.render.neural.residency import Memory, gib, plan

    sizes, work, smallest = footprint.sizes, footprint.work, footprint.smallest_bytes
    parts = (sizes.encoder.bytes + sizes.vision, sizes.dit.bytes, sizes.vae)
    shared = (engine_id, footprint.weights, footprint.weights_bytes, *parts, f"{work.width_px}x{work.height_px}", smallest)
    if card is None:
        return Fit(*shared, sentence=f"needs an accelerator with {gib(smallest)} free, or more")
    memory = Memory(card.free_bytes, free_host_bytes()).capped(settings.max_memory_gib)
    made = plan(sizes, work, memory, settings.offload)
    said = made.sentence if made.fits else f"does not fit; {made.sentence}"
    return Fit(*shared, sentence=said, plan=made.id, fits=made.fits, peak_bytes=made.peak_bytes, host_bytes=made.host_bytes)


def describe(fit: Fit) -> str:
    """One line for people."""
    parts = f"encoder {size(fit.encoder_bytes)}, transformer {size(fit.transformer_bytes)}, VAE {size(fit.vae_bytes)}"
    here = f"weights here ({size(fit.weights_bytes)})" if fit.weights == "here" else f"weights {fit.weights}"
    return f"{here}; {parts}; {fit.job}: {fit.sentence}"
