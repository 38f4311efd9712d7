"""What a plan needs from outside the spec: the engine at hand, the formats, and the digests of code and fonts."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from functools import cache, lru_cache
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

import qwen_pipeline
from qwen_pipeline import assemble, render, spec, verify
from qwen_pipeline.dataclass import dataclass
from qwen_pipeline.fingerprint import digest
from qwen_pipeline.plan import FormatTraits, PlanContext
from qwen_pipeline.settings import Settings
from qwen_pipeline.types import EngineInfo, EnhancerInfo, Phase, Region, TextLayer
from qwen_pipeline.types.spec import Batch, FontSpec, Spec
from qwen_pipeline.verify.reader import ReaderInfo

from .order import OnEvent, Order, phase_event, unheard

if TYPE_CHECKING:
    from qwen_pipeline.typeset import Fonts

_PHASES = ("enhanced_words", "enhancing", "following", "guides")
_LADDER = ("areas", "climbing", "ladder", "lettered", "rungs")
_OF_PIPELINE = tuple(f"pipeline/{name}.py" for name in ("pieces", *_PHASES, *_LADDER))
_DECIDING = ("types", "spec", "plan", "typeset", "assemble", "verify", "pictures.py", *_OF_PIPELINE)
"""What decides a piece's bytes, beside its scenes. Engines have versions of their own, which are in their scenes."""
_LIBRARIES = ("babel", "jinja2", "numpy", "pikepdf", "pillow", "pypdfium2", "reportlab", "segno", "uharfbuzz", "uniseg")
FONT_PACKAGE = "justmytype-intl-cjk"


@dataclass(frozen=True, slots=True)
class Bench:
    """An engine chosen for a usage, and why; what counts its tokens here."""

    engine: EngineInfo
    why: str
    count_tokens: Callable[[str], int]
    reader: ReaderInfo | None = None
    """What reads words back from pictures; None where nothing can."""
    enhancers: tuple[EnhancerInfo, ...] = ()
    """What rewrites prompts, where the spec asks for it."""


Said = tuple[str, str, bool]
"""A spec's usage, the model that it names, and whether its prompts are to be rewritten."""


def choose(order: Order, spec_: Spec, settings: Settings, on_event: OnEvent = unheard) -> Bench:
    """The engine: the order's, else the spec's own, else what can run here. Raises LicenceRefused, EngineUnavailable."""
    return choose_for(order.engine, (usage_of(spec_), wanted_model(spec_), is_enhanced(spec_)), settings, on_event)


def choose_for(asked: str, said: Said, settings: Settings, on_event: OnEvent = unheard) -> Bench:
    """As `choose`, from what the order asks for and the spec says."""
    usage, model, enhanced = said
    engine_id, why = render.choose_engine(asked if asked != "auto" else model, usage, settings)
    rewriting = render.choose_enhancers(usage) if enhanced else ()
    if settings.download:
        render.engine_module(engine_id).fetch(settings)
        for enhancer_id in rewriting:
            render.enhancer_module(enhancer_id).fetch(settings)
    counter = render.token_counter(engine_id, settings)

    def on_phase(phase: Phase) -> None:
        on_event(phase_event(phase))

    info = render.engine_info(engine_id, settings, on_phase)
    enhancers = tuple(render.enhancer_info(enhancer_id, settings, on_phase) for enhancer_id in rewriting)
    return Bench(info, why, counter, reader_at_hand(), enhancers)


def reader_at_hand() -> ReaderInfo | None:
    """The first reader that can run here, the one that the figures are for before others."""
    for reader_id in sorted(verify.reader_ids(), key=lambda i: (i != "rapidocr", i)):
        module = verify.reader_module(reader_id)
        if not module.missing():
            return module.INFO
    return None


def usage_of(spec_: Spec) -> str:
    return spec_.document.usage


def wanted_model(spec_: Spec) -> str:
    """`generate.model` of the spec, or of a batch's template."""
    document = spec_.document
    if document.generate is not None and document.generate.model != "auto":
        return document.generate.model
    if isinstance(document, Batch) and spec_.template is not None:
        return wanted_model(spec_.template)
    return "auto"


def is_enhanced(spec_: Spec) -> bool:
    """`generate.enhance` of the spec, or of a batch's template."""
    document = spec_.document
    if document.generate is not None or spec_.template is None:
        return document.generate is not None and document.generate.enhance is not None
    return is_enhanced(spec_.template)


def plan_context(order: Order, bench: Bench, *, identified: bool = True) -> PlanContext:
    """What the plan stage is handed. Not `identified`: for a plan that is only looked at, without digests of code and fonts."""
    return PlanContext(
        engine=bench.engine,
        count_tokens=bench.count_tokens,
        code_digest=code_digest() if identified else "",
        fonts_digest=fonts_digest() if identified else "",
        templates=templates_of(order),
        formats=format_traits(),
        reader=f"{bench.reader.id} {bench.reader.version}" if bench.reader else "",
        locales=order.locales,
        select=order.select,
        flow=flow_text,
        enhancers=bench.enhancers,
    )


def flow_text(
    families: tuple[tuple[str, FontSpec], ...], layers: Sequence[TextLayer], first: Region, further: Region
) -> tuple[tuple[TextLayer, ...], ...]:
    """Texts divided among pages by the typesetter, in the fonts of a brand."""
    from qwen_pipeline import typeset

    return typeset.paginate(layers, first, further, _fonts(families))


@lru_cache(maxsize=4)
def _fonts(families: tuple[tuple[str, FontSpec], ...]) -> Fonts:
    from qwen_pipeline import typeset

    return typeset.Fonts(dict(families))


def templates_of(order: Order) -> Path:
    return order.templates or spec.templates_dir()


@cache
def format_traits() -> dict[str, FormatTraits]:
    """What names depend on, of every format."""
    formats = [assemble.get_format(format_id) for format_id in assemble.format_ids()]
    return {f.id: FormatTraits(f.suffix, f.page_per_file, f.scope == "run") for f in formats}


@cache
def code_digest() -> str:
    """Digest of our code that decides a piece's bytes, and of the libraries that do."""
    root = Path(qwen_pipeline.__file__).parent
    found = hashlib.sha256()
    for part in _DECIDING:
        path = root / part
        for file in [path] if path.is_file() else _files(path):
            found.update(f"{file.relative_to(root).as_posix()}\0".encode() + file.read_bytes() + b"\0")
    return digest([found.hexdigest(), library_versions()])


def _files(folder: Path) -> Iterator[Path]:
    """Every file of a folder but compiled ones, in the order of their names. `Path.rglob` would ask for each what it is."""
    for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
        if entry.is_file():
            yield Path(entry.path)
        elif entry.name != "__pycache__":
            yield from _files(Path(entry.path))


@cache
def library_versions() -> tuple[tuple[str, str], ...]:
    """(distribution, version) of the libraries that decide bytes."""
    return tuple((name, metadata.version(name)) for name in _LIBRARIES)


@cache
def fonts_digest() -> str:
    """Digest of the built-in fonts: they come from one pinned package."""
    return digest([FONT_PACKAGE, metadata.version(FONT_PACKAGE)])
