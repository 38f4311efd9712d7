from __future__ import annotations

import multiprocessing
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from qwen_pipeline.render import Session
from qwen_pipeline.render.pace import Pace
from qwen_pipeline.types import Failure, Phase, PixelBox, SceneResult

from ..support.engines.faults import FAULTS, Log, Steady, factory
from .scenes import Shelf, scene


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path)


def test_order_sources_before_edits_and_results_as_given(shelf: Shelf) -> None:
    base = scene("base")
    edit = scene("warmer", source=base)
    second = scene("night", source=edit)
    other = scene("other", seed=2)
    open_engine, log = factory()
    results = Session(open_engine, shelf).render([second, edit, other, base])
    assert [r.fingerprint for r in results if isinstance(r, SceneResult)] == [s.fingerprint for s in (second, edit, other, base)]
    assert log.rendered == ["other", "base", "warmer", "night"]
    assert log.encoded == [2, 1, 1]
    assert (log.opened, log.closed) == (1, 1)


def test_nothing_to_do_never_opens(shelf: Shelf) -> None:
    one = scene("one")
    open_engine, _ = factory()
    Session(open_engine, shelf).render([one])
    again, log = factory()
    (result,) = Session(again, shelf).render([one])
    assert isinstance(result, SceneResult)
    assert result.cached
    assert log.opened == 0
    assert Session(again, shelf).render([]) == ()


def test_one_fingerprint_is_drawn_once(shelf: Shelf) -> None:
    one = scene("one")
    open_engine, log = factory()
    seen: list[tuple[int, int]] = []
    results = Session(open_engine, shelf).render([one, one], lambda done, total, _: seen.append((done, total)))
    assert len(results) == 2
    assert log.rendered == ["one"]
    assert seen == [(1, 1)]


def test_stored_as_soon_as_drawn(shelf: Shelf) -> None:
    open_engine, _ = factory()
    stored: list[int] = []
    Session(open_engine, shelf).render(
        [scene("a", 1), scene("b", 2), scene("c", 3)], lambda d, t, r: stored.append(len(shelf.kept))
    )
    assert stored == [1, 2, 3]


@pytest.mark.parametrize(
    ("fault", "code", "exit_code"),
    [
        ("out-of-memory", "out-of-memory", 4),
        ("python-memory", "out-of-memory", 4),
        ("blank", "blank", 4),
        ("wrong-size", "wrong-size", 4),
        ("wrong-mode", "wrong-mode", 4),
        ("nan", "not-finite", 4),
        ("crash", "internal", 70),
    ],
)
def test_a_failed_scene_leaves_the_others(shelf: Shelf, fault: str, code: str, exit_code: int) -> None:
    base = scene("base", used_by=("poster",))
    edit = scene("warmer", source=base, used_by=("poster-edit",))
    open_engine, log = factory(fault)
    failed, lost, good = Session(open_engine, shelf).render([base, edit, scene("good", 2)])
    assert isinstance(failed, Failure)
    assert (failed.piece, failed.code, failed.exit_code) == ("poster", code, exit_code)
    assert isinstance(lost, Failure)
    assert (lost.piece, lost.code) == ("poster-edit", "no-source")
    assert base.fingerprint[:12] in lost.message
    assert isinstance(good, SceneResult)
    assert log.closed == 1


def test_out_of_memory_is_tried_again_with_less(shelf: Shelf) -> None:
    open_engine, log = factory("out-of-memory", at=1, relaxable=True)
    results = Session(open_engine, shelf).render([scene("a", 1), scene("b", 2)])
    assert all(isinstance(r, SceneResult) for r in results)
    assert log.relaxed == 1


@pytest.mark.parametrize("fault", ["out-of-memory", "python-memory"])
def test_out_of_memory_twice_is_a_failure(shelf: Shelf, fault: str) -> None:
    open_engine, _ = factory(fault, times=2, relaxable=True)
    failed, good = Session(open_engine, shelf).render([scene("a", 1), scene("b", 2)])
    assert isinstance(failed, Failure)
    assert failed.code == "out-of-memory"
    assert isinstance(good, SceneResult)


def test_an_edit_keeps_to_its_parts(shelf: Shelf) -> None:
    base = scene("base")
    part = PixelBox(20, 30, 80, 70)
    edit = scene("rewrite", seed=2, source=base, within=(part, PixelBox(150, 110, 500, 500)))
    open_engine, _ = factory()
    before, after = Session(open_engine, shelf).render([base, edit])
    assert isinstance(before, SceneResult)
    assert isinstance(after, SceneResult)
    with Image.open(before.path) as one, Image.open(after.path) as two:
        changed = (np.asarray(one) != np.asarray(two)).any(axis=2)
    assert changed[40:60, 30:70].mean() > 0.9
    changed[30:70, 20:80] = changed[110:, 150:] = False
    assert not changed.any()


def test_an_edit_reaches_the_pictures_own_edges(shelf: Shelf) -> None:
    """It fades in towards the part that stays, not towards the frame."""
    base = scene("base")
    edit = scene("rewrite", seed=2, source=base, within=(PixelBox(0, 0, 80, 120),))
    whole = scene("rewrite", seed=2, source=base)
    results = Session(factory()[0], shelf).render([base, edit, whole])
    before, after, free = (np.asarray(Image.open(r.path), int) for r in results if isinstance(r, SceneResult))
    assert (after[:, :70] == free[:, :70]).all()
    assert (after[:, 80:] == before[:, 80:]).all()
    assert (after[:, 72:80] != free[:, 72:80]).any()


