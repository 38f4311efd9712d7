"""The ladder for words that a picture is to spell: from what was drawn and read so far, what is asked for next. Pure decisions.

    draw      another candidate, with another seed, up to `max_attempts`
    repair    an edit of the best candidate that rewrites one wrong string, within its own part of the picture
    erase     an edit that takes out what is still wrong, and what nobody asked for; those strings are then set by us
    plain     a new picture without any words, all of them set by us, where the engine cannot edit or the edits left traces

What is right is left alone on every rung. Strings with `fallback: error` are never set by us: they end the climb.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Literal

from qwen_pipeline.dataclass import dataclass
from qwen_pipeline.types import Ending, ExpectedString, PictureReading, PixelBox, ReadLine, Rung, StringReading

from .areas import areas_of, box_of_line

REPAIRS = 2
"""Edits that rewrite one string, each with its own seed."""
ERASES = 2
_HALF_READ = 0.4
"""Edits a character, from which on a reading says little of where all of a string stands."""
_RUNGS: dict[str, Rung] = {"erase": "erased", "plain": "redrawn"}


@dataclass(frozen=True, slots=True)
class Wanted:
    """A string of the picture, and how far to go for it. Strings of one `layer` (a pair) are set together."""

    expected: ExpectedString
    layer: str
    max_attempts: int
    fallback: Literal["overlay", "error"]

    @property
    def id(self) -> str:
        return self.expected.id


@dataclass(frozen=True, slots=True)
class Step:
    """A picture to make. `number` counts from 1 within its kind (and its string).

    `targets`: ids of the strings that a repair rewrites, or that are set by us over an erased or plain picture.
    """

    kind: Literal["draw", "repair", "erase", "plain"]
    number: int
    source: str = ""
    """Fingerprint of the picture that an edit begins with."""
    targets: tuple[str, ...] = ()
    within: tuple[PixelBox, ...] = ()
    read: tuple[str, ...] = ()
    """What stands there now, as it was read."""


@dataclass(frozen=True, slots=True)
class Look:
    """What came of a step. `reading` None: it could not be drawn."""

    step: Step
    scene: str
    reading: PictureReading | None


@dataclass(frozen=True, slots=True)
class Climb:
    """One picture on its way up. `looks`: everything drawn and read so far, in order."""

    wanted: tuple[Wanted, ...]
    size: tuple[int, int]
    strict: bool = True
    """Nothing but an exact reading passes; else also what only readers confuse, where the string allows it."""
    can_edit: bool = True
    looks: tuple[Look, ...] = ()

    def with_look(self, look: Look) -> Climb:
        return replace(self, looks=(*self.looks, look))

    def expected(self, step: Step) -> tuple[ExpectedString, ...]:
        """What the picture of a step is to spell: not what is set by us over it."""
        gone = step.targets if step.kind in _RUNGS else ()
        return tuple(w.expected for w in self.wanted if w.id not in gone)


@dataclass(frozen=True, slots=True)
class Standing:
    """The best picture so far. `replaced`: ids of the strings that are not in it any more, to be set by us."""

    look: Look
    wrong: tuple[StringReading, ...]
    right: tuple[StringReading, ...]
    extra: tuple[ReadLine, ...]
    replaced: tuple[str, ...] = ()

    @property
    def is_right(self) -> bool:
        return not self.wrong and not self.extra

    @property
    def trouble(self) -> int:
        return len(self.wrong) + len(self.extra)

    @property
    def wrong_ids(self) -> frozenset[str]:
        return frozenset(reading.string for reading in self.wrong)


# --- where it stands ---------------------------------------------------------------------------------------------------


def standing(climb: Climb) -> Standing | None:
    """What would be delivered now; None while no picture could be drawn."""
    drawn = [s for look in climb.looks if look.step.kind == "draw" and (s := _standing_of(climb, look))]
    if not drawn:
        return None
    now = min(drawn, key=_rank)  # the first among equals
    for look in climb.looks:
        after = _standing_of(climb, look) if look.step.kind != "draw" else None
        if after is not None and _is_better(look.step, now, after):
            now = after
    return now


def _standing_of(climb: Climb, look: Look) -> Standing | None:
    if look.reading is None:
        return None
    expected = {w.id: w.expected for w in climb.wanted}
    right = tuple(r for r in look.reading.strings if passes(r, expected[r.string], climb.strict))
    wrong = tuple(r for r in look.reading.strings if r not in right)
    replaced = look.step.targets if look.step.kind in _RUNGS else ()
    return Standing(look, wrong, right, look.reading.extra, replaced)


def passes(reading: StringReading, expected: ExpectedString, strict: bool) -> bool:
    """Whether a string may stay in the picture as it was read. A malformed glyph condemns only what must be exact."""
    if reading.spelling == "exact":
        return not (strict and expected.exact and reading.odd)
    return not strict and not expected.exact and reading.spelling in ("suspect", "variant")


def _rank(standing: Standing) -> tuple[int, float]:
    return standing.trouble, sum(reading.cer for reading in standing.wrong)


def _is_better(step: Step, before: Standing, after: Standing) -> bool:
    """A repair has to mend its string and harm nothing; the later rungs have to leave less that is wrong."""
    if step.kind == "repair":
        return after.wrong_ids < before.wrong_ids and len(after.extra) <= len(before.extra)
    return after.trouble < before.trouble


# --- what next ---------------------------------------------------------------------------------------------------------


def next_step(climb: Climb) -> Step | None:
    """The next picture to make; None where the words are right, or nothing is left to try."""
    now = standing(climb)
    if now is not None and now.is_right:
        return None
    draws = sum(look.step.kind == "draw" for look in climb.looks)
    if draws < _most_draws(climb, now):
        return Step("draw", draws + 1)
    if now is None:
        return None
    return (climb.can_edit and (_repair(climb, now) or _erase(climb, now))) or _plain(climb)


def _most_draws(climb: Climb, now: Standing | None) -> int:
    asked = [w.max_attempts for w in climb.wanted if now is None or w.id in now.wrong_ids]
    return max(asked or [w.max_attempts for w in climb.wanted])


def _repair(climb: Climb, now: Standing) -> Step | None:
    """An edit of the first wrong string that has not been rewritten as often as may be."""
    if now.replaced:
        return None
    for reading in now.wrong:
        tries = _tries(climb, "repair", (reading.string,))
        if tries < REPAIRS:
            own = _own_box(climb, reading) if not reading.boxes else ()
            within = areas_of([reading.boxes or own], climb.size, _boxes(now.right))
            return Step("repair", tries + 1, now.look.scene, (reading.string,), within, (reading.read,))
    return None


def _erase(climb: Climb, now: Standing) -> Step | None:
    tries = _tries(climb, "erase")
    if tries >= ERASES or _is_hopeless(climb, now):
        return None
    targets = _with_their_layers(climb, {*now.replaced, *now.wrong_ids})
    gone = [reading for reading in (*now.wrong, *now.right) if reading.string in targets]
    places = [boxes for reading in gone for boxes in (reading.boxes, _own_box(climb, reading)) if boxes]
    places += [(box_of_line(line),) for line in now.extra]
    kept = [reading for reading in now.right if reading.string not in targets]
    within = areas_of(places, climb.size, _boxes(kept))
    texts = dict.fromkeys([*(r.read for r in gone if r.read), *(line.text for line in now.extra)])
    return Step("erase", tries + 1, now.look.scene, targets, within, tuple(texts))


def _plain(climb: Climb) -> Step | None:
    if _tries(climb, "plain") or any(w.fallback == "error" for w in climb.wanted):
        return None
    return Step("plain", 1, targets=tuple(w.id for w in climb.wanted))


def _is_hopeless(climb: Climb, now: Standing) -> bool:
    """A string that we may not set ourselves is wrong: no erasing can help."""
    return any(w.fallback == "error" and w.id in now.wrong_ids for w in climb.wanted)


def _tries(climb: Climb, kind: str, targets: tuple[str, ...] | None = None) -> int:
    return sum(look.step.kind == kind and targets in (None, look.step.targets) for look in climb.looks)


def _with_their_layers(climb: Climb, ids: set[str]) -> tuple[str, ...]:
    layers = {w.layer for w in climb.wanted if w.id in ids}
    return tuple(w.id for w in climb.wanted if w.layer in layers)


def _own_box(climb: Climb, reading: StringReading) -> tuple[PixelBox, ...]:
    """Where the layout has a string, if so little of it was read that more of it may stand there, unreadable."""
    box = next(w.expected.box for w in climb.wanted if w.id == reading.string)
    return (box,) if box is not None and (not reading.boxes or reading.cer > _HALF_READ) else ()


def _boxes(readings: Iterable[StringReading]) -> tuple[PixelBox, ...]:
    return tuple(box for reading in readings for box in reading.boxes)


# --- how it ended ------------------------------------------------------------------------------------------------------


def endings(climb: Climb, page: str) -> tuple[Ending, ...]:
    """Of every string, and of lettering that nobody asked for."""
    now = standing(climb)
    if now is None:
        return ()
    last = _last_readings(climb.looks)
    readings = {reading.string: reading for reading in (*now.right, *now.wrong)}
    draws = sum(look.step.kind == "draw" for look in climb.looks)
    found = []
    for w in climb.wanted:
        reading = readings.get(w.id) or last[w.id]
        attempts = draws + _tries(climb, "repair", (w.id,))
        rung, right = _rung(climb, now, w.id), w.id not in now.wrong_ids
        odd = "".join(glyph.char for glyph in reading.odd)
        found.append(Ending(page, w.id, rung, right, attempts, reading.spelling, reading.read, odd=odd))
    found += [Ending(page, "", "drawn", False, draws, "", line.text) for line in now.extra]
    return tuple(found)


def _last_readings(looks: Sequence[Look]) -> dict[str, StringReading]:
    return {reading.string: reading for look in looks if look.reading for reading in look.reading.strings}


def _rung(climb: Climb, now: Standing, string: str) -> Rung:
    """Of a string that is right, the rung that made it so; of one that is not, the last that was tried."""
    if string in now.replaced:
        return _RUNGS[now.look.step.kind]
    tried = [look.step.kind for look in climb.looks if string in look.step.targets]
    if string not in now.wrong_ids:
        return "repaired" if "repair" in tried else "drawn"
    return {"repair": "repaired", **_RUNGS}[tried[-1]] if tried else "drawn"  # type: ignore[return-value]
