"""With an engine that garbles words, every delivered file says what its spec says: read back from the PDF and from the picture.

The reader is the real one, and the pictures hold real letters: `rapidocr` reads what the engine wrote and what was delivered.
The whole set, every way by itself, is the benchmark `garbled_words`.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from benchmarks.garbled import TITLES, deliver
from qwen_pipeline import verify
from qwen_pipeline.verify.readers import rapidocr

pytestmark = pytest.mark.skipif(bool(rapidocr.missing()), reason="rapidocr is not installed")

SLOW = bool(os.environ.get("QWEN_PIPELINE_SLOW"))
WAYS = ("dropped", "swapped", "look-alike", "extra")


def test_delivered_files_say_what_their_specs_say(tmp_path: Path) -> None:
    made = deliver(tmp_path, TITLES if SLOW else TITLES[:2], WAYS, verify.open_reader())
    assert [(piece.name, piece.wrong) for piece in made if piece.wrong] == []
    assert sum(bool(piece.picture) for piece in made) >= 0.8 * len(made)
