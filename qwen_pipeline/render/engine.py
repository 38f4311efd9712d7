"""What an image engine is: the protocol, the rules every engine shares, and how one is found and chosen."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, cast, runtime_checkable

from qwen_pipeline import discover
from qwen_pipeline.dataclass import dataclass
from qwen_pipeline.errors import EngineUnavailable, LicenceRefused, PromptTooLong, RenderError
from qwen_pipeline.types import EngineInfo, Phase, Scene, SceneRequest

from .pace import Pace

if TYPE_CHECKING:
    from PIL import Image

    from .neural.residency import Footprint

ENGINES = "qwen_pipeline.render.engines"


@dataclass(frozen=True, slots=True)
class SceneInputs:
    """The files that a request names by digest: reference pictures, the picture an edit changes, the lettering, adapters."""

    references: tuple[Path, ...] = ()
    source: Path | None = None
    lettering: Path | None = None
    mask: Path | None = None
    adapters: tuple[Path, ...] = ()


class Engine(Protocol):
    """One open engine. It holds whatever it loaded until `close`, which may be called more than once."""

    info: EngineInfo

    def count_tokens(self, text: str) -> int:
        """Prompt tokens of `text`, never fewer for a longer text."""
        ...

    def encode(self, requests: Sequence[SceneRequest], inputs: Sequence[SceneInputs]) -> Mapping[str, Any]:
        """Conditioning of each request, keyed by scene fingerprint; opaque to the caller.

        Raises `PromptTooLong`, or `RenderError` with code `unsupported` for what the engine cannot do.
        """
        ...

    def render(self, request: SceneRequest, conditioning: Any, inputs: SceneInputs) -> Image.Image:
        """The picture: `width_px` x `height_px`, mode RGB, or RGBA where `transparent` is asked for.

        The same request gives the same bytes, whatever was rendered before it.
        """
        ...

    def close(self) -> None: ...


@runtime_checkable
class Relaxing(Protocol):
    """An engine that can go on with less memory. `relax` returns False when there is nothing left to give up."""

    def relax(self) -> bool: ...


@runtime_checkable
class Measuring(Protocol):
    """An engine that measures its memory and names its versions, for the record of each picture."""

    def peak_memory_bytes(self) -> int: ...

    def versions(self) -> tuple[tuple[str, str], ...]: ...

    def mode(self) -> str:
        """How it draws, as `SceneResult.mode` says."""
        ...


OnPhase = Callable[[str, int, int], None]
"""(name, done, total) of a `Phase`; `relax` = it ran out of memory."""


def unheard(phase: str, done: int, total: int) -> None:
    """Where nobody listens."""


@runtime_checkable
class Telling(Protocol):
    """An engine that says how far it is."""

    def tell(self, on_phase: OnPhase) -> None: ...


class EngineModule(Protocol):
    """What a file in `engines/` exposes. It imports without torch and without loading anything, and none of this needs torch."""

    INFO: EngineInfo

    def count_tokens(self, text: str) -> int:
        """Prompt tokens of `text`, or more where that cannot be known without weights."""
        ...

    def info(self, settings: Any, on_phase: OnPhase = unheard) -> EngineInfo:
        """INFO as it is here: with the digest of the weights that would be used, and what they say of themselves.

        `on_phase` hears of `identify` where that takes long.
        """
        ...

    def counter(self, settings: Any) -> Callable[[str], int]:
        """What counts tokens here: the weights' own tokenizer, else `count_tokens`."""
        ...

    def missing(self, settings: Any) -> str:
        """What keeps the engine from running here (a package, a GPU, weights), for people; "" if nothing does."""
        ...

    def fetch(self, settings: Any, scenes: Sequence[Scene] = ()) -> bool:
        """Download the weights that these scenes need and that are missing; without scenes, those that a plan is made with.

        Whether any came. Only ever called because somebody asked for it.
        """
        ...

    def open_engine(self, settings: Any) -> Engine: ...


@runtime_checkable
class Requiring(Protocol):
    """An engine's file that can say of requests, before anything is loaded, that it lacks what they need."""

    def require(self, settings: Any, requests: Sequence[SceneRequest]) -> None:
        """Raises `EngineUnavailable`, with code `weights-missing` where it is weights."""
        ...


@runtime_checkable
class Weighing(Protocol):
    """An engine's file that can say what it takes of a machine, without torch."""

    def footprint(self, settings: Any) -> Footprint: ...


# --- finding and choosing ---------------------------------------------------------------------------------------------


