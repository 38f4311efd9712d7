"""Pictures that must spell words, up the ladder together: all of a batch are read, then all take their next step."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import field, replace

from qwen_pipeline.dataclass import dataclass
from qwen_pipeline.types import Ending, EngineInfo, Failure, Page, Piece, Scene, SceneResult, TextLayer

from .areas import inked, union
from .failures import failure_of
from .ladder import Climb, Look, Step, Wanted, endings, next_step, standing
from .lettered import Lettered, LookTask, PageTask, ReplaceTask, box_on_page, expect, read_look, replaced_page
from .order import Event, OnEvent
from .rungs import Chain, scenes_of
from .scenes import Drawn
from .state import picture_box
from .workers import Pool

Where = tuple[str, int]
"""A piece's id and the number of its page, from 0."""
Draw = Callable[[Sequence[Scene], Drawn], Drawn]
"""Draws scenes, given what is drawn already."""


@dataclass(frozen=True, slots=True)
class Climbed:
    """Pieces with the pictures that their pages show in the end. `endings`: by piece; `scenes`: every one that was drawn for it.

    A page whose picture could not be drawn at all stays as it was: its failure is in `drawn`.
    """

    pieces: tuple[Piece, ...]
    endings: Mapping[str, tuple[Ending, ...]]
    scenes: tuple[Scene, ...]
    drawn: Drawn
    failures: tuple[Failure, ...] = ()
    """Of pieces that could not be set or read: they are not among `pieces`."""


@dataclass
class _Picture:
    """One picture, every page that shows it with these words, and how far it has come."""

    chain: Chain
    lettered: Lettered
    climb: Climb
    pages: list[Where]


@dataclass(frozen=True)
class Ladder:
    """What a climb needs: how to draw, whom to ask to read, and where prompts come from."""

    engine: EngineInfo
    pool: Pool
    draw: Draw
    chain: Callable[[Piece, tuple[Scene, ...]], Chain]
    on_event: OnEvent
    failures: dict[str, Failure] = field(default_factory=dict)

    def climb(self, pieces: Sequence[Piece], scenes: Sequence[Scene], drawn: Drawn) -> Climbed:
        """Take every picture that spells words as far up as it must go."""
        found = dict(drawn)
        known = {scene.fingerprint: scene for scene in scenes}
        pictures = self._pictures(pieces, known, found)
        while True:
            self._read(pictures, found)
            wanted: dict[str, Scene] = {}
            steps = []
            for picture in pictures:
                step = next_step(picture.climb)
                if step is not None:
                    made = scenes_of(step, picture.chain, picture.climb.wanted)
                    wanted.update((scene.fingerprint, scene) for scene in made)
                    steps.append((picture, step, made[-1].fingerprint))
            if not steps:
                break
            self._say(pictures, steps)
            known.update(wanted)
            found.update(self.draw(tuple(wanted.values()), found))
            for picture, step, fingerprint in steps:
                picture.climb = picture.climb.with_look(Look(step, fingerprint, None))
        return self._finish(pieces, pictures, known, found)

    def _say(self, pictures: Sequence[_Picture], steps: Sequence[tuple[_Picture, Step, str]]) -> None:
        kinds = [step.kind for _, step, _ in steps]
        said = ", ".join(f"{kinds.count(kind)} to {kind}" for kind in dict.fromkeys(kinds))
        self.on_event(Event("notice", len(pictures) - len(steps), len(pictures), message=f"words not right yet: {said}"))

    # --- the pictures --------------------------------------------------------------------------------------------------

    def _pictures(self, pieces: Sequence[Piece], known: Mapping[str, Scene], drawn: Drawn) -> list[_Picture]:
        tasks = [task for piece in pieces for task in _page_tasks(piece, known) if isinstance(drawn[task.scene], SceneResult)]
        by_id = {piece.id: piece for piece in pieces}
        found: dict[tuple[str, Lettered], _Picture] = {}
        for task, ok, answer in self.pool.run(expect, tasks):
            if not ok:
                self.failures[task.piece] = failure_of(task.piece, answer)
                continue
            picture = found.get((task.scene, answer))
            if picture is None:
                picture = found[task.scene, answer] = self._picture(by_id[task.piece], task, answer, known)
            picture.pages.append((task.piece, task.number))
        return list(found.values())

    def _picture(self, piece: Piece, task: PageTask, lettered: Lettered, known: Mapping[str, Scene]) -> _Picture:
        chain = self.chain(piece, _chain_of(task.scene, known))
        layers = {layer.id: layer for layer in task.page.layers if isinstance(layer, TextLayer)}
        wanted = []
        for string in lettered.strings:
            layer = layers[string.id.rpartition("/")[0]]
            wanted.append(Wanted(string, layer.id, layer.max_attempts, layer.fallback))
        strict = next((rule.level == "error" for rule in piece.checks if rule.id == "text.exact"), True)
        climb = Climb(tuple(wanted), lettered.size, strict, self.engine.can_edit)
        return _Picture(chain, lettered, climb.with_look(Look(Step("draw", 1), task.scene, None)), [])

    # --- reading -------------------------------------------------------------------------------------------------------

    def _read(self, pictures: list[_Picture], drawn: Drawn) -> None:
        """Read the last picture of each climb that has not been read."""
        tasks = {}
        for number, picture in enumerate(pictures):
            last = picture.climb.looks[-1]
            result = drawn.get(last.scene)
            if last.reading is None and isinstance(result, SceneResult):
                expected, free = picture.climb.expected(last.step), picture.lettered.free
                tasks[LookTask(result.path, result.digest, expected, number, free)] = picture
        for done, (task, ok, answer) in enumerate(self.pool.run(read_look, list(tasks)), 1):
            picture = tasks[task]
            if not ok:
                self.failures.update((piece, failure_of(piece, answer)) for piece, _ in picture.pages)
                pictures.remove(picture)
                continue
            *before, last = picture.climb.looks
            picture.climb = replace(picture.climb, looks=(*before, replace(last, reading=answer)))
            self.on_event(Event("read", done, len(tasks), picture.pages[0][0]))

    # --- the end -------------------------------------------------------------------------------------------------------

    def _finish(
        self, pieces: Sequence[Piece], pictures: Sequence[_Picture], known: Mapping[str, Scene], drawn: Drawn
    ) -> Climbed:
        pages = {(piece.id, number): page for piece in pieces for number, page in enumerate(piece.pages)}
        ended: dict[str, list[Ending]] = {piece.id: [] for piece in pieces}
        tasks: dict[Where, ReplaceTask] = {}
        for picture in pictures:
            now = standing(picture.climb)
            for where in picture.pages if now else ():
                assert now is not None
                ended[where[0]] += _placed(picture, pages[where])
                pages[where] = replace(pages[where], scene=now.look.scene)
                if now.replaced:
                    tasks[where] = _replace_task(where, pages[where], picture, drawn)
        for task, ok, answer in self.pool.run(replaced_page, tasks.values()):
            if ok:
                pages[task.where] = answer
            else:
                self.failures[task.where[0]] = failure_of(task.where[0], answer)
        kept = [piece for piece in pieces if piece.id not in self.failures]
        out = tuple(replace(p, pages=tuple(pages[p.id, n] for n in range(len(p.pages)))) for p in kept)
        found = {piece: tuple(endings) for piece, endings in ended.items()}
        return Climbed(out, found, tuple(known.values()), drawn, tuple(self.failures.values()))


