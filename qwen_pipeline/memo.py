"""A cache bounded by bytes."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

T = TypeVar("T")


class Memo(Generic[T]):
    """Holds at most `limit` bytes and forgets what was used longest ago. The newest value is always kept."""

    def __init__(self, limit: int, size: Callable[[T], int]) -> None:
        self._limit, self._size, self._held = limit, size, 0
        self._items: OrderedDict[Hashable, T] = OrderedDict()
        self._lock = threading.Lock()
        self._making: dict[Hashable, threading.Event] = {}

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """The value of `key`, made now if it is not held. Of two threads that ask for it at once, one makes it and one waits."""
        while True:
            with self._lock:
                if key in self._items:
                    self._items.move_to_end(key)
                    return self._items[key]
                making = self._making.setdefault(key, mine := threading.Event())
            if making is mine:
                return self._make(key, make, mine)
            making.wait()

    def _make(self, key: Hashable, make: Callable[[], T], made: threading.Event) -> T:
        try:
            value = make()
            with self._lock:
                self._items[key] = value
                self._held += self._size(value)
                self._forget(self._limit, 1)
            return value
        finally:
            with self._lock:
                del self._making[key]
            made.set()

    def make_room(self, size: int) -> None:
        """Forget now what a value of `size` bytes would push out, so that the two are never held together."""
        with self._lock:
            self._forget(self._limit - size, 0)

    def _forget(self, limit: int, kept: int) -> None:
        while self._held > limit and len(self._items) > kept:
            self._held -= self._size(self._items.popitem(last=False)[1])
