"""The collector's switch, and freed memory."""

import ctypes
import gc

import pytest

from qwen_pipeline.pipeline.garbage import give_back, keep_freed, uncollected


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


def test_what_is_freed_is_kept_where_the_system_can(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[tuple[int, int]] = []

    class Libc:
        def __init__(self, name: str | None) -> None:
            assert name is None

        def mallopt(self, option: int, value: int) -> int:
            told.append((option, value))
            return 1

    monkeypatch.setattr(ctypes, "CDLL", Libc)
    keep_freed()
    assert [option for option, _ in told] == [-3, -1, -8]
    assert all(value >= 2048 * 2048 * 4 for _, value in told[:2])
    monkeypatch.setattr(ctypes, "CDLL", lambda name: object())
    keep_freed()
