"""A prompt enhancer that says what a test has it say, in the place of the real ones; and dictation for the real one's model."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from qwen_pipeline import render
from qwen_pipeline.render import Question
from qwen_pipeline.types import Answer
from scripts.toy_weights._parts import SPECIAL

Saying = Callable[[Question, int], str]
"""From a question and the number of questions before it."""


def answered(prompt: str, **more: str) -> str:
    """An answer as the models give it."""
    return f"It is a plain wish.\n</think>\n\n{json.dumps({'rewritten_prompt': prompt, **more}, ensure_ascii=False)}"


@dataclass
class Heard:
    """What was asked. `opened`: ids, as often as they were opened."""

    opened: list[str] = field(default_factory=list)
    closed: int = 0
    questions: list[Question] = field(default_factory=list)


class Speaker:
    def __init__(self, info: Any, say: Saying, heard: Heard) -> None:
        self.info, self._say, self._heard = info, say, heard

    def answer(self, question: Question, on_token: Callable[[int, int], None]) -> Answer:
        number = len(self._heard.questions)
        self._heard.questions.append(question)
        text = self._say(question, number)
        on_token(len(text), 1000)
        return Answer(text, True, len(text))

    def close(self) -> None:
        self._heard.closed += 1


def install(monkeypatch: pytest.MonkeyPatch, say: Saying) -> Heard:
    """Every enhancer says what `say` has it say."""
    heard = Heard()

    def opener(info: Any) -> Callable[[Any], Speaker]:
        def open_enhancer(settings: Any) -> Speaker:
            heard.opened.append(info.id)
            return Speaker(info, say, heard)

        return open_enhancer

    for enhancer_id in render.enhancer_ids():
        module = render.enhancer_module(enhancer_id)
        monkeypatch.setattr(module, "open_enhancer", opener(module.INFO))
        monkeypatch.setattr(module, "require", lambda settings: None)
    return heard


def dictate(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    """The real model, its real loop, its real tokenizer; but which word comes next is not drawn."""
    from qwen_pipeline.render.neural import pe_sampler

    words = [*text.encode(), 256 + SPECIAL.index("<|im_end|>")]  # the toy tokenizer has a token a byte
    monkeypatch.setattr(pe_sampler.Sampler, "_draw", lambda sampler, scores, said: words[len(said)])
