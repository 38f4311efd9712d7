"""What the prompt enhancers of Qwen-Image 2.1 answer: thoughts, and at the end one JSON object.

    {"rewritten_prompt": "...", "wh_ratio": "16:9"}
    {"rewritten_prompt": "...", "wh_ratio": "", "ratio_follow": "<image1>"}     with pictures: one of the two

The proportions are checked and not used: a page's picture has the size that its page asks for.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError

from qwen_pipeline.render.enhancer import BadAnswer
from qwen_pipeline.types import Answer

_OPENED, _CLOSED = "<think>", "</think>"
_FENCE = "`json \n\t"


class _Words(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    rewritten_prompt: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
    wh_ratio: Annotated[str, StringConstraints(pattern=r"^(\d+(\.\d+)?:\d+(\.\d+)?)?$")] = ""


class _WordsAboutPictures(_Words):
    ratio_follow: Annotated[str, StringConstraints(pattern=r"^(<image\d+>)?$")] = ""


def read(answer: Answer, *, pictures: bool) -> str:
    """The prompt. Raises `BadAnswer`: `cut-off`, `no-json`, `bad-json`."""
    if not answer.ended:
        raise BadAnswer(f"it was still speaking after {answer.tokens} tokens", code="cut-off")
    found = _last_object(_said(answer.text))
    try:
        made = (_WordsAboutPictures if pictures else _Words).model_validate(found)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the object"
        raise BadAnswer(f"its JSON is not as agreed: {where}: {first['msg']}", code="bad-json") from error
    if isinstance(made, _WordsAboutPictures) and made.wh_ratio and made.ratio_follow:
        raise BadAnswer("its JSON is not as agreed: wh_ratio and ratio_follow exclude each other", code="bad-json")
    return made.rewritten_prompt


def _said(text: str) -> str:
    """What comes after the thoughts. The chat template opens them, so only their end is certain to be there."""
    _, closed, said = text.rpartition(_CLOSED)
    if not closed and _OPENED in text:
        raise BadAnswer("it came to no end with its thoughts", code="cut-off")
    return said


def _last_object(text: str) -> dict[str, Any]:
    objects = list(_objects(text))
    if not objects:
        raise BadAnswer("it gave no JSON object", code="no-json")
    found, end = objects[-1]
    if text[end:].strip(_FENCE):
        raise BadAnswer("it went on after its JSON object", code="no-json")
    return found


def _objects(text: str) -> Iterator[tuple[dict[str, Any], int]]:
    """Every JSON object, outermost, and where it ends."""
    decoder, at = json.JSONDecoder(), text.find("{")
    while at >= 0:
        try:
            found, at = decoder.raw_decode(text, at)
        except ValueError:
            at = text.find("{", at + 1)
            continue
        yield found, at
        at = text.find("{", at)
