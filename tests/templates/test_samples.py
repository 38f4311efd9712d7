"""Every layout of every kind, each of its slots filled, at the canvas shapes that it is for.

A sample fills its slots to 0.6 of what they say they hold. At that length, and at 0.3 of it, nothing may be wrong. At two and a
half times of it words run out of their places: `text.overflow` says so, and nothing else goes wrong.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from qwen_pipeline.pipeline import Order, build, make_plan
from qwen_pipeline.settings import Settings
from qwen_pipeline.types import CheckRule
from qwen_pipeline.typeset import Fonts, solve
from qwen_pipeline.verify import Subject, run
from scripts.samples import FORMATS, KINDS, Sample, layouts, write

SHAPES = ("900x1200px", "1200x900px", "1000x1000px", "720x1280px", "1280x720px")
"""Portrait, landscape, square, story, slide."""
LOCALES = ("zh-CN+en-GB", "zh-CN", "en-GB")
PAIR = LOCALES[0]
GEOMETRY = tuple(CheckRule(name, "error") for name in ("overlap", "text.overflow", "text.missing_glyph", "safe_zone"))
SLOW = bool(os.environ.get("QWEN_PIPELINE_SLOW"))
PAGES = [(kind, layout) for kind in KINDS for layout in layouts(kind)]


def turns() -> Iterator[tuple[str, str, str]]:
    """Each layout on the canvas whose turn it is; on all of them where there is time."""
    for number, (kind, layout) in enumerate(PAGES):
        canvases = FORMATS.get(f"{kind}/{layout}", SHAPES)
        for turn, canvas in enumerate(canvases):
            if SLOW or turn == number % len(canvases):
                yield kind, layout, canvas


EACH = pytest.mark.parametrize(("kind", "layout", "canvas"), list(turns()))


@pytest.fixture(autouse=True)
def swept(tmp_path: Path) -> Iterator[None]:
    """Each test leaves some 30 MB of fonts and pictures, and there are more than a thousand."""
    yield
    shutil.rmtree(tmp_path)


@pytest.fixture(scope="module")
def fonts() -> Fonts:
    return Fonts({})


def built(sample: Sample, folder: Path) -> set[tuple[str, str]]:
    """Errors of a build: check and place."""
    path = write(sample, folder, [{"format": "png", "width": 900, "name": "{page}.png"}])
    made = build(Order(path, engine="draft"), folder / "out", Settings(store=folder / "store", workers=1))
    assert not made.failures
    return {(found.check, str(found.string)) for found in made.findings if found.severity in ("error", "internal")}


def placed(sample: Sample, folder: Path, fonts: Fonts) -> set[tuple[str, str]]:
    """The same of what needs no pixels: where words stand."""
    path = write(sample, folder, [{"format": "png", "width": 900, "name": "{page}.png"}])
    plan = make_plan(Order(path, engine="draft"), Settings(store=folder / "store"), identified=False).plan
    (piece,) = plan.pieces
    subject = Subject(piece, [solve(page, fonts) for page in piece.pages], raster=_no_pixels)
    return {(found.check, found.string) for found in run(subject, GEOMETRY)}


def _no_pixels(page: int, *, text: bool = True, width_px: int | None = None) -> object:
    raise AssertionError("checks of geometry look at no pixels")


@EACH
def test_a_layout_holds_what_its_slots_say(kind: str, layout: str, canvas: str, tmp_path: Path) -> None:
    assert built(Sample(kind, layout, (PAIR,), canvas=canvas), tmp_path) == set()


@EACH
def test_short_texts_and_one_language_fit(kind: str, layout: str, canvas: str, tmp_path: Path, fonts: Fonts) -> None:
    cases = [(PAIR, 0.3), ("zh-CN", 1.0), ("en-GB", 1.0), ("zh-CN", 0.3), ("en-GB", 0.3)]
    for number, (locale, factor) in enumerate(cases if SLOW else cases[:3]):
        sample = Sample(kind, layout, (locale,), factor=factor, canvas=canvas)
        assert placed(sample, tmp_path / str(number), fonts) == set(), (locale, factor)


@EACH
def test_what_is_too_long_is_said_and_stays_in_its_place(
    kind: str, layout: str, canvas: str, tmp_path: Path, fonts: Fonts
) -> None:
    for locale in LOCALES if SLOW else LOCALES[:2]:
        found = placed(Sample(kind, layout, (locale,), factor=2.5, canvas=canvas), tmp_path / locale, fonts)
        assert {check for check, _ in found} <= {"text.overflow"}, locale


@pytest.mark.skipif(not SLOW, reason="takes minutes: QWEN_PIPELINE_SLOW=1")
@EACH
def test_of_one_language_nothing_is_wrong_in_pixels_either(kind: str, layout: str, canvas: str, tmp_path: Path) -> None:
    for locale in LOCALES[1:]:
        assert built(Sample(kind, layout, (locale,), canvas=canvas), tmp_path / locale) == set()
