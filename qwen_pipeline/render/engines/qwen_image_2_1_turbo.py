"""Qwen-Image 2.1 Turbo: the 8-step distillation of Qwen-Image 2.1. Its steps are in its checkpoint; it takes no guidance."""

from __future__ import annotations

from qwen_pipeline.render.neural.qwen21_engine import shelf

_SHELF = shelf(
    "Qwen/Qwen-Image-2.1-Turbo",
    turbo=True,
    id="qwen-image-2.1-turbo",
    version="1",
    num_inference_steps=8,
    seconds_per_scene=8.0,
    rank=20,
    describe="7B, draws and edits at 2K in 8 steps, with transparency; needs a GPU and weights",
)
INFO = _SHELF.INFO
count_tokens, counter, fetch, footprint, info, missing, open_engine, require = _SHELF.functions
