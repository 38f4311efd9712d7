"""How much memory tensors take at once, counted operation by operation; works on meta tensors of any size."""

from __future__ import annotations

import weakref

import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves


class Tracked(TorchDispatchMode):
    """Peak bytes of the tensors made inside the block, without the weights of `module`.

    Attention is taken as a fused kernel does it, without the square of scores that the meta device would count.
    """

    def __init__(self, *modules: torch.nn.Module) -> None:
        super().__init__()
        self._weights = {p.untyped_storage()._cdata for module in modules for p in module.parameters()}
        self._live: dict[int, int] = {}
        self.now_bytes = 0
        self.peak_bytes = 0

    def __enter__(self):
        self._attention = torch.nn.functional.scaled_dot_product_attention
        torch.nn.functional.scaled_dot_product_attention = lambda query, key, value, *_, **__: torch.empty_like(query)
        return super().__enter__()

    def __exit__(self, *error):
        torch.nn.functional.scaled_dot_product_attention = self._attention
        return super().__exit__(*error)

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        out = function(*args, **(kwargs or {}))
        for tensor in tree_leaves(out):
            if isinstance(tensor, torch.Tensor):
                self._see(tensor.untyped_storage())
        return out

    def _see(self, storage) -> None:
        key = storage._cdata
        if key in self._live or key in self._weights:
            return
        self._live[key] = storage.nbytes()
        self.now_bytes += storage.nbytes()
        self.peak_bytes = max(self.peak_bytes, self.now_bytes)
        weakref.finalize(storage, self._gone, key)

    def _gone(self, key: int) -> None:
        self.now_bytes -= self._live.pop(key, 0)
