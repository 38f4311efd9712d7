"""Locks between the processes of one machine."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path

from .files import explained


class Locks:
    """Locks by kind and name, under one folder."""

    def __init__(self, root: Path) -> None:
        self.root = Path(root).absolute()

    @contextlib.contextmanager
    def lock(self, kind: str, name: str, on_wait: Callable[[], None] | None = None) -> Iterator[None]:
        """Hold `kind/name` against every other process using this store; `on_wait` is called once if somebody else has it.

        The lock is the operating system's, so it goes away with the process that holds it, however that ends.
        """
        from filelock import FileLock, Timeout  # brings asyncio with it

        path = self._lock_path(kind, name)
        with explained(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            lock = FileLock(path, thread_local=False)
            try:
                lock.acquire(timeout=0)
            except Timeout:
                if on_wait:
                    on_wait()
                lock.acquire()
        try:
            yield
        finally:
            lock.release()

    def watch(self, kind: str, name: str) -> Callable[[], bool]:
        """Asks, each time it is called, whether somebody holds `kind/name`."""
        from filelock import FileLock, Timeout

        path = self._lock_path(kind, name)

        def is_held() -> bool:
            with explained(path):
                path.parent.mkdir(parents=True, exist_ok=True)
            try:
                with FileLock(path, timeout=0, thread_local=False):
                    return False
            except Timeout:
                return True

        return is_held

    def scene_lock(self, fingerprint: str) -> contextlib.AbstractContextManager[None]:
        """Held while a picture is drawn, so that no other process draws it too. Look for it again once inside."""
        return self.lock("scene", fingerprint)

    def _lock_path(self, kind: str, name: str) -> Path:
        return self.root / "locks" / kind / hashlib.sha256(name.encode()).hexdigest()[:32]
