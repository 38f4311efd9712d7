"""Evaluating an engine: draw a set of briefs, read the pictures back, count what they spell.

The prompts are given to the engine as they stand: this measures the engine, and not what we make of it.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import field, replace
from functools import partial
from pathlib import Path

from qwen_pipeline import render, verify
from qwen_pipeline.dataclass import dataclass
from qwen_pipeline.fingerprint import digest, scene_fingerprint
from qwen_pipeline.plan.scenes import derive_seed
from qwen_pipeline.settings import Settings
from qwen_pipeline.store import explained, open_store
from qwen_pipeline.types import EngineInfo, ExpectedString, Failure, PictureReading, Scene, SceneRequest, SceneResult
from qwen_pipeline.verify.metrics import Tally, score

from . import scenes
from .bench import reader_at_hand
from .briefs import Brief, BriefSet, read_set
from .failures import failure_of
from .lettered import LookTask, open_picture, read_picture_file
from .order import Event, OnEvent, unheard
from .rungs import spaced
from .state import WorkSetup, WorkState, make_state
from .together import engine_held
from .workers import Pool, worker_count

SIDE_PX = 1024
"""Of a picture, for engines that draw any size and where none is asked for."""


@dataclass(frozen=True, slots=True)
class Trial:
    """What to evaluate. `limit`: only so many briefs of each set, spread evenly over it, so that every category is there.

    `size`: in pixels, None = the engine's squarest.
    """

    sets: tuple[Path, ...]
    engine: str = "auto"
    usage: str = "research"
    limit: int | None = None
    seed: int = 0
    size: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Judged:
    """One brief. `picture`: its file, relative to the output folder, "" where it could not be drawn and `failure` says why.

    `found`: what was read in the place of each string; `read`: everything read, line by line; `extra`: of that, the lines that
    nobody asked for.
    """

    brief: Brief
    fingerprint: str
    picture: str = ""
    found: tuple[str, ...] = ()
    read: str = ""
    extra: tuple[str, ...] = ()
    tally: Tally = field(default_factory=Tally)
    failure: str = ""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """`groups`: (language, category) -> counts, "" for all; only of briefs that ask for words."""

    engine: str
    engine_version: str
    reader: str
    size: tuple[int, int]
    seed: int
    judged: tuple[Judged, ...]
    groups: tuple[tuple[tuple[str, str], Tally], ...]
    rendered: int = 0

    @property
    def failed(self) -> int:
        return sum(bool(judged.failure) for judged in self.judged)


def evaluate(trial: Trial, out: Path, settings: Settings, on_event: OnEvent = unheard) -> Evaluation:
    """Draw, read and count; pictures and reports go into `out`. What was drawn or read before is not done again.

    Raises SpecError for sets that are wrong, LicenceRefused, EngineUnavailable, or ReaderUnavailable where words are asked for
    and nothing can read them. A picture that cannot be drawn spells nothing, and is named.
    """
    sets = _named_apart(read_set(path, trial.limit) for path in trial.sets)
    engine_id, _ = render.choose_engine(trial.engine, trial.usage, settings)
    module = render.engine_module(engine_id)
    info = module.INFO
    reader = _reader(sets)
    size = trial.size or _size(info)
    wanted = {(s.name, brief.id): _scene(brief, info, trial.seed, size, module.count_tokens) for s in sets for brief in s.briefs}
    setup = WorkSetup(open_store(settings).root, engine_id, settings, reader=reader.id if reader else "")
    with Pool(partial(make_state, setup), worker_count(settings.workers, len(wanted))) as pool:
        drawn = _draw(tuple({s.fingerprint: s for s in wanted.values()}.values()), info, pool, make_state(setup), on_event)
        judged = _judge(sets, wanted, drawn, pool, on_event)
    placed = tuple(_deliver(one, kind, drawn, out) for one, kind in judged)
    rendered = sum(isinstance(o, SceneResult) and not o.cached for o in drawn.values())
    read_by = reader.version if reader else ""
    made = Evaluation(info.id, info.version, read_by, size, trial.seed, placed, groups_of(placed), rendered)
    from .evaluation_report import write_reports

    write_reports(made, out)
    return made


def _named_apart(sets: Iterable[BriefSet]) -> list[BriefSet]:
    """Sets of one name, from several folders, with the number of their turn."""
    out: list[BriefSet] = []
    for one in sets:
        turn = sum(other.name.partition("~")[0] == one.name for other in out)
        name = f"{one.name}~{turn + 1}" if turn else one.name
        out.append(replace(one, name=name, briefs=tuple(replace(brief, set=name) for brief in one.briefs)))
    return out


def _reader(sets: Iterable[BriefSet]) -> verify.reader.ReaderInfo | None:
    if not any(brief.texts for s in sets for brief in s.briefs):
        return None
    found = reader_at_hand()
    if found is None:
        verify.open_reader()  # says what is missing
    return found


def _size(info: EngineInfo) -> tuple[int, int]:
    """The engine's native size that is nearest to a square, the larger of two alike; else a square of `SIDE_PX`."""
    if info.native_sizes:
        return min(info.native_sizes, key=lambda s: (max(s) / min(s), -s[0] * s[1]))
    side = SIDE_PX // info.size_multiple * info.size_multiple
    return side, side


