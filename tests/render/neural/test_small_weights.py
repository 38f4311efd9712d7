"""Precisions that need libraries of their own, with these libraries: pictures close to those of full precision, and on record."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from qwen_pipeline.errors import RenderError
from qwen_pipeline.fingerprint import scene_fingerprint
from qwen_pipeline.render import SceneInputs, engine_module
from qwen_pipeline.settings import Settings
from qwen_pipeline.types import Adapter, SceneRequest
from tests.support.toy import toy

MODELS = ("qwen-image-2.1", "qwen-image")
MODES = {"fp8-weights": ("torchao", 30.0), "int8-weights": ("torchao", 45.0), "gguf": ("gguf", 45.0)}
"""What each needs, and how close it must come, in dB of peak signal to noise."""


def opened(folder: Path, model: str, mode: str, store: Path) -> Any:
    return engine_module(model).open_engine(Settings(store=store / mode, weights=folder, device="cpu", precision=mode))


def asked(engine: Any, **more: Any) -> SceneRequest:
    info = engine.info
    return SceneRequest(
        info.id, info.version, info.weights_digest, info.dtype, "a cup", "", 96, 64, 5, 3, info.true_cfg_scale, info.sigmas,
        **more,
    )


def drawn(engine: Any) -> np.ndarray[Any, Any]:
    request = asked(engine)
    keys = engine.encode([request], [SceneInputs()])
    one, two = (engine.render(request, keys[scene_fingerprint(request)], SceneInputs()) for _ in "12")
    assert one.tobytes() == two.tobytes()
    return np.asarray(one, dtype=np.float64)


def with_gguf(folder: Path) -> None:
    """Attention in Q8_0, the rest in fp32."""
    gguf = pytest.importorskip("gguf")
    from safetensors.numpy import load_file

    for part in folder.rglob("transformer"):
        writer = gguf.GGUFWriter(str(part / "q8.gguf"), "qwen_image")
        for name, values in load_file(next(part.glob("*.safetensors"))).items():
            kind = gguf.GGMLQuantizationType.Q8_0 if ".attn." in name and values.ndim == 2 and values.shape[1] % 32 == 0 else None
            writer.add_tensor(name, gguf.quantize(values, kind) if kind else values, raw_dtype=kind)
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_tensors_to_file()
        writer.close()


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("mode", MODES)
def test_pictures_are_close_and_the_mode_is_on_record(mode: str, model: str, tmp_path: Path) -> None:
    library, decibels = MODES[mode]
    pytest.importorskip(library)
    folder = shutil.copytree(toy(model), tmp_path / "weights")
    if mode == "gguf":
        with_gguf(folder)
    full, small = (opened(folder, model, name, tmp_path) for name in ("full", mode))
    error = np.mean((drawn(full) - drawn(small)) ** 2)
    assert error > 0
    assert 10 * np.log10(255**2 / error) > decibels
    assert f"precision {mode}" in small.mode()
    assert library in dict(small.versions())
    assert library not in dict(full.versions())
    assert scene_fingerprint(asked(full)) != scene_fingerprint(asked(small))


def test_adapters_are_refused_where_weights_cannot_be_added_to(tmp_path: Path) -> None:
    pytest.importorskip("torchao")
    import torch
    from safetensors.torch import save_file

    engine = opened(toy(MODELS[0]), MODELS[0], "int8-weights", tmp_path)
    layer, file = "transformer.transformer_blocks.0.attn.to_q", tmp_path / "house.safetensors"
    save_file({f"{layer}.lora_A.weight": torch.ones(2, 32), f"{layer}.lora_B.weight": torch.ones(32, 2)}, file)
    request, inputs = asked(engine, adapters=(Adapter("0" * 64, 1.0),)), SceneInputs(adapters=(file,))
    with pytest.raises(RenderError) as caught:
        engine.render(request, engine.encode([request], [inputs])[scene_fingerprint(request)], inputs)
    assert (caught.value.code, "Int8Tensor" in caught.value.message) == ("adapter", True)
