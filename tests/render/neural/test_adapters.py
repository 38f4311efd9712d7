"""LoRA adapters on toy weights: put on, taken off, refused."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from qwen_pipeline.errors import RenderError
from qwen_pipeline.render import SceneInputs, engine_module
from qwen_pipeline.types import Adapter
from tests.support.toy import toy_settings

from .test_qwen21 import MODELS, draw, request, same


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    opened = engine_module(MODELS[0]).open_engine(toy_settings(MODELS[0], tmp_path_factory.mktemp("store")))
    yield opened
    opened.close()


def _adapter(path: Path, layer: str = "transformer_blocks.1.attn.to_q", width: int = 32, seed: int = 0) -> Path:
    import torch
    from safetensors.torch import save_file

    torch.manual_seed(seed)
    name = f"transformer.{layer}"
    save_file({f"{name}.lora_A.weight": torch.randn(4, width), f"{name}.lora_B.weight": torch.randn(32, 4),
        f"{name}.alpha": torch.tensor(2.0)}, path)
    return path


def test_adapters_are_put_on_and_taken_off_without_a_trace(base: Any, tmp_path: Path) -> None:
    one, two = _adapter(tmp_path / "one.safetensors"), _adapter(tmp_path / "two.safetensors", seed=1)
    plain = draw(base, request(base))
    with_one = draw(base, request(base, adapters=(Adapter("1" * 64, 0.8),)), SceneInputs(adapters=(one,)))
    both = (Adapter("1" * 64, 0.8), Adapter("2" * 64, 1.0))
    with_both = draw(base, request(base, adapters=both), SceneInputs(adapters=(one, two)))
    assert len({image.tobytes() for image in (plain, with_one, with_both)}) == 3
    again = draw(base, request(base, adapters=(Adapter("1" * 64, 0.8),)), SceneInputs(adapters=(one,)))
    assert same(again, with_one)
    assert same(draw(base, request(base)), plain)


def test_adapters_that_do_not_fit(base: Any, tmp_path: Path) -> None:
    plain = draw(base, request(base))
    junk = tmp_path / "junk.safetensors"
    junk.write_bytes(b"junk")
    bad = [_adapter(tmp_path / "a.safetensors", "no.such.layer"), _adapter(tmp_path / "b.safetensors", width=31), junk]
    good = _adapter(tmp_path / "good.safetensors")
    for file in bad:
        with pytest.raises(RenderError) as caught:
            draw(base, request(base, adapters=(Adapter("0" * 64), Adapter("1" * 64))), SceneInputs(adapters=(good, file)))
        assert caught.value.code == "adapter"
    with pytest.raises(RenderError) as caught:
        draw(base, request(base, adapters=(Adapter("1" * 64),)))
    assert caught.value.code == "no-adapter"
    assert same(draw(base, request(base)), plain)
