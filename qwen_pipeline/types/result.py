"""What a run leaves behind: findings, artifacts, the manifest."""

from __future__ import annotations

from dataclasses import field
from typing import Literal

from qwen_pipeline.dataclass import dataclass

from .geometry import Box
from .piece import OutputRequest, Piece
from .reading import Spelling
from .scene import EngineInfo, Scene

Severity = Literal["error", "warn", "info", "internal"]
"""`error`: the picture is bad. `internal`: a check of ours crashed."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check saw. `check` and `code` are for machines and never change; `message` is for people."""

    check: str
    code: str
    severity: Severity
    message: str
    piece: str
    page: str = ""
    string: str = ""
    box: Box | None = None
    measured: str = ""
    allowed: str = ""
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Artifact:
    """One delivered file; `path` is relative to the output folder."""

    path: str
    media_type: str
    digest: str
    bytes: int
    piece: str
    format: str
    pages: int = 1


Rung = Literal["set", "drawn", "repaired", "erased", "redrawn"]
"""How far up the ladder a string went. `set`: by us, as planned; `drawn`: right in a picture as it was drawn; `repaired`: by an
edit; `erased`: taken out of the picture and set by us; `redrawn`: set by us over a new picture without words."""


@dataclass(frozen=True, slots=True)
class Ending:
    """How one string that a page's picture was to spell ended. `string` "": lettering that nobody asked for."""

    page: str
    string: str
    rung: Rung
    right: bool
    attempts: int = 0
    """Pictures that were to spell it: candidates, and edits that rewrote it."""
    spelling: Spelling | Literal[""] = ""
    """Of the last picture that was read for it; "" where the engine letters exactly and nothing has to be read."""
    read: str = ""
    box: Box | None = None
    """Where it was read, on the page."""
    odd: str = ""
    """Characters of it that read right and may be malformed."""


@dataclass(frozen=True, slots=True)
class TextOutcome:
    """How one string of the contract ended."""

    piece: str
    page: str
    string: str
    locale: str
    text: str
    asked: Literal["overlay", "baked", "auto"]
    outcome: Literal["overlay", "baked", "failed"]
    attempts: int = 0
    rung: Rung = "set"
    spelling: Spelling | Literal[""] = ""
    """As it was last read in a picture; "" for what was never in one, or needs no reading."""


@dataclass(frozen=True, slots=True)
class InputFile:
    """A file that decided the result. `path` is relative to the spec's folder."""

    path: str
    digest: str


@dataclass(frozen=True, slots=True)
class Review:
    """Where a piece stands with the person in the loop."""

    piece: str
    gate: Literal["approve", "pick-one"]
    state: Literal["waiting", "approved", "alike", "picked", "passed-over", "rejected", "timed-out", "accepted"]
    """`alike`: it looks like what was approved; `accepted`: nobody answered in time, and the spec takes that for a yes."""
    by: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class ShownPicture:
    """How a picture of the model stands on a page: never stretched, nothing painted on to it; what hangs over is cropped."""

    piece: str
    page: str
    scene: str
    """Fingerprint of what the plan asks for."""
    layer: str
    """"" = behind the layers."""
    fit: Literal["whole", "crop"]
    shown: tuple[float, float, float, float]
    """Left, top, right, bottom of what is seen, as fractions of the picture."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A piece that could not be made, and why."""

    piece: str
    code: str
    message: str
    exit_code: int
    place: str = ""
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Estimate:
    """Rough cost of a plan's missing scenes."""

    scenes: int
    scenes_cached: int
    seconds: float
    prompts: int = 0
    """Prompts that an enhancer rewrites first."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The whole run before any work: pieces, the distinct scenes they share, what has failed to plan."""

    name: str
    digest: str
    """Of every input: specs, layouts, brand, data, assets, templates, engine, code version."""
    pieces: tuple[Piece, ...]
    scenes: tuple[Scene, ...]
    engine: EngineInfo
    failures: tuple[Failure, ...] = ()
    inputs: tuple[InputFile, ...] = ()
    notices: tuple[str, ...] = ()
    """Things a person should know: the encoding found in a CSV, the engine chosen and why."""
    keep_going: bool = True
    run_outputs: tuple[OutputRequest, ...] = ()
    """Deliverables of the whole run: a contact sheet."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """The run as delivered; written as `manifest.json`."""

    name: str
    plan_digest: str
    engine: str
    usage: str
    pieces: tuple[str, ...]
    artifacts: tuple[Artifact, ...]
    texts: tuple[TextOutcome, ...]
    findings: tuple[Finding, ...]
    failures: tuple[Failure, ...]
    inputs: tuple[InputFile, ...]
    licences: tuple[tuple[str, str], ...]
    versions: tuple[tuple[str, str], ...]
    scenes: tuple[str, ...] = ()
    pictures: tuple[ShownPicture, ...] = ()
    """Where the scenes stand, and what of each is seen."""
    reviews: tuple[Review, ...] = ()
    """Where the pieces stand that a person is to look at; those that wait lie under `review/`."""
    exit_code: int = 0
    rendered: int = field(default=0, compare=False)
    """Scenes drawn in this run; not written to disk, since a rerun draws none."""
    written: int = field(default=0, compare=False)
    """Files written in this run."""
