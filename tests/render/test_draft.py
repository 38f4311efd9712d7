"""The draft engine's own promises: legible calm areas, understood words, exact lettering, edits, recognisable styles."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from qwen_pipeline.render import SceneInputs
from qwen_pipeline.render.draft import compose
from qwen_pipeline.render.draft.lie import lie_of
from qwen_pipeline.render.draft.motifs import MOTIFS
from qwen_pipeline.render.draft.room import Room
from qwen_pipeline.render.draft.subjects import HEROES, STYLE_WORDS, read
from qwen_pipeline.render.engines import draft
from qwen_pipeline.types import CalmArea, Color, contrast_ratio

from .scenes import PALETTES, REQUEST, hints

STYLES = compose.style_ids()
STYLE_SHEETS = sorted((Path(__file__).parents[2] / "templates" / "_shared" / "styles").glob("*.yaml"))
SHAPES = {"portrait": (240, 320), "landscape": (352, 198), "square": (260, 260), "story": (198, 352)}
SUBJECTS = (
    "teapot, tea terraces behind",
    "harbour with sails",
    "city skyline",
    "a running shoe",
    "lanterns",
    "",
    "noodle bowl",
    "data network",
)


def render(request: object, inputs: SceneInputs = SceneInputs()) -> Image.Image:  # noqa: B008
    return draft.open_engine(None).render(request, None, inputs)  # type: ignore[arg-type]


def least_contrast(image: Image.Image, area: CalmArea, words: Color) -> float:
    """Between the words and the worst pixel of the area, seen at a quarter of the size."""
    small = np.asarray(image.reduce(4), np.float64) / 255
    linear = np.where(small <= 0.04045, small / 12.92, ((small + 0.055) / 1.055) ** 2.4) @ (0.2126, 0.7152, 0.0722)
    h, w = linear.shape
    part = linear[int(area.y * h) : int((area.y + area.h) * h), int(area.x * w) : int((area.x + area.w) * w)]
    own = words.luminance()
    return float(((np.maximum(part, own) + 0.05) / (np.minimum(part, own) + 0.05)).min())


def random_areas(rng: np.random.Generator) -> tuple[CalmArea, ...]:
    areas = []
    for _ in range(1 + int(rng.random() * 3)):
        w, h = 0.12 + 0.75 * rng.random(), 0.10 + 0.7 * rng.random()
        areas.append(CalmArea(float((1 - w) * rng.random()), float((1 - h) * rng.random()), float(w), float(h)))
    return tuple(areas)


@pytest.mark.parametrize("style", STYLES)
def test_words_are_legible_in_every_calm_area(style: str) -> None:
    rng = np.random.default_rng(sum(map(ord, style)))
    for i in range(5):
        tone = ("light", "dark")[i % 2]
        palette = list(PALETTES)[i]
        wanted = hints(style, SUBJECTS[i % len(SUBJECTS)], palette, tone, random_areas(rng))
        size = ((320, 440), (440, 320), (360, 360))[i % 3]
        image = render(replace(REQUEST, hints=wanted, seed=i, width_px=size[0], height_px=size[1]))
        words = wanted.palette[4] if tone == "dark" else wanted.palette[3]
        for area in wanted.calm:
            assert least_contrast(image, area, words) >= 4.5, (style, i, area)


def test_palettes_of_the_test_can_be_read() -> None:
    assert all(contrast_ratio(p[3], p[4]) >= 7 for p in PALETTES.values())


def test_styles_differ() -> None:
    thumbs = [np.asarray(render(replace(REQUEST, hints=hints(s, "teapot"))).resize((24, 18)), np.float64) for s in STYLES]
    for i, one in enumerate(thumbs):
        assert all(np.abs(one - other).mean() > 4 for other in thumbs[:i])


def detail(image: Image.Image, area: CalmArea) -> float:
    """Mean step between neighbouring pixels of the area, in levels of 255, at half the size: grain and dither count little."""
    w, h = image.size
    box = (int(area.x * w), int(area.y * h), int((area.x + area.w) * w), int((area.y + area.h) * h))
    grey = np.asarray(image.convert("L").crop(box).reduce(2), np.float64)
    return float(np.abs(np.diff(grey, axis=0)).mean() + np.abs(np.diff(grey, axis=1)).mean())


LAYOUTS = {
    "top": (CalmArea(0.06, 0.06, 0.88, 0.30),),
    "foot": (CalmArea(0.06, 0.62, 0.88, 0.32), CalmArea(0.7, 0.05, 0.24, 0.06)),
    "side": (CalmArea(0.05, 0.10, 0.42, 0.80),),
}


@pytest.mark.parametrize("style", STYLES)
def test_a_style_draws_every_shape_calm_where_words_stand_and_alive_elsewhere(style: str) -> None:
    """Of every shape: the words' part is quiet, and twice as quiet as the liveliest part of the picture."""
    for i, (shape, size) in enumerate(SHAPES.items()):
        name, calm = list(LAYOUTS.items())[i % 3]
        wanted = hints(style, ("a pagoda in the mountains", "teapot")[i % 2], "tea", "light", calm)
        image = render(replace(REQUEST, hints=wanted, seed=i + 5, width_px=size[0], height_px=size[1]))
        assert image.size == size
        loud = max(detail(image, CalmArea(x / 4, y / 4, 0.25, 0.25)) for x in range(4) for y in range(4))
        for area in calm:
            assert detail(image, area) < 8, (style, shape, name)
            assert detail(image, area) * 2 < loud, (style, shape, name)


