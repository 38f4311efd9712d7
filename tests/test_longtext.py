"""Real texts that nobody here wrote, set and read back: LongText-Bench, whole if it lies beside the checkout, else a sample."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from benchmarks import pieces
from benchmarks.longtext import Brief, judge, read

ROOT = Path(__file__).resolve().parent.parent
FULL = Path(os.environ.get("QWEN_PIPELINE_TEST_DATA", ROOT.parent / "shared" / "data"))
SAMPLE = ROOT / "tests" / "resources" / "longtext_sample.jsonl"
CHUNKS = 4


def briefs(language: str) -> list[Brief]:
    full = FULL / f"longtext_{language}.jsonl"
    return read(full if full.exists() else SAMPLE, language)


@pytest.mark.parametrize("chunk", range(CHUNKS))
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_string_is_read_back_as_written(language: str, chunk: int, tmp_path: Path) -> None:
    chosen = briefs(language)[chunk::CHUNKS]
    assert chosen
    verdicts = [judge(brief, tmp_path) for brief in chosen]
    assert {v.brief.name: (v.extracted, v.expected) for v in verdicts if not v.equal} == {}
    assert {v.brief.name: (v.missing, v.outside) for v in verdicts if v.unreported} == {}


def test_the_sample_has_both_languages() -> None:
    assert [len(read(SAMPLE, language)) for language in ("zh", "en")] == [20, 20]


@pytest.mark.parametrize(("category", "language"), [("poster", "zh"), ("slide", "en"), ("webpage", "zh"), ("print", "en")])
def test_a_brief_is_built_as_the_piece_it_asks_for(category: str, language: str, tmp_path: Path) -> None:
    """The first of its category; `python -m benchmarks.pieces` builds them all."""
    strings = next(b.strings for b in briefs_of(category, language))
    ending = pieces.judge(pieces.PieceBrief(category, language, 1, strings), tmp_path)
    assert (ending.lost, ending.reported, ending.failures) == ((), (), ())


def briefs_of(category: str, language: str) -> list[pieces.PieceBrief]:
    lines = [json.loads(line) for line in SAMPLE.read_text(encoding="utf-8").splitlines()]
    return [
        pieces.PieceBrief(category, language, line["prompt_id"], tuple(line["text"]))
        for line in lines
        if (line["category"], line["language"]) == (category, language)
    ]
