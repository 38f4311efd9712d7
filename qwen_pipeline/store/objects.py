"""A place that machines share: named objects, put whole, never changed but for leases. A folder, or any fsspec URL.

Only JSON and finished files lie there, and every one is checked by its digest before it is used: who can write there can spoil
work, which is then done again, but nothing that lies there is ever run or unpickled.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

from qwen_pipeline.errors import StoreError

from .files import PARTIAL, explained

_PEOPLE = "check the address, the network and the credentials in the environment"


class Objects(Protocol):
    """What a shared place can do. Names are relative, with `/`. Whoever reads sees an object whole or not at all."""

    def get(self, name: str) -> bytes | None: ...

    def put_new(self, name: str, data: bytes) -> bool:
        """Put an object where there is none; False where there is one already. The one step that decides who was first."""
        ...

    def replace(self, name: str, data: bytes) -> None: ...

    def get_file(self, name: str, target: Path) -> bool: ...

    def put_file(self, name: str, source: Path) -> None:
        """Put a file whatever is there: it is called after its bytes, so what is there is the same, or damaged."""
        ...

    def exists(self, name: str) -> bool: ...

    def delete(self, name: str) -> None: ...

    def names(self, folder: str) -> list[str]:
        """Names of the objects directly in a folder, in order."""
        ...


def open_objects(url: str) -> Objects:
    """The shared place with this address: a path, `file://...`, or what fsspec knows (`s3://bucket/prefix`)."""
    if "://" not in url:
        return Folder(Path(url))
    if url.startswith("file://"):
        return Folder(Path(url.removeprefix("file://")))
    return Remote(url)


class Folder:
    """A folder that machines share (NFS, SMB, a disk of this machine)."""

    def __init__(self, root: Path) -> None:
        self.root = root.absolute()

    def get(self, name: str) -> bytes | None:
        path = self.root / name
        with explained(path, "read"), contextlib.suppress(FileNotFoundError):
            return path.read_bytes()
        return None

    def put_new(self, name: str, data: bytes) -> bool:
        with self._whole(name) as (partial, path):
            partial.write_bytes(data)
            try:
                os.link(partial, path)  # fails where the name is taken, in one step, on network disks too
            except FileExistsError:
                return False
            return True

    def replace(self, name: str, data: bytes) -> None:
        with self._whole(name) as (partial, path):
            partial.write_bytes(data)
            os.replace(partial, path)

    def get_file(self, name: str, target: Path) -> bool:
        source = self.root / name
        with explained(source, "read"), contextlib.suppress(FileNotFoundError):
            shutil.copyfile(source, target)
            return True
        return False

    def put_file(self, name: str, source: Path) -> None:
        with self._whole(name) as (partial, path):
            shutil.copyfile(source, partial)
            os.replace(partial, path)

    def exists(self, name: str) -> bool:
        return (self.root / name).is_file()

    def delete(self, name: str) -> None:
        with explained(self.root / name, "delete"):
            (self.root / name).unlink(missing_ok=True)

    def names(self, folder: str) -> list[str]:
        with contextlib.suppress(FileNotFoundError, NotADirectoryError):
            found = (e.name for e in os.scandir(self.root / folder) if e.is_file() and not e.name.startswith(PARTIAL))
            return sorted(f"{folder}/{name}" for name in found)
        return []

    @contextlib.contextmanager
    def _whole(self, name: str) -> Iterator[tuple[Path, Path]]:
        """(a file beside it to write to, where it goes): a reader never sees half an object."""
        path = self.root / name
        with explained(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            partial = path.parent / f"{PARTIAL}{secrets.token_hex(6)}"
            try:
                yield partial, path
            finally:
                partial.unlink(missing_ok=True)


class Remote:
    """An object store by way of fsspec. Credentials come from the environment, never from the address.

    On stores that can put conditionally (S3, GCS, Azure) being first is decided by the store. On others two may both think so:
    each then has a record of its own files, both whole, and one of them stays.
    """

    def __init__(self, url: str) -> None:
        try:
            import fsspec
        except ImportError as error:
            hint = 'pip install "qwen-pipeline[cluster]"'
            raise StoreError(f"{url} needs fsspec, which is not installed", hint=hint, code="shared-store") from error
        self.url = url.rstrip("/")
        with self._said():
            self._fs: Any
            self._fs, self._root = fsspec.core.url_to_fs(self.url, use_listings_cache=False)

    def get(self, name: str) -> bytes | None:
        with contextlib.suppress(FileNotFoundError), self._said(reads=True):
            return bytes(self._fs.cat_file(self._path(name)))
        return None

    def put_new(self, name: str, data: bytes) -> bool:
        with self._said():
            self._make_parent(name)
            try:
                self._fs.pipe_file(self._path(name), data, mode="create")
            except FileExistsError:
                return False
        return True

    def replace(self, name: str, data: bytes) -> None:
        with self._said():
            self._make_parent(name)
            self._fs.pipe_file(self._path(name), data)

    def get_file(self, name: str, target: Path) -> bool:
        with contextlib.suppress(FileNotFoundError), self._said(reads=True):
            self._fs.get_file(self._path(name), str(target))
            return True
        return False

    def put_file(self, name: str, source: Path) -> None:
        with self._said():
            self._make_parent(name)
            self._fs.put_file(str(source), self._path(name))

    def exists(self, name: str) -> bool:
        with self._said():
            return bool(self._fs.exists(self._path(name)))

    def delete(self, name: str) -> None:
        with contextlib.suppress(FileNotFoundError), self._said(reads=True):
            self._fs.rm_file(self._path(name))

    def names(self, folder: str) -> list[str]:
        with contextlib.suppress(FileNotFoundError), self._said(reads=True):
            found = self._fs.ls(self._path(folder), detail=False)
            return sorted(f"{folder}/{str(path).rstrip('/').rpartition('/')[2]}" for path in found)
        return []

    def _path(self, name: str) -> str:
        return f"{self._root}/{name}"

    def _make_parent(self, name: str) -> None:
        """Where folders are real (memory, SFTP); object stores have none."""
        if not hasattr(self._fs, "call_s3") and "s3" not in self._fs.protocol:
            self._fs.makedirs(self._path(name).rpartition("/")[0], exist_ok=True)

    @contextlib.contextmanager
    def _said(self, *, reads: bool = False) -> Iterator[None]:
        """Whatever a far store says becomes one error with its address; a missing object is no error where it `reads`."""
        try:
            yield
        except Exception as error:
            if reads and isinstance(error, FileNotFoundError):
                raise
            what = f"{type(error).__name__}: {error}"
            raise StoreError(f"the shared store {self.url} failed: {what}", hint=_PEOPLE, code="shared-store") from error
