"""What stands on the pages of planned pieces: parts, vars, repetitions, conditions, facts, charts."""

from __future__ import annotations

from pathlib import Path

import pytest

import qwen_pipeline
from qwen_pipeline.errors import SpecError
from qwen_pipeline.types import ChartLayer, ImageLayer, TextLayer

from .plans import example, has, layer, only, plan, text, texts

PAIR = "kind: Poster\nlocales: [zh-CN+en-GB]\n"


def codes(error: SpecError) -> list[tuple[int, str]]:
    return [(d.place.line, d.code) for d in error.diagnostics]


# --- languages


def test_a_pair_is_one_piece_with_a_part_a_language(tmp_path: Path) -> None:
    piece = only(plan(tmp_path, PAIR + "title: {zh-CN: 春茶市集, en-GB: Spring Tea Fair}\n"))
    assert (piece.locales, piece.locale) == (("zh-CN", "en-GB"), "zh-CN+en-GB")
    title = layer(piece.pages[0], "title")
    assert isinstance(title, TextLayer)
    assert [(part.locale, part.text) for part in title.parts] == [("zh-CN", "春茶市集"), ("en-GB", "Spring Tea Fair")]


def test_the_order_of_a_pair_is_the_order_of_its_parts(tmp_path: Path) -> None:
    made = plan(tmp_path, "kind: Poster\nlocales: [en-GB+zh-CN]\ntitle: {zh-CN: 茶, en-GB: Tea}\n")
    assert texts(only(made).pages[0], "title") == ("Tea", "茶")


def test_a_text_for_both_languages_stands_once(tmp_path: Path) -> None:
    page = only(plan(tmp_path, PAIR + "title: TEA 2026\nsubtitle: {zh: 茶, en: Tea}\n")).pages[0]
    assert texts(page, "title") == ("TEA 2026",)
    assert texts(page, "subtitle") == ("茶", "Tea")


def test_two_locales_are_two_pieces(tmp_path: Path) -> None:
    made = plan(tmp_path, "kind: Poster\nlocales: [zh-CN, en-GB]\ntitle: {zh-CN: 茶, en-GB: Tea}\n")
    assert [(p.locale, text(p.pages[0], "title")) for p in made.pieces] == [("zh-CN", "茶"), ("en-GB", "Tea")]
    assert len(made.scenes) == 1


# --- vars and facts


def test_vars_by_locale_and_vars_of_vars(tmp_path: Path) -> None:
    spec = PAIR + (
        "vars:\n  venue: {zh-CN: 西湖, en-GB: West Lake}\n  day: 2026-04-18\n"
        "  line: {zh-CN: \"{{ day | date('M月d日') }}，{{ venue }}\", en-GB: \"{{ day | date('d MMMM') }}, {{ venue }}\"}\n"
        'title: "{{ line }}"\n'
    )
    assert texts(only(plan(tmp_path, spec)).pages[0], "title") == ("4月18日，西湖", "18 April, West Lake")


def test_vars_may_be_lists_and_maps(tmp_path: Path) -> None:
    spec = 'kind: Poster\nvars: {sizes: [S, M], shop: {city: "{{ sizes[1] }} town"}}\ntitle: "{{ shop.city }} {{ sizes[0] }}"\n'
    assert text(only(plan(tmp_path, spec)).pages[0], "title") == "M town S"


def test_facts_are_values_with_their_source(tmp_path: Path) -> None:
    spec = (
        "kind: Infographic\ndata: {q: {csv: q.csv, key: k, types: {v: float}}}\nsections: [{title: a}, {title: b}, {title: c}]\n"
        "facts:\n  mean: {query: \"q | mean('v') | round(1)\", cite: survey}\n  twice: {query: facts.mean * 2}\n"
        'title: "{{ facts.mean }} and {{ facts.twice }}"\n'
    )
    piece = only(plan(tmp_path, spec, {"q.csv": "k,v\na,1\nb,2\n"}))
    assert [(fact.name, fact.value, fact.cite) for fact in piece.facts or ()] == [("mean", "1.5", "survey"), ("twice", "3.0", "")]
    assert text(piece.pages[0], "title") == "1.5 and 3.0"


def test_posters_have_no_facts_to_trace(tmp_path: Path) -> None:
    assert only(plan(tmp_path, "kind: Poster\ntitle: x\n")).facts is None


def test_only_the_rows_that_where_lets_through(tmp_path: Path) -> None:
    spec = (
        "kind: Poster\ndata: {q: {csv: q.csv, key: k, types: {v: int}, where: v > 1}}\n"
        "title: \"{{ q | length }} {{ q | sum('v') }} {{ q.c }}\"\n"
    )
    assert text(only(plan(tmp_path, spec, {"q.csv": "k,v\na,1\nb,2\nc,3\n"})).pages[0], "title") == "2 5 3"


