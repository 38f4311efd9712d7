"""Putting files under their final names in an output folder, and knowing what was put there."""

from __future__ import annotations

import contextlib
import os
from dataclasses import field
from pathlib import Path

from qwen_pipeline.dataclass import dataclass
from qwen_pipeline.errors import Refused
from qwen_pipeline.fingerprint import file_digest
from qwen_pipeline.store import FileStamp, Store, StoredOutput, explained, write_if_changed

REJECTED = "rejected"
WAITING = "review"
"""Where pieces lie that a person is to look at."""
PROMPTS = "prompts"
OWN_FILES = ("manifest.json", "findings.json")
OWN_NAMES = (REJECTED, WAITING, PROMPTS, *OWN_FILES)
"""Names in an output folder that no output may have."""


def _named(folder: str, path: str) -> str:
    return f"{folder}/{path}" if folder else path


@dataclass
class Shelf:
    """One output folder during a build. `stamps`: every file that belongs there now, as it was left."""

    out: Path
    store: Store
    before: dict[str, FileStamp] = field(default_factory=dict)
    stamps: dict[str, FileStamp] = field(default_factory=dict)
    written: int = 0

    def __post_init__(self) -> None:
        self.out = self.out.resolve()

    def put_output(self, stored: StoredOutput, folder: str = "") -> None:
        """Every file of a piece, under its final name or in a folder of ours. Raises Damaged where the store's copy is bad."""
        for index, artifact in enumerate(stored.record.artifacts):
            name = _named(folder, artifact.path)
            for other in ("", REJECTED, WAITING):
                if other != folder:
                    self._withdraw(_named(other, artifact.path))  # of the last build: it would be taken for this one's
            if not self._holds(name, artifact.bytes, artifact.digest):
                target = self._target(name)
                stored.deliver(index, target, self._scratch(target))
                self.written += 1
            self._stamp(name, artifact.digest)

    def put_text(self, name: str, data: bytes) -> None:
        """A file of ours, written only where it changes."""
        target = self._target(name)
        self.written += write_if_changed(target, data, scratch=self._scratch(target))
        self._stamp(name)

    def clear_stale(self) -> int:
        """Delete what the last build left that does not belong here any more and nobody has touched since; how many."""
        return sum(self._withdraw(name) for name in self.before if name not in self.stamps)

    def keep_rest(self) -> None:
        """Count what the last build left as still belonging here: a build of a part of a spec says nothing of the rest."""
        for name, stamp in self.before.items():
            if name not in self.stamps and stamp.unchanged(str(self.out)):
                self.stamps[name] = stamp

    def _withdraw(self, name: str) -> bool:
        """Delete a file that the last build left, unless it was touched since."""
        stamp = self.before.get(name)
        if stamp is None or not stamp.unchanged(str(self.out)) or not self._is_inside(name):
            return False
        path = self.out / name
        path.unlink()
        for parent in path.parents:
            if parent == self.out:
                break
            with contextlib.suppress(OSError):
                parent.rmdir()
        return True

    def _holds(self, name: str, size: int, digest: str) -> bool:
        known = self.before.get(name)
        if known and known.digest == digest and known.unchanged(str(self.out)):
            return True
        path = self.out / name
        return path.is_file() and path.stat().st_size == size and file_digest(path) == digest

    def _stamp(self, name: str, digest: str = "") -> None:
        self.stamps[name] = FileStamp.of(self.out / name, name, digest)

    def _target(self, name: str) -> Path:
        if not self._is_inside(name):
            raise Refused(
                f"the output {name!r} would lie outside {self.out}", code="path-outside", hint="choose a name inside --out"
            )
        return self.out / name

    def _is_inside(self, name: str) -> bool:
        """Not so where a folder has become a link that leads elsewhere."""
        return (self.out / name).parent.resolve().is_relative_to(self.out)

    def _scratch(self, target: Path) -> Path | None:
        """Where unfinished files lie: in the folder itself, where they are swept after a kill, or beside `target` on its disk."""
        with explained(target):
            target.parent.mkdir(parents=True, exist_ok=True)
            return self.out if os.stat(self.out).st_dev == os.stat(target.parent).st_dev else None
