"""The flows themselves; imported once the environment is prepared. Thin: they say what runs where, the pipeline does it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from pathlib import Path
from time import perf_counter
from typing import Any, Literal

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.futures import PrefectFuture, as_completed
from prefect.states import Completed, Failed

from qwen_pipeline import notify
from qwen_pipeline.cli.build import out_folders
from qwen_pipeline.errors import QwenPipelineError
from qwen_pipeline.pipeline import Evaluation, Event, OnEvent, ShardReport, Trial, load, unchanged, unheard
from qwen_pipeline.types import Failure, Manifest

from .job import Asked, Job, Machine, Spread, hands_of, settings_of
from .logs import shorten
from .pool import in_pool, work_on
from .report import Progress, publish, publish_evaluation
from .review import Answer, is_answered
from .runners import running
from .shops import close_workshops, stop_workshops
from .tasks import Shards, deliver, draw_shard, evaluate_sets, make_shard, plan_shards, read_report

Step = Literal["scenes", "pieces"]
Parts = Sequence[tuple[str, ...]]


shorten()
ALL, HERE, UNSAID = Asked(), Spread(), Answer()
"""As a spec says it, on this machine."""


@dataclass
class Heard:
    """What the process that starts a flow hears of it. No parameter of the flow: those are kept by Prefect."""

    on_event: OnEvent = unheard
    built: list[tuple[Manifest, Path, float]] = field(default_factory=list)
    error: Exception | None = None


HEARD: ContextVar[Heard] = ContextVar("HEARD")


def heard() -> Heard:
    """Who listens. (The flows name no context variable themselves: clusters pickle them with what they name.)"""
    return HEARD.get(None) or Heard()


@flow(name="build", flow_run_name="build {out.name}")
def build_flow(
    specs: list[Path], out: Path, asked: Asked = ALL, spread: Spread = HERE, machine: Machine | None = None
) -> State[Any]:
    """Specs, each into its folder: one spec into `out`, several into folders of it. One that is bad does not stop the others."""
    manifests, errors = [], []
    for spec, folder in zip(specs, out_folders(tuple(specs), out), strict=True):
        try:
            manifests.append(make(Job.of(spec, asked, machine or {}), folder, spread))
        except QwenPipelineError as error:
            notify.tell(notify.post_of_error(spec.name, error))
            errors.append(error)
    if errors:
        heard().error = errors[0]
        raise errors[0]
    return ended(manifests)


@flow(name="campaign", flow_run_name="campaign {spec.stem}")
def campaign_flow(spec: Path, out: Path, asked: Asked = ALL, spread: Spread = HERE, machine: Machine | None = None) -> State[Any]:
    """A batch by its schedule. Where that says `only_if_changed`, a run that would do nothing ends before any work."""
    job = Job.of(spec, asked, machine or {})
    try:
        return _campaign(job, out, spread)
    except QwenPipelineError as error:
        notify.tell(notify.post_of_error(spec.name, error))
        raise


def _campaign(job: Job, out: Path, spread: Spread) -> State[Any]:
    schedule = getattr(load(job.order).document, "schedule", None)
    if schedule is None or schedule.only_if_changed:
        same = unchanged(job.order, out, job.settings)
        if same is not None:
            return Completed(name="Unchanged", message=f"{len(same.pieces)} pieces are as they were in {out}")
    return ended([reviewed(job, out, spread)])


@flow(name="review", flow_run_name="review {spec.stem}")
def review_flow(
    spec: Path, out: Path, answer: Answer = UNSAID, asked: Asked = ALL, spread: Spread = HERE, machine: Machine | None = None
) -> State[Any]:
    """Show what waits for a person, write the answer beside the spec, deliver what it lets through.

    A run that is started without an answer is suspended until there is one, where it has a deployment.
    """
    job = Job.of(spec, asked, machine or {})
    answer.take(job)
    return ended([reviewed(job, out, spread)])


def reviewed(job: Job, out: Path, spread: Spread) -> Manifest:
    """Made, and made again whenever a person has answered what waited."""
    manifest = make(job, out, spread)
    while is_answered(job, manifest):
        manifest = make(job, out, spread)
    return manifest


@flow(name="evaluate", flow_run_name="evaluate {trial.engine}")
def evaluate_flow(trial: Trial, out: Path, machine: Machine | None = None) -> State[Any]:
    """How well an engine spells: one task, since what was drawn and read before is not done again. A table of the counts."""
    return judged(evaluate_sets(trial, out, settings_of(machine or {})), out)


@flow(name="shard", flow_run_name="{phase} {name}")
def shard_flow(spec: Path, asked: Asked, plan: str, phase: Step, ids: list[str], name: str) -> State[Any]:
    """One shard of a plan, on whatever machine took it up. The report travels in the state's message, the files by the store."""
    try:
        return Completed(message=work_on(Job.of(spec, asked, {}), plan, phase, tuple(ids), name))
    finally:
        close_workshops()


