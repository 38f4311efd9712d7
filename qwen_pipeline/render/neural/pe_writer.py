"""The loaded prompt enhancer of Qwen-Image 2.1: Qwen3.5 with its head, through transformers, one question at a time.

Questions are never put together: a neighbour would change how numbers round, and with them the words.
"""

from __future__ import annotations

import math
from dataclasses import replace
from importlib import import_module, metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qwen_pipeline.render.enhancer import OnToken, Question
from qwen_pipeline.settings import Settings
from qwen_pipeline.types import Answer, EnhancerInfo

from .devices import pick
from .housing import Housing, Settled, Waiting
from .pe_sampler import Sampler
from .pe_shelf import SYSTEM_PROMPT, Sampling
from .placement import measured, naming_memory, offload_of
from .placing import on_white, open_picture
from .qwen21_text import PAD, Words, picture_reader_in
from .weights import Checkpoint, damaged, read_json

if TYPE_CHECKING:
    import torch
    from PIL import Image

PICTURE_PX = 1024 * 1024
"""Pictures are shown at no more pixels than this, as the model was taught (`image_max_pixels`)."""
HEADROOM_BYTES = 2 * 2**30
"""Of device memory, for what a question of some thousand tokens takes beside the weights."""
_LIBRARIES = ("torch", "transformers")
_ENDS = ("<|im_end|>", "<|endoftext|>")


