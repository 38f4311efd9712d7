"""Qwen-Image-2.1-PE-T2I: rewrites prompts that stand alone. Research use only."""

from __future__ import annotations

from qwen_pipeline.render.neural.pe_shelf import LICENCE, Sampling, Shelf
from qwen_pipeline.types import EnhancerInfo

INFO = EnhancerInfo(
    id="qwen-image-2.1-pe-t2i",
    version="1",
    licence=LICENCE,
    usages=frozenset({"research"}),
    reads_pictures=False,
    seconds_per_prompt=90.0,
    describe="9B, rewrites the prompts of pictures drawn from words",
)
_SHELF = Shelf(INFO, "Qwen/Qwen-Image-2.1-PE-T2I", Sampling(presence_penalty=1.5, max_new_tokens=16256))
fetch, info, missing, open_enhancer, read, require = _SHELF.functions

__all__ = ["INFO", "fetch", "info", "missing", "open_enhancer", "read", "require"]
