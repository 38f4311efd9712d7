"""PDF parts -> one PDF with boxes, bookmarks, language, metadata and output intent, byte-identical from run to run."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from qwen_pipeline.dataclass import dataclass
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


def join(parts: Sequence[Part], facts: PdfFacts, scratch: Path, target: Path) -> int:
    """Write one PDF of all the parts to `target` and return its number of pages. Streams go from file to file, one at a time."""
    import pikepdf

    titles = [title for part in parts for title in part.titles]
    sheets = [sheet for part in parts for sheet in part.sheets]
    # Read through a stream, not a memory map: mapped pages of a large file count as memory in use.
    with pikepdf.open(_concatenated(parts, scratch), access_mode=pikepdf.AccessMode.stream) as pdf:
        for page, sheet in zip(pdf.pages, sheets, strict=True):
            _set_boxes(page.obj, sheet)
        _describe(pdf, facts)
        if facts.bookmarks and len([title for title in titles if title]) > 1:
            _bookmark(pdf, titles)
        pdf.save(
            target,
            deterministic_id=True,
            fix_metadata_version=False,  # there is none in ours, and looking brings lxml
            object_stream_mode=pikepdf.ObjectStreamMode.generate,
            stream_decode_level=pikepdf.StreamDecodeLevel.none,
        )
    return len(titles)


def _concatenated(parts: Sequence[Part], scratch: Path) -> Path:
    """All parts in one file. qpdf's own job copies lazily; `Pdf.pages.extend` would hold every stream in memory."""
    import pikepdf

    if len(parts) == 1:
        return parts[0].path
    joined = scratch / "joined.pdf"
    pikepdf.Job(
        {
            "empty": "",
            "outputFile": str(joined),
            "pages": [{"file": str(part.path), "range": "1-z"} for part in parts],
            "objectStreams": "disable",
            "compressStreams": "n",
            "decodeLevel": "none",
            "keepFilesOpen": "n",
            "removeUnreferencedResources": "no",
            "staticId": "",
        }
    ).run()
    return joined


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
        outline.root.extend(pikepdf.OutlineItem(title, number) for number, title in enumerate(titles) if title)
    pdf.Root.PageMode = pikepdf.Name.UseOutlines
