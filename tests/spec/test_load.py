"""From files to a Spec: defaults, locales, slots, scenes, brands, roots, overrides."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from qwen_pipeline.errors import DataError, SpecError
from qwen_pipeline.spec import load
from qwen_pipeline.types.spec import Batch, Document, Spec, Text

from ..support.pictures import PNG

EXAMPLES = Path(__file__).parents[2] / "examples"


def write(folder: Path, files: dict[str, str | bytes]) -> Path:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder / "spec.yaml"


def made(folder: Path, text: str, overrides: tuple[str, ...] = (), **files: str | bytes) -> Spec:
    named = {name.replace("__", "."): content for name, content in files.items()}
    return load(write(folder, {"spec.yaml": text, **named}), overrides=overrides)


def document(spec: Spec) -> Document:
    assert isinstance(spec.document, Document)
    return spec.document


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*/[!_]*.yaml")), ids=lambda p: p.stem)
def test_examples_load(path: Path) -> None:
    spec = load(path)
    assert spec.places
    assert spec.inputs
    assert all(not Path(i.path).is_absolute() for i in spec.inputs)
    assert load(path).digest == spec.digest


# --- defaults ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["kind: Poster\ntitle: Hello\n", "kind: Poster\nscene: one teapot on a stone ledge\n"])
def test_two_lines_are_enough(text: str, tmp_path: Path) -> None:
    spec = made(tmp_path, text)
    assert document(spec).locales == ("en",)
    assert spec.name == "spec"
    assert spec.kind is not None
    assert len(spec.pages) == 1
    assert set(spec.pages[0].layouts) == {
        (s, p) for s in ("wide", "landscape", "square", "portrait", "story") for p in (False, True)
    }


def test_chinese_texts_without_locales_are_zh_cn_and_it_is_said(tmp_path: Path) -> None:
    spec = made(tmp_path, "kind: Poster\ntitle: 春茶市集\n")
    assert document(spec).locales == ("zh-CN",)
    assert any("zh-CN" in notice for notice in spec.notices)


def test_a_chinese_scene_says_nothing_of_the_texts(tmp_path: Path) -> None:
    assert document(made(tmp_path, "kind: Poster\ntitle: Tea\nscene: 茶园\n")).locales == ("en",)


def test_a_file_name_that_is_no_name_gives_the_kind(tmp_path: Path) -> None:
    path = tmp_path / "海报.yaml"
    path.write_text("kind: Poster\ntitle: Hello\n")
    spec = load(path)
    assert spec.name == "poster"
    assert spec.notices


# --- slots ---------------------------------------------------------------------------------------------------------------


def test_slots_are_typed(tmp_path: Path) -> None:
    text = """kind: Deck
locales: [en-GB]
slides:
  - {layout: title-and-body, title: 1.10, bullets: [a, {en: b}], notes: Pause.}
  - {id: numbers, layout: three-stats, title: x, stats: [{value: 010, label: a}, {value: "2", label: b}, {value: 3%, label: c}]}
