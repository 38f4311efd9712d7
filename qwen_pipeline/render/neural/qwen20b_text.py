"""The encoder of Qwen-Image 20B: Qwen2.5-VL, read after its last norm.

Two templates, one for words alone and one for words about pictures. The pictures' own tokens stay in what the transformer reads.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from PIL import Image

from qwen_pipeline.errors import PromptTooLong

from .placing import GRID, Placed, on_white
from .qwen20b_engine import SEQUENCE_TOKENS
from .qwen21_text import PAD, PICTURE, Encoded, Words, picture_reader
from .weights import Checkpoint

if TYPE_CHECKING:
    import torch

_TURN = "<|im_start|>system\n{}<|im_end|>\n<|im_start|>user\n"
DRAWN = _TURN.format(
    "Describe the image by detailing the color, shape, size, texture, quantity, text, spatial relationships of the objects and "
    "background:"
)
EDITED = _TURN.format(
    "Describe the key features of the input image (color, shape, size, texture, objects, background), then explain how the "
    "user's text instruction should alter or modify the image. Generate a new image that meets the user's requirements while "
    "maintaining consistency with the original input where appropriate."
)
END = "<|im_end|>\n<|im_start|>assistant\n"
DRAWN_TOKENS, EDITED_TOKENS = 34, 64
"""Of the two openings, which the transformer is not shown; fixed numbers, as it was taught."""
SEEN_SIDE = 384
"""Pictures are shown to the encoder at about this side squared."""
_TAG = re.compile(r"<image(\d+)>")


def named(prompt: str) -> str:
    """The pictures' tags in this model's words: `<image1>` is `Picture 1`."""
    return _TAG.sub(r"Picture \1", prompt)


def written(prompt: str, slots: Sequence[int]) -> str:
    """The whole text that is encoded: the template, the slots of each picture, the prompt."""
    shown = "".join(f"Picture {n}: {PICTURE.format(PAD * count)}" for n, count in enumerate(slots, 1))
    return (EDITED if slots else DRAWN) + shown + prompt + END


def seen(canvas: Image.Image) -> Image.Image:
    """The copy of a picture that the encoder is shown."""
    ratio = canvas.width / canvas.height
    width = math.sqrt(SEEN_SIDE**2 * ratio)
    size = (round(width / GRID) * GRID, round(width / ratio / GRID) * GRID)
    return on_white(canvas).resize((max(GRID, size[0]), max(GRID, size[1])), Image.Resampling.LANCZOS)


class TextEncoder20b:
    """The loaded encoder. `encode` gives the same tensors for the same words and pictures, whatever came before."""

    def __init__(self, checkpoint: Checkpoint, model: Any, device: torch.device) -> None:
        self.words = Words(checkpoint.path)
        self._checkpoint, self._model, self._device = checkpoint, model, device
        self._pad = self.words.ids(PAD)[0]

    @cached_property
    def _pictures(self) -> Any:
        return picture_reader(self._checkpoint)

    def encode(self, prompt: str, pictures: Sequence[Placed]) -> Encoded:
        """Raises `PromptTooLong` for words beyond what the transformer takes; nothing is cut."""
        import torch

        self.words.check(prompt)
        inputs: dict[str, Any] = {}
        slots: list[int] = []
        if pictures:
            read = self._pictures(images=[seen(p.canvas) for p in pictures], return_tensors="pt")
            slots = [rows * columns // 4 for _, rows, columns in read["image_grid_thw"].tolist()]
            inputs = {name: read[name].to(self._device) for name in ("pixel_values", "image_grid_thw")}
        ids = torch.tensor([self.words.ids(written(prompt, slots))], device=self._device)
        places = ids == self._pad
        dropped = EDITED_TOKENS if pictures else DRAWN_TOKENS
        _check_length(ids.shape[1] - dropped - sum(slots))
        with torch.inference_mode():
            # Without the types of tokens a picture's would stand in a row, not in rows and columns (transformers 5).
            hidden = self._model(
                input_ids=ids, attention_mask=torch.ones_like(ids), mm_token_type_ids=places.int(), use_cache=False, **inputs
            ).last_hidden_state
        return Encoded(hidden[0, dropped:], places[0, dropped:])


def _check_length(tokens: int) -> None:
    if tokens > SEQUENCE_TOKENS:
        message = f"the prompt takes {tokens} of {SEQUENCE_TOKENS} tokens"
        raise PromptTooLong(message, hint="shorten the subject, the style or the details; nothing is ever cut")
