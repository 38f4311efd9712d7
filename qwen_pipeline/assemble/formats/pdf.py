"""One PDF a piece: exact selectable text, bookmarks, boxes and marks for the printer."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BeforeValidator, model_validator

from qwen_pipeline.assemble.files import artifact, replacing
from qwen_pipeline.assemble.format import Delivery, Format, ImageMode, Options, Tools, parse_options
from qwen_pipeline.assemble.metadata import make_xmp
from qwen_pipeline.assemble.pagerange import PageRange, check_range, pages_in
from qwen_pipeline.assemble.pdf_join import PdfFacts, join
from qwen_pipeline.assemble.pdf_parts import PdfLook, write_parts
from qwen_pipeline.assemble.record import SourceTypes, make_record
from qwen_pipeline.errors import Diagnostic
from qwen_pipeline.types import Artifact, OutputRequest, Page, Place, TypesetPage

MEDIA_TYPE = "application/pdf"


def _as_tuple(value: object) -> object:
    return (value,) if isinstance(value, str) else value


class PdfOptions(Options):
    """Options of `pdf`."""

    marks: Annotated[tuple[Literal["crop", "registration"], ...], BeforeValidator(_as_tuple)] = ()
    """Printer's marks, outside the bleed."""
    image_mode: ImageMode | None = None
    """`jpeg` (quality 95, 4:4:4) or `lossless`; default jpeg."""
    lossless: bool = False
    """Short for `image_mode: lossless`."""
    bookmarks: bool = True
    """One a page, where there is more than one."""
    pages: PageRange = "all"
    """`all`, or numbers and ranges: `1-4, 7`."""

    @model_validator(mode="after")
    def _check_one_mode(self) -> PdfOptions:
        if self.lossless and self.image_mode == "jpeg":
            raise ValueError("`lossless: true` and `image_mode: jpeg` cannot both be meant")
        return self

    @property
    def packing(self) -> ImageMode:
        return "lossless" if self.lossless else self.image_mode or "jpeg"


def write(delivery: Delivery, request: OutputRequest, folder: Path, tools: Tools) -> tuple[Artifact, ...]:
    """Write `folder / request.name`. Memory does not grow with the number of pages."""
    options: PdfOptions = parse_options(FORMAT, request)
    numbers = pages_in(options.pages, len(delivery.piece.pages))
    piece = delivery.piece
    seen = SourceTypes(delivery)
    pages = _watched((delivery.pages[number] for number in numbers), seen)
    with replacing(folder / request.name) as partial, tempfile.TemporaryDirectory(dir=partial.parent, prefix=".") as scratch:
        parts = list(write_parts(pages, PdfLook(options.marks, options.packing), Path(scratch), tools))
        xmp = make_xmp(piece.metadata, make_record(delivery, numbers), seen.value(), media_type=MEDIA_TYPE)
        facts = PdfFacts(piece.metadata, delivery.generator, xmp, options.bookmarks)
        count = join(parts, facts, Path(scratch), partial)
    return (artifact(folder, request.name, media_type=MEDIA_TYPE, piece=piece.id, format_id=FORMAT.id, pages=count),)


def _check(options: PdfOptions, pages: Sequence[Page], place: Place) -> Iterator[Diagnostic]:
    return check_range(options.pages, len(pages), place) if pages else iter(())


def _watched(pages: Iterable[TypesetPage], seen: SourceTypes) -> Iterator[TypesetPage]:
    for page in pages:
        seen.add(page)
        yield page


FORMAT = Format(
    id="pdf",
    describe="one PDF with exact, selectable text",
    media_type=MEDIA_TYPE,
    suffixes=(".pdf",),
    options=PdfOptions,
    write=write,
    check=_check,
)
