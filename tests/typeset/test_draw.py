"""Drawing: the text that readers extract, colours, shadows, pictures, and the same bytes twice."""

from __future__ import annotations

import io
import shutil
import subprocess
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
from PIL import Image
from reportlab.pdfgen.canvas import Canvas as PdfCanvas

from qwen_pipeline.types import (
    Box,
    Canvas,
    Color,
    Glyphs,
    Gradient,
    ImageItem,
    Item,
    Line,
    PathItem,
    Shadow,
    TextItem,
    TypesetPage,
)
from qwen_pipeline.typeset.draw import draw
from qwen_pipeline.typeset.faces import advance, face_name
from qwen_pipeline.typeset.fonts import Fonts
from qwen_pipeline.typeset.outline import ellipse, rounded_rect
from qwen_pipeline.typeset.raster import rasterise
from qwen_pipeline.typeset.shadow import extent

INK, WHITE, RED, BLUE = Color(20, 30, 40), Color(255, 255, 255), Color(200, 0, 0), Color(0, 0, 200)
SANS = "NotoSansSC-w400"
CANVAS = Canvas("c", 600.0, 400.0)


def page_of(*items: Item, canvas: Canvas = CANVAS, fill: Color = WHITE) -> TypesetPage:
    ground = PathItem(rounded_rect(canvas.bleed_box), canvas.bleed_box, fill=fill)
    return TypesetPage("p", "Page", canvas, (ground, *items), ())


def text_item(text: str, x: float, y: float, size: float = 24.0, **extra: object) -> TextItem:
    run = Glyphs(text, SANS, size, x, y)
    return TextItem("s", (Line(text, Box(x, y - size, size * len(text), size * 1.3), (run,)),), INK, **extra)  # type: ignore[arg-type]


def spaced(fonts: Fonts, parts: list[str], text: str, y: float, gap_em: float) -> TextItem:
    """Parts set one after another with a gap in em between them."""
    x, runs = 20.0, []
    for part in parts:
        runs.append(Glyphs(part, SANS, 24.0, x, y))
        x += advance(part, face_name(SANS, fonts), 24.0) + gap_em * 24
    return TextItem("s", (Line(text, Box(20, y - 24, x - 20, 30), tuple(runs)),), INK)


