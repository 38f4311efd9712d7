"""The prompt enhancers of Qwen-Image 2.1: the words as transformers would choose them, and what is made of an answer."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from qwen_pipeline.render import BadAnswer, Question, enhancer_module
from qwen_pipeline.settings import Settings
from qwen_pipeline.types import Answer
from tests.support.enhancers import answered, dictate
from tests.support.toy import toy

T2I, I2I = "qwen-image-2.1-pe-t2i", "qwen-image-2.1-pe-i2i"
LONG = 'Thinking of {braces}.\n</think>\n{"a": 1} then\n```json\n{"rewritten_prompt": " A {jar}. ", "wh_ratio": "16:9"}\n```\n'


def writer(enhancer_id: str, store: Path) -> Any:
    return enhancer_module(enhancer_id).open_enhancer(Settings(store=store, enhancer_weights=toy(enhancer_id), device="cpu"))


def test_the_likeliest_words_are_those_of_transformers(tmp_path: Path) -> None:
    """With one word to choose from and no penalty, it is the greedy search of transformers, word for word."""
    import torch

    made = writer(T2I, tmp_path)
    made._sampling = replace(made._sampling, top_k=1, presence_penalty=0.0, max_new_tokens=12)
    question = Question("a teapot", 1)
    ours = made.answer(question, lambda done, total: None)
    model, inputs = made._loaded(pictures=False), made._inputs(question)
    with torch.inference_mode():
        theirs = model.generate(**inputs, generation_config=made._generation())[0, inputs["input_ids"].shape[1] :]
    assert (ours.tokens, ours.text) == (len(theirs), made._tokenizer.decode(theirs.tolist(), skip_special_tokens=True))
    made.close()


def test_words_are_drawn_as_vllm_does() -> None:
    """A word that was said is penalised once; only the likeliest `top_k`, and of those the likeliest with `top_p` together."""
    import torch

    from qwen_pipeline.render.neural.pe_sampler import Sampler
    from qwen_pipeline.render.neural.pe_shelf import Sampling

    scores = torch.tensor([[3.0, 2.9, 2.0, -9.0]])
    said = torch.tensor([[9, 0, 0]])

    def drawn(seed: int, **more: Any) -> int:
        sampler = Sampler(Sampling(**({"presence_penalty": 0.0, "max_new_tokens": 9} | more)), seed, 1, lambda done, total: None)
        chosen = sampler(said, scores)
        assert int(chosen.isfinite().sum()) == 1
        return int(chosen.argmax())

    many = range(40)
    assert {drawn(seed) for seed in many} == {0, 1, 2}
    assert {drawn(seed, top_k=2) for seed in many} == {0, 1}
    assert {drawn(seed, top_p=0.4) for seed in many} == {0}
    assert {drawn(seed, top_k=1, presence_penalty=0.5) for seed in many} == {1}
    assert [drawn(seed) for seed in many] == [drawn(seed) for seed in many]


def test_pictures_are_shown_in_their_order(tmp_path: Path) -> None:
    from PIL import Image

    paths = tuple(tmp_path / f"{n}.png" for n in range(2))
    for path, size in zip(paths, ((64, 32), (2000, 1000)), strict=True):
        Image.new("RGBA", size, (9, 99, 199, 128)).save(path)
    made = writer(I2I, tmp_path)
    made._loaded(pictures=True)
    inputs = made._inputs(Question("<image1> beside <image2>", 1, paths))
    grids = inputs["image_grid_thw"].tolist()
    assert grids[0] == [1, 2, 4]
    assert grids[1] == [1, 46, 90]  # no more than 1024 x 1024 pixels, but for what the grid rounds up
    assert int(inputs["mm_token_type_ids"].sum()) == sum(rows * columns for _, rows, columns in grids) // 4
    other = made.answer(Question("<image1> beside <image2>", 1, paths[::-1]), lambda done, total: None)
    assert made.answer(Question("<image1> beside <image2>", 1, paths), lambda done, total: None) != other
    made.close()


def test_a_dictated_answer_is_heard_to_its_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = writer(T2I, tmp_path)
    text = answered("茶 \"Tea\".")
    dictate(monkeypatch, text)
    answer = made.answer(Question("tea", 1), lambda done, total: None)
    assert (answer.text, answer.ended, answer.tokens) == (text, True, len(text.encode()) + 1)
    assert enhancer_module(T2I).read(answer) == '茶 "Tea".'
    made.close()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("no object at all", "no-json"),
        ('{"rewritten_prompt": "cut o', "no-json"),
        (answered("x") + " and so on", "no-json"),
        ('<think> {"rewritten_prompt": "still thinking"}', "cut-off"),
        (answered("  "), "bad-json"),
        ('{"rewritten_prompt": 7}', "bad-json"),
        ('{"prompt": "x"}', "bad-json"),
        (answered("x", note="more than was agreed"), "bad-json"),
        (answered("x", wh_ratio="wide"), "bad-json"),
        (answered("x", ratio_follow="<image1>"), "bad-json"),
    ],
)
def test_answers_that_are_not_as_agreed(text: str, code: str) -> None:
    with pytest.raises(BadAnswer) as caught:
        enhancer_module(T2I).read(Answer(text, True, 9))
    assert caught.value.code == code


def test_answers_about_pictures() -> None:
    read = enhancer_module(I2I).read
    assert read(Answer(answered("x", wh_ratio="", ratio_follow="<image2>"), True, 9)) == "x"
    assert read(Answer(answered("x", wh_ratio="4:3", ratio_follow=""), True, 9)) == "x"
    for more in ({"wh_ratio": "4:3", "ratio_follow": "<image1>"}, {"ratio_follow": "the first"}):
        with pytest.raises(BadAnswer) as caught:
            read(Answer(answered("x", **more), True, 9))
        assert caught.value.code == "bad-json"


def test_the_last_object_after_the_thoughts_is_read() -> None:
    assert enhancer_module(T2I).read(Answer(LONG, True, 9)) == "A {jar}."
    with pytest.raises(BadAnswer) as caught:
        enhancer_module(T2I).read(Answer(LONG, False, 9))
    assert caught.value.code == "cut-off"
