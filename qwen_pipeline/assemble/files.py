"""Writing delivered files: never half a file under its final name."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from qwen_pipeline import fingerprint
from qwen_pipeline.types import Artifact


@contextmanager
def replacing(target: Path) -> Iterator[Path]:
    """A path to write to beside `target`; it takes the target's name when all went well, and is gone otherwise."""
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(f".{target.name[:60]}.{os.getpid()}.part")
    try:
        yield partial
        os.replace(partial, target)
    finally:
        partial.unlink(missing_ok=True)


def artifact(folder: Path, name: str, *, media_type: str, piece: str, format_id: str, pages: int = 1) -> Artifact:
    """The record of the finished file `folder / name`."""
    path = folder / name
    return Artifact(name, media_type, fingerprint.file_digest(path), path.stat().st_size, piece, format_id, pages)


def page_name(pattern: str, number: int, pages: int) -> str:
    """`pattern` with `{page}` as the page's number, padded so that the files of one piece sort in order."""
    return pattern.replace("{page}", str(number).zfill(max(2, len(str(pages)))))
