"""JSON records that carry their own digest, so that a flipped bit is seen when a record is read."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from qwen_pipeline.dataclass import dataclass
from qwen_pipeline.types import Artifact, Finding, SceneRequest, TextOutcome

from .files import Damaged, copy_checked, explained, is_whole, write_bytes

_HEAD = b'{"sha256": "'
_MIDDLE = b'", "body": '
_BODY_AT = len(_HEAD) + 64 + len(_MIDDLE)


@dataclass(frozen=True, slots=True)
class SceneMeta:
    """How a picture came about: what the request does not say, and the result does not depend on."""

    seconds: float = 0.0
    peak_memory_bytes: int = 0
    versions: tuple[tuple[str, str], ...] = ()
    mode: str = ""


@dataclass(frozen=True, slots=True)
class SceneRecord:
    """What lies beside a stored picture."""

    request: SceneRequest
    digest: str
    bytes: int
    width_px: int
    height_px: int
    meta: SceneMeta


@dataclass(frozen=True, slots=True)
class OutputRecord:
    """What lies beside the stored files of a piece: `files[i]` is the stored name of `artifacts[i]`."""

    fingerprint: str
    artifacts: tuple[Artifact, ...]
    files: tuple[str, ...]
    findings: tuple[Finding, ...] = ()
    texts: tuple[TextOutcome, ...] = ()


@dataclass(frozen=True, slots=True)
class StoredOutput:
    """The files of one piece in the store."""

    folder: Path
    record: OutputRecord

    def file(self, index: int) -> Path:
        """Where artifact number `index` lies in the store."""
        return self.folder / self.record.files[index]

    def is_whole(self) -> bool:
        """Whether every file is there as it was stored; reads all of them."""
        pairs = zip(self.record.artifacts, self.record.files, strict=True)
        return all(is_whole(self.folder / name, artifact.bytes, artifact.digest) for artifact, name in pairs)

    def deliver(self, index: int, target: Path, scratch: Path | None = None) -> None:
        """Copy an artifact to its final name, whole or not at all; Damaged where the stored file is not what was stored."""
        source = self.file(index)
        if not source.is_file():
            raise Damaged(f"{source} is gone")
        copy_checked(source, target, self.record.artifacts[index].digest, scratch=scratch)


@cache
def adapter(type_: Any) -> TypeAdapter[Any]:
    """JSON reader and writer for one of our dataclasses."""
    return TypeAdapter(type_)


def save(path: Path, type_: Any, value: Any, scratch: Path) -> None:
    """Write a record, whole or not at all, by way of `scratch`."""
    write_bytes(path, encode(type_, value), durable=False, scratch=scratch)


def encode(type_: Any, value: Any) -> bytes:
    """A record as it is written."""
    body = adapter(type_).dump_json(value)
    return _HEAD + hashlib.sha256(body).hexdigest().encode() + _MIDDLE + body + b"}\n"


def load(path: Path, type_: Any) -> Any:
    """Read a record. Raises FileNotFoundError, or Damaged where the bytes are not those written."""
    with explained(path, "read"):
        try:
            data = path.read_bytes()
        except FileNotFoundError:
            data = None
    if data is None:
        raise FileNotFoundError(path)
    return decode(data, type_, str(path))


def decode(data: bytes, type_: Any, name: str) -> Any:
    """A record from its bytes. Raises Damaged where they are not those written."""
    body = data[_BODY_AT:-2]
    if not data.startswith(_HEAD) or data[len(_HEAD) : len(_HEAD) + 64] != hashlib.sha256(body).hexdigest().encode():
        raise Damaged(f"{name} is damaged")
    try:
        return adapter(type_).validate_json(body)
    except ValidationError as error:
        raise Damaged(f"{name} was written by another version") from error
