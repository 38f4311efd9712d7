"""Formats of one file a page: the pages that a request asks for, under their names, each whole or not there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from qwen_pipeline.types import Artifact, OutputRequest

from .files import artifact, page_name, replacing
from .format import Delivery, Format

WritePage = Callable[[int, Path], None]
"""(index of the page, path): write its file."""


def write_pages(
    made: Format, delivery: Delivery, request: OutputRequest, folder: Path, pages: Sequence[int], write_page: WritePage
) -> tuple[Artifact, ...]:
    """One file for each of `pages` (indexes)."""
    total = len(delivery.piece.pages)
    artifacts = []
    for number in pages:
        name = page_name(request.name, number + 1, total)
        with replacing(folder / name) as partial:
            write_page(number, partial)
        artifacts.append(artifact(folder, name, media_type=made.media_type, piece=delivery.piece.id, format_id=made.id))
    return tuple(artifacts)
