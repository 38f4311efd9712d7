"""The content-addressed store itself."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import secrets
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qwen_pipeline.errors import StoreError
from qwen_pipeline.fingerprint import canonical, file_digest, scene_fingerprint
from qwen_pipeline.types import Answer, Artifact, Finding, PictureReading, SceneRequest, SceneResult, TextOutcome

from . import records, runs
from .files import Damaged, atomic, explained, is_whole, remove, size_of, write_bytes
from .locks import Locks
from .records import OutputRecord, SceneMeta, SceneRecord, StoredOutput
from .runs import OutRecord

if TYPE_CHECKING:
    from PIL.Image import Image

REQUEST_KEY = "qwen-pipeline.scene"
"""The PNG text chunk that holds a stored picture's request."""
_STAGING = "staging"
_TRIES = 3


class Store(Locks):
    """Scenes, outputs and assets under one folder, which is made when it is first needed. Safe to use from many processes."""

    @property
    def fonts_dir(self) -> Path:
        return self.root / "fonts"

    # --- scenes --------------------------------------------------------------------------------------------------------

    def scene(self, fingerprint: str) -> SceneResult | None:
        """The stored picture, its file checked by size and digest; None if there is none. A damaged one is dropped."""
        record = self.scene_record(fingerprint)
        path = self._scene_path(fingerprint, ".png")
        if record is None:
            return None
        if not is_whole(path, record.bytes, record.digest):
            self.drop_scene(fingerprint)
            return None
        return _scene_result(fingerprint, path, record, cached=True)

    def has_scene(self, fingerprint: str) -> bool:
        """Whether the picture is there, as far as its presence tells: for plans and estimates."""
        return self._scene_path(fingerprint, ".json").is_file() and self._scene_path(fingerprint, ".png").is_file()

    def scene_record(self, fingerprint: str) -> SceneRecord | None:
        """The record beside a stored picture: its request, and how it came about."""
        record = self._read(self._scene_path(fingerprint, ".json"), SceneRecord)
        return record if record and scene_fingerprint(record.request) == fingerprint else None

    def put_scene(self, request: SceneRequest, image: Image, meta: Mapping[str, Any] | None = None) -> SceneResult:
        """Keep a picture (lossless PNG with its request in it) by its request's fingerprint. `meta`: fields of SceneMeta."""
        from PIL.PngImagePlugin import PngInfo

        fingerprint = scene_fingerprint(request)
        path = self._scene_path(fingerprint, ".png")
        info = PngInfo()
        info.add_itxt(REQUEST_KEY, json.dumps(canonical(request), ensure_ascii=False, sort_keys=True))
        with self.staging() as scratch:
            with explained(path), atomic(path, durable=False, scratch=scratch) as partial:
                image.save(partial, format="PNG", compress_level=1, pnginfo=info)
                digest, size = file_digest(partial), partial.stat().st_size
            record = SceneRecord(request, digest, size, image.width, image.height, SceneMeta(**(meta or {})))
            records.save(self._scene_path(fingerprint, ".json"), SceneRecord, record, scratch)
        return _scene_result(fingerprint, path, record, cached=False)

    def drop_scene(self, fingerprint: str) -> None:
        """Forget a picture."""
        for suffix in (".json", ".png"):
            remove(self._scene_path(fingerprint, suffix))

    # --- outputs -------------------------------------------------------------------------------------------------------

    def output(self, fingerprint: str) -> StoredOutput | None:
        """A piece's stored files, checked by size here and by digest when they are copied; None if any is missing."""
        folder = self._output_folder(fingerprint)
        record = self._read(folder / "index.json", OutputRecord)
        if record is None or record.fingerprint != fingerprint:
            return None
        for artifact, name in zip(record.artifacts, record.files, strict=True):
            if size_of(folder / name) != artifact.bytes:
                self.drop_output(fingerprint)
                return None
        return StoredOutput(folder, record)

    def put_output(
        self,
        fingerprint: str,
        staging: Path,
        artifacts: tuple[Artifact, ...],
        findings: tuple[Finding, ...] = (),
        texts: tuple[TextOutcome, ...] = (),
    ) -> StoredOutput:
        """Move a piece's finished files, under their final names in a `staging` folder of this store, into the store."""
        folder = self._output_folder(fingerprint)
        files = tuple(f"{n:04d}{Path(a.path).suffix}" for n, a in enumerate(artifacts))
        record = OutputRecord(fingerprint, artifacts, files, findings, texts)
        with explained(folder), self.staging() as whole:
            for artifact, name in zip(artifacts, files, strict=True):
                os.replace(staging / artifact.path, whole / name)
            records.save(whole / "index.json", OutputRecord, record, whole)
            folder.parent.mkdir(parents=True, exist_ok=True)
            return self._take_place(whole, StoredOutput(folder, record))

    def drop_output(self, fingerprint: str) -> None:
        """Forget a piece's files."""
        remove(self._output_folder(fingerprint))

    @contextlib.contextmanager
    def staging(self) -> Iterator[Path]:
        """An empty folder on the store's disk, gone when the block ends; after a kill, when the next build starts."""
        name = f"{os.getpid()}-{secrets.token_hex(6)}"
        folder = self.root / "tmp" / name
        with self.lock(_STAGING, name):  # before the folder is there, so that one without a lock has no owner
            with explained(folder):
                folder.mkdir(parents=True)
            try:
                yield folder
            finally:
                shutil.rmtree(folder, ignore_errors=True)
                self._lock_path(_STAGING, name).unlink(missing_ok=True)

    def _take_place(self, source: Path, made: StoredOutput) -> StoredOutput:
        """Put a finished folder under its final name. Where another process was first, its own stays: it may be in use."""
        target = made.folder
        for _ in range(_TRIES):
            with contextlib.suppress(OSError):
                os.rename(source, target)
                return made
            theirs = self.output(made.record.fingerprint)
            if theirs is not None and theirs.is_whole():
                return theirs
            remove(target)
        os.rename(source, target)
        return made

    # --- assets --------------------------------------------------------------------------------------------------------

    def asset_path(self, digest: str) -> Path:
        """Where the asset with this sha256 lies, or would lie."""
        return self.root / "assets" / digest[:2] / digest

    def asset(self, digest: str) -> Path | None:
        """An asset's file, checked; None if there is none or it is damaged."""
        path = self.asset_path(digest)
        if not path.is_file():
            return None
        if file_digest(path) != digest:
            path.unlink(missing_ok=True)
            return None
        return path

    def put_asset(self, data: bytes) -> str:
        """Keep some bytes; their sha256 (hex) is their name."""
        digest = hashlib.sha256(data).hexdigest()
        if self.asset(digest) is None:
            with self.staging() as scratch:
                write_bytes(self.asset_path(digest), data, durable=False, scratch=scratch)
        return digest

    # --- answers of prompt enhancers -------------------------------------------------------------------------------------

    def answer(self, key: str) -> Answer | None:
        """What a prompt enhancer said; `key` is the digest of all that it came from."""
        return self._read(self._answer_path(key), Answer)  # type: ignore[no-any-return]

    def put_answer(self, key: str, answer: Answer) -> None:
        with self.staging() as scratch:
            records.save(self._answer_path(key), Answer, answer, scratch)

    def _answer_path(self, key: str) -> Path:
        return self.root / "answers" / key[:2] / f"{key}.json"

    # --- readings ------------------------------------------------------------------------------------------------------

    def reading(self, key: str) -> PictureReading | None:
        """What was read in a picture; `key` is the digest of picture, strings and reader."""
        return self._read(self._reading_path(key), PictureReading)  # type: ignore[no-any-return]

    def put_reading(self, key: str, reading: PictureReading) -> None:
        with self.staging() as scratch:
            records.save(self._reading_path(key), PictureReading, reading, scratch)

    def _reading_path(self, key: str) -> Path:
        return self.root / "readings" / key[:2] / f"{key}.json"

    # --- runs ----------------------------------------------------------------------------------------------------------

    def out_record(self, out: Path) -> OutRecord | None:
        """What the last finished build left in an output folder."""
        record = self._read(self._out_path(out), OutRecord)
        return record if isinstance(record, OutRecord) else None

    def put_out_record(self, out: Path, record: OutRecord) -> None:
        with self.staging() as scratch:
            records.save(self._out_path(out), OutRecord, record, scratch)

    def drop_out_record(self, out: Path) -> None:
        self._out_path(out).unlink(missing_ok=True)

    def log_run(self, **entry: Any) -> None:
        """Add a line to the ledger of runs."""
        self._make_root()
        runs.append_line(self.root / "runs.jsonl", entry)

    def run_log(self) -> list[dict[str, Any]]:
        """All runs, the oldest first."""
        return runs.read_lines(self.root / "runs.jsonl")

    # --- inside --------------------------------------------------------------------------------------------------------

    def sweep(self) -> None:
        """Delete the work folders of killed processes: those whose lock nobody holds."""
        from filelock import FileLock, Timeout

        with contextlib.suppress(FileNotFoundError):
            for entry in os.scandir(self.root / "tmp"):
                path = self._lock_path(_STAGING, entry.name)
                with contextlib.suppress(Timeout, OSError):
                    path.parent.mkdir(parents=True, exist_ok=True)
                    with FileLock(path, timeout=0):
                        shutil.rmtree(entry.path, ignore_errors=True)
                        path.unlink(missing_ok=True)

    def _make_root(self) -> None:
        with explained(self.root):
            if self.root.exists() and not self.root.is_dir():
                raise StoreError(f"{self.root} is not a folder", hint="choose another one with --store")
            self.root.mkdir(parents=True, exist_ok=True)

    def _scene_path(self, fingerprint: str, suffix: str) -> Path:
        return self.root / "scenes" / fingerprint[:2] / f"{fingerprint}{suffix}"

    def _output_folder(self, fingerprint: str) -> Path:
        return self.root / "outputs" / fingerprint[:2] / fingerprint

    def _out_path(self, out: Path) -> Path:
        return self.root / "outs" / f"{hashlib.sha256(str(out.resolve()).encode()).hexdigest()[:32]}.json"

    @staticmethod
    def _read(path: Path, type_: Any) -> Any:
        try:
            return records.load(path, type_)
        except FileNotFoundError:
            return None
        except Damaged:
            path.unlink(missing_ok=True)
            return None


def _scene_result(fingerprint: str, path: Path, record: SceneRecord, *, cached: bool) -> SceneResult:
    meta = record.meta
    return SceneResult(
        fingerprint=fingerprint,
        path=str(path),
        digest=record.digest,
        width_px=record.width_px,
        height_px=record.height_px,
        seconds=meta.seconds,
        peak_memory_bytes=meta.peak_memory_bytes,
        versions=meta.versions,
        mode=meta.mode,
        cached=cached,
    )
