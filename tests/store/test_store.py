"""The store: what goes in comes out, damage is seen, nothing is half-written."""

from __future__ import annotations

import errno
import hashlib
import multiprocessing
import os
from pathlib import Path

import pytest
from PIL import Image

from qwen_pipeline.errors import StoreError
from qwen_pipeline.fingerprint import scene_fingerprint
from qwen_pipeline.store import Damaged, FileStamp, OutRecord, Store, copy_checked, write_bytes, write_if_changed
from qwen_pipeline.store.files import PARTIAL, sweep_partials
from qwen_pipeline.types import Artifact, Finding, SceneRequest, TextOutcome


def request(seed: int = 1) -> SceneRequest:
    return SceneRequest("draft", "1", "", "", "a teapot", "", 64, 48, seed, 1, 1.0)


def picture(color: str = "#336699") -> Image.Image:
    return Image.new("RGB", (64, 48), color)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store")


def put_piece(store: Store, fingerprint: str = "ab" * 32) -> None:
    with store.staging() as folder:
        (folder / "sub").mkdir()
        (folder / "sub" / "a.pdf").write_bytes(b"%PDF pages")
        (folder / "a.png").write_bytes(b"PNG pixels")
        artifacts = tuple(
            Artifact(name, kind, hashlib.sha256(data).hexdigest(), len(data), "p", "pdf")
            for name, kind, data in (("sub/a.pdf", "application/pdf", b"%PDF pages"), ("a.png", "image/png", b"PNG pixels"))
        )
        finding = Finding("contrast", "low", "warn", "weak", "p")
        text = TextOutcome("p", "page", "title/zh-CN", "zh-CN", "春茶", "overlay", "overlay")
        store.put_output(fingerprint, folder, artifacts, (finding,), (text,))


def test_a_scene_comes_back_as_it_went_in(store: Store) -> None:
    put = store.put_scene(request(), picture(), {"seconds": 1.5, "versions": (("pillow", "11"),), "mode": "RGB"})
    got = store.scene(scene_fingerprint(request()))
    assert got is not None
    assert got.cached
    assert not put.cached
    assert (got.digest, got.seconds, got.versions, got.mode) == (put.digest, 1.5, (("pillow", "11"),), "RGB")
    record = store.scene_record(got.fingerprint)
    assert record is not None
    assert record.request == request()
    with Image.open(got.path) as image:
        assert image.getpixel((3, 3)) == (0x33, 0x66, 0x99)
        assert "a teapot" in image.text["qwen-pipeline.scene"]


def test_the_same_picture_is_the_same_file(store: Store, tmp_path: Path) -> None:
    other = Store(tmp_path / "other")
    first = store.put_scene(request(), picture(), {"seconds": 1.0})
    assert other.put_scene(request(), picture(), {"seconds": 9.0}).digest == first.digest


def test_no_scene_is_none(store: Store) -> None:
    assert store.scene("0" * 64) is None
    assert not store.root.exists()


@pytest.mark.parametrize("how", ["truncated", "flipped", "gone", "record cut", "record flipped", "record of another"])
def test_a_damaged_scene_is_dropped(store: Store, how: str) -> None:
    result = store.put_scene(request(), picture())
    png, record = Path(result.path), Path(result.path).with_suffix(".json")
    damage(png, record, how, store)
    assert store.scene(result.fingerprint) is None
    again = store.put_scene(request(), picture())
    assert store.scene(again.fingerprint) is not None


def damage(png: Path, record: Path, how: str, store: Store) -> None:
    if how == "truncated":
        png.write_bytes(png.read_bytes()[:-5])
    elif how == "flipped":
        flip(png)
    elif how == "gone":
        png.unlink()
    elif how == "record cut":
        record.write_bytes(record.read_bytes()[:40])
    elif how == "record flipped":
        flip(record)
    else:
        other = store.put_scene(request(2), picture())
        record.write_bytes(Path(other.path).with_suffix(".json").read_bytes())


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def test_an_output_comes_back_and_is_delivered(store: Store, tmp_path: Path) -> None:
    put_piece(store)
    got = store.output("ab" * 32)
    assert got is not None
    assert [a.path for a in got.record.artifacts] == ["sub/a.pdf", "a.png"]
    assert got.record.findings[0].code == "low"
    assert got.record.texts[0].text == "春茶"
    got.deliver(0, tmp_path / "out" / "sub" / "a.pdf")
    assert (tmp_path / "out" / "sub" / "a.pdf").read_bytes() == b"%PDF pages"
    assert not list((store.root / "tmp").iterdir())


def test_a_short_output_file_drops_the_output(store: Store) -> None:
    put_piece(store)
    (store.root / "outputs" / "ab" / ("ab" * 32) / "0001.png").write_bytes(b"PNG")
    assert store.output("ab" * 32) is None


