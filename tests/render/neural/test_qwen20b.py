"""Qwen-Image 20B at toy size: our loop against diffusers' pipelines, bit for bit; which checkpoint a request goes to."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from qwen_pipeline.errors import BadPicture, EngineUnavailable, LicenceRefused, OutOfMemory, PromptTooLong, RenderError
from qwen_pipeline.fingerprint import scene_fingerprint
from qwen_pipeline.pipeline import Order, make_plan
from qwen_pipeline.plan.generating import lightning_sigmas
from qwen_pipeline.render import Engine, SceneInputs, choose_engine, engine_module
from qwen_pipeline.render.neural import qwen20b_engine
from qwen_pipeline.render.neural.qwen20b_engine import GENERATE as GENERATES
from qwen_pipeline.settings import Settings
from qwen_pipeline.types import Adapter, SceneRequest
from tests.support.toy import toy, toy_settings

MODEL = "qwen-image"
GENERATE, EDIT = "Qwen-Image-2512", "Qwen-Image-Edit-2511"
SIZE = (64, 96)
NEGATIVE = "blurry, yellow"


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    opened = engine_module(MODEL).open_engine(toy_settings(MODEL, tmp_path_factory.mktemp("store")))
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ...]:
    """Three pictures on the grid, each as large as those drawn here."""
    folder = tmp_path_factory.mktemp("pictures")
    out = []
    for number, size in enumerate(((64, 96), (96, 64), (64, 96))):
        pixels = np.random.default_rng(number).integers(0, 256, (size[1], size[0], 3), dtype=np.uint8)
        out.append(folder / f"{number}.png")
        Image.fromarray(pixels).save(out[-1])
    return tuple(out)


def request(engine: Engine, prompt: str = "a celadon teapot 茶 on stone", references: int = 0, **more: Any) -> SceneRequest:
    info = engine.info
    plain = SceneRequest(info.id, info.version, info.weights_digest, info.dtype, prompt, NEGATIVE, *SIZE, 5, 3, 4.0)
    return replace(plain, references=("0" * 64,) * references, **more)


def draw(engine: Engine, asked: SceneRequest, inputs: SceneInputs = SceneInputs()) -> Image.Image:  # noqa: B008
    return engine.render(asked, engine.encode([asked], [inputs])[scene_fingerprint(asked)], inputs)


def same(one: Image.Image, other: Image.Image) -> bool:
    return one.size == other.size and one.mode == other.mode and one.tobytes() == other.tobytes()


# --- against diffusers ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("scale", "negative", "theirs"),
    [(1.0, NEGATIVE, None), (4.0, NEGATIVE, NEGATIVE), (4.0, "", " ")],
    ids=["plain", "guided", "guided-from-nothing"],
)
def test_generation_as_diffusers(engine: Any, scale: float, negative: str, theirs: str | None) -> None:
    """fp32: not one bit differs; guidance without words steers away from an empty prompt, as the model's authors do."""
    from tests.support.diffusers20b import Oracle

    asked = request(engine, true_cfg_scale=scale, negative_prompt=negative)
    more = {"num_inference_steps": 3, "true_cfg_scale": scale, "negative_prompt": theirs}
    assert same(draw(engine, asked), Oracle(toy(MODEL) / GENERATE).draw(asked.prompt, SIZE, 5, **more))


@pytest.fixture(scope="module")
def editor() -> Any:
    folder = toy(MODEL) / EDIT
    from tests.support.diffusers20b import Oracle

    return Oracle(folder, edit=True)


@pytest.mark.parametrize(("shown", "scale"), [(1, 4.0), (2, 1.0), (3, 4.0)])
def test_references_as_diffusers(engine: Any, editor: Any, pictures: tuple[Path, ...], shown: int, scale: float) -> None:
    asked = request(engine, "the pot of <image1>, in snow", shown, true_cfg_scale=scale)
    theirs = editor.draw(
        "the pot of Picture 1, in snow", SIZE, 5, [Image.open(path) for path in pictures[:shown]], num_inference_steps=3,
        true_cfg_scale=scale, negative_prompt=NEGATIVE if scale > 1 else None,
    )
    assert same(draw(engine, asked, SceneInputs(references=pictures[:shown])), theirs)


def test_an_edit_as_diffusers(engine: Any, editor: Any, pictures: tuple[Path, ...]) -> None:
    """The source is Picture 1, its reference Picture 2."""
    asked = request(engine, "more light", 1, source="0" * 64)
    shown = [Image.open(pictures[0]), Image.open(pictures[1])]
    theirs = editor.draw("more light", SIZE, 5, shown, num_inference_steps=3, true_cfg_scale=4.0, negative_prompt=NEGATIVE)
    assert same(draw(engine, asked, SceneInputs(source=pictures[0], references=pictures[1:2])), theirs)


