"""Qwen-Image 2.1 Turbo: the 8-step distillation of Qwen-Image 2.1. Its steps are in its checkpoint; it takes no guidance."""

from __future__ import annotations

from qwen_pipeline.render.neural.qwen21_engine import Shelf, base_info, count_tokens, wanted

INFO = base_info(
    id="qwen-image-2.1-turbo",
    version="1",
    num_inference_steps=8,
    seconds_per_scene=8.0,
    rank=20,
    describe="7B, draws and edits at 2K in 8 steps, with transparency; needs a GPU and weights",
)
_SHELF = Shelf(INFO, wanted("Qwen/Qwen-Image-2.1-Turbo", turbo=True))
info, counter, missing, fetch, open_engine = _SHELF.info, _SHELF.counter, _SHELF.missing, _SHELF.fetch, _SHELF.open_engine
footprint = _SHELF.footprint

__all__ = ["INFO", "count_tokens", "counter", "fetch", "footprint", "info", "missing", "open_engine"]
