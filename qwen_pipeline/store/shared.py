"""A store with a shared place behind it: the local one is the cache, the shared one is what machines have in common.

    <shared>/blobs/ab/<sha256>                 a picture, a delivered file, a lettering
    <shared>/scenes/ab/<fingerprint>.json      the record of a picture
    <shared>/outputs/ab/<fingerprint>.json     the record of a piece
    <shared>/answers/ab/<key>.json             what a prompt enhancer said
    <shared>/leases/...                        who works on what

Blobs go first and records last, each put only where there is none: the first record of a fingerprint is everybody's, and a
machine that comes second takes it for its own. Ledgers, fonts and what lies where stay with each machine.
"""

from __future__ import annotations

import contextlib
import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qwen_pipeline.fingerprint import scene_fingerprint
from qwen_pipeline.types import Answer, Artifact, Finding, SceneRequest, SceneResult, TextOutcome

from . import records
from .files import Damaged, is_whole, remove, write_bytes
from .leases import LEASE_S, Lease
from .objects import Objects
from .records import OutputRecord, SceneRecord, StoredOutput
from .store import Store

if TYPE_CHECKING:
    from PIL.Image import Image

_HERE = ("staging", "engine")
"""Locks on what each machine has of its own."""
_FILE = re.compile(r"\d{4}(\.[A-Za-z0-9]{1,16})?")
"""How files of a piece are called; a record from elsewhere may name nothing else."""