def test_words_references_and_guidance_count(engine: Any, pictures: tuple[Path, ...]) -> None:
    """What is compared above would prove nothing if the toy model did not listen."""
    one = SceneInputs(references=pictures[:1])
    made = [
        draw(engine, request(engine)),
        draw(engine, request(engine, "a harbour")),
        draw(engine, request(engine, true_cfg_scale=1.0)),
        draw(engine, request(engine, negative_prompt="fog")),
        draw(engine, request(engine, "a pot", 1), one),
        draw(engine, request(engine, "a pot", 1), SceneInputs(references=pictures[1:2])),
        draw(engine, request(engine, "a sea", 1), one),
    ]
    assert len({image.tobytes() for image in made}) == len(made)
    assert all(min(high - low for low, high in image.getextrema()) > 32 for image in made)


def test_a_block_is_visited_once_a_step_for_both_sequences(engine: Any) -> None:
    asked = request(engine)
    painter = engine._take(GENERATES)._stage.painter(asked, SIZE, ())
    visits: list[int] = []
    whole = painter.sampler._blocks

    class Counted:
        def visit(self) -> Iterator[tuple[int, Any]]:
            visits.append(0)
            yield from whole.visit()

    painter.sampler._blocks = Counted()
    draw(engine, asked)
    painter.sampler._blocks = whole
    assert len(visits) == asked.num_inference_steps


# --- which checkpoint ----------------------------------------------------------------------------------------------------


def test_a_request_goes_to_the_checkpoint_it_needs(engine: Any, pictures: tuple[Path, ...]) -> None:
    draw(engine, request(engine))
    assert engine.mode().startswith(GENERATE)
    draw(engine, request(engine, "a pot", 1), SceneInputs(references=pictures[:1]))
    assert engine.mode().startswith(EDIT)


def test_both_in_one_batch_are_as_each_alone(engine: Any, pictures: tuple[Path, ...]) -> None:
    jobs = [(request(engine), SceneInputs()), (request(engine, "a pot", 1), SceneInputs(references=pictures[:1]))]
    jobs.append((request(engine, seed=9), SceneInputs()))
    alone = [draw(engine, *job).tobytes() for job in jobs]
    keys = engine.encode([asked for asked, _ in jobs], [given for _, given in jobs])
    for number in (2, 1, 0):
        asked, given = jobs[number]
        assert engine.render(asked, keys[scene_fingerprint(asked)], given).tobytes() == alone[number]


def test_an_edit_without_the_checkpoint_for_edits(tmp_path: Path, pictures: tuple[Path, ...]) -> None:
    shutil.copytree(toy(MODEL) / GENERATE, tmp_path / "weights" / GENERATE)
    opened = engine_module(MODEL).open_engine(Settings(store=tmp_path / "store", weights=tmp_path / "weights", device="cpu"))
    draw(opened, request(opened, true_cfg_scale=1.0))
    with pytest.raises(EngineUnavailable) as caught:
        draw(opened, request(opened, "a pot", 1), SceneInputs(references=pictures[:1]))
    opened.close()
    assert caught.value.code == "weights-missing"
    assert "Qwen/Qwen-Image-Edit-2511" in f"{caught.value.hint}"


def test_each_checkpoint_is_in_what_it_draws(tmp_path: Path) -> None:
    """The checkpoint for edits may come later: what is generated stays the same picture, and edits are others."""
    module = engine_module(MODEL)
    whole = module.info(toy_settings(MODEL, tmp_path / "store"))
    shutil.copytree(toy(MODEL) / GENERATE, tmp_path / "weights" / GENERATE)
    half = module.info(Settings(store=tmp_path / "store", weights=tmp_path / "weights", device="cpu"))
    assert whole.weights_digest == half.weights_digest != ""
    assert whole.editing
    assert half.editing
    assert (len(whole.editing.digest), half.editing.digest) == (64, "")
    assert whole.editing.digest != whole.weights_digest
    assert (whole.num_inference_steps, whole.weights(True).num_inference_steps) == (50, 40)
    assert (whole.can_edit, half.can_edit) == (True, False)