def _scene(brief: Brief, info: EngineInfo, seed: int, size: tuple[int, int], count_tokens: Callable[[str], int]) -> Scene:
    request = SceneRequest(
        engine=info.id,
        engine_version=info.version,
        weights_digest=info.weights_digest,
        dtype=info.dtype,
        prompt=brief.prompt,
        negative_prompt="",
        width_px=size[0],
        height_px=size[1],
        seed=derive_seed(seed, "evaluate", brief.set, brief.id),
        num_inference_steps=info.num_inference_steps,
        true_cfg_scale=info.true_cfg_scale,
        sigmas=info.sigmas,
    )
    name = f"{brief.set}/{brief.id}"
    tokens = count_tokens(brief.prompt)
    return Scene(scene_fingerprint(request), request, tokens=tokens, used_by=(name,), strings=brief.texts)


def _draw(wanted: Sequence[Scene], info: EngineInfo, pool: Pool, state: WorkState, on_event: OnEvent) -> scenes.Drawn:
    with engine_held(not scenes.is_procedural(info), state, partial(scenes.say_waiting, on_event)):
        return scenes.draw(wanted, info, pool, state, on_event)


# --- reading and counting ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class BriefTask:
    """A picture to read for a brief. `number` is the caller's."""

    path: str
    digest: str
    texts: tuple[str, ...]
    language: str
    number: int


def read_brief(state: WorkState, task: BriefTask) -> tuple[tuple[str, ...], str, tuple[str, ...]]:
    """(read in the place of each string, everything read line by line, lines nobody asked for). Runs in a worker."""
    expected = tuple(ExpectedString(str(n), text, task.language) for n, text in enumerate(task.texts))
    reading = read_picture_file(state, LookTask(task.path, task.digest, expected, task.number))
    key = digest([task.digest, "lines", state.reader.info.id, state.reader.info.version])
    whole = state.store.reading(key)
    if whole is None:
        whole = PictureReading((), state.reader.read(open_picture(task.path)))
        state.store.put_reading(key, whole)
    read = "\n".join(line.text for line in whole.extra)
    return tuple(string.read for string in reading.strings), read, tuple(line.text for line in reading.extra)


def _judge(
    sets: Sequence[BriefSet], wanted: Mapping[tuple[str, str], Scene], drawn: scenes.Drawn, pool: Pool, on_event: OnEvent
) -> list[tuple[Judged, BriefSet]]:
    judged: list[tuple[Judged, BriefSet]] = []
    tasks = []
    for s in sets:
        for brief in s.briefs:
            scene = wanted[s.name, brief.id]
            result = drawn[scene.fingerprint]
            if isinstance(result, Failure):
                judged.append((_unread(brief, scene.fingerprint, result.message), s))
                continue
            if brief.texts:
                tasks.append(BriefTask(result.path, result.digest, brief.texts, brief.language, len(judged)))
            judged.append((Judged(brief, scene.fingerprint), s))
    for done, (task, ok, answer) in enumerate(pool.run(read_brief, tasks), 1):
        one, s = judged[task.number]
        if ok:
            found, read, extra = answer
            tally = _tally(one.brief, found, extra)
            judged[task.number] = (replace(one, found=found, read=read, extra=extra, tally=tally), s)
        else:
            judged[task.number] = (_unread(one.brief, one.fingerprint, failure_of(one.brief.id, answer).message), s)
        on_event(Event("read", done, len(tasks), one.brief.id, "" if ok else "failed"))
    return judged


def _tally(brief: Brief, found: Sequence[str], extra: Sequence[str]) -> Tally:
    """Readers lose the spaces between words; those of the strings are put back, or a bag of words would lack both neighbours."""
    pairs = list(zip(brief.texts, found, strict=True))
    words = [*(spaced(read, text) for text, read in pairs), *extra]
    return score(pairs, "\n".join(words), brief.language, "\n".join(extra))


def _unread(brief: Brief, fingerprint: str, why: str) -> Judged:
    """A picture that is not there, or that could not be read, spells nothing."""
    empty = tuple("" for _ in brief.texts)
    tally = _tally(brief, empty, ()) if brief.texts else Tally()
    return Judged(brief, fingerprint, found=empty, tally=tally, failure=why)


def groups_of(judged: Iterable[Judged]) -> tuple[tuple[tuple[str, str], Tally], ...]:
    """Sums: of all, of each language, of each category in each language. Briefs that ask for no words count nowhere."""
    sums: dict[tuple[str, str], Tally] = {}
    for one in judged:
        if one.brief.texts:
            language, category = one.brief.language, one.brief.category
            for key in dict.fromkeys([("", ""), (language, ""), (language, category)]):
                sums[key] = sums.get(key, Tally()) + one.tally
    return tuple(sorted(sums.items()))


# --- pictures in the output folder -------------------------------------------------------------------------------------


def picture_name(brief: Brief, index: int, kind: BriefSet) -> str:
    """Where outside tools look for a picture: GenEval's `00000/samples/0000.png`, DPG-Bench's name of the prompt's file."""
    if kind.layout == "geneval":
        return f"{kind.name}/{index:05d}/samples/0000.png"
    return f"{kind.name}/{brief.id}.png"


def _deliver(judged: Judged, kind: BriefSet, drawn: scenes.Drawn, out: Path) -> Judged:
    index = kind.briefs.index(judged.brief)
    name = picture_name(judged.brief, index, kind)
    if kind.layout == "geneval":
        folder = out / kind.name / f"{index:05d}"
        with explained(folder):
            folder.mkdir(parents=True, exist_ok=True)
            (folder / "metadata.jsonl").write_text(judged.brief.source + "\n", "utf-8")
    result = drawn[judged.fingerprint]
    if isinstance(result, Failure):
        return judged
    target = out / name
    with explained(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(result.path, target.with_suffix(".part"))
        os.replace(target.with_suffix(".part"), target)
    return replace(judged, picture=name)
