"""The encoder of Qwen-Image 2.1: Qwen3-VL, read before its last norm.

The words and the pictures of a request become one sequence; a picture takes a slot per 32 x 32 pixels in it, which the
transformer fills with that picture's latents. Sequences are never padded to one length: a neighbour would move the picture,
since the position of its tokens follows the longest prompt.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qwen_pipeline.dataclass import dataclass
from qwen_pipeline.errors import RenderError

from .placing import Placed, on_white
from .weights import Checkpoint, Part, damaged, read_json

if TYPE_CHECKING:
    import torch

SYSTEM = "<|im_start|>system\nComprehend and analyze the provided prompt.<|im_end|>\n"
USER = "<|im_start|>user\n{}<|im_end|>\n<|im_start|>assistant\n"
PICTURE = "<|vision_start|>{}<|vision_end|>"
PAD = "<|image_pad|>"


@dataclass(frozen=True)
class Encoded:
    """What the transformer reads of one prompt. `embeds`: (tokens, width); `slots`: (tokens,) bool, true where a picture goes."""

    embeds: torch.Tensor
    slots: torch.Tensor


class Words:
    """The checkpoint's own tokenizer, which needs no torch."""

    def __init__(self, folder: Path) -> None:
        """`folder`: the checkpoint's; a tokenizer lies in its `processor/`, in its `tokenizer/` or in itself.

        Raises `EngineUnavailable` (`weights-damaged`) where none does.
        """
        place = next((p for p in (folder / "processor", folder / "tokenizer", folder) if (p / "tokenizer.json").is_file()), None)
        try:
            self._tokenizer = _from_file(place / "tokenizer.json") if place else _from_tables(folder / "tokenizer")
        except Exception as error:  # a bare Exception is what the library raises
            raise damaged(folder, f"{place.name if place else 'tokenizer'}/: {error}") from error

    def ids(self, text: str) -> list[int]:
        return list(self._tokenizer.encode(text, add_special_tokens=False).ids)

    def count(self, text: str) -> int:
        return len(self.ids(text))

    def check(self, prompt: str) -> None:
        """Refuse words that the model reads as signs of its own: they would end the prompt, or ask for a picture."""
        for token in self._tokenizer.get_added_tokens_decoder().values():
            if token.content in prompt:
                raise RenderError(f"a prompt cannot hold {token.content!r}: the model reads it as a sign", code="reserved-word")


def _from_file(file: Path) -> Any:
    from tokenizers import Tokenizer

    return Tokenizer.from_file(str(file))


def _from_tables(folder: Path) -> Any:
    """From `vocab.json` and `merges.txt`, as older checkpoints have them."""
    from transformers import Qwen2Tokenizer

    if not (folder / "vocab.json").is_file():
        raise OSError("there is no tokenizer.json and no vocab.json")
    return Qwen2Tokenizer.from_pretrained(folder, local_files_only=True).backend_tokenizer


def written(prompt: str, slots: Sequence[int]) -> str:
    """The whole text that is encoded: the template, `<image1>` and the slots of each picture, the prompt.

    The tags stand before the words, so requests with the same pictures begin alike.
    """
    shown = " ".join(f"<image{n}>{PICTURE.format(PAD * count)}" for n, count in enumerate(slots, 1))
    return SYSTEM + USER.format(shown + (prompt or " "))


class TextEncoder:
    """The loaded encoder. `encode` gives the same tensors for the same words and pictures, whatever came before."""

    def __init__(self, checkpoint: Checkpoint, model: Any, device: torch.device) -> None:
        self.words = Words(checkpoint.path)
        self._model = model
        self._device = device
        self._pictures = picture_reader(checkpoint)
        self._dropped = self.words.count(SYSTEM)
        self._pad = self.words.ids(PAD)[0]

    def encode(self, prompt: str, pictures: Sequence[Placed]) -> Encoded:
        """Raises `RenderError` (`picture-size`) for a picture that the encoder would read at another size."""
        import torch

        self.words.check(prompt)
        inputs: dict[str, Any] = {}
        slots: list[int] = []
        if pictures:
            read = self._pictures(images=[on_white(p.canvas) for p in pictures], return_tensors="pt")
            slots = [_slots(p, grid) for p, grid in zip(pictures, read["image_grid_thw"].tolist(), strict=True)]
            inputs = {name: read[name].to(self._device) for name in ("pixel_values", "image_grid_thw")}
        ids = torch.tensor([self.words.ids(written(prompt, slots))], device=self._device)
        places = ids == self._pad
        with torch.inference_mode():
            hidden = self._read(input_ids=ids, attention_mask=torch.ones_like(ids), mm_token_type_ids=places.int(), **inputs)
        return Encoded(hidden[0, self._dropped :], places[0, self._dropped :])

    def _read(self, **inputs: Any) -> torch.Tensor:
        """(1, tokens, width) as the last layer leaves it: the transformer was taught on what has not been normalised."""
        handle = self._model.language_model.norm.register_forward_hook(lambda module, args, output: args[0])
        try:
            hidden: torch.Tensor = self._model(**inputs, use_cache=False).last_hidden_state
        finally:
            handle.remove()
        return hidden


def _slots(picture: Placed, grid: Sequence[int]) -> int:
    """Slots of a picture: a quarter of its patches of 16 x 16 pixels."""
    wanted = (picture.canvas.height // 16, picture.canvas.width // 16)
    if (grid[1], grid[2]) != wanted:
        size = f"{picture.width_px}x{picture.height_px}"
        raise RenderError(f"a picture of {size} px is too small or too large for the encoder to be shown", code="picture-size")
    return wanted[0] * wanted[1] // 4


def picture_reader(checkpoint: Checkpoint) -> Any:
    return picture_reader_in(checkpoint.path / "processor")


def picture_reader_in(folder: Path) -> Any:
    """Qwen-VL's picture processor on Pillow and numpy: the other one needs torchvision."""
    from transformers.models.qwen2_vl.image_processing_pil_qwen2_vl import Qwen2VLImageProcessorPil

    plain = folder / "preprocessor_config.json"
    config = read_json(plain) if plain.is_file() else read_json(folder / "processor_config.json")["image_processor"]
    return Qwen2VLImageProcessorPil(**{name: value for name, value in config.items() if not name.endswith("_type")})


def load_text_model(part: Part, dtype: torch.dtype) -> Any:
    """The encoder without its head: the logits of 151,936 words are never needed."""
    transformers: Any = import_module("transformers")
    transformers.utils.logging.disable_progress_bar()  # ours tell how far a build is
    whole = transformers.Qwen3VLForConditionalGeneration.from_pretrained(
        part.folder, dtype=dtype, local_files_only=True, use_safetensors=True, trust_remote_code=False
    )
    return whole.model.eval()
