"""Pictures: fit, crop, focus, fineness, what a camera leaves in a file, and files that are not what they say."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageCms

from qwen_pipeline.errors import BadPicture, DataError
from qwen_pipeline.pictures import load, size_px
from qwen_pipeline.types import Box, ImageLayer, Place
from qwen_pipeline.typeset.embed import encode
from qwen_pipeline.typeset.images import contain_box, cover_crop, effective_dpi, image_items
from qwen_pipeline.typeset.picture_files import strip_jpeg

SIZES = st.integers(1, 5000)
SIDES = st.floats(1, 3000)


@pytest.fixture
def photo(tmp_path: Path) -> str:
    path = tmp_path / "photo.png"
    Image.new("RGB", (600, 400), (10, 20, 30)).save(path)
    return str(path)


def layer(path: str, **extra: object) -> ImageLayer:
    return ImageLayer("photo", "r", path, "", place=Place("spec.yaml", 7, 3), **extra)  # type: ignore[arg-type]


def test_contain_shows_all_of_it_in_the_middle(photo: str) -> None:
    (item,) = image_items(layer(photo), Box(100, 100, 300, 400))
    assert item.box == Box(100, 200, 300, 200)
    assert item.crop == (0, 0, 1, 1)
    assert item.effective_dpi == pytest.approx(144)


def test_cover_fills_the_box(photo: str) -> None:
    (item,) = image_items(layer(photo, fit="cover"), Box(100, 100, 200, 200))
    assert item.box == Box(100, 100, 200, 200)
    assert item.crop == pytest.approx((1 / 6, 0, 5 / 6, 1))
    assert item.effective_dpi == pytest.approx(144)
    assert item.layer == "photo"


@pytest.mark.parametrize(("focus", "left"), [(0.0, 0.0), (0.3, 0.0), (0.5, 1 / 6), (0.6, 0.6 - 1 / 3), (1.0, 1 / 3)])
def test_the_focus_is_kept_as_near_the_middle_as_the_edges_let_it(focus: float, left: float) -> None:
    crop = cover_crop(600, 400, Box(0, 0, 100, 100), (focus, 0.5))
    assert crop == pytest.approx((left, 0, left + 2 / 3, 1))


@given(SIZES, SIZES, SIDES, SIDES, st.floats(0, 1), st.floats(0, 1))
def test_a_crop_has_the_boxs_proportions_and_stays_inside(w: int, h: int, bw: float, bh: float, fx: float, fy: float) -> None:
    left, top, right, bottom = cover_crop(w, h, Box(0, 0, bw, bh), (fx, fy))
    assert -1e-9 <= left < right <= 1 + 1e-9
    assert -1e-9 <= top < bottom <= 1 + 1e-9
    assert (right - left) * w / ((bottom - top) * h) == pytest.approx(bw / bh, rel=1e-6)
    assert max(right - left, bottom - top) == pytest.approx(1)


@given(SIZES, SIZES, SIDES, SIDES)
def test_contain_touches_two_sides_and_never_leaves_the_box(w: int, h: int, bw: float, bh: float) -> None:
    box = contain_box(w, h, Box(5, 5, bw, bh))
    assert box.w_pt <= bw * (1 + 1e-9)
    assert box.h_pt <= bh * (1 + 1e-9)
    assert box.w_pt / box.h_pt == pytest.approx(w / h, rel=1e-6)
    assert max(box.w_pt / bw, box.h_pt / bh) == pytest.approx(1)


def test_fineness_is_that_of_the_coarser_side() -> None:
    assert effective_dpi(300, 600, (0, 0, 1, 1), Box(0, 0, 72, 72)) == pytest.approx(300)
    assert effective_dpi(300, 600, (0, 0.25, 1, 0.75), Box(0, 0, 72, 72)) == pytest.approx(300)


def test_the_cameras_orientation_is_honoured(tmp_path: Path) -> None:
    path = tmp_path / "turned.jpg"
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (60, 40), (200, 0, 0)).save(path, exif=exif)
    assert size_px(str(path)) == (40, 60)
    assert load(str(path)).size == (40, 60)
    assert encode(str(path), "jpeg").width_px == 40
    (item,) = image_items(layer(str(path)), Box(0, 0, 40, 60))
    assert item.box == Box(0, 0, 40, 60)


def test_a_jpeg_goes_through_unharmed_and_without_its_metadata(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    exif = Image.Exif()
    exif[0x010F] = "SecretCamera"
    Image.effect_noise((64, 48), 90).convert("RGB").save(path, exif=exif, comment=b"secret comment", quality=80)
    got = encode(str(path), "jpeg")
    assert got.filter == "DCTDecode"
    assert b"Secret" not in got.data
    assert b"secret" not in got.data
    assert Image.open(io.BytesIO(got.data)).tobytes() == Image.open(path).tobytes()
    assert strip_jpeg(got.data) == got.data


def test_a_plain_png_goes_through_losslessly(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    Image.effect_noise((64, 48), 90).convert("RGB").save(path)
    got = encode(str(path), "lossless")
    assert (got.filter, got.predictor) == ("FlateDecode", 15)
    assert got.data in path.read_bytes()


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "I;16"])
def test_every_mode_is_read(tmp_path: Path, mode: str) -> None:
    path = tmp_path / ("a.tif" if mode == "CMYK" else "a.png")
    source = Image.new(mode, (9, 7)) if mode == "I;16" else Image.new("RGB", (9, 7), (255, 255, 255)).convert(mode)
    source.save(path)
    image = load(str(path))
    assert image.mode in ("L", "RGB", "RGBA")
    assert image.size == (9, 7)
    if mode != "I;16":
        assert image.convert("RGB").getpixel((4, 3)) == (255, 255, 255)


def test_sixteen_bits_become_eight(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    Image.new("I;16", (4, 4), 0x8040).save(path)
    assert load(str(path)).getpixel((0, 0)) == 0x80


def test_palette_transparency_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    image = Image.new("P", (4, 4), 0)
    image.putpalette([255, 0, 0, 0, 255, 0])
    image.save(path, transparency=0)
    assert load(str(path)).mode == "RGBA"
    assert load(str(path)).getpixel((0, 0)) == (255, 0, 0, 0)


def test_profiles_other_than_srgb_are_converted(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    swapped = profile.replace(b"rXYZ", b"????").replace(b"gXYZ", b"rXYZ").replace(b"????", b"gXYZ")
    renamed = swapped.replace("sRGB".encode("utf-16-be"), "Swap".encode("utf-16-be")).replace(b"sRGB", b"Swap")
    Image.new("RGB", (4, 4), (200, 100, 50)).save(path, icc_profile=renamed)
    red, green, blue = load(str(path)).getpixel((0, 0))  # type: ignore[misc]
    assert (abs(red - 100) <= 2, abs(green - 200) <= 2, abs(blue - 50) <= 2) == (True, True, True)


@pytest.mark.parametrize("profile", [b"no profile at all", ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()])
def test_a_profile_that_does_not_fit_changes_nothing(tmp_path: Path, profile: bytes) -> None:
    path = tmp_path / "a.png"
    Image.new("RGB", (4, 4), (200, 100, 50)).save(path, icc_profile=profile)
    assert load(str(path)).getpixel((0, 0)) == (200, 100, 50)


def test_pictures_are_scaled_down_to_what_is_asked_and_never_up(photo: str) -> None:
    assert encode(photo, "raw", (60, 40)).width_px == 60
    assert encode(photo, "raw", (6000, 4000)).width_px == 600
    assert len(encode(photo, "raw").data) == 600 * 400 * 3


def _bomb(path: Path, width: int, height: int) -> str:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b""))
    return str(path)


@pytest.mark.parametrize(("width", "height"), [(100_000, 100_000), (20_000, 9_500)])
def test_a_decompression_bomb_is_refused(tmp_path: Path, width: int, height: int) -> None:
    with pytest.raises(DataError) as caught:
        image_items(layer(_bomb(tmp_path / "bomb.png", width, height)), Box(0, 0, 10, 10))
    (diagnostic,) = caught.value.diagnostics
    assert diagnostic.code == "image-too-large"
    assert (diagnostic.place.file, diagnostic.place.line) == ("spec.yaml", 7)


@pytest.mark.parametrize("data", [b"", b"hello", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"\x89PNG\r\n\x1a\n"])
def test_what_is_no_picture_is_named(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(data)
    with pytest.raises(DataError) as caught:
        image_items(layer(str(path)), Box(0, 0, 10, 10))
    assert caught.value.diagnostics[0].code == "image-broken"


@pytest.mark.parametrize("suffix", [".png", ".jpg"])
def test_a_file_cut_short_is_named_before_anything_is_drawn(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    Image.effect_noise((200, 200), 90).convert("RGB").save(path)
    path.write_bytes(path.read_bytes()[:4000])
    assert size_px(str(path)) == (200, 200)
    with pytest.raises(DataError) as caught:
        image_items(layer(str(path)), Box(0, 0, 10, 10))
    assert caught.value.diagnostics[0].code == "image-broken"
    assert str(tmp_path) not in caught.value.diagnostics[0].message


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(BadPicture) as caught:
        size_px(str(tmp_path / "none.png"))
    assert caught.value.code == "image-missing"
