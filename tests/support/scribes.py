"""Putting the scribe and its reader in the places of real ones, for one test."""

from __future__ import annotations

from typing import Any

import pytest

from qwen_pipeline.render.engines import draft
from qwen_pipeline.verify.readers import rapidocr

from .engines.scribe import INFO, READER, Log, Plan, open_knowing, open_scribe


def engage(monkeypatch: pytest.MonkeyPatch, plan: Plan, *, info: Any = INFO) -> Log:
    """The scribe as `draft`; who reads what it wrote stays the real reader."""
    log = Log()
    monkeypatch.setattr(draft, "INFO", info)
    monkeypatch.setattr(draft, "open_engine", lambda settings: open_scribe(plan, log, info))
    return log


def install(monkeypatch: pytest.MonkeyPatch, plan: Plan, *, reader: bool = True, info: Any = INFO) -> Log:
    """The scribe as `draft`, and its reader as `rapidocr`; without `reader`, none is installed."""
    log = engage(monkeypatch, plan, info=info)
    monkeypatch.setattr(rapidocr, "INFO", READER)
    monkeypatch.setattr(rapidocr, "missing", lambda: "" if reader else "not installed")
    monkeypatch.setattr(rapidocr, "open_reader", open_knowing)
    return log