class Writer:
    """The model is loaded at the first question."""

    def __init__(self, info: EnhancerInfo, checkpoint: Checkpoint, sampling: Sampling, settings: Settings) -> None:
        self.info = info
        self._checkpoint, self._settings = checkpoint, settings
        self._sampling = _limited(sampling, checkpoint.path)
        self._system = (checkpoint.path / SYSTEM_PROMPT).read_text("utf-8").strip()
        self._words = Words(checkpoint.path)
        self._tokenizer: Any = None
        self._housing: Housing | None = None

    def answer(self, question: Question, on_token: OnToken) -> Answer:
        import torch

        self._words.check(question.prompt)
        with naming_memory(self.info.id), torch.inference_mode():
            model = self._loaded(pictures=bool(question.pictures))
            inputs = self._inputs(question)
            asked = inputs["input_ids"].shape[1]
            sampler = Sampler(self._sampling, question.seed, asked, on_token)
            said = model.generate(**inputs, generation_config=self._generation(), logits_processor=[sampler])[0, asked:].tolist()
        text = self._tokenizer.decode(said, skip_special_tokens=True)
        versions = tuple((name, metadata.version(name)) for name in _LIBRARIES)
        return Answer(text, bool(said) and said[-1] in self._ends(), len(said), versions, self._mode(model))

    def close(self) -> None:
        housing, self._housing = self._housing, None
        if housing is not None:
            housing.close()
            _free(pick(self._settings))

    # --- the question ------------------------------------------------------------------------------------------------------

    def _inputs(self, question: Question) -> dict[str, torch.Tensor]:
        """The conversation as the checkpoint's own template writes it, pictures first and in their order."""
        import torch

        read: Any = {}
        slots: list[int] = []
        if question.pictures:
            reader = picture_reader_in(self._checkpoint.path)
            read = reader(images=[_shown(path) for path in question.pictures], return_tensors="pt")
            slots = [math.prod(grid) // 4 for grid in read["image_grid_thw"].tolist()]
        text = self._conversation(question)
        if text.count(PAD) != len(slots):
            raise damaged(self._checkpoint.path, "its chat template does not show pictures where they are asked about")
        before, *after = text.split(PAD)
        text = before + "".join(PAD * count + rest for count, rest in zip(slots, after, strict=True))
        device = pick(self._settings)
        ids = torch.tensor([self._words.ids(text)], device=device)
        inputs = {"input_ids": ids, "attention_mask": torch.ones_like(ids)}
        if slots:
            inputs["mm_token_type_ids"] = (ids == self._words.ids(PAD)[0]).int()
        return inputs | {name: read[name].to(device) for name in ("pixel_values", "image_grid_thw") if slots}

    def _conversation(self, question: Question) -> str:
        content = [*({"type": "image"} for _ in question.pictures), {"type": "text", "text": question.prompt}]
        messages = [
            {"role": "system", "content": [{"type": "text", "text": self._system}]},
            {"role": "user", "content": content},
        ]
        written = self._tokenizer.apply_chat_template(
            messages, tokenize=False, add_generation_prompt=True, enable_thinking=True  # it was taught to think first
        )
        return str(written)

    # --- the model ---------------------------------------------------------------------------------------------------------

    def _loaded(self, *, pictures: bool) -> Any:
        if self._housing is None:
            self._tokenizer = _tokenizer(self._checkpoint.path)
            self._housing = self._house(_load(self._checkpoint))
        resident, slots = self._room(len(list(self._housing.module.model.language_model.layers)))
        self._housing.open(resident, slots, extra=pictures)
        return self._housing.module

    def _house(self, model: Any) -> Housing:
        """In place where all of it fits the device, else its blocks come one after another for every word: slow, and the same."""
        device = pick(self._settings)
        layers = model.model.language_model.layers
        mode = offload_of(self._settings.model_copy(update={"precision": "full"}), device)
        if mode == "none" or (mode == "auto" and self._free_bytes() >= self._checkpoint.bytes):
            return Settled(model, layers, device)
        waiting = Waiting(model, layers, device, extra=model.model.visual)
        waiting.blocks.attach()
        return waiting

    def _room(self, blocks: int) -> tuple[int, int]:
        """(blocks that stay on the device, slots for the others), by what is free there."""
        per_block = self._checkpoint.bytes // (blocks + blocks // 4)  # embeddings, head and tower are about a fifth
        resident = (self._free_bytes() - self._checkpoint.bytes // 4) // per_block - 2
        return max(0, min(blocks, resident)), 2

    def _free_bytes(self) -> int:
        memory = measured(pick(self._settings)).capped(self._settings.max_memory_gib)
        return memory.budget_bytes - HEADROOM_BYTES

    def _generation(self) -> Any:
        transformers: Any = import_module("transformers")
        ends, most = self._ends(), self._sampling.max_new_tokens
        return transformers.GenerationConfig(
            do_sample=False, max_new_tokens=most, eos_token_id=ends, pad_token_id=ends[-1], use_cache=True
        )

    def _ends(self) -> list[int]:
        return [self._words.ids(sign)[0] for sign in _ENDS]

    def _mode(self, model: Any) -> str:
        return f"{str(model.dtype).removeprefix('torch.')}, {pick(self._settings).type}, eager, sdpa"


def _limited(sampling: Sampling, folder: Path) -> Sampling:
    """With the checkpoint's own limit to its answers, where it states a lower one."""
    file = folder / "generation_config.json"
    stated = read_json(file).get("max_new_tokens") if file.is_file() else None
    return replace(sampling, max_new_tokens=min(sampling.max_new_tokens, stated or sampling.max_new_tokens))


def _load(checkpoint: Checkpoint) -> Any:
    import torch

    transformers: Any = import_module("transformers")
    transformers.utils.logging.disable_progress_bar()
    model = transformers.Qwen3_5ForConditionalGeneration.from_pretrained(
        checkpoint.path,
        dtype=getattr(torch, checkpoint.parts[0].dtype()),
        local_files_only=True,
        use_safetensors=True,
        trust_remote_code=False,
    )
    model.generation_config = transformers.GenerationConfig()  # ours says all: what the folder's says would be mixed in
    return model.eval()


def _tokenizer(folder: Path) -> Any:
    transformers: Any = import_module("transformers")
    made = transformers.AutoTokenizer.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
    if not made.chat_template:
        raise damaged(folder, "there is no chat template")
    return made


def _shown(path: Path) -> Image.Image:
    """A picture as the model is shown it: on white, no larger than it was taught."""
    from PIL import Image

    image = on_white(open_picture(path, "reference"))
    scale = math.sqrt(PICTURE_PX / (image.width * image.height))
    if scale >= 1:
        return image
    size = (max(1, int(image.width * scale)), max(1, int(image.height * scale)))
    return image.resize(size, Image.Resampling.LANCZOS)


def _free(device: torch.device) -> None:
    import gc

    import torch

    gc.collect()
    if device.type == "cuda":
        torch.cuda.empty_cache()
