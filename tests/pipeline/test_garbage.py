"""The collector's switch, and freed memory."""

import ctypes
import gc

import pytest

from qwen_pipeline.pipeline.garbage import give_back, uncollected


def test_the_collector_is_as_it_was_afterwards_even_after_a_failure() -> None:
    seen = []

    def fail() -> None:
        with uncollected():
            seen.append(gc.isenabled())
            with uncollected():
                seen.append(gc.isenabled())
            seen.append(gc.isenabled())
            raise ValueError

    assert gc.isenabled()
    with pytest.raises(ValueError):
        fail()
    assert seen == [False, False, False]
    assert gc.isenabled()


def test_a_caller_who_switched_it_off_keeps_it_off() -> None:
    gc.disable()
    try:
        with uncollected():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_giving_memory_back_is_no_error_where_the_system_has_no_such_thing(monkeypatch: pytest.MonkeyPatch) -> None:
    give_back()

    class Bare:
        def __init__(self, name: str | None) -> None:
            assert name is None

    monkeypatch.setattr(ctypes, "CDLL", Bare)
    give_back()
