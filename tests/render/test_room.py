from __future__ import annotations

import numpy as np

from qwen_pipeline.render.draft.palette import contrast, lightness, mix, palette_of, shift, tone
from qwen_pipeline.render.draft.room import Room
from qwen_pipeline.types import CalmArea

from .scenes import PALETTES, hints


def test_the_free_rectangle_keeps_clear_of_the_words() -> None:
    room = Room(400, 600, (CalmArea(0.05, 0.05, 0.9, 0.3), CalmArea(0.05, 0.85, 0.9, 0.1)))
    free = room.free()
    assert free.y >= 0.35 * 600
    assert free.bottom <= 0.85 * 600
    assert free.w > 0.9 * 400


def test_lines_of_one_text_are_one_area() -> None:
    apart = Room(400, 600, (CalmArea(0.1, 0.1, 0.5, 0.1), CalmArea(0.1, 0.24, 0.4, 0.1)))
    assert apart.distance(40, 60)[13, 10] < 0
    bands = Room(400, 600, (CalmArea(0.1, 0.05, 0.8, 0.2), CalmArea(0.1, 0.8, 0.8, 0.15)))
    assert bands.distance(40, 60)[30, 20] > 0.1


def test_no_words_no_distance() -> None:
    assert Room(30, 30, ()).distance(3, 3).min() > 1


def test_the_ground_carries_words() -> None:
    for name in PALETTES:
        for tone_name in ("light", "dark"):
            palette = palette_of(hints(palette=name, tone=tone_name))
            assert contrast(palette.ground, palette.words) >= 7


def test_shades_in_oklab() -> None:
    assert mix((255, 0, 0), (255, 0, 0), 0.5) == (255, 0, 0)
    assert abs(lightness(tone((30, 106, 92), 0.7)) - 0.7) < 0.01
    assert lightness(shift((200, 160, 60), -0.2)) < lightness((200, 160, 60))
    assert np.argmax(shift((200, 160, 60), -0.2)) == 0
