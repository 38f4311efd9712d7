"""Pages that somebody drew: real texts set by the typesetter over pictures of the draft engine, right or with a seeded error.

`expected` stays what the brief says; only what is drawn is corrupted. Everything follows from the page's number.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from benchmarks.alike import corrupt
from benchmarks.longtext import LOCALES, Brief
from qwen_pipeline.render.draft.compose import style_ids
from qwen_pipeline.render.engine import SceneInputs
from qwen_pipeline.render.engines import draft
from qwen_pipeline.types import (
    Box,
    CalmArea,
    Canvas,
    Color,
    Page,
    Region,
    SceneHints,
    SceneRequest,
    TextLayer,
    TextPart,
    TextStyle,
    TypesetPage,
)
from qwen_pipeline.types.reading import ExpectedString, PixelBox
from qwen_pipeline.typeset import Fonts, PictureFile, rasterise, solve
from qwen_pipeline.verify import needs_exact

SIDE_PX = 2048
_SIDE_PT = SIDE_PX * 0.75
_STYLES = ("ink-wash", "botanical", "flat-editorial", "photographic", "soft-gradient", "night-city", "swiss", "guochao")
_DARK = frozenset({"night-city"})
_LOUD = frozenset({"guochao"})
"""Keeps its line art under the words, calm or not."""
_INK, _PAPER = Color(24, 30, 34), Color(250, 248, 242)
_SERIF = ("/usr/share/fonts/opentype/noto/NotoSerifCJK-Regular.ttc", "/usr/share/fonts/opentype/noto/NotoSerifCJK-Bold.ttc")
"""From the package fonts-noto-cjk, where it is installed."""
_PLACES = {
    "title": Box(96, 84, 1344, 260),
    "price": Box(96, 360, 640, 110),
    "date": Box(800, 360, 640, 110),
    "left": Box(96, 540, 640, 760),
    "right": Box(800, 540, 640, 760),
    "foot": Box(96, 1390, 1344, 60),
}
_FIRST = 3000
"""Pages of lower numbers served to set the bounds of the second look; they do not count."""
_MONTHS = ("January", "March", "April", "May", "June", "August", "October", "December")


@dataclass(frozen=True, slots=True)
class Drawn:
    """One picture. `corrupted`: id of the string drawn wrongly, how, and what was drawn; "" on clean pages."""

    image: Image.Image
    expected: tuple[ExpectedString, ...]
    corrupted: str = ""
    kind: str = ""
    was: str = ""


@dataclass(frozen=True)
class _Family:
    latin: str | None
    cjk: str | None
    latin_bold: str | None = None
    cjk_bold: str | None = None


class Press:
    """Draws pages. `folder` keeps the pictures behind the words: one a style, drawn at half size."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        families = {f"serif-{i}": _Family(path, path) for i, path in enumerate(_SERIF) if Path(path).exists()}
        self._fonts = Fonts(families, folder)
        self._families = ("sans", "sans", "sans", *families)

    def clean(self, brief: Brief, number: int) -> Drawn:
        page, expected = self._page(brief, number, self._texts(brief, number))
        return Drawn(self._raster(page), expected)

    def corrupted(self, brief: Brief, number: int) -> Drawn:
        """The same page with one wrong title, price or date."""
        rng = random.Random(f"wrong {brief.name} {number}")
        texts = self._texts(brief, number)
        target = rng.choice(("title", "title", "price", "date"))
        kind, wrong = corrupt(texts[target], rng)
        page, _ = self._page(brief, number, {**texts, target: wrong})
        _, expected = self._page(brief, number, texts)
        return Drawn(self._raster(page), expected, target, kind, wrong)

    def _texts(self, brief: Brief, number: int) -> dict[str, str]:
        rng = random.Random(f"texts {brief.name} {number}")
        short = [text for text in brief.strings if len(text) <= (24 if brief.language == "zh" else 48)]
        title = rng.choice(short or [brief.strings[0][:20]])
        rest = [text for text in brief.strings if text != title and len(text) <= 160][:6]
        body = {f"body{i}": text for i, text in enumerate(rest)}
        return {"title": title, "price": _price(brief.language, rng), "date": _date(brief.language, rng), **body}

    def _page(self, brief: Brief, number: int, texts: dict[str, str]) -> tuple[TypesetPage, tuple[ExpectedString, ...]]:
        rng = random.Random(f"look {brief.name} {number}")
        style = rng.choice(_STYLES)
        locale, calm = LOCALES[brief.language], rng.random() < 0.6
        family, weight = rng.choice(self._families), rng.choice((300, 400, 500, 700, 900))
        ink = _PAPER if style in _DARK else _INK
        layers = tuple(_layer(name, text, locale, _style(name, family, weight, ink, rng)) for name, text in texts.items())
        regions = tuple(Region(name, box, gap_pt=14) for name, box in _PLACES.items())
        page = Page("p", "p", Canvas("p", _SIDE_PT, _SIDE_PT), Color(245, 240, 230), regions, layers, scene="s")
        solved = solve(page, self._fonts, {"s": self._picture(style, calm)})
        expected = tuple(
            ExpectedString(s.layer, s.text, locale, s.layer, _pixels(s.box), s.layer in _PLACES or needs_exact(s.text))
            for s in solved.strings
        )
        return solved, expected

    def _raster(self, page: TypesetPage) -> Image.Image:
        return rasterise(page, self._fonts, SIDE_PX)

    def _picture(self, style: str, calm: bool) -> PictureFile:
        path = self._folder / f"{style}-{calm}.png"
        if not path.exists():
            _scene(style, calm).save(path)
        return PictureFile(str(path), SIDE_PX // 2, SIDE_PX // 2)


def _scene(style: str, calm: bool) -> Image.Image:
    areas = tuple(CalmArea(b.x_pt / _SIDE_PT, b.y_pt / _SIDE_PT, b.w_pt / _SIDE_PT, b.h_pt / _SIDE_PT) for b in _PLACES.values())
    palette = (Color(36, 92, 80), Color(190, 160, 110), Color(196, 74, 52), _INK, _PAPER)
    hints = SceneHints(style, "", "tea hills", palette, "dark" if style in _DARK else "light", areas if calm else ())
    side = SIDE_PX // 2
    request = SceneRequest("draft", "1", "", "", "tea hills", "", side, side, 7, 0, 1.0, hints=hints)
    picture = draft.open_engine(None).render(request, None, SceneInputs()).convert("RGB")
    ground = _INK if style in _DARK else _PAPER  # words on a busy picture stay legible: contrast is another check's business
    return (
        picture
        if calm and style not in _LOUD
        else Image.blend(picture, Image.new("RGB", picture.size, (ground.r, ground.g, ground.b)), 0.6)
    )


def busy_pictures() -> list[Image.Image]:
    """A picture of every style of the draft engine, without calm places."""
    return [_scene(style, False) for style in style_ids()]


def _style(name: str, family: str, weight: int, ink: Color, rng: random.Random) -> TextStyle:
    size = {"title": rng.choice((72, 96, 120)), "price": 64, "date": 48, "foot": 20}.get(name, rng.choice((24, 28, 34)))
    return TextStyle(size, 16, weight, ink, family, balance=name == "title")


def _layer(name: str, text: str, locale: str, style: TextStyle) -> TextLayer:
    region = name if name in _PLACES else ("left", "right")[int(name[-1]) % 2]
    return TextLayer(name, region, name, (TextPart(locale, text),), style)


def _pixels(box: Box) -> PixelBox:
    k = SIDE_PX / _SIDE_PT
    return PixelBox(box.x_pt * k, box.y_pt * k, box.right_pt * k, box.bottom_pt * k)


def _price(language: str, rng: random.Random) -> str:
    amount = f"{rng.choice((rng.randint(1, 9), rng.randint(10, 99)))},{rng.randint(0, 999):03d}"
    if language == "zh":
        return rng.choice(
            (f"¥{amount}起", f"仅售{rng.randint(9, 999)}元", f"满{rng.randint(1, 9)}00减{rng.randint(10, 90)}", f"￥{amount}.00")
        )
    return rng.choice(
        (f"${amount}", f"From £{rng.randint(5, 999)}.{rng.randint(0, 99):02d}", f"{rng.randint(5, 70)}% off", f"€{amount}")
    )


def _date(language: str, rng: random.Random) -> str:
    year, month, day, hour = rng.randint(2024, 2029), rng.randint(1, 12), rng.randint(1, 28), rng.randint(8, 21)
    if language == "zh":
        return rng.choice(
            (
                f"{year}年{month}月{day}日",
                f"{month}月{day}日 {hour}:30",
                f"{year}.{month:02d}.{day:02d}",
                f"电话400-{year}-{day:02d}88",
            )
        )
    name = rng.choice(_MONTHS)
    return rng.choice(
        (
            f"{day} {name} {year}",
            f"{name} {day}, {hour}:30",
            f"{year}-{month:02d}-{day:02d}",
            f"+44 20 {year} {day:02d}{hour:02d}",
        )
    )


def pages(press: Press, briefs: Sequence[Brief], count: int, *, wrong: bool) -> Iterator[Drawn]:
    """`count` pages, over the briefs in turn."""
    for number in range(_FIRST, _FIRST + count):
        brief = briefs[number % len(briefs)]
        yield press.corrupted(brief, number) if wrong else press.clean(brief, number)
