"""Balloons: round the words, with a tail towards who speaks."""

from __future__ import annotations

import math

import pytest

from qwen_pipeline.types import Box, Color, Plate
from qwen_pipeline.typeset.plates import balloon_points, plate_item, tailed

WHITE, INK = Color(255, 255, 255), Color(0, 0, 0)
BOX = Box(100, 200, 120, 60)


def plate(shape: str, tail: tuple[float, float] | None = None) -> Plate:
    return Plate(WHITE, 10, 6, 0, INK, 1, shape, tail)  # type: ignore[arg-type]


def inside(point: tuple[float, float], outline: list[tuple[float, float]]) -> bool:
    """Even-odd rule."""
    x, y = point
    odd = False
    for (ax, ay), (bx, by) in zip(outline, [*outline[1:], outline[0]], strict=True):
        if (ay > y) != (by > y) and x < (bx - ax) * (y - ay) / (by - ay) + ax:
            odd = not odd
    return odd


@pytest.mark.parametrize("shape", ["balloon", "cloud", "burst"])
def test_the_words_lie_within(shape: str) -> None:
    outline = balloon_points(plate(shape), BOX)
    words = BOX.inset(10, 6)
    corners = [
        (words.x_pt, words.y_pt),
        (words.right_pt, words.y_pt),
        (words.x_pt, words.bottom_pt),
        (words.right_pt, words.bottom_pt),
    ]
    assert all(inside(corner, outline) for corner in corners)


@pytest.mark.parametrize("shape", ["balloon", "burst", "rect"])
def test_a_tail_goes_towards_the_speaker_and_no_further_than_needed(shape: str) -> None:
    near, far = (160.0, 280.0), (160.0, 900.0)
    for towards, bottom in ((near, 280.0), (far, BOX.bottom_pt + 1.15 * 60 + 16)):
        points = [(float(s[1]), float(s[2])) for s in plate_item(plate(shape, towards), BOX).segments if s[0] in "ML"]
        x, y = max(points, key=lambda p: p[1])
        assert x == pytest.approx(160, abs=1.5)
        assert y == pytest.approx(bottom, abs=1) if towards == near else y <= bottom


def test_a_speaker_under_the_balloon_has_no_tail() -> None:
    outline = balloon_points(plate("balloon"), BOX)
    assert tailed(outline, BOX, (160, 230)) == outline


def test_a_thought_is_led_to_by_bubbles() -> None:
    def loops(tail: tuple[float, float] | None) -> int:
        return sum(s[0] == "M" for s in plate_item(plate("cloud", tail), BOX).segments)

    assert (loops(None), loops((160, 400)), loops((160, 230))) == (1, 4, 1)


def test_the_same_plate_is_the_same_outline() -> None:
    assert all(math.isfinite(v) for s in plate_item(plate("burst", (0, 0)), BOX).segments for v in s[1:] if isinstance(v, float))
    assert plate_item(plate("cloud"), BOX) == plate_item(plate("cloud"), BOX)
