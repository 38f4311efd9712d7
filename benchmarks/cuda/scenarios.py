"""What is measured. Each scenario gives figures; those with a peer have diffusers' value of the same run beside ours.

With `--toy` sides and steps are small. Seconds are per picture of a batch: texts encoded, parts changed over, pictures drawn
and decoded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import torch

from benchmarks.cuda.bench import Bench, Busy, NoTime
from benchmarks.cuda.models import Model, qwen_image_2_1, qwen_image_20b
from benchmarks.cuda.ours import Guided20B, Ours
from benchmarks.cuda.theirs import Mode, Theirs, Theirs20B
from benchmarks.record import Figure, against
from qwen_pipeline.render.neural import vae_bands

CAP_24 = 22.5
"""GiB that a 24 GB card has for us."""
REFERENCES_GIB = 28.0
"""Less than transformer, VAE and the 19 GiB of keys and values of ten references take together."""
Measured = tuple[str, Callable[[], Iterable[Figure]]]
"""A scenario's name and what measures it; work that only prepares others has no name."""


@dataclass(frozen=True)
class Drawn:
    """Our side of a job: seconds a picture, the device's peak, the plan."""

    seconds: float
    peak_gib: float
    plan: str


@dataclass(frozen=True)
class Job:
    """A scenario in which both sides draw. `full_s`: what a side takes on an H100, for the budget of time.

    modes: diffusers' offload modes, each with how many times as fast we want to be; `best`: the same for the faster of them.
    """

    name: str
    side: int
    steps: int
    pictures: int
    full_s: float
    modes: dict[Mode, float]
    best: float

    def size(self, bench: Bench) -> tuple[int, int]:
        return (64, 64) if bench.toy else (self.side, self.side)

    def length(self, bench: Bench) -> int:
        return min(2, self.steps) if bench.toy else self.steps


JOBS = (
    Job("gpu_2k_8", 2048, 8, 3, 45, {"group": 1.5, "model": 2.5}, 1.5),
    Job("gpu_drafts_1k_8", 1024, 8, 8, 20, {"group": 2.5}, 2.5),
    Job("gpu_2k_40", 2048, 40, 1, 50, {"group": 1.3}, 1.3),
)


def qwen_21(bench: Bench) -> Iterator[Measured]:
    """All of Qwen-Image 2.1: our side of every scenario, then diffusers' side on the same weights."""
    model = qwen_image_2_1(bench.device, bench.toy)
    ours = Ours(bench, model)
    drawn: dict[str, Drawn] = {}
    for job in JOBS:
        yield job.name, partial(our_side, bench, ours, job, drawn)
    yield "gpu_peak_2k", partial(peak, bench, drawn)
    yield "gpu_streamed_10gib", partial(streamed, bench, ours)
    yield "gpu_busy", partial(busy, bench, ours)
    yield "gpu_references_spilled", partial(referenced, bench, ours)
    ours.close()
    yield "gpu_vae_decode_2k", partial(vae_decode, bench, model)
    theirs = Theirs(bench, model)
    for job in JOBS:
        yield job.name, partial(compared, bench, theirs, job, drawn)


def our_side(bench: Bench, ours: Ours, job: Job, drawn: dict[str, Drawn]) -> Iterator[Figure]:
    """Draws a batch under the cap, after a picture that does not count. What is found is kept, whatever diffusers does."""
    bench.need(job.full_s)
    size, steps = job.size(bench), job.length(bench)
    with bench.cap(CAP_24):
        ours.plan(size, None if bench.toy else CAP_24)
        ours.draw(ours.requests(1, size, min(2, steps)))
        bench.free()
        batch = ours.requests(1 if bench.toy else job.pictures, size, steps)
        seconds = bench.timed(lambda: ours.draw(batch)) / len(batch)
        drawn[job.name] = Drawn(seconds, bench.peak_gib(), ours.placement.record)
    yield Figure(f"{job.side}^2, {job.steps} steps, {CAP_24} GiB: ours", seconds, "s", note=drawn[job.name].plan)


def compared(bench: Bench, theirs: Theirs, job: Job, drawn: dict[str, Drawn]) -> Iterator[Figure]:
    """Ours beside each of diffusers' offload modes under the same cap, and beside the fastest of them."""
    if job.name not in drawn:
        raise RuntimeError("our side was not measured; an earlier line says why")
    ours = drawn[job.name]
    name = f"{job.side}^2, {job.steps} steps, {CAP_24} GiB"
    hourly = 3600 / ours.seconds
    yield Figure(name, ours.seconds, "s", note=f"a picture; batch of {job.pictures}, {hourly:.0f} an hour; {ours.plan}")
    found: dict[Mode, float] = {}
    for mode, wanted in job.modes.items():
        try:
            bench.need(job.full_s)
            found[mode] = their_seconds(bench, theirs, job, mode)
        except (torch.OutOfMemoryError, NoTime) as error:
            yield Figure(f"diffusers {mode} offload", 0.0, "", note=f"not measured: {str(error)[:200]}")
            continue
        yield against(f"{name}: {mode}", [ours.seconds], f"diffusers {mode} offload", [found[mode]], within=1 / wanted)
        yield Figure(f"times as fast as {mode} offload", found[mode] / ours.seconds, "x", note=f"wanted >= {wanted}")
    if found:
        best = min(found.values())
        yield against(f"{name}: best", [ours.seconds], f"diffusers, best of {', '.join(found)}", [best], within=1 / job.best)
        yield Figure("times as fast as diffusers' best", best / ours.seconds, "x", note=f"wanted >= {job.best}")


