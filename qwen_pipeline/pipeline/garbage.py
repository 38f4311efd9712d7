"""Memory: the garbage collector, off while only things that stay are made, and what is freed, given back to the system."""

from __future__ import annotations

import ctypes
import gc
from collections.abc import Iterator
from contextlib import contextmanager, suppress

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD, _M_ARENA_MAX = -1, -3, -8
"""Of glibc's `mallopt`."""
_LARGE_BYTES = 1 << 28

@contextmanager
def uncollected() -> Iterator[None]:
    """Without passes of the cyclic collector, which would look through all that is there, again and again.

    Inside another one, or where the caller has switched it off, nothing changes.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def give_back() -> None:
    """Hand freed memory back to the system. glibc keeps it: tens of megabytes after a long PDF. Elsewhere nothing happens."""
    with suppress(AttributeError, OSError, TypeError):
        ctypes.CDLL(None).malloc_trim(0)


def keep_freed() -> None:
    """Let glibc keep what is freed for the next picture, in any thread. Elsewhere nothing happens.

    It would hand every picture's megabytes back, and the system would clear pages for the next one: half of a poster's page
    faults. Its peak is lower too, because what one thread frees another one takes.
    """
    with suppress(AttributeError, OSError, TypeError):
        libc = ctypes.CDLL(None)
        libc.mallopt(_M_MMAP_THRESHOLD, _LARGE_BYTES)
        libc.mallopt(_M_TRIM_THRESHOLD, _LARGE_BYTES)
        libc.mallopt(_M_ARENA_MAX, 1)
