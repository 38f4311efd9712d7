"""A second thread for one piece: what Pillow, zlib and pdfium do without the interpreter's lock goes on while type is set."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Protocol, TypeVar

T = TypeVar("T")
_SWITCH_S = 0.0005
"""So long at most a thread that comes back from a library waits for the interpreter: a hundred times for one picture."""


class Later(Protocol):
    """Begins some work; what it returns waits for the work's end, and gives its value or raises what it raised."""

    def __call__(self, work: Callable[[], T], /) -> Callable[[], T]: ...


@contextmanager
def beside() -> Iterator[Later]:
    """Work in one other thread, in the order in which it is begun. All of it has ended when the block ends."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(_SWITCH_S)
    try:
        with ThreadPoolExecutor(1, "beside") as pool:

            def later(work: Callable[[], T], /) -> Callable[[], T]:
                return pool.submit(work).result

            yield later
    finally:
        sys.setswitchinterval(usual)
