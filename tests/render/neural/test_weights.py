"""Finding and identifying weights: no torch, no network, safetensors only."""

from __future__ import annotations

import json
import os
import struct
import subprocess
import sys
from pathlib import Path

import pytest

from qwen_pipeline.errors import EngineUnavailable
from qwen_pipeline.render.neural import identity, weights
from qwen_pipeline.settings import Settings

WANTED = weights.Wanted(
    "Someone/Toy-1", ("transformer", "vae"), lambda index: index.get("_class_name") == "ToyPipeline", gb=1.0
)


def write_tensors(path: Path, fill: int = 0, dtype: str = "BF16") -> None:
    """A safetensors file with one tensor of eight values."""
    data = bytes([fill]) * (16 if dtype == "BF16" else 32)
    head = json.dumps({"weight": {"dtype": dtype, "shape": [8], "data_offsets": [0, len(data)]}}).encode()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(struct.pack("<Q", len(head)) + head + data)


def checkpoint(folder: Path, fill: int = 0, kind: str = "ToyPipeline") -> Path:
    for part in WANTED.parts:
        write_tensors(folder / part / "model.safetensors", fill)
        (folder / part / "config.json").write_text("{}")
    (folder / "model_index.json").write_text(json.dumps({"_class_name": kind}))
    return folder


def settings(tmp_path: Path, **more: object) -> Settings:
    return Settings(store=tmp_path / "store", **more)  # type: ignore[arg-type]


def test_the_folder_itself(tmp_path: Path) -> None:
    folder = checkpoint(tmp_path / "mine")
    found = weights.require(WANTED, settings(tmp_path, weights=folder))
    assert (found.path, found.name) == (folder, "mine")
    assert found.bytes == sum(part.bytes for part in found.parts) > 32
    assert found.part("transformer").dtype() == "bfloat16"


def test_models_side_by_side(tmp_path: Path) -> None:
    checkpoint(tmp_path / "all" / "other", kind="AnotherPipeline")
    second = checkpoint(tmp_path / "all" / "z-mine")
    assert weights.require(WANTED, settings(tmp_path, weights=tmp_path / "all")).path == second
    named = checkpoint(tmp_path / "all" / "Toy-1")
    assert weights.require(WANTED, settings(tmp_path, weights=tmp_path / "all")).path == named


def test_the_hugging_face_cache_needs_no_network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("huggingface_hub")
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "hub"))
    assert weights.find(WANTED, settings(tmp_path)) is None
    repo = tmp_path / "hub" / "models--Someone--Toy-1"
    checkpoint(repo / "snapshots" / "aaa")
    current = checkpoint(repo / "snapshots" / "bbb")
    (repo / "refs").mkdir()
    (repo / "refs" / "main").write_text("bbb")
    found = weights.require(WANTED, settings(tmp_path))
    assert (found.path, found.name) == (current, "Someone/Toy-1")


def test_nothing_there(tmp_path: Path) -> None:
    with pytest.raises(EngineUnavailable) as caught:
        weights.require(WANTED, settings(tmp_path, weights=tmp_path / "nowhere"))
    assert caught.value.code == "weights-missing"
    assert caught.value.exit_code == 4


def test_pickles_are_not_weights(tmp_path: Path) -> None:
    folder = checkpoint(tmp_path / "mine")
    (folder / "vae" / "model.safetensors").rename(folder / "vae" / "pytorch_model.bin")
    with pytest.raises(EngineUnavailable) as caught:
        weights.find(WANTED, settings(tmp_path, weights=folder))
    assert caught.value.code == "weights-damaged"


def test_a_missing_shard(tmp_path: Path) -> None:
    folder = checkpoint(tmp_path / "mine")
    index = {"weight_map": {"a": "model.safetensors", "b": "model-2.safetensors"}}
    (folder / "vae" / "model.safetensors.index.json").write_text(json.dumps(index))
    with pytest.raises(EngineUnavailable) as caught:
        weights.find(WANTED, settings(tmp_path, weights=folder))
    assert (caught.value.code, "model-2.safetensors" in caught.value.message) == ("weights-damaged", True)


@pytest.mark.parametrize("size", [0, 4, 60])
def test_a_file_that_is_cut_off(tmp_path: Path, size: int) -> None:
    write_tensors(tmp_path / "model.safetensors")
    os.truncate(tmp_path / "model.safetensors", size)
    with pytest.raises(EngineUnavailable) as caught:
        weights.header(tmp_path / "model.safetensors")
    assert caught.value.code == "weights-damaged"


