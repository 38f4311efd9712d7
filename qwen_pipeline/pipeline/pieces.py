"""One piece, from its pictures to its files in the store: typeset, assemble, verify."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import qwen_pipeline
from qwen_pipeline import assemble, typeset, verify
from qwen_pipeline.assemble.images import ImageOptions, frame_for
from qwen_pipeline.assemble.pagerange import pages_in
from qwen_pipeline.dataclass import dataclass
from qwen_pipeline.store import StoredOutput, explained
from qwen_pipeline.types import (
    Artifact,
    Box,
    Ending,
    EngineInfo,
    Finding,
    Item,
    LayerSpan,
    Line,
    OutputRequest,
    Page,
    Piece,
    SceneResult,
    TextItem,
    TextLayer,
    TextOutcome,
    TypesetPage,
)
from qwen_pipeline.typeset.faces import face_name

from .beside import Later, beside
from .garbage import give_back
from .scenes import is_procedural
from .state import WorkState, undated

if TYPE_CHECKING:
    from PIL.Image import Image

_PICTURES = (".png", ".jpg", ".jpeg", ".webp")
_READ_BYTES = 1 << 22
"""At a time: Pillow would ask for 64 KB, and wait for the interpreter after each."""
Made = tuple[Artifact, ...]
Read = Mapping[Path, Callable[[], "Image"]]
"""File -> what waits for its pixels."""


@dataclass(frozen=True, slots=True)
class PieceTask:
    """A piece with its pictures, ready to be set."""

    piece: Piece
    engine: EngineInfo
    scenes: tuple[tuple[str, assemble.DrawnScene], ...] = ()
    endings: tuple[Ending, ...] = ()
    """Of the strings that its pictures were to spell."""

    @property
    def pictures(self) -> dict[str, SceneResult]:
        return {name: drawn.result for name, drawn in self.scenes}


class PieceTools:
    """The typesetter as formats and checks see it: bound to this process's fonts and to a piece's pictures."""

    def __init__(self, state: WorkState, pictures: Mapping[str, SceneResult]) -> None:
        self._state = state
        self._pictures = pictures

    def solve(self, page: Page) -> TypesetPage:
        return self._state.solve(page, self._pictures)

    def draw(self, canvas: Any, page: TypesetPage, **options: Any) -> None:
        typeset.draw(canvas, page, self._state.fonts, **options)

    def rasterise(self, page: TypesetPage, width_px: int, **options: Any) -> Image:
        return typeset.rasterise(page, self._state.fonts, width_px, **options)

    def rasterise_span(self, page: TypesetPage, span: LayerSpan, width_px: int, *, bleed: bool = False) -> Image:
        return typeset.rasterise_span(page, self._state.fonts, span, width_px, bleed=bleed)

    def picture(self, path: str) -> Image:
        return typeset.load_picture(path)

    def web_font(self, font_id: str, characters: Iterable[str]) -> typeset.WebFont:
        return typeset.web_font(self._state.fonts, font_id, characters)

    def first_font(self, page: TypesetPage) -> str:
        fonts = self._state.fonts
        name = page.fonts[0] if page.fonts else fonts.instance("sans", "en", 400, "a")
        return face_name(str(name), fonts)


def make_piece(state: WorkState, task: PieceTask) -> StoredOutput:
    """Make a piece's files, check them, and keep them in the store. Runs in a worker.

    The pictures of a piece of one page are unpacked, drawn and packed in a second thread; of longer ones the pages would be in
    memory twice.
    """
    piece = task.piece
    tools = PieceTools(state, task.pictures)
    aside = beside() if len(piece.pages) == 1 else nullcontext(None)
    with state.store.staging() as folder, explained(folder), undated(), aside as later:
        if later:
            for work in _of_pictures(task):
                later(work)
        pages = tuple(tools.solve(page) for page in piece.pages)
        delivery = assemble.Delivery(
            piece,
            pages,
            dict(task.scenes),
            task.engine,
            "algorithmic" if is_procedural(task.engine) else "neural",
            f"qwen-pipeline {qwen_pipeline.__version__}",
        )
        made, read = _write_all(piece.outputs, partial(_write, state, delivery, folder, tools), folder, later)
        files = tuple(f for request, now in made.items() for f in delivered(piece, request, now, folder))
        artifacts = tuple(artifact for now in made.values() for artifact in now)
        if len(pages) > 1:
            give_back()
        seen_pages = seen(pages, task.endings)
        raster = PageRaster(tools, pages, files, read)
        subject = verify.Subject(piece, seen_pages, raster, files, endings=task.endings, plain_prompts=_plain(task))
        findings = verify.run(subject)
        texts = outcomes(piece, pages, findings, task.endings)
        return state.store.put_output(piece.fingerprint, folder, artifacts, findings, texts)


def _of_pictures(task: PieceTask) -> Iterator[Callable[[], object]]:
    """What can be done with a piece's pictures before its pages are set; the typesetter remembers it."""
    asked = [assemble.parse_options(assemble.get_format(request.format), request) for request in task.piece.outputs]
    packings = {options.packing: None for options in asked if options.packing}
    for picture in task.pictures.values():
        yield partial(typeset.load_picture, picture.path)
        yield from (partial(typeset.pack_picture, picture.path, packing) for packing in packings)


