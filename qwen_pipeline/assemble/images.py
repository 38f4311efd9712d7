"""Image sets: one file a page, in exact pixels, that know their size in print, their colour space and their origin."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field, model_validator

from qwen_pipeline.dataclass import dataclass
from qwen_pipeline.errors import Diagnostic, QwenPipelineError
from qwen_pipeline.types import Artifact, Canvas, OutputRequest, Page, Place

from .format import Delivery, Format, Options, Tools, parse_options
from .metadata import make_xmp
from .page_files import write_pages
from .pagerange import PageRange, check_range, pages_in
from .record import SourceTypes, make_record

if TYPE_CHECKING:
    from PIL.Image import Image

DEFAULT_LONG_SIDE_PX = 2048
Pixels = Annotated[int, Field(ge=16, le=16384)]
_MAX_PIXELS = 144_000_000


class ImageOptions(Options):
    """Options of all image formats. `width`, `height` or `dpi` sets the size; else the canvas's own pixels, or 2048."""

    width: Pixels | None = None
    """Pixels, of the trim."""
    height: Pixels | None = None
    dpi: Annotated[float, Field(ge=18, le=2400)] | None = None
    """Pixels an inch of the trim."""
    bleed: bool = False
    """Show the bleed too; `width` and `height` then count it."""
    pages: PageRange = "all"
    """`all`, or numbers and ranges: `1-4, 7`."""

    @model_validator(mode="after")
    def _check_one_size(self) -> ImageOptions:
        given = [name for name in ("width", "height", "dpi") if getattr(self, name) is not None]
        if len(given) > 1:
            raise ValueError(f"{' and '.join(given)} all set the size: keep one")
        return self


@dataclass(frozen=True, slots=True)
class Frame:
    """The pixel size of a page and its resolution in print."""

    width_px: int
    height_px: int
    dpi: float


@dataclass(frozen=True, slots=True)
class Origin:
    """What a picture file says about itself: the XMP packet, and the record as data."""

    xmp: bytes
    record: dict[str, Any]


Encode = Callable[["Image", Path, Frame, Origin, Any], None]
"""(picture, path, frame, origin, options): write one file."""


def frame_for(canvas: Canvas, options: ImageOptions) -> Frame:
    """Pixel size of a page, and its resolution in print."""
    box = canvas.bleed_box if options.bleed else canvas.trim
    width, height = _size(canvas, options, box.w_pt, box.h_pt)
    return Frame(width, height, width / (box.w_pt / 72))


def check_images(options: ImageOptions, pages: Sequence[Page], place: Place) -> Iterator[Diagnostic]:
    """Diagnostics for pages that do not exist and pictures over 144 megapixels."""
    if not pages:
        return
    yield from check_range(options.pages, len(pages), place)
    for number in pages_in(options.pages, len(pages)):
        frame = frame_for(pages[number].canvas, options)
        if frame.width_px * frame.height_px > _MAX_PIXELS:
            size = f"{frame.width_px} x {frame.height_px} pixels"
            hint = "ask for fewer pixels, or for a PDF"
            yield Diagnostic("picture-too-large", f"page {pages[number].id} would be a picture of {size}", place, hint)
            return


def write_set(
    made: Format, encode: Encode, delivery: Delivery, request: OutputRequest, folder: Path, tools: Tools
) -> tuple[Artifact, ...]:
    """One file for each page that the request asks for."""
    options = parse_options(made, request)

    def write_page(number: int, path: Path) -> None:
        frame, picture, source_type = _picture(delivery, number, options, tools)
        record = make_record(delivery, (number,))
        origin = Origin(make_xmp(delivery.piece.metadata, record, source_type, media_type=made.media_type), record)
        encode(picture, path, frame, origin, options)

    return write_pages(made, delivery, request, folder, pages_in(options.pages, len(delivery.piece.pages)), write_page)


def _picture(delivery: Delivery, number: int, options: ImageOptions, tools: Tools) -> tuple[Frame, Image, str]:
    page = delivery.pages[number]
    frame = frame_for(page.canvas, options)
    picture = tools.rasterise(page, frame.width_px, bleed=options.bleed)
    if picture.width != frame.width_px or abs(picture.height - frame.height_px) > 1:
        raise QwenPipelineError(f"page {page.id} came out as {picture.size}, not {frame.width_px} x {frame.height_px}")
    if picture.height != frame.height_px:
        picture = picture.resize((frame.width_px, frame.height_px))
    sources = SourceTypes(delivery)
    sources.add(page)
    return frame, picture, sources.value()


def _size(canvas: Canvas, options: ImageOptions, width_pt: float, height_pt: float) -> tuple[int, int]:
    if options.width is not None:
        return options.width, round(options.width * height_pt / width_pt)
    if options.height is not None:
        return round(options.height * width_pt / height_pt), options.height
    if options.dpi is not None:
        scale = options.dpi / 72
    elif canvas.width_px is not None:
        scale = canvas.width_px / canvas.width_pt
    else:
        scale = DEFAULT_LONG_SIDE_PX / max(width_pt, height_pt)
    return round(width_pt * scale), round(height_pt * scale)
