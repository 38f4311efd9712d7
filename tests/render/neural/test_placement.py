"""Where the weights lie does not show in the picture: every plan, memory that runs out at any step, adapters put on and off."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from qwen_pipeline.fingerprint import scene_fingerprint
from qwen_pipeline.render import SceneInputs, Session, engine_module
from qwen_pipeline.render.neural import parts, residency
from qwen_pipeline.settings import Settings
from qwen_pipeline.types import Adapter, Scene, SceneRequest, SceneResult
from tests.support.toy import toy, toy_settings

MODEL = "qwen-image-2.1"
OFFLOADS = ("none", "phase", "blocks", "disk")


def settings(store: Path, offload: str, budget: float | None = None) -> Settings:
    return toy_settings(MODEL, store).model_copy(update={"offload": offload, "max_memory_gib": budget})


@pytest.fixture
def tight(monkeypatch: pytest.MonkeyPatch) -> None:
    """Toys are small beside the reserve that real cards need: plan for the bytes that are given, without one."""
    monkeypatch.setattr(residency.Memory, "budget_bytes", property(lambda memory: memory.device_bytes))


@pytest.fixture(scope="module")
def picture(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pixels = np.random.default_rng(1).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    path = tmp_path_factory.mktemp("pictures") / "reference.png"
    Image.fromarray(pixels).save(path)
    return path


def opened(store: Path, offload: str, budget: float | None = None) -> Any:
    return engine_module(MODEL).open_engine(settings(store, offload, budget))


def request(engine: Any, prompt: str, **more: Any) -> SceneRequest:
    info = engine.info
    plain = SceneRequest(info.id, info.version, info.weights_digest, info.dtype, prompt, "", 64, 96, 5, 3, 1.0, info.sigmas)
    return replace(plain, **more)


def jobs(engine: Any, picture: Path) -> Iterator[tuple[SceneRequest, SceneInputs]]:
    yield request(engine, "a cup"), SceneInputs()
    yield request(engine, "a harbour at dusk", true_cfg_scale=3.0, negative_prompt="blurry"), SceneInputs()
    yield request(engine, "the same cup in blue", references=("0" * 64,)), SceneInputs(references=(picture,))


def drawn(engine: Any, picture: Path) -> list[bytes]:
    made = []
    for asked, inputs in jobs(engine, picture):
        image = engine.render(asked, engine.encode([asked], [inputs])[scene_fingerprint(asked)], inputs)
        made.append(image.tobytes())
    return made


@pytest.fixture(scope="module")
def resident(tmp_path_factory: pytest.TempPathFactory, picture: Path) -> list[bytes]:
    engine = opened(tmp_path_factory.mktemp("resident"), "none")
    made = drawn(engine, picture)
    engine.close()
    return made


@pytest.mark.parametrize("offload", OFFLOADS)
def test_every_plan_draws_the_same_bytes(offload: str, tmp_path: Path, picture: Path, resident: list[bytes]) -> None:
    engine = opened(tmp_path, offload)
    assert drawn(engine, picture) == resident
    assert f"offload {offload}" in engine.mode()
    engine.close()


def test_blocks_are_streamed_through_the_whole_engine(
    tight: None, tmp_path: Path, picture: Path, resident: list[bytes]
) -> None:
    """With next to no memory: no block of the transformer stays, encoder layers come one by one."""
    engine = opened(tmp_path, "blocks", 1e-6)
    assert drawn(engine, picture) == resident
    placement = engine._stage._placement
    assert placement.plan.id == "blocks-0"
    transformer, encoder = placement._housed["transformer"].blocks, placement._housed["encoder"].blocks
    assert transformer.resident == frozenset()
    assert len(transformer) > 2, "else the slots hold them all, and nothing is streamed"
    steps = 3 * 3 + 3  # three jobs of three steps, and their prefixes
    assert transformer.copied_bytes > steps * len(transformer) * transformer._units[0].bytes
    assert encoder.copied_bytes > 0
    engine.close()


def test_parts_take_turns(tmp_path: Path, picture: Path) -> None:
    engine = opened(tmp_path, "phase")
    for asked, inputs in jobs(engine, picture):
        made = engine.encode([asked], [inputs])
        housed = engine._stage._placement._housed
        assert housed["encoder"].on_device
        assert not any(housed[name].on_device for name in ("transformer", "vae") if name in housed)
        engine.render(asked, made[scene_fingerprint(asked)], inputs)
        assert not housed["encoder"].on_device
        assert housed["transformer"].on_device
        assert housed["vae"].on_device
    engine.close()
    assert not housed


# --- memory that runs out ---------------------------------------------------------------------------------------------------


class ShortOfMemory:
    """Fails at the n-th forward of a block, as often as `times` says, as torch does on a full device."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, at: int, times: int = 1) -> None:
        import torch
        from diffusers.models.transformers.transformer_qwenimage21 import QwenImage21TransformerBlock

        self.calls, self.failed = 0, 0
        plain = QwenImage21TransformerBlock.forward

        def forward(block: Any, *args: Any, **kwargs: Any) -> Any:
            self.calls += 1
            if self.calls >= at and self.failed < times:
                self.failed += 1
                raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB")
            return plain(block, *args, **kwargs)

        monkeypatch.setattr(QwenImage21TransformerBlock, "forward", forward)


