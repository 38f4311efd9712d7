"""How Prefect keeps what a task returned: as plain JSON, and believed by nobody but the process that wrote it.

A record that Prefect finds on a disk says itself how it is to be read, and may say "unpickle me". Results lie below the store,
which machines may share, so that word is kept in memory here: a file that somebody laid there is never looked at.
"""

from __future__ import annotations

from typing import Any

from prefect.filesystems import WritableFileSystem
from prefect.serializers import JSONSerializer

_words: dict[str, bytes] = {}


class Memory(WritableFileSystem):
    """Where the keys of results are kept with how to read them: this process's memory."""

    _block_type_name = "qwen-pipeline memory"

    def read_path(self, path: str, **_: Any) -> bytes:  # type: ignore[override]
        """Raises KeyError for what this process did not write."""
        return _words[path]

    def write_path(self, path: str, content: bytes, **_: Any) -> None:  # type: ignore[override]
        _words[path] = content


PLAIN = JSONSerializer(object_decoder=None)
"""JSON that names no class: Prefect's own decoder imports what a text tells it to."""