def _plain(task: PieceTask) -> tuple[str, ...]:
    """Pages with a picture, or the picture that it is an edit of, for which no rewritten prompt would do."""
    drawn = dict(task.scenes)
    first = {name: (*drawn[name].sources, drawn[name].request)[0] for name in drawn}
    return tuple(page.id for page in task.piece.pages if any(first[name].enhance is not None for name in page.scenes))


def _write_all(
    requests: Sequence[OutputRequest], write: Callable[[OutputRequest], Made], folder: Path, later: Later | None
) -> tuple[dict[OutputRequest, Made], Read]:
    """The files of every request; and, of the one that the checks look at, its picture, which is read once it is written."""
    pictures = [request for request in requests if later and Path(request.name).suffix in _PICTURES]
    aside: dict[OutputRequest, Callable[[], Made]] = {}
    read: dict[str, Callable[[], Image]] = {}
    for request in pictures:
        assert later is not None
        aside[request] = written = later(partial(write, request))
        if not read and not request.option("bleed", False):
            read[request.name] = later(partial(_read_written, written, folder))
    here = {request: write(request) for request in requests if request not in aside}
    made = {request: here[request] if request in here else aside[request]() for request in requests}
    return made, {folder / made[request][0].path: read[request.name] for request in pictures if request.name in read}


def _read_written(written: Callable[[], Made], folder: Path) -> Image:
    return read_back(folder / written()[0].path)


def read_back(path: Path) -> Image:
    """The pixels of a delivered picture."""
    from PIL import Image as pil

    with pil.open(path) as image:
        image.decodermaxblock = _READ_BYTES
        image.load()
        return image if image.mode == "RGB" else image.convert("RGB")


def _write(
    state: WorkState, delivery: assemble.Delivery, folder: Path, tools: PieceTools, request: OutputRequest
) -> Made:
    """The files that were asked for, signed where the piece is to be."""
    write = assemble.get_format(request.format).write
    assert write is not None
    made = write(delivery, request, folder, tools)
    if delivery.piece.signed:
        made = tuple(assemble.sign(artifact, delivery, folder, state.signatory) for artifact in made)
    return made


def seen(pages: Sequence[TypesetPage], endings: Sequence[Ending]) -> tuple[TypesetPage, ...]:
    """Pages with the strings that pictures spell where they were read: what a reader of the page sees."""
    out = []
    for page in pages:
        boxes = {e.string: e.box for e in endings if e.page == page.id and e.box is not None}
        strings = tuple(replace(s, box=boxes[s.id]) if s.render == "baked" and s.id in boxes else s for s in page.strings)
        items = tuple(_seen_item(item, boxes) for item in page.items)
        out.append(replace(page, strings=strings, items=items))
    return tuple(out)


