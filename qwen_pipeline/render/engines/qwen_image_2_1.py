"""Qwen-Image 2.1: 7B, generation and editing in one model at 2K, with transparency. Research use only."""

from __future__ import annotations

from qwen_pipeline.render.neural.qwen21_engine import shelf

_SHELF = shelf(
    "Qwen/Qwen-Image-2.1",
    turbo=False,
    id="qwen-image-2.1",
    version="1",
    num_inference_steps=40,
    seconds_per_scene=36.0,
    rank=30,
    describe="7B, draws and edits at 2K in 40 steps, with transparency; needs a GPU and weights",
)
INFO = _SHELF.INFO
count_tokens, counter, fetch, footprint, info, missing, open_engine, require = _SHELF.functions
