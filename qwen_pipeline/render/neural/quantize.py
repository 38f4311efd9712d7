"""Smaller transformers: fp8 storage, fp8 and int8 weights, fp8 arithmetic, GGUF, DFloat11; each asked for by name, and recorded.

The setting `precision` names one. All but DFloat11, which is lossless, change the numbers; so it is part of the `dtype` that
every request carries, and with it of the scene's fingerprint: pictures of two precisions are two pictures. What an author
sees is never chosen by the free memory of a machine.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qwen_pipeline.dataclass import dataclass
from qwen_pipeline.errors import EngineUnavailable

from .identity import digests
from .parts import ModelSizes, Stack
from .weights import Checkpoint

if TYPE_CHECKING:
    import torch

FP8_CAPABILITY = (8, 9)
"""Ada and Hopper: the first with fp8 matrix products."""
DF11_FOLDER = "transformer-df11"
_ENDS = ("img_mod", "txt_mod", "modulation", "norm_out", "proj_out", "img_in", "txt_in", "time_text_embed")
"""Modulation, and what is no block: small, and what becomes of words in pictures hangs on them."""
KEPT_EXACT = ("img_mlp", "txt_mlp", *_ENDS)
"""Layers that fp8 arithmetic harms most (vllm-omni measured 3.8 % for `img_mlp`, 34.3 dB without it against 33.0 with)."""


@dataclass(frozen=True, slots=True)
class Machine:
    """What a mode may need of the device. `capability`: of a CUDA device, or None."""

    capability: tuple[int, int] | None


@dataclass(frozen=True, slots=True)
class Precision:
    """One mode. `suffix` is added to the dtype of requests; `share`: bytes of the blocks, of what they are in bf16.

    movable: its weights are plain tensors, so they can wait in host memory and be streamed.
    """

    id: str
    suffix: str
    share: float
    movable: bool
    describe: str
    packages: tuple[tuple[str, str], ...] = ()
    """(package, oldest version)."""
    capability: tuple[int, int] | None = None
    cuda: bool = False


PRECISIONS: Mapping[str, Precision] = {
    mode.id: mode
    for mode in (
        Precision("full", "", 1.0, True, "as the checkpoint is"),
        Precision("layerwise", "+float8_e4m3fn-storage", 0.5, True, "kept in fp8, computed in the checkpoint's precision"),
        Precision(
            "fp8", "+float8-torchao", 0.9, False, "attention in fp8 arithmetic", (("torchao", "0.15.0"),), FP8_CAPABILITY, True
        ),
        Precision("fp8-weights", "+float8-weights", 0.7, False, "kept in fp8, scaled", (("torchao", "0.15.0"),)),
        Precision("int8-weights", "+int8-weights", 0.7, False, "kept in int8, scaled", (("torchao", "0.15.0"),)),
        Precision("gguf", "+gguf", 0.6, False, "a GGUF file beside the transformer's", (("gguf", "0.10.0"),)),
        Precision("dfloat11", "", 0.68, False, "lossless", (("dfloat11", "0.5.0"),), None, True),
    )
}


def missing(mode: str, checkpoint: Checkpoint) -> str:
    """Which package or file keeps a mode from being used, for people; "" if none does. Nothing is loaded."""
    wanted = PRECISIONS[mode]
    for package, oldest in wanted.packages:
        have = _version(package)
        if have is None or _older(have, oldest):
            found = f"{have} is installed" if have else "it is not installed"
            return f"precision {mode} needs {package} >= {oldest}; {found}"
    files = _gguf_files(checkpoint)
    if mode == "gguf" and len(files) != 1:
        return f"precision gguf needs one .gguf file in {checkpoint.part('transformer').folder}; {len(files)} found"
    if mode == "dfloat11" and not (checkpoint.path / DF11_FOLDER).is_dir():
        return f"precision dfloat11 needs its compressed weights in {checkpoint.path / DF11_FOLDER}"
    return ""


def missing_device(mode: str, machine: Machine) -> str:
    """What a mode needs of the device and does not find, for people."""
    wanted, have = PRECISIONS[mode], machine.capability
    if wanted.cuda and have is None:
        return f"precision {mode} needs a CUDA device"
    if wanted.capability and have is not None and have < wanted.capability:
        need, found = (".".join(map(str, pair)) for pair in (wanted.capability, have))
        return f"precision {mode} needs compute capability {need}; this device has {found}"
    return ""


def require(mode: str, checkpoint: Checkpoint, offered: Collection[str] = PRECISIONS) -> None:
    """Raises `EngineUnavailable` with code `precision` where a mode cannot be used. `offered`: those of the model's family."""
    _refuse(missing(mode, checkpoint) if mode in offered else f"this model has no precision {mode}")


