"""Qwen-Image 2.1: 7B, generation and editing in one model at 2K, with transparency. Research use only."""

from __future__ import annotations

from qwen_pipeline.render.neural.qwen21_engine import Shelf, base_info, count_tokens, wanted

INFO = base_info(
    id="qwen-image-2.1",
    version="1",
    num_inference_steps=40,
    seconds_per_scene=36.0,
    rank=30,
    describe="7B, draws and edits at 2K in 40 steps, with transparency; needs a GPU and weights",
)
_SHELF = Shelf(INFO, wanted("Qwen/Qwen-Image-2.1", turbo=False))
info, counter, missing, fetch, open_engine = _SHELF.info, _SHELF.counter, _SHELF.missing, _SHELF.fetch, _SHELF.open_engine
footprint = _SHELF.footprint

__all__ = ["INFO", "count_tokens", "counter", "fetch", "footprint", "info", "missing", "open_engine"]
