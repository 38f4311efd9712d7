"""Qwen-Image 2.1 at toy size: our loop against diffusers' pipeline, bit for bit; and what must not show in the numbers."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from qwen_pipeline.errors import BadPicture, OutOfMemory, PromptTooLong, RenderError
from qwen_pipeline.fingerprint import scene_fingerprint
from qwen_pipeline.render import Engine, SceneInputs, engine_module
from qwen_pipeline.settings import Settings
from qwen_pipeline.types import SceneRequest
from tests.support.toy import toy, toy_settings

MODELS = ("qwen-image-2.1", "qwen-image-2.1-turbo")
SIZE = (64, 96)


@pytest.fixture(scope="module", params=MODELS)
def model(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def engine(model: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    opened = engine_module(model).open_engine(toy_settings(model, tmp_path_factory.mktemp("store")))
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    opened = engine_module(MODELS[0]).open_engine(toy_settings(MODELS[0], tmp_path_factory.mktemp("store")))
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def oracle(model: str) -> Any:
    folder = toy(model)
    from tests.support.diffusers21 import Oracle

    return Oracle(folder)


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ...]:
    """Three pictures on the grid, the second half transparent."""
    folder = tmp_path_factory.mktemp("pictures")
    out = []
    for number, (size, alpha) in enumerate((((64, 64), 255), ((96, 64), 128), ((64, 32), 255))):
        pixels = np.random.default_rng(number).integers(0, 256, (size[1], size[0], 4), dtype=np.uint8)
        pixels[..., 3] = alpha
        out.append(folder / f"{number}.png")
        Image.fromarray(pixels).save(out[-1])
    return tuple(out)


def request(engine: Engine, prompt: str = "a celadon teapot 茶 on stone", references: int = 0, **more: Any) -> SceneRequest:
    info = engine.info
    steps = len(info.sigmas) or 4
    plain = SceneRequest(info.id, info.version, info.weights_digest, info.dtype, prompt, "", *SIZE, 5, steps, 1.0, info.sigmas)
    return replace(plain, references=("0" * 64,) * references, **{"transparent": True, **more})


def draw(engine: Engine, asked: SceneRequest, inputs: SceneInputs = SceneInputs()) -> Image.Image:  # noqa: B008
    return engine.render(asked, engine.encode([asked], [inputs])[scene_fingerprint(asked)], inputs)


def same(one: Image.Image, other: Image.Image) -> bool:
    return one.size == other.size and one.mode == other.mode and one.tobytes() == other.tobytes()


# --- against diffusers ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shown", [0, 1, 2, 3])
def test_as_diffusers(engine: Any, oracle: Any, pictures: tuple[Path, ...], shown: int) -> None:
    """Generation and references; RGBA; 2.1 with its shift, Turbo with its own sigmas. fp32: not one bit differs."""
    asked = request(engine, references=shown)
    inputs = SceneInputs(references=pictures[:shown])
    theirs = oracle.draw(asked.prompt, SIZE, 5, _scaled(pictures[:shown]), num_inference_steps=asked.num_inference_steps)
    assert theirs.mode == "RGBA"
    assert same(draw(engine, asked, inputs), theirs)


@pytest.mark.parametrize("shown", [0, 2])
def test_guidance_as_diffusers(base: Any, pictures: tuple[Path, ...], shown: int) -> None:
    from tests.support.diffusers21 import Oracle

    asked = request(base, references=shown, true_cfg_scale=4.0, negative_prompt="blurry, yellow")
    guided = {"num_inference_steps": 4, "true_cfg_scale": 4.0, "negative_prompt": asked.negative_prompt}
    theirs = Oracle(toy(MODELS[0])).draw(asked.prompt, SIZE, 5, _scaled(pictures[:shown]), **guided)
    assert same(draw(base, asked, SceneInputs(references=pictures[:shown])), theirs)


def test_half_precision_as_diffusers(pictures: tuple[Path, ...], tmp_path: Path) -> None:
    """bf16, as the published weights are stored, on the processor: not one bit either, with a reference and with guidance."""
    folder = _in_bf16(toy(MODELS[0]), tmp_path / "bf16")
    import torch

    from tests.support.diffusers21 import Oracle

    oracle = Oracle(folder, torch.bfloat16)
    settings = Settings(store=tmp_path / "store", weights=folder, device="cpu")
    opened = engine_module(MODELS[0]).open_engine(settings)
    assert opened.info.dtype == "bfloat16"
    guided = {"true_cfg_scale": 4.0, "negative_prompt": "blurry"}
    for shown, more in ((1, {}), (0, guided)):
        theirs = oracle.draw("a cup", SIZE, 5, _scaled(pictures[:shown]), num_inference_steps=4, **more)
        assert same(draw(opened, request(opened, "a cup", shown, **more), SceneInputs(references=pictures[:shown])), theirs)
    opened.close()


def _in_bf16(source: Path, folder: Path) -> Path:
    import torch
    from safetensors.torch import load_file, save_file

    shutil.copytree(source, folder)
    for part in ("transformer", "text_encoder"):
        for file in (folder / part).glob("*.safetensors"):
            tensors = {name: tensor.to(torch.bfloat16) for name, tensor in load_file(file).items()}
            save_file(tensors, file, metadata={"format": "pt"})
    return folder


def test_an_edit_as_diffusers(engine: Any, oracle: Any, tmp_path: Path) -> None:
    """A source on the grid is shown as it is, and the picture drawn at its size."""
    source = tmp_path / "source.png"
    draw(engine, request(engine, seed=8)).save(source)
    asked = request(engine, "make it evening", source="0" * 64)
    theirs = oracle.draw(asked.prompt, SIZE, 5, [Image.open(source)], num_inference_steps=asked.num_inference_steps)
    assert same(draw(engine, asked, SceneInputs(source=source)), theirs)


def _scaled(paths: tuple[Path, ...]) -> list[Image.Image]:
    from qwen_pipeline.render.neural.placing import open_picture, place, scaled

    side = round((SIZE[0] * SIZE[1]) ** 0.5)
    return [place(scaled(open_picture(path, "reference"), side)).canvas for path in paths]


def test_the_comparison_can_fail(engine: Any, oracle: Any, pictures: tuple[Path, ...]) -> None:
    """Other words, pictures, seeds: each shows in far more than one bit."""
    plain = np.asarray(draw(engine, request(engine)), int)
    others = [
        draw(engine, request(engine, "a harbour at dusk")),
        draw(engine, request(engine, seed=6)),
        draw(engine, request(engine, references=1), SceneInputs(references=pictures[:1])),
    ]
    assert all(np.abs(np.asarray(image, int) - plain).max() > 8 for image in others)


# --- what must not show --------------------------------------------------------------------------------------------------


def test_neighbours_order_and_shared_prefixes_do_not_show(base: Any, pictures: tuple[Path, ...], tmp_path: Path) -> None:
    """Seeds share a prompt's prefix, prompts share their references' part: the bytes are those of each job alone."""
    seen = SceneInputs(references=pictures[:2])
    jobs = [(request(base, prompt, 2, seed=seed), seen) for prompt in ("a cup", "a much longer prompt") for seed in (1, 2)]
    jobs.append((request(base, "a cup"), SceneInputs()))
    alone = []
    for number, (asked, inputs) in enumerate(jobs):
        fresh = engine_module(base.info.id).open_engine(toy_settings(base.info.id, tmp_path / str(number)))
        alone.append(draw(fresh, asked, inputs).tobytes())
        fresh.close()
    for order in ((0, 1, 2, 3, 4), (4, 2, 0, 3, 1)):
        made = base.encode([jobs[n][0] for n in order], [jobs[n][1] for n in order])
        for n in order:
            asked, inputs = jobs[n]
            assert base.render(asked, made[scene_fingerprint(asked)], inputs).tobytes() == alone[n]
    assert len(set(alone)) == len(alone)


def test_a_prefix_is_computed_once_for_its_seeds_and_references_once_for_their_prompts(
    base: Any, pictures: tuple[Path, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Tokens that went through the blocks to be remembered: the references' part, then each prompt's own."""
    from qwen_pipeline.render.neural.qwen21_loop import Sampler

    runs: list[tuple[int, int]] = []
    plain = Sampler._remember

    def watched(self: Any, tokens: Any, start: int, end: int, *rest: Any) -> None:
        runs.append((start, end))
        plain(self, tokens, start, end, *rest)

    monkeypatch.setattr(Sampler, "_remember", watched)
    inputs = SceneInputs(references=pictures[:2])
    asked = [request(base, prompt, 2, seed=s, num_inference_steps=2) for prompt in ("shared a", "shared b") for s in (1, 2, 3)]
    made = base.encode(asked, [inputs] * 6)
    base._stage.painter(asked[0], SIZE, ()).sampler.forget()  # what jobs before have left
    for job in asked:
        base.render(job, made[scene_fingerprint(job)], inputs)
    assert len(runs) == 3
    head = runs[0][1]
    assert [run[0] for run in runs] == [0, head, head]


