"""Delivering: whole files under final names, nothing rewritten, nothing of anybody else's touched."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from qwen_pipeline.errors import Refused
from qwen_pipeline.pipeline.deliver import Shelf
from qwen_pipeline.store import Damaged, FileStamp, Store, StoredOutput
from qwen_pipeline.types import Artifact

FINGERPRINT = "cd" * 32


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store")


def stored(store: Store, name: str = "zh/a.pdf", data: bytes = b"pages") -> StoredOutput:
    with store.staging() as folder:
        path = folder / "source" / "a.pdf"
        path.parent.mkdir()
        path.write_bytes(data)
        artifact = Artifact("source/a.pdf", "application/pdf", hashlib.sha256(data).hexdigest(), len(data), "p", "pdf")
        made = store.put_output(FINGERPRINT, folder, (artifact,))
    renamed = made.record.__class__(FINGERPRINT, (Artifact(name, "", artifact.digest, len(data), "p", "pdf"),), made.record.files)
    return StoredOutput(made.folder, renamed)


def shelf_of(store: Store, out: Path, before: dict[str, FileStamp] | None = None) -> Shelf:
    return Shelf(out, store, before or {})


def test_files_come_under_their_names_and_are_not_written_again(store: Store, tmp_path: Path) -> None:
    output = stored(store)
    first = shelf_of(store, tmp_path / "out")
    first.put_output(output)
    path = tmp_path / "out" / "zh" / "a.pdf"
    assert path.read_bytes() == b"pages"
    assert path.stat().st_mode & 0o444 == 0o444
    before = path.stat().st_mtime_ns
    for known in (first.stamps, {}):
        again = shelf_of(store, tmp_path / "out", dict(known))
        again.put_output(output)
        assert again.written == 0
    assert path.stat().st_mtime_ns == before


def test_a_changed_or_deleted_file_is_restored(store: Store, tmp_path: Path) -> None:
    output = stored(store)
    first = shelf_of(store, tmp_path / "out")
    first.put_output(output)
    path = tmp_path / "out" / "zh" / "a.pdf"
    for spoil in (lambda: path.write_bytes(b"Pages"), path.unlink):
        spoil()
        again = shelf_of(store, tmp_path / "out", first.stamps)
        again.put_output(output)
        assert again.written == 1
        assert path.read_bytes() == b"pages"


def test_rejected_files_lie_apart(store: Store, tmp_path: Path) -> None:
    shelf = shelf_of(store, tmp_path / "out")
    shelf.put_output(stored(store), "rejected")
    assert (tmp_path / "out" / "rejected" / "zh" / "a.pdf").is_file()
    assert not (tmp_path / "out" / "zh").exists()


def test_a_damaged_store_leaves_what_is_there(store: Store, tmp_path: Path) -> None:
    output = stored(store)
    target = tmp_path / "out" / "zh" / "a.pdf"
    target.parent.mkdir(parents=True)
    target.write_bytes(b"older")
    output.file(0).write_bytes(b"sagep")
    with pytest.raises(Damaged):
        shelf_of(store, tmp_path / "out").put_output(output)
    assert target.read_bytes() == b"older"


def test_nothing_is_written_outside(store: Store, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "out" / "zh").symlink_to(tmp_path / "elsewhere")
    for name in ("../a.pdf", "zh/a.pdf"):
        with pytest.raises(Refused) as caught:
            shelf_of(store, tmp_path / "out").put_output(stored(store, name))
        assert caught.value.code == "path-outside"
    assert os.listdir(tmp_path / "elsewhere") == []


def test_stale_files_go_unless_they_were_touched(store: Store, tmp_path: Path) -> None:
    out = tmp_path / "out"
    first = shelf_of(store, out)
    for name in ("old/a.pdf", "old/b.pdf", "kept.pdf"):
        first.put_output(stored(store, name))
    (out / "mine.txt").write_text("a note")
    (out / "old" / "b.pdf").write_bytes(b"edited by hand")
    again = shelf_of(store, out, first.stamps)
    again.put_output(stored(store, "kept.pdf"))
    assert again.clear_stale() == 1
    assert sorted(p.relative_to(out).as_posix() for p in out.rglob("*") if p.is_file()) == ["kept.pdf", "mine.txt", "old/b.pdf"]