def their_seconds(bench: Bench, theirs: Theirs, job: Job, mode: Mode) -> float:
    """Seconds a picture, after one of two steps that does not count. Whole decodes where they fit, tiles where they do not."""
    size, steps = job.size(bench), job.length(bench)
    with bench.cap(CAP_24), theirs.offloaded(mode, tiled=job.side > 1024):
        theirs.draw(size, min(2, steps))
        bench.free()
        count = 1 if bench.toy else min(2, job.pictures)
        return bench.timed(lambda: [theirs.draw(size, steps) for _ in range(count)]) / count


def peak(bench: Bench, drawn: dict[str, Drawn]) -> Iterator[Figure]:
    """The device's peak over a batch at 2048^2, encoder's phase and whole decodes included."""
    yield Figure("2048^2, untiled: peak of the device", drawn["gpu_2k_8"].peak_gib, "GiB", None if bench.toy else 21.0)


def streamed(bench: Bench, ours: Ours) -> Iterator[Figure]:
    """Steps with the transformer streamed under 10 GiB, beside the same steps with all of it resident."""
    bench.need(50)
    size, steps = JOBS[0].size(bench), JOBS[0].length(bench)
    seconds: dict[str, float] = {}
    peaks = 0.0
    for name, cap, offload in (("resident", CAP_24, "phase"), ("streamed", 10.0, "blocks")):
        with bench.cap(cap):
            plan = ours.plan(size, 1e-5 if bench.toy and offload == "blocks" else None if bench.toy else cap, offload)
            request = ours.requests(1, size, steps)[0]
            keys = ours.engine.encode([request], [_no_inputs()])
            key = next(iter(keys.values()))
            ours.render(request, key)
            bench.free()
            seconds[name] = bench.timed(partial(ours.render, request, key))
            peaks = bench.peak_gib()
    yield against("2048^2, 8 steps: streamed under 10 GiB", [seconds["streamed"]], "resident", [seconds["resident"]],
        f"{plan.id}; page-locked: {ours.placement.painting()[1].pinned}", within=1.05)  # type: ignore[attr-defined]
    yield Figure("streamed: peak of the device", peaks, "GiB", None if bench.toy else 10.0)


def referenced(bench: Bench, ours: Ours) -> Iterator[Figure]:
    """Steps at 2048^2 with ten references of about 1024^2: their keys and values in host memory, and all on the device."""
    bench.need(300)  # diffusers' side and the 20B come after it, and before it
    size, steps = JOBS[0].size(bench), 4
    inputs = _pictures(bench, 2 if bench.toy else 10)
    seconds: dict[str, float] = {}
    plans: dict[str, str] = {}
    for name, cap in (("resident", None), ("spilled", REFERENCES_GIB)):
        with bench.cap(cap):
            ours.plan(size, None if bench.toy else cap, "blocks")
            request = replace(ours.requests(1, size, steps)[0], references=("0" * 64,) * len(inputs.references))
            key = next(iter(ours.engine.encode([request], [inputs]).values()))
            ours.render(replace(request, num_inference_steps=1, sigmas=(1.0,)), key, inputs)  # with the prefix
            bench.free()
            seconds[name] = bench.timed(partial(ours.render, request, key, inputs))
            plans[name] = f"{ours.placement.plan.id}{'+spill' if ours.placement.spilled else ''}"  # type: ignore[union-attr]
            peaked = bench.peak_gib()
            ours.forget()
    yield against(f"2048^2, {steps} steps, ten references: under {REFERENCES_GIB:.0f} GiB", [seconds["spilled"]],
        "without a cap", [seconds["resident"]], f"{plans['spilled']}; without a cap {plans['resident']}", within=1.15)
    yield Figure("ten references: peak of the device", peaked, "GiB", None if bench.toy else REFERENCES_GIB)