def test_the_digest_is_of_what_is_in_the_files(tmp_path: Path) -> None:
    store = tmp_path / "store"
    one, same, other = (checkpoint(tmp_path / name, fill) for name, fill in (("a", 1), ("b", 1), ("c", 2)))
    made = [identity.weights_digest(weights.inspect(f, "x", WANTED.parts), store) for f in (one, same, other)]
    assert made[0] == made[1] != made[2]
    (one / "vae" / "config.json").write_text('{"z_dim": 8}')
    assert identity.weights_digest(weights.inspect(one, "x", WANTED.parts), store) != made[0]


def test_files_are_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "model.safetensors"
    write_tensors(file)
    first = identity.digests([file], tmp_path / "store")
    monkeypatch.setattr(identity._Read, "digest", lambda self, path: "read again")
    assert identity.digests([file], tmp_path / "store") == first
    write_tensors(file, 9, "F32")
    assert identity.digests([file], tmp_path / "store") == ["read again"]


def test_reading_for_the_first_time_is_told(tmp_path: Path) -> None:
    """By bytes, up to all of them; not a word when everything is known."""
    found = weights.inspect(checkpoint(tmp_path / "mine"), "x", WANTED.parts)
    heard: list[tuple[str, int, int]] = []
    made = [identity.weights_digest(found, tmp_path / "store", lambda *said: heard.append(said)) for _ in "12"]
    assert made[0] == made[1]
    assert (heard[0], heard[-1]) == (("identify", 0, found.bytes), ("identify", found.bytes, found.bytes))
    assert len(heard) == 1 + len(WANTED.parts)


def test_a_copy_over_a_file_is_read_again(tmp_path: Path) -> None:
    """Even with its size and its times as they were: the file's entry has changed."""
    file, other = tmp_path / "model.safetensors", tmp_path / "other.safetensors"
    write_tensors(file, 1)
    write_tensors(other, 2)
    first = identity.digests([file], tmp_path / "store")
    times = file.stat()
    os.utime(other, ns=(times.st_atime_ns, times.st_mtime_ns))
    other.replace(file)
    assert identity.digests([file], tmp_path / "store") != first


def test_a_file_of_the_cache_is_named_by_its_digest(tmp_path: Path) -> None:
    blob = tmp_path / "blobs" / ("ab" * 32)
    write_tensors(blob)
    link = tmp_path / "model.safetensors"
    link.symlink_to(blob)
    assert identity.digests([link], tmp_path / "store") == ["ab" * 32]


@pytest.mark.parametrize("folder", [None, "weights"])
def test_a_download_is_of_safetensors_and_their_configs(
    folder: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub = pytest.importorskip("huggingface_hub")
    from qwen_pipeline.render.neural.download import download

    asked: list[dict[str, object]] = []
    monkeypatch.setattr(hub, "snapshot_download", lambda repo, **options: asked.append({"repo": repo, **options}))
    download(WANTED, tmp_path / folder if folder else None)
    (call,) = asked
    assert (call["repo"], call["local_dir"]) == ("Someone/Toy-1", tmp_path / folder / "Toy-1" if folder else None)
    patterns = call["allow_patterns"]
    assert isinstance(patterns, list)
    assert "*.safetensors" in patterns
    assert not any(pattern.endswith((".bin", ".pt", ".py", ".ckpt")) for pattern in patterns)


def test_a_failed_download_has_a_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    hub = pytest.importorskip("huggingface_hub")
    from qwen_pipeline.render.neural.download import download

    def refused(*_: object, **__: object) -> None:
        raise ConnectionError("no route to host")

    monkeypatch.setattr(hub, "snapshot_download", refused)
    with pytest.raises(EngineUnavailable) as caught:
        download(WANTED)
    assert (caught.value.code, caught.value.exit_code) == ("download", 4)


def test_weights_are_identified_without_torch(tmp_path: Path) -> None:
    folder = checkpoint(tmp_path / "mine")
    code = (
        "import sys; from pathlib import Path\n"
        "from qwen_pipeline.render.neural import identity, weights\n"
        f"found = weights.inspect(Path({str(folder)!r}), 'x', ('transformer', 'vae'))\n"
        f"identity.weights_digest(found, Path({str(tmp_path / 'store')!r}))\n"
        "assert not {'torch', 'diffusers', 'transformers', 'safetensors'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
