"""Two builds of one folder at once, in two processes: one set of results, nothing drawn twice."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from qwen_pipeline.store import Store
from qwen_pipeline.types import Artifact

from .builds import Call, digests, flip, leftovers, write_batch

ROWS = 3


@pytest.mark.parametrize("folders", [1, 2])
def test_at_once(tmp_path: Path, folders: int) -> None:
    """Into one folder they take turns; into two, from one store, each picture is still drawn once."""
    spec, store = write_batch(tmp_path / "in", ROWS), tmp_path / "store"
    outs = [tmp_path / f"out{number % folders}" for number in range(2)]
    calls = [Call(spec, out, store, ("--workers", "1", "--json")).start() for out in outs]
    texts = [call.communicate() for call in calls]
    assert [call.returncode for call in calls] == [0, 0], texts
    assert digests(outs[0]) == digests(outs[1])
    assert len(digests(outs[0])) == 2 * ROWS + 1 + 2 + ROWS  # pieces in two formats, a sheet, two records, prompts
    assert sum(text.count('"rendered": ') for text, _ in texts) == 2
    assert sum(rendered(text) for text, _ in texts) == ROWS
    assert leftovers(*outs, store) == []


def test_who_is_second_leaves_what_others_may_be_reading(tmp_path: Path) -> None:
    """The first to finish a piece keeps its place in the store, unless its files are damaged."""
    store, made = Store(tmp_path), []
    for turn in range(3):
        with store.staging() as folder:
            (folder / "a.png").write_bytes(b"picture")
            artifact = Artifact("a.png", "image/png", hashlib.sha256(b"picture").hexdigest(), 7, "p", "png")
            made.append(store.put_output("ab" * 32, folder, (artifact,)).file(0).stat().st_ino)
        if turn == 1:
            flip(store.output("ab" * 32).file(0))  # type: ignore[union-attr]
    assert made[0] == made[1] != made[2]
    assert store.output("ab" * 32).is_whole()  # type: ignore[union-attr]


def rendered(text: str) -> int:
    return int(text.partition('"rendered": ')[2].partition(",")[0].strip(" }\n"))
