"""What encoders made of prompts and pictures, kept in the store under the encode fingerprint, so that it is made once.

    <store>/conditioning/ab/<fingerprint>.safetensors

A file holds the digest of its own numbers; a damaged one is dropped and made again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from qwen_pipeline.store import Store, write_bytes

if TYPE_CHECKING:
    import torch

FOLDER = "conditioning"
_DIGEST = "sha256"


class Conditionings:
    """Named tensors by fingerprint, on disk."""

    def __init__(self, store: Path) -> None:
        self._store = Store(store)

    def __contains__(self, fingerprint: str) -> bool:
        return self._path(fingerprint).is_file()

    def put(self, fingerprint: str, tensors: Mapping[str, torch.Tensor]) -> None:
        from safetensors.torch import save

        plain = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
        data = save(plain, metadata={_DIGEST: _digest(plain)})
        with self._store.staging() as scratch:
            write_bytes(self._path(fingerprint), data, durable=False, scratch=scratch)

    def get(self, fingerprint: str) -> dict[str, torch.Tensor] | None:
        """The tensors, in host memory; None where there are none or they are not what was put."""
        from safetensors import SafetensorError, safe_open

        path = self._path(fingerprint)
        try:
            with safe_open(path, "pt") as handle:
                stated = (handle.metadata() or {}).get(_DIGEST)
                found = {name: handle.get_tensor(name) for name in handle.keys()}  # noqa: SIM118
        except FileNotFoundError:
            return None
        except (SafetensorError, OSError):
            found, stated = {}, None
        if stated is None or stated != _digest(found):
            path.unlink(missing_ok=True)
            return None
        return found

    def _path(self, fingerprint: str) -> Path:
        return self._store.root / FOLDER / fingerprint[:2] / f"{fingerprint}.safetensors"


def _digest(tensors: Mapping[str, torch.Tensor]) -> str:
    import torch

    found = hashlib.sha256()
    for name in sorted(tensors):
        tensor = tensors[name].contiguous()
        found.update(f"{name} {tensor.dtype} {tuple(tensor.shape)}\0".encode())
        found.update(tensor.view(torch.uint8).numpy().tobytes() if tensor.numel() else b"")
    return found.hexdigest()
