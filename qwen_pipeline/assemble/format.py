"""What a format is, what it is given to write, and how its options are checked before any work."""

from __future__ import annotations

import difflib
import importlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol

from pydantic import BaseModel, ConfigDict, ValidationError

from qwen_pipeline import discover
from qwen_pipeline.dataclass import dataclass
from qwen_pipeline.errors import Diagnostic, SpecError
from qwen_pipeline.types import (
    Artifact,
    EngineInfo,
    Finding,
    LayerSpan,
    OutputRequest,
    Page,
    Piece,
    Place,
    SceneRequest,
    SceneResult,
    TypesetPage,
)

if TYPE_CHECKING:
    from PIL.Image import Image

FORMATS_PACKAGE = "qwen_pipeline.assemble.formats"

ImageMode = Literal["jpeg", "lossless"]
TextMode = Literal["all", "none"]


class WebFont(Protocol):
    """A small TrueType font for files that carry their own. `weight`: 100 to 900."""

    @property
    def family(self) -> str: ...
    @property
    def weight(self) -> int: ...
    @property
    def data(self) -> bytes: ...


class Tools(Protocol):
    """The typesetter's functions, handed in by the pipeline."""

    def solve(self, page: Page) -> TypesetPage:
        """Typeset a page that a format made itself (contact sheets)."""

    def draw(
        self,
        canvas: Any,
        page: TypesetPage,
        *,
        offset: tuple[float, float] = (0.0, 0.0),
        image_mode: ImageMode = "jpeg",
        text: TextMode = "all",
        scene: bool = True,
    ) -> None:
        """Draw on a reportlab canvas. `offset`: the trim's top left corner, in points right and down from the sheet's."""

    def rasterise(
        self, page: TypesetPage, width_px: int, *, bleed: bool = False, text: TextMode = "all", scene: bool = True
    ) -> Image:
        """An RGB picture of the trim (or of the bleed box), `width_px` wide."""

    def rasterise_span(self, page: TypesetPage, span: LayerSpan, width_px: int, *, bleed: bool = False) -> Image:
        """One layer of a page alone, on transparent ground: RGBA, alpha not multiplied in."""

    def picture(self, path: str) -> Image:
        """The pixels of a picture file, upright, in mode L, RGB or RGBA, in sRGB. Shared: never change it."""

    def web_font(self, font_id: str, characters: Iterable[str]) -> WebFont:
        """The font instance `font_id` cut down to `characters`."""

    def first_font(self, page: TypesetPage) -> str:
        """A font registered with reportlab, one of the page's where it has words; without it pages would name Helvetica."""


@dataclass(frozen=True, slots=True)
class DrawnScene:
    """One picture with all it came from. `sources`: for an edit, the pictures before it, the first generated one first."""

    request: SceneRequest
    result: SceneResult
    sources: tuple[SceneRequest, ...] = ()


@dataclass(frozen=True, slots=True)
class Delivery:
    """A finished piece. `pages` may be a lazy sequence: formats go through it once, page by page."""

    piece: Piece
    pages: Sequence[TypesetPage]
    scenes: Mapping[str, DrawnScene]
    """Fingerprint -> picture, for the scenes that the piece's pages show."""
    engine: EngineInfo
    drawn_by: Literal["algorithmic", "neural"]
    """Whether the engine's pictures come from a trained model; decides what the files say about themselves."""
    generator: str = "qwen-pipeline"
    """Our name and version, for the files' metadata."""
    digests: tuple[tuple[str, str], ...] = ()
    """More identities to embed: ("spec", sha256). They must not change while the piece stays the same."""


@dataclass(frozen=True, slots=True)
class SheetEntry:
    """One piece in a contact sheet. `thumbnail`: a picture file; None where the piece failed, and `failure` says why."""

    piece: Piece
    thumbnail: Path | None
    artifacts: tuple[Artifact, ...] = ()
    findings: tuple[Finding, ...] = ()
    failure: str = ""


@dataclass(frozen=True, slots=True)
class RunDelivery:
    """A finished run, for formats that show all of it."""

    name: str
    entries: tuple[SheetEntry, ...]
    generator: str = "qwen-pipeline"


