"""From an order to delivered files: the one place that knows the order of the stages."""

from __future__ import annotations

import os
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from qwen_pipeline.errors import Refused, RenderError
from qwen_pipeline.fingerprint import digest
from qwen_pipeline.settings import Settings
from qwen_pipeline.store import FileStamp, OutRecord, StoredOutput, explained, open_store, sweep_partials
from qwen_pipeline.types import Failure, Manifest, Piece

from .bench import Said, choose_for, code_digest, fonts_digest, is_enhanced, usage_of, wanted_model
from .beside import unpacking
from .deliver import OWN_FILES, PROMPTS, WAITING, Shelf
from .ledger import logged
from .order import Event, OnEvent, Order, unheard
from .plans import Planned, make_plan
from .report import findings_json, make_manifest, manifest_json, portable, prompt_text, read_manifest
from .review import Gate, lock_path, read_decisions, spec_of

if TYPE_CHECKING:
    from .run import Run


def build(
    order: Order, out: Path, settings: Settings, on_event: OnEvent = unheard, *, lost: tuple[Failure, ...] = ()
) -> Manifest:
    """Make everything that an order asks for and put it into `out`; what is there and unchanged is left alone.

    `lost`: pieces that an orchestrator has tried often enough; they are not tried again.

    Raises SpecError, Refused and EngineUnavailable before any work. What goes wrong later is in the manifest: a piece that
    fails does not stop the others, and one that a check refuses lies under `out/rejected`.
    """
    store = open_store(settings)
    out = out.absolute()

    def waiting() -> None:
        on_event(Event("wait", message=f"another build is writing to {out}; waiting for it"))

    with store.lock("out", str(out.resolve()), waiting):
        started = time.time_ns()
        before = store.out_record(out)
        same = _unchanged(order, settings, out, before, on_event)
        if same is not None:
            on_event(Event("pieces", len(same.pieces), len(same.pieces), "", "cached"))
            return same
        planned = make_plan(order, settings, on_event)
        for notice in planned.plan.notices:
            on_event(Event("notice", message=notice))
        with unpacking(planned.plan, store):
            from .run import Run  # with all that draws

            run = Run(planned, settings, store, Shelf(out, store, _known(before)), on_event, gate=_gate(planned, before))
            run.require_engine()
            return _build_planned(run, before, started, lost)


def _build_planned(run: Run, before: OutRecord | None, started: int, lost: tuple[Failure, ...]) -> Manifest:
    planned, store, shelf = run.planned, run.store, run.shelf
    assert shelf is not None
    out = shelf.out
    _refuse_own_inputs(planned, out)
    run.on_event(Event("plan", len(planned.plan.pieces), len(planned.plan.pieces)))
    with explained(out, "read"):
        sweep_partials(out)
    store.sweep()
    with logged(store, planned, out) as result:
        missing = run.without(run.take_stored(), lost)
        if missing:
            with run.pool(missing) as pool:
                run.make(run.draw(missing, pool), pool)
        manifest = close(run, shelf, before)
        _remember(run, shelf, started)
        result["exit_code"] = manifest.exit_code
    return manifest


def _refuse_own_inputs(planned: Planned, out: Path) -> None:
    """Nothing that a build reads may be what it writes: a picture would be lost, and the next build another one."""
    root = os.path.realpath(out)
    read = {os.path.normcase(path) for path in planned.inputs[0]}
    names = [request.name for piece in planned.plan.pieces for request in piece.outputs]
    names += [request.name for request in planned.plan.run_outputs] + list(OWN_FILES)
    for name in names:
        if os.path.normcase(os.path.join(root, name)) in read:
            message = f"the output {name!r} would replace a file that this spec is made of"
            raise Refused(message, hint="choose another name, or another folder with --out", code="overwrites-input")