def _placed(picture: _Picture, page: Page) -> list[Ending]:
    """The endings, with the places on the page where each was read."""
    now = standing(picture.climb)
    assert now is not None
    whole, width_px = picture_box(page, *picture.climb.size), picture.climb.size[0]
    read = [reading for reading in (*now.right, *now.wrong) if reading.boxes]
    boxes = {r.string: box_on_page(union([inked(box) for box in r.boxes]), whole, width_px) for r in read}
    return [replace(ending, box=boxes.get(ending.string)) for ending in endings(picture.climb, page.id)]


def _replace_task(where: Where, page: Page, picture: _Picture, drawn: Drawn) -> ReplaceTask:
    """The lettering to be like: that of the best picture in which each string was found."""
    now = standing(picture.climb)
    assert now is not None
    result = drawn[now.look.scene]
    assert isinstance(result, SceneResult)
    likes = []
    for look in picture.climb.looks:
        seen = drawn[look.scene]
        if look.reading is not None and isinstance(seen, SceneResult):
            likes += [(r, seen.path) for r in look.reading.strings if r.string in now.replaced and r.boxes]
    best = {r.string: (r, path) for r, path in sorted(likes, key=lambda like: -like[0].cer)}
    return ReplaceTask(where, page, now.replaced, result.path, picture.lettered, tuple(best.values()))


def _page_tasks(piece: Piece, known: Mapping[str, Scene]) -> Iterator[PageTask]:
    for number, page in enumerate(piece.pages):
        if page.scene and any(isinstance(layer, TextLayer) and layer.render == "baked" for layer in page.layers):
            request = known[page.scene].request
            yield PageTask(piece.id, number, page, page.scene, request.width_px, request.height_px)


def _chain_of(fingerprint: str, known: Mapping[str, Scene]) -> tuple[Scene, ...]:
    chain = [known[fingerprint]]
    while chain[0].request.source:
        chain.insert(0, known[chain[0].request.source])
    return tuple(chain)


def lettered_exactly(pieces: Iterable[Piece]) -> dict[str, tuple[Ending, ...]]:
    """The endings of words that the engine composites into its pictures: right by construction, at the first go."""
    return {
        piece.id: tuple(
            Ending(page.id, f"{layer.id}/{part.locale}", "drawn", True, 1)
            for page in piece.pages
            for layer in page.layers
            if isinstance(layer, TextLayer) and layer.render == "baked"
            for part in layer.parts
        )
        for piece in pieces
    }
