"""A store with a shared place behind it: a folder, a memory file system, and S3 as moto serves it."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from qwen_pipeline.errors import StoreError
from qwen_pipeline.fingerprint import scene_fingerprint
from qwen_pipeline.settings import Settings
from qwen_pipeline.store import records
from qwen_pipeline.store.leases import Lease
from qwen_pipeline.store.objects import Folder, Objects, open_objects
from qwen_pipeline.store.shared import SharedStore
from qwen_pipeline.types import Answer, Artifact, SceneRequest

REQUEST = SceneRequest("draft", "1", "", "", "a lamp", "", 8, 8, 1, 0, 1.0)
PICTURE = "ab" * 32


@pytest.fixture(scope="session")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of an S3 server on this machine; requests say no credentials but by the environment."""
    server = pytest.importorskip("moto.server", reason="needs moto's server")
    pytest.importorskip("s3fs", reason="needs s3fs")
    running = server.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    running.start()
    host, port = running.get_host_and_port()
    yield f"http://{host}:{port}"
    running.stop()


@pytest.fixture(params=["folder", "memory", "s3"])
def url(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    if request.param == "folder":
        return f"file://{tmp_path / 'shared'}"
    pytest.importorskip("fsspec", reason="needs fsspec")
    if request.param == "memory":
        return f"memory://{tmp_path.name}"
    import boto3

    monkeypatch.setenv("AWS_ENDPOINT_URL", request.getfixturevalue("s3"))
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    bucket = hashlib.sha256(str(tmp_path).encode()).hexdigest()[:16]
    boto3.client("s3").create_bucket(Bucket=bucket)
    return f"s3://{bucket}/batch"


@pytest.fixture
def stores(url: str, tmp_path: Path) -> tuple[SharedStore, SharedStore]:
    """Two machines with one shared place."""
    here, there = (SharedStore(tmp_path / name, open_objects(url)) for name in ("here", "there"))
    return here, there


def put_piece(store: SharedStore, data: bytes, fingerprint: str = PICTURE) -> Any:
    with store.staging() as folder:
        (folder / "a.png").write_bytes(data)
        artifact = Artifact("a.png", "image/png", hashlib.sha256(data).hexdigest(), len(data), "p", "png")
        return store.put_output(fingerprint, folder, (artifact,))


def test_objects(url: str, tmp_path: Path) -> None:
    place = open_objects(url)
    assert (place.get("a/b"), place.exists("a/b"), place.names("a")) == (None, False, [])
    assert place.put_new("a/b", b"first")
    assert not place.put_new("a/b", b"second")
    assert (place.get("a/b"), place.names("a")) == (b"first", ["a/b"])
    place.replace("a/b", b"third")
    (tmp_path / "file").write_bytes(b"file")
    place.put_file("a/c", tmp_path / "file")
    assert place.get_file("a/c", tmp_path / "copy")
    assert (tmp_path / "copy").read_bytes() == b"file"
    assert not place.get_file("a/d", tmp_path / "none")
    place.delete("a/b")
    place.delete("a/b")
    assert place.names("a") == ["a/c"]


def test_what_one_made_the_other_has(stores: tuple[SharedStore, SharedStore]) -> None:
    here, there = stores
    made = here.put_scene(REQUEST, Image.new("RGB", (8, 8), (9, 8, 7)))
    assert there.has_scene(made.fingerprint)
    found = there.scene(made.fingerprint)
    assert found is not None
    assert (found.digest, found.cached) == (made.digest, True)
    assert found.path.startswith(str(there.root))
    digest = here.put_asset(b"letters")
    asset = there.asset(digest)
    assert asset is not None
    assert asset.read_bytes() == b"letters"
    piece = put_piece(here, b"piece")
    other = there.output(PICTURE)
    assert other is not None
    assert (other.record, other.file(0).read_bytes()) == (piece.record, b"piece")
    assert there.output("cd" * 32) is None


def test_the_first_record_is_everybodys(stores: tuple[SharedStore, SharedStore]) -> None:
    """As two cards that round differently: who comes second takes what the first made."""
    here, there = stores
    first = here.put_scene(REQUEST, Image.new("RGB", (8, 8), (1, 1, 1)))
    second = there.put_scene(REQUEST, Image.new("RGB", (8, 8), (2, 2, 2)))
    assert second.digest == first.digest == hashlib.sha256(Path(second.path).read_bytes()).hexdigest()
    assert put_piece(here, b"one").record == put_piece(there, b"two").record
    assert there.output(PICTURE).file(0).read_bytes() == b"one"  # type: ignore[union-attr]


@pytest.mark.parametrize("deed", ["flip", "truncate", "empty"])
def test_damage_in_the_shared_place_is_seen_and_mended(stores: tuple[SharedStore, SharedStore], url: str, deed: str) -> None:
    here, there = stores
    place = open_objects(url)
    made = here.put_scene(REQUEST, Image.new("RGB", (8, 8), (9, 8, 7)))
    put_piece(here, b"piece")
    names = [f"{kind}/{fp[:2]}/{fp}.json" for kind, fp in (("scenes", made.fingerprint), ("outputs", PICTURE))]
    for name in [*names, f"blobs/{made.digest[:2]}/{made.digest}"]:
        data = bytearray(place.get(name) or b"")
        data[len(data) // 2] ^= 4
        place.replace(name, {"flip": bytes(data), "truncate": bytes(data[:20]), "empty": b""}[deed])
    assert (there.scene(made.fingerprint), there.output(PICTURE)) == (None, None)
    again = there.put_scene(REQUEST, Image.new("RGB", (8, 8), (9, 8, 7)))
    put_piece(there, b"piece")
    third = SharedStore(there.root.parent / "third", place)
    assert third.scene(again.fingerprint).digest == made.digest  # type: ignore[union-attr]
    assert third.output(PICTURE).file(0).read_bytes() == b"piece"  # type: ignore[union-attr]


def test_a_record_from_elsewhere_names_no_file_of_ours(tmp_path: Path) -> None:
    """Somebody who can write to the shared place wrote a record whose file would lie outside the store."""
    place = Folder(tmp_path / "shared")
    data = b"owned"
    artifact = Artifact("a.png", "image/png", hashlib.sha256(data).hexdigest(), len(data), "p", "png")
    place.put_new(f"blobs/{artifact.digest[:2]}/{artifact.digest}", data)
    for number, name in enumerate(["../../../../owned", "/tmp/owned", "index.json", "0000.png/x"]):
        fingerprint = f"{number:02d}" * 32
        record = records.OutputRecord(fingerprint, (artifact,), (name,))
        place.put_new(f"outputs/{fingerprint[:2]}/{fingerprint}.json", records.encode(records.OutputRecord, record))
        assert SharedStore(tmp_path / "store", place).output(fingerprint) is None
    assert list(tmp_path.rglob("owned*")) == []


def test_a_picture_of_another_request_is_not_taken(tmp_path: Path) -> None:
    place = Folder(tmp_path / "shared")
    here, there = (SharedStore(tmp_path / name, place) for name in ("here", "there"))
    made = here.put_scene(REQUEST, Image.new("RGB", (8, 8)))
    record = place.get(f"scenes/{made.fingerprint[:2]}/{made.fingerprint}.json")
    assert record
    other = "cd" * 32
    place.put_new(f"scenes/cd/{other}.json", record)
    assert scene_fingerprint(REQUEST) != other
    assert there.scene(other) is None


# --- leases -----------------------------------------------------------------------------------------------------------


class Clock:
    """A steady clock that a test moves."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def lease(place: Objects, clock: Clock) -> Lease:
    return Lease(place, "leases/scene/x", 60.0, clock, clock.sleep)


def test_one_holds_it(url: str) -> None:
    place, clock = open_objects(url), Clock()
    first, second = lease(place, clock), lease(place, clock)
    assert first.take()
    assert not second.take()
    first.release()
    assert second.take()
    second.release()
    assert place.names("leases/scene/x") == []


def test_who_beats_keeps_it_and_who_stands_still_loses_it(url: str) -> None:
    place, clock = open_objects(url), Clock()
    first, second, third = (lease(place, clock) for _ in range(3))
    assert first.take()
    for _ in range(10):
        clock.now += 50
        assert first.beat()
        assert not second.take()
    clock.now += 61
    assert second.take()
    assert not third.take()
    assert not first.beat(), "who wakes up late sees that it was taken over"
    first.release()
    assert second.beat()


def test_wrong_clocks_on_other_machines_change_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The time of day, and the files' times, may jump by years: only the beat counts."""
    import os
    import time

    place, clock = Folder(tmp_path), Clock()
    first, second = lease(place, clock), lease(place, clock)
    assert first.take()
    assert not second.take()
    for year in (-10, 10):
        monkeypatch.setattr(time, "time", lambda year=year: 1.8e9 + year * 3.15e7)
        for path in tmp_path.rglob("*.json"):
            os.utime(path, (1.8e9 + year * 3.15e7,) * 2)
        assert not second.take()
        assert first.beat()


def test_a_lease_that_cannot_be_read_ends_too(tmp_path: Path) -> None:
    place, clock = Folder(tmp_path), Clock()
    place.put_new("leases/scene/x/00000004.json", b"{")
    waiting = lease(place, clock)
    assert not waiting.take()
    clock.now += 61
    assert waiting.take()
    assert json.loads(place.get("leases/scene/x/00000005.json") or b"")["beat"] == 0


def test_many_at_once_and_one_at_a_time(tmp_path: Path) -> None:
    place, inside, most = Folder(tmp_path), [0], [0]

    def work() -> None:
        with Lease(place, "leases/scene/x", 0.4).held():
            inside[0] += 1
            most[0] = max(most[0], inside[0])
            inside[0] -= 1

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [1]


def test_stores_of_two_machines_hold_one_lock(tmp_path: Path) -> None:
    here, there = (SharedStore(tmp_path / name, Folder(tmp_path / "shared"), 0.4) for name in ("here", "there"))
    watch = there.watch("scene", "x")
    with here.scene_lock("x"):
        assert watch()
        with there.lock("engine", "draft"), here.lock("engine", "draft"):
            pass  # each machine has its own card
    assert not watch()


# --- addresses --------------------------------------------------------------------------------------------------------


def test_a_password_has_no_place_in_an_address() -> None:
    with pytest.raises(ValueError, match="environment"):
        Settings(shared="s3://key:secret@bucket/prefix")
    assert Settings(shared="s3://bucket/me@home").shared == "s3://bucket/me@home"


@pytest.mark.parametrize("address", ["nonsense://bucket", "s3://bucket-that-is-not-there/x"])
def test_an_address_that_leads_nowhere(address: str, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    pytest.importorskip("s3fs", reason="needs s3fs")
    monkeypatch.setenv("AWS_ENDPOINT_URL", request.getfixturevalue("s3"))
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    with pytest.raises(StoreError) as caught:
        open_objects(address).put_new("a", b"x")
    assert (caught.value.code, caught.value.exit_code) == ("shared-store", 4)


def test_the_first_answer_is_everybody_s(stores: tuple[SharedStore, SharedStore]) -> None:
    here, there = stores
    key = "cd" * 32
    assert here.answer(key) is None
    here.put_answer(key, Answer("first", True, 1))
    there.put_answer(key, Answer("second", True, 1))
    assert [store.answer(key) for store in (here, there)] == [Answer("first", True, 1)] * 2


def test_a_damaged_answer_is_fetched_again(stores: tuple[SharedStore, SharedStore]) -> None:
    here, there = stores
    key = "ef" * 32
    here.put_answer(key, Answer("first", True, 1))
    assert there.answer(key) == Answer("first", True, 1)
    (path,) = (there.root / "answers").rglob("*.json")
    path.write_bytes(path.read_bytes().replace(b"first", b"forst"))
    assert there.answer(key) == Answer("first", True, 1)
