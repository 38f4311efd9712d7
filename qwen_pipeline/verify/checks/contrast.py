from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from qwen_pipeline.types import Box, SetString, TextItem, TypesetPage
from qwen_pipeline.verify.check import Outcome, Settings, check
from qwen_pipeline.verify.subject import Subject, pixels_of

if TYPE_CHECKING:
    from PIL.Image import Image

_WORST_PERCENT = 5
"""The ratio that 95 % of the pixels under a line reach: a few grains of paper texture do not make a line unreadable."""
_BAKED_TONES = (3, 97)
"""Percentiles of luminance taken for the letters and the ground of words that are in the picture itself."""
_LARGE_PT, _LARGE_BOLD_PT, _BOLD = 18.0, 14.0, 700
"""WCAG 2.2, "large scale (text)"."""

Ratio = Annotated[float, Field(ge=1, le=21)]


class ContrastSettings(Settings):
    """Settings of `contrast`."""

    min: Ratio = 4.5
    """WCAG 2.2, 1.4.3, level AA."""
    large: Ratio | None = None
    """For letters of 18 pt, or 14 pt bold; WCAG asks for 3. None: as `min`."""


@check(
    "contrast",
    rationale="Readers see pixels, not colour values: words over a picture are as readable as the picture under them is calm.",
    codes=("low", "baked-low"),
    settings=ContrastSettings,
)
def CHECK(subject: Subject, settings: ContrastSettings) -> Iterator[Outcome]:
    """Every line of text stands out from the very pixels it lies on."""
    for number, _, page in subject.each_page():
        if page.strings:
            yield from _judge_page(page, subject.raster(number, text=False), settings)


def _judge_page(page: TypesetPage, ground: Image, settings: ContrastSettings) -> Iterator[Outcome]:
    """The page's pixels are gone at the end, before those of the next one are made."""
    strings = {string.id: string for string in page.strings}
    for item in page.items:
        if isinstance(item, TextItem) and item.string in strings:
            yield from _judge(item, strings[item.string], page, ground, settings)


def _judge(item: TextItem, string: SetString, page: TypesetPage, ground: Image, settings: ContrastSettings) -> Iterator[Outcome]:
    ratios = [(ratio, line.box) for line in item.lines if (ratio := _ratio(item, line.box, page, ground)) is not None]
    if not ratios:
        return
    ratio, box = min(ratios, key=lambda r: r[0])
    least = _least(string, settings)
    if ratio < least:
        what = f"{item.color.hex} on its ground" if item.visible else "as the picture has it"
        yield Outcome(
            "low" if item.visible else "baked-low",
            f"“{string.text[:40]}” has a contrast of {ratio:.1f}, {what}",
            page.id,
            string.id,
            box,
            measured=f"{ratio:.2f}",
            allowed=f"{least:g}",
            hint="give the text a plate, another colour, or a calmer part of the picture (keep_clear)",
        )


def _least(string: SetString, settings: ContrastSettings) -> float:
    large = string.size_pt >= _LARGE_PT or (string.size_pt >= _LARGE_BOLD_PT and string.weight >= _BOLD)
    return settings.large if large and settings.large is not None else settings.min


def _ratio(item: TextItem, box: Box, page: TypesetPage, ground: Image) -> float | None:
    """Contrast of one line, 1 to 21; None where it lies off the page."""
    from qwen_pipeline.verify.luminance import contrast_over, contrast_within

    left, top, right, bottom = pixels_of(box, page, ground)
    if right <= left or bottom <= top:
        return None
    under = ground.crop((left, top, right, bottom))
    return contrast_over(item.color, under, _WORST_PERCENT) if item.visible else contrast_within(under, *_BAKED_TONES)