def test_the_land_keeps_clear_of_the_words() -> None:
    room = Room(400, 600, (CalmArea(0.05, 0.05, 0.9, 0.3), CalmArea(0.05, 0.75, 0.4, 0.2)))
    lie = lie_of(room)
    assert (lie.sky_at([40, 200, 360]) >= 0.35 * 600).all()
    assert lie.front_at(100) <= 0.75 * 600
    assert lie.front_at(380) > 600
    assert lie.skied
    assert lie.fronted
    assert not lie_of(Room(400, 600, ())).fronted


def test_seeds_differ_visibly() -> None:
    for style in STYLES:
        one, two = (np.asarray(render(replace(REQUEST, seed=s, hints=hints(style, "mountains"))), np.float64) for s in (1, 2))
        assert np.abs(one - two).mean() > 3, style


def test_named_styles() -> None:
    assert len(STYLES) >= 24
    assert set(STYLES) >= {
        "art-deco",
        "blue-green",
        "blueprint",
        "botanical",
        "flat-editorial",
        "guochao",
        "ink-wash",
        "night-city",
        "paper-cut",
        "photographic",
        "soft-gradient",
        "seal-red",
        "swiss",
        "watercolour",
    }


def test_every_named_style_is_drawn_and_every_drawn_style_is_named() -> None:
    """A style sheet without a painter would silently be drawn as another style."""
    assert {path.stem for path in STYLE_SHEETS} == set(STYLES)
    assert set(STYLE_WORDS) == set(STYLES)


@pytest.mark.parametrize(
    ("words", "style"),
    [
        ("ink wash with paper grain, morning mist", "ink-wash"),
        ("水墨，留白", "ink-wash"),
        ("product photograph in the studio", "photographic"),
        ("国潮插画", "guochao"),
        ("青绿山水，石青石绿", "blue-green"),
        ("Chinese New Year print with peonies", "new-year-print"),
        ("篆刻印章", "seal-red"),
        ("a blue-and-white porcelain plate", "porcelain"),
        ("敦煌壁画", "dunhuang"),
        ("8-bit pixel art", "pixel"),
        ("a quiet thing", compose.DEFAULT_STYLE),
    ],
)
def test_style_from_words(words: str, style: str) -> None:
    assert compose.style_of(replace(REQUEST, hints=hints(words=words))) == style
    assert compose.style_of(replace(REQUEST, prompt=words)) == style


@pytest.mark.parametrize(
    ("words", "hero", "setting"),
    [
        ("one celadon teapot on a stone ledge, tea terraces behind", "teapot", "terraces"),
        ("misty tea terraces at dawn", "", "terraces"),
        ("tea packaging box", "box", ""),
        ("高铁列车穿过田野", "train", "fields"),
        ("一碗牛肉面", "bowl", ""),
        ("a junk under sail in the harbour", "sails", "sea"),
        ("data network, AI technology", "globe", "network"),
        ("nothing in particular", "", ""),
        ("国际马拉松", "shoe", ""),
    ],
)
def test_subject_from_words(words: str, hero: str, setting: str) -> None:
    subject = read(words)
    assert (subject.hero, subject.setting) == (hero, setting)