def test_an_edit_keeps_to_its_mask(shelf: Shelf, tmp_path: Path) -> None:
    """Black is kept byte for byte, grey shares, and a box limits what the mask lets through."""
    values = np.zeros((120, 160), np.uint8)
    values[:, 40:80], values[:, 80:100] = 255, 128
    Image.fromarray(values).save(tmp_path / "mask.png")
    base = scene("base")
    edits = [
        replace(scene("rewrite", 2, source=base, mask="0" * 64, within=within), mask_path=str(tmp_path / "mask.png"))
        for within in ((), (PixelBox(0, 0, 160, 60),))
    ]
    open_engine, _ = factory()
    results = Session(open_engine, shelf).render([base, *edits])
    before, whole, upper = (np.asarray(Image.open(r.path), int) for r in results if isinstance(r, SceneResult))
    assert (before[:, :40] == whole[:, :40]).all()
    assert (before[:, 100:] == whole[:, 100:]).all()
    assert (before[:, 40:80] != whole[:, 40:80]).mean() > 0.9
    assert np.abs(before - whole)[:, 80:100].mean() < 0.7 * np.abs(before - whole)[:, 40:80].mean()
    assert (before[60:] == upper[60:]).all()
    assert (before[20:40, 50:70] != upper[20:40, 50:70]).mean() > 0.9


def test_a_mask_that_is_no_picture(shelf: Shelf, tmp_path: Path) -> None:
    (tmp_path / "mask.png").write_bytes(b"no picture")
    base = scene("base")
    edit = replace(scene("rewrite", 2, source=base, mask="0" * 64), mask_path=str(tmp_path / "mask.png"))
    _, failed = Session(factory()[0], shelf).render([base, edit])
    assert isinstance(failed, Failure)
    assert failed.code == "no-mask"


def test_memory_is_given_up_step_by_step(shelf: Shelf) -> None:
    """As long as there is something to give up, while encoding and while drawing."""
    log = Log()

    class Hungry(Steady):
        def relax(self) -> bool:
            self.log.relaxed += 1
            return self.log.relaxed <= 5

        def encode(self, *given: Any) -> Any:
            return FAULTS["out-of-memory"](None) if self.log.relaxed < 2 else super().encode(*given)  # type: ignore[arg-type]

        def render(self, request: Any, *given: Any) -> Any:
            return FAULTS["python-memory"](request) if self.log.relaxed < 5 else super().render(request, *given)

    (result,) = Session(lambda: Hungry(log), shelf).render([scene("a")])
    assert isinstance(result, SceneResult)
    assert log.relaxed == 5


def test_phases_have_the_time_they_will_still_take(shelf: Shelf) -> None:
    times = iter((0.0, 10.0, 12.0, 16.0, 20.0, 21.0))
    heard: list[Phase] = []
    pace = Pace(heard.append, lambda: next(times))
    for name, done in (("encode", 1), ("denoise", 0), ("denoise", 1), ("denoise", 3), ("denoise", 0), ("denoise", 1)):
        pace(name, done, 4)
    assert [phase.seconds_left for phase in heard] == [None, None, 6.0, 2.0, None, 3.0]


def test_one_bad_prompt_does_not_spoil_the_encoding(shelf: Shelf) -> None:
    open_engine, _ = factory("encode")
    good, bad, fine = Session(open_engine, shelf).render([scene("a", 1), scene("unspeakable", 2), scene("c", 3)])
    assert isinstance(good, SceneResult)
    assert isinstance(fine, SceneResult)
    assert isinstance(bad, Failure)
    assert bad.code == "internal"


def test_too_long_a_prompt_and_a_missing_lettering(shelf: Shelf) -> None:
    open_engine, _ = factory()
    long, unlettered, good = Session(open_engine, shelf).render(
        [scene("word " * 5000), scene("a", 2, lettering="0" * 64), scene("b", 3)]
    )
    assert isinstance(long, Failure)
    assert long.code == "prompt-too-long"
    assert isinstance(unlettered, Failure)
    assert unlettered.code == "no-lettering"
    assert isinstance(good, SceneResult)


def test_the_source_may_be_in_the_store(shelf: Shelf) -> None:
    base = scene("base")
    open_engine, _ = factory()
    Session(open_engine, shelf).render([base])
    (result,) = Session(open_engine, shelf).render([scene("warmer", source=base)])
    assert isinstance(result, SceneResult)


def test_an_edit_of_nothing_is_a_failure(shelf: Shelf) -> None:
    open_engine, log = factory()
    (result,) = Session(open_engine, shelf).render([scene("warmer", source=scene("never"))])
    assert isinstance(result, Failure)
    assert result.code == "no-source"
    assert log.opened == 0


def test_closed_when_interrupted(shelf: Shelf) -> None:
    open_engine, log = factory()

    def stop(done: int, total: int, outcome: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Session(open_engine, shelf).render([scene("a"), scene("b", 2)], stop)
    assert log.closed == 1
    assert shelf.order == ["a"]


def _render(folder: str, fault: str) -> None:
    Session(factory(fault, at=1)[0], Shelf(Path(folder))).render([scene("a", 1), scene("b", 2)])


@pytest.mark.parametrize("fault", ["killed", "hang"])
def test_what_was_drawn_survives_a_death(tmp_path: Path, fault: str) -> None:
    """The first picture is on disk when the process is killed, by itself or from outside while it hangs."""
    process = multiprocessing.get_context("spawn").Process(target=_render, args=(str(tmp_path), fault))
    process.start()
    first = tmp_path / f"{scene('a', 1).fingerprint}.png"
    while process.is_alive() and not first.exists():
        process.join(0.05)
    if fault == "hang":
        process.join(0.3)
        process.kill()
    process.join()
    assert process.exitcode == -9
    assert [p.name for p in tmp_path.iterdir()] == [first.name]
