"""Machine settings come from the environment."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from qwen_pipeline.settings import Settings


def test_the_store_lies_in_the_users_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("QWEN_PIPELINE_STORE", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert Settings().store.name == "qwen-pipeline"


def test_the_environment_is_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("QWEN_PIPELINE_STORE", str(tmp_path))
    monkeypatch.setenv("QWEN_PIPELINE_WORKERS", "3")
    assert (Settings().store, Settings().workers) == (tmp_path, 3)
    assert Settings(store=Path("/elsewhere")).store == Path("/elsewhere")


def test_a_wrong_setting_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QWEN_PIPELINE_WORKERS", "none")
    with pytest.raises(ValidationError):
        Settings()
