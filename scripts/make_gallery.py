"""docs/gallery: every layout in every style, small, so that a person picks by eye. `make gallery` writes it again.

    python scripts/make_gallery.py [--layout poster/hero-left ...]

One sheet a layout, a cell a style, in the order of the styles' names; `index.json` says what is where, and a test draws some
cells again.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

from PIL import Image

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from scripts import samples  # noqa: E402

GALLERY = ROOT / "docs" / "gallery"
INDEX = GALLERY / "index.json"
COLUMNS, GAP_PX = 7, 8
CANVAS = {"poster": "900x1200px", "deck": "1280x720px", "infographic": "900x1350px", "product": "900x1200px"}
CELL_PX = {"poster": 150, "deck": 190, "infographic": 150, "product": 150}
GROUND = (236, 235, 231)
QUALITY = 66


def cells() -> Iterator[tuple[str, str]]:
    """(kind, layout) of every sheet."""
    for kind in CANVAS:
        if (samples.TEMPLATES / kind / "kind.yaml").is_file():
            yield from ((kind, layout) for layout in samples.layouts(kind))


def draw(kind: str, layout: str, style: str, folder: Path) -> Image.Image:
    """One cell: the layout filled with sample words in both languages, over a picture in the style."""
    from qwen_pipeline.pipeline import Order, build
    from qwen_pipeline.settings import Settings

    sample = samples.Sample(kind, layout, ("zh-CN+en-GB",), style, canvas=CANVAS[kind])
    own = folder / f"{kind}-{layout}-{style}"
    width = 3 * CELL_PX[kind]
    spec = samples.write(sample, own, [{"format": "png", "width": width, "name": "{page}.png" if kind == "deck" else "page.png"}])
    build(Order(spec, engine="draft"), own / "out", Settings(store=folder / "store", workers=1))
    found = next(path for path in sorted(own.rglob("out/**/*.png")))
    with Image.open(found) as image:
        return image.convert("RGB").resize((CELL_PX[kind], round(CELL_PX[kind] * image.height / image.width)), reducing_gap=3.0)


def sheet(pictures: Sequence[Image.Image]) -> Image.Image:
    """Cells in rows."""
    width, height = max(p.width for p in pictures), max(p.height for p in pictures)
    rows = -(-len(pictures) // COLUMNS)
    size = (COLUMNS * (width + GAP_PX) + GAP_PX, rows * (height + GAP_PX) + GAP_PX)
    out = Image.new("RGB", size, GROUND)
    for number, picture in enumerate(pictures):
        out.paste(picture, place(number, width, height))
    return out


def place(number: int, width: int, height: int) -> tuple[int, int]:
    """Where a cell's top left corner lies in its sheet."""
    return GAP_PX + number % COLUMNS * (width + GAP_PX), GAP_PX + number // COLUMNS * (height + GAP_PX)


def make(job: tuple[str, str], names: Sequence[str], folder: Path) -> dict[str, Any]:
    """Draw and save one sheet; its entry in the index."""
    kind, layout = job
    pictures = [draw(kind, layout, style, folder / kind / layout) for style in names]
    target = GALLERY / kind / f"{layout}.webp"
    target.parent.mkdir(parents=True, exist_ok=True)
    sheet(pictures).save(target, "WEBP", quality=QUALITY, method=6)
    cell = [max(p.width for p in pictures), max(p.height for p in pictures)]
    return {"layout": f"{kind}/{layout}", "file": f"{kind}/{layout}.webp", "cell": cell, "styles": list(names)}


def page(entries: Sequence[dict[str, Any]]) -> str:
    """docs/gallery/README.md."""
    lines = ["# Gallery", "", "Every layout in every style, made by the `draft` engine from the same words.", ""]
    lines += ["Cells from left to right, row by row: " + ", ".join(f"`{style}`" for style in entries[0]["styles"]) + ".", ""]
    for kind in CANVAS:
        own = [entry for entry in entries if entry["layout"].startswith(f"{kind}/")]
        lines += [f"## {kind.capitalize()}", ""] if own else []
        for entry in own:
            name = entry["layout"].partition("/")[2]
            described = samples.describe(kind, name)
            lines += [f"### `{name}`", "", described, "", f"![{kind} {name} in every style]({entry['file']})", ""]
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--layout", action="append", default=[], metavar="KIND/LAYOUT", help="Only these sheets.")
    chosen = set(parser.parse_args().layout)
    jobs = [(kind, layout) for kind, layout in cells() if not chosen or f"{kind}/{layout}" in chosen]
    before = {e["layout"]: e for e in json.loads(INDEX.read_text("utf-8"))} if INDEX.is_file() and chosen else {}
    with tempfile.TemporaryDirectory() as scratch, ProcessPoolExecutor(2) as pool:
        for entry in pool.map(partial(make, names=samples.styles(), folder=Path(scratch)), jobs):
            before[entry["layout"]] = entry
            print(entry["layout"], flush=True)
    entries = [before[f"{kind}/{layout}"] for kind, layout in cells() if f"{kind}/{layout}" in before]
    INDEX.write_text(json.dumps(entries, indent=1) + "\n", encoding="utf-8")
    (GALLERY / "README.md").write_text(page(entries), encoding="utf-8")


if __name__ == "__main__":
    main()