def engine_ids() -> tuple[str, ...]:
    """Ids of the engines installed; nothing is imported."""
    return tuple(discover.modules(ENGINES, separator="-"))


def engine_module(engine_id: str) -> EngineModule:
    """The module of one engine. Raises `EngineUnavailable` for an id that is not there."""
    modules = discover.modules(ENGINES, separator="-")
    if engine_id not in modules:
        near = difflib.get_close_matches(engine_id, modules, 1)
        hint = f"did you mean {near[0]}?" if near else f"installed engines: {', '.join(modules)}"
        raise EngineUnavailable(f"there is no engine {engine_id!r}", hint=hint)
    return cast(EngineModule, discover.load(ENGINES, engine_id, separator="-", what="engine"))


def engine_info(engine_id: str, settings: Any = None, on_phase: Callable[[Phase], None] | None = None) -> EngineInfo:
    """What an engine is on this machine, with the digest of its weights; torch is not imported.

    `on_phase` hears of weights that are read for the first time.
    """
    return engine_module(engine_id).info(settings, *([Pace(on_phase)] if on_phase else []))


def require_engine(engine_id: str, settings: Any, requests: Sequence[SceneRequest]) -> None:
    """Raises `EngineUnavailable` where an engine lacks what it needs to draw these; nothing is loaded."""
    module = engine_module(engine_id)
    if isinstance(module, Requiring):
        module.require(settings, requests)


def token_counter(engine_id: str, settings: Any = None) -> Callable[[str], int]:
    """What counts an engine's prompt tokens on this machine."""
    return engine_module(engine_id).counter(settings)


def choose_engine(wanted: str, usage: str, settings: Any = None) -> tuple[str, str]:
    """(engine id, why) for an id or `auto`, and a usage of `commercial` or `research`.

    `auto` takes the engine with the highest rank that may be used and can run here. Raises `LicenceRefused` for
    weights that `usage` forbids, `EngineUnavailable` for an id that is not there.
    """
    if wanted != "auto":
        info = engine_module(wanted).INFO
        if usage not in info.usages:
            raise LicenceRefused(
                f"{info.id} is licensed for {', '.join(sorted(info.usages))} use ({info.licence}), the spec says usage: {usage}",
                hint="take another engine, or set `usage:` to what the work is for",
            )
        return wanted, "asked for"
    passed_over: list[str] = []
    modules = {engine_id: engine_module(engine_id) for engine_id in engine_ids()}
    for engine_id, module in sorted(modules.items(), key=lambda entry: (-entry[1].INFO.rank, entry[0])):
        reason = f"not for {usage} use" if usage not in module.INFO.usages else module.missing(settings)
        if not reason:
            return engine_id, "; ".join(passed_over) or f"the best engine for {usage} use"
        passed_over.append(f"{engine_id}: {reason}")
    raise EngineUnavailable(f"no engine can run here for {usage} use", hint="; ".join(passed_over))


# --- what every engine refuses ----------------------------------------------------------------------------------------


def check_request(info: EngineInfo, request: SceneRequest, tokens: int) -> None:
    """Refuse what the engine cannot do: capability, size, number of references, prompt length."""
    needed = {
        "edit": request.source is not None,
        "generate": request.source is None,
        "references": bool(request.references),
        "alpha": request.transparent,
        "exact-lettering": request.lettering is not None,
    }
    for capability, asked in needed.items():
        if asked and capability not in info.capabilities:
            can = ", ".join(sorted(info.capabilities))
            raise RenderError(f"{info.id} cannot do {capability!r}; it can do: {can}", code="unsupported")
    if len(request.references) > info.max_references:
        raise RenderError(
            f"{len(request.references)} reference pictures, {info.id} takes {info.max_references}", code="unsupported"
        )
    if tokens > info.prompt_limit_tokens:
        raise PromptTooLong(
            f"the prompt has {tokens} tokens, {info.id} takes {info.prompt_limit_tokens}",
            hint="shorten the subject, the style or the details; nothing is ever cut",
        )
    _check_size(info, request.width_px, request.height_px)


def _check_size(info: EngineInfo, width: int, height: int) -> None:
    if width < 1 or height < 1 or width * height > info.max_area_px:
        raise RenderError(f"{width}x{height} px is outside what {info.id} draws: up to {info.max_area_px} px", code="size")
    if width % info.size_multiple or height % info.size_multiple:
        raise RenderError(f"{width}x{height} px: {info.id} draws multiples of {info.size_multiple}", code="size")