def test_every_hero_can_be_drawn() -> None:
    assert set(HEROES) <= set(MOTIFS)
    for make in MOTIFS.values():
        x0, y0, x1, y1 = make(np.random.default_rng(1)).box()
        assert 0.3 < max(x1 - x0, y1 - y0) < 2.6


def test_lettering_is_exact(tmp_path: Path) -> None:
    letters = Image.new("RGBA", (160, 120), (0, 0, 0, 0))
    letters.paste((12, 34, 56, 255), (40, 30, 90, 60))
    letters.save(tmp_path / "letters.png")
    request = replace(REQUEST, lettering="0" * 64)
    image = render(request, SceneInputs(lettering=tmp_path / "letters.png"))
    plain = render(REQUEST)
    assert set(image.crop((40, 30, 90, 60)).getcolors() or []) == {(1500, (12, 34, 56))}
    assert image.crop((0, 60, 160, 120)).tobytes() == plain.crop((0, 60, 160, 120)).tobytes()


def test_transparent_is_the_hero_alone() -> None:
    for style in STYLES:
        image = render(replace(REQUEST, transparent=True, hints=hints(style, "teapot")))
        alpha = np.asarray(image.getchannel("A"))
        assert alpha[0].max() == alpha[-1].max() == 0
        assert 0.1 < (alpha == 255).mean() < 0.9, style


@pytest.mark.parametrize(
    "instruction", ["night", "warmer light", "变得更冷", "monochrome", "brighter", "darker", "soft mist", "vivid", "tidy it up"]
)
def test_edits_change_the_picture(tmp_path: Path, instruction: str) -> None:
    before = render(REQUEST)
    before.save(tmp_path / "before.png")
    inputs = SceneInputs(source=tmp_path / "before.png")
    after = render(replace(REQUEST, source="0" * 64, prompt=instruction), inputs)
    assert np.abs(np.asarray(after, np.float64) - np.asarray(before, np.float64)).mean() > 1


def test_edits_do_what_they_say(tmp_path: Path) -> None:
    before = render(REQUEST)
    before.save(tmp_path / "before.png")
    inputs = SceneInputs(source=tmp_path / "before.png")

    def after(prompt: str) -> np.ndarray:
        return np.asarray(render(replace(REQUEST, source="0" * 64, prompt=prompt), inputs), np.float64)

    was = np.asarray(before, np.float64)
    assert after("at night").mean() < was.mean() * 0.6
    assert after("brighter").mean() > was.mean()
    grey = after("black and white")
    assert np.ptp(grey, axis=2).max() == 0
    warm, cool = after("warmer"), after("cooler")
    assert (warm[..., 0] - warm[..., 2]).mean() > (cool[..., 0] - cool[..., 2]).mean() + 10
    added = after("add a lantern")
    changed = np.abs(added - was).max(2) > 12
    assert 0.005 < changed.mean() < 0.4


def test_removed_background_is_transparent(tmp_path: Path) -> None:
    plain = Image.new("RGB", (160, 120), (236, 232, 226))
    plain.paste((180, 40, 30), (60, 30, 100, 90))
    plain.save(tmp_path / "before.png")
    request = replace(REQUEST, source="0" * 64, prompt="remove the background", transparent=True)
    alpha = np.asarray(render(request, SceneInputs(source=tmp_path / "before.png")).getchannel("A"))
    assert alpha[60, 80] == 255
    assert alpha[5, 5] == alpha[110, 150] == 0


def test_an_edit_keeps_the_words_legible(tmp_path: Path) -> None:
    wanted = hints("flat-editorial", "teapot", "tea", "light", (CalmArea(0.05, 0.05, 0.9, 0.3),))
    request = replace(REQUEST, hints=wanted, width_px=320, height_px=400)
    render(request).save(tmp_path / "before.png")
    after = render(replace(request, source="0" * 64, prompt="make it night"), SceneInputs(source=tmp_path / "before.png"))
    assert least_contrast(after, wanted.calm[0], wanted.palette[3]) >= 4.5


def test_odd_formats() -> None:
    for size in ((1, 1), (3, 400), (900, 20), (17, 19)):
        for style in STYLES:
            image = render(
                replace(REQUEST, width_px=size[0], height_px=size[1], hints=hints(style, "teapot", calm=(CalmArea(0, 0, 1, 1),)))
            )
            assert image.size == size
