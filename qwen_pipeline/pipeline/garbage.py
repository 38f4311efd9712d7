"""Memory: the garbage collector, off while only things that stay are made, and what is freed, given back to the system."""

from __future__ import annotations

import ctypes
import gc
from collections.abc import Iterator
from contextlib import contextmanager


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
    try:
        ctypes.CDLL(None).malloc_trim(0)
    except (AttributeError, OSError, TypeError):
        return