def _pictures(bench: Bench, count: int) -> Any:
    """References of random pixels, as files. 992, not 1024: that side is shown to the model with 32 px more."""
    import numpy as np
    from PIL import Image

    from qwen_pipeline.render import SceneInputs

    side = 64 if bench.toy else 992
    paths = []
    for number in range(count):
        pixels = np.random.default_rng(number).integers(0, 256, (side // 32, side // 32, 3), np.uint8)
        paths.append(bench.scratch / f"reference-{number}.png")
        Image.fromarray(pixels).resize((side, side)).save(paths[-1])
    return SceneInputs(references=tuple(paths))


def vae_decode(bench: Bench, model: Model) -> Iterator[Figure]:
    """One decode at 2048^2: ours in bands beside `vae.decode` as it is, without a cap."""
    bench.need(20)
    vae = model.vae.to(bench.device)
    rows = 4 if bench.toy else 128
    latents = torch.randn(1, vae.config.z_dim, 1, rows, rows).to(bench.device, model.dtype)
    sides: dict[str, tuple[list[float], float]] = {}
    with torch.inference_mode():
        for name, decode in (("ours", lambda: vae_bands.decode(vae, latents)), ("plain", lambda: vae.decode(latents).sample)):
            decode()
            bench.free()
            held = torch.cuda.memory_allocated() / 2**30 if bench.device.type == "cuda" else 0.0
            samples = [bench.timed(decode) for _ in range(1 if bench.toy else 3)]
            sides[name] = samples, bench.peak_gib() - held
        apart = (vae_bands.decode(vae, latents).float() - vae.decode(latents).sample.float()).abs().max().item()
    vae.to("cpu")
    yield against("VAE decode, 2048^2", sides["ours"][0], "vae.decode", sides["plain"][0])
    limit, plain = (None, None) if bench.toy else (7.0, sides["plain"][1])
    yield Figure("VAE decode: peak of activations", sides["ours"][1], "GiB", limit, (), "vae.decode", plain)
    yield Figure("VAE decode: largest difference", apart, "", note="pixel values are -1 to 1; one bf16 rounding near 1 is 0.0039")


def busy(bench: Bench, ours: Ours) -> Iterator[Figure]:
    """A batch of 64 drafts through a session and a store, PNG files included: share of time in which the GPU works."""
    bench.need(60)
    count = 2 if bench.toy else 64 if bench.left_s > 380 else 24
    size = (64, 64) if bench.toy else (1024, 1024)
    ours.plan(size, None if bench.toy else CAP_24)
    requests = ours.requests(count, size, 2 if bench.toy else 8)
    with Busy(bench.device) as watched:
        seconds = bench.timed(lambda: _through_a_session(ours, requests, bench.scratch / "busy"))
    yield Figure("batch of drafts, 1024^2, 8 steps, with PNG files", seconds / count, "s", note=f"a picture; {count} pictures")
    if watched.share is not None:
        note = f"busy {watched.share:.3f} of the whole batch, {len(watched.samples)} readings; wanted >= 0.95"
        yield Figure("GPU idle", 1 - watched.share, "", 0.05, note=note)


def _through_a_session(ours: Ours, requests: Sequence[Any], folder: Path) -> None:
    from qwen_pipeline.fingerprint import scene_fingerprint
    from qwen_pipeline.render import Session
    from qwen_pipeline.store import Store
    from qwen_pipeline.types import Scene, SceneResult

    scenes = [Scene(scene_fingerprint(request), request) for request in requests]
    with _kept_open(ours.engine) as engine:
        outcomes = Session(lambda: engine, Store(folder)).render(scenes)
    failed = [outcome for outcome in outcomes if not isinstance(outcome, SceneResult)]
    if failed:
        raise RuntimeError(str(failed[0]))


@contextmanager
def _kept_open(engine: Any) -> Iterator[Any]:
    """A session closes its engine; ours has more to measure."""
    close, engine.close = engine.close, lambda: None
    try:
        yield engine
    finally:
        engine.close = close


def _no_inputs() -> Any:
    from qwen_pipeline.render import SceneInputs

    return SceneInputs()


def qwen_20b(bench: Bench) -> Iterator[Measured]:
    yield "gpu_20b_1328_cfg", partial(guided, bench)


def guided(bench: Bench) -> Iterator[Figure]:
    """20B at 1328^2 with guidance under 24 GiB: a block visited once for both prompts, beside diffusers' group offload."""
    bench.need(120)
    model = qwen_image_20b(bench.device, bench.toy)
    size, steps = ((64, 64), 2) if bench.toy else ((1328, 1328), 8)
    width = model.transformer.config.joint_attention_dim
    tokens = 12 if bench.toy else 1000
    embeds = (torch.randn(1, tokens, width), torch.randn(1, tokens // 4, width))
    with bench.cap(24.0):
        ours = Guided20B(bench, model, size, None if bench.toy else 24.0)
        ours.draw(embeds, 1)
        bench.free()
        mine = bench.timed(lambda: ours.draw(embeds, steps))
        peaked, plan = bench.peak_gib(), ours.plan
        ours.close()
    theirs = Theirs20B(bench, model)
    with bench.cap(24.0), theirs.offloaded():
        theirs.draw(embeds, size, 1)
        bench.free()
        other = bench.timed(lambda: theirs.draw(embeds, size, steps))
    yield against(f"20B, 1328^2, {steps} steps with guidance, 24 GiB", [mine], "diffusers group offload", [other],
        f"{plan.id}; seconds a picture, decode included, prompts given as embeddings", within=0.5)
    yield Figure("20B: times as fast as group offload", other / mine, "x", note="wanted >= 2")
    yield Figure("20B: peak of the device", peaked, "GiB", None if bench.toy else 24.0)
