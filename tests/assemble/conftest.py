"""Hand-made pages, and a small stand-in for the typesetter's functions."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pypdfium2
import pytest
from PIL import Image
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas as ReportlabCanvas

from qwen_pipeline.assemble import Delivery, DrawnScene
from qwen_pipeline.types import (
    Box,
    Canvas,
    Color,
    EngineInfo,
    Glyphs,
    ImageItem,
    Line,
    Metadata,
    OutputRequest,
    Page,
    Piece,
    Place,
    SceneRequest,
    SceneResult,
    SetString,
    TextItem,
    TextLayer,
    TextPart,
    TextStyle,
    TypesetPage,
)

FONT = "Handmade"
INK = Color(20, 30, 40)
PAPER = Color(250, 248, 240)
ENGINE = EngineInfo(
    id="draft",
    version="1",
    licence="Apache-2.0",
    usages=frozenset({"commercial", "research"}),
    capabilities=frozenset({"generate"}),
    native_sizes=(),
    size_multiple=1,
    max_area_px=10**8,
    prompt_limit_tokens=2000,
)
SCENE = "a" * 64
REQUEST = SceneRequest(
    engine="draft",
    engine_version="1",
    weights_digest="",
    dtype="",
    prompt="A celadon teapot on a stone ledge “春茶” & mist",
    negative_prompt="",
    width_px=256,
    height_px=256,
    seed=7,
    num_inference_steps=4,
    true_cfg_scale=1.0,
)


def register_font() -> None:
    if FONT not in pdfmetrics.getRegisteredFontNames():
        path = files("justmytype_intl_cjk") / "fonts/ofl/notosanssc/NotoSansSC[wght].ttf"
        pdfmetrics.registerFont(TTFont(FONT, str(path)))


class HandTools:
    """Draws hand-made pages: a paper, pictures, lines."""

    def solve(self, page: Page) -> TypesetPage:
        raise NotImplementedError

    def first_font(self, page: TypesetPage) -> str:
        register_font()
        return FONT

    def draw(
        self,
        canvas: Any,
        page: TypesetPage,
        *,
        offset: tuple[float, float] = (0.0, 0.0),
        image_mode: str = "jpeg",
        text: str = "all",
        scene: bool = True,
    ) -> None:
        left, top = offset[0], canvas._pagesize[1] - offset[1]
        for item in page.items:
            if isinstance(item, ImageItem):
                b = item.box
                canvas.drawImage(item.path, left + b.x_pt, top - b.bottom_pt, b.w_pt, b.h_pt)
            elif isinstance(item, TextItem) and text == "all":
                for line in item.lines:
                    for run in line.runs:
                        obj = canvas.beginText(left + run.x_pt, top - run.y_pt)
                        obj.setFont(FONT, run.size_pt)
                        obj.setFillColorRGB(item.color.r / 255, item.color.g / 255, item.color.b / 255)
                        obj.setTextRenderMode(0 if item.visible else 3)
                        obj.textOut(run.text)
                        canvas.drawText(obj)

    def rasterise(
        self, page: TypesetPage, width_px: int, *, bleed: bool = False, text: str = "all", scene: bool = True
    ) -> Image.Image:
        box = page.canvas.bleed_box if bleed else page.canvas.trim
        buffer = io.BytesIO()
        canvas = ReportlabCanvas(buffer, pagesize=(box.w_pt, box.h_pt), initialFontName=self.first_font(page))
        self.draw(canvas, page, offset=(-box.x_pt, -box.y_pt), text=text)
        canvas.save()
        with pypdfium2.PdfDocument(buffer.getvalue()) as pdf:
            return pdf[0].render(scale=width_px / box.w_pt).to_pil().convert("RGB")


def make_line(text: str, x_pt: float, y_pt: float, size_pt: float) -> Line:
    register_font()
    width = pdfmetrics.stringWidth(text, FONT, size_pt)
    return Line(text, Box(x_pt, y_pt - size_pt, width, size_pt * 1.2), (Glyphs(text, FONT, size_pt, x_pt, y_pt),))


@pytest.fixture(scope="session")
def picture(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("pictures") / "scene.png"
    rows = np.linspace(90, 220, 256).astype("uint8")
    Image.fromarray(np.stack([np.tile(rows, (256, 1))] * 3, axis=-1)).save(path)
    return path


@pytest.fixture
def kit(picture: Path) -> SimpleNamespace:
    """Builders: `page(id, texts)`, `delivery(pages)`, `request(format, name, **options)`, `tools`."""

    def typeset(name: str, texts: tuple[str, ...] = ("春茶市集", "Spring Tea Fair"), **canvas: float) -> TypesetPage:
        size = Canvas("square", canvas.pop("width_pt", 300.0), canvas.pop("height_pt", 200.0), **canvas)
        lines = [make_line(text, 30, 60 + 40 * n, 20) for n, text in enumerate(texts)]
        strings = tuple(
            SetString(f"t{n}/zh-CN", f"t{n}", "body", "title", "zh-CN", line.text, line.box, 20, 20, 1, 400, INK, "overlay")
            for n, line in enumerate(lines)
        )
        items = (
            ImageItem(str(picture), size.bleed_box, is_scene=True, effective_dpi=200),
            *(TextItem(string.id, (line,), INK) for string, line in zip(strings, lines, strict=True)),
        )
        return TypesetPage(name, f"第 {name} 页", size, items, strings, fonts=(FONT,))

    def delivery(pages: tuple[TypesetPage, ...], **changes: Any) -> Delivery:
        style = TextStyle(20, 8, 400, INK)
        planned = tuple(
            Page(
                page.id,
                page.title,
                page.canvas,
                PAPER,
                (),
                tuple(TextLayer(s.layer, s.region, s.role, (TextPart(s.locale, s.text),), style) for s in page.strings),
                scene=SCENE,
            )
            for page in pages
        )
        meta = Metadata("春茶 & <Tea>", "zh-CN", author="西湖茶社", subject="Spring fair", keywords=("茶", "tea"))
        piece = Piece("tea/zh-CN", "tea", "Poster", "commercial", ("zh-CN",), planned, (), (), meta, "f" * 64)
        result = SceneResult(SCENE, str(picture), "d" * 64, 256, 256, 1.5, 10**9, (("draft", "1"),), "cpu")
        made = Delivery(piece, pages, {SCENE: DrawnScene(REQUEST, result)}, ENGINE, "algorithmic", "qwen-pipeline 9.9")
        return replace(made, **changes)

    def request(format_id: str, name: str, **options: Any) -> OutputRequest:
        return OutputRequest(format_id, name, tuple(options.items()), Place("tea.yaml", 12, 5, "outputs[0]"))

    return SimpleNamespace(page=typeset, delivery=delivery, request=request, tools=HandTools(), scene=SCENE, draw_request=REQUEST)


@pytest.fixture
def write(kit: SimpleNamespace, tmp_path: Path) -> Callable[..., tuple[Any, ...]]:
    """Write a delivery with a format and give back the artifacts; files lie in `tmp_path / out`."""
    from qwen_pipeline.assemble import check_options, get_format

    def run(delivery: Delivery, format_id: str, name: str, folder: str = "out", **options: Any) -> tuple[Any, ...]:
        request = kit.request(format_id, name, **options)
        check_options(request, delivery.piece.pages)
        return get_format(format_id).write(delivery, request, tmp_path / folder, kit.tools)

    return run


@pytest.fixture(scope="session")
def real_tools() -> Any:
    """The typesetter itself, bound as the pipeline binds it."""
    from qwen_pipeline import typeset
    from qwen_pipeline.typeset.faces import face_name

    fonts = typeset.Fonts()

    class RealTools:
        def solve(self, page: Page) -> TypesetPage:
            return typeset.solve(page, fonts)

        def draw(self, canvas: Any, page: TypesetPage, **options: Any) -> None:
            typeset.draw(canvas, page, fonts, **options)

        def rasterise(self, page: TypesetPage, width_px: int, **options: Any) -> Image.Image:
            return typeset.rasterise(page, fonts, width_px, **options)

        def first_font(self, page: TypesetPage) -> str:
            return face_name(page.fonts[0], fonts)

    return RealTools()
