from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from qwen_pipeline.assemble import read

SUFFIX = {"png": ".png", "jpeg": ".jpg", "webp": ".webp"}
FORMATS = sorted(SUFFIX)


@pytest.mark.parametrize("made", FORMATS)
def test_exact_pixels_profile_and_record(kit, write, tmp_path, made):
    (artifact,) = write(kit.delivery((kit.page("1"),)), made, "tea" + SUFFIX[made], width=600)
    path = tmp_path / "out" / artifact.path
    with Image.open(path) as image:
        assert image.size == (600, 400)
        assert image.info["icc_profile"][36:40] == b"acsp"
    assert read(path)["scenes"][0]["request"]["seed"] == 7
    assert read(path)["scenes"][0]["fingerprint"] == kit.scene


@pytest.mark.parametrize("made", FORMATS)
def test_two_runs_are_byte_identical(kit, write, made):
    delivery = kit.delivery((kit.page("1"),))
    assert write(delivery, made, "t" + SUFFIX[made], folder="a") == write(delivery, made, "t" + SUFFIX[made], folder="b")


@pytest.mark.parametrize("made", FORMATS)
def test_resolution_is_that_of_the_page_in_print(kit, write, tmp_path, made):
    write(kit.delivery((kit.page("1"),)), made, "tea" + SUFFIX[made], dpi=144)
    with Image.open(tmp_path / "out" / ("tea" + SUFFIX[made])) as image:
        assert image.size == (600, 400)
        dpi = image.info["dpi"][0] if made != "webp" else image.getexif()[282]
        assert float(dpi) == pytest.approx(144, abs=0.02)


def test_one_file_a_page(kit, write):
    delivery = kit.delivery(tuple(kit.page(str(n)) for n in range(1, 4)))
    artifacts = write(delivery, "png", "tea-{page}.png", width=64, pages="1,3")
    assert [a.path for a in artifacts] == ["tea-01.png", "tea-03.png"]


def test_canvas_pixels_are_the_default(kit, write, tmp_path):
    page = kit.page("1", width_pt=81, height_pt=144, width_px=108, height_px=192)
    write(kit.delivery((page,)), "png", "tea.png")
    with Image.open(tmp_path / "out/tea.png") as image:
        assert image.size == (108, 192)


def test_long_side_of_other_canvases_is_2048(kit, write, tmp_path):
    write(kit.delivery((kit.page("1"),)), "png", "tea.png")
    with Image.open(tmp_path / "out/tea.png") as image:
        assert image.size == (2048, 1365)


def test_bleed_is_shown_when_asked_for(kit, write, tmp_path):
    page = kit.page("1", bleed_pt=30)
    write(kit.delivery((page,)), "png", "tea.png", dpi=72, bleed=True)
    with Image.open(tmp_path / "out/tea.png") as image:
        assert image.size == (360, 260)


def test_lossless_webp_equals_png(kit, write, tmp_path):
    delivery = kit.delivery((kit.page("1"),))
    write(delivery, "png", "tea.png", width=300)
    write(delivery, "webp", "tea.webp", width=300, lossless=True)
    with Image.open(tmp_path / "out/tea.png") as png, Image.open(tmp_path / "out/tea.webp") as webp:
        assert np.array_equal(np.asarray(png), np.asarray(webp.convert("RGB")))
