"""The store: scenes and outputs by what they are made of, locks between processes, and a record of runs.

    <store>/scenes/ab/<fingerprint>.png, .json     one picture, and its request
    <store>/outputs/ab/<fingerprint>/              a piece's files, and index.json
    <store>/assets/ab/<sha256>                     lettering and other inputs of scenes
    <store>/fonts/                                 font instances
    <store>/outs/<id>.json, runs.jsonl             what was delivered where, and every run
    <store>/locks/, tmp/

With a shared place behind it (`shared`), machines have pictures and pieces in common.

Everything is checked by size and digest when it is used; what is damaged is dropped, and made again by who needs it.
"""

from __future__ import annotations

from .files import Damaged, copy_checked, explained, sweep_partials, write_bytes, write_if_changed
from .opening import open_store
from .records import OutputRecord, SceneMeta, SceneRecord, StoredOutput
from .runs import FileStamp, OutRecord
from .store import REQUEST_KEY, Store

__all__ = [
    "REQUEST_KEY",
    "Damaged",
    "FileStamp",
    "OutRecord",
    "OutputRecord",
    "SceneMeta",
    "SceneRecord",
    "Store",
    "StoredOutput",
    "copy_checked",
    "explained",
    "open_store",
    "sweep_partials",
    "write_bytes",
    "write_if_changed",
]
