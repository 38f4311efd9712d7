"""What was approved, kept beside the spec: small pictures of the pages, and their words. Later builds are compared with them.

Words must be the same, letter by letter. Of the picture a person's eye is the measure: small changes everywhere, as another
version of an engine makes, are none; a change in one place is one.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from qwen_pipeline.fingerprint import digest
from qwen_pipeline.store import StoredOutput, write_if_changed
from qwen_pipeline.types import Piece

if TYPE_CHECKING:
    from PIL.Image import Image

LONG_SIDE_PX = 768
WORDS = "words.json"
_BLOCK_PX = 16
MOST_ANYWHERE = 14.0
"""Mean difference of a block of pixels, in levels of 255, from which it shows when two prints are laid side by side."""
MOST_OVERALL = 3.0
_PICTURES = (".png", ".jpg", ".jpeg", ".webp")


def goldens_path(spec: Path) -> Path:
    """`tea.yaml` -> the folder `tea.goldens` beside it."""
    return spec.with_name(f"{spec.stem}.goldens")


def keep(folder: Path, piece: Piece, stored: StoredOutput) -> None:
    """Keep a piece as approved, in place of what was approved before."""
    own = _folder(folder, piece)
    pages = list(pictures(stored))
    for number, picture in enumerate(pages, 1):
        buffer = io.BytesIO()
        picture.save(buffer, "PNG", optimize=False, compress_level=6)
        write_if_changed(own / f"{number:03}.png", buffer.getvalue())
    for stale in sorted(own.glob("*.png"))[len(pages) :]:
        stale.unlink()
    text = json.dumps({"piece": piece.id, "words": words(stored)}, ensure_ascii=False, indent=2)
    write_if_changed(own / WORDS, (text + "\n").encode())


def alike(folder: Path, piece: Piece, stored: StoredOutput) -> bool:
    """Whether a piece has the words of what was approved, and looks like it."""
    own = _folder(folder, piece)
    try:
        approved = json.loads((own / WORDS).read_text("utf-8"))["words"]
    except (OSError, ValueError, KeyError):
        return False
    if approved != words(stored):
        return False
    from PIL import Image

    before = sorted(own.glob("*.png"))
    now = list(pictures(stored))
    if len(before) != len(now):
        return False
    return all(same_to_the_eye(Image.open(path).convert("RGB"), picture) for path, picture in zip(before, now, strict=True))


def same_to_the_eye(a: Image, b: Image) -> bool:
    """Whether two pictures of one size differ little everywhere. Pictures of other sizes are others."""
    if a.size != b.size:
        return False
    difference = np.abs(np.asarray(a, np.float32) - np.asarray(b, np.float32)).mean(-1)
    return bool(difference.mean() <= MOST_OVERALL and _blocks(difference).max() <= MOST_ANYWHERE)


def _blocks(difference: np.ndarray[Any, np.dtype[np.float32]]) -> np.ndarray[Any, np.dtype[np.float32]]:
    """Means of square blocks; those at the right and lower edge may be cut."""
    height, width = difference.shape
    rows = np.add.reduceat(difference, np.arange(0, height, _BLOCK_PX), axis=0)
    sums = np.add.reduceat(rows, np.arange(0, width, _BLOCK_PX), axis=1)
    high = np.diff([*range(0, height, _BLOCK_PX), height])[:, None]
    wide = np.diff([*range(0, width, _BLOCK_PX), width])[None, :]
    return np.asarray(sums / (high * wide), np.float32)


def words(stored: StoredOutput) -> list[list[str]]:
    """(page, string, text) of every string of a piece."""
    return [[text.page, text.string, text.text] for text in stored.record.texts]


def pictures(stored: StoredOutput) -> Iterator[Image]:
    """The pages of a piece as small pictures: of its first PDF, else of its picture files."""
    artifacts = stored.record.artifacts
    pdf = next((n for n, artifact in enumerate(artifacts) if artifact.path.lower().endswith(".pdf")), None)
    if pdf is not None:
        yield from _pdf_pages(stored.file(pdf))
        return
    from PIL import Image

    first = next((a.format for a in artifacts if a.path.lower().endswith(_PICTURES)), "")
    for number, artifact in enumerate(artifacts):
        if artifact.format == first and artifact.path.lower().endswith(_PICTURES):
            with Image.open(stored.file(number)) as image:
                yield _small(image.convert("RGB"))


def _pdf_pages(path: Path) -> Iterator[Image]:
    import pypdfium2

    with pypdfium2.PdfDocument(path) as pdf:
        for number in range(len(pdf)):
            page = pdf[number]
            scale = LONG_SIDE_PX / max(page.get_size())
            yield page.render(scale=scale).to_pil().convert("RGB")
            page.close()


def _small(image: Image) -> Image:
    image.thumbnail((LONG_SIDE_PX, LONG_SIDE_PX), reducing_gap=3.0)
    return image


def _folder(folder: Path, piece: Piece) -> Path:
    """A readable name, and a digest that keeps two pieces apart whose names differ only in what a file name cannot hold."""
    return folder / f"{re.sub(r'[^A-Za-z0-9+.-]+', '-', piece.id).strip('.-')[:80]}-{digest(piece.id)[:8]}"
