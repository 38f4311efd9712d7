"""Leases in a shared place: who works on what, among machines. An object with a beat that its holder changes again and again.

Nobody compares clocks. Who waits watches the object with its own steady clock, and takes over where it has stood still for as
long as it says. A clock that jumps, or is wrong on another machine, changes nothing. A lease spares work; it is not what keeps
results whole: a holder that was taken for dead and wakes up makes the same files again, and the first record stays.

    leases/<kind>/<name>/<number>.json      {"owner": "...", "beat": 7, "seconds": 60}; the highest number holds
"""

from __future__ import annotations

import contextlib
import json
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import field

from qwen_pipeline.dataclass import dataclass
from qwen_pipeline.errors import StoreError

from .objects import Objects

LEASE_S = 60.0
"""A holder that has not been heard of for so long is gone."""
_BEATS = 4
"""Beats in that time: a holder may miss some of them."""


@dataclass
class Lease:
    """One name to hold. `clock` and `sleep` are steady: they know nothing of the time of day."""

    objects: Objects
    folder: str
    seconds: float = LEASE_S
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    _owner: str = field(default_factory=lambda: secrets.token_hex(8))
    _mine: str = ""
    _beat: int = 0
    _seen: tuple[str, bytes] = ("", b"")
    _since: float = 0.0

    @contextlib.contextmanager
    def held(self, on_wait: Callable[[], None] | None = None) -> Iterator[None]:
        """Hold it; `on_wait` is called once where another holds it. Beats in a thread of its own meanwhile."""
        said = False
        while not self.take():
            if on_wait and not said:
                on_wait()
            said = True
            self.sleep(self.seconds / _BEATS / 4)
        stop = threading.Event()
        beating = threading.Thread(target=self._keep, args=(stop,), daemon=True)
        beating.start()
        try:
            yield
        finally:
            stop.set()
            beating.join()
            self.release()

    def take(self) -> bool:
        """Try once; call again until it is True. Whoever stands still for `seconds`, as seen from here, loses it."""
        names = self.objects.names(self.folder)
        if names and not self._stands_still(names[-1]):
            return False
        number = int(names[-1].rpartition("/")[2].partition(".")[0]) + 1 if names else 0
        self._mine, self._beat = f"{self.folder}/{number:08d}.json", 0
        if not self.objects.put_new(self._mine, self._body()):
            self._mine = ""
            return False
        for name in names:
            self.objects.delete(name)
        return True

    def is_held(self) -> bool:
        """Whether somebody holds it, as far as can be told yet: True until it has stood still long enough."""
        names = self.objects.names(self.folder)
        return bool(names) and not self._stands_still(names[-1])

    def beat(self) -> bool:
        """Show that we are alive; False where another has taken over."""
        if not self._is_ours():
            return False
        self._beat += 1
        self.objects.replace(self._mine, self._body())
        return True

    def release(self) -> None:
        """Give it back, if it is still ours."""
        with contextlib.suppress(StoreError):  # it ends by itself when it stands still
            if self._is_ours():
                self.objects.delete(self._mine)
        self._mine = ""

    def _keep(self, stop: threading.Event) -> None:
        while not stop.wait(self.seconds / _BEATS):
            with contextlib.suppress(StoreError):  # the network may come back before the time is over
                if not self.beat():
                    return

    def _stands_still(self, name: str) -> bool:
        body = self.objects.get(name)
        if body is None:
            return True
        if (name, body) != self._seen:
            self._seen, self._since = (name, body), self.clock()
            return False
        return self.clock() - self._since > max(self.seconds, _seconds(body))

    def _is_ours(self) -> bool:
        body = self.objects.get(self._mine) if self._mine else None
        return body is not None and _field(body, "owner") == self._owner

    def _body(self) -> bytes:
        return json.dumps({"owner": self._owner, "beat": self._beat, "seconds": self.seconds}).encode()


def _seconds(body: bytes) -> float:
    """How long its holder may be silent; a lease that cannot be read says nothing. Nobody may hold one for a day of silence."""
    found = _field(body, "seconds")
    return min(float(found), 3600.0) if isinstance(found, (int, float)) else 0.0


def _field(body: bytes, name: str) -> object:
    try:
        found = json.loads(body)
    except ValueError:
        return None
    return found.get(name) if isinstance(found, dict) else None
