"""Every layout of posters, slides and infographics, each of its slots filled, built in a canvas shape of its turn.

A sample fills its slots to 0.6 of what they say they hold, in two languages. At that length nothing may be wrong. At two and a
half times of it words run out of their places: the run says so (`text.overflow`), and nothing else goes wrong unsaid.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from qwen_pipeline.pipeline import Order, build
from qwen_pipeline.settings import Settings
from scripts.samples import Sample, layouts, write

KINDS = ("poster", "deck", "infographic")
SHAPES = {"portrait": "900x1200px", "landscape": "1200x900px", "square": "1000x1000px", "story": "720x1280px"}
PAIR = "zh-CN+en-GB"
SLOW = bool(os.environ.get("QWEN_PIPELINE_SLOW"))
PAGES = [(kind, layout) for kind in KINDS for layout in layouts(kind)]


def turns() -> Iterator[tuple[str, str, str]]:
    """Each layout in the shape whose turn it is; in all of them where there is time."""
    for number, (kind, layout) in enumerate(PAGES):
        for turn, shape in enumerate(SHAPES):
            if SLOW or turn == number % len(SHAPES):
                yield kind, layout, shape


def findings(sample: Sample, folder: Path) -> set[tuple[str, str]]:
    """Errors of a build: check and place."""
    path = write(sample, folder, [{"format": "png", "width": 900, "name": "{page}.png"}])
    made = build(Order(path, engine="draft"), folder / "out", Settings(store=folder / "store", workers=1))
    assert not made.failures
    return {(found.check, str(found.string)) for found in made.findings if found.severity in ("error", "internal")}


@pytest.mark.parametrize(("kind", "layout", "shape"), turns())
def test_a_layout_holds_what_its_slots_say(kind: str, layout: str, shape: str, tmp_path: Path) -> None:
    assert findings(Sample(kind, layout, (PAIR,), canvas=SHAPES[shape]), tmp_path) == set()


@pytest.mark.skipif(not SLOW, reason="takes minutes: QWEN_PIPELINE_SLOW=1")
@pytest.mark.parametrize("locale", [PAIR, "zh-CN", "en-GB"])
@pytest.mark.parametrize(("kind", "layout", "shape"), turns())
def test_short_texts_and_one_language_fit(kind: str, layout: str, shape: str, locale: str, tmp_path: Path) -> None:
    factors = (0.3,) if locale == PAIR else (0.3, 1.0)
    for factor in factors:
        sample = Sample(kind, layout, (locale,), factor=factor, canvas=SHAPES[shape])
        assert findings(sample, tmp_path / str(factor)) == set()


@pytest.mark.parametrize(("kind", "layout", "shape"), list(turns())[:: 1 if SLOW else 8])
def test_what_is_too_long_is_said(kind: str, layout: str, shape: str, tmp_path: Path) -> None:
    found = {check for check, _ in findings(Sample(kind, layout, (PAIR,), factor=2.5, canvas=SHAPES[shape]), tmp_path)}
    assert not found or "text.overflow" in found
