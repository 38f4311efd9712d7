"""The pictures in README.md, from the examples: python scripts/make_images.py [--out DIR] [NAME ...].

Builds the examples with the draft engine (what is built already is taken from `<out>/.store`) and writes small WebP files to
docs/images. Look at them before you commit them.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).resolve().parent.parent
IMAGES = ROOT / "docs" / "images"
GROUND = (214, 211, 204)


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture of the README: files of builds, in rows of `columns`, each `height_px` high."""

    files: tuple[tuple[str, str], ...]
    """(spec, pattern of output names), in order."""
    columns: int
    height_px: int
    gap_px: int = 16
    at_most: int = 100


COLD_BREW, DRINKS = "03-cold-brew/cold-brew.yaml", "06-autumn-drinks/autumn-drinks.yaml"
PICTURES = {
    "pieces": Picture(
        (
            ("02-tea-fair/tea-fair.yaml", "*.png"),
            ("07-one-brand/reading-night.yaml", "*.png"),
            ("05-harbour-water/harbour-water.yaml", "*.png"),
        ),
        4,
        640,
    ),
    "cold-brew": Picture(((COLD_BREW, "a3/*.png"), (COLD_BREW, "square/*.png"), (COLD_BREW, "story/*.png")), 6, 320),
    "cold-chain": Picture((("04-cold-chain-deck/cold-chain.yaml", "*.png"),), 4, 200),
    "kinds": Picture(
        (
            ("08-walking-lantern/walking-lantern.yaml", "pages/*zh-CN.01.png"),
            ("08-walking-lantern/walking-lantern.yaml", "pages/*zh-CN.04.png"),
            ("13-qingxi-guide/qingxi.yaml", "pages/*.02.png"),
            ("13-qingxi-guide/qingxi.yaml", "pages/*.03.png"),
            ("09-official-notice/notice.yaml", "pages/*.01.png"),
            ("11-travel-cup/travel-cup.yaml", "web/*.a4.zh-CN.png"),
        ),
        6,
        380,
    ),
    "autumn-drinks": Picture(((DRINKS, "*/square*.png"),), 10, 140, 8, 40),
}

STYLES = "styles"
STYLES_BY, STYLES_COLUMNS, STYLES_HEIGHT_PX = "poster/full-bleed", 14, 200
"""One picture more: a layout in every style, from docs/gallery."""


def build(spec: str, out: Path) -> Path:
    """The folder with a spec's finished files."""
    folder = out / Path(spec).with_suffix("")
    command = [sys.executable, "-m", "qwen_pipeline", "build", ROOT / "examples" / spec, "--engine", "draft", "--json"]
    done = subprocess.run(
        [*command, "--out", folder, "--store", out / ".store"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise SystemExit(f"{spec}: exit code {done.returncode}\n{done.stdout[-2000:]}{done.stderr}")
    return folder


def files(picture: Picture, out: Path) -> list[Path]:
    """The picture files that the builds' manifests name, in the order of the patterns."""
    found = []
    for spec, pattern in picture.files:
        folder = build(spec, out)
        artifacts = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["artifacts"]
        found += [folder / artifact["path"] for artifact in artifacts if Path(artifact["path"]).match(pattern)]
    return found[: picture.at_most]


def sheet(paths: Sequence[Path], picture: Picture) -> Image.Image:
    """Pictures of one height in rows, on a plain ground."""
    return in_rows(paths, picture.columns, picture.height_px, picture.gap_px)


def in_rows(paths: Sequence[Path], columns: int, height_px: int, gap: int) -> Image.Image:
    shown = [_scaled(path, height_px) for path in paths]
    rows = [shown[i : i + columns] for i in range(0, len(shown), columns)]
    width = max(sum(image.width + gap for image in row) for row in rows) + gap
    made = Image.new("RGB", (width, len(rows) * (height_px + gap) + gap), GROUND)
    for line, row in enumerate(rows):
        x = gap
        for image in row:
            made.paste(image, (x, gap + line * (height_px + gap)))
            x += image.width + gap
    return made


def styles_sheet() -> Image.Image:
    """A poster in every style."""
    cells = sorted((ROOT / "docs" / "gallery" / "cells" / STYLES_BY).glob("*.webp"))
    return in_rows(cells, STYLES_COLUMNS, STYLES_HEIGHT_PX, 8)


def _scaled(path: Path, height_px: int) -> Image.Image:
    with Image.open(path) as image:
        return image.convert("RGB").resize((round(image.width * height_px / image.height), height_px), Image.Resampling.LANCZOS)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("name", nargs="*", help=", ".join((*PICTURES, STYLES)))
    parser.add_argument("--out", type=Path, default=ROOT / "out")
    args = parser.parse_args()
    IMAGES.mkdir(exist_ok=True)
    for name in args.name or (*PICTURES, STYLES):
        path = IMAGES / f"{name}.webp"
        made = styles_sheet() if name == STYLES else sheet(files(PICTURES[name], args.out), PICTURES[name])
        made.save(path, quality=82, method=6)
        print(f"{path.relative_to(ROOT)}: {path.stat().st_size // 1000} kB")


if __name__ == "__main__":
    main()