class SharedStore(Store):
    """A `Store` that asks the shared place for what it has not, and tells it what it made."""

    def __init__(self, root: Path, objects: Objects, lease_s: float = LEASE_S) -> None:
        super().__init__(root)
        self._objects = objects
        self._lease_s = lease_s

    # --- scenes --------------------------------------------------------------------------------------------------------

    def scene(self, fingerprint: str) -> SceneResult | None:
        return super().scene(fingerprint) or self._pull_scene(fingerprint)

    def has_scene(self, fingerprint: str) -> bool:
        return super().has_scene(fingerprint) or self._objects.exists(_record_name("scenes", fingerprint))

    def put_scene(self, request: SceneRequest, image: Image, meta: Mapping[str, Any] | None = None) -> SceneResult:
        made = super().put_scene(request, image, meta)
        record = super().scene_record(made.fingerprint)
        assert record is not None
        self._objects.put_file(_blob(record.digest), Path(made.path))
        if self._put_record("scenes", made.fingerprint, SceneRecord, record):
            return made
        self.drop_scene(made.fingerprint)
        return self._pull_scene(made.fingerprint) or super().put_scene(request, image, meta)

    def _pull_scene(self, fingerprint: str) -> SceneResult | None:
        record = self._record("scenes", fingerprint, SceneRecord)
        if record is None or scene_fingerprint(record.request) != fingerprint:
            return None
        path = self._scene_path(fingerprint, ".png")
        with self.staging() as scratch:
            if not self._pull_blob(record.digest, record.bytes, scratch / "picture"):
                self._objects.delete(_record_name("scenes", fingerprint))
                return None
            path.parent.mkdir(parents=True, exist_ok=True)
            (scratch / "picture").replace(path)
            records.save(self._scene_path(fingerprint, ".json"), SceneRecord, record, scratch)
        return super().scene(fingerprint)

    # --- outputs -------------------------------------------------------------------------------------------------------

    def output(self, fingerprint: str) -> StoredOutput | None:
        return super().output(fingerprint) or self._pull_output(fingerprint)

    def put_output(
        self,
        fingerprint: str,
        staging: Path,
        artifacts: tuple[Artifact, ...],
        findings: tuple[Finding, ...] = (),
        texts: tuple[TextOutcome, ...] = (),
    ) -> StoredOutput:
        made = super().put_output(fingerprint, staging, artifacts, findings, texts)
        for index, artifact in enumerate(made.record.artifacts):
            self._objects.put_file(_blob(artifact.digest), made.file(index))
        if self._put_record("outputs", fingerprint, OutputRecord, made.record):
            return made
        theirs = self._record("outputs", fingerprint, OutputRecord)
        if theirs is None or theirs == made.record:
            return made
        self.drop_output(fingerprint)
        return self._pull_output(fingerprint) or made

    def _pull_output(self, fingerprint: str) -> StoredOutput | None:
        record = self._record("outputs", fingerprint, OutputRecord)
        if record is None or record.fingerprint != fingerprint or not _is_plain(record):
            return None
        with self.staging() as whole:
            for artifact, name in zip(record.artifacts, record.files, strict=True):
                if not self._pull_blob(artifact.digest, artifact.bytes, whole / name):
                    self._objects.delete(_record_name("outputs", fingerprint))
                    return None
            records.save(whole / "index.json", OutputRecord, record, whole)
            folder = self._output_folder(fingerprint)
            folder.parent.mkdir(parents=True, exist_ok=True)
            return self._take_place(whole, StoredOutput(folder, record))

    # --- assets --------------------------------------------------------------------------------------------------------

    def asset(self, digest: str) -> Path | None:
        found = super().asset(digest)
        if found is None:
            data = self._objects.get(_blob(digest))
            if data is None or hashlib.sha256(data).hexdigest() != digest:
                return None
            write_bytes(self.asset_path(digest), data, durable=False)
        return self.asset_path(digest)

    def put_asset(self, data: bytes) -> str:
        digest = super().put_asset(data)
        self._objects.put_new(_blob(digest), data)
        return digest

    # --- answers -------------------------------------------------------------------------------------------------------

    def answer(self, key: str) -> Answer | None:
        found: Answer | None = super().answer(key) or self._record("answers", key, Answer)
        if found is not None and super().answer(key) is None:
            super().put_answer(key, found)
        return found

    def put_answer(self, key: str, answer: Answer) -> None:
        """Where another machine was first, its answer is everybody's."""
        theirs = None if self._put_record("answers", key, Answer, answer) else self._record("answers", key, Answer)
        super().put_answer(key, theirs or answer)

    # --- locks ---------------------------------------------------------------------------------------------------------

    @contextlib.contextmanager
    def lock(self, kind: str, name: str, on_wait: Callable[[], None] | None = None) -> Iterator[None]:
        """As in `Store`, and among machines by a lease; but for what each machine has of its own."""
        with super().lock(kind, name, on_wait), contextlib.ExitStack() as stack:
            if kind not in _HERE:
                shared = _folder_name(name) if kind == "out" else name
                if shared:
                    stack.enter_context(self._lease(kind, shared).held(on_wait))
            yield

    def watch(self, kind: str, name: str) -> Callable[[], bool]:
        return self._lease(kind, name).is_held

    def _lease(self, kind: str, name: str) -> Lease:
        return Lease(self._objects, f"leases/{kind}/{hashlib.sha256(name.encode()).hexdigest()[:32]}", self._lease_s)

    # --- inside --------------------------------------------------------------------------------------------------------

    def _put_record(self, kind: str, fingerprint: str, type_: Any, record: Any) -> bool:
        return self._objects.put_new(_record_name(kind, fingerprint), records.encode(type_, record))

    def _record(self, kind: str, fingerprint: str, type_: Any) -> Any:
        """A record of the shared place; one that is damaged is deleted, so that it is made again."""
        name = _record_name(kind, fingerprint)
        data = self._objects.get(name)
        if data is None:
            return None
        try:
            return records.decode(data, type_, name)
        except Damaged:
            self._objects.delete(name)
            return None

    def _pull_blob(self, digest: str, size: int, target: Path) -> bool:
        """Fetch a file and look at every byte; a damaged one is deleted."""
        name = _blob(digest)
        if self._objects.get_file(name, target) and is_whole(target, size, digest):
            return True
        remove(target)
        self._objects.delete(name)
        return False


def _is_plain(record: OutputRecord) -> bool:
    return len(record.files) == len(record.artifacts) and all(_FILE.fullmatch(name) for name in record.files)


def _record_name(kind: str, fingerprint: str) -> str:
    return f"{kind}/{fingerprint[:2]}/{fingerprint}.json"


def _blob(digest: str) -> str:
    return f"blobs/{digest[:2]}/{digest}"


def _folder_name(path: str) -> str:
    """What machines that mount one folder agree on; empty where there is none yet. Another machine's folder of the same name is
    another one."""
    folder = Path(path)
    return f"{folder.name}#{folder.stat().st_ino}" if folder.is_dir() else ""