def test_a_flipped_output_file_is_seen_when_copied(store: Store, tmp_path: Path) -> None:
    put_piece(store)
    got = store.output("ab" * 32)
    assert got is not None
    flip(got.file(1))
    target = tmp_path / "a.png"
    target.write_bytes(b"old")
    with pytest.raises(Damaged):
        got.deliver(1, target)
    assert target.read_bytes() == b"old"
    assert os.listdir(tmp_path / "store")
    assert not [n for n in os.listdir(tmp_path) if n.startswith(PARTIAL)]


def test_put_output_takes_the_place_of_a_damaged_one(store: Store) -> None:
    put_piece(store)
    (store.root / "outputs" / "ab" / ("ab" * 32) / "index.json").write_text("{}")
    assert store.output("ab" * 32) is None
    put_piece(store)
    assert store.output("ab" * 32) is not None


def test_assets_are_named_by_their_bytes(store: Store) -> None:
    digest = store.put_asset(b"letters")
    path = store.asset(digest)
    assert path is not None
    assert path.read_bytes() == b"letters"
    path.write_bytes(b"lettres")
    assert store.asset(digest) is None
    assert store.put_asset(b"letters") == digest


def test_a_full_disk_leaves_nothing(store: Store, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    acts = (
        lambda: store.put_scene(request(), picture()),
        lambda: store.put_asset(b"x"),
        lambda: write_bytes(tmp_path / "manifest.json", b"{}"),
    )
    for act in acts:
        with pytest.raises(StoreError) as caught:
            act()
        assert caught.value.code == "disk-full"
        assert caught.value.exit_code == 4
    left = [p for p in tmp_path.rglob("*") if p.is_file()]
    assert left == []


def test_a_store_that_may_not_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError):
        Store(tmp_path / "file").put_asset(b"x")
    with pytest.raises(StoreError):
        Store(tmp_path / "file").log_run(event="start")


def test_writing_the_same_bytes_writes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "manifest.json"
    assert write_if_changed(path, b"{}")
    before = path.stat().st_mtime_ns
    assert not write_if_changed(path, b"{}")
    assert path.stat().st_mtime_ns == before
    assert write_if_changed(path, b"[]")


def test_copy_checked_refuses_other_bytes(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"1")
    with pytest.raises(Damaged):
        copy_checked(tmp_path / "a", tmp_path / "b", "0" * 64)
    assert os.listdir(tmp_path) == ["a"]


def test_partials_of_a_killed_run_are_swept(tmp_path: Path) -> None:
    (tmp_path / f"{PARTIAL}abc").write_bytes(b"half")
    (tmp_path / "poster.pdf").write_bytes(b"whole")
    sweep_partials(tmp_path)
    assert os.listdir(tmp_path) == ["poster.pdf"]


def test_the_ledger_skips_a_line_cut_by_a_kill(store: Store) -> None:
    store.log_run(run="1", event="start")
    with (store.root / "runs.jsonl").open("a") as handle:
        handle.write('{"run": "2", "ev')
    assert store.run_log() == [{"run": "1", "event": "start"}]


def test_stamps_see_a_touched_file(tmp_path: Path, store: Store) -> None:
    path = tmp_path / "spec.yaml"
    path.write_text("kind: Poster")
    stamp = FileStamp.of(path)
    record = OutRecord("key", "poster.yaml", "research", "auto", (stamp,), (FileStamp.of(path, "spec.yaml"),))
    store.put_out_record(tmp_path / "out", record)
    assert store.out_record(tmp_path / "out") == record
    assert stamp.unchanged()
    assert record.files[0].unchanged(str(tmp_path))
    assert not stamp.settled(stamp.mtime_ns + 1)
    assert stamp.settled(stamp.ctime_ns + 10**9)
    path.write_text("kind: poster")
    os.utime(path, ns=(stamp.mtime_ns, stamp.mtime_ns))
    assert not stamp.unchanged()
    assert FileStamp.of(tmp_path / "none").size == -1


def _hold(root: str, held: object, go: object) -> None:
    with Store(Path(root)).lock("out", "x"):
        held.set()  # type: ignore[attr-defined]
        go.wait(20)  # type: ignore[attr-defined]


def test_a_lock_holds_between_processes_and_says_that_it_waits(store: Store) -> None:
    context = multiprocessing.get_context("spawn")
    held, go = context.Event(), context.Event()
    process = context.Process(target=_hold, args=(str(store.root), held, go))
    process.start()
    assert held.wait(30)
    waited = []

    def on_wait() -> None:
        waited.append(1)
        process.kill()

    with store.lock("out", "x", on_wait):
        pass
    process.join()
    assert waited == [1]
