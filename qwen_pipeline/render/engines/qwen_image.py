"""Qwen-Image 20B (2512 for generation, Edit-2511 for edits): free for commercial work, guided, at 1.7 megapixels."""

from __future__ import annotations

from qwen_pipeline.render.neural.qwen20b_engine import GENERATE, Shelf20b, base_info
from qwen_pipeline.render.neural.qwen21_engine import count_tokens

INFO = base_info(
    id="qwen-image",
    version="1",
    num_inference_steps=50,
    seconds_per_scene=60.0,
    rank=10,
    describe="20B, draws and edits at 1.7 MP in 50 guided steps, also for commercial work; needs a GPU and weights",
)
_SHELF = Shelf20b(INFO, GENERATE)
info, counter, missing, fetch, open_engine = _SHELF.info, _SHELF.counter, _SHELF.missing, _SHELF.fetch, _SHELF.open_engine
footprint = _SHELF.footprint

__all__ = ["INFO", "count_tokens", "counter", "fetch", "footprint", "info", "missing", "open_engine"]