def _seen_item(item: Item, boxes: Mapping[str, Box]) -> Item:
    """Words in a picture as one line at their place there."""
    if not isinstance(item, TextItem) or item.visible or item.string not in boxes:
        return item
    runs = tuple(run for line in item.lines for run in line.runs)
    return replace(item, lines=(Line("".join(line.text for line in item.lines), boxes[item.string], runs),))


def delivered(piece: Piece, request: OutputRequest, artifacts: Sequence[Artifact], folder: Path) -> tuple[verify.Delivered, ...]:
    """The files made for one request, with the pages that each shows."""
    shown = pages_in(str(request.option("pages", "all")), len(piece.pages))
    if len(artifacts) == len(shown):
        return tuple(verify.Delivered(request, folder / a.path, (n,)) for a, n in zip(artifacts, shown, strict=True))
    return tuple(verify.Delivered(request, folder / a.path, shown) for a in artifacts)


class PageRaster:
    """Pixels of pages for checks: of the delivered picture where there is one, else rasterised. The last one is kept.

    `read`: pictures that are being read already, by file.
    """

    def __init__(
        self, tools: PieceTools, pages: Sequence[TypesetPage], files: Sequence[verify.Delivered], read: Read | None = None
    ) -> None:
        self._tools = tools
        self._pages = pages
        self._read = read or {}
        self._files = {
            file.pages[0]: file.path
            for file in reversed(files)
            if file.path.suffix in _PICTURES and len(file.pages) == 1 and not file.request.option("bleed", False)
        }
        self._last: tuple[int, Image] | None = None

    def __call__(self, page: int, *, text: bool = True, width_px: int | None = None) -> Image:
        if not text:
            solved = self._pages[page]
            return self._tools.rasterise(solved, width_px or _width_px(solved), text="none")
        full = self._full(page)
        if width_px is None or width_px == full.width:
            return full
        return full.resize((width_px, max(1, round(full.height * width_px / full.width))), reducing_gap=2.0)

    def _full(self, page: int) -> Image:
        if self._last is None or self._last[0] != page:
            self._last = None  # before the next one is made: a page of 2K is 17 MB
            self._last = (page, self._make(page))
        return self._last[1]

    def _make(self, page: int) -> Image:
        path = self._files.get(page)
        if path is not None:
            return self._read[path]() if path in self._read else read_back(path)
        solved = self._pages[page]
        return self._tools.rasterise(solved, _width_px(solved))


def _width_px(page: TypesetPage) -> int:
    return frame_for(page.canvas, ImageOptions()).width_px


def outcomes(
    piece: Piece, pages: Sequence[TypesetPage], findings: Sequence[Finding], endings: Sequence[Ending] = ()
) -> tuple[TextOutcome, ...]:
    """How every string of the contract ended."""
    climbed = {(ending.page, ending.string): ending for ending in endings}
    bad = {(f.page, f.string) for f in findings if f.severity == "error" and f.string}
    out = []
    for page, solved in zip(piece.pages, pages, strict=True):
        asked = {layer.id: layer.asked for layer in page.layers if isinstance(layer, TextLayer)}
        for string in solved.strings:
            failed = (page.id, string.id) in bad
            ending = climbed.get((page.id, string.id))
            out.append(
                TextOutcome(
                    piece.id,
                    page.id,
                    string.id,
                    string.locale,
                    string.text,
                    asked.get(string.layer, "overlay"),
                    "failed" if failed else string.render,
                    attempts=ending.attempts if ending else 0,
                    rung=ending.rung if ending else "set",
                    spelling=ending.spelling if ending else "",
                )
            )
    return tuple(out)
