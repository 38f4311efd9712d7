"""Plans of small specs written to a folder, with the draft engine's figures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from qwen_pipeline.plan import PlanContext, make
from qwen_pipeline.plan.names import FormatTraits
from qwen_pipeline.spec import load, templates_dir
from qwen_pipeline.types import EngineInfo, Layer, Page, Piece, Plan, TextLayer

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
ENGINE = EngineInfo(
    id="draft",
    version="1",
    licence="Apache-2.0",
    usages=frozenset({"commercial", "research"}),
    capabilities=frozenset({"generate", "edit", "references", "alpha", "hints", "exact-lettering"}),
    native_sizes=(),
    size_multiple=1,
    max_area_px=4_000_000,
    prompt_limit_tokens=4096,
    max_references=10,
)
FORMATS = {
    "pdf": FormatTraits(".pdf"),
    "png": FormatTraits(".png", file_per_page=True),
    "contact_sheet": FormatTraits(".pdf", run=True),
}


def context(**changes: Any) -> PlanContext:
    """A context with the draft engine; `engine` may be a mapping of changes to it."""
    engine = changes.pop("engine", {})
    made = PlanContext(
        engine=replace(ENGINE, **engine),
        count_tokens=lambda text: len(text.split()),
        code_digest="code",
        fonts_digest="fonts",
        templates=templates_dir(),
        formats=FORMATS,
    )
    return replace(made, **changes)


def write(folder: Path, files: Mapping[str, str | bytes]) -> None:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())


def plan(
    folder: Path, text: str, files: Mapping[str, str | bytes] | None = None, *, overrides: Iterable[str] = (), **changes: Any
) -> Plan:
    """The plan of the spec `text`, written to `folder` with `files` beside it."""
    write(folder, {**(files or {}), "spec.yaml": text})
    return make(load(folder / "spec.yaml", overrides=overrides), context(**changes))


def example(name: str, **changes: Any) -> Plan:
    """The plan of an example's spec, by its path under `examples/`."""
    return make(load(EXAMPLES / name), context(**changes))


def only(plan_: Plan) -> Piece:
    (piece,) = plan_.pieces
    return piece


def layer(page: Page, id: str) -> Layer:
    """The layer `id`, or the first entry of a repeated one."""
    return next(found for found in page.layers if found.id in (id, f"{id}-1"))


def texts(page: Page, id: str) -> tuple[str, ...]:
    """The words of a text layer, a language each."""
    found = layer(page, id)
    assert isinstance(found, TextLayer)
    return tuple(part.text for part in found.parts)


def text(page: Page, id: str) -> str:
    (found,) = texts(page, id)
    return found


def has(page: Page, id: str) -> bool:
    return any(found.id == id for found in page.layers)