"""
    first, second = made(tmp_path, text).pages
    assert (first.id, second.id) == ("slide-1", "numbers")
    assert first.slots["title"] == Text(((None, "1.10"),))
    bullets = first.slots["bullets"]
    assert isinstance(bullets, tuple)
    assert [b.get("en-GB") for b in bullets if isinstance(b, Text)] == ["a", "b"]
    assert first.notes == Text(((None, "Pause."),))
    stats = second.slots["stats"]
    assert isinstance(stats, tuple)
    assert isinstance(stats[0], dict)
    assert stats[0]["value"] == Text(((None, "010"),))


def test_a_language_serves_its_locales(tmp_path: Path) -> None:
    made(tmp_path, "kind: Poster\nlocales: [zh-CN+en-GB, zh-TW]\ntitle: {zh: 茶, en: Tea}\n")


def test_more_translations_than_locales_are_fine(tmp_path: Path) -> None:
    made(tmp_path, "kind: Poster\nlocales: [en-GB]\ntitle: {en-GB: Tea, fr-FR: Thé}\n")


def test_a_layer_with_its_own_text_fills_a_required_slot(tmp_path: Path) -> None:
    text = "kind: Deck\nlocales: [en]\nslides:\n  - layout: section\n    layers: [{id: title, text: Part one}]\n"
    page = made(tmp_path, text).pages[0]
    layers = {layer.id: layer for layer in page.layouts["landscape", False].layers}
    assert getattr(layers["title"], "text", None) == Text(((None, "Part one"),))


# --- scenes --------------------------------------------------------------------------------------------------------------

SCENES = "kind: Deck\nlocales: [en]\ndefaults: {{scene: {default}}}\nslides:\n  - {{layout: {layout}, title: x{scene}}}\n"


@pytest.mark.parametrize(
    ("default", "layout", "scene", "subject"),
    [
        ("{style: swiss}", "cover", ", scene: a truck", "a truck"),
        ("{subject: a road}", "cover", "", "a road"),
        ("{subject: a road}", "cover", ", scene: none", None),
        ("{subject: a road}", "section", "", None),
        ("{subject: a road}", "section", ", scene: {lighting: dawn}", "a road"),
        ("none", "cover", "", None),
        ("none", "cover", ", scene: a truck", "a truck"),
    ],
)
def test_layout_defaults_and_page_make_a_scene(
    default: str, layout: str, scene: str, subject: str | None, tmp_path: Path
) -> None:
    page = made(tmp_path, SCENES.format(default=default, layout=layout, scene=scene)).pages[0]
    assert (page.scene.subject if page.scene else None) == subject


NEAR_STYLES = {
    "ink-wsh": "ink-wash",
    "Ink Wash": "ink-wash",
    "paper kut": "paper-cut",
    "watercolor": "watercolour",
    "new year print": "new-year-print",
    "mid_century": "mid-century",
}


@pytest.mark.parametrize(("written", "meant"), NEAR_STYLES.items())
def test_a_style_that_is_nearly_a_named_one_is_noticed(tmp_path: Path, written: str, meant: str) -> None:
    spec = made(tmp_path, f"kind: Poster\nscene: {{style: {written}, subject: x}}\n")
    assert any(f"'{meant}'" in notice and "spec.yaml:2:16" in notice for notice in spec.notices)


@pytest.mark.parametrize("written", ["ink-wash", "oil painting", "photo", "dark clay", "swiss alps at dawn, ink-wash"])
def test_a_style_in_words_of_its_own_is_not_noticed(tmp_path: Path, written: str) -> None:
    assert made(tmp_path, f"kind: Poster\ntitle: x\nscene: {{style: '{written}', subject: x}}\n").notices == ()


@pytest.mark.parametrize(
    "text",
    [
        "kind: Deck\nslides:\n- {layout: cover, title: x}\ndefaults: {scene: {style: ink-wsh}}\n",
        "kind: Poster\ntitle: x\nlayers: [{id: a, kind: scene, in: page, scene: {style: ink-wsh, subject: x}}]\n",
        "kind: Comic\npages:\n- {layout: splash, panels: [{scene: {style: ink-wsh, subject: a cat}}]}\n",
    ],
    ids=["defaults", "layer", "slot"],
)
def test_nearly_named_styles_are_noticed_wherever_they_stand(tmp_path: Path, text: str) -> None:
    assert any("'ink-wash'" in notice for notice in made(tmp_path, text).notices)


@pytest.mark.parametrize("written", ["None", "off", "'no'"])
def test_a_scene_of_a_word_for_nothing_is_noticed(tmp_path: Path, written: str) -> None:
    assert any("scene: none" in notice for notice in made(tmp_path, f"kind: Poster\ntitle: x\nscene: {written}\n").notices)


# --- brands and roots ----------------------------------------------------------------------------------------------------


def test_a_brand_changes_the_theme(tmp_path: Path) -> None:
    brand = "name: Acme\ncolors: {primary: '#123456'}\nroles: {display: {weight: 300}}\nlogo: {src: logo.png}\n"
    brand += "words: calm\nauthor: A\n"
    spec = made(tmp_path, "kind: Poster\ntitle: x\nbrand: b.yaml\n", b__yaml=brand, logo__png=PNG)
    plain = made(tmp_path, "kind: Poster\ntitle: x\n")
    assert spec.theme is not None
    assert plain.theme is not None
    assert spec.theme.brand_colors == {"primary": "#123456"}
    assert spec.theme.roles["display"].weight == 300
    assert spec.theme.roles["display"].scale == plain.theme.roles["display"].scale
    assert spec.theme.logo is not None
    assert spec.theme.logo.src == str(tmp_path.resolve() / "logo.png")
    assert (spec.theme.words, spec.theme.author, spec.theme.name) == ("calm", "A", "Acme")
    assert {"b.yaml", "logo.png", "spec.yaml"} <= {i.path for i in spec.inputs}


def test_a_kind_changes_the_shared_roles(tmp_path: Path) -> None:
    poster = made(tmp_path, "kind: Poster\ntitle: x\n").theme
    info = load(EXAMPLES / "05-harbour-water" / "harbour-water.yaml").theme
    assert poster is not None
    assert info is not None
    assert poster.base != info.base
    assert poster.roles["display"].step != info.roles["display"].step
    assert poster.roles["display"].weight == info.roles["display"].weight


def test_the_root_is_the_nearest_marked_folder(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "_brand.yaml": "name: x\n",
        "a/b/spec.yaml": "kind: Poster\ntitle: x\nbrand: ../../_brand.yaml\n",
    }
    write(tmp_path, files)
    path = tmp_path / "a" / "b" / "spec.yaml"
    with pytest.raises(SpecError) as caught:
        load(path)
    assert [d.code for d in caught.value.diagnostics] == ["path-outside"]
    (tmp_path / ".design-root").touch()
    assert load(path).root == str(tmp_path.resolve())
    (tmp_path / "a" / ".design-root").touch()
    with pytest.raises(SpecError):
        load(path)


def test_an_assets_folder_is_searched_too(tmp_path: Path) -> None:
    write(tmp_path, {"media/logo.png": PNG, "in/own.png": PNG, "in/spec.yaml": "kind: Poster\ntitle: x\nlogo: logo.png\n"})
    spec = load(tmp_path / "in" / "spec.yaml", assets_dir=tmp_path / "media")
    assert spec.root == str((tmp_path / "media").resolve())
    assert "../media/logo.png" in {i.path for i in spec.inputs}


def test_a_spec_can_be_sent_to_another_process(tmp_path: Path) -> None:
    spec = made(tmp_path, "kind: Poster\ntitle: x\nvars: {a: [1, {b: 2}]}\n")
    assert pickle.loads(pickle.dumps(spec)).digest == spec.digest


# --- overrides -----------------------------------------------------------------------------------------------------------

BASE = "kind: Poster\nlocales: [en]\ntitle: x\ncanvas: A3\nlayers: [{id: title, scale: 2}]\n"


def test_overrides_reach_keys_positions_ids_and_short_forms(tmp_path: Path) -> None:
    changes = ("title=16:9", "layers.title.scale=3", "canvas.bleed=5mm", "generate.seed=7", "scene.style=swiss", "locales=[de]")
    spec = made(tmp_path, BASE, changes)
    own = document(spec)
    assert spec.pages[0].slots["title"] == Text(((None, "16:9"),))
    assert own.canvas is not None
    assert (own.canvas.size, str(own.canvas.bleed), own.generate.seed, own.locales) == ("A3", "5mm", 7, ("de",))
    layers = {layer.id: layer for layer in spec.pages[0].layouts["portrait", False].layers}
    assert getattr(layers["title"], "scale", None) == 3
    assert spec.place("title").file == "--set"
    assert spec.digest != made(tmp_path, BASE).digest


@pytest.mark.parametrize(
    ("change", "code", "hint"),
    [
        ("titel=y", "unknown-key", "'title'"),
        ("canvas.bled=3mm", "unknown-key", "'bleed'"),
        ("layers.titel.scale=3", "unknown-key", "'title'"),
        ("layers[4].scale=3", "unknown-key", ""),
        ("generate.seed=x", "wrong-type", ""),
        ("seed", "bad-override", ""),
        ("=3", "bad-override", ""),
    ],
)
def test_an_override_that_does_not_fit(change: str, code: str, hint: str, tmp_path: Path) -> None:
    with pytest.raises(SpecError) as caught:
        made(tmp_path, BASE, (change,))
    found = caught.value.diagnostics[0]
    assert (found.code, found.place.file) == (code, "--set")
    assert hint in found.hint


# --- batches -------------------------------------------------------------------------------------------------------------

BATCH = """kind: Batch
template: card.yaml
data: {rows: {csv: rows.csv, key: sku, types: {price: float}}}
matrix:
  locale: [zh-CN, en-GB]
  size: [{id: a3, canvas: A3}, {id: story, canvas: 1080x1920px}]
  exclude: [{locale: en-GB, size: story}, {sku: b, size: a3}]