def test_what_is_planned_names_the_weights_that_draw_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(qwen20b_engine, "PROMPT_LIMIT_TOKENS", 9000)  # toys count a token a byte
    settings = toy_settings(MODEL, tmp_path / "store")
    (tmp_path / "tea.yaml").write_text(
        "kind: Poster\nextends: blank\ncanvas: 600x600px\ngenerate: {size: 96}\n"
        "scene: {subject: a teapot, edits: [warm the light]}\n"
    )
    info = engine_module(MODEL).info(settings)
    drawn, edited = (scene.request for scene in make_plan(Order(tmp_path / "tea.yaml", MODEL), settings).plan.scenes)
    assert (drawn.weights_digest, drawn.num_inference_steps) == (info.weights_digest, 50)
    assert (edited.weights_digest, edited.num_inference_steps) == (info.weights(True).digest, 40)
    more = Order(tmp_path / "tea.yaml", MODEL, overrides=("generate.num_inference_steps=7",))
    assert [scene.request.num_inference_steps for scene in make_plan(more, settings).plan.scenes] == [7, 7]


def test_auto_takes_it_for_commercial_work(tmp_path: Path) -> None:
    settings = toy_settings(MODEL, tmp_path)
    assert choose_engine("auto", "commercial", settings)[0] == MODEL
    assert choose_engine("auto", "commercial", settings.model_copy(update={"weights": tmp_path}))[0] == "draft"
    with pytest.raises(LicenceRefused):
        choose_engine("qwen-image-2.1", "commercial", settings)


# --- words ---------------------------------------------------------------------------------------------------------------


def test_words_beyond_the_limit_are_refused_and_never_cut(engine: Any) -> None:
    assert engine.info.prompt_limit_tokens == 1019
    for words in (1019, 1500):
        with pytest.raises(PromptTooLong):
            draw(engine, request(engine, "a" * words))


def test_more_than_512_tokens_count(engine: Any) -> None:
    """Where diffusers cuts by default, the last words still change the picture."""
    one, other = (draw(engine, request(engine, "a" * 600 + end, true_cfg_scale=1.0)) for end in ("b", "c"))
    assert one.tobytes() != other.tobytes()


def test_without_weights_a_prompt_is_measured_in_bytes() -> None:
    info = engine_module(MODEL).INFO
    assert info.prompt_limit_tokens == 4 * 1019


def test_a_tokenizer_of_tables(tmp_path: Path) -> None:
    """Older checkpoints have no tokenizer.json."""
    from transformers import Qwen2Tokenizer

    from qwen_pipeline.render.neural.qwen21_text import Words

    merges = [("t", "e"), ("te", "a")]
    source = Qwen2Tokenizer.from_pretrained(toy(MODEL) / GENERATE / "tokenizer")
    vocab = {token: n for token, n in source.get_vocab().items() if n < 256} | {"te": 256, "tea": 257}
    folder = tmp_path / "tokenizer"
    folder.mkdir()
    (folder / "vocab.json").write_text(json.dumps(vocab))
    (folder / "merges.txt").write_text("#version: 0.2\n" + "\n".join(" ".join(pair) for pair in merges))
    signs = {str(258 + n): {"content": sign, "special": True} for n, sign in enumerate(("<|endoftext|>", "<|im_start|>"))}
    config = {"tokenizer_class": "Qwen2Tokenizer", "added_tokens_decoder": signs}
    (folder / "tokenizer_config.json").write_text(json.dumps(config))
    words = Words(tmp_path)
    assert words.ids("tea<|im_start|>") == [257, 259]
    assert words.count("茶") == 3
    shutil.rmtree(folder)
    with pytest.raises(EngineUnavailable) as caught:
        Words(tmp_path)
    assert caught.value.code == "weights-damaged"


# --- pictures that are shown ---------------------------------------------------------------------------------------------


def test_an_edit_off_the_grid_is_cropped_back(engine: Any, tmp_path: Path) -> None:
    source = tmp_path / "source.png"
    Image.fromarray(np.random.default_rng(3).integers(0, 256, (48, 80, 3), dtype=np.uint8)).save(source)
    made = draw(engine, request(engine, source="0" * 64, width_px=80, height_px=48), SceneInputs(source=source))
    assert made.size == (80, 48)


def test_1024_pixels_are_no_trap_here(engine: Any) -> None:
    checkpoint = engine._take(GENERATES)
    assert checkpoint.placed(Image.new("RGBA", (1024, 1000))).canvas.size == (1024, 1008)


@pytest.mark.parametrize("what", ["source", "reference"])
def test_pictures_that_are_not_there(engine: Any, what: str) -> None:
    asked = request(engine, source="0" * 64) if what == "source" else request(engine, references=1)
    with pytest.raises(RenderError) as caught:
        draw(engine, asked)
    assert caught.value.code == f"no-{what}"


