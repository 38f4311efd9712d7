"""One overview of a whole run: PDF, HTML or PNG, by the name's ending."""

from __future__ import annotations

import tempfile
from pathlib import Path

from qwen_pipeline.assemble.files import artifact, replacing
from qwen_pipeline.assemble.format import Format, Options, RunDelivery, Tools
from qwen_pipeline.assemble.images import Frame, Origin
from qwen_pipeline.assemble.metadata import make_xmp
from qwen_pipeline.assemble.overview import run_record
from qwen_pipeline.assemble.pdf_join import PdfFacts, join
from qwen_pipeline.assemble.pdf_parts import PdfLook, write_parts
from qwen_pipeline.assemble.record import IPTC_SOURCE
from qwen_pipeline.errors import Diagnostic, SpecError
from qwen_pipeline.types import Artifact, Metadata, OutputRequest, Place

_MEDIA_TYPES = {".pdf": "application/pdf", ".html": "text/html", ".png": "image/png"}
_PNG_WIDTH_PX = 2400
_PNG_MOST_PX = 30_000
"""Height of the tallest PNG; many viewers refuse taller ones."""


class ContactSheetOptions(Options):
    """`contact_sheet` has no options of its own: the name's ending decides what it is."""


def write_run(run: RunDelivery, request: OutputRequest, folder: Path, tools: Tools) -> tuple[Artifact, ...]:
    """Write `folder / request.name`."""
    suffix = Path(request.name).suffix.lower()
    with replacing(folder / request.name) as partial:
        pages = _WRITERS[suffix](run, request, partial, tools)
    return (artifact(folder, request.name, media_type=_MEDIA_TYPES[suffix], piece="", format_id=FORMAT.id, pages=pages),)


def _write_html(run: RunDelivery, request: OutputRequest, target: Path, tools: Tools) -> int:
    from qwen_pipeline.assemble.contact_html import contact_html

    with target.open("w", encoding="utf-8", newline="\n") as handle:
        handle.writelines(contact_html(run, request.name))
    return 1


def _write_pdf(run: RunDelivery, request: OutputRequest, target: Path, tools: Tools) -> int:
    from qwen_pipeline.assemble.contact_pages import contact_pages

    pages = (tools.solve(page) for page in contact_pages(run))
    facts = PdfFacts(_metadata(run), run.generator, _xmp(run, "application/pdf"), bookmarks=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".") as scratch:
        parts = list(write_parts(pages, PdfLook((), "jpeg"), Path(scratch), tools))
        return join(parts, facts, Path(scratch), target)


def _write_png(run: RunDelivery, request: OutputRequest, target: Path, tools: Tools) -> int:
    from qwen_pipeline.assemble.contact_pages import contact_pages
    from qwen_pipeline.assemble.formats.png import PngOptions, encode

    (page,) = contact_pages(run, one_page=True)
    height = round(_PNG_WIDTH_PX * page.canvas.height_pt / page.canvas.width_pt)
    if height > _PNG_MOST_PX:
        message = f"{len(run.entries)} pieces make a picture {height} pixels tall"
        raise SpecError([Diagnostic("picture-too-large", message, request.place or Place(""), "end its name with .pdf or .html")])
    picture = tools.rasterise(tools.solve(page), _PNG_WIDTH_PX)
    frame = Frame(picture.width, picture.height, _PNG_WIDTH_PX / (page.canvas.width_pt / 72))
    encode(picture, target, frame, Origin(_xmp(run, "image/png"), run_record(run)), PngOptions())
    return 1


def _metadata(run: RunDelivery) -> Metadata:
    return Metadata(run.name, "en", subject="Contact sheet")


def _xmp(run: RunDelivery, media_type: str) -> bytes:
    return make_xmp(_metadata(run), run_record(run), IPTC_SOURCE + "composite", media_type=media_type)


_WRITERS = {".pdf": _write_pdf, ".html": _write_html, ".png": _write_png}

FORMAT = Format(
    id="contact_sheet",
    describe="an overview of the whole run: PDF, HTML or PNG",
    media_type="application/pdf",
    suffixes=tuple(_MEDIA_TYPES),
    options=ContactSheetOptions,
    write_run=write_run,
)
