"""Fonts for all tests of the stage: instances are made once."""

from __future__ import annotations

import pytest

from qwen_pipeline.typeset.fonts import Fonts


@pytest.fixture(scope="session")
def fonts() -> Fonts:
    return Fonts()
