"""What Prefect's pages show of a build: a progress bar, tables of pieces and findings, links. A page that cannot be written
costs no piece: the files and the manifest are what counts."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

from prefect.artifacts import create_link_artifact, create_progress_artifact, create_table_artifact, update_progress_artifact
from prefect.logging import get_run_logger

from qwen_pipeline.pipeline import Evaluation
from qwen_pipeline.pipeline.evaluation_report import COLUMNS, rows
from qwen_pipeline.types import Manifest

from .job import served_at

_MAX_ROWS = 200


def artifact_key(name: str, what: str = "") -> str:
    """A key as Prefect allows them: lower case letters, digits, dashes."""
    plain = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "spec"
    return f"build-{plain}-{what}".rstrip("-")


def _kept(write: Callable[..., Any], **what: Any) -> Any:
    """Write to the server; where it does not answer, say so in the log and go on."""
    try:
        return write(**what)
    except Exception as error:  # of the client, of the network, of the server: none of them is worth a batch
        get_run_logger().warning("%s was not kept by the server: %s", what.get("key", "progress"), error)
        return None


class Progress:
    """One bar for a build: shards drawn and made, of all. Kept by a thread of its own, so that no shard waits for the server."""

    def __init__(self, name: str, steps: int) -> None:
        self._steps = max(1, steps)
        self._done = 0
        self._sender = ThreadPoolExecutor(1, thread_name_prefix="progress")
        self._sending: Future[Any] | None = None
        key = artifact_key(name, "progress")
        self._artifact = _kept(create_progress_artifact, progress=0.0, key=key, description=f"{name}: {steps} shards")

    def step(self) -> None:
        self._done += 1
        if self._sending is None or self._sending.done():  # else the next step says it
            self._send(min(1.0, self._done / self._steps))

    def end(self) -> None:
        """Everything is done."""
        self._send(1.0)
        self._sender.shutdown()

    def _send(self, share: float) -> None:
        if isinstance(self._artifact, UUID):
            given = {"artifact_id": self._artifact, "progress": 100.0 * share}
            self._sending = self._sender.submit(copy_context().run, partial(_kept, update_progress_artifact, **given))


def publish(manifest: Manifest, out: Path) -> None:
    """The tables of a finished build, a row a piece and a row a finding, those with trouble first; links to contact sheets."""
    rows = sorted((_row(piece, manifest, out) for piece in manifest.pieces), key=lambda row: row["result"] == "delivered")
    title = f"{manifest.name}: {len(manifest.artifacts)} files in {out}, exit code {manifest.exit_code}"
    _table(artifact_key(manifest.name), title, rows, "pieces")
    findings = [_finding(finding) for finding in sorted(manifest.findings, key=lambda f: f.severity != "error")]
    if findings:
        _table(artifact_key(manifest.name, "findings"), f"{manifest.name}: findings", findings, "findings")
    for number, name in enumerate(a.path for a in manifest.artifacts if a.format == "contact_sheet"):
        key = artifact_key(manifest.name, f"sheet-{number + 1}")
        _kept(create_link_artifact, link=served_at(out, name), link_text=name, key=key, description=f"{manifest.name}: {name}")


def publish_evaluation(evaluation: Evaluation, out: Path) -> None:
    """The counts, a row a language and category, and a link to the page with every picture."""
    key = artifact_key(f"evaluation {evaluation.engine}")
    table = [dict(zip(COLUMNS, row, strict=True)) for row in rows(evaluation)]
    title = f"{evaluation.engine}: {len(evaluation.judged)} pictures, {evaluation.failed} not drawn"
    _table(key, title, table, "rows")
    link = served_at(out, "index.html")
    _kept(create_link_artifact, link=link, link_text="index.html", key=key + "-pictures", description=title)


def _table(key: str, title: str, rows: list[dict[str, str]], what: str) -> None:
    more = f" (the first {_MAX_ROWS} of {len(rows)} {what})" if len(rows) > _MAX_ROWS else ""
    _kept(create_table_artifact, table=rows[:_MAX_ROWS], key=key, description=title + more)


def _row(piece: str, manifest: Manifest, out: Path) -> dict[str, str]:
    failure = next((f for f in manifest.failures if f.piece == piece), None)
    errors = [f for f in manifest.findings if f.piece == piece and f.severity in ("error", "internal")]
    if failure:
        return {"piece": piece, "result": "failed", "files": "", "why": f"{failure.code}: {failure.message}"}
    files = ", ".join(f"[{a.path}]({served_at(out, a.path)})" for a in manifest.artifacts if a.piece == piece)
    why = "; ".join(f"{f.check}: {f.message}" for f in errors)
    return {"piece": piece, "result": "refused" if errors else "delivered", "files": files, "why": why}


def _finding(finding: Any) -> dict[str, str]:
    names = ("severity", "check", "code", "piece", "page", "string", "measured", "allowed", "message")
    return {name: str(getattr(finding, name)) for name in names}
