"""How much memory the VAE takes, and the row bands that keep it within bounds: arithmetic on its architecture, without torch.

Decoder and encoder are a few stages of 3x3 convolutions; only the middle block attends to the whole picture, at the smallest
size. So the stages next to the pixels, which take the memory, can run on bands of rows. A row of the result depends on the rows
around it as far as the convolutions reach; a band that is wider by that halo on each side has exactly the rows of the whole.

Channel counts at the peaks are those of the diffusers 0.42.1 modules in bf16 (normalisation and upsampling run in fp32, the
residual stages clone their input). They are checked against the modules, tracked tensor by tensor, in the tests.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from qwen_pipeline.dataclass import dataclass

GIB = 2**30
BAND_BYTES = 7 * GIB
"""Peak that bands are chosen for. It depends on the size of the picture only, never on the machine, so results do not either."""
FINER_BYTES = BAND_BYTES // 2
"""The same for the last plans of the ladder."""
Span = tuple[int, int]
"""Rows, from the first to the one after the last."""
COUNTS = (1, 2, 3, 4, 5, 6, 8, 10, 12, 16, 20, 24, 32)


@dataclass(frozen=True, slots=True)
class Stage:
    """Residual blocks (two 3x3 convolutions each), then a change of size by 2 if `scaled`. Channels."""

    channels_in: int
    channels_out: int
    resnets: int
    scaled: bool
    temporal: bool
    residual: bool


@dataclass(frozen=True, slots=True)
class VaeShape:
    """The stages of both ways, from the latents to the pixels (`decoder`) and back (`encoder`)."""

    decoder: tuple[Stage, ...]
    encoder: tuple[Stage, ...]
    picture_channels: int
    bandable: bool = True
    element_bytes: int = 2

    @property
    def compression(self) -> int:
        """Pixels per latent, along a side."""
        return int(2 ** sum(stage.scaled for stage in self.decoder))


@dataclass(frozen=True, slots=True)
class Bands:
    """The stages from `split` to the pixels run in `count` bands of rows. `peak_bytes`: activations, without weights."""

    split: int
    count: int
    peak_bytes: int
    extra_work: float
    """Share of additional work over the whole pass."""


def shape_of(config: Mapping[str, Any], element_bytes: int = 2) -> VaeShape:
    """From a VAE's config: `AutoencoderKLQwenImage21` (has `is_residual`) and `AutoencoderKLQwenImage`."""
    residual = bool(config.get("is_residual", False))
    mult, resnets, base = tuple(config["dim_mult"]), config["num_res_blocks"], config["base_dim"]
    down = tuple(config["temperal_downsample"])
    last = len(mult) - 1
    dims = [(config.get("decoder_base_dim") or base) * m for m in (mult[-1], *reversed(mult))]
    decoder = tuple(
        Stage(
            dims[i] if residual or i == 0 else dims[i] // 2, dims[i + 1], resnets + 1,
            i != last, i != last and down[::-1][i], residual,
        )
        for i in range(len(mult))
    )  # fmt: skip
    sizes = [base * m for m in (1, *mult)]
    encoder = tuple(
        Stage(sizes[i], sizes[i + 1], resnets, i != last, i != last and down[i], residual) for i in range(len(mult))
    )
    channels = config.get("out_channels") or config.get("input_channels", 3)
    return VaeShape(decoder, encoder, channels, not config.get("attn_scales"), element_bytes)


# --- which rows a row depends on ----------------------------------------------------------------------------------------


def rows_for_decoding(stages: Sequence[Stage], rows: int, wanted: Span) -> Span:
    """Input rows (of `rows`) of the last decoder stages, with the convolution after them, that the pixel rows `wanted` need."""
    heights = [rows]
    for stage in stages:
        heights.append(heights[-1] * (2 if stage.scaled else 1))
    low, high = _widen(wanted, 1, heights[-1])
    for stage, height in zip(reversed(stages), reversed(heights[:-1]), strict=True):
        if stage.scaled:
            low, high = _widen((low, high), 1, height * 2)
            low, high = low // 2, math.ceil(high / 2)
        low, high = _widen((low, high), 2 * stage.resnets, height)
    return low, high


