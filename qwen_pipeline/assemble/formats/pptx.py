"""PowerPoint files: a slide a page, every string a text box that can be edited, drawn shapes as shapes."""

from __future__ import annotations

import datetime
import importlib.util
import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from qwen_pipeline.assemble.files import artifact, replacing
from qwen_pipeline.assemble.format import Delivery, Format, ImageMode, Options, Tools, parse_options
from qwen_pipeline.assemble.metadata import PACKAGE_XMP, make_xmp
from qwen_pipeline.assemble.package import write_package
from qwen_pipeline.assemble.pagerange import PageRange, check_range, pages_in
from qwen_pipeline.assemble.record import SourceTypes, make_record
from qwen_pipeline.errors import Diagnostic
from qwen_pipeline.types import Artifact, Canvas, OutputRequest, Page, Place, TypesetPage

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
_MIN_PT, _MAX_PT = 72.0, 4032.0
"""PowerPoint's own limits of a slide's side: 1 and 56 inches."""
_BLANK_LAYOUT = 6
_WHEN = datetime.datetime(2000, 1, 1)
_CONTENT_TYPES = "[Content_Types].xml"
_XMP_TYPE = '<Default Extension="xmp" ContentType="application/rdf+xml"/>'


class PptxOptions(Options):
    """Options of `pptx`."""

    image_mode: ImageMode = "jpeg"
    """`jpeg` (quality 95, 4:4:4) or `lossless`."""
    notes: bool = True
    """Put the speaker's notes under the slides."""
    pages: PageRange = "all"
    """`all`, or numbers and ranges: `1-4, 7`."""


def write(delivery: Delivery, request: OutputRequest, folder: Path, tools: Tools) -> tuple[Artifact, ...]:
    """Write `folder / request.name`. All slides have the size of the first page, as PowerPoint wants it."""
    options: PptxOptions = parse_options(FORMAT, request)
    numbers = pages_in(options.pages, len(delivery.piece.pages))
    sources = SourceTypes(delivery)
    with replacing(folder / request.name) as partial:
        made, first = _slides(delivery, numbers, options, tools, sources)
        xmp = make_xmp(delivery.piece.metadata, make_record(delivery, numbers), sources.value(), media_type=MEDIA_TYPE)
        _set_facts(made, delivery)
        _set_theme_font(made, first, tools)
        write_package(partial, _entries(made, xmp))
    name, piece = request.name, delivery.piece.id
    return (artifact(folder, name, media_type=MEDIA_TYPE, piece=piece, format_id=FORMAT.id, pages=len(numbers)),)


def _slides(
    delivery: Delivery, numbers: Sequence[int], options: PptxOptions, tools: Tools, sources: SourceTypes
) -> tuple[Any, TypesetPage]:
    import pptx

    from qwen_pipeline.assemble.pptx_shapes import emu
    from qwen_pipeline.assemble.pptx_slides import SlideMaker

    made = pptx.Presentation()
    maker = SlideMaker(tools, options.image_mode, delivery.piece.metadata.lang)
    canvas = delivery.piece.pages[numbers[0]].canvas
    made.slide_width, made.slide_height = pptx.util.Emu(emu(canvas.width_pt)), pptx.util.Emu(emu(canvas.height_pt))
    first: TypesetPage | None = None
    for number in numbers:
        page = delivery.pages[number]
        first = first or page
        sources.add(page)
        slide = made.slides.add_slide(made.slide_layouts[_BLANK_LAYOUT])
        for holder in list(slide.placeholders):
            holder._element.getparent().remove(holder._element)
        maker.fill(slide, delivery.piece.pages[number], page, notes=options.notes)
    assert first is not None
    return made, first


def _set_facts(made: Any, delivery: Delivery) -> None:
    meta, facts = delivery.piece.metadata, made.core_properties
    facts.title, facts.author, facts.subject = meta.title, meta.author, meta.subject
    facts.keywords, facts.language = ", ".join(meta.keywords), meta.lang
    facts.last_modified_by = delivery.generator
    facts.created = facts.modified = _WHEN
    facts.revision = 1


def _set_theme_font(made: Any, page: TypesetPage, tools: Tools) -> None:
    """What somebody types beside our strings is set in the same family."""
    from pptx.opc.constants import RELATIONSHIP_TYPE

    if not page.fonts:
        return
    theme = made.slide_masters[0].part.part_related_by(RELATIONSHIP_TYPE.THEME)
    family = tools.web_font(page.fonts[0], "").family
    text = theme.blob.decode()
    theme._blob = re.sub(r'(<a:(?:latin|ea) typeface=")[^"]*(")', rf"\g<1>{family}\g<2>", text).encode()


def _entries(made: Any, xmp: bytes) -> Iterator[tuple[str, bytes, bool]]:
    """The package's files in their own order, then the XMP packet."""
    buffer = io.BytesIO()
    made.save(buffer)
    with zipfile.ZipFile(buffer) as package:
        for name in package.namelist():
            content = package.read(name)
            if name == _CONTENT_TYPES:
                content = re.sub(rb"(<Types[^>]*>)", rb"\g<1>" + _XMP_TYPE.encode(), content, count=1)
            yield name, content, not name.endswith((".png", ".jpg"))
    yield PACKAGE_XMP, xmp, True


def _check(options: PptxOptions, pages: Sequence[Page], place: Place) -> Iterator[Diagnostic]:
    if importlib.util.find_spec("pptx") is None:
        hint = 'pip install "qwen-pipeline[office]"'
        yield Diagnostic("missing-extra", "the format pptx needs the package python-pptx, which is not installed", place, hint)
    if not pages:
        return
    yield from check_range(options.pages, len(pages), place)
    shown = [pages[number].canvas for number in pages_in(options.pages, len(pages))]
    yield from _wrong_sizes(shown, place)


def _wrong_sizes(canvases: Sequence[Canvas], place: Place) -> Iterator[Diagnostic]:
    sizes = {(canvas.width_pt, canvas.height_pt) for canvas in canvases}
    if len(sizes) > 1:
        yield Diagnostic("slides-of-many-sizes", "the pages have different sizes, and all slides of a file have one", place)
    for side in (side for size in sorted(sizes) for side in size):
        if not _MIN_PT <= side <= _MAX_PT:
            message = f"a page is {side / 72:.1f} inches on one side; a slide is 1 to 56"
            yield Diagnostic("slide-size", message, place, "take another canvas, or another format")
            return


FORMAT = Format(
    id="pptx",
    describe="PowerPoint slides with text that can be edited",
    media_type=MEDIA_TYPE,
    suffixes=(".pptx",),
    options=PptxOptions,
    write=write,
    check=_check,
)
