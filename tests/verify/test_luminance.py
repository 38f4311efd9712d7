"""Contrast of many pixels: the short ways give what the long ones do."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from qwen_pipeline.types import Color
from qwen_pipeline.verify import luminance


@pytest.mark.parametrize("count", [1, 2, 3, 100, 9999])
@pytest.mark.parametrize("percent", [0, 3, 5, 50, 97, 100])
def test_percentile_is_numpy_s(count: int, percent: float) -> None:
    values = np.random.default_rng(count).random(count)
    assert luminance._percentile(values, percent) == pytest.approx(float(np.percentile(values, percent)), rel=1e-12)


def test_an_opaque_colour_hides_every_pixel() -> None:
    ground = Image.fromarray(np.random.default_rng(1).integers(0, 256, (40, 50, 3), np.uint8))
    almost = luminance.contrast_over(Color(20, 40, 60, 1 - 1e-9), ground, 5)
    assert luminance.contrast_over(Color(20, 40, 60), ground, 5) == pytest.approx(almost, rel=1e-9)
