"""Precisions: what each needs, that it is recorded, and that fp8 storage draws the same whatever is resident."""

from __future__ import annotations

import shutil
from importlib.metadata import PackageNotFoundError
from pathlib import Path
from typing import Any

import pytest

from qwen_pipeline.errors import EngineUnavailable
from qwen_pipeline.fingerprint import scene_fingerprint
from qwen_pipeline.render import SceneInputs, engine_module
from qwen_pipeline.render.neural import quantize
from qwen_pipeline.render.neural.parts import QWEN_IMAGE_2_1
from qwen_pipeline.render.neural.quantize import PRECISIONS, Machine
from qwen_pipeline.render.neural.weights import inspect
from qwen_pipeline.settings import Settings
from qwen_pipeline.types import SceneRequest
from tests.support.toy import toy, toy_settings

MODEL = "qwen-image-2.1"
HOPPER, AMPERE, NONE = Machine((9, 0)), Machine((8, 6)), Machine(None)


@pytest.fixture
def checkpoint(tmp_path: Path) -> Any:
    folder = shutil.copytree(toy(MODEL), tmp_path / "toy")
    return inspect(folder, "toy", ("transformer", "text_encoder", "vae"))


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Packages that are there, by version."""
    found: dict[str, str] = {}

    def version(package: str) -> str:
        if package not in found:
            raise PackageNotFoundError(package)
        return found[package]

    monkeypatch.setattr(quantize, "version", version)
    return found


def test_every_setting_has_a_precision() -> None:
    assert set(PRECISIONS) == set(Settings.model_fields["precision"].annotation.__args__)  # type: ignore[union-attr]
    assert set(PRECISIONS) == set(quantize._LOADERS)


@pytest.mark.parametrize(
    ("mode", "package", "old"), [("fp8", "torchao", "0.14.1"), ("gguf", "gguf", "0.9.9"), ("dfloat11", "dfloat11", "0.4")]
)
def test_a_package_that_is_missing_or_too_old_is_named(
    mode: str, package: str, old: str, checkpoint: Any, installed: dict[str, str]
) -> None:
    for have in (None, old):
        installed.update({package: have} if have else {})
        with pytest.raises(EngineUnavailable) as caught:
            quantize.require(mode, checkpoint)
        assert caught.value.code == "precision"
        assert package in caught.value.message
        assert (have or "not installed") in caught.value.message


def test_what_the_device_lacks_is_named() -> None:
    assert quantize.missing_device("fp8", HOPPER) == ""
    assert "8.9" in quantize.missing_device("fp8", AMPERE)
    assert "8.6" in quantize.missing_device("fp8", AMPERE)
    assert "CUDA" in quantize.missing_device("fp8", NONE)
    assert "CUDA" in quantize.missing_device("dfloat11", NONE)
    with pytest.raises(EngineUnavailable) as caught:
        quantize.require_device("dfloat11", NONE)
    assert caught.value.code == "precision"


def test_files_that_are_missing_are_named(checkpoint: Any, installed: dict[str, str]) -> None:
    installed |= {"gguf": "0.17.1", "dfloat11": "0.5.0"}
    transformer = checkpoint.part("transformer").folder
    assert "0 found" in quantize.missing("gguf", checkpoint)
    (transformer / "q8.gguf").write_bytes(b"GGUF")
    assert quantize.missing("gguf", checkpoint) == ""
    (transformer / "q4.gguf").write_bytes(b"GGUF")
    assert "2 found" in quantize.missing("gguf", checkpoint)
    assert quantize.DF11_FOLDER in quantize.missing("dfloat11", checkpoint)
    (checkpoint.path / quantize.DF11_FOLDER).mkdir()
    assert quantize.missing("dfloat11", checkpoint) == ""


def test_a_family_that_has_no_such_precision_says_so(checkpoint: Any) -> None:
    with pytest.raises(EngineUnavailable) as caught:
        quantize.require("layerwise", checkpoint, {"full"})
    assert caught.value.code == "precision"


def test_layerwise_and_full_need_nothing(checkpoint: Any, installed: dict[str, str]) -> None:
    for mode in ("full", "layerwise"):
        quantize.require(mode, checkpoint)
        quantize.require_device(mode, NONE)


def test_what_changes_numbers_is_part_of_the_dtype(checkpoint: Any, tmp_path: Path) -> None:
    names = {mode: quantize.dtype_name(mode, "bfloat16", checkpoint, tmp_path) for mode in PRECISIONS}
    assert names["full"] == names["dfloat11"] == "bfloat16", "what is lossless is the same picture"
    assert len(set(names.values())) == len(names) - 1
    file = checkpoint.part("transformer").folder / "q8.gguf"
    file.write_bytes(b"GGUF one")
    one = quantize.dtype_name("gguf", "bfloat16", checkpoint, tmp_path)
    file.write_bytes(b"GGUF other")
    assert one != quantize.dtype_name("gguf", "bfloat16", checkpoint, tmp_path) != names["gguf"]


def test_smaller_weights_need_less_memory() -> None:
    small = quantize.sized("layerwise", QWEN_IMAGE_2_1)
    assert small.dit.block_bytes * 2 == QWEN_IMAGE_2_1.dit.block_bytes
    assert quantize.sized("full", QWEN_IMAGE_2_1) == QWEN_IMAGE_2_1


def opened(store: Path, precision: str, offload: str = "auto") -> Any:
    update = {"precision": precision, "offload": offload}
    return engine_module(MODEL).open_engine(toy_settings(MODEL, store).model_copy(update=update))


def drawn(engine: Any) -> tuple[str, bytes]:
    """(fingerprint, pixels), drawn twice to see that the second is like the first."""
    info = engine.info
    asked = SceneRequest(info.id, info.version, info.weights_digest, info.dtype, "a cup", "", 64, 64, 5, 2, 1.0, info.sigmas)
    made = [engine.render(asked, engine.encode([asked], [SceneInputs()])[scene_fingerprint(asked)], SceneInputs()) for _ in "12"]
    assert made[0].tobytes() == made[1].tobytes()
    return scene_fingerprint(asked), made[0].tobytes()


def test_layerwise_casting_draws_another_picture_under_another_fingerprint(tmp_path: Path) -> None:
    full, layerwise = (opened(tmp_path / mode, mode) for mode in ("full", "layerwise"))
    exact, cast = drawn(full), drawn(layerwise)
    assert exact[0] != cast[0]
    assert exact[1] != cast[1]
    assert layerwise.info.dtype == "float32+float8_e4m3fn-storage"
    blocks = layerwise._stage._placement._housed["transformer"].module.transformer_blocks
    import torch

    assert blocks[0].attn.to_q.weight.dtype is torch.float8_e4m3fn


@pytest.mark.parametrize("offload", ["phase", "blocks"])
def test_layerwise_casting_streams(offload: str, tmp_path: Path) -> None:
    everything = opened(tmp_path / "all", "layerwise")
    other = opened(tmp_path / offload, "layerwise", offload)
    assert drawn(other) == drawn(everything)
    streamer = other._stage._placement._housed["transformer"].blocks
    for index, home in streamer._homes.items():
        assert not streamer._units[index].strayed(home), "no second copy is left beside the one that stays"


def test_a_precision_that_cannot_be_used_is_refused_when_the_engine_opens(tmp_path: Path) -> None:
    if quantize._version("torchao"):
        pytest.skip("torchao is installed here")
    with pytest.raises(EngineUnavailable) as caught:
        opened(tmp_path, "fp8")
    assert (caught.value.code, caught.value.exit_code) == ("precision", 4)
