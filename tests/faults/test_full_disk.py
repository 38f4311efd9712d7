"""No space, no permission: a clear error, the right exit code, nothing lost and nothing half-written."""

from __future__ import annotations

import resource
import shutil
import subprocess
from pathlib import Path

import pytest

from qwen_pipeline.pipeline import build
from qwen_pipeline.settings import Settings

from .builds import SLOW, Call, digests, leftovers, order, write_batch, write_poster


def namespace_works() -> bool:
    """Whether a process may have a disk of its own here."""
    unshare = shutil.which("unshare")
    if not unshare:
        return False
    return subprocess.run([unshare, "-rm", "mount", "-t", "tmpfs", "none", "/mnt"], capture_output=True).returncode == 0


own_disk = pytest.mark.skipif(not namespace_works(), reason="needs user namespaces")


def on_disk_of(place: Path, options: str, *, keep: Path) -> tuple[str, ...]:
    """A command that runs another with a small disk mounted at `place`, and copies to `keep` what is then on it."""
    script = (
        f"mkdir -p '{place}' '{keep}' && cp -a '{place}' '{keep}/before' "
        f"&& mount -t tmpfs -o {options} none '{place}' || exit 99; "
        f"\"$@\"; code=$?; cp -a '{place}' '{keep}/after'; exit $code"
    )
    return ("unshare", "-rm", "sh", "-c", script, "sh")


@own_disk
@pytest.mark.parametrize("which", ["out", "store"])
@pytest.mark.parametrize("size", ["4k", "16k", "64k"] if SLOW else ["16k"])
def test_a_full_disk(tmp_path: Path, which: str, size: str) -> None:
    """The build ends by itself, says why, and whatever it delivered is whole; with space again it is finished."""
    spec, out, store = write_batch(tmp_path / "in", 2), tmp_path / "out", tmp_path / "store"
    good = tmp_path / "good"
    assert build(order(spec), good, Settings(store=tmp_path / "other", workers=1)).exit_code == 0
    prefix = on_disk_of(tmp_path / which, f"size={size}", keep=tmp_path / "kept")
    ended = Call(spec, out, store, ("--json",), prefix=prefix).run()
    assert ended.code == 4, ended.out + ended.err
    assert "Traceback" not in ended.err
    assert "disk-full" in ended.out
    left = tmp_path / "kept" / "after" if which == "out" else out
    whole = {name: d for name, d in digests(left).items() if not name.startswith((".", "manifest", "findings", "sheet"))}
    assert whole.items() <= digests(good).items()
    assert leftovers(left, tmp_path / "kept" / "after") == []
    assert build(order(spec), out, Settings(store=store, workers=1)).exit_code == 0
    assert digests(out) == digests(good)


@own_disk
@pytest.mark.parametrize("which", ["out", "store"])
def test_a_read_only_disk(tmp_path: Path, which: str) -> None:
    spec = write_poster(tmp_path / "in")
    prefix = on_disk_of(tmp_path / which, "ro", keep=tmp_path / "kept")
    ended = Call(spec, tmp_path / "out", tmp_path / "store", ("--json",), prefix=prefix).run()
    assert ended.code == 4
    assert "no-permission" in ended.out
    assert "--store or --out" in ended.out
    assert "Traceback" not in ended.err
    assert build(order(spec), tmp_path / "out", Settings(store=tmp_path / "store", workers=1)).exit_code == 0
    assert build(order(spec), tmp_path / "good", Settings(store=tmp_path / "other", workers=1)).exit_code == 0
    assert digests(tmp_path / "out") == digests(tmp_path / "good")


@pytest.mark.parametrize("limit", [200, 4_000])
def test_files_may_not_grow(tmp_path: Path, limit: int) -> None:
    """As on a full disk, and on every machine: writes beyond so many bytes of a file fail."""
    spec, out, store = write_poster(tmp_path / "in"), tmp_path / "out", tmp_path / "store"

    def limited() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    ended = Call(spec, out, store, ("--json",)).run(preexec_fn=limited)
    assert ended.code == 4, ended.out + ended.err
    assert "disk-full" in ended.out
    assert "Traceback" not in ended.err
    assert leftovers(out, store) == []
    assert build(order(spec), out, Settings(store=store, workers=1)).exit_code == 0
    assert build(order(spec), tmp_path / "good", Settings(store=tmp_path / "other", workers=1)).exit_code == 0
    assert digests(out) == digests(tmp_path / "good")


def test_a_file_where_a_folder_should_be(tmp_path: Path) -> None:
    spec = write_poster(tmp_path / "in")
    (tmp_path / "file").write_text("mine")
    for out, store in (("file/out", "store"), ("out", "file/store")):
        ended = Call(spec, tmp_path / out, tmp_path / store, ("--json",)).run()
        assert ended.code == 4, ended.out + ended.err
        assert "Traceback" not in ended.err
    assert (tmp_path / "file").read_text() == "mine"


def test_a_folder_where_a_file_should_be(tmp_path: Path) -> None:
    spec = write_poster(tmp_path / "in")
    (tmp_path / "out" / "poster.pdf").mkdir(parents=True)
    (tmp_path / "out" / "poster.pdf" / "note").write_text("mine")
    ended = Call(spec, tmp_path / "out", tmp_path / "store", ("--json",)).run()
    assert ended.code == 4, ended.out + ended.err
    assert (tmp_path / "out" / "poster.pdf" / "note").read_text() == "mine"
    assert leftovers(tmp_path / "out", tmp_path / "store") == []
