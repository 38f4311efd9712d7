"""The workshops of this process: plans with processes to work on them. Imported, and begun, before Prefect is there."""

from __future__ import annotations

import threading

from qwen_pipeline.errors import Refused
from qwen_pipeline.pipeline import Workshop
from qwen_pipeline.pipeline.scenes import is_procedural

from .job import Job

_MAX_SHOPS = 2
_shops: dict[tuple[Job, str], Workshop] = {}
_begun: dict[Job, HeadStart] = {}
_guard = threading.Lock()
_stopped = False


class HeadStart:
    """Pieces made one by one while Prefect and its own server start, which takes seconds and leaves a core free.

    What is made lies in the store; what fails is left to the tasks, which say why. No model is loaded: that is for the tasks.
    """

    def __init__(self, shop: Workshop) -> None:
        self.shop = shop
        self._left = iter([piece.id for piece in shop.missing()] if is_procedural(shop.planned.plan.engine) else ())
        self._rendered = 0
        self._over = threading.Event()
        self._next = threading.Lock()
        self._threads = [threading.Thread(target=self._work, daemon=True) for _ in range(shop.hands)]
        for thread in self._threads:
            thread.start()

    def _work(self) -> None:
        while not self._over.is_set():
            with self._next:
                piece = next(self._left, None)
            if piece is None:
                return
            report = self.shop.make([piece])
            with self._next:
                self._rendered += report.rendered

    def end(self) -> int:
        """Make no further piece; how many pictures were drawn."""
        self._over.set()
        for thread in self._threads:
            thread.join()
        return self._rendered


def head_start(job: Job, hands: int | None) -> None:
    """Begin to work on a job whose flow is about to start. Raises what a build raises before any work."""
    _begun[job] = HeadStart(Workshop(job.order, job.settings, hands))


def take_up(job: Job, hands: int | None = None) -> tuple[Workshop, int]:
    """(the workshop of a job that a flow begins with, the pictures drawn by its head start)."""
    begun = _begun.pop(job, None)
    if begun is None:
        return open_workshop(job, hands), 0
    drawn = begun.end()
    return _kept(job, begun.shop), drawn


def open_workshop(job: Job, hands: int | None = None) -> Workshop:
    """The plan of a job and processes to work on it, kept for the tasks of this process."""
    return _kept(job, Workshop(job.order, job.settings, hands))


def _kept(job: Job, shop: Workshop) -> Workshop:
    with _guard:
        while len(_shops) >= _MAX_SHOPS:
            _shops.pop(next(iter(_shops))).close()
        _shops[job, shop.planned.plan.digest] = shop
    return shop


def workshop(job: Job, plan: str) -> Workshop:
    """The workshop that has this plan. On another machine it is planned anew, and must come to the same.

    Raises Refused (`other-plan`) where a file has changed meanwhile, or this machine has another version of the code.
    """
    with _guard:
        found = _shops.get((job, plan))
    if _stopped:
        raise Refused("this run has been stopped", code="stopped")
    shop = found or open_workshop(job, hands=1)
    if shop.planned.plan.digest != plan:
        message = f"the plan of {job.order.spec.name} is another one here: a file has changed, or the code is of another version"
        raise Refused(message, code="other-plan", hint="run it again; all workers need the same files and the same version")
    return shop


def stop_workshops() -> None:
    """End them for good: this process is ending, and no task of it may begin anew."""
    global _stopped
    _stopped = True
    close_workshops()


def close_workshops() -> None:
    """End the processes of this process's workshops."""
    with _guard:
        while _begun:
            _begun.popitem()[1].shop.close()
        while _shops:
            _shops.popitem()[1].close()
