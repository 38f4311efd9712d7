"""Qwen-Image 20B (2512 for generation, Edit-2511 for edits): free for commercial work, guided, at 1.7 megapixels."""

from __future__ import annotations

from qwen_pipeline.render.neural.qwen20b_engine import shelf

_SHELF = shelf(
    id="qwen-image",
    version="2",
    num_inference_steps=50,
    seconds_per_scene=60.0,
    rank=10,
    describe="20B, draws and edits at 1.7 MP in 50 or 40 guided steps, also for commercial work; needs a GPU and weights",
)
INFO = _SHELF.INFO
count_tokens, counter, fetch, footprint, info, missing, open_engine, require = _SHELF.functions