def close(run: Run, shelf: Shelf, before: OutRecord | None) -> Manifest:
    """Outputs of the whole run, then what the folder says about itself."""
    from .enhancing import known
    from .sheets import make_run_outputs

    run_artifacts = make_run_outputs(run, shelf)
    _, inputs = run.planned.inputs
    records = {piece: stored.record for piece, stored in run.made.items()}
    failures = [portable(failure, run.planned) for failure in run.plan.failures]
    failures += [run.failures[piece.id] for piece in run.plan.pieces if piece.id in run.failures]
    assert run.gate is not None
    manifest = make_manifest(run.plan, records, failures, run_artifacts, inputs, run.gate.states)
    if run.gate.waiting():
        from .review_sheet import review_sheet

        shelf.put_text(f"{WAITING}/index.html", review_sheet(run).encode())
    rewritten = known(run.plan.scenes, run.store, run.planned.bench.count_tokens, run.plan.engine.prompt_limit_tokens)
    for scene in run.plan.scenes:
        words = rewritten[scene.fingerprint].prompt if scene.fingerprint in rewritten else ""
        shelf.put_text(f"{PROMPTS}/{scene.fingerprint[:16]}.txt", prompt_text(scene, run.plan.engine, words).encode())
    shelf.put_text("findings.json", findings_json(manifest.findings))
    shelf.put_text("manifest.json", manifest_json(manifest))
    if before and before.spec == str(run.planned.order.spec.resolve()):
        if run.planned.order.whole:
            shelf.clear_stale()
        else:
            shelf.keep_rest()
    return replace(manifest, rendered=run.rendered, written=shelf.written)


def _gate(planned: Planned, before: OutRecord | None) -> Gate:
    """The person in the loop, as the spec and the file beside it have it."""
    spec = planned.order.spec
    asked = dict(before.asked) if before else {}

    def alike(piece: Piece, stored: StoredOutput) -> bool:
        from . import goldens  # with numpy; most builds compare nothing

        return goldens.alike(goldens.goldens_path(spec), piece, stored)

    return Gate(spec_of(planned), read_decisions(lock_path(spec)), asked, time.time(), alike)


# --- an unchanged build -----------------------------------------------------------------------------------------------


def _key(order: Order, said: Said, settings: Settings, on_event: OnEvent) -> str:
    """Digest of all that decides a build beside the files it reads."""
    bench = choose_for(order.engine, said, settings, on_event)
    folders = [path and str(path.resolve()) for path in (order.spec, order.assets, order.templates)]
    models = (bench.engine, *bench.enhancers)
    return digest([folders, order.locales, order.select, order.overrides, *models, code_digest(), fonts_digest()])


def unchanged(order: Order, out: Path, settings: Settings) -> Manifest | None:
    """The manifest of the last build into `out`, where another one would do nothing; no plan is made."""
    out = out.absolute()
    return _unchanged(order, settings, out, open_store(settings).out_record(out))


def _unchanged(
    order: Order, settings: Settings, out: Path, before: OutRecord | None, on_event: OnEvent = unheard
) -> Manifest | None:
    """The last manifest, where no file that was read and none that was written has been touched since."""
    if before is None:
        return None
    try:
        if before.key != _key(order, (before.usage, before.model, before.enhanced), settings, on_event):
            return None
    except (Refused, RenderError):  # for what the spec said then; what it says now is seen when it is read
        return None
    folder = str(out.resolve())
    if not all(stamp.unchanged() for stamp in before.inputs) or not all(stamp.unchanged(folder) for stamp in before.files):
        return None
    return read_manifest((out / "manifest.json").read_bytes())


def _remember(run: Run, shelf: Shelf, started: int) -> None:
    """Keep what was read and written, so that the next build can see that nothing has changed.

    Nothing is kept of a run with failures, or with pieces that wait for a person: the next one is to try again.
    """
    planned, order = run.planned, run.planned.order
    usage, model, enhanced = said = usage_of(planned.spec), wanted_model(planned.spec), is_enhanced(planned.spec)
    paths, _ = planned.inputs
    decided = lock_path(order.spec)
    stamps = [FileStamp.of(path) for path in (*paths, *([decided.resolve()] if decided.is_file() else []))]
    # A file changed while we worked may not be what we read: a stamp that never fits makes the next build look again.
    inputs = tuple(stamp if stamp.settled(started) else replace(stamp, size=-1) for stamp in stamps)
    assert run.gate is not None
    settled = not run.failures and not run.gate.waiting()
    key = _key(order, said, run.settings, run.on_event) if settled else ""
    files = tuple(shelf.stamps.values())
    waiting = {p.fingerprint for p in planned.plan.pieces if p.id in run.gate.waiting()}
    asked = tuple(sorted((name, run.gate.asked.get(name, run.gate.now)) for name in waiting))
    run.store.put_out_record(shelf.out, OutRecord(key, str(order.spec.resolve()), usage, model, inputs, files, asked, enhanced))


def _known(before: OutRecord | None) -> dict[str, FileStamp]:
    return {stamp.path: stamp for stamp in before.files} if before else {}
