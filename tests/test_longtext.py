"""Real texts that nobody here wrote, set and read back: LongText-Bench, whole if it lies beside the checkout, else a sample."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

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
