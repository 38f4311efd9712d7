"""Layouts: chains, variants, a page's own changes; and the templates that come with the package."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from qwen_pipeline.errors import SpecError
from qwen_pipeline.spec import kinds, layouts, load, styles, templates_dir
from qwen_pipeline.spec.brand import make_theme
from qwen_pipeline.spec.checks import LayoutChecks
from qwen_pipeline.spec.extends import LayoutBook
from qwen_pipeline.spec.files import Files
from qwen_pipeline.spec.kinds import open_templates
from qwen_pipeline.spec.names import page_names, piece_names
from qwen_pipeline.spec.report import Report
from qwen_pipeline.spec.texts import TextRules
from qwen_pipeline.types import Place
from qwen_pipeline.types.spec import Layout

BASE = """name: base
describe: The base.
slots: {title: {required: true}, body: {}}
background: primary
regions:
  safe: {box: [5%, 5%, 90%, 90%]}
  title: {within: safe, box: [0%, 0%, 100%, 40%], align: start}
layers:
  - {id: rule, kind: shape, in: safe, fill: accent}
  - {id: title, kind: text, in: title, slot: title, role: display, scale: 1.2}
variants:
  - when: {shape: [square]}
    regions: {title: {box: [0%, 0%, 50%, 40%]}}
    layers: [{id: rule, fill: ink}]
  - when: {pair: true}
    background: secondary
"""
DERIVED = """name: derived
describe: Made from base.
extends: ./base.yaml
slots: {body: {type: list}, foot: {}}
regions:
  title: {align: center}
  foot: {within: safe, box: [0%, 90%, 100%, 10%]}
layers:
  - {id: title, scale: 2}
  - {id: foot, kind: text, in: foot, slot: foot}
variants:
  - when: {shape: [square]}
    layers: [{id: title, scale: 1}]
"""


def effective(folder: Path, spec: str = "") -> dict[tuple[str, bool], Layout]:
    (folder / "base.yaml").write_text(BASE)
    (folder / "derived.yaml").write_text(DERIVED)
    (folder / "spec.yaml").write_text("kind: Poster\nlocales: [en]\nextends: ./derived.yaml\ntitle: x\n" + spec)
    return dict(load(folder / "spec.yaml").pages[0].layouts)


def layer(layout: Layout, id: str) -> Any:
    return next(layer for layer in layout.layers if layer.id == id)


def test_a_chain_is_merged_by_key_and_by_id(tmp_path: Path) -> None:
    layout = effective(tmp_path)["portrait", False]
    assert (layout.name, layout.describe) == ("derived", "Made from base.")
    assert [one.id for one in layout.layers] == ["rule", "title", "foot"]
    assert (layer(layout, "title").scale, layer(layout, "title").role) == (2, "display")
    assert str(layout.regions["title"].box[3]) == "40%"  # type: ignore[index]
    assert layout.regions["title"].align == "center"
    assert (layout.slots["title"].required, layout.slots["body"].type, set(layout.slots)) == (
        True,
        "list",
        {"title", "body", "foot"},
    )


def test_variants_come_after_the_chain_the_base_first(tmp_path: Path) -> None:
    found = effective(tmp_path)
    square = found["square", False]
    assert str(square.regions["title"].box[2]) == "50%"  # type: ignore[index]
    assert square.regions["title"].align == "center"
    assert (layer(square, "rule").fill, layer(square, "title").scale) == ("ink", 1)
    assert (square.background, found["square", True].background) == ("primary", "secondary")


def test_equal_layouts_are_one_object(tmp_path: Path) -> None:
    found = effective(tmp_path)
    assert found["wide", False] is found["portrait", False]
    assert found["wide", False] is not found["square", False]


def test_a_spec_has_the_last_word(tmp_path: Path) -> None:
    own = """background: paper
regions: {title: {box: [1%, 1%, 1%, 1%]}}
layers:
  - {id: title, scale: 3, when: "body"}
  - {id: rule, kind: text, in: foot, text: Replaced}
  - {id: extra, kind: shape, in: page}
