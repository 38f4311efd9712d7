"""LoRA adapters: low-rank changes added to a transformer's weights, each with a weight of its own.

They are added to the weights themselves, so drawing costs nothing more. To take them off again the plain weights are read from
their file: subtracting would not give the same numbers back.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qwen_pipeline.errors import RenderError
from qwen_pipeline.types import Adapter

from .weights import Part

if TYPE_CHECKING:
    import torch

_PREFIX = re.compile(r"^(?:base_model\.model\.)?(?:transformer\.|diffusion_model\.|model\.diffusion_model\.)?")
_DOWN = re.compile(r"\.(?:lora_A(?:\.default)?|lora_down|lora\.down)\.weight$")
_UPS = (".lora_B.weight", ".lora_B.default.weight", ".lora_up.weight", ".lora.up.weight")


class Adapters:
    """What a transformer wears at present."""

    def __init__(self, model: Any, part: Part) -> None:
        self._model = model
        self._part = part
        self._worn: tuple[Adapter, ...] = ()
        self._changed: set[str] = set()

    def wears(self, adapters: tuple[Adapter, ...]) -> bool:
        return adapters == self._worn

    def wear(self, adapters: tuple[Adapter, ...], files: Sequence[Path]) -> bool:
        """Put on exactly these, in their order; True where anything changed.

        Raises `RenderError`: `no-adapter` for a file that was not handed in, `adapter` for one that does not fit the model.
        """
        if self.wears(adapters):
            return False
        if len(files) != len(adapters):
            raise RenderError("the adapters of this picture were not handed in", code="no-adapter")
        changes = [list(read_adapter(file)) for file in files]
        self._take_off()
        try:
            for adapter, file, pairs in zip(adapters, files, changes, strict=True):
                for name, down, up, scale in pairs:
                    self._add(name, down, up, adapter.weight * scale, file)
        except RenderError:
            self._take_off()
            raise
        self._worn = adapters
        return True

    def _add(self, name: str, down: torch.Tensor, up: torch.Tensor, scale: float, file: Path) -> None:
        import torch

        try:
            weight = self._model.get_submodule(name).weight
        except AttributeError as error:
            raise _unfit(file, f"the model has no layer {name}") from error
        if (up.shape[0], down.shape[1]) != tuple(weight.shape):
            raise _unfit(file, f"{name} is {tuple(weight.shape)}, the adapter's {up.shape[0], down.shape[1]}")
        if type(weight.data) is not torch.Tensor:
            raise _unfit(file, f"{name} is kept in a smaller precision ({type(weight.data).__name__}) that cannot be added to")
        self._changed.add(name)
        with torch.no_grad():
            # On the processor wherever the weight lies, so that what is resident does not show in the numbers.
            delta = (up.float() @ down.float()) * scale
            weight.copy_((weight.cpu().float() + delta).to(weight.dtype))

    def _take_off(self) -> None:
        import torch
        from safetensors import safe_open

        wanted = {f"{name}.weight" for name in self._changed}
        for file in self._part.files if wanted else ():
            with safe_open(file, "pt") as handle, torch.no_grad():
                for name in sorted(wanted & set(handle.keys())):
                    self._model.get_parameter(name).copy_(handle.get_tensor(name))
        self._changed.clear()
        self._worn = ()


def read_adapter(file: Path) -> Iterator[tuple[str, torch.Tensor, torch.Tensor, float]]:
    """(layer, down (rank, in), up (out, rank), scale) of a safetensors file in diffusers', PEFT's or ComfyUI's names."""
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        tensors = load_file(file)
    except (SafetensorError, OSError) as error:
        raise _unfit(file, str(error)) from error
    found = 0
    for name, down in sorted(tensors.items()):
        stem, matched = _DOWN.subn("", name)
        if not matched:
            continue
        up = next((tensors[stem + end] for end in _UPS if stem + end in tensors), None)
        if up is None:
            raise _unfit(file, f"{name} has no counterpart")
        alpha = tensors.get(f"{stem}.alpha")
        found += 1
        yield _PREFIX.sub("", stem), down, up, float(alpha) / down.shape[0] if alpha is not None else 1.0
    if not found:
        raise _unfit(file, "it holds no low-rank layers")


def _unfit(file: Path, why: str) -> RenderError:
    return RenderError(f"the adapter {file.name} cannot be used: {why}", code="adapter")
