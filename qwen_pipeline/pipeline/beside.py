"""A second thread for one piece: what Pillow, zlib and pdfium do without the interpreter's lock goes on beside the rest."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import partial
from typing import Protocol, TypeVar

from qwen_pipeline import pictures
from qwen_pipeline.errors import BadPicture
from qwen_pipeline.store import Store
from qwen_pipeline.types import Plan

from .garbage import keep_freed

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


@contextmanager
def unpacking(plan: Plan, store: Store) -> Iterator[None]:
    """Unpack the picture of a plan's only page, where it has been drawn before, while what sets type is imported.

    It is kept where the typesetter looks for it. What is wrong with it is told when it is wanted.
    """
    shown = [name for piece in plan.pieces for page in piece.pages for name in page.scenes]
    if len(shown) != 1 or store.output(plan.pieces[0].fingerprint) is not None:
        yield
        return
    keep_freed()
    with beside() as later:
        later(partial(_unpack, store, shown[0]))
        yield


def _unpack(store: Store, scene: str) -> None:
    drawn = store.scene(scene)
    if drawn is not None:
        with suppress(BadPicture):
            pictures.load(drawn.path)
