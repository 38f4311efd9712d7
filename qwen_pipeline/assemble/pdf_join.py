"""PDF parts -> one PDF with boxes, bookmarks, language, metadata and output intent, byte-identical from run to run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qwen_pipeline.types import Metadata

from .icc import srgb_profile
from .pdf_parts import Part
from .sheet import Sheet


@dataclass(frozen=True, slots=True)
class PdfFacts:
    """What the finished file says about itself. `xmp`: a packet."""

    meta: Metadata
    generator: str
    xmp: bytes
    bookmarks: bool


def join(parts: Iterable[Part], facts: PdfFacts, target: Path) -> int:
    """Write one PDF of all the parts to `target` and return its number of pages. Streams are copied file to file."""
    import pikepdf

    with ExitStack() as stack:
        pdf = stack.enter_context(pikepdf.new())
        made = list(_append(pdf, parts, stack))
        titles = [title for part in made for title in part.titles]
        sheets = [sheet for part in made for sheet in part.sheets]
        for page, sheet in zip(pdf.pages, sheets, strict=True):
            _set_boxes(page.obj, sheet)
        _describe(pdf, facts)
        if facts.bookmarks and len(titles) > 1:
            _bookmark(pdf, titles)
        pdf.remove_unreferenced_resources()
        pdf.save(target, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return len(titles)


def _append(pdf: Any, parts: Iterable[Part], stack: ExitStack) -> Iterator[Part]:
    import pikepdf

    for part in parts:
        # Read through a stream, not a memory map: mapped pages of a large file count as memory in use.
        source = stack.enter_context(pikepdf.open(part.path, access_mode=pikepdf.AccessMode.stream))
        pdf.pages.extend(source.pages)
        yield part


def _set_boxes(page: Any, sheet: Sheet) -> None:
    page.MediaBox = _numbers(sheet.media_box)
    page.CropBox = _numbers(sheet.media_box)
    page.BleedBox = _numbers(sheet.bleed_box)
    page.TrimBox = _numbers(sheet.trim_box)


def _numbers(box: tuple[float, ...]) -> Any:
    import pikepdf

    return pikepdf.Array([round(value, 3) for value in box])


def _describe(pdf: Any, facts: PdfFacts) -> None:
    import pikepdf

    meta = facts.meta
    info = pikepdf.Dictionary(Title=meta.title, Creator=facts.generator, Producer=facts.generator)
    for key, value in (("/Author", meta.author), ("/Subject", meta.subject), ("/Keywords", ", ".join(meta.keywords))):
        if value:
            info[key] = value
    pdf.trailer.Info = pdf.make_indirect(info)
    root = pdf.Root
    root.Lang = meta.lang
    root.ViewerPreferences = pikepdf.Dictionary(DisplayDocTitle=True)
    root.Metadata = pdf.make_stream(facts.xmp, Type=pikepdf.Name.Metadata, Subtype=pikepdf.Name.XML)
    profile = pdf.make_stream(srgb_profile(), N=3)
    intent = pikepdf.Dictionary(
        Type=pikepdf.Name.OutputIntent,
        S=pikepdf.Name.GTS_PDFA1,
        OutputConditionIdentifier="sRGB IEC61966-2.1",
        Info="sRGB IEC61966-2.1",
        DestOutputProfile=profile,
    )
    root.OutputIntents = pikepdf.Array([pdf.make_indirect(intent)])


def _bookmark(pdf: Any, titles: list[str]) -> None:
    import pikepdf

    with pdf.open_outline() as outline:
        outline.root.extend(pikepdf.OutlineItem(title, number) for number, title in enumerate(titles))
    pdf.Root.PageMode = pikepdf.Name.UseOutlines