def require_device(mode: str, machine: Machine) -> None:
    """As `require`, for what the device must be able to do."""
    _refuse(missing_device(mode, machine))


def _refuse(reason: str) -> None:
    if reason:
        raise EngineUnavailable(reason, hint="set `precision` to full, or provide what is missing", code="precision")


def dtype_name(mode: str, dtype: str, checkpoint: Checkpoint, store: Path) -> str:
    """What requests carry: the checkpoint's dtype and what was done to it; for a GGUF file also which one."""
    name = dtype + PRECISIONS[mode].suffix
    files = _gguf_files(checkpoint) if mode == "gguf" else ()
    return ":".join([name, *(sha[:16] for sha in digests(files, store))])


def sized(mode: str, sizes: ModelSizes) -> ModelSizes:
    """A model's sizes with its transformer in this mode."""
    dit, share = sizes.dit, PRECISIONS[mode].share
    return replace(sizes, dit=Stack(dit.blocks, int(dit.block_bytes * share), dit.rest_bytes))


def load(mode: str, class_name: str, checkpoint: Checkpoint, dtype: torch.dtype) -> Any:
    """The transformer (diffusers' `class_name`) in this mode, in host memory."""
    diffusers: Any = import_module("diffusers")
    return _LOADERS[mode](getattr(diffusers, class_name), checkpoint, dtype).eval().requires_grad_(False)


def _full(cls: Any, checkpoint: Checkpoint, dtype: torch.dtype, **more: Any) -> Any:
    folder = checkpoint.part("transformer").folder
    return cls.from_pretrained(folder, torch_dtype=dtype, local_files_only=True, use_safetensors=True, **more)


def _layerwise(cls: Any, checkpoint: Checkpoint, dtype: torch.dtype) -> Any:
    import torch

    model = _full(cls, checkpoint, dtype)
    model.enable_layerwise_casting(storage_dtype=torch.float8_e4m3fn, compute_dtype=dtype)
    return model


def _fp8(cls: Any, checkpoint: Checkpoint, dtype: torch.dtype) -> Any:
    torchao: Any = import_module("torchao.quantization")
    kind = torchao.Float8DynamicActivationFloat8WeightConfig(granularity=torchao.PerRow())
    return _torchao(cls, checkpoint, dtype, kind, KEPT_EXACT)


def _fp8_weights(cls: Any, checkpoint: Checkpoint, dtype: torch.dtype) -> Any:
    torchao: Any = import_module("torchao.quantization")
    return _torchao(cls, checkpoint, dtype, torchao.Float8WeightOnlyConfig(), _ENDS)


def _int8_weights(cls: Any, checkpoint: Checkpoint, dtype: torch.dtype) -> Any:
    torchao: Any = import_module("torchao.quantization")
    return _torchao(cls, checkpoint, dtype, torchao.Int8WeightOnlyConfig(), _ENDS)


def _torchao(cls: Any, checkpoint: Checkpoint, dtype: torch.dtype, kind: Any, exact: Sequence[str]) -> Any:
    diffusers: Any = import_module("diffusers")
    config = diffusers.TorchAoConfig(kind, modules_to_not_convert=list(exact))
    return _full(cls, checkpoint, dtype, quantization_config=config)


def _gguf(cls: Any, checkpoint: Checkpoint, dtype: torch.dtype) -> Any:
    diffusers: Any = import_module("diffusers")
    (file,) = _gguf_files(checkpoint)
    config = diffusers.GGUFQuantizationConfig(compute_dtype=dtype)
    folder = str(checkpoint.part("transformer").folder)
    return cls.from_single_file(
        str(file), quantization_config=config, config=folder, torch_dtype=dtype, local_files_only=True
    )


def _dfloat11(cls: Any, checkpoint: Checkpoint, dtype: torch.dtype) -> Any:
    dfloat11: Any = import_module("dfloat11")
    model = cls.from_config(cls.load_config(checkpoint.part("transformer").folder)).to(dtype)
    dfloat11.DFloat11Model.from_pretrained(str(checkpoint.path / DF11_FOLDER), device="cpu", bfloat16_model=model)
    return model


_LOADERS: Mapping[str, Callable[[Any, Checkpoint, Any], Any]] = {
    "full": _full, "layerwise": _layerwise, "fp8": _fp8, "fp8-weights": _fp8_weights, "int8-weights": _int8_weights,
    "gguf": _gguf, "dfloat11": _dfloat11,
}  # fmt: skip


def _gguf_files(checkpoint: Checkpoint) -> tuple[Path, ...]:
    return tuple(sorted(checkpoint.part("transformer").folder.glob("*.gguf")))


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _older(have: str, oldest: str) -> bool:
    return _numbers(have) < _numbers(oldest)


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split("+")[0].split(".")[:3] if part.isdigit())
