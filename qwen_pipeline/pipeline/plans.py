"""Order -> Spec -> Plan, with everything checked that can be before any work."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cached_property
from pathlib import Path

from qwen_pipeline import assemble, render, spec, verify
from qwen_pipeline.dataclass import dataclass
from qwen_pipeline.errors import Diagnostic, SpecError
from qwen_pipeline.plan import make
from qwen_pipeline.settings import Settings
from qwen_pipeline.types import ImageLayer, InputFile, OutputRequest, Page, Piece, Place, Plan
from qwen_pipeline.types.spec import FontSpec, Spec

from .bench import Bench, choose, plan_context, templates_of
from .deliver import OWN_NAMES
from .garbage import uncollected
from .order import OnEvent, Order, unheard
from .state import signatory
from .typefaces import with_families

TEMPLATES = "templates/"
"""How the names of inputs begin that come from the library of kinds, layouts and styles."""
ASSETS = "assets/"
"""How the names of inputs begin that were found in `--assets`, outside of the spec's folder."""


@dataclass(frozen=True)
class Planned:
    """A plan with what it came from."""

    order: Order
    spec: Spec
    bench: Bench
    plan: Plan

    @property
    def families(self) -> tuple[tuple[str, FontSpec], ...]:
        """The brand's fonts."""
        theme = (self.spec.template or self.spec).theme
        return tuple(theme.fonts.items()) if theme else ()

    @property
    def retries(self) -> int:
        run = getattr(self.spec.document, "run", None)
        return run.retries if run else 0

    @cached_property
    def inputs(self) -> tuple[tuple[Path, ...], tuple[InputFile, ...]]:
        """(files and folders that the plan depends on, absolute; the files as they are named in the manifest).

        Of the templates every file and folder counts, because a new one may change what a spec means.
        """
        folder, library = Path(self.spec.folder), templates_of(self.order)
        named = {(_where(entry.path, folder, library)).resolve(): entry for entry in self.plan.inputs}
        for path, digest in asset_files(self.plan.pieces, self.plan).items():
            named.setdefault(Path(path).resolve(), InputFile(os.path.relpath(path, folder), digest))
        stamped = dict.fromkeys([*named, library, *library.rglob("*")])
        entries = (_from_assets(path, entry, self.order.assets) for path, entry in named.items())
        return tuple(stamped), tuple(sorted(entries, key=lambda entry: entry.path))


def load(order: Order) -> Spec:
    """The validated spec of an order. Raises SpecError."""
    return spec.load(order.spec, templates=order.templates, overrides=order.overrides, assets_dir=order.assets)


def make_plan(order: Order, settings: Settings, on_event: OnEvent = unheard, *, identified: bool = True) -> Planned:
    """The plan of an order, with its outputs and checks checked. Raises SpecError, Refused, EngineUnavailable.

    Not `identified`: the fingerprints of its pieces say nothing of code and fonts, and no piece can be looked up by them.
    """
    with uncollected():
        loaded = with_families(load(order), settings.fonts)
        bench = choose(order, loaded, settings, on_event)
        made = make(loaded, plan_context(order, bench, identified=identified))
        if settings.download and render.engine_module(bench.engine.id).fetch(settings, made.scenes):
            return make_plan(order, settings, on_event, identified=identified)  # its pictures are named by the weights that came
        problems = [*_wrong_outputs(made), *_wrong_checks(made, loaded)]
    if problems:
        raise SpecError(problems)
    if any(piece.signed for piece in made.pieces):
        assemble.check_signatory(signatory(settings))
    notices = (*made.notices, *([f"engine {bench.engine.id}: {bench.why}"] if order.engine == "auto" else []))
    return Planned(order, loaded, bench, replace(made, notices=notices))


def _wrong_outputs(made: Plan) -> Iterator[Diagnostic]:
    seen = set()
    for request, pages in _requests(made):
        key = (
            request.format,
            request.options,
            os.path.splitext(request.name)[1],
            "{page}" in request.name,
            len(pages),
            request.place,
        )
        if request.name.split("/", 1)[0] in OWN_NAMES:
            hint = f"a build keeps its own files there; call it otherwise than {', '.join(OWN_NAMES)}"
            yield Diagnostic(
                "reserved-name", f"no output can be called '{request.name}'", request.place or Place(made.name), hint
            )
        if key in seen:
            continue
        seen.add(key)
        try:
            assemble.check_options(request, pages)
        except SpecError as error:
            yield from error.diagnostics


def _requests(made: Plan) -> Iterator[tuple[OutputRequest, tuple[Page, ...]]]:
    for piece in made.pieces:
        for request in piece.outputs:
            yield request, piece.pages
    for request in made.run_outputs:
        yield request, ()


def _wrong_checks(made: Plan, loaded: Spec) -> Iterator[Diagnostic]:
    for rule in {rule for piece in made.pieces for rule in piece.checks}:
        try:
            verify.check_rules([rule], loaded.place(f"checks.{rule.id}"))
        except SpecError as error:
            yield from error.diagnostics


def asset_files(pieces: Iterable[Piece], made: Plan) -> dict[str, str]:
    """Absolute path -> sha256 of every picture file that pages show or pictures refer to."""
    found = {
        layer.path: layer.digest for p in pieces for page in p.pages for layer in page.layers if isinstance(layer, ImageLayer)
    }
    for scene in made.scenes:
        digests = [name for name in scene.request.references if ":" not in name]
        found.update(zip(scene.reference_paths, digests, strict=False))
    return found


def _from_assets(path: Path, entry: InputFile, assets: Path | None) -> InputFile:
    """What lies outside the spec's folder is named from `--assets`: the way there is the machine's business."""
    if assets is None or not entry.path.startswith("..") or not path.is_relative_to(assets.resolve()):
        return entry
    return replace(entry, path=ASSETS + path.relative_to(assets.resolve()).as_posix())


def _where(name: str, folder: Path, library: Path) -> Path:
    """The file that an input's name stands for: beside the spec, or `templates/...` of the library."""
    inside = name.removeprefix(TEMPLATES)
    return library / inside if inside != name and (library / inside).is_file() else folder / name
