"""The VAE without its video cache and in bands of rows gives the numbers of the plain one, and takes the memory it says."""

from __future__ import annotations

from functools import partial

import pytest

torch = pytest.importorskip("torch")

from qwen_pipeline.errors import RenderError  # noqa: E402
from qwen_pipeline.render.neural import vae_bands, vae_memory  # noqa: E402
from qwen_pipeline.render.neural.vae_memory import Bands, rows_for_decoding, rows_for_encoding, scale, shape_of  # noqa: E402
from tests.support.memory import Tracked  # noqa: E402


@pytest.fixture(autouse=True)
def _no_grad():
    with torch.no_grad():
        yield


@pytest.fixture
def exact(monkeypatch):
    """Convolutions without rounding: operands on a grid of 1/256, sums in fp64, so that no order of summation matters.

    A CPU picks its kernels, and with them the order, by the picture's size; here only the rows that are read make a difference.
    """
    functional = torch.nn.functional
    for name in ("conv2d", "conv3d"):
        monkeypatch.setattr(functional, name, partial(_on_a_grid, getattr(functional, name)))


def _on_a_grid(plain, x, weight, bias=None, *rest):
    x, weight = ((tensor.double() * 256).round() / 256 for tensor in (x, weight))
    return plain(x, weight, None if bias is None else bias.double(), *rest).float()


@pytest.fixture(scope="module")
def vae_21():
    from diffusers import AutoencoderKLQwenImage21

    torch.manual_seed(0)
    return _lively(
        AutoencoderKLQwenImage21(
            base_dim=8, decoder_base_dim=12, z_dim=4, num_res_blocks=2, latents_mean=[0.0] * 4, latents_std=[1.0] * 4
        )
    )


@pytest.fixture(scope="module")
def vae_20b():
    from diffusers import AutoencoderKLQwenImage

    torch.manual_seed(0)
    return _lively(AutoencoderKLQwenImage(base_dim=8, z_dim=4, latents_mean=[0.0] * 4, latents_std=[1.0] * 4))


def _lively(vae):
    """Small pictures whose values are no longer near zero, and none clamped away."""
    for module in (vae.decoder.conv_out, vae.encoder.conv_out):
        module.weight.data.mul_(0.5)
    return vae.eval()


def picture(vae, rows, columns, seed=1):
    """(latents, pixels) of a size in latents."""
    generator = torch.Generator().manual_seed(seed)
    shape = shape_of(vae.config)
    pixels = torch.randn(1, shape.picture_channels, 1, rows * shape.compression, columns * shape.compression, generator=generator)
    return torch.randn(1, 4, 1, rows, columns, generator=generator), pixels.clamp(-1, 1)


SIZES = [(7, 4), (13, 2), (1, 3)]
BANDED = [(1, 2), (2, 3), (3, 4), (3, 7), (4, 5), (0, 3)]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("family", ["vae_21", "vae_20b"])
def test_without_bands_it_is_the_plain_one(family, size, request):
    """The arithmetic is the same, operation by operation; no kernel is exchanged."""
    vae = request.getfixturevalue(family)
    latents, pixels = picture(vae, *size)
    plain = vae.decode(latents).sample
    assert plain.std() > 0.01
    assert torch.equal(vae_bands.decode(vae, latents), plain)
    assert torch.equal(vae_bands.encode(vae, pixels), vae.encode(pixels).latent_dist.mode())


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(("split", "count"), BANDED)
@pytest.mark.parametrize("family", ["vae_21", "vae_20b"])
def test_decoding_in_bands_is_bit_equal(family, split, count, size, request, exact):
    vae = request.getfixturevalue(family)
    latents, _ = picture(vae, *size)
    split = min(split, len(vae.decoder.up_blocks) - 1)
    banded = vae_bands.decode(vae, latents, bands=Bands(split, count, 0, 0.0))
    assert torch.equal(banded, vae.decode(latents).sample)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(("split", "count"), BANDED[:-1])
@pytest.mark.parametrize("family", ["vae_21", "vae_20b"])
def test_encoding_in_bands_is_bit_equal(family, split, count, size, request, exact):
    vae = request.getfixturevalue(family)
    _, pixels = picture(vae, *size)
    split = min(split, len(vae.decoder.up_blocks))
    banded = vae_bands.encode(vae, pixels, bands=Bands(split, count, 0, 0.0))
    assert torch.equal(banded, vae.encode(pixels).latent_dist.mode())


def test_a_height_that_strides_do_not_divide(vae_20b, exact):
    pixels = picture(vae_20b, 5, 4)[1][..., :37, :]
    for split, count in BANDED[:-1]:
        banded = vae_bands.encode(vae_20b, pixels, bands=Bands(min(split, 4), count, 0, 0.0))
        assert torch.equal(banded, vae_20b.encode(pixels).latent_dist.mode())


@pytest.mark.parametrize("family", ["vae_21", "vae_20b"])
def test_with_any_kernels_it_is_the_plain_one_to_a_rounding(family, request):
    vae = request.getfixturevalue(family)
    latents, pixels = picture(vae, 13, 2)
    bands = Bands(2, 3, 0, 0.0)
    torch.testing.assert_close(vae_bands.decode(vae, latents, bands=bands), vae.decode(latents).sample, atol=5e-6, rtol=0)
    plain = vae.encode(pixels).latent_dist.mode()
    torch.testing.assert_close(vae_bands.encode(vae, pixels, bands=bands), plain, atol=5e-6, rtol=0)


