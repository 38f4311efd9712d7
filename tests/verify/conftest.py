"""A good piece made by hand, to be damaged in one way at a time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import segno
from PIL import Image, ImageDraw
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas as ReportlabCanvas

from qwen_pipeline.types import (
    Box,
    Canvas,
    CheckRule,
    Color,
    Ending,
    Fact,
    Glyphs,
    ImageItem,
    ImageLayer,
    Line,
    Metadata,
    OutputRequest,
    Page,
    PathItem,
    Piece,
    QrMark,
    SetString,
    TextItem,
    TextLayer,
    TextPart,
    TextStyle,
    TypesetPage,
)
from qwen_pipeline.verify import Delivered, Subject, run

FONT = "Handmade"
INK, PAPER = Color(20, 30, 40), Color(250, 248, 240)
CANVAS = Canvas("card", 400.0, 300.0, bleed_pt=9.0, safe_pt=15.0, min_dpi=100.0)
URL = "https://example.org/tea"
QR_BOX = Box(300, 200, 80, 80)
STYLE = TextStyle(20, 8, 400, INK)


def _register() -> None:
    if FONT not in pdfmetrics.getRegisteredFontNames():
        path = files("justmytype_intl_cjk") / "fonts/ofl/notosanssc/NotoSansSC[wght].ttf"
        pdfmetrics.registerFont(TTFont(FONT, str(path)))


def make_line(text: str, x_pt: float, y_pt: float, size_pt: float) -> Line:
    _register()
    width = pdfmetrics.stringWidth(text, FONT, size_pt)
    return Line(text, Box(x_pt, y_pt - size_pt, width, size_pt * 1.2), (Glyphs(text, FONT, size_pt, x_pt, y_pt),))


class Case:
    """A piece of one page with two bilingual layers, a picture, a logo and a QR code. Change it, then `findings(check)`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.canvas = CANVAS
        self.parts = {
            "title": (TextPart("zh-CN", "春茶市集"), TextPart("en-GB", "Spring Tea Fair")),
            "when": (TextPart("zh-CN", "4月18日 · 门票¥20"), TextPart("en-GB", "18 April · Tickets ¥20")),
        }
        self.styles: dict[str, TextStyle] = {}
        self.rules: tuple[CheckRule, ...] = ()
        self.facts: tuple[Fact, ...] | None = None
        self.background = (PAPER.r, PAPER.g, PAPER.b)
        self.qr_data = URL
        self.qr_scale = 1
        self.paint: Callable[[ImageDraw.ImageDraw, int], None] = lambda draw, width: None
        self.change_page: Callable[[TypesetPage], TypesetPage] = lambda page: page
        self.pdf_extra: tuple[str, ...] = ()
        self.pdf_page: Callable[[TypesetPage], TypesetPage] = lambda page: page
        self.pdf_pages = 1
        self.endings: tuple[Ending, ...] = ()

    def planned(self) -> Page:
        texts = tuple(TextLayer(n, n, "title", p, self.styles.get(n, STYLE)) for n, p in self.parts.items())
        logo = ImageLayer("logo", "logo", "logo.png", "d" * 64)
        return Page("cover", "Cover", self.canvas, PAPER, (), (*texts, logo))

    def solved(self) -> TypesetPage:
        strings, items = [], []
        y = 40.0
        for name, parts in self.parts.items():
            upper = self.styles.get(name, STYLE).case == "upper"
            for part in parts:
                y += 28
                line = make_line(part.text.upper() if upper else part.text, 20, y, 18)
                string = SetString(
                    f"{name}/{part.locale}", name, name, "title", part.locale, part.text, line.box, 18, 20, 1, 400, INK, "overlay"
                )
                strings.append(string)
                items.append(TextItem(string.id, (line,), INK))
        ground = PathItem((), self.canvas.bleed_box, fill=PAPER)
        scene = ImageItem("scene.png", self.canvas.bleed_box, is_scene=True, effective_dpi=150)
        logo = ImageItem("logo.png", Box(20, 240, 60, 40), layer="logo", effective_dpi=300)
        page = TypesetPage(
            "cover",
            "Cover",
            self.canvas,
            (ground, scene, logo, *items),
            tuple(strings),
            (QrMark("qr", URL, QR_BOX),),
            (FONT,),
        )
        return self.change_page(page)

    def raster(self, page: int, *, text: bool = True, width_px: int | None = None) -> Image.Image:
        width = width_px or 800
        scale = width / self.canvas.width_pt
        image = Image.new("RGB", (width, round(self.canvas.height_pt * scale)), self.background)
        draw = ImageDraw.Draw(image)
        self.paint(draw, width)
        if self.qr_data:
            side = round(QR_BOX.w_pt * scale * self.qr_scale)
            matrix = Image.frombytes("L", (0, 0), b"") if not self.qr_data else self._qr()
            image.paste(
                matrix.resize((side, side), Image.Resampling.BOX), (round(QR_BOX.x_pt * scale), round(QR_BOX.y_pt * scale))
            )
        return image

    def _qr(self) -> Image.Image:
        code = segno.make(self.qr_data, error="m", micro=False)
        rows = [list(row) for row in code.matrix_iter(border=4)]
        image = Image.new("L", (len(rows), len(rows)))
        image.putdata([0 if dark else 255 for row in rows for dark in row])
        return image

    def pdf(self, page: TypesetPage) -> Path:
        path = self.folder / "card.pdf"
        canvas = ReportlabCanvas(str(path), pagesize=(page.canvas.width_pt, page.canvas.height_pt), initialFontName=FONT)
        for _ in range(self.pdf_pages):
            for item in self.pdf_page(page).items:
                for line in item.lines if isinstance(item, TextItem) else ():
                    for run_ in line.runs:
                        canvas.setFont(FONT, run_.size_pt)
                        canvas.drawString(run_.x_pt, page.canvas.height_pt - run_.y_pt, run_.text)
            for text in self.pdf_extra:
                canvas.drawString(200, 40, text)
            canvas.showPage()
        canvas.save()
        return path

    def subject(self) -> Subject:
        page = self.solved()
        piece = Piece(
            id="card",
            name="card",
            kind="Poster",
            usage="commercial",
            locales=("zh-CN", "en-GB"),
            pages=(self.planned(),),
            outputs=(),
            checks=self.rules,
            metadata=Metadata("t", "zh"),
            fingerprint="f" * 64,
            facts=self.facts,
        )
        file = Delivered(OutputRequest("pdf", "card.pdf"), self.pdf(page), (0,))
        return Subject(piece, (page,), self.raster, (file,), endings=self.endings)

    def findings(self, check: str) -> list[Any]:
        return [finding for finding in run(self.subject()) if finding.check == check]

    def codes(self, check: str) -> list[str]:
        return [finding.code for finding in self.findings(check)]


@pytest.fixture
def case(tmp_path: Path) -> Case:
    return Case(tmp_path)


@pytest.fixture
def edit() -> SimpleNamespace:
    """Small changes to solved pages."""

    def string(page: TypesetPage, index: int, **changes: Any) -> TypesetPage:
        strings = list(page.strings)
        strings[index] = replace(strings[index], **changes)
        return replace(page, strings=tuple(strings))

    def item(page: TypesetPage, name: str, **changes: Any) -> TypesetPage:
        def matches(i: Any) -> bool:
            return name == (i.string if isinstance(i, TextItem) else getattr(i, "layer", None))

        return replace(page, items=tuple(replace(i, **changes) if matches(i) else i for i in page.items))

    return SimpleNamespace(string=string, item=item, line=make_line, rule=CheckRule)
