"""What build servers read: JUnit files, and annotations in a pull request."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from qwen_pipeline.dataclass import dataclass
from qwen_pipeline.errors import QwenPipelineError, SpecError

if TYPE_CHECKING:
    from qwen_pipeline.types import Finding, Manifest

ANNOTATIONS = click.option(
    "--annotations",
    type=click.Choice(["auto", "github", "none"]),
    default="auto",
    show_default=True,
    help="Errors as workflow commands; auto: where GITHUB_ACTIONS is set.",
)
JUNIT = click.option("--junit", type=click.Path(dir_okay=False, path_type=Path), help="Write a JUnit file: a case a piece.")
BAD = ("error", "internal")


@dataclass(frozen=True, slots=True)
class Outcome:
    """One spec's build: its manifest, or the error that ended it."""

    spec: Path
    seconds: float
    manifest: Manifest | None = None
    error: QwenPipelineError | None = None


@contextmanager
def reporting(junit: Path | None, annotations: str) -> Iterator[list[Outcome]]:
    """A list of outcomes to fill; reports are written and webhooks told when it ends, however it ends."""
    outcomes: list[Outcome] = []
    try:
        yield outcomes
    finally:
        if junit is not None:
            from .junit import write_junit

            write_junit(junit, outcomes)
        annotate(annotations, outcomes)
        tell(outcomes)


@contextmanager
def outcome_of(spec: Path, outcomes: list[Outcome]) -> Iterator[Callable[[Manifest], Manifest]]:
    """Keep the outcome of one build: what the function handed out is given, or the error that ends the block."""
    started = time.perf_counter()

    def finish(manifest: Manifest) -> Manifest:
        outcomes.append(Outcome(spec, time.perf_counter() - started, manifest))
        return manifest

    try:
        yield finish
    except QwenPipelineError as error:
        outcomes.append(Outcome(spec, time.perf_counter() - started, error=error))
        raise


def tell(outcomes: Sequence[Outcome]) -> None:
    """Tell the webhooks that the environment names."""
    if "QWEN_PIPELINE_WEBHOOK_URL" not in os.environ:
        return
    from qwen_pipeline import notify  # with an HTTP client

    for outcome in outcomes:
        if outcome.manifest is not None:
            notify.tell(notify.post_for(outcome.manifest))
        elif outcome.error is not None:
            notify.tell(notify.post_of_error(outcome.spec.name, outcome.error))


def said(finding: Finding) -> str:
    """What a check saw, where, and what to do."""
    where = " · ".join(part for part in (finding.page, finding.string) if part)
    return finding.message + (f" ({where})" if where else "") + hinted(finding.hint)


def hinted(hint: str) -> str:
    return f"\nhint: {hint}" if hint else ""


# --- annotations -------------------------------------------------------------------------------------------------------


def annotate(how: str, outcomes: Sequence[Outcome]) -> None:
    """Workflow commands on standard error, where a build server reads them: an error or a warning each, with its place."""
    if how == "none" or (how == "auto" and os.environ.get("GITHUB_ACTIONS") != "true"):
        return
    for outcome in outcomes:
        for line in _commands(outcome):
            click.echo(line, err=True)


def _commands(outcome: Outcome) -> Iterator[str]:
    if outcome.error is not None:
        yield from _error_commands(outcome)
        return
    assert outcome.manifest is not None
    spec = str(outcome.spec)
    for f in outcome.manifest.findings:
        if f.severity != "info":
            level = "error" if f.severity in BAD else "warning"
            yield _command(level, spec, 0, 0, f"{f.check} · {f.piece}", said(f))
    for failure in outcome.manifest.failures:
        yield _command("error", spec, 0, 0, f"{failure.code} · {failure.piece}", failure.message + hinted(failure.hint))


def _error_commands(outcome: Outcome) -> Iterator[str]:
    error = outcome.error
    if isinstance(error, SpecError):
        for d in error.diagnostics:
            yield _command("error", d.place.file, d.place.line, d.place.column, d.code, d.message + hinted(d.hint))
    elif error is not None:
        yield _command("error", str(outcome.spec), 0, 0, error.code, error.message + hinted(error.hint))


def _command(level: str, file: str, line: int, column: int, title: str, text: str) -> str:
    """`::error file=...,line=...,col=...,title=...::text`, escaped as the workflow commands ask for."""
    place = f"file={_property(file)}" + (f",line={line},col={column}" if line else "")
    body = text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return f"::{level} {place},title={_property(title)}::{body}"


def _property(value: str) -> str:
    for char, code in (("%", "%25"), ("\r", "%0D"), ("\n", "%0A"), (":", "%3A"), (",", "%2C")):
        value = value.replace(char, code)
    return value