def test_a_row_less_of_halo_would_show(vae_21, monkeypatch, exact):
    latents, _ = picture(vae_21, 16, 2)
    bands = Bands(3, 4, 0, 0.0)
    plain = vae_21.decode(latents).sample
    assert torch.equal(vae_bands.decode(vae_21, latents, bands=bands), plain)

    def short(stages, rows, wanted):
        low, high = rows_for_decoding(stages, rows, wanted)
        return (low + 1 if low else 0), (high - 1 if high < rows else rows)

    monkeypatch.setattr(vae_bands, "rows_for_decoding", short)
    assert not torch.equal(vae_bands.decode(vae_21, latents, bands=bands), plain)


def test_the_halo_follows_from_the_convolutions():
    stages = vae_memory.QWEN_IMAGE_2_1.decoder
    assert rows_for_decoding(stages[3:], 1024, (1024, 1536)) == (512 - 10, 768 + 10)
    assert rows_for_decoding(stages[2:], 512, (1024, 1536)) == (256 - 12, 384 + 12)
    assert rows_for_decoding(stages[4:], 2048, (1024, 1536)) == (1024 - 7, 1536 + 7)
    assert rows_for_decoding(stages[3:], 1024, (0, 2048)) == (0, 1024)
    low, high = rows_for_encoding(vae_memory.QWEN_IMAGE_2_1.encoder[:2], 2048, (128, 256))
    assert low % 4 == 0
    assert high % 4 == 0
    assert (low, high) == (512 - 16, 1024 + 16)


def test_other_latent_spaces_are_refused(vae_21):
    vae_21.config["patch_size"] = 2
    try:
        with pytest.raises(RenderError) as caught:
            vae_bands.decode(vae_21, torch.zeros(1, 4, 1, 2, 2))
    finally:
        vae_21.config["patch_size"] = None
    assert caught.value.code == "unsupported"


# --- the memory model ---------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def full_size():
    """Both families as published, without weights: meta tensors have sizes and nothing else."""
    from diffusers import AutoencoderKLQwenImage, AutoencoderKLQwenImage21

    with torch.device("meta"):
        return {"2.1": AutoencoderKLQwenImage21().to(torch.bfloat16), "20B": AutoencoderKLQwenImage().to(torch.bfloat16)}


SHAPES = {"2.1": vae_memory.QWEN_IMAGE_2_1, "20B": vae_memory.QWEN_IMAGE}


def test_the_shapes_are_those_of_the_modules(full_size):
    for name, vae in full_size.items():
        assert shape_of(vae.config) == SHAPES[name]
        assert scale(SHAPES[name].decoder) == vae.spatial_compression_ratio


@pytest.mark.parametrize("finer", [False, True])
@pytest.mark.parametrize(("width", "height"), [(1024, 1024), (2048, 2048), (1536, 2752)])
@pytest.mark.parametrize("name", ["2.1", "20B"])
def test_decoding_takes_the_memory_that_is_planned_for(full_size, name, width, height, finer):
    vae, shape = full_size[name], SHAPES[name]
    size = (1, vae.config.z_dim, 1, height // shape.compression, width // shape.compression)
    with Tracked(vae) as tracked:
        vae_bands.decode(vae, torch.empty(size, dtype=torch.bfloat16, device="meta"), finer=finer)
    assert tracked.peak_bytes <= 1.02 * vae_memory.decode_bytes(shape, width, height, finer)
    assert tracked.peak_bytes >= 0.85 * vae_memory.decode_bytes(shape, width, height, finer)


@pytest.mark.parametrize("finer", [False, True])
@pytest.mark.parametrize("name", ["2.1", "20B"])
def test_encoding_takes_the_memory_that_is_planned_for(full_size, name, finer):
    vae, shape = full_size[name], SHAPES[name]
    with Tracked(vae) as tracked:
        pixels = torch.empty(1, shape.picture_channels, 1, 2048, 2048, dtype=torch.bfloat16, device="meta")
        vae_bands.encode(vae, pixels, finer=finer)
    assert tracked.peak_bytes <= 1.02 * vae_memory.encode_bytes(shape, 2048, 2048, finer)
    assert tracked.peak_bytes >= 0.8 * vae_memory.encode_bytes(shape, 2048, 2048, finer)


def test_a_2k_decode_stays_below_seven_gib_and_the_plain_one_takes_25(full_size):
    vae = full_size["2.1"]
    latents = torch.empty(1, 64, 1, 128, 128, dtype=torch.bfloat16, device="meta")
    with Tracked(vae) as ours:
        vae_bands.decode(vae, latents)
    with Tracked(vae) as plain:
        vae.decode(latents)
    assert ours.peak_bytes < 7 * 2**30
    assert plain.peak_bytes > 25 * 2**30


def test_bands_depend_on_the_size_alone_and_cost_little():
    for shape in SHAPES.values():
        for width, height in ((1024, 1024), (2048, 2048), (2752, 1536), (1536, 2752)):
            bands = vae_memory.decode_bands(shape, width, height)
            assert bands.peak_bytes <= vae_memory.BAND_BYTES
            assert bands.extra_work < 0.05
    assert vae_memory.decode_bands(SHAPES["2.1"], 1024, 1024).count == 1