# --- one spec ---------------------------------------------------------------------------------------------------------


def make(job: Job, out: Path, spread: Spread) -> Manifest:
    """One spec, from its plan to its delivered files, in shards. Pieces that fail are in the manifest."""
    started = perf_counter()
    try:
        shards = plan_shards(job, spread)
        progress = Progress(job.order.spec.stem, len(shards.to_draw) + len(shards.to_make))
        drawn, lost = _work(job, spread, shards, progress)
        manifest = deliver(job, out, tuple(lost.values()))
    finally:
        close_workshops()
    manifest = replace(manifest, rendered=manifest.rendered + drawn)
    progress.end()
    publish(manifest, out)
    notify.tell(notify.post_for(manifest))
    heard().built.append((manifest, out, perf_counter() - started))
    return manifest


def _work(job: Job, spread: Spread, shards: Shards, progress: Progress) -> tuple[int, dict[str, Failure]]:
    """Draw, then make; pieces whose pictures failed for good are not made. (Pictures drawn, failures by piece.)

    A shard whose task failed altogether is not the end: what it did not make, `deliver` makes, or says why it cannot.
    """
    drawn, lost = shards.drawn, dict[str, Failure]()
    if not (shards.to_draw or shards.to_make):
        return drawn, lost
    with _reports(job, shards.plan, spread) as reports:
        steps: tuple[tuple[Step, Parts], ...] = (("scenes", shards.to_draw), ("pieces", shards.to_make))
        for step, parts in steps:
            left = [ids for part in parts if (ids := tuple(name for name in part if name not in lost))]
            pieces, done = sum(map(len, left)), 0
            for report in reports(step, left):
                if report is not None:
                    done, drawn = done + report.pieces, drawn + report.rendered
                    lost |= {failure.piece: failure for failure in report.failures}
                    heard().on_event(Event(step, done, pieces, "", "done"))
                progress.step()
    return drawn, lost


@contextmanager
def _reports(job: Job, plan: str, spread: Spread) -> Iterator[Any]:
    """A function (phase, shards) -> reports as they come in, None for a shard that failed altogether."""
    if spread.runner == "pool":
        yield lambda step, shards: in_pool(job, plan, spread, step, shards)
        return
    with running(spread, hands_of(job, spread)) as submit:

        def reports(step: Step, shards: Parts) -> Iterator[ShardReport | None]:
            task: Any = draw_shard if step == "scenes" else make_shard
            futures: list[PrefectFuture[str]] = [submit(task, {"job": job, "plan": plan, "ids": ids}) for ids in shards]
            for future in as_completed(futures):
                found = future.result(raise_on_failure=False)
                yield read_report(found) if isinstance(found, str) else None

        try:
            yield reports
        except BaseException as error:
            if not isinstance(error, Exception):  # SIGTERM, Ctrl-C: the runner waits for its threads, which wait for these
                stop_workshops()
            raise


def ended(manifests: Sequence[Manifest]) -> State[Any]:
    """The state of a run, by its manifests: what a person is to look at is no success."""
    code = next((code for code in (70, 4, 3, 2, 1, 5) if any(m.exit_code == code for m in manifests)), 0)
    files = sum(len(manifest.artifacts) for manifest in manifests)
    if code == 5:
        return Completed(name="NeedsReview", message=f"{files} files are delivered; the rest waits for a person")
    if code:
        return Failed(message=f"exit code {code}; {files} files are delivered, findings.json and manifest.json say what is not")
    if not any(manifest.rendered or manifest.written for manifest in manifests):
        return Completed(name="Unchanged", message=f"{files} files are as they were")
    return Completed(message=f"{files} files delivered")


def judged(evaluation: Evaluation, out: Path) -> State[Any]:
    """The state of an evaluation: a picture that could not be drawn is a failure, a misspelt one is a result."""
    publish_evaluation(evaluation, out)
    if evaluation.failed:
        return Failed(message=f"{evaluation.failed} of {len(evaluation.judged)} pictures could not be drawn")
    return Completed(message=f"{len(evaluation.judged)} pictures judged, {evaluation.rendered} of them drawn now")
