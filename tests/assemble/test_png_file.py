"""Our own PNG writer, read back by Pillow; its checksums by zlib."""

import zlib

import numpy as np
import pytest
from PIL import Image

from qwen_pipeline.assemble.png_file import PngFacts, adler_of_both, write_png

FACTS = PngFacts(150.0, b"profile", ((b"tEXt", b"Title\0Tea"),))
RANDOM = np.random.default_rng(7)


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA"])
@pytest.mark.parametrize("size", [(1, 1), (3, 1), (1, 5), (701, 1203), (2048, 600), (400_000, 3)])
def test_every_pixel_is_read_back(tmp_path, mode, size):
    channels = {"L": 1, "RGB": 3, "RGBA": 4}[mode]
    pixels = RANDOM.integers(0, 256, (size[1], size[0], channels), np.uint8)
    picture = Image.fromarray(pixels.squeeze(2) if channels == 1 else pixels)
    assert picture.mode == mode
    write_png(picture, tmp_path / "a.png", FACTS, 1)
    with Image.open(tmp_path / "a.png") as read:
        read.verify()
    with Image.open(tmp_path / "a.png") as read:
        assert (read.mode, read.size) == (mode, size)
        assert np.array_equal(np.asarray(read), np.asarray(picture))


@pytest.mark.parametrize("effort", [0, 1, 6, 9])
def test_the_bytes_are_the_same_every_time_and_the_facts_are_in_them(tmp_path, effort):
    picture = Image.fromarray(RANDOM.integers(0, 64, (900, 700, 3), np.uint8))
    for name in ("a.png", "b.png"):
        write_png(picture, tmp_path / name, FACTS, effort)
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()
    with Image.open(tmp_path / "a.png") as read:
        assert read.info["dpi"] == pytest.approx((150, 150), abs=0.02)
        assert (read.info["icc_profile"], read.info["Title"]) == (b"profile", "Tea")


@pytest.mark.parametrize("sizes", [(0, 0), (1, 0), (0, 1), (70_000, 5), (5, 65_521), (200_000, 131_072)])
def test_checksums_of_two_parts_make_that_of_the_whole(sizes):
    first, second = (RANDOM.integers(0, 256, size, np.uint8).tobytes() for size in sizes)
    assert adler_of_both(zlib.adler32(first), zlib.adler32(second), len(second)) == zlib.adler32(first + second)