def pdf_of(page: TypesetPage, fonts: Fonts, **options: object) -> bytes:
    buffer = io.BytesIO()
    canvas = PdfCanvas(buffer, pagesize=(page.canvas.width_pt, page.canvas.height_pt), invariant=1)
    draw(canvas, page, fonts, **options)  # type: ignore[arg-type]
    canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def extracted(pdf: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(pdf)
    return str(document[0].get_textpage().get_text_range()).splitlines()


def rgb(image: Image.Image, x: float, y: float) -> tuple[int, ...]:
    value = image.getpixel((x, y))
    assert isinstance(value, tuple)
    return value


# --- text --------------------------------------------------------------------------------------------------------------

LINES = [
    "春茶市集 Spring Tea Fair, 4 月 18 日",
    "“限时”特惠：¥2,999 起（含税）——立省 20%",
    "https://example.org/tea?a=1&b=2 · ①②③ ℃ ™ €",
    "Ampersand & <tags> (brackets) \\ backslash",
]


def test_plain_lines_extract_exactly(fonts: Fonts) -> None:
    page = page_of(*(text_item(t, 20, 60 + 50 * i) for i, t in enumerate(LINES)))
    assert extracted(pdf_of(page, fonts)) == LINES


@pytest.mark.parametrize("gap_em", [0.02, 0.12, 0.25, 0.5])
def test_gaps_between_runs_add_no_spaces(fonts: Fonts, gap_em: float) -> None:
    parts = ["买", "2", "件省", "99", "元"]
    page = page_of(spaced(fonts, parts, "买2件省99元", 60, gap_em), spaced(fonts, list("SPRING TEA"), "SPRING TEA", 120, gap_em))
    assert extracted(pdf_of(page, fonts)) == ["买2件省99元", "SPRING TEA"]


def test_a_page_with_more_characters_than_one_subset_holds(fonts: Fonts) -> None:
    chars = "".join(chr(0x4E00 + i) for i in range(600))
    rows = [chars[i : i + 30] for i in range(0, 600, 30)]
    page = page_of(*(text_item(row, 10, 20 + 19 * i, 12.0) for i, row in enumerate(rows)))
    assert extracted(pdf_of(page, fonts)) == rows


def test_vertical_forms_extract_as_the_characters_asked_for(fonts: Fonts) -> None:
    drawn = "春茶︐市集︒"
    runs = tuple(Glyphs(c, SANS, 24.0, 300, 60 + 28 * i) for i, c in enumerate(drawn))
    item = TextItem("v", (Line("春茶，市集。", Box(300, 36, 24, 170), runs),), INK)
    assert "".join(extracted(pdf_of(page_of(item), fonts))) == "春茶，市集。"


def test_turned_runs_extract(fonts: Fonts) -> None:
    run = Glyphs("Sideways", SANS, 20.0, 300, 60, 90.0)
    item = TextItem("v", (Line("Sideways", Box(295, 60, 24, 90), (run,)),), INK)
    assert extracted(pdf_of(page_of(item), fonts)) == ["Sideways"]


def test_turned_runs_are_drawn_downwards(fonts: Fonts) -> None:
    run = Glyphs("IIIIIIII", SANS, 40.0, 300, 60, 90.0)
    item = TextItem("v", (Line("IIIIIIII", Box(295, 60, 40, 120), (run,)),), INK)
    box = rasterise(page_of(item), fonts, 600).convert("L").point(lambda v: 255 * (v < 128)).getbbox()
    assert box is not None
    assert box[3] - box[1] > 2 * (box[2] - box[0])
    assert box[0] >= 298
    assert box[1] >= 60


def test_baked_text_is_there_but_not_seen(fonts: Fonts) -> None:
    page = page_of(text_item("烘焙", 20, 60, visible=False))
    assert extracted(pdf_of(page, fonts)) == ["烘焙"]
    assert rasterise(page, fonts, 600).getextrema() == ((255, 255), (255, 255), (255, 255))
    assert extracted(pdf_of(page, fonts, text="none")) == []


def test_only_baked_draws_the_baked_strings_alone(fonts: Fonts) -> None:
    page = page_of(text_item("烘焙", 20, 60, visible=False), text_item("Overlay", 20, 160))
    assert extracted(pdf_of(page, fonts, text="only-baked")) == ["烘焙"]


@pytest.mark.skipif(not shutil.which("pdftotext"), reason="poppler is not installed")
def test_another_reader_extracts_the_same(fonts: Fonts, tmp_path: Path) -> None:
    page = page_of(
        *(text_item(t, 20, 60 + 50 * i) for i, t in enumerate(LINES)), spaced(fonts, ["买", "2", "件"], "买2件", 300, 0.25)
    )
    path = tmp_path / "a.pdf"
    path.write_bytes(pdf_of(page, fonts))
    done = subprocess.run(["pdftotext", "-raw", str(path), "-"], capture_output=True, text=True, check=True)
    assert done.stdout.split("\n")[:-1] == [*LINES, "买2件"]


def test_weights_are_embedded_apart(fonts: Fonts) -> None:
    bold = TextItem("b", (Line("粗", Box(20, 60, 24, 24), (Glyphs("粗", "NotoSansSC-w900", 24.0, 20, 100),)),), INK)
    with pikepdf.open(io.BytesIO(pdf_of(page_of(text_item("细", 20, 60), bold), fonts))) as pdf:
        names = {
            str(o.FontName) for o in pdf.objects if isinstance(o, pikepdf.Dictionary) and "/FontName" in o and "/FontFile2" in o
        }
    assert len(names) == 2


# --- sameness ----------------------------------------------------------------------------------------------------------


def test_two_runs_give_the_same_bytes(fonts: Fonts, tmp_path: Path) -> None:
    photo = tmp_path / "a.png"
    Image.linear_gradient("L").convert("RGB").save(photo)
    box = Box(20, 120, 200, 120)
    page = page_of(
        PathItem(
            ellipse(box), box, fill=Gradient("linear", 30, ((0, RED), (1, Color(0, 0, 200, 0.2)))), shadow=Shadow(2, 3, 4, INK)
        ),
        ImageItem(str(photo), Box(300, 120, 100, 100), clip_radius_pt=10),
        text_item("春茶", 20, 60, shadow=Shadow(1, 1, 2, INK)),
    )
    assert pdf_of(page, fonts) == pdf_of(page, fonts)


def test_no_path_of_this_machine_is_in_the_file(fonts: Fonts, tmp_path: Path) -> None:
    photo = tmp_path / "secret-name.png"
    Image.new("RGB", (8, 8), (9, 9, 9)).save(photo)
    data = pdf_of(page_of(ImageItem(str(photo), Box(0, 0, 50, 50))), fonts)
    assert b"secret-name" not in data
    assert str(tmp_path).encode() not in data


# --- paint -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("angle", "start", "end"), [(0, (2, 200), (597, 200)), (90, (300, 2), (300, 397)), (180, (597, 200), (2, 200))]
)
def test_a_linear_gradient_runs_from_its_first_to_its_last_colour(
    fonts: Fonts, angle: float, start: tuple[int, int], end: tuple[int, int]
) -> None:
    box = CANVAS.trim
    image = rasterise(
        page_of(PathItem(rounded_rect(box), box, fill=Gradient("linear", angle, ((0, RED), (1, BLUE))))), fonts, 600
    )
    assert all(abs(a - b) <= 4 for a, b in zip(rgb(image, *start), (200, 0, 0), strict=True))
    assert all(abs(a - b) <= 4 for a, b in zip(rgb(image, *end), (0, 0, 200), strict=True))
    assert all(abs(a - b) <= 4 for a, b in zip(rgb(image, 300, 200), (100, 0, 100), strict=True))


