"""Two builds of one folder at once, in two processes: one set of results, nothing drawn twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from .builds import Call, digests, leftovers, write_batch

ROWS = 6


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


def rendered(text: str) -> int:
    return int(text.partition('"rendered": ')[2].partition(",")[0].strip(" }\n"))
