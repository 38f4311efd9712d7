"""The tables of docs/memory.md are what the arithmetic says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from qwen_pipeline.render.neural.parts import QWEN_IMAGE_2_1, QWEN_IMAGE_20B
from qwen_pipeline.render.neural.quantize import PRECISIONS
from qwen_pipeline.render.neural.residency import GIB, Memory, Work, plan

PAGE = (Path(__file__).parents[3] / "docs" / "memory.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| (\d+) GiB \| `([^`]+)` \| ([\d.]+) GiB \| `([^`]+)` \| ([\d.]+) GiB \|$", re.MULTILINE)


@pytest.mark.parametrize("row", ROW.findall(PAGE), ids=lambda row: row[0])
def test_what_a_card_gets(row: tuple[str, ...]) -> None:
    memory = Memory(int(row[0]) * GIB, 128 * GIB)
    models = (plan(QWEN_IMAGE_2_1, Work(2048, 2048), memory), plan(QWEN_IMAGE_20B, Work(1328, 1328, sequences=2), memory))
    assert [value for made in models for value in (made.id, f"{made.peak_bytes / GIB:.1f}")] == list(row[1:])


def test_every_row_and_precision_is_there() -> None:
    assert len(ROW.findall(PAGE)) == 7
    assert all(f"| `{mode}` |" in PAGE for mode in PRECISIONS)
