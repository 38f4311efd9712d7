"""Real designs that nobody here made, as specs of ours: BizGen's infographics and slides, whole sets by the benchmark."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from benchmarks.bizgen import apart, judge_all, read

SAMPLES = Path(__file__).resolve().parent / "resources"


@pytest.mark.parametrize(("name", "kind"), [("infographics", "Infographic"), ("slides", "Deck")])
def test_texts_stand_apart_and_can_be_read_and_what_does_not_fit_is_told(name: str, kind: str, tmp_path: Path) -> None:
    designs = read(SAMPLES / f"bizgen_{name}_sample.json", name)
    judged = list(judge_all(designs, kind, tmp_path))
    assert [one.strings for one in judged] == [len(design.texts) for design in designs]
    wrong = {one.design.name: [e for e in one.errors if not e.startswith("text.overflow/")] for one in judged}
    assert {name: errors for name, errors in wrong.items() if errors} == {}


def test_boxes_that_overlap_give_way() -> None:
    boxes = [(0.0, 0.0, 100.0, 40.0), (10.0, 30.0, 90.0, 80.0), (95.0, 0.0, 200.0, 40.0), (0.0, 0.0, 5.0, 5.0)]
    found = apart(boxes)
    for (_, a), (_, b) in itertools.combinations(enumerate(found), 2):
        assert min(a[2], b[2]) <= max(a[0], b[0]) or min(a[3], b[3]) <= max(a[1], b[1])
    assert found[1] == (10.0, 35.0, 90.0, 80.0)
