"""What a run says about itself: the manifest, the findings, the prompts."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import qwen_pipeline
from qwen_pipeline import render
from qwen_pipeline.store import OutputRecord
from qwen_pipeline.store.records import adapter
from qwen_pipeline.types import Artifact, EngineInfo, Failure, Finding, InputFile, Manifest, Plan, Review, Scene

from .bench import FONT_PACKAGE, library_versions
from .review import is_delivered
from .shown import shown_pictures

if TYPE_CHECKING:
    from .plans import Planned

_ABSOLUTE = re.compile(r"(?<![\w/.:])/(?:[^\s/'\"]+/)+([^\s/'\"]*)")
"""A path from the root of the disk; its last part."""
_FONT_LICENCE = "OFL-1.1"
_WORST_FIRST = (70, 4, 3, 2, 1, 5)
_REVIEWED = {"waiting": 5, "rejected": 1, "timed-out": 1}


def make_manifest(
    plan: Plan,
    made: Mapping[str, OutputRecord],
    failures: Iterable[Failure],
    run_artifacts: Iterable[Artifact],
    inputs: tuple[InputFile, ...],
    reviews: Mapping[str, Review],
) -> Manifest:
    """The manifest of a finished run. `made`: piece -> what the store has of it; `failures`: the plan's too."""
    delivered = [
        made[p.id] for p in plan.pieces if p.id in made and not is_rejected(made[p.id]) and is_delivered(reviews.get(p.id))
    ]
    records = [made[piece.id] for piece in plan.pieces if piece.id in made]
    findings = tuple(finding for record in records for finding in record.findings)
    failures = tuple(failures)
    return Manifest(
        name=plan.name,
        plan_digest=plan.digest,
        engine=plan.engine.id,
        usage=plan.pieces[0].usage if plan.pieces else "",
        pieces=tuple(piece.id for piece in plan.pieces),
        artifacts=(*(a for record in delivered for a in record.artifacts), *run_artifacts),
        texts=tuple(text for record in records for text in record.texts),
        findings=findings,
        failures=failures,
        inputs=inputs,
        licences=_licences(plan),
        versions=(("qwen-pipeline", qwen_pipeline.__version__), (plan.engine.id, plan.engine.version), *library_versions()),
        scenes=tuple(scene.fingerprint for scene in plan.scenes),
        pictures=shown_pictures(plan),
        reviews=tuple(reviews[p.id] for p in plan.pieces if p.id in reviews),
        exit_code=_exit_code(findings, failures, reviews.values()),
    )


def portable(failure: Failure, planned: Planned) -> Failure:
    """A failure as delivered files may tell it: files named from the spec's folder, no path of this machine.

    What is left is the same wherever the spec is built from.
    """
    folder = os.path.dirname(planned.order.spec) or "."
    names = {folder, os.path.relpath(folder), os.path.abspath(folder), planned.spec.folder} - {".", ""}
    place, message, hint = failure.place, failure.message, failure.hint
    for name in sorted(names, key=len, reverse=True):
        place = re.sub(rf"(^|\(row ){re.escape(os.path.join(name, ''))}", r"\1", place)
        if os.path.isabs(name):
            message, hint = (text.replace(os.path.join(name, ""), "") for text in (message, hint))
    place, message, hint = (_ABSOLUTE.sub(r"\1", text) for text in (place, message, hint))
    return replace(failure, place=place, message=message, hint=hint)


def is_rejected(record: OutputRecord) -> bool:
    """Whether a piece's files must not go under their final names."""
    return any(finding.severity in ("error", "internal") for finding in record.findings)


def _licences(plan: Plan) -> tuple[tuple[str, str], ...]:
    engine = ((plan.engine.id, plan.engine.licence),) if plan.scenes else ()
    return (*engine, *_enhancers(plan), (FONT_PACKAGE, _FONT_LICENCE))


def _enhancers(plan: Plan) -> tuple[tuple[str, str], ...]:
    ids = {scene.request.enhance.enhancer for scene in plan.scenes if scene.request.enhance}
    return tuple((name, render.enhancer_module(name).INFO.licence) for name in sorted(ids))


def _exit_code(findings: Iterable[Finding], failures: Iterable[Failure], reviews: Iterable[Review]) -> int:
    codes = {failure.exit_code for failure in failures}
    codes |= {_REVIEWED.get(review.state, 0) for review in reviews}
    codes |= {{"error": 1, "internal": 70}.get(finding.severity, 0) for finding in findings}
    return next((code for code in _WORST_FIRST if code in codes), 0)


def manifest_json(manifest: Manifest) -> bytes:
    """The manifest as it lies in the output folder: the same bytes for the same run."""
    return as_json(manifest, Manifest, exclude={"rendered", "written"})


def findings_json(findings: tuple[Finding, ...]) -> bytes:
    return as_json(findings, tuple[Finding, ...])


def as_json(value: Any, type_: Any, exclude: set[str] | None = None) -> bytes:
    """Indented JSON of one of our types."""
    return bytes(adapter(type_).dump_json(value, indent=2, exclude=exclude)) + b"\n"


def read_manifest(data: bytes) -> Manifest:
    manifest: Manifest = adapter(Manifest).validate_json(data)
    return manifest


def prompt_text(scene: Scene, engine: EngineInfo, rewritten: str = "") -> str:
    """A scene's prompt as people read it: what it is for, its settings, its words; and those it was rewritten in."""
    request = scene.request
    head = [
        f"scene    {scene.fingerprint}",
        f"for      {', '.join(scene.used_by)}",
        f"engine   {engine.id}",
        f"size     {request.width_px} x {request.height_px} px",
        f"seed     {request.seed}",
        f"tokens   {scene.tokens} of {engine.prompt_limit_tokens}",
    ]
    if request.source:
        head.append(f"edit of  {request.source}")
    if scene.strings:
        head.append("spells   " + " | ".join(" ".join(text.split()) for text in scene.strings))
    if request.enhance:
        head.append(f"enhance  by {request.enhance.enhancer}, seed {request.enhance.seed}")
    if request.references:
        head.append(f"shows    {len(request.references)} reference picture(s)")
    negative = f"\n\n--- not wanted ---\n{request.negative_prompt}" if request.negative_prompt else ""
    drawn_from = f"\n\n--- rewritten ---\n{rewritten}" if rewritten else ""
    return "\n".join(head) + f"\n\n{request.prompt.strip()}{drawn_from}{negative}\n"
