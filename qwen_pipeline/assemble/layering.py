"""A flat picture taken apart into RGBA layers that give it back when they are laid over one another."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from qwen_pipeline.dataclass import dataclass
from qwen_pipeline.types import TypesetPage

from .format import Tools

if TYPE_CHECKING:
    from PIL.Image import Image

Pixels = np.ndarray[Any, np.dtype[np.uint8]]
_NEAR = 1
"""Levels of 255 by which what the layers give may differ from the flat picture."""


@dataclass(frozen=True, slots=True)
class CutLayer:
    """One layer: its name, where its top left corner lies, and its RGBA pixels, alpha not multiplied in."""

    name: str
    x_px: int
    y_px: int
    pixels: Pixels


def take_apart(page: TypesetPage, width_px: int, tools: Tools, *, bleed: bool = False) -> tuple[tuple[CutLayer, ...], Image]:
    """(layers from the lowest to the highest, the flat picture `width_px` wide). Layers that show nothing are left out.

    A renderer rounds what it blends, so that layers drawn apart need not give the flat picture. Each layer is therefore solved
    for against what lies below it: it keeps its own colours where they give the flat picture within one level, takes those
    that do where they do not, and is opaque in the few pixels where no colour can (Porter and Duff 1984, "over").
    """
    below: Pixels | None = None
    layers: list[CutLayer] = []
    flat = tools.rasterise(page, width_px, bleed=bleed)
    for span in page.spans:
        last = span.stop == len(page.items)
        upto = flat if last else tools.rasterise(replace(page, items=page.items[: span.stop]), width_px, bleed=bleed)
        target: Pixels = np.asarray(upto)
        if below is None:
            alone: Pixels = np.dstack([target, np.full(target.shape[:2], 255, np.uint8)])
            below = target.copy()
            layers.append(CutLayer(span.id, 0, 0, alone))
            continue
        alone = np.array(tools.rasterise_span(page, span, width_px, bleed=bleed))
        frame = _frame(alone, below, target)
        if frame is not None:
            solved = _solve(alone[frame], below[frame], target[frame])
            below[frame] = over(solved, below[frame])
            layers.append(CutLayer(span.id, frame[1].start, frame[0].start, solved))
    return tuple(layers), flat


def over(layer: Pixels, below: Pixels) -> Pixels:
    """RGBA `layer` over opaque RGB `below`, rounded to the nearest level."""
    alpha = layer[..., 3:].astype(np.float32) / 255
    out: Pixels = np.rint(layer[..., :3] * alpha + below * (1 - alpha)).astype(np.uint8)
    return out


def _frame(alone: Pixels, below: Pixels, target: Pixels) -> tuple[slice, slice] | None:
    """Rows and columns outside of which the layer changes nothing."""
    changed = np.abs(below.astype(np.int16) - target) > _NEAR
    touched = (alone[..., 3] > 0) | changed.any(-1)
    rows, columns = np.flatnonzero(touched.any(1)), np.flatnonzero(touched.any(0))
    if not rows.size:
        return None
    return slice(int(rows[0]), int(rows[-1]) + 1), slice(int(columns[0]), int(columns[-1]) + 1)


def _solve(alone: Pixels, below: Pixels, target: Pixels) -> Pixels:
    """The layer's pixels, changed where they would not give `target` over `below`."""
    out = alone.copy()
    wrong = _differs(out, below, target)
    if wrong.any():
        alpha = np.maximum(out[wrong][:, 3:].astype(np.float32) / 255, 1 / 255)
        color = (target[wrong] - (1 - alpha) * below[wrong]) / alpha
        out[wrong, :3] = np.rint(color).clip(0, 255).astype(np.uint8)
        still = _differs(out, below, target)
        out[still, :3] = target[still]
        out[still, 3] = 255
    return out


def _differs(layer: Pixels, below: Pixels, target: Pixels) -> np.ndarray[Any, np.dtype[np.bool_]]:
    gives = over(layer, below).astype(np.int16)
    return np.asarray((np.abs(gives - target) > _NEAR).any(-1))
