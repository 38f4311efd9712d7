"""`qwen_pipeline.dataclass` does what the standard library's does; each case is run with both."""

from __future__ import annotations

import copy
import dataclasses
import pickle
from collections.abc import Callable
from dataclasses import FrozenInstanceError, asdict, field, fields, replace
from typing import Any

import pytest

from qwen_pipeline.dataclass import dataclass as ours

Decorator = Callable[..., Callable[[type], Any]]
BOTH = pytest.mark.parametrize("decorate", [dataclasses.dataclass, ours], ids=["library", "ours"])


def point(decorate: Decorator, **options: bool) -> Any:
    class Point:
        """A place."""

        x: int
        y: int = 2
        tags: list[str] = field(default_factory=list)
        source: str = field(default="", compare=False)
        length: int = field(init=False)

        def __post_init__(self) -> None:
            object.__setattr__(self, "length", self.x + self.y)

    return decorate(**options)(Point)


@ours(frozen=True, slots=True)
class Kept:
    """At the module's level, where pickles find it."""

    name: str
    pages: tuple[int, ...] = ()


@BOTH
@pytest.mark.parametrize("slots", [True, False])
def test_frozen_objects(decorate: Decorator, slots: bool) -> None:
    made = point(decorate, frozen=True, slots=slots)
    one, other = made(1, tags=["a"]), made(1, 2, ["a"], "elsewhere")
    assert (one.x, one.y, one.tags, one.source, one.length) == (1, 2, ["a"], "", 3)
    assert one == other
    assert one not in (made(2), (1, 2))
    assert replace(one, y=5).length == 6
    assert repr(one).endswith("Point(x=1, y=2, tags=['a'], source='', length=3)")
    assert made(1).tags is not made(1).tags
    assert [f.name for f in fields(one)] == ["x", "y", "tags", "source", "length"]
    assert asdict(one) == {"x": 1, "y": 2, "tags": ["a"], "source": "", "length": 3}
    assert hasattr(one, "__dict__") is not slots
    assert [copy.copy(one), copy.deepcopy(one)] == [one, one]
    with pytest.raises(FrozenInstanceError):
        one.x = 2
    with pytest.raises(FrozenInstanceError):
        del one.x
    match one:
        case made(1, y):
            assert y == 2


@BOTH
def test_hash_follows_what_is_compared(decorate: Decorator) -> None:
    made = point(decorate, frozen=True)
    assert hash(made(1, tags=(), source="here")) == hash(made(1, tags=(), source="there"))
    with pytest.raises(TypeError):
        hash(point(decorate)(1))


@BOTH
@pytest.mark.parametrize("slots", [True, False])
def test_changing_objects(decorate: Decorator, slots: bool) -> None:
    made = point(decorate, slots=slots)
    one = made(1)
    one.y = 7
    assert (one.y, one.length) == (7, 3)


def test_pickles() -> None:
    assert pickle.loads(pickle.dumps(Kept("a", (1,)))) == Kept("a", (1,))


@BOTH
def test_own_methods_stay(decorate: Decorator) -> None:
    class Loud:
        name: str

        def __repr__(self) -> str:
            return self.name.upper()

        def __eq__(self, other: object) -> bool:
            return isinstance(other, type(self))

        def __hash__(self) -> int:
            return 1

    made = decorate(frozen=True, slots=True)(Loud)
    assert (repr(made("a")), made("a") == made("b"), hash(made("a"))) == ("A", True, 1)


@BOTH
@pytest.mark.parametrize("arguments", [(), (1, 2, [], "", 5), (1, "x")])
def test_wrong_arguments(decorate: Decorator, arguments: tuple[Any, ...]) -> None:
    made = point(decorate, frozen=True, slots=True)
    with pytest.raises(TypeError):
        made(*arguments)


def test_nothing_is_compiled_before_it_is_called() -> None:
    made = point(ours, frozen=True, slots=True)
    waiting = made.__init__, made.__eq__, made.__hash__
    made(1)
    assert made.__init__ is not waiting[0]
    assert (made.__eq__, made.__hash__) == waiting[1:]