# --- repetitions and conditions


def test_a_slide_for_each_entry(tmp_path: Path) -> None:
    spec = (
        "kind: Deck\nvars: {cities: [杭州, 苏州]}\nslides:\n"
        '  - {id: city, layout: statement, for_each: cities, title: "{{ loop.index }} {{ item }} {{ folio }}"}\n'
        "  - {id: end, layout: statement, title: x}\n"
    )
    pages = only(plan(tmp_path, spec)).pages
    assert [page.id for page in pages] == ["city-1", "city-2", "end"]
    assert [text(page, "title") for page in pages] == ["1 杭州 1", "2 苏州 2", "x"]


def test_a_slide_for_each_row(tmp_path: Path) -> None:
    spec = (
        "kind: Deck\ndata: {q: {csv: q.csv}}\nslides:\n"
        '  - {id: c, layout: statement, for_each: q, when: item.show == "y", title: "{{ item.name }}"}\n'
    )
    pages = only(plan(tmp_path, spec, {"q.csv": "name,show\nA,y\nB,n\nC,y\n"})).pages
    assert [(page.id, text(page, "title")) for page in pages] == [("c-1", "A"), ("c-3", "C")]


def test_a_slide_that_is_left_out_counts_for_nothing(tmp_path: Path) -> None:
    spec = (
        "kind: Deck\nlocales: [zh-CN, en-GB]\nslides:\n"
        "  - {id: a, layout: statement, when: locale.language == 'zh', title: x}\n"
        '  - {id: b, layout: statement, title: "{{ folio }}"}\n'
    )
    chinese, english = plan(tmp_path, spec).pieces
    assert [page.id for page in chinese.pages] == ["a", "b"]
    assert [page.id for page in english.pages] == ["b"]
    assert (text(chinese.pages[1], "title"), text(english.pages[0], "title")) == ("2", "1")


def test_a_piece_without_a_page_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SpecError) as caught:
        plan(tmp_path, "kind: Deck\nslides:\n  - {id: a, layout: statement, when: pair, title: x}\n")
    assert [d.code for d in caught.value.diagnostics] == ["no-pages"]


def test_a_layer_only_where_its_condition_holds(tmp_path: Path) -> None:
    spec = "kind: Poster\nlocales: [zh-CN, en-GB]\ntitle: x\nlayers: [{id: n, kind: text, in: page, text: n, when: %s}]\n"
    for condition, expected in (
        ("locale.language == 'zh'", [True, False]),
        ("subtitle", [False, False]),
        ("title", [True, True]),
    ):
        assert [has(piece.pages[0], "n") for piece in plan(tmp_path, spec % condition).pieces] == expected


def test_layers_for_each_entry_of_a_slot(tmp_path: Path) -> None:
    spec = (
        "kind: Deck\nslides:\n  - layout: three-stats\n    title: x\n"
        "    stats: [{value: '1', label: a}, {value: '2', label: b}, {value: '3', label: c}]\n"
        '    layers: [{id: n, kind: text, in: page, for_each: stats, text: "{{ loop.index0 }}{{ item.value }}{{ title }}"}]\n'
    )
    page = only(plan(tmp_path, spec)).pages[0]
    assert [text(page, f"n-{n}") for n in (1, 2, 3)] == ["01x", "12x", "23x"]


# --- charts


def test_a_chart_speaks_the_language_of_its_piece() -> None:
    made = example("05-harbour-water/harbour-water.yaml")
    chinese, english = ([c for c in piece.pages[0].layers if isinstance(c, ChartLayer)] for piece in made.pieces)
    assert chinese
    for one, other in zip(chinese, english, strict=True):
        assert one.categories != other.categories
        assert [series.values for series in one.series] == [series.values for series in other.series]


def test_a_column_by_locale(tmp_path: Path) -> None:
    spec = (
        "kind: Poster\nlocales: [zh-CN, en-GB]\ndata: {q: {csv: q.csv, types: {v: float}}}\ntitle: x\n"
        'layers: [{id: c, kind: chart, in: page, chart: {from: q, x: "name_{{ locale.language }}", y: v, sort: descending}}]\n'
    )
    made = plan(tmp_path, spec, {"q.csv": "name_zh,name_en,v\n茶,tea,1\n水,water,2\n"})
    found = [layer(piece.pages[0], "c") for piece in made.pieces]
    assert [chart.categories for chart in found if isinstance(chart, ChartLayer)] == [("水", "茶"), ("water", "tea")]