map: {title: "{{ row.name }}"}
"""
CARD = "kind: Deck\nlocales: [zh-CN]\nslides: [{layout: section, subtitle: {zh-CN: 茶, en-GB: Tea}}]\n"
ROWS = "sku,name,price\na,Tea,18\nb,Milk,x\nb,Milk,20\n,Water,1\n"


def test_a_batch_holds_its_template_and_isolates_bad_rows(tmp_path: Path) -> None:
    spec = made(tmp_path, BATCH, card__yaml=CARD, rows__csv=ROWS)
    assert isinstance(spec.document, Batch)
    assert spec.template is not None
    assert spec.template.document.kind == "Deck"
    rows = spec.tables["rows"]
    assert [row["sku"] for row in rows.rows] == ["a", "b"]
    assert [(key, code, place.line) for key, code, _, place in rows.bad] == [("b", "bad-cell", 3), ("4", "missing-row-key", 5)]
    assert spec.document.matrix["exclude"][1] == {"row": "b", "size": "a3"}
    assert {"card.yaml", "rows.csv", "spec.yaml"} <= {i.path for i in spec.inputs}


def test_a_batch_brings_its_own_brand_and_overrides_reach_the_template(tmp_path: Path) -> None:
    changes = ("brand=b.yaml", "limits.max_scenes=3", "meta.author=Me")
    spec = made(tmp_path, BATCH, changes, card__yaml=CARD, rows__csv=ROWS, b__yaml="name: Acme\n")
    assert spec.template is not None
    assert spec.template.theme is not None
    assert spec.template.theme.name == "Acme"
    assert isinstance(spec.document, Batch)
    assert spec.document.limits.max_scenes == 3
    assert document(spec.template).meta.author == "Me"


def test_bad_rows_of_another_table_are_errors_of_the_data(tmp_path: Path) -> None:
    text = "kind: Poster\ntitle: x\ndata: {q: {csv: q.csv, types: {v: int}}}\n"
    with pytest.raises(DataError) as caught:
        made(tmp_path, text, q__csv="v\n1\ntwo\n")
    assert [(d.code, d.place.line) for d in caught.value.diagnostics] == [("bad-cell", 3)]


def test_a_brand_and_a_layout_are_no_pieces(tmp_path: Path) -> None:
    with pytest.raises(SpecError) as caught:
        made(tmp_path, "kind: Layout\nname: x\n")
    assert caught.value.diagnostics[0].code == "not-a-piece"


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    write(tmp_path, {"spec.yaml": "kind: Poster\n"})
    with pytest.raises(SpecError) as caught:
        load(tmp_path / "spec.yml")
    assert caught.value.diagnostics[0].code == "missing-file"
    assert "spec.yaml" in caught.value.diagnostics[0].hint
