"""The page of faults names tests that there are."""

from __future__ import annotations

import re

from .builds import ROOT


def test_every_test_on_the_page_of_faults_is_there() -> None:
    named = set(re.findall(r"`(test_\w+)`", (ROOT / "docs" / "faults.md").read_text("utf-8")))
    texts = [path.read_text("utf-8") for path in (ROOT / "tests").rglob("test_*.py")]
    written = {name for text in texts for name in re.findall(r"def (test_\w+)", text)}
    assert named
    assert named - written == set()