class Options(BaseModel):
    """Base of a format's options: frozen, and unknown ones are errors."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    @property
    def packing(self) -> ImageMode | None:
        """How whole pictures are packed in its pages; None where that cannot begin before a page is set."""
        return None


WritePiece = Callable[[Delivery, OutputRequest, Path, Tools], tuple[Artifact, ...]]
WriteRun = Callable[[RunDelivery, OutputRequest, Path, Tools], tuple[Artifact, ...]]


Check = Callable[[Any, Sequence[Page], Place], Iterable[Diagnostic]]


def _nothing_more(options: Any, pages: Sequence[Page], place: Place) -> Iterable[Diagnostic]:
    return ()


@dataclass(frozen=True, slots=True)
class Format:
    """One output format: the file's name in `formats/` is its id. Exactly one of `write` and `write_run` is set."""

    id: str
    describe: str
    media_type: str
    suffixes: tuple[str, ...]
    """File endings that it writes; the first is the default."""
    options: type[Options]
    page_per_file: bool = False
    write: WritePiece | None = None
    write_run: WriteRun | None = None
    check: Check = _nothing_more
    """What a model of the options cannot see."""

    @property
    def scope(self) -> Literal["piece", "run"]:
        return "piece" if self.write is not None else "run"

    @property
    def suffix(self) -> str:
        return self.suffixes[0]


def format_ids() -> tuple[str, ...]:
    """Ids of all formats, without importing them."""
    return tuple(sorted(_modules()))


def get_format(format_id: str, place: Place | None = None) -> Format:
    """The format called `format_id`; SpecError with the nearest name where there is none."""
    modules = _modules()
    if format_id not in modules:
        raise SpecError([_unknown("unknown-format", f"no format '{format_id}'", format_id, modules, place or Place(""))])
    found: Format = importlib.import_module(modules[format_id]).FORMAT
    if found.id != format_id:
        raise ImportError(f"{modules[format_id]}: FORMAT.id is '{found.id}', but the file is called '{format_id}'")
    return found


def check_options(request: OutputRequest, pages: Sequence[Page] = ()) -> None:
    """SpecError with everything wrong in one output: format, options, and what only shows against the piece's pages."""
    made = get_format(request.format, request.place)
    options = parse_options(made, request)
    place = request.place or Place("")
    problems = [*_wrong_name(made, request, len(pages), place), *made.check(options, pages, place)]
    if problems:
        raise SpecError(problems)


def parse_options(made: Format, request: OutputRequest) -> Any:
    """The request's options as the format's model; SpecError with one diagnostic per wrong option."""
    place = request.place or Place("")
    try:
        return made.options.model_validate(dict(request.options))
    except ValidationError as error:
        raise SpecError(_diagnostic(made, detail, place) for detail in error.errors()) from None


def _modules() -> dict[str, str]:
    return {name.replace("-", "_"): path for name, path in discover.modules(FORMATS_PACKAGE).items()}


def _wrong_name(made: Format, request: OutputRequest, pages: int, place: Place) -> Iterable[Diagnostic]:
    name = request.name
    if not name.lower().endswith(made.suffixes):
        endings = " or ".join(made.suffixes)
        yield Diagnostic("wrong-suffix", f"'{name}' is not a name for {made.id}", place, f"end it with {endings}")
    if made.page_per_file and pages > 1 and "{page}" not in name:
        yield Diagnostic("no-page-in-name", f"{pages} pages would all be called '{name}'", place, "add {page} to the name")
    if not made.page_per_file and "{page}" in name:
        yield Diagnostic("page-in-name", f"{made.id} writes one file, so '{name}' has no page", place, "remove {page}")


def _diagnostic(made: Format, detail: Any, place: Place) -> Diagnostic:
    name = str(detail["loc"][0]) if detail["loc"] else ""
    if detail["type"] == "extra_forbidden":
        return _unknown("unknown-option", f"{made.id} has no option '{name}'", name, made.options.model_fields, place)
    message = detail["msg"].removeprefix("Value error, ")
    subject = f"{made.id}: {name} = {detail['input']!r}: " if name else f"{made.id}: "
    return Diagnostic("bad-option", subject + message, place)


def _unknown(code: str, message: str, name: str, known: Iterable[str], place: Place) -> Diagnostic:
    names = sorted(known)
    close = difflib.get_close_matches(name, names, n=1)
    return Diagnostic(code, message, place, f"did you mean '{close[0]}'?" if close else "there are: " + ", ".join(names))
