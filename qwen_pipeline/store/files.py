"""Files that are whole or absent: written beside their place, flushed to disk, then renamed."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import secrets
from collections.abc import Iterator
from pathlib import Path

from qwen_pipeline.errors import StoreError

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
def atomic(path: Path, *, durable: bool = True) -> Iterator[Path]:
    """A path to write to, beside `path`; renamed to it when the block ends well, deleted when it does not.

    `durable`: whole even after a power cut. What is checked by its digest whenever it is used can do without.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f"{PARTIAL}{secrets.token_hex(6)}")
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


def write_bytes(path: Path, data: bytes, *, durable: bool = True) -> None:
    """Write a whole file, or nothing."""
    with explained(path), atomic(path, durable=durable) as partial:
        partial.write_bytes(data)


def write_if_changed(path: Path, data: bytes) -> bool:
    """Write a file unless it holds these bytes already; True if it was written."""
    with explained(path, "read"):
        if path.is_file() and path.stat().st_size == len(data) and path.read_bytes() == data:
            return False
    write_bytes(path, data)
    return True


def copy_checked(source: Path, target: Path, digest: str) -> None:
    """Copy a stored file to its final name. Raises Damaged, the target left alone, where its digest is another."""
    with explained(target), atomic(target) as partial:
        found = hashlib.sha256()
        with source.open("rb") as reader, partial.open("xb") as writer:
            while chunk := reader.read(_CHUNK):
                found.update(chunk)
                writer.write(chunk)
        if found.hexdigest() != digest:
            raise Damaged(f"{source} has changed since it was stored")


def sweep_partials(folder: Path) -> None:
    """Delete what a killed run left half-written directly in `folder`. Only for who holds the folder's lock."""
    with contextlib.suppress(FileNotFoundError):
        for entry in os.scandir(folder):
            if entry.name.startswith(PARTIAL) and entry.is_file(follow_symlinks=False):
                os.unlink(entry.path)
