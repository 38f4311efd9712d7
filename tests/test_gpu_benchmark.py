"""The GPU benchmark goes through every scenario on the processor, with small models; its figures mean nothing here."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("diffusers")
pytest.importorskip("transformers")

from benchmarks import gpu  # noqa: E402
from benchmarks.record import Figure  # noqa: E402

PEERS = {
    **{"gpu_2k_8": 2, "gpu_drafts_1k_8": 1, "gpu_2k_40": 1, "gpu_streamed_10gib": 1, "gpu_vae_decode_2k": 1},
    "gpu_references_spilled": 1, "gpu_20b_1328_cfg": 1,
}


def lines(folder: Path) -> dict[str, Any]:
    """The last line of each scenario: the first of a compared one has our side only, and stays if diffusers' turn never ends."""
    return {file.stem: json.loads(file.read_text("utf-8").splitlines()[-1]) for file in folder.iterdir()}


def test_every_scenario_runs_from_end_to_end(tmp_path: Path) -> None:
    assert gpu.main(["--toy", "--results", str(tmp_path)]) == 0
    found = lines(tmp_path)
    assert [len((tmp_path / f"{name}.jsonl").read_text().splitlines()) for name in ("gpu_2k_8", "gpu_busy")] == [2, 1]
    assert sorted(found) == sorted(gpu.NAMES)
    for name, line in found.items():
        assert line["figures"], name
        assert "skipped" not in line
        assert line["machine"]["torch"] == torch.__version__
        assert sum("peer_value" in figure for figure in line["figures"]) >= PEERS.get(name, 0)
    apart = next(f for f in found["gpu_vae_decode_2k"]["figures"] if "difference" in f["name"])
    assert apart["value"] < 1e-5
    for name in ("gpu_2k_8", "gpu_drafts_1k_8", "gpu_2k_40", "gpu_streamed_10gib", "gpu_references_spilled", "gpu_20b_1328_cfg"):
        goals = [f for f in found[name]["figures"] if "peer_value" in f]
        assert all(f["limit"] != f["peer_value"] and f["limit"] is not None for f in goals), name
    assert "blocks-0" in found["gpu_streamed_10gib"]["figures"][0]["note"]


def test_there_is_nothing_to_measure_without_a_device(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert gpu.main(["--results", str(tmp_path)]) == 4
    assert not list(tmp_path.iterdir())


def test_a_cap_is_set_on_a_device_with_a_number(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """torch takes a plain `cuda` for nearly everything; not for a cap."""
    from types import SimpleNamespace

    from torch.cuda._utils import _get_device_index

    set_to: list[tuple[int, float]] = []
    fakes: dict[str, Any] = {
        "is_available": lambda: True,
        "current_device": lambda: 0,
        "get_device_properties": lambda device: SimpleNamespace(total_memory=80 * 2**30, name="fake"),
        "set_per_process_memory_fraction": lambda share, device: set_to.append((_get_device_index(device), share)),
        **dict.fromkeys(("synchronize", "empty_cache", "reset_peak_memory_stats"), lambda *_: None),
    }
    for name, fake in fakes.items():
        monkeypatch.setattr(torch.cuda, name, fake)
    monkeypatch.setattr(torch._C, "_host_emptyCache", lambda: None, raising=False)

    def capped(bench: Any, results: Path) -> list[str]:
        with bench.cap(24.0):
            assert set_to == [(0, 0.3)]
        return []

    monkeypatch.setattr(gpu, "run", capped)
    assert gpu.main(["--results", str(tmp_path)]) == 0
    assert set_to[1:] == [(0, 1.0)]


@pytest.fixture
def bench(tmp_path: Path) -> Any:
    from benchmarks.cuda.bench import Bench

    return Bench(torch.device("cpu"), False, 1.0, tmp_path)


def test_what_no_longer_fits_the_time_is_skipped_and_says_so(bench: Any) -> None:
    from benchmarks.cuda.bench import NoTime

    bench.need(30)
    with pytest.raises(NoTime):
        bench.need(3600)

    def late() -> Iterable[Figure]:
        bench.need(3600)
        yield Figure("never", 1.0)

    figures, reason = gpu._attempt(late)
    assert not figures
    assert "3600" in reason


def test_weights_that_cannot_be_made_are_told_for_every_scenario(
    bench: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from benchmarks.cuda import scenarios

    def broken(_: Any) -> Any:
        raise torch.OutOfMemoryError("no memory at all")
        yield

    monkeypatch.setattr(scenarios, "qwen_21", broken)
    monkeypatch.setattr(scenarios, "qwen_20b", broken)
    assert gpu.run(bench, tmp_path / "results") == list(gpu.NAMES)
    assert all("no memory at all" in line["skipped"] for line in lines(tmp_path / "results").values())


def test_random_weights_fill_every_parameter_and_blocks_share_nothing() -> None:
    from diffusers import QwenImage21Transformer2DModel

    from benchmarks.cuda.models import random_weights

    def make() -> Any:
        return QwenImage21Transformer2DModel(
            in_channels=8, out_channels=8, num_layers=3, attention_head_dim=16, num_attention_heads=2, context_in_dim=32,
            axes_dims_rope=(4, 6, 6),
        )  # fmt: skip

    model = random_weights(make, lambda m: m.transformer_blocks, torch.device("cpu"))
    assert all(p.device.type == "cpu" and p.dtype is torch.bfloat16 and p.isfinite().all() for p in model.parameters())
    assert len({p.data_ptr() for p in model.parameters()}) == len(list(model.parameters()))
    first, last = model.transformer_blocks[0].attn.to_q.weight, model.transformer_blocks[2].attn.to_q.weight
    assert torch.equal(first, last)
    assert first.float().std() > 0.01


def test_the_published_sizes_are_those_of_the_classes() -> None:
    from diffusers import (
        AutoencoderKLQwenImage,
        AutoencoderKLQwenImage21,
        QwenImage21Transformer2DModel,
        QwenImageTransformer2DModel,
    )

    from benchmarks.cuda.models import _qwen3_vl
    from qwen_pipeline.render.neural.parts import QWEN_IMAGE_2_1, QWEN_IMAGE_20B

    def size(module: Any) -> int:
        return 2 * sum(parameter.numel() for parameter in module.parameters())

    with torch.device("meta"):
        encoder = _qwen3_vl().model
        assert size(encoder.language_model) == QWEN_IMAGE_2_1.encoder.bytes
        assert size(encoder.visual) == QWEN_IMAGE_2_1.vision
        assert size(QwenImage21Transformer2DModel()) == QWEN_IMAGE_2_1.dit.bytes
        assert size(AutoencoderKLQwenImage21()) == QWEN_IMAGE_2_1.vae
        assert size(QwenImageTransformer2DModel()) == QWEN_IMAGE_20B.dit.bytes
        assert size(AutoencoderKLQwenImage()) == QWEN_IMAGE_20B.vae