def test_a_chart_without_rows_is_an_error_at_its_place(tmp_path: Path) -> None:
    spec = (
        "kind: Poster\ntitle: x\ndata: {q: {csv: q.csv, types: {v: float}}}\n"
        "layers:\n  - {id: c, kind: chart, in: page, chart: {from: q, x: k, y: v, where: v > 9}}\n"
    )
    with pytest.raises(SpecError) as caught:
        plan(tmp_path, spec, {"q.csv": "k,v\na,1\n"})
    assert codes(caught.value) == [(5, "no-data")]


# --- values laid over


def test_set_wins_over_the_spec(tmp_path: Path) -> None:
    spec = PAIR + "vars: {year: '2025'}\ntitle: {zh-CN: 茶, en-GB: Tea}\nsubtitle: '{{ year }}'\n"
    made = plan(tmp_path, spec, overrides=["vars.year=2026", "title.en-GB=Teas", "canvas=1080x1080px", "name=other"])
    piece = only(made)
    assert (piece.name, piece.pages[0].canvas.width_px) == ("other", 1080)
    assert texts(piece.pages[0], "title") == ("茶", "Teas")
    assert texts(piece.pages[0], "subtitle") == ("2026",)


def test_only_the_locales_and_pieces_asked_for() -> None:
    assert {p.locale for p in example("05-harbour-water/harbour-water.yaml", locales=("en-GB",)).pieces} == {"en-GB"}
    sizes = {dict(p.fields)["size"] for p in example("06-autumn-drinks/autumn-drinks.yaml", select=("story",)).pieces}
    assert sizes == {"story"}


# --- words in the picture


BAKED = "kind: Poster\nlocales: [zh-CN+en-GB]\ntitle: {zh-CN: 春茶, en-GB: Tea}\nscene: {subject: a teapot}\n" + (
    "layers: [{id: title, render: baked}]\n"
)


def test_baked_strings_are_quoted_in_the_prompt(tmp_path: Path) -> None:
    made = plan(tmp_path, BAKED)
    (scene,) = made.scenes
    assert scene.strings == ("春茶", "Tea")
    assert '"春茶"' in scene.request.prompt
    assert '"Tea"' in scene.request.prompt
    title = layer(only(made).pages[0], "title")
    assert isinstance(title, TextLayer)
    assert (title.render, title.asked) == ("baked", "baked")


def test_where_the_engine_cannot_letter_baked_becomes_overlay(tmp_path: Path) -> None:
    made = plan(tmp_path, BAKED, engine={"capabilities": frozenset({"generate"})})
    (scene,) = made.scenes
    assert scene.strings == ()
    assert "春茶" not in scene.request.prompt
    title = layer(only(made).pages[0], "title")
    assert isinstance(title, TextLayer)
    assert (title.render, title.asked) == ("overlay", "baked")


def test_a_reader_makes_baked_possible(tmp_path: Path) -> None:
    made = plan(tmp_path, BAKED, engine={"capabilities": frozenset({"generate"})}, reader="eye 1")
    assert made.scenes[0].strings == ("春茶", "Tea")


def test_baked_without_a_picture_is_overlay(tmp_path: Path) -> None:
    made = plan(tmp_path, BAKED.replace("scene: {subject: a teapot}", "scene: none"))
    assert made.scenes == ()
    title = layer(only(made).pages[0], "title")
    assert isinstance(title, TextLayer)
    assert title.render == "overlay"


def test_a_logo_on_a_dense_ramp_is_the_one_for_dark_grounds() -> None:
    examples = Path(__file__).parent.parent.parent / "examples" / "07-one-brand"
    deck = qwen_pipeline.plan(examples / "opening-deck.yaml", engine="draft")
    logos = {page.id: layer.path for page in deck.pieces[0].pages for layer in page.layers if isinstance(layer, ImageLayer)}
    assert logos["close"].endswith("logo-on-dark.png")
    assert logos["cover"].endswith("logo.png")


def test_a_style_sets_its_type_and_the_brand_goes_over_it(tmp_path: Path) -> None:
    """Shared < kind < style < brand, key by key."""
    poster = "kind: Poster\nname: p\nlocales: [en]\ntitle: Hello\nscene: {style: %s, subject: tea}\n"
    brand = "apiVersion: design/v1\nkind: Brand\nname: B\nroles: {display: {weight: 300}}\n"

    def title(text: str) -> TextLayer:
        made = plan(tmp_path, text, {"b.yaml": brand})
        return next(x for x in made.pieces[0].pages[0].layers if isinstance(x, TextLayer) and x.role == "display")

    swiss, deco, branded = title(poster % "swiss"), title(poster % "art-deco"), title(poster % "swiss" + "brand: b.yaml\n")
    assert (swiss.style.weight, swiss.style.tracking_em) == (900, -0.02)
    assert (deco.style.weight, deco.style.tracking_em) == (300, 0.1)
    assert (branded.style.weight, branded.style.tracking_em) == (300, -0.02)
