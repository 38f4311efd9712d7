"""A cache bounded by bytes."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from qwen_pipeline.memo import Memo


def held(memo: Memo[int], *keys: str) -> list[str]:
    """Which of `keys` are held; asking changes nothing but their order."""
    return [key for key in keys if memo.get(key, lambda: -1) != -1]


def test_what_was_used_longest_ago_goes_first_and_the_newest_stays() -> None:
    memo: Memo[int] = Memo(10, lambda size: size)
    for key, size in (("a", 4), ("b", 5)):
        memo.get(key, lambda size=size: size)  # type: ignore[misc]
    memo.get("a", lambda: 0)
    memo.get("c", lambda: 3)
    assert held(memo, "a", "c") == ["a", "c"]
    memo.get("huge", lambda: 50)
    assert held(memo, "huge") == ["huge"]


def test_room_is_made_before_the_value_is() -> None:
    memo: Memo[int] = Memo(10, lambda size: size)
    for key, size in (("a", 4), ("b", 5)):
        memo.get(key, lambda size=size: size)  # type: ignore[misc]
    memo.make_room(1)
    assert held(memo, "a", "b") == ["a", "b"]
    memo.make_room(5)
    assert held(memo, "b") == ["b"]
    memo.make_room(11)
    assert held(memo, "b") == []


def test_of_two_threads_one_makes_and_one_waits() -> None:
    memo: Memo[int] = Memo(10, lambda size: size)
    begun, go_on, made = threading.Event(), threading.Event(), list[int]()

    def make() -> int:
        begun.set()
        go_on.wait(10)
        made.append(1)
        return 7

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(memo.get, "a", make)
        assert begun.wait(10)
        second = pool.submit(memo.get, "a", make)
        go_on.set()
        assert (first.result(10), second.result(10), len(made)) == (7, 7, 1)


def test_what_could_not_be_made_is_tried_again() -> None:
    memo: Memo[int] = Memo(10, lambda size: size)
    with pytest.raises(ZeroDivisionError):
        memo.get("a", lambda: 1 // 0)
    assert memo.get("a", lambda: 3) == 3
