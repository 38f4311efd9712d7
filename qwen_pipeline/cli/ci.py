"""What build servers read: JUnit files, and annotations in a pull request."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape, quoteattr

import click

from qwen_pipeline import notify
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
_BAD = ("error", "internal")


@dataclass(frozen=True, slots=True)
class Outcome:
    """One spec's build: its manifest, or the error that ended it."""

    spec: Path
    seconds: float
    manifest: Manifest | None = None
    error: QwenPipelineError | None = None

    def post(self) -> notify.Post:
        """What the webhooks are told."""
        if self.manifest is not None:
            return notify.post_for(self.manifest)
        assert self.error is not None
        return notify.post_of_error(self.spec.name, self.error)


@contextmanager
def reporting(junit: Path | None, annotations: str) -> Iterator[list[Outcome]]:
    """A list of outcomes to fill; reports are written and webhooks told when it ends, however it ends."""
    outcomes: list[Outcome] = []
    try:
        yield outcomes
    finally:
        if junit is not None:
            write_junit(junit, outcomes)
        annotate(annotations, outcomes)
        for outcome in outcomes:
            notify.tell(outcome.post())


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


# --- JUnit -------------------------------------------------------------------------------------------------------------


def write_junit(path: Path, outcomes: Sequence[Outcome]) -> None:
    """A suite a spec, a case a piece: `failure` for what a check refused, `error` for what was not made."""
    suites = "".join(_suite(outcome) for outcome in outcomes)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f'<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n{suites}</testsuites>\n', encoding="utf-8")


def _suite(outcome: Outcome) -> str:
    cases = list(_cases(outcome))
    counts = f'tests="{len(cases)}" failures="{_having(cases, "<failure")}" errors="{_having(cases, "<error")}"'
    name = quoteattr(outcome.manifest.name if outcome.manifest else outcome.spec.stem)
    return f'<testsuite name={name} {counts} time="{outcome.seconds:.3f}">\n{"".join(cases)}</testsuite>\n'


def _having(cases: Sequence[str], tag: str) -> int:
    return sum(tag in case for case in cases)


def _cases(outcome: Outcome) -> Iterator[str]:
    if outcome.manifest is None:
        assert outcome.error is not None
        yield _case(outcome.spec.stem, outcome.spec.name, _element("error", outcome.error.code, str(outcome.error)))
        return
    manifest = outcome.manifest
    pieces = dict.fromkeys([*manifest.pieces, *(f.piece for f in manifest.failures)])
    for piece in pieces:
        findings = [f for f in manifest.findings if f.piece == piece]
        body = "".join(_element("failure", f"{f.check}/{f.code}", _said(f)) for f in findings if f.severity in _BAD)
        body += "".join(_element("error", f.code, f.message + _hinted(f.hint)) for f in manifest.failures if f.piece == piece)
        warned = [_said(f) for f in findings if f.severity == "warn"]
        body += f"<system-out>{_text(chr(10).join(warned))}</system-out>" if warned else ""
        yield _case(manifest.name, piece, body)


def _case(suite: str, name: str, body: str) -> str:
    return f"<testcase classname={quoteattr(suite)} name={quoteattr(name)}>{body}</testcase>\n"


def _element(tag: str, kind: str, text: str) -> str:
    first = text.splitlines()[0] if text else kind
    return f"<{tag} type={quoteattr(kind)} message={quoteattr(_clean(first))}>{_text(text)}</{tag}>"


def _said(finding: Finding) -> str:
    where = " · ".join(part for part in (finding.page, finding.string) if part)
    return finding.message + (f" ({where})" if where else "") + _hinted(finding.hint)


def _hinted(hint: str) -> str:
    return f"\nhint: {hint}" if hint else ""


def _text(value: str) -> str:
    return escape(_clean(value))


def _clean(value: str) -> str:
    """Without the characters that XML cannot hold."""
    return "".join(c for c in value if c in "\t\n" or c >= " ")


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
            level = "error" if f.severity in _BAD else "warning"
            yield _command(level, spec, 0, 0, f"{f.check} · {f.piece}", _said(f))
    for failure in outcome.manifest.failures:
        yield _command("error", spec, 0, 0, f"{failure.code} · {failure.piece}", failure.message + _hinted(failure.hint))


def _error_commands(outcome: Outcome) -> Iterator[str]:
    error = outcome.error
    if isinstance(error, SpecError):
        for d in error.diagnostics:
            yield _command("error", d.place.file, d.place.line, d.place.column, d.code, d.message + _hinted(d.hint))
    elif error is not None:
        yield _command("error", str(outcome.spec), 0, 0, error.code, error.message + _hinted(error.hint))


def _command(level: str, file: str, line: int, column: int, title: str, text: str) -> str:
    """`::error file=...,line=...,col=...,title=...::text`, escaped as the workflow commands ask for."""
    place = f"file={_property(file)}" + (f",line={line},col={column}" if line else "")
    body = text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return f"::{level} {place},title={_property(title)}::{body}"


def _property(value: str) -> str:
    for char, code in (("%", "%25"), ("\r", "%0D"), ("\n", "%0A"), (":", "%3A"), (",", "%2C")):
        value = value.replace(char, code)
    return value