"""
    layout = effective(tmp_path, own)["square", True]
    assert layout.background == "paper"
    assert str(layout.regions["title"].box[2]) == "1%"  # type: ignore[index]
    assert layout.regions["title"].within == "safe"
    assert [one.id for one in layout.layers] == ["rule", "title", "foot", "extra"]
    assert layer(layout, "rule").kind == "text"
    title = layer(layout, "title")
    assert (title.scale, title.when, title.slot) == (3, "body", "title")


def test_an_error_points_at_the_file_that_wrote_the_value(tmp_path: Path) -> None:
    with pytest.raises(SpecError) as caught:
        effective(tmp_path, "layers: [{id: foot, in: sfae}]\n")
    assert [(Path(d.place.file).name, d.place.line, d.code) for d in caught.value.diagnostics] == [
        ("spec.yaml", 5, "unknown-region")
    ]
    effective(tmp_path)
    (tmp_path / "derived.yaml").write_text(DERIVED.replace("in: foot", "in: fot"))
    with pytest.raises(SpecError) as caught:
        load(tmp_path / "spec.yaml")
    assert [(Path(d.place.file).name, d.place.line) for d in caught.value.diagnostics] == [("derived.yaml", 10)]


# --- the templates of the package ------------------------------------------------------------------------------------------

NAMED = [(kind, name) for kind in kinds() for name in layouts(kind)]


@pytest.mark.parametrize(("kind", "name"), NAMED)
def test_every_name_in_a_layout_of_ours_is_there(kind: str, name: str) -> None:
    templates, report = open_templates(None), Report()
    made = templates.kinds()[kind]
    files = Files(templates.root, templates.root, report, templates.root)
    theme = make_theme(templates.type_scale(), made, None)
    colors = frozenset([*theme.colors, *(c for s in templates.styles().values() for c in s.colors)])
    rules = TextRules((), report, page_names(piece_names((), (), {}), None, repeated=False))
    checks = LayoutChecks(rules, files, theme.roles, colors, templates.icons(), {}, frozenset())
    found = LayoutBook(templates, made, files, report).effective(name, Place(name), None)
    assert found is not None
    for layout, raw in found.distinct:
        checks.check(layout, raw)
    assert not report.found, [str(d) for d in report.found]


def test_kinds_name_layouts_that_are_there() -> None:
    for name, kind in kinds().items():
        assert kind.layout in layouts(name)


def test_styles_have_their_files_names() -> None:
    assert set(styles()) == {p.stem for p in (templates_dir() / "_shared" / "styles").glob("*.yaml")}


# --- broken templates ------------------------------------------------------------------------------------------------------

TEMPLATES = {
    "_shared/type.yaml": "base: 0.02\ncolors: {ink: '#000000', paper: '#ffffff'}\nroles: {body: {scale: 1}}\n",
    "card/kind.yaml": "kind: Card\ndescribe: x\nlayout: one\ncanvas: A6\noutputs: [{format: pdf}]\n",
    "card/layouts/one.yaml": "name: one\nslots: {text: {}}\nlayers: [{id: text, kind: text, in: page, slot: text}]\n",
}


def templates(folder: Path, **changed: str) -> Path:
    for name, text in {**TEMPLATES, **{k.replace("__", "/") + ".yaml": v for k, v in changed.items()}}.items():
        path = folder / "t" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (folder / "spec.yaml").write_text("kind: Card\ntext: hello\n")
    return folder / "t"


def test_a_kind_is_a_folder(tmp_path: Path) -> None:
    spec = load(tmp_path / "spec.yaml", templates=templates(tmp_path))
    assert spec.kind is not None
    assert spec.kind.kind == "Card"
    assert "templates/card/layouts/one.yaml" in {i.path for i in spec.inputs}


@pytest.mark.parametrize(
    ("changed", "text", "code"),
    [
        ("card__kind", "kind: Card\n", "missing-key"),
        ("card__kind", TEMPLATES["card/kind.yaml"].replace("Card", "Cart"), "bad-kind"),
        ("card__kind", TEMPLATES["card/kind.yaml"].replace("A6", "A66"), "bad-canvas"),
        ("card__layouts__one", "name: one\nlayers: [{id: a, kind: text}]\n", "missing-key"),
        ("card__layouts__one", "name: one\nslots: {vars: {}}\n", "reserved-name"),
        ("_shared__type", "base: 0.02\n", "missing-key"),
        ("_shared__styles__x", "name: y\ndescribe: z\nwords: w\n", "bad-style"),
        ("_shared__styles__x", "name: [", "yaml-syntax"),
        ("_shared__icons", "star: {a: b}\n", "wrong-type"),
    ],
)
def test_a_broken_template_is_fatal_and_named(changed: str, text: str, code: str, tmp_path: Path) -> None:
    root = templates(tmp_path, **{changed: text})
    with pytest.raises(SpecError) as caught:
        load(tmp_path / "spec.yaml", templates=root)
    found = [d for d in caught.value.diagnostics if d.code == code]
    assert found
    assert found[0].place.file.endswith(changed.replace("__", "/") + ".yaml")


def test_a_folder_without_templates(tmp_path: Path) -> None:
    with pytest.raises(SpecError) as caught:
        kinds(tmp_path)
    assert caught.value.diagnostics[0].code == "no-templates"