def test_a_diagonal_gradient_ends_in_the_corners(fonts: Fonts) -> None:
    box = CANVAS.trim
    image = rasterise(page_of(PathItem(rounded_rect(box), box, fill=Gradient("linear", 45, ((0, RED), (1, BLUE))))), fonts, 600)
    assert rgb(image, 1, 1)[0] > 195
    assert rgb(image, 598, 398)[2] > 195


@pytest.mark.parametrize("stops", [(0.0, 1.0), (0.0, 0.5, 0.51, 1.0)])
def test_a_radial_gradient_reaches_its_last_colour_in_the_corners(fonts: Fonts, stops: tuple[float, ...]) -> None:
    box = CANVAS.trim
    ramp = tuple((at, RED if i < len(stops) / 2 else BLUE) for i, at in enumerate(stops))
    image = rasterise(page_of(PathItem(rounded_rect(box), box, fill=Gradient("radial", 0, ramp))), fonts, 600)
    assert rgb(image, 300, 200)[0] > 195
    assert rgb(image, 1, 1)[2] > 195
    assert rgb(image, 598, 1) == rgb(image, 1, 398)


@pytest.mark.parametrize("kind", ["linear", "radial"])
def test_transparent_stops_show_what_is_below(fonts: Fonts, kind: str) -> None:
    box = CANVAS.trim
    ramp = Gradient(kind, 90, ((0, Color(0, 0, 0, 1.0)), (1, Color(0, 0, 0, 0.0))))  # type: ignore[arg-type]
    image = rasterise(page_of(PathItem(rounded_rect(box), box, fill=ramp)), fonts, 600)
    dark, light = ((300, 200), (1, 1)) if kind == "radial" else ((300, 1), (300, 398))
    assert max(rgb(image, *dark)) < 5
    assert min(rgb(image, *light)) > 248


