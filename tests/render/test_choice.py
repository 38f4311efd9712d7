from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import pytest

from qwen_pipeline.errors import EngineUnavailable, LicenceRefused
from qwen_pipeline.render import choose_engine, engine, engine_ids, engine_module
from qwen_pipeline.render.engines import draft


def test_draft_is_there_and_may_always_be_used() -> None:
    assert "draft" in engine_ids()
    for usage in ("commercial", "research"):
        assert choose_engine("draft", usage)[0] == "draft"


def test_unknown_engine_has_a_hint() -> None:
    with pytest.raises(EngineUnavailable) as caught:
        engine_module("drat")
    assert "draft" in caught.value.hint


def _installed(monkeypatch: pytest.MonkeyPatch, missing: str) -> None:
    research = replace(draft.INFO, id="big", rank=9, usages=frozenset({"research"}), licence="research only")
    big = SimpleNamespace(INFO=research, missing=lambda settings: missing)
    modules = {"big": big, "draft": draft}
    monkeypatch.setattr(engine, "engine_ids", lambda: tuple(modules))
    monkeypatch.setattr(engine, "engine_module", modules.__getitem__)


def test_auto_prefers_a_neural_engine_that_can_run(monkeypatch: pytest.MonkeyPatch) -> None:
    _installed(monkeypatch, "")
    assert choose_engine("auto", "research")[0] == "big"


def test_auto_says_what_it_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    _installed(monkeypatch, "no GPU")
    assert choose_engine("auto", "research") == ("draft", "big: no GPU")
    assert choose_engine("auto", "commercial")[0] == "draft"


def test_research_weights_are_refused_commercially(monkeypatch: pytest.MonkeyPatch) -> None:
    _installed(monkeypatch, "")
    with pytest.raises(LicenceRefused) as caught:
        choose_engine("big", "commercial")
    assert caught.value.exit_code == 3
