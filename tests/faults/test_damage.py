"""Damage to the store and to delivered files: seen when used, repaired by the next build, with the same digests."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from qwen_pipeline.pipeline import build
from qwen_pipeline.settings import Settings

from .builds import digests, flip, leftovers, order, truncate, write_batch

ROWS = 2
PLACES = {
    "scene": "scenes/*/*.png",
    "scene record": "scenes/*/*.json",
    "output": "outputs/*/*/0000.*",
    "output record": "outputs/*/*/index.json",
    "font": "fonts/*.ttf",
    "run record": "outs/*.json",
    "ledger": "runs.jsonl",
}
DEEDS: dict[str, Callable[[Path], object]] = {
    "flip": flip,
    "flip the start": lambda path: flip(path, 0.01),
    "truncate": truncate,
    "empty": lambda path: path.write_bytes(b""),
    "delete": Path.unlink,
}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a batch `in`, its `out` and its `store`."""
    folder = tmp_path_factory.mktemp("built")
    spec = write_batch(folder / "in", ROWS)
    assert build(order(spec), folder / "out", Settings(store=folder / "store", workers=1)).exit_code == 0
    return folder


@pytest.fixture
def copy(built: Path, tmp_path: Path) -> Path:
    for name in ("in", "out", "store"):
        shutil.copytree(built / name, tmp_path / name)
    return tmp_path


def rebuild(folder: Path, out: str, good: dict[str, str]) -> None:
    manifest = build(order(folder / "in" / "batch.yaml"), folder / out, Settings(store=folder / "store", workers=1))
    assert (manifest.exit_code, manifest.failures) == (0, ())
    assert digests(folder / out) == good
    assert leftovers(folder / out, folder / "store") == []


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("deed", DEEDS)
def test_a_damaged_store(copy: Path, built: Path, place: str, deed: str) -> None:
    good = digests(built / "out")
    files = sorted((copy / "store").glob(PLACES[place]))
    assert files, place
    for path in files:
        DEEDS[deed](path)
    if place in ("scene", "scene record", "font"):
        shutil.rmtree(copy / "store" / "outputs")  # so that they are used
    rebuild(copy, "elsewhere", good)
    rebuild(copy, "out", good)


@pytest.mark.parametrize("gone", ["scenes", "outputs", "fonts", "outs", "locks", "tmp", "assets", "."])
def test_a_folder_of_the_store_is_gone(copy: Path, built: Path, gone: str) -> None:
    shutil.rmtree(copy / "store" / gone, ignore_errors=True)
    rebuild(copy, "out", digests(built / "out"))
    rebuild(copy, "elsewhere", digests(built / "out"))


def test_a_sheet_is_not_made_of_damaged_pictures(copy: Path, built: Path) -> None:
    """The pieces lie whole in the folder, so nobody looks at the store's copies before the sheet does."""
    for path in (copy / "store" / "outputs").glob("*/*/0*.*"):
        flip(path)
    (copy / "out" / "sheet.png").unlink()
    rebuild(copy, "out", digests(built / "out"))


@pytest.mark.parametrize("deed", DEEDS)
@pytest.mark.parametrize("name", ["r000.png", "print/r001.pdf", "sheet.png", "manifest.json", "findings.json", "prompts"])
def test_a_delivered_file_is_restored(copy: Path, built: Path, name: str, deed: str) -> None:
    good, path = digests(built / "out"), copy / "out" / name
    rebuild(copy, "out", good)  # what was copied has other stamps; from here on the folder is known
    for file in path.iterdir() if path.is_dir() else [path]:
        DEEDS[deed](file)
    rebuild(copy, "out", good)


def test_foreign_files_stay(copy: Path) -> None:
    mine = copy / "out" / "notes.txt"
    mine.write_text("mine")
    (copy / "out" / "print" / "old.pdf").write_text("mine too")
    build(order(copy / "in" / "batch.yaml"), copy / "out", Settings(store=copy / "store", workers=1))
    assert mine.read_text() == "mine"
    assert (copy / "out" / "print" / "old.pdf").read_text() == "mine too"


def test_a_picture_replaced_by_a_folder(copy: Path, built: Path) -> None:
    """A stored file that is no file is no stored file."""
    path = next((copy / "store").glob("scenes/*/*.png"))
    path.unlink()
    path.mkdir()
    shutil.rmtree(copy / "store" / "outputs")
    rebuild(copy, "elsewhere", digests(built / "out"))
