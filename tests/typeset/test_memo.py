"""A cache bounded by bytes."""

from qwen_pipeline.typeset.memo import Memo


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
