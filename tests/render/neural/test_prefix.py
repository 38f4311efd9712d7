"""Keys and values of what stands before a picture: shared by what has the same; on the device or in host memory, same bytes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from qwen_pipeline.fingerprint import scene_fingerprint
from qwen_pipeline.render import SceneInputs, engine_module
from qwen_pipeline.render.neural import residency
from qwen_pipeline.render.neural.parts import QWEN_IMAGE_2_1
from qwen_pipeline.render.neural.residency import GIB, Memory, Work, kept_bytes, plan
from qwen_pipeline.types import SceneRequest
from tests.support.toy import toy_settings

MODEL = "qwen-image-2.1"
TEN = Work(2048, 2048, references_px=((1024, 1024),) * 10)


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ...]:
    folder = tmp_path_factory.mktemp("pictures")
    for number in range(3):
        pixels = np.random.default_rng(number).integers(0, 256, (96, 96, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(folder / f"{number}.png")
    return tuple(sorted(folder.iterdir()))


def opened(store: Path, offload: str = "none", budget: float | None = None) -> Any:
    changes = {"offload": offload, "max_memory_gib": budget}
    return engine_module(MODEL).open_engine(toy_settings(MODEL, store).model_copy(update=changes))


def jobs(engine: Any) -> Iterator[SceneRequest]:
    """Two seeds of one prompt, another prompt with the same references, and one with guidance."""
    info = engine.info
    plain = SceneRequest(info.id, info.version, info.weights_digest, info.dtype, "a cup", "", 64, 96, 5, 3, 1.0)
    plain = replace(plain, references=("0" * 64,) * 3)
    yield from (plain, replace(plain, seed=6), replace(plain, prompt="the cup in blue"))
    yield replace(plain, true_cfg_scale=3.0, negative_prompt="blurry")


def drawn(engine: Any, pictures: tuple[Path, ...], between: Any = lambda sampler: None) -> list[bytes]:
    made = []
    for asked in jobs(engine):
        inputs = SceneInputs(references=pictures)
        made.append(engine.render(asked, engine.encode([asked], [inputs])[scene_fingerprint(asked)], inputs).tobytes())
        between(engine._stage._painter.sampler)
    return made


def memory(sampler: Any) -> Any:
    return sampler._kept["0"].sequenced.memory


@pytest.fixture(scope="module")
def resident(tmp_path_factory: pytest.TempPathFactory, pictures: tuple[Path, ...]) -> list[bytes]:
    return drawn(opened(tmp_path_factory.mktemp("resident")), pictures)


def test_spilled_prefixes_draw_the_same_bytes(
    tmp_path: Path, pictures: tuple[Path, ...], resident: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a plan has it that leaves next to no memory; what references took is read from the host by every prompt with them."""
    monkeypatch.setattr(residency.Memory, "budget_bytes", property(lambda memory: memory.device_bytes))
    engine = opened(tmp_path, "blocks", 1e-6)
    placement = engine._stage._placement
    placement._sizes = replace(placement._sizes, kv_token_bytes=10**6)  # a toy's are small beside its VAE's activations
    heads: list[Any] = []

    def look(sampler: Any) -> None:
        assert memory(sampler).spilled
        assert not memory(sampler)._layers
        assert not memory(sampler)._ahead, "nothing is left on the device between pictures"
        heads.append(memory(sampler)._parts[0])

    assert drawn(engine, pictures, look) == resident
    assert "+spill" in engine.mode()
    assert len({id(head) for head in heads}) == 1, "one prefix of references for all prompts"


@pytest.mark.parametrize("host", [None, 0])
def test_room_is_made_by_spilling_and_by_dropping_last(
    host: int | None, tmp_path: Path, pictures: tuple[Path, ...], resident: list[bytes]
) -> None:
    seen: list[bool] = []

    def between(sampler: Any) -> None:
        sampler.make_room(host)
        seen.append(bool(sampler._kept) and memory(sampler).spilled)

    assert drawn(opened(tmp_path), pictures, between) == resident
    assert set(seen) == {host is None}


def test_words_alone_are_computed_again_sooner_than_they_travel(tmp_path: Path) -> None:
    engine = opened(tmp_path)
    asked = replace(next(jobs(engine)), references=())
    engine.render(asked, engine.encode([asked], [SceneInputs()])[scene_fingerprint(asked)], SceneInputs())
    sampler = engine._stage._painter.sampler
    assert sampler._kept
    sampler.make_room(None)
    assert not sampler._kept


@pytest.mark.parametrize(("gib", "expected"), [(80, "none"), (40, "blocks-19"), (24, "blocks-29+spill"), (16, "blocks-10+spill")])
def test_prefixes_give_way_after_blocks(gib: int, expected: str) -> None:
    made = plan(QWEN_IMAGE_2_1, TEN, Memory(gib * GIB, 128 * GIB))
    assert made.id == expected
    assert made.fits
    assert made.host_bytes >= (kept_bytes(QWEN_IMAGE_2_1, TEN) if made.spilled else 0)


def test_prefixes_of_words_are_not_worth_it() -> None:
    poster = Work(2048, 2048)
    assert not any(plan(QWEN_IMAGE_2_1, poster, Memory(gib * GIB, 128 * GIB)).spilled for gib in (5, 8, 10, 16, 24))
