"""Toy weights for tests: written once a run, whichever tests ask for them."""

from __future__ import annotations

import tempfile
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import pytest

from qwen_pipeline.settings import Settings
from scripts import toy_weights

_FOLDER = tempfile.TemporaryDirectory(prefix="toy-weights-")
NEEDED = ("torch", "diffusers", "transformers")


def has_toy(model: str) -> bool:
    return model in toy_weights.families()


@cache
def toy(model: str) -> Path:
    """The folder of a model's toy checkpoint. Skips the test where the extra `model` is not installed."""
    if any(find_spec(name) is None for name in NEEDED):
        pytest.skip("the extra `model` is not installed")
    return toy_weights.write(model, Path(_FOLDER.name) / model)


def toy_settings(model: str, store: Path) -> Settings:
    return Settings(store=store, weights=toy(model), device="cpu")