def rows_for_encoding(stages: Sequence[Stage], rows: int, wanted: Span) -> Span:
    """Pixel rows (of `rows`) that the rows `wanted` after the first encoder stages need, beginning where strides do."""
    heights = [rows]
    for stage in stages:
        heights.append(heights[-1] // 2 if stage.scaled else heights[-1])
    low, high = wanted
    for stage, height in zip(reversed(stages), reversed(heights[:-1]), strict=True):
        if stage.scaled:
            low, high = 2 * low, min(height, 2 * high + 1)
        low, high = _widen((low, high), 2 * stage.resnets, height)
    low, high = _widen((low, high), 1, rows)
    step = scale(stages)
    return low // step * step, min(rows, math.ceil(high / step) * step)


def scale(stages: Sequence[Stage]) -> int:
    """By how much the stages change a side, all together."""
    return int(2 ** sum(stage.scaled for stage in stages))


def _widen(span: Span, by: int, rows: int) -> Span:
    return max(0, span[0] - by), min(rows, span[1] + by)


def cuts(rows: int, count: int) -> tuple[Span, ...]:
    """`rows` in at most `count` spans of equal height (the last may be lower)."""
    height = math.ceil(rows / count)
    return tuple((start, min(rows, start + height)) for start in range(0, rows, height))


# --- memory -------------------------------------------------------------------------------------------------------------


def decode_bytes(shape: VaeShape, width_px: int, height_px: int, finer: bool = False) -> int:
    """Peak activations of decoding one picture in the bands chosen for its size."""
    return decode_bands(shape, width_px, height_px, finer).peak_bytes


def encode_bytes(shape: VaeShape, width_px: int, height_px: int, finer: bool = False) -> int:
    """Peak activations of encoding one picture in the bands chosen for its size."""
    return encode_bands(shape, width_px, height_px, finer).peak_bytes


@lru_cache(256)
def decode_bands(shape: VaeShape, width_px: int, height_px: int, finer: bool = False) -> Bands:
    """The bands for decoding a picture: the least extra work within the bound, else the least memory."""
    return _choose(shape, finer, lambda split, count: _decoding(shape, width_px, height_px, split, count), len(shape.decoder))


@lru_cache(256)
def encode_bands(shape: VaeShape, width_px: int, height_px: int, finer: bool = False) -> Bands:
    """The bands for encoding a picture: the least extra work within the bound, else the least memory."""
    return _choose(shape, finer, lambda split, count: _encoding(shape, width_px, height_px, split, count), len(shape.encoder))


def _choose(shape: VaeShape, finer: bool, make: Callable[[int, int], Bands], stages: int) -> Bands:
    whole = make(0, 1)
    bound = FINER_BYTES if finer else BAND_BYTES
    if whole.peak_bytes <= bound or not shape.bandable:
        return whole
    options = [make(split, count) for split in range(1, stages) for count in COUNTS[1:]]
    fitting = [option for option in options if option.peak_bytes <= bound]
    if fitting:
        return min(fitting, key=lambda option: (option.extra_work, option.peak_bytes))
    return min(options, key=lambda option: (option.peak_bytes, option.extra_work))


def _decoding(shape: VaeShape, width: int, height: int, split: int, count: int) -> Bands:
    stages = shape.decoder
    areas = [(width // shape.compression) * (height // shape.compression) * scale(stages[:i]) ** 2 for i in range(len(stages))]
    head = max((_up_units(stages[i]) * areas[i] for i in range(split)), default=0)
    rows = height // shape.compression * scale(stages[:split])
    first, last = _tallest(cuts(rows, count), lambda span: _decoded_from(shape, rows, split, span))
    share = (last - first) / rows
    held = stages[split].channels_in * areas[split] if count > 1 else 0
    tail = max(_up_units(stages[i]) * areas[i] for i in range(split, len(stages))) * share
    picture = 2 * shape.picture_channels * width * height
    work = [_work(stage, True) * area for stage, area in zip(stages, areas, strict=True)]
    extra = sum(work[split:]) / sum(work) * (share * len(cuts(rows, count)) - 1)
    return Bands(split, count, int(max(head, held + tail + picture) * shape.element_bytes), extra)


def _decoded_from(shape: VaeShape, rows: int, split: int, span: Span) -> Span:
    up = scale(shape.decoder[split:])
    return rows_for_decoding(shape.decoder[split:], rows, (span[0] * up, span[1] * up))


def _encoding(shape: VaeShape, width: int, height: int, split: int, count: int) -> Bands:
    stages = shape.encoder
    done = split if count > 1 else len(stages)  # stages 0..done-1 run in bands
    areas = [width * height // scale(stages[:i]) ** 2 for i in range(len(stages))]
    rows = height // scale(stages[:done])
    first, last = _tallest(cuts(rows, count), lambda span: rows_for_encoding(stages[:done], height, span))
    share = (last - first) / height if count > 1 else 1.0
    picture = 2 * shape.picture_channels * width * height
    kept = stages[done - 1].channels_out * areas[done - 1] // (4 if stages[done - 1].scaled else 1) if count > 1 else 0
    banded = max(_down_units(stages[i]) * areas[i] for i in range(done)) * share + kept
    rest = max((_down_units(stages[i]) * areas[i] for i in range(done, len(stages))), default=0)
    work = [_work(stage, False) * area for stage, area in zip(stages, areas, strict=True)]
    extra = sum(work[:done]) / sum(work) * (share * len(cuts(rows, count)) - 1) if count > 1 else 0.0
    return Bands(split, count, int((max(banded, rest) + picture) * shape.element_bytes), extra)


def _tallest(spans: Sequence[Span], reach: Callable[[Span], Span]) -> Span:
    return max((reach(span) for span in spans), key=lambda found: found[1] - found[0])


def _up_units(stage: Stage) -> int:
    """Channels alive at a decoder stage's peak, at its input size: first normalisation, upsampling in fp32, or the shortcut."""
    into, out = stage.channels_in, stage.channels_out
    if not stage.residual:
        return into + 13 * out if stage.scaled else into + math.ceil(6.2 * out)
    norm = 6 * into + (out if into != out else 0)
    if not stage.scaled:
        return norm
    return max(norm, 2 * into + (20 if stage.temporal else 13) * out)


def _down_units(stage: Stage) -> int:
    """Channels alive at an encoder stage's peak, at its input size: the second normalisation of its first block."""
    into, out = stage.channels_in, stage.channels_out
    return 2 * into + 6 * out if stage.residual else into + math.ceil(6.2 * out)


def _work(stage: Stage, up: bool) -> int:
    """Multiplications per position of the input, in units of one 3x3 kernel."""
    into, out = stage.channels_in, stage.channels_out
    blocks = into * out + (2 * stage.resnets - 1) * out * out
    return blocks + (4 * out * out if up else out * out // 4) * stage.scaled


QWEN_IMAGE_2_1 = shape_of(
    {
        "base_dim": 96,
        "decoder_base_dim": 144,
        "dim_mult": (1, 2, 4, 8, 8),
        "num_res_blocks": 2,
        "temperal_downsample": (False, True, True, True),
        "is_residual": True,
        "out_channels": 4,
    }
)
QWEN_IMAGE = shape_of(
    {"base_dim": 96, "dim_mult": (1, 2, 4, 4), "num_res_blocks": 2, "temperal_downsample": (False, True, True)}
)