def test_a_prefix_gives_way_to_the_picture(base: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where decoding would not fit beside it; the next picture is the same."""
    from qwen_pipeline.render.neural import qwen21_painter

    asked = request(base, "gives way")
    sampler = base._stage.painter(asked, SIZE, ()).sampler
    sampler.forget()  # what jobs before have left
    first = draw(base, asked)
    assert sampler._kept
    monkeypatch.setattr(qwen21_painter, "free_bytes", lambda device: 0)
    assert same(draw(base, asked), first)
    assert not sampler._kept
    assert same(draw(base, asked), first)


def test_a_text_is_encoded_once_and_kept(base: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from qwen_pipeline.render.neural.qwen21_text import TextEncoder

    calls: list[str] = []
    plain = TextEncoder.encode
    monkeypatch.setattr(TextEncoder, "encode", lambda self, prompt, shown: (calls.append(prompt), plain(self, prompt, shown))[1])
    settings = toy_settings(MODELS[0], tmp_path)
    for expected in (["a cup", "tea"], []):
        opened = engine_module(MODELS[0]).open_engine(settings)
        asked = [request(opened, prompt, seed=seed) for prompt in ("a cup", "tea") for seed in (1, 2, 3)]
        keys = opened.encode(asked, [SceneInputs()] * 6)
        assert calls == expected
        assert len(set(keys.values())) == 2
        calls.clear()
        opened.close()


def test_a_damaged_encoding_is_made_again(tmp_path: Path) -> None:
    opened = engine_module(MODELS[0]).open_engine(toy_settings(MODELS[0], tmp_path))
    asked = request(opened)
    key = opened.encode([asked], [SceneInputs()])[scene_fingerprint(asked)]
    first = opened.render(asked, key, SceneInputs())
    (file,) = (tmp_path / "conditioning").rglob("*.safetensors")
    data = bytearray(file.read_bytes())
    data[-3] ^= 1
    file.write_bytes(data)
    assert same(opened.render(asked, key, SceneInputs()), first)
    opened.close()


# --- pictures that are shown ---------------------------------------------------------------------------------------------


def test_an_edit_of_a_picture_off_the_grid_is_cropped_back(base: Any, tmp_path: Path) -> None:
    source = tmp_path / "source.png"
    Image.fromarray(np.random.default_rng(3).integers(0, 256, (50, 70, 3), dtype=np.uint8)).save(source)
    from qwen_pipeline.render.neural.placing import open_picture, place

    placed = place(open_picture(source, "source"))
    assert placed.canvas.size == (96, 64)
    pixels = np.asarray(placed.canvas)
    assert (pixels[:50, :70, :3] == np.asarray(Image.open(source))).all()
    assert (pixels[50:, :70] == pixels[49, :70]).all()
    assert placed.crop(placed.canvas).size == (70, 50)


@pytest.mark.parametrize(
    ("size", "canvas"),
    [
        ((1024, 1024), (1056, 1056)),
        ((1024, 700), (1056, 704)),
        ((992, 1056), (992, 1056)),
        ((1000, 2048), (1056, 2048)),
        ((1, 1), (32, 32)),
    ],
)
def test_no_reference_has_a_side_of_1024(size: tuple[int, int], canvas: tuple[int, int]) -> None:
    from qwen_pipeline.render.neural.placing import place

    assert place(Image.new("RGBA", size)).canvas.size == canvas


def test_references_are_not_stretched() -> None:
    from qwen_pipeline.render.neural.placing import scaled

    made = scaled(Image.new("RGBA", (3000, 1000)), 1024)
    assert made.width / made.height == pytest.approx(3, abs=0.01)
    assert made.width * made.height == pytest.approx(1024**2, rel=0.01)


@pytest.mark.parametrize("what", ["source", "reference"])
def test_pictures_that_are_not_there(base: Any, tmp_path: Path, what: str) -> None:
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"no picture")
    asked = request(base, source="0" * 64) if what == "source" else request(base, references=1)
    for inputs in (SceneInputs(), SceneInputs(source=broken, references=(broken,) * (what == "reference"))):
        with pytest.raises(RenderError) as caught:
            draw(base, asked, inputs)
        assert caught.value.code == f"no-{what}"


def test_an_edit_may_not_stretch(base: Any, pictures: tuple[Path, ...]) -> None:
    with pytest.raises(RenderError) as caught:
        draw(base, request(base, source="0" * 64, width_px=96, height_px=64), SceneInputs(source=pictures[0]))
    assert caught.value.code == "size"


# --- refusals and faults -------------------------------------------------------------------------------------------------


def test_one_step_is_none_where_the_schedule_ends_above_zero(base: Any) -> None:
    with pytest.raises(RenderError) as caught:
        draw(base, request(base, num_inference_steps=1))
    assert caught.value.code == "too-few-steps"


def test_words_that_the_model_reads_as_signs(base: Any) -> None:
    with pytest.raises(RenderError) as caught:
        draw(base, request(base, "a cup <|im_end|> and more"))
    assert caught.value.code == "reserved-word"


def test_more_words_than_the_model_has_positions() -> None:
    torch = pytest.importorskip("torch")
    from qwen_pipeline.render.neural.qwen21_layout import lay_out

    with pytest.raises(PromptTooLong):
        lay_out(torch.zeros(8100, dtype=torch.bool), (), (96, 172), None)


class Broken:
    """Blocks that fail in a step: `fault` gets the hidden state that comes out of the last block."""

    def __init__(self, blocks: Any, at: int, fault: Any) -> None:
        self._blocks, self._left, self._fault = blocks, at, fault

    def visit(self) -> Iterator[tuple[int, Any]]:
        self._left -= 1
        for index, block in self._blocks.visit():
            yield index, self._fault if self._left == 0 and index == 2 else block


def _out_of_memory(**_: Any) -> Any:
    import torch

    raise torch.OutOfMemoryError("CUDA out of memory")


def _not_a_number(hidden_states: Any, **_: Any) -> Any:
    return hidden_states * float("nan")


@pytest.mark.parametrize(("fault", "error", "code"), [
    (_out_of_memory, OutOfMemory, "out-of-memory"), (_not_a_number, BadPicture, "not-finite")])
def test_a_fault_in_the_middle_of_the_steps(tmp_path: Path, fault: Any, error: Any, code: str) -> None:
    """What is drawn after the fault is what would have been drawn without it."""
    opened: Any = engine_module(MODELS[0]).open_engine(toy_settings(MODELS[0], tmp_path))
    asked = request(opened)
    good = draw(opened, asked)
    sampler = opened._stage.painter(asked, SIZE, ()).sampler
    whole, sampler._blocks = sampler._blocks, Broken(sampler._blocks, 3, fault)
    with pytest.raises(error) as caught:
        draw(opened, asked)
    assert caught.value.code == code
    sampler._blocks = whole
    assert same(draw(opened, asked), good)
    opened.close()
