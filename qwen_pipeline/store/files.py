"""Files that are whole or absent: written beside their place, flushed to disk, then renamed."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path

from qwen_pipeline.errors import StoreError
from qwen_pipeline.fingerprint import file_digest

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_CHUNK = 1 << 20
PARTIAL = ".qp-partial-"
"""How unfinished files start. One that is still there was left by a killed run."""


class Damaged(StoreError):
    """A stored file is not what was stored. Caught inside: the thing is dropped and made again."""

    code = "damaged"


@contextlib.contextmanager
def explained(path: Path, doing: str = "write") -> Iterator[None]:
    """Turn an OSError into a StoreError that says which file, and what to do."""
    try:
        yield
    except OSError as error:
        where = error.filename or str(path)
        if error.errno in _FULL:
            hint = "free some space, or choose another disk with --store or --out"
            raise StoreError(f"no space left for {where}", hint=hint, code="disk-full") from error
        if isinstance(error, PermissionError) or error.errno == errno.EROFS:
            hint = "choose a folder of your own with --store or --out"
            raise StoreError(f"may not {doing} {where}", hint=hint, code="no-permission") from error
        raise StoreError(f"cannot {doing} {where}: {error.strerror or error}", code="disk") from error


@contextlib.contextmanager
def atomic(path: Path, *, durable: bool = True, scratch: Path | None = None) -> Iterator[Path]:
    """A path to write to, in `scratch` or beside `path`; renamed to it when the block ends well, deleted when it does not.

    `durable`: whole even after a power cut. What is checked by its digest whenever it is used can do without. `scratch`: a
    folder on the same disk, where whoever comes after a kill looks for what was left.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = (scratch or path.parent) / f"{PARTIAL}{secrets.token_hex(6)}"
    try:
        yield partial
        if durable:
            sync(partial)
        os.replace(partial, path)
    finally:
        with contextlib.suppress(FileNotFoundError):
            partial.unlink()


def sync(path: Path) -> None:
    """Flush a file's bytes to disk, so that a rename never points at an empty file after a power cut."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_bytes(path: Path, data: bytes, *, durable: bool = True, scratch: Path | None = None) -> None:
    """Write a whole file, or nothing."""
    with explained(path), atomic(path, durable=durable, scratch=scratch) as partial:
        partial.write_bytes(data)


def write_if_changed(path: Path, data: bytes, *, scratch: Path | None = None) -> bool:
    """Write a file unless it holds these bytes already; True if it was written."""
    with explained(path, "read"):
        if path.is_file() and path.stat().st_size == len(data) and path.read_bytes() == data:
            return False
    write_bytes(path, data, scratch=scratch)
    return True


def copy_checked(source: Path, target: Path, digest: str, *, scratch: Path | None = None) -> None:
    """Copy a stored file to its final name. Raises Damaged, the target left alone, where its digest is another."""
    with explained(target), atomic(target, scratch=scratch) as partial:
        found = hashlib.sha256()
        with source.open("rb") as reader, partial.open("xb") as writer:
            while chunk := reader.read(_CHUNK):
                found.update(chunk)
                writer.write(chunk)
        if found.hexdigest() != digest:
            raise Damaged(f"{source} has changed since it was stored")


def size_of(path: Path) -> int:
    """Bytes of a file; -1 where there is none."""
    try:
        return path.stat().st_size
    except OSError:
        return -1


def is_whole(path: Path, size: int, digest: str) -> bool:
    """Whether a file is the one that was stored."""
    return path.is_file() and size_of(path) == size and file_digest(path) == digest


def remove(path: Path) -> None:
    """Delete a file, a folder, or nothing. Another process may be at it too."""
    with explained(path, "delete"), contextlib.suppress(FileNotFoundError):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


def sweep_partials(folder: Path) -> None:
    """Delete what a killed run left half-written directly in `folder`. Only for who holds the folder's lock."""
    with contextlib.suppress(FileNotFoundError):
        for entry in os.scandir(folder):
            if entry.name.startswith(PARTIAL) and entry.is_file(follow_symlinks=False):
                os.unlink(entry.path)