def test_opacity_mixes_with_the_ground(fonts: Fonts) -> None:
    box = Box(100, 100, 100, 100)
    image = rasterise(page_of(PathItem(rounded_rect(box), box, fill=Color(0, 0, 0, 0.5), opacity=0.5)), fonts, 600)
    assert all(abs(v - 191) <= 1 for v in rgb(image, 150, 150))


@pytest.mark.parametrize("fill", [RED, Color(200, 0, 0, 0.5), None])
@pytest.mark.parametrize("blur", [0.0, 3.0, 12.0])
def test_a_shadow_changes_nothing_beyond_its_extent(fonts: Fonts, blur: float, fill: Color | None) -> None:
    box, shadow = Box(200, 120, 160, 100), Shadow(10, 14, blur, Color(0, 0, 0, 0.8))
    item = PathItem(rounded_rect(box, 12), box, fill=fill, stroke=INK, stroke_pt=2.0, shadow=shadow)
    image = rasterise(page_of(item), fonts, 600)
    reach = extent(box.inset(-2), shadow)
    allowed = (
        int(min(reach.x_pt, box.x_pt - 2)) - 1, int(min(reach.y_pt, box.y_pt - 2)) - 1,
        int(max(reach.right_pt, box.right_pt + 2)) + 2, int(max(reach.bottom_pt, box.bottom_pt + 2)) + 2,
    )  # fmt: skip
    image.paste((255, 255, 255), allowed)
    assert min(low for low, _ in image.getextrema()) >= 254  # type: ignore[misc]


def test_a_shadow_falls_where_it_should(fonts: Fonts) -> None:
    box = Box(200, 100, 160, 100)
    item = PathItem(rounded_rect(box), box, fill=WHITE, shadow=Shadow(0, 20, 4, Color(0, 0, 0, 0.6)))
    image = rasterise(page_of(item), fonts, 600)
    assert rgb(image, 280, 210)[0] < 120
    assert rgb(image, 280, 85)[0] > 250
    assert rgb(image, 280, 150) == (255, 255, 255)


def test_no_shadow_shows_through_a_translucent_card(fonts: Fonts) -> None:
    box = Box(200, 100, 160, 100)
    bare = PathItem(rounded_rect(box), box, fill=Color(255, 255, 255, 0.5))
    shaded = PathItem(rounded_rect(box), box, fill=Color(255, 255, 255, 0.5), shadow=Shadow(0, 10, 6, INK))
    ground = Color(120, 140, 160)
    one, two = (rasterise(page_of(item, fill=ground), fonts, 600) for item in (bare, shaded))
    assert rgb(one, 280, 150) == rgb(two, 280, 150)


def test_a_text_shadow_lies_below_the_letters(fonts: Fonts) -> None:
    page = page_of(text_item("春", 100, 200, 100.0, shadow=Shadow(0, 0, 6, Color(255, 0, 0))))
    image = rasterise(page, fonts, 600)
    plain = rasterise(page_of(text_item("春", 100, 200, 100.0)), fonts, 600)
    dark = [(x, y) for x in range(100, 200, 3) for y in range(110, 210, 3) if rgb(plain, x, y) == (20, 30, 40)]
    assert dark
    assert all(rgb(image, *p) == (20, 30, 40) for p in dark)
    assert rgb(image, 150, 207)[1] < 250
    assert extracted(pdf_of(page, fonts)) == ["春"]


