"""The memory plan: what is chosen for which card, and how it gives way."""

from __future__ import annotations

import itertools
import subprocess
import sys
from dataclasses import replace

import pytest

from qwen_pipeline.render.neural.parts import QWEN_IMAGE_2_1, QWEN_IMAGE_20B, ModelSizes, Stack
from qwen_pipeline.render.neural.residency import GIB, Memory, Work, plan, relaxed

POSTER = Work(2048, 2048)
GUIDED = Work(1328, 1328, sequences=2)
REFERENCES = Work(2048, 2048, references_px=((1024, 1024),) * 10)


def card(gib: float, host: float | None = 128) -> Memory:
    return Memory(int(gib * GIB), None if host is None else int(host * GIB))


def chosen(sizes: ModelSizes, work: Work, gib: float, **more) -> str:
    return plan(sizes, work, card(gib), **more).id


@pytest.mark.parametrize(
    ("sizes", "work", "gib", "expected"),
    [
        (QWEN_IMAGE_2_1, POSTER, 80, "none"),
        (QWEN_IMAGE_2_1, POSTER, 24, "phase"),
        (QWEN_IMAGE_2_1, POSTER, 22.5, "phase"),
        (QWEN_IMAGE_2_1, POSTER, 16, "blocks-16"),
        (QWEN_IMAGE_2_1, POSTER, 10, "blocks-2"),
        (QWEN_IMAGE_2_1, POSTER, 8, "blocks-0+finer"),
        (QWEN_IMAGE_2_1, REFERENCES, 48, "phase"),
        (QWEN_IMAGE_2_1, REFERENCES, 40, "blocks-19"),
        (QWEN_IMAGE_20B, GUIDED, 80, "none"),
        (QWEN_IMAGE_20B, GUIDED, 48, "phase"),
        (QWEN_IMAGE_20B, GUIDED, 24, "blocks-29"),
        (QWEN_IMAGE_20B, GUIDED, 6, "blocks-2"),
    ],
)
def test_what_each_card_gets(sizes, work, gib, expected):
    made = plan(sizes, work, card(gib))
    assert made.id == expected
    assert made.fits
    assert made.peak_bytes <= made.budget_bytes < gib * GIB


def test_a_2k_poster_stays_below_the_goal_of_21_gib():
    made = plan(QWEN_IMAGE_2_1, POSTER, card(22.5))
    assert made.resident_blocks == 32
    assert made.peak_bytes <= 21 * GIB


def test_more_memory_never_means_fewer_blocks():
    for sizes, work in ((QWEN_IMAGE_2_1, POSTER), (QWEN_IMAGE_20B, GUIDED)):
        blocks = [plan(sizes, work, card(gib)).resident_blocks for gib in range(6, 60)]
        assert blocks == sorted(blocks)
        assert blocks[-1] == sizes.dit.blocks


def test_a_setting_takes_the_mode_it_names():
    for mode in ("none", "phase", "blocks", "disk"):
        assert plan(QWEN_IMAGE_2_1, POSTER, card(80), mode).mode == mode
    assert chosen(QWEN_IMAGE_2_1, POSTER, 80, offload="blocks") == "blocks-29", "as many as make a difference to `phase`"
    assert not plan(QWEN_IMAGE_2_1, POSTER, card(16), "none").fits


def test_max_memory_caps_what_is_free():
    assert plan(QWEN_IMAGE_2_1, POSTER, card(80).capped(10)).id == "blocks-2"
    assert card(8).capped(10) == card(8)
    assert card(8).capped(None) == card(8)


def test_weights_that_the_host_cannot_hold_come_from_disk():
    assert plan(QWEN_IMAGE_2_1, POSTER, card(24, host=16)).id == "disk-32"
    assert plan(QWEN_IMAGE_2_1, POSTER, card(10, host=16)).id == "disk-2"
    assert plan(QWEN_IMAGE_2_1, POSTER, card(10, host=None)).id == "blocks-2"


def test_nothing_fits_is_said_and_the_smallest_plan_is_given():
    made = plan(QWEN_IMAGE_2_1, REFERENCES, card(8))
    assert not made.fits
    assert made.resident_blocks == 0
    assert relaxed(made) is None


@pytest.mark.parametrize(
    ("sizes", "work"), [(QWEN_IMAGE_2_1, POSTER), (QWEN_IMAGE_2_1, REFERENCES), (QWEN_IMAGE_20B, GUIDED)]
)
def test_relaxing_walks_down_to_the_smallest_plan(sizes, work):
    walk = list(itertools.takewhile(bool, _walk(plan(sizes, work, card(96)))))
    peaks = [made.peak_bytes for made in walk]
    assert peaks == sorted(set(peaks), reverse=True)
    assert all(after <= 0.9 * before for before, after in itertools.pairwise(peaks[:-1]))
    assert [made.mode for made in walk[:3]] == ["none", "phase", "blocks"]
    assert walk[-1].resident_blocks == 0
    assert len(walk) < 25


def _walk(made):
    while True:
        yield made
        made = relaxed(made)


def test_each_tenth_of_a_disk_plan_can_be_given_up_too():
    walk = list(itertools.takewhile(bool, _walk(plan(QWEN_IMAGE_2_1, POSTER, card(24), "disk"))))
    assert {made.mode for made in walk} == {"disk"}
    assert walk[-1].id == "disk-0+finer"


def test_costs_grow_with_the_work():
    small, large = (plan(QWEN_IMAGE_2_1, Work(side, side), card(80), "blocks").drawing_bytes for side in (1024, 2048))
    assert small < large
    one, two = (plan(QWEN_IMAGE_2_1, replace(REFERENCES, sequences=n), card(80), "none").drawing_bytes for n in (1, 2))
    assert one + 20 * GIB < two, "keys and values of 41,984 prefix tokens are kept for each sequence"
    assert plan(QWEN_IMAGE_2_1, REFERENCES, card(80), "phase").encoding_bytes > 16 * GIB, "pictures need the vision tower"


def test_a_stack_of_few_blocks_is_never_larger_than_itself():
    stack = Stack(4, 100, 30)
    assert [stack.held(n, 2) for n in range(5)] == [230, 330, 430, 430, 430]


def test_every_plan_has_a_sentence_with_its_peak():
    for made in _walk(plan(QWEN_IMAGE_2_1, POSTER, card(96))):
        if made is None:
            break
        assert f"{made.peak_bytes / GIB:.1f} GiB" in made.sentence


def test_planning_needs_no_torch():
    code = "import sys; import qwen_pipeline.render.neural.residency; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
