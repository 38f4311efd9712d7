"""What was delivered where (so that an unchanged build is seen without planning), and the ledger of runs."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from qwen_pipeline.dataclass import dataclass

from .files import explained

RACY_NS = 50_000_000
"""A file changed this shortly before it was stamped may change again within one tick of the clock: its stamp is not trusted."""


@dataclass(frozen=True, slots=True)
class FileStamp:
    """A file as it was: enough to see cheaply that it has not been touched, and the digest it had (of files that we wrote)."""

    path: str
    size: int
    mtime_ns: int
    ctime_ns: int
    digest: str = ""

    @classmethod
    def of(cls, path: Path, name: str | None = None, digest: str = "") -> FileStamp:
        """The file's stamp now; a missing file has size -1."""
        try:
            found = os.stat(path)
        except OSError:
            return cls(name or str(path), -1, 0, 0, digest)
        return cls(name or str(path), found.st_size, found.st_mtime_ns, found.st_ctime_ns, digest)

    def unchanged(self, folder: str = "") -> bool:
        """Whether the file still has this stamp."""
        try:
            found = os.stat(f"{folder}/{self.path}" if folder else self.path)
        except OSError:
            return False
        return (found.st_size, found.st_mtime_ns, found.st_ctime_ns) == (self.size, self.mtime_ns, self.ctime_ns)

    def settled(self, now_ns: int) -> bool:
        """Whether the stamp can be trusted, taken at `now_ns`."""
        return self.size >= 0 and now_ns - max(self.mtime_ns, self.ctime_ns) > RACY_NS


@dataclass(frozen=True, slots=True)
class OutRecord:
    """What an output folder held after a finished build: `key` is the digest of the call, `spec` what was built.

    `inputs` have absolute paths, `files` paths relative to the folder. `asked`: fingerprint of a piece that waits for a person,
    and since when, in seconds. `enhanced`: whether prompts were to be rewritten.
    """

    key: str
    spec: str
    usage: str
    model: str
    inputs: tuple[FileStamp, ...]
    files: tuple[FileStamp, ...]
    asked: tuple[tuple[str, float], ...] = ()
    enhanced: bool = False


def append_line(path: Path, entry: dict[str, Any]) -> None:
    """Add one line to a ledger: a single write, so that lines of two processes never mix."""
    line = json.dumps(entry, ensure_ascii=False, sort_keys=True) + "\n"
    with explained(path):
        handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o666)
        try:
            os.write(handle, line.encode())
        finally:
            os.close(handle)


def read_lines(path: Path) -> list[dict[str, Any]]:
    """The ledger's entries; a line cut off by a kill is skipped."""
    if not path.exists():
        return []
    entries = []
    for line in path.read_text("utf-8", errors="replace").splitlines():
        try:
            entries.append(json.loads(line))
        except json.JSONDecodeError:
            continue
    return entries