def test_nothing_is_drawn_beyond_the_bleed(fonts: Fonts) -> None:
    canvas = Canvas("c", 200.0, 200.0, bleed_pt=10.0)
    box = Box(-100, 50, 400, 50)
    page = page_of(PathItem(rounded_rect(box), box, fill=RED), canvas=canvas)
    buffer = io.BytesIO()
    sheet = PdfCanvas(buffer, pagesize=(300, 300), invariant=1)
    draw(sheet, page, fonts, offset=(50, 50))
    sheet.showPage()
    sheet.save()
    image = pypdfium2.PdfDocument(buffer.getvalue())[0].render(scale=1).to_pil()
    assert rgb(image, 45, 125) == (200, 0, 0)
    assert rgb(image, 35, 125) == (255, 255, 255)
    assert rgb(image, 265, 125) == (255, 255, 255)


# --- pictures ----------------------------------------------------------------------------------------------------------


def test_a_picture_on_many_places_is_embedded_once(fonts: Fonts, tmp_path: Path) -> None:
    photo = tmp_path / "a.png"
    Image.effect_noise((64, 64), 50).convert("RGB").save(photo)
    items = [ImageItem(str(photo), Box(10 + 60 * i, 10, 50, 50)) for i in range(5)]
    with pikepdf.open(io.BytesIO(pdf_of(page_of(*items), fonts))) as pdf:
        images = [o for o in pdf.objects if isinstance(o, pikepdf.Stream) and o.get("/Subtype") == "/Image"]
    assert len(images) == 1
    assert str(images[0].Filter) == "/DCTDecode"


def test_round_corners_clip_the_picture(fonts: Fonts, tmp_path: Path) -> None:
    photo = tmp_path / "a.png"
    Image.new("RGB", (50, 50), (200, 0, 0)).save(photo)
    image = rasterise(page_of(ImageItem(str(photo), Box(100, 100, 100, 100), clip_radius_pt=30)), fonts, 600)
    assert rgb(image, 103, 103) == (255, 255, 255)
    assert rgb(image, 150, 103) == (200, 0, 0)


def test_the_crop_fills_the_box(fonts: Fonts, tmp_path: Path) -> None:
    photo = tmp_path / "a.png"
    halves = Image.new("RGB", (100, 50), (200, 0, 0))
    halves.paste((0, 0, 200), (50, 0, 100, 50))
    halves.save(photo)
    item = ImageItem(str(photo), Box(100, 100, 100, 100), crop=(0.5, 0.0, 1.0, 1.0))
    image = rasterise(page_of(item), fonts, 600)
    assert rgb(image, 105, 150) == (0, 0, 200)
    assert rgb(image, 98, 150) == (255, 255, 255)
    assert rgb(image, 202, 150) == (255, 255, 255)


def test_transparent_pictures_keep_their_alpha(fonts: Fonts, tmp_path: Path) -> None:
    logo = tmp_path / "a.png"
    Image.new("RGBA", (20, 20), (200, 0, 0, 128)).save(logo)
    page = page_of(ImageItem(str(logo), Box(100, 100, 100, 100)))
    for image in (rasterise(page, fonts, 600), pypdfium2.PdfDocument(pdf_of(page, fonts))[0].render(scale=1).to_pil()):
        assert all(abs(a - b) <= 2 for a, b in zip(rgb(image, 150, 150), (227, 127, 127), strict=True))


@pytest.mark.parametrize("mode", ["jpeg", "lossless"])
def test_lossless_keeps_every_pixel_and_jpeg_nearly(fonts: Fonts, tmp_path: Path, mode: str) -> None:
    photo = tmp_path / "a.png"
    source = Image.effect_noise((60, 40), 80).convert("RGB")
    source.save(photo)
    page = page_of(ImageItem(str(photo), Box(0, 0, 60, 40)), canvas=Canvas("c", 60.0, 40.0))
    shown = pypdfium2.PdfDocument(pdf_of(page, fonts, image_mode=mode))[0].render(scale=1).to_pil().convert("RGB")
    worst = max(abs(a - b) for a, b in zip(source.tobytes(), shown.tobytes(), strict=True))
    assert worst == 0 if mode == "lossless" else 0 < worst < 40
