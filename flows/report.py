"""What Prefect's pages show of a build: a progress bar and a table."""

from __future__ import annotations

import re
from uuid import UUID

from prefect.artifacts import create_progress_artifact, create_table_artifact, update_progress_artifact

from qwen_pipeline.types import Manifest

_MAX_ROWS = 200


def artifact_key(name: str) -> str:
    """A key as Prefect allows them: lower case letters, digits, dashes."""
    return "build-" + (re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "spec")


class Progress:
    """One bar for a build: shards drawn and made, of all."""

    def __init__(self, name: str, steps: int) -> None:
        self._steps = max(1, steps)
        self._done = 0
        key = artifact_key(name) + "-progress"
        found = create_progress_artifact(progress=0.0, key=key, description=f"{name}: {steps} shards")
        assert isinstance(found, UUID)
        self._artifact = found

    def step(self) -> None:
        self._done += 1
        update_progress_artifact(self._artifact, progress=100.0 * min(1.0, self._done / self._steps))


def publish(manifest: Manifest, out: str) -> None:
    """The table of a finished build: a row a piece, those with trouble first."""
    rows = sorted((_row(piece, manifest) for piece in manifest.pieces), key=lambda row: row["result"] == "delivered")
    title = f"{manifest.name}: {len(manifest.artifacts)} files in {out}, exit code {manifest.exit_code}"
    more = f" (the first {_MAX_ROWS} of {len(rows)} pieces)" if len(rows) > _MAX_ROWS else ""
    create_table_artifact(table=rows[:_MAX_ROWS], key=artifact_key(manifest.name), description=title + more)


def _row(piece: str, manifest: Manifest) -> dict[str, str]:
    failure = next((f for f in manifest.failures if f.piece == piece), None)
    errors = [f for f in manifest.findings if f.piece == piece and f.severity in ("error", "internal")]
    if failure:
        return {"piece": piece, "result": "failed", "files": "", "why": failure.message}
    files = ", ".join(a.path for a in manifest.artifacts if a.piece == piece)
    why = "; ".join(f"{f.check}: {f.message}" for f in errors)
    return {"piece": piece, "result": "refused" if errors else "delivered", "files": files, "why": why}
