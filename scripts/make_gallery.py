"""docs/gallery: every layout in every style, small, so that a person picks by eye. `make gallery` writes it again.

    python scripts/make_gallery.py [--only poster/hero-left] [--only '*/*/ink-wash'] [--pages] [--check]

A file a cell, so that a change of one style or layout changes its own files alone. `--check` draws and compares, and writes
nothing.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from fnmatch import fnmatch
from functools import partial
from multiprocessing import get_context
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from scripts.gallery import cells, drawing, pages  # noqa: E402
from scripts.gallery.cells import GALLERY, Cell  # noqa: E402


def chosen(patterns: Sequence[str]) -> list[list[Cell]]:
    """Cells that one of the patterns names, a list a layout; all without a pattern."""
    found = [[cell for cell in cells.of_layout(name) if _named(cell, patterns)] for name in cells.layout_names()]
    return [own for own in found if own]


def _named(cell: Cell, patterns: Sequence[str]) -> bool:
    return not patterns or any(fnmatch(cell.name, p) or fnmatch(f"{cell.name}/{cell.style}", p) for p in patterns)


def write(own: Sequence[Cell], folder: Path) -> list[str]:
    """Draw the cells of a layout into their files; nothing is wrong with them."""
    studio = drawing.Studio(folder)
    for cell in own:
        path = GALLERY / cell.file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(drawing.encoded(studio.draw(cell)))
    return []


def compare(own: Sequence[Cell], folder: Path) -> list[str]:
    """The cells of a layout that are not drawn as they are kept."""
    studio = drawing.Studio(folder)
    found = []
    for cell in own:
        gap = drawing.distance(studio.draw(cell), drawing.kept(cell)) if (GALLERY / cell.file).is_file() else float("inf")
        found += [f"{cell.file}: {gap:.1f} from what is kept"] if gap > drawing.ALIKE else []
    return found


def write_pages() -> None:
    """Every page, and no page or picture of what is no more."""
    texts = pages.texts()
    for name, text in texts.items():
        (GALLERY / name).parent.mkdir(parents=True, exist_ok=True)
        (GALLERY / name).write_text(text, encoding="utf-8")
    for path in stale(texts):
        path.unlink()


def stale(texts: Iterable[str]) -> list[Path]:
    """Files of docs/gallery that nothing makes."""
    wanted = {*texts, *(cell.file for cell in cells.every())}
    return sorted(p for p in GALLERY.rglob("*") if p.is_file() and p.relative_to(GALLERY).as_posix() not in wanted)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--only", action="append", default=[], metavar="PATTERN", help="KIND/LAYOUT or KIND/LAYOUT/STYLE.")
    parser.add_argument("--pages", action="store_true", help="Only the pages round the pictures.")
    parser.add_argument("--check", action="store_true", help="Compare with what is kept; exit code 1 where a picture differs.")
    parser.add_argument("--workers", type=int, default=2, metavar="N")
    args = parser.parse_args()
    wrong: list[str] = []
    jobs = [] if args.pages else chosen(args.only)
    with tempfile.TemporaryDirectory() as scratch, ProcessPoolExecutor(args.workers, get_context("spawn")) as pool:
        work = partial(compare if args.check else write, folder=Path(scratch))
        for own, found in zip(jobs, pool.map(work, jobs), strict=True):
            print(own[0].name, *found, sep="\n  ", flush=True)
            wrong += found
    if not args.check:
        write_pages()
    raise SystemExit(1 if wrong else 0)


if __name__ == "__main__":
    main()