# --- memory and faults ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("offload", ["phase", "blocks"])
def test_where_weights_wait_does_not_show(engine: Any, tmp_path: Path, pictures: tuple[Path, ...], offload: Any) -> None:
    jobs = [(request(engine), SceneInputs()), (request(engine, "a pot", 1), SceneInputs(references=pictures[:1]))]
    opened = engine_module(MODEL).open_engine(toy_settings(MODEL, tmp_path).model_copy(update={"offload": offload}))
    assert all(same(draw(opened, *job), draw(engine, *job)) for job in jobs)
    assert offload in opened.mode()
    opened.close()


def _out_of_memory(**_: Any) -> Any:
    import torch

    raise torch.OutOfMemoryError("CUDA out of memory")


def _not_a_number(hidden_states: Any, encoder_hidden_states: Any, **_: Any) -> Any:
    return encoder_hidden_states, hidden_states * float("nan")


@pytest.mark.parametrize(
    ("fault", "error", "code"), [(_out_of_memory, OutOfMemory, "out-of-memory"), (_not_a_number, BadPicture, "not-finite")]
)
def test_a_fault_in_the_middle_of_the_steps(engine: Any, fault: Any, error: Any, code: str) -> None:
    """What is drawn after the fault is what was drawn before it."""
    asked = request(engine)
    good = draw(engine, asked)
    sampler = engine._take(GENERATES)._stage.painter(asked, SIZE, ()).sampler
    whole = sampler._blocks

    class Broken:
        def visit(self) -> Iterator[tuple[int, Any]]:
            for index, block in whole.visit():
                yield index, fault if index == 1 else block

    sampler._blocks = Broken()
    with pytest.raises(error) as caught:
        draw(engine, asked)
    assert caught.value.code == code
    sampler._blocks = whole
    assert same(draw(engine, asked), good)


# --- Lightning -----------------------------------------------------------------------------------------------------------


def _adapter(path: Path) -> Path:
    """As lightx2v writes them."""
    import torch
    from safetensors.torch import save_file

    torch.manual_seed(0)
    name = "transformer_blocks.1.img_mlp.net.0.proj"
    down, up = torch.randn(4, 32), torch.randn(128, 4)
    save_file({f"{name}.lora_down.weight": down, f"{name}.lora_up.weight": up, f"{name}.alpha": torch.tensor(2.0)}, path)
    return path


def test_a_distilled_schedule_as_diffusers(engine: Any) -> None:
    """Sigmas that a request brings are not shifted again: those of Lightning's scheduler give its picture, bit for bit."""
    from math import log

    from tests.support.diffusers20b import Oracle

    scheduler = {"base_shift": log(3), "max_shift": log(3), "shift_terminal": None}
    theirs = Oracle(toy(MODEL) / GENERATE, **scheduler).draw("a pot", SIZE, 5, num_inference_steps=4, true_cfg_scale=1.0)
    asked = request(engine, "a pot", true_cfg_scale=1.0, num_inference_steps=4, sigmas=lightning_sigmas(4))
    assert same(draw(engine, asked), theirs)


def test_a_spec_with_a_distillation_and_an_edit(engine: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The LoRA and its schedule draw; the edit is the other checkpoint's, without them. Prompts are short for the toy."""
    monkeypatch.setattr(qwen20b_engine, "PROMPT_LIMIT_TOKENS", 9000)
    _adapter(tmp_path / "fast.safetensors")
    (tmp_path / "tea.yaml").write_text(
        "kind: Poster\nusage: commercial\nextends: blank\ncanvas: 600x600px\nscene: {subject: a teapot, edits: [mist]}\n"
        "generate: {size: 96, distilled: {adapter: fast.safetensors, steps: 4}}\n"
    )
    planned = make_plan(Order(tmp_path / "tea.yaml", MODEL), toy_settings(MODEL, tmp_path / "store")).plan
    first, second = (replace(scene.request, prompt="a pot") for scene in planned.scenes)
    files = SceneInputs(adapters=tuple(Path(path) for path in planned.scenes[0].adapter_paths))
    worn = draw(engine, first, files)
    assert engine.mode().startswith(GENERATE)
    assert not same(worn, draw(engine, replace(first, adapters=())))
    worn.save(tmp_path / "source.png")
    draw(engine, replace(second, num_inference_steps=2), SceneInputs(source=tmp_path / "source.png"))
    assert engine.mode().startswith(EDIT)
    assert (second.adapters, planned.scenes[1].adapter_paths) == ((), ())


def test_an_adapter_is_put_on_and_taken_off(engine: Any, tmp_path: Path) -> None:
    plain = draw(engine, request(engine))
    worn = request(engine, adapters=(Adapter("1" * 64, 0.8),))
    changed = draw(engine, worn, SceneInputs(adapters=(_adapter(tmp_path / "a.safetensors"),)))
    assert not same(changed, plain)
    assert same(draw(engine, request(engine)), plain)