class Shelf:
    def __init__(self) -> None:
        self.images: dict[str, bytes] = {}
        self.metas: list[Any] = []

    def scene(self, fingerprint: str) -> None:
        return None

    def put_scene(self, request: SceneRequest, image: Any, meta: Any) -> SceneResult:
        name = scene_fingerprint(request)
        self.images[name] = image.tobytes()
        self.metas.append(meta)
        return SceneResult(name, "", "", image.width, image.height, 0.0, 0, (), "RGB")


def session(engine: Any, shelf: Shelf, picture: Path) -> list[Any]:
    scenes = [
        Scene(scene_fingerprint(asked), asked, tuple(str(path) for path in inputs.references))
        for asked, inputs in jobs(engine, picture)
    ]
    return list(Session(lambda: engine, shelf).render(scenes))


@pytest.mark.parametrize("at", [1, 17, 40])
@pytest.mark.parametrize("offload", ["none", "phase"])
def test_out_of_memory_at_any_step_walks_down_to_the_same_bytes(
    offload: str, at: int, tight: None, tmp_path: Path, picture: Path, resident: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = opened(tmp_path, offload, 4)
    heard: list[str] = []
    engine.tell(lambda phase, done, total: heard.append(phase))
    shelf = Shelf()
    short = ShortOfMemory(monkeypatch, at)
    assert all(isinstance(outcome, SceneResult) for outcome in session(engine, shelf, picture))
    assert short.failed == 1
    assert list(shelf.images.values()) == resident
    assert heard.count("relax") == 1
    assert f"after {offload}" in engine.mode()


def test_plans_are_given_up_one_after_another(
    tight: None, tmp_path: Path, picture: Path, resident: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = opened(tmp_path, "none", 4)
    engine._stage._placement._sizes = parts.QWEN_IMAGE_2_1  # a toy has few plans between all and nothing
    shelf = Shelf()
    short = ShortOfMemory(monkeypatch, 5, times=4)
    session(engine, shelf, picture)
    assert list(shelf.images.values()) == resident
    assert short.failed == 4
    modes = [tried.split("-")[0] for tried in engine._stage._placement.tried]
    assert modes == ["none", "phase", "blocks", "blocks"]


def test_memory_that_is_never_enough_is_a_failure_and_ends(
    tight: None, tmp_path: Path, picture: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = opened(tmp_path, "none", 4)
    ShortOfMemory(monkeypatch, 1, times=10**9)
    outcomes = session(engine, Shelf(), picture)
    assert [outcome.code for outcome in outcomes] == ["out-of-memory"] * 3


# --- adapters ---------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def adapter(tmp_path_factory: pytest.TempPathFactory) -> Path:
    import torch
    from safetensors.torch import save_file

    torch.manual_seed(2)
    path = tmp_path_factory.mktemp("adapters") / "style.safetensors"
    layer = "transformer.transformer_blocks.0.attn.to_q"
    width = 32
    save_file({f"{layer}.lora_A.weight": torch.randn(2, width), f"{layer}.lora_B.weight": torch.randn(width, 2)}, path)
    return path


@pytest.mark.parametrize("offload", ["phase", "blocks"])
def test_adapters_are_worn_under_every_plan_and_taken_off(
    offload: str, adapter: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tight: None
) -> None:
    def three(engine: Any) -> list[bytes]:
        plain = request(engine, "a cup")
        worn = replace(plain, adapters=(Adapter("0" * 64, 1.0),))
        made = []
        for asked, inputs in ((plain, SceneInputs()), (worn, SceneInputs(adapters=(adapter,))), (plain, SceneInputs())):
            made.append(engine.render(asked, engine.encode([asked], [inputs])[scene_fingerprint(asked)], inputs).tobytes())
        engine.close()
        return made

    expected = three(opened(tmp_path / "none", "none"))
    assert expected[0] == expected[2] != expected[1]
    assert three(opened(tmp_path / offload, offload, 1e-6)) == expected


# --- sizes ----------------------------------------------------------------------------------------------------------------------


def count(module: Any) -> int:
    return sum(parameter.numel() * 4 for parameter in module.parameters())


def test_sizes_come_from_the_files_alone() -> None:
    import torch

    from qwen_pipeline.render.neural.model_sizes import sizes_of
    from qwen_pipeline.render.neural.qwen21_models import load_transformer, load_vae
    from qwen_pipeline.render.neural.qwen21_text import load_text_model
    from qwen_pipeline.render.neural.weights import inspect

    checkpoint = inspect(toy(MODEL), "toy", ("transformer", "text_encoder", "vae"))
    sizes = sizes_of(checkpoint, 4)
    transformer = load_transformer(checkpoint, torch.float32)
    encoder = load_text_model(checkpoint.part("text_encoder"), torch.float32)
    assert sizes.dit.bytes == count(transformer)
    assert sizes.dit.blocks == len(transformer.transformer_blocks)
    assert sizes.encoder.bytes + sizes.vision == count(encoder)
    assert sizes.vision == count(encoder.visual)
    assert sizes.vae == count(load_vae(checkpoint, torch.float32))
