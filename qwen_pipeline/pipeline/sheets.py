"""Outputs of the whole run: contact sheets. Kept in the store like a piece, under what they show."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from qwen_pipeline import assemble
from qwen_pipeline.dataclass import dataclass
from qwen_pipeline.fingerprint import digest
from qwen_pipeline.store import Damaged, StoredOutput, explained
from qwen_pipeline.types import Artifact, OutputRequest, Piece

from .bench import code_digest, fonts_digest
from .deliver import Shelf
from .run import Run
from .state import WorkState, make_state, undated

if TYPE_CHECKING:
    from PIL.Image import Image

_PICTURES = ("image/png", "image/jpeg", "image/webp")
_THUMBNAIL_PX = 640


@dataclass(frozen=True, slots=True)
class SheetTask:
    """One deliverable of the whole run, with the pieces that it shows."""

    name: str
    request: OutputRequest
    fingerprint: str
    entries: tuple[tuple[Piece, StoredOutput | None, str], ...]
    """Piece, its files, and why there are none."""


def make_run_outputs(run: Run, shelf: Shelf) -> tuple[Artifact, ...]:
    """Make and deliver the outputs of the whole run."""
    artifacts: tuple[Artifact, ...] = ()
    for request in run.plan.run_outputs:
        task = _task(run, request)
        stored = run.store.output(task.fingerprint)
        for _ in range(2):
            if stored is None:
                run.mend()
                task = _task(run, request)
                stored = write_sheet(make_state(run.setup()), task)
            try:
                shelf.put_output(stored)
                artifacts += stored.record.artifacts
                break
            except Damaged:
                run.store.drop_output(task.fingerprint)
                stored = None
    return artifacts


def _task(run: Run, request: OutputRequest) -> SheetTask:
    entries = tuple(
        (piece, run.made.get(piece.id), run.failures[piece.id].message if piece.id in run.failures else "")
        for piece in run.plan.pieces
    )
    shown = [(p.id, p.fingerprint, s.record.findings if s else (), why) for p, s, why in entries]
    identity = digest(["run", run.plan.name, request.format, request.name, request.options, shown, code_digest(), fonts_digest()])
    return SheetTask(run.plan.name, request, identity, entries)


def write_sheet(state: WorkState, task: SheetTask) -> StoredOutput:
    """Write one output of the whole run and keep it in the store."""
    from .pieces import PieceTools

    write = assemble.get_format(task.request.format).write_run
    assert write is not None
    with state.store.staging() as scratch, state.store.staging() as folder, explained(folder), undated():
        entries = tuple(_entry(number, entry, scratch) for number, entry in enumerate(task.entries))
        artifacts = write(assemble.RunDelivery(task.name, entries), task.request, folder, PieceTools(state, {}))
        return state.store.put_output(task.fingerprint, folder, artifacts)


def _entry(number: int, entry: tuple[Piece, StoredOutput | None, str], scratch: Path) -> assemble.SheetEntry:
    piece, stored, why = entry
    if stored is None:
        return assemble.SheetEntry(piece, None, failure=why)
    thumbnail = _thumbnail(stored, scratch / f"{number}.png")
    return assemble.SheetEntry(piece, thumbnail, stored.record.artifacts, stored.record.findings, why)


def _thumbnail(stored: StoredOutput, target: Path) -> Path | None:
    """A small picture of the first page: of a delivered picture, else of a PDF."""
    from PIL import Image as pil

    for index, artifact in enumerate(stored.record.artifacts):
        if artifact.media_type in _PICTURES:
            with pil.open(stored.file(index)) as image:
                image.draft("RGB", (_THUMBNAIL_PX, _THUMBNAIL_PX))
                image.thumbnail((_THUMBNAIL_PX, _THUMBNAIL_PX), reducing_gap=2.0)
                image.convert("RGB").save(target, compress_level=1)
                return target
    for index, artifact in enumerate(stored.record.artifacts):
        if artifact.media_type == "application/pdf":
            _first_page(stored.file(index)).save(target, compress_level=1)
            return target
    return None


def _first_page(pdf: Path) -> Image:
    import pypdfium2

    with pypdfium2.PdfDocument(pdf) as document:
        page = document[0]
        width, height = page.get_size()
        picture: Image = page.render(scale=_THUMBNAIL_PX / max(width, height)).to_pil()
        return picture.convert("RGB")
