"""QR codes: read back from the raster, placed, and refused where too long."""

from __future__ import annotations

import pytest
import zxingcpp

from qwen_pipeline.types import Box, Canvas, Color, PathItem, QrLayer, TypesetPage
from qwen_pipeline.typeset.fonts import Fonts
from qwen_pipeline.typeset.outline import rounded_rect
from qwen_pipeline.typeset.qr import qr_items
from qwen_pipeline.typeset.raster import rasterise

BLACK, WHITE, TEAL = Color(0, 0, 0), Color(255, 255, 255), Color(0, 80, 90)
DATA = ["https://example.org/tea", "春茶市集，西湖文化广场", "春茶", "日本酒", "Café Ö", "0123456789" * 30]


@pytest.mark.parametrize("data", DATA)
@pytest.mark.parametrize(("color", "ground"), [(BLACK, WHITE), (TEAL, Color(250, 240, 220))])
def test_the_code_reads_back_from_the_raster(fonts: Fonts, data: str, color: Color, ground: Color) -> None:
    canvas = Canvas("c", 300.0, 200.0)
    items, mark = qr_items(QrLayer("qr", "r", data, color, ground), Box(60, 20, 180, 160))
    page = TypesetPage("p", "", canvas, (PathItem(rounded_rect(canvas.trim), canvas.trim, fill=TEAL), *items), (), (mark,))
    found = zxingcpp.read_barcodes(rasterise(page, fonts, 900))
    assert [f.text for f in found] == [data]


def test_the_code_is_the_largest_square_in_the_middle() -> None:
    items, mark = qr_items(QrLayer("qr", "r", "x", BLACK, WHITE), Box(10, 20, 200, 100))
    assert mark.box == Box(60, 20, 100, 100)
    assert mark.data == "x"
    assert all(isinstance(i, PathItem) and i.box == mark.box for i in items)


@pytest.mark.parametrize("zone", [0, 2, 4])
def test_the_quiet_zone_is_inside_the_box(zone: int) -> None:
    (_, modules), mark = qr_items(QrLayer("qr", "r", "x", BLACK, WHITE, quiet_zone=zone), Box(0, 0, 100, 100))
    assert isinstance(modules, PathItem)
    module = 100 / (21 + 2 * zone)
    xs = [float(s[1]) for s in modules.segments if len(s) == 3]
    assert min(xs) == pytest.approx(zone * module)
    assert max(xs) == pytest.approx(100 - zone * module)
    assert mark.box.w_pt == 100


def test_dark_modules_are_covered_once() -> None:
    import segno

    (_, modules), _ = qr_items(QrLayer("qr", "r", "https://example.org", BLACK, WHITE, quiet_zone=0), Box(0, 0, 100, 100))
    assert isinstance(modules, PathItem)
    code = segno.make("https://example.org", error="M", micro=False)
    module = 100 / len(code.matrix)
    corners = [s for s in modules.segments if s[0] == "M"]
    far = [modules.segments[i + 2] for i, s in enumerate(modules.segments) if s[0] == "M"]
    covered: dict[tuple[int, int], int] = {}
    for (_, x0, y0), (_, x1, y1) in zip(corners, far, strict=True):
        for y in range(round(float(y0) / module), round(float(y1) / module)):
            for x in range(round(float(x0) / module), round(float(x1) / module)):
                covered[x, y] = covered.get((x, y), 0) + 1
    assert set(covered.values()) == {1}
    assert set(covered) == {(x, y) for y, row in enumerate(code.matrix) for x, dark in enumerate(row) if dark}


def test_what_is_not_ascii_is_utf_8() -> None:
    items, _ = qr_items(QrLayer("qr", "r", "日本", BLACK, WHITE), Box(0, 0, 100, 100))
    page = TypesetPage("p", "", Canvas("c", 100.0, 100.0), items, (), ())
    (found,) = zxingcpp.read_barcodes(rasterise(page, Fonts({}), 400))
    assert found.bytes == "日本".encode()
