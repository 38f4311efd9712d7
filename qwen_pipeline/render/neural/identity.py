"""Which weights these are: one digest for a checkpoint, exact, and cheap from the second time on.

A file of the Hugging Face cache lies under its own sha256, so nothing is read. Other files are read once, all of their bytes;
their digests are kept by path, size and times (that of the last change of the file's entry among them, which no copy or
replacement leaves as it was) in `<store>/weights.json`.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import threading
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from qwen_pipeline.fingerprint import digest, file_digest
from qwen_pipeline.render.engine import OnPhase, unheard
from qwen_pipeline.store import FileStamp, Store, write_bytes

from .weights import Checkpoint

LEDGER = "weights.json"
_CHUNK = 2**26
_BLOB = re.compile(r"[0-9a-f]{64}")


def weights_digest(checkpoint: Checkpoint, store: Path, on_phase: OnPhase = unheard) -> str:
    """sha256 over the names and digests of every file that decides what the model is."""
    tensors = [file for part in checkpoint.parts for file in part.files]
    known = dict(zip(tensors, digests(tensors, store, on_phase), strict=True))
    entries = [(str(file.relative_to(checkpoint.path)), sha) for file, sha in known.items()]
    entries += [(str(file.relative_to(checkpoint.path)), file_digest(file)) for file in checkpoint.described()]
    return digest(sorted(entries))


def digests(files: Sequence[Path], store: Path, on_phase: OnPhase = unheard) -> list[str]:
    """sha256 of each file; those that were read before and have not been touched are not read again.

    `on_phase` hears how many bytes are read (`identify`).
    """
    ledger = _read(store / LEDGER)
    stamps = [FileStamp.of(file.resolve()) for file in files]
    found = [_known(file, stamp, ledger) for file, stamp in zip(files, stamps, strict=True)]
    todo = [n for n, sha in enumerate(found) if not sha]
    if todo:
        read = _Read(sum(stamps[n].size for n in todo), on_phase)
        with ThreadPoolExecutor(min(8, len(todo), (os.cpu_count() or 1) + 1)) as pool:  # hashing lets go of the interpreter
            for n, sha in zip(todo, pool.map(read.digest, [files[n] for n in todo]), strict=True):
                found[n] = sha
        _keep(store, ledger, ((stamps[n], found[n]) for n in todo))
    return found


class _Read:
    """Files being read, and how far."""

    def __init__(self, total: int, on_phase: OnPhase) -> None:
        self._total, self._on_phase = total, on_phase
        self._done = 0
        self._lock = threading.Lock()
        on_phase("identify", 0, total)

    def digest(self, file: Path) -> str:
        """sha256 of a file's bytes."""
        found = hashlib.sha256()
        buffer = memoryview(bytearray(_CHUNK))
        with file.open("rb", buffering=0) as handle:
            while size := handle.readinto(buffer):
                found.update(buffer[:size])
                with self._lock:
                    self._done += size
                    self._on_phase("identify", self._done, self._total)
        return found.hexdigest()


def _known(file: Path, stamp: FileStamp, ledger: dict[str, Any]) -> str:
    name = file.resolve().name
    if file.is_symlink() and _BLOB.fullmatch(name):
        return name
    entry = ledger.get(stamp.path, {})
    same = (entry.get("size"), entry.get("mtime_ns"), entry.get("ctime_ns")) == (stamp.size, stamp.mtime_ns, stamp.ctime_ns)
    return str(entry["sha256"]) if same else ""


def _keep(store: Path, ledger: dict[str, Any], made: Iterable[tuple[FileStamp, str]]) -> None:
    for stamp, sha in made:
        entry = {"size": stamp.size, "mtime_ns": stamp.mtime_ns, "ctime_ns": stamp.ctime_ns, "sha256": sha}
        ledger[stamp.path] = entry
    with Store(store).staging() as scratch:
        write_bytes(store / LEDGER, json.dumps(ledger, indent=1, sort_keys=True).encode(), durable=False, scratch=scratch)


def _read(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
