"""Fingerprints: what decides a piece changes its own, and nothing else does."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from qwen_pipeline.fingerprint import canonical, digest
from qwen_pipeline.plan import make
from qwen_pipeline.spec import load
from qwen_pipeline.types import CalmArea, Color, Place, Plan, TextLayer, TextStyle

from ..support.pictures import PNG
from .plans import context, only, plan, write

BRAND = "name: b\ncolors: {primary: '#0f6b5c'}\n"
POSTER = (
    "kind: Poster\nname: p\nbrand: b.yaml\nlocales: [zh-CN+en-GB]\n"
    "title: {zh-CN: 春茶, en-GB: Tea}\nlogo: pictures/logo.png\nscene: {subject: a teapot}\n"
)
FILES: dict[str, str | bytes] = {"b.yaml": BRAND, "pictures/logo.png": PNG}


def poster(folder: Path, text: str = POSTER, files: dict[str, str | bytes] | None = None, **changes: Any) -> Plan:
    return plan(folder, text, {**FILES, **(files or {})}, **changes)


def piece_of(made: Plan) -> str:
    return only(made).fingerprint


def scene_of(made: Plan) -> str:
    (scene,) = made.scenes
    return scene.fingerprint


def test_the_same_again_is_the_same(tmp_path: Path) -> None:
    assert poster(tmp_path) == poster(tmp_path)


def test_comments_and_the_order_of_keys_change_nothing(tmp_path: Path) -> None:
    before = poster(tmp_path)
    lines = POSTER.splitlines()
    after = poster(tmp_path, "# a comment\n" + "\n".join([*lines[:4], *lines[:3:-1]]) + "\n")
    assert (piece_of(before), scene_of(before)) == (piece_of(after), scene_of(after))


def test_the_folder_changes_nothing(tmp_path: Path) -> None:
    before = poster(tmp_path / "one")
    shutil.copytree(tmp_path / "one", tmp_path / "other")
    after = make(load(tmp_path / "other" / "spec.yaml"), context())
    assert (piece_of(before), scene_of(before)) == (piece_of(after), scene_of(after))


def test_an_asset_s_path_changes_nothing_and_its_content_does(tmp_path: Path) -> None:
    before = poster(tmp_path)
    moved = poster(tmp_path, POSTER.replace("pictures/logo.png", "mark.png"), {"mark.png": PNG})
    assert piece_of(moved) == piece_of(before)
    changed = poster(tmp_path, files={"pictures/logo.png": PNG + b"2"})
    assert piece_of(changed) != piece_of(before)
    assert scene_of(changed) == scene_of(before)


def test_a_reference_s_path_changes_nothing_and_its_content_does(tmp_path: Path) -> None:
    spec = "kind: Poster\nname: p\ntitle: x\nscene: {subject: a teapot, references: [%s]}\n"
    before = plan(tmp_path, spec % "a.png", {"a.png": PNG})
    moved = plan(tmp_path, spec % "b.png", {"b.png": PNG})
    assert scene_of(moved) == scene_of(before)
    changed = plan(tmp_path, spec % "a.png", {"a.png": PNG + b"2"})
    assert scene_of(changed) != scene_of(before)
    assert piece_of(changed) != piece_of(before)


CHANGES: dict[str, Callable[[Path], Plan]] = {
    "a word": lambda at: poster(at, POSTER.replace("en-GB: Tea", "en-GB: Teas")),
    "a layer": lambda at: poster(at, POSTER + "layers: [{id: title, scale: 1.5}]\n"),
    "a box": lambda at: poster(at, POSTER + "regions: {title: {box: [10%, 10%, 80%, 30%]}}\n"),
    "an output": lambda at: poster(at, POSTER + "outputs: [{format: pdf, marks: [crop]}]\n"),
    "a check": lambda at: poster(at, POSTER + "checks: {contrast: warn}\n"),
    "the metadata": lambda at: poster(at, POSTER + "meta: {author: A}\n"),
    "the pair": lambda at: poster(at, POSTER + "pair: {ratio: 0.5}\n"),
    "the code": lambda at: poster(at, code_digest="other"),
    "the fonts": lambda at: poster(at, fonts_digest="other"),
}
"""What changes a piece and not its picture."""


@pytest.mark.parametrize("name", CHANGES)
def test_what_decides_only_the_page(name: str, tmp_path: Path) -> None:
    before, after = poster(tmp_path / "a"), CHANGES[name](tmp_path / "b")
    assert piece_of(after) != piece_of(before)
    if name != "a box":  # words that move leave another part of the picture calm
        assert scene_of(after) == scene_of(before)


PICTURES: dict[str, Callable[[Path], Plan]] = {
    "the subject": lambda at: poster(at, POSTER.replace("a teapot", "a cup")),
    "the style": lambda at: poster(at, POSTER.replace("a teapot}", "a teapot, style: ink-wash}")),
    "the canvas": lambda at: poster(at, POSTER + "canvas: 1080x1080px\n"),
    "the seed": lambda at: poster(at, POSTER + "generate: {seed: 7}\n"),
    "the steps": lambda at: poster(at, POSTER + "generate: {num_inference_steps: 7}\n"),
    "the name, and so the seed": lambda at: poster(at, POSTER.replace("name: p", "name: q")),
    "a colour": lambda at: poster(at, files={"b.yaml": BRAND.replace("0f6b5c", "0f6b5d")}),
    "the engine's version": lambda at: poster(at, engine={"version": "2"}),
    "the weights": lambda at: poster(at, engine={"weights_digest": "w"}),
    "the dtype": lambda at: poster(at, engine={"dtype": "bfloat16"}),
}
"""What changes the picture, and so the piece."""


@pytest.mark.parametrize("name", PICTURES)
def test_what_decides_the_picture(name: str, tmp_path: Path) -> None:
    before, after = poster(tmp_path / "a"), PICTURES[name](tmp_path / "b")
    assert scene_of(after) != scene_of(before)
    assert piece_of(after) != piece_of(before)


def test_the_speed_and_the_licence_text_of_an_engine_change_nothing(tmp_path: Path) -> None:
    before = poster(tmp_path)
    after = poster(tmp_path, engine={"seconds_per_scene": 9.0, "describe": "other", "max_references": 3})
    assert (piece_of(before), scene_of(before)) == (piece_of(after), scene_of(after))


def test_a_brand_s_font_by_its_content(tmp_path: Path) -> None:
    from importlib.resources import files

    font = (files("justmytype_intl_cjk") / "fonts/ofl/notosanssc/NotoSansSC[wght].ttf").read_bytes()
    digests = {"font.ttf": "one"}
    write(tmp_path, {**FILES, "font.ttf": font, "b.yaml": BRAND + "fonts: {sans: {latin: font.ttf}}\n", "spec.yaml": POSTER})
    spec = load(tmp_path / "spec.yaml")

    def made() -> Plan:
        return make(spec, context(digest=lambda path: digests.get(Path(path).name, "x")))

    before = made()
    digests["font.ttf"] = "two"
    after = made()
    assert piece_of(after) != piece_of(before)
    assert scene_of(after) == scene_of(before)


BATCH = (
    "kind: Batch\nname: t\ntemplate: card.yaml\ndata: {rows: {csv: rows.csv, key: sku}}\n"
    'matrix: {locale: [zh-CN, en-GB]}\nmap: {title: "{{ row.name }}"}\n'
)
CARD = "kind: Poster\nlocales: [zh-CN, en-GB]\ntitle: x\nscene: {subject: 'a {{ row.thing }}'}\n"


def rows(folder: Path, lines: str, card: str = CARD) -> dict[str, tuple[str, str | None]]:
    """Piece -> (its fingerprint, its picture's)."""
    made = plan(folder, BATCH, {"card.yaml": card, "rows.csv": "sku,name,thing,unread\n" + lines})
    return {piece.id: (piece.fingerprint, piece.pages[0].scene) for piece in made.pieces}


def test_a_row_changes_its_own_pieces_only(tmp_path: Path) -> None:
    before = rows(tmp_path, "a,Tea,cup,1\nb,Milk,jug,2\n")
    name = rows(tmp_path, "a,Tea,cup,1\nb,Cream,jug,2\n")
    assert {piece for piece in before if before[piece] != name[piece]} == {"t/b/zh-CN", "t/b/en-GB"}
    assert {piece for piece in before if before[piece][1] != name[piece][1]} == set()
    thing = rows(tmp_path, "a,Tea,pot,1\nb,Milk,jug,2\n")
    assert {piece for piece in before if before[piece][1] != thing[piece][1]} == {"t/a/zh-CN", "t/a/en-GB"}
    assert {piece for piece in before if before[piece] != thing[piece]} == {"t/a/zh-CN", "t/a/en-GB"}


def test_rows_and_columns_that_are_added_or_moved_change_nothing(tmp_path: Path) -> None:
    before = rows(tmp_path, "a,Tea,cup,1\nb,Milk,jug,2\n")
    after = rows(tmp_path, "c,Juice,glass,3\nb,Milk,jug,9\na,Tea,cup,1\n")
    assert {piece: after[piece] for piece in before} == before


def test_the_template_changes_every_piece(tmp_path: Path) -> None:
    before = rows(tmp_path, "a,Tea,cup,1\nb,Milk,jug,2\n")
    after = rows(tmp_path, "a,Tea,cup,1\nb,Milk,jug,2\n", CARD + "subtitle: new\n")
    assert not any(before[piece][0] == after[piece][0] for piece in before)


STYLE = TextStyle(10.0, 6.0, 400, Color(0, 0, 0))
VALUES: dict[str, object] = {
    "plain": {"b": [1, 2.0, 2.5, -0.0, True, None, '茶 "q" \u2028'], "a": (), 3: "k"},
    "dataclasses": (CalmArea(0, 0.25, 1.0, 1), Color(1, 2, 3), Color(1, 2, 3, 0.5)),
    "a lone one": [Color(1, 2, 3)],
    "a place, which does not count": TextLayer("t", "r", "body", (), STYLE, place=Place("f", 1, 2)),
    "a set": frozenset({"b", "a"}),
}


@pytest.mark.parametrize("value", VALUES.values(), ids=VALUES)
def test_a_digest_is_that_of_the_canonical_json(value: object) -> None:
    text = json.dumps(canonical(value), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert digest(value) == hashlib.sha256(text.encode()).hexdigest()


@pytest.mark.parametrize("value", [float("nan"), float("inf"), object()])
def test_what_json_cannot_say_has_no_digest(value: object) -> None:
    with pytest.raises((ValueError, TypeError)):
        digest([value])
