"""The ladder's decisions, from what was read to what is asked for next. Nothing is drawn."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from qwen_pipeline.pipeline.areas import areas_of
from qwen_pipeline.pipeline.ladder import Climb, Look, Step, Wanted, endings, next_step, standing
from qwen_pipeline.pipeline.rungs import spaced
from qwen_pipeline.types import ExpectedString, PictureReading, PixelBox, ReadLine, Spelling, StringReading
from qwen_pipeline.types.reading import OddGlyph

BOXES = {"a/zh": PixelBox(10, 10, 110, 30), "a/en": PixelBox(10, 40, 110, 50), "b/en": PixelBox(10, 70, 110, 90)}


def wanted(string: str, **more: Any) -> Wanted:
    given = {"max_attempts": 2, "fallback": "overlay", **more}
    return Wanted(ExpectedString(string, "tea", "en", box=BOXES[string]), string[0], **given)


def reading(extra: int = 0, **spellings: Spelling) -> PictureReading:
    """`a_zh="fail"`: how the string a/zh was read."""
    found = {name.replace("_", "/"): spelling for name, spelling in spellings.items()}
    strings = tuple(
        StringReading(name, spelling, "tae", (), 0.0 if spelling == "exact" else 0.3, 0.9, (BOXES[name],), 1.0)
        for name, spelling in found.items()
    )
    line = ReadLine("Lorem", ((10, 95), (60, 95), (60, 99), (10, 99)), 0.9)
    return PictureReading(strings, (line,) * extra)


def climbed(*readings: PictureReading | None, strings: tuple[Wanted, ...] = (wanted("b/en"),), **more: Any) -> Climb:
    """A climb whose next steps brought these readings."""
    climb = Climb(strings, (200, 100), **more)
    for number, found in enumerate(readings):
        step = next_step(climb) if climb.looks else Step("draw", 1)
        assert step is not None
        climb = climb.with_look(Look(step, f"s{number}", found))
    return climb


def steps(climb: Climb) -> list[str]:
    return [look.step.kind for look in climb.looks]


def test_a_right_picture_ends_it() -> None:
    assert next_step(climbed(reading(b_en="exact"))) is None


def test_what_readers_confuse_passes_only_where_it_may() -> None:
    suspect = reading(b_en="suspect")
    assert next_step(climbed(suspect)) is not None
    assert next_step(climbed(suspect, strict=False)) is None
    title = Wanted(ExpectedString("b/en", "tea", "en", exact=True), "b", 2, "overlay")
    assert next_step(climbed(suspect, strings=(title,), strict=False)) is not None


def test_an_odd_shape_condemns_what_must_be_exact() -> None:
    title = Wanted(ExpectedString("b/en", "tea", "en", box=BOXES["b/en"], exact=True), "b", 1, "error")
    found = reading(b_en="exact")
    odd = replace(found, strings=(replace(found.strings[0], odd=(OddGlyph(1, "茶", BOXES["b/en"], 2.0),)),))
    step = next_step(climbed(odd, strings=(title,)))
    assert step is not None
    assert step.kind == "repair"
    (ending,) = endings(climbed(odd, odd, odd, strings=(title,)), "page")
    assert (ending.right, ending.spelling, ending.odd) == (False, "exact", "茶")
    assert next_step(climbed(odd)) is None


def test_the_best_candidate_is_repaired_within_its_own_part() -> None:
    both = (wanted("a/en"), wanted("b/en"))
    climb = climbed(reading(a_en="exact", b_en="fail"), reading(a_en="fail", b_en="fail"), strings=both)
    step = next_step(climb)
    assert step is not None
    assert (step.kind, step.source, step.targets, step.read) == ("repair", "s0", ("b/en",), ("tae",))
    (box,) = step.within
    assert box.left <= 10 < 110 <= box.right
    assert box.top >= 50.0  # clear of a/en, which is right


def test_candidates_stop_at_the_attempts_of_those_that_are_wrong() -> None:
    both = (wanted("a/en", max_attempts=5), wanted("b/en", max_attempts=1))
    step = next_step(climbed(reading(a_en="exact", b_en="fail"), strings=both))
    assert step is not None
    assert step.kind == "repair"


def test_a_repair_that_harms_is_not_taken() -> None:
    both = (wanted("a/en", max_attempts=1), wanted("b/en", max_attempts=1))
    climb = climbed(reading(a_en="exact", b_en="fail"), reading(a_en="fail", b_en="exact"), strings=both)
    now = standing(climb)
    assert now is not None
    assert now.look.scene == "s0"
    step = next_step(climb)
    assert step is not None
    assert (step.kind, step.number, step.source) == ("repair", 2, "s0")


def test_a_repair_goes_on_from_the_last_one_taken() -> None:
    both = (wanted("a/en", max_attempts=1), wanted("b/en", max_attempts=1))
    climb = climbed(reading(a_en="fail", b_en="fail"), reading(a_en="exact", b_en="fail"), strings=both)
    step = next_step(climb)
    assert step is not None
    assert (step.kind, step.number, step.source, step.targets) == ("repair", 1, "s1", ("b/en",))


def test_a_layer_is_erased_whole() -> None:
    pair = (wanted("a/zh", max_attempts=1), wanted("a/en", max_attempts=1), wanted("b/en", max_attempts=1))
    bad = reading(a_zh="fail", a_en="exact", b_en="exact")
    step = next_step(climbed(bad, bad, bad, strings=pair))
    assert step is not None
    assert (step.kind, step.targets) == ("erase", ("a/zh", "a/en"))
    assert [w.id for w in pair if w.expected in climbed(bad, strings=pair).expected(step)] == ["b/en"]


def test_words_nobody_asked_for_are_erased() -> None:
    climb = climbed(reading(1, b_en="exact"), reading(1, b_en="exact"))
    step = next_step(climb)
    assert step is not None
    assert (step.kind, step.targets, step.read) == ("erase", (), ("Lorem",))
    assert next_step(climb.with_look(Look(step, "e", reading(b_en="exact")))) is None


@pytest.mark.parametrize("can_edit", [True, False])
def test_to_the_end(can_edit: bool) -> None:
    climb = climbed(reading(b_en="fail"), can_edit=can_edit)
    kinds = []
    while (step := next_step(climb)) is not None:
        kinds.append(step.kind)
        left = reading(1) if step.kind in ("erase", "plain") else reading(b_en="fail")
        climb = climb.with_look(Look(step, step.kind, left))
    assert kinds == (["draw", "repair", "repair", "erase", "erase", "plain"] if can_edit else ["draw", "plain"])
    (string,) = [e for e in endings(climb, "page") if e.string]
    assert (string.right, string.rung) == (False, "redrawn")


def test_fallback_error_ends_before_erasing() -> None:
    strings = (wanted("b/en", max_attempts=1, fallback="error"),)
    bad = reading(b_en="missing")
    assert next_step(climbed(bad, bad, bad, strings=strings)) is None


def test_pictures_that_could_not_be_drawn_count() -> None:
    assert steps(climbed(reading(b_en="fail"), None, None, None)) == ["draw", "draw", "repair", "repair"]
    assert standing(climbed(None, None)) is None


def test_areas_stay_clear_of_what_is_kept() -> None:
    (box,) = areas_of([[PixelBox(50, 50, 100, 70)]], (120, 100), [PixelBox(40, 72, 110, 90), PixelBox(104, 40, 120, 60)])
    assert (box.left, box.top, box.right, box.bottom) == (38, 45, 106, 75)  # the ink of both others begins there
    (box,) = areas_of([[PixelBox(50, 50, 100, 70)]], (200, 100), [PixelBox(40, 65, 110, 90)])
    assert box.bottom == 69  # lines as read overlap; the ink of the wrong one ends at 67, that of the other begins at 68.75
    (box,) = areas_of([[PixelBox(50, 50, 100, 70)]], (200, 100), [PixelBox(40, 60, 110, 90)])
    assert box.bottom == 67  # never into what has to go
    assert areas_of([[], [PixelBox(-20, -20, 5, 5)]], (100, 100)) == (PixelBox(0, 0, 20, 11),)


@pytest.mark.parametrize(
    ("read", "text", "shown"),
    [
        ("TheLasteFrryHome", "The Last Ferry Home", "The Last eFrry Home"),
        ("SprngTeaFair", "Spring Tea Fair", "Sprng Tea Fair"),
        ("SpringFair", "Spring Tea Fair", "Spring Fair"),
        ("春茶集", "春茶市集", "春茶集"),
        ("", "Tea", ""),
        ("Tea time", "Tea tine", "Tea time"),
    ],
)
def test_what_was_read_is_told_with_its_spaces(read: str, text: str, shown: str) -> None:
    pytest.importorskip("rapidfuzz")
    assert spaced(read, text) == shown
