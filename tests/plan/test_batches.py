"""Batches: pieces, seeds, shared pictures, limits, names, bad rows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from qwen_pipeline.errors import BudgetRefused, DataError, SpecError
from qwen_pipeline.types import Plan

from .plans import example, only, plan, text

CARD = (
    "kind: Poster\nlocales: [zh-CN, en-US]\nvars: {note: none}\n"
    'title: {zh-CN: 茶, en-US: Tea}\nsubtitle: "{{ note }}"\nscene: {subject: "a cup of {{ row.name }}"}\n'
)
ROWS = "sku,name,price\ntea-01,green tea,18\ntea-02,black tea,20\n"
BATCH = """kind: Batch
name: tea
template: card.yaml
data: {rows: {csv: rows.csv, key: sku}}
matrix: {locale: [zh-CN, en-US], size: [{id: a3, canvas: A3}, {id: square, canvas: 1080x1080px}]}
map: {title: "{{ row.name }} {{ row.price | money }}", note: "{{ row.sku }} {{ size.id }}"}
"""
DESIGN = """kind: Batch
name: autumn-drinks
template: card.yaml
data: {rows: {csv: rows.csv, key: sku, where: "status == 'live'"}}
matrix:
  locale: [zh-CN, en-US]
  size: [{id: a3, canvas: A3, bleed: 3mm}, {id: square, canvas: 1080x1080px}, {id: story, canvas: 1080x1920px}]
  exclude: [{locale: en-US, size: story}]
  include: [{locale: en-US, size: story, row: tea-04}]
share: {scene: [sku, size]}
outputs:
  - {format: png, name: "{sku}/{size}/{locale}.png"}
  - {format: contact_sheet, name: sheet.pdf}
"""
LIVE = "sku,name,status\n" + "".join(f"tea-0{n},tea {n},{'live' if n < 5 else 'gone'}\n" for n in range(1, 7))


def batch(folder: Path, text_: str = BATCH, *, rows: str = ROWS, card: str = CARD, **changes: Any) -> Plan:
    return plan(folder, text_, {"card.yaml": card, "rows.csv": rows}, **changes)


def seeds(made: Plan) -> dict[str, int]:
    """Piece -> seed of its picture."""
    by_scene = {scene.fingerprint: scene.request.seed for scene in made.scenes}
    return {piece.id: by_scene[piece.pages[0].scene] for piece in made.pieces if piece.pages[0].scene}


def failure_codes(made: Plan) -> list[tuple[str, str]]:
    return [(failure.piece, failure.code) for failure in made.failures]


# --- pieces


def test_rows_times_axes(tmp_path: Path) -> None:
    made = batch(tmp_path)
    assert [piece.id for piece in made.pieces] == [
        f"tea/{sku}/{size}/{locale}" for sku in ("tea-01", "tea-02") for locale in ("zh-CN", "en-US") for size in ("a3", "square")
    ]
    piece = made.pieces[2]
    assert dict(piece.fields) == {"locale": "en-US", "sku": "tea-01", "size": "a3"}
    assert text(piece.pages[0], "title") == "green tea $18"
    assert text(piece.pages[0], "subtitle") == "tea-01 a3"


def test_no_row_to_make_is_noticed(tmp_path: Path) -> None:
    def after(sku: str) -> Plan:
        return batch(tmp_path, BATCH.replace("key: sku", f"key: sku, where: sku > '{sku}'"))

    made = after("tea-99")
    assert (made.pieces, len(made.notices)) == ((), 1)
    assert after("tea-01").notices == ()


def test_exclude_and_include(tmp_path: Path) -> None:
    made = batch(tmp_path, DESIGN, rows=LIVE)
    assert made.failures == ()
    assert len(made.pieces) == 4 * 5 + 1
    assert [piece.id for piece in made.pieces if "/story/en-US" in piece.id] == ["autumn-drinks/tea-04/story/en-US"]
    assert len(made.scenes) == 4 * 3
    assert [output.name for output in made.run_outputs] == ["sheet.pdf"]


def test_an_include_of_what_is_there_adds_nothing(tmp_path: Path) -> None:
    made = batch(tmp_path, DESIGN.replace("locale: en-US, size: story, row", "locale: zh-CN, size: square, row"), rows=LIVE)
    assert (len(made.pieces), made.failures) == (20, ())


def test_an_include_with_a_value_of_its_own_is_another_piece(tmp_path: Path) -> None:
    written = DESIGN.replace("size: story, row: tea-04", "size: square, row: tea-04, edition: gold")
    made = batch(tmp_path, written.split("outputs:")[0], rows=LIVE)
    assert made.pieces[-1].id == "autumn-drinks/tea-04/square/gold/en-US"
    assert len(made.pieces) == 21


def test_the_example_of_forty_rows() -> None:
    made = example("06-autumn-drinks/autumn-drinks.yaml")
    assert made.failures == ()
    assert len(made.pieces) == 3 * len({dict(piece.fields)["sku"] for piece in made.pieces})
    assert len(made.scenes) * 3 == len(made.pieces) * 2
    assert [output.name for output in made.run_outputs] == ["sheet.pdf"]


def test_candidates_are_pieces_of_their_own(tmp_path: Path) -> None:
    made = plan(tmp_path, "kind: Poster\nname: a\ntitle: x\nscene: tea\ngenerate: {candidates: 3}\n")
    assert [piece.id for piece in made.pieces] == ["a/candidate-1/en", "a/candidate-2/en", "a/candidate-3/en"]
    assert len({scene.request.seed for scene in made.scenes}) == 3
    assert len({output.name for piece in made.pieces for output in piece.outputs}) == 6


# --- seeds and sharing


def test_another_row_changes_no_seed(tmp_path: Path) -> None:
    before = seeds(batch(tmp_path))
    after = seeds(batch(tmp_path, rows="sku,name,price\ntea-00,white tea,30\n" + ROWS.partition("\n")[2]))
    assert len(after) == len(before) + 4
    assert {piece: after[piece] for piece in before} == before


def test_rows_and_sizes_have_seeds_of_their_own_and_languages_share(tmp_path: Path) -> None:
    found = seeds(batch(tmp_path))
    assert len(set(found.values())) == 4
    assert found["tea/tea-01/a3/zh-CN"] == found["tea/tea-01/a3/en-US"]


def test_the_seed_of_the_spec_decides_all_others(tmp_path: Path) -> None:
    first, second = (seeds(batch(tmp_path, BATCH + f"generate: {{seed: {n}}}\n")) for n in (1, 2))
    assert not set(first.values()) & set(second.values())


def test_one_picture_for_what_share_names(tmp_path: Path) -> None:
    made = batch(tmp_path, BATCH + "share: {scene: [sku]}\n", card=CARD.replace("scene:", "canvas: A3\nscene:"))
    assert len(made.scenes) == 4  # the sizes differ, the seeds do not
    assert len({scene.request.seed for scene in made.scenes}) == 2
    languages = [scene.used_by for scene in made.scenes if "tea/tea-01/a3/zh-CN" in scene.used_by]
    assert languages == [("tea/tea-01/a3/en-US", "tea/tea-01/a3/zh-CN")]


def test_sharing_what_differs_is_an_error(tmp_path: Path) -> None:
    made = batch(tmp_path, BATCH + "share: {scene: [size]}\n")
    assert failure_codes(made) == [
        (f"tea/tea-02/{size}/{locale}", "share-conflict") for locale in ("zh-CN", "en-US") for size in ("a3", "square")
    ]


# --- limits


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        ("max_pieces: 7", "max_pieces is 7, and this batch needs 8"),
        ("max_scenes: 3", "max_scenes is 3, and this batch needs 4"),
        ("max_gpu_minutes: 0.05", "max_gpu_minutes is 0.05, and this batch needs 0.1"),
    ],
)
def test_limits(limits: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(BudgetRefused) as caught:
        batch(tmp_path, BATCH + f"limits: {{{limits}}}\n")
    assert (caught.value.exit_code, caught.value.place and caught.value.place.line) == (3, 7)
    assert words in caught.value.message
    assert words in "".join(batch(tmp_path, BATCH + f"limits: {{{limits}, on_exceed: warn}}\n").notices)
    assert batch(tmp_path, BATCH + f"limits: {{{limits}, on_exceed: off}}\n").notices == ()


def test_limits_that_hold(tmp_path: Path) -> None:
    assert len(batch(tmp_path, BATCH + "limits: {max_pieces: 8, max_scenes: 4, max_gpu_minutes: 1}\n").pieces) == 8


# --- names


def test_names_that_collide_are_told_before_any_work(tmp_path: Path) -> None:
    made = batch(tmp_path, BATCH + 'outputs: [{format: pdf, name: "{sku}.{size}.pdf"}]\n')
    assert failure_codes(made) == [
        (f"tea/{sku}/{size}/en-US", "name-collision") for sku in ("tea-01", "tea-02") for size in ("a3", "square")
    ]


def test_names_that_collide_in_one_spec_stop_it(tmp_path: Path) -> None:
    with pytest.raises(SpecError) as caught:
        plan(tmp_path, "kind: Poster\nlocales: [zh-CN, en-GB]\ntitle: x\noutputs: [{format: pdf, name: same.pdf}]\n")
    (found,) = caught.value.diagnostics
    assert (found.code, found.place.line) == ("name-collision", 4)


@pytest.mark.parametrize("second", ["a.png", "A.png"])
def test_two_outputs_of_one_piece_are_told_apart(tmp_path: Path, second: str) -> None:
    outputs = f"outputs:\n- {{format: png, name: a.png, width: 64}}\n- {{format: png, name: {second}, width: 99}}\n"
    with pytest.raises(SpecError) as caught:
        plan(tmp_path, "kind: Poster\ntitle: x\n" + outputs)
    (found,) = caught.value.diagnostics
    assert (found.code, found.place.line) == ("name-collision", 5)


def test_images_of_a_deck_need_the_page(tmp_path: Path) -> None:
    spec = (
        "kind: Deck\nslides: [{layout: statement, title: a}, {layout: statement, title: b}]\noutputs: [{format: png, name: %s}]\n"
    )
    with pytest.raises(SpecError) as caught:
        plan(tmp_path, spec % "a.png")
    assert [d.code for d in caught.value.diagnostics] == ["name-without-page"]
    assert only(plan(tmp_path, spec % '"a.{page}.png"')).outputs[0].name == "a.{page}.png"


def test_default_outputs_have_names_of_their_own(tmp_path: Path) -> None:
    names = [output.name for piece in batch(tmp_path).pieces for output in piece.outputs]
    assert len(set(names)) == len(names) == 16


# --- bad rows

BAD = ROWS + "tea-03,oolong,cheap\n"


def test_a_bad_row_fails_alone(tmp_path: Path) -> None:
    made = batch(tmp_path, rows=BAD)
    assert len(made.pieces) == 8
    assert {(f.piece.split("/")[1], f.code, f.exit_code) for f in made.failures} == {("tea-03", "bad-expression", 2)}
    assert "rows.csv:4" in made.failures[0].place
    assert "spec.yaml:6" in made.failures[0].place
    assert made.keep_going


def test_a_bad_row_stops_a_batch_that_does_not_keep_going(tmp_path: Path) -> None:
    with pytest.raises(DataError) as caught:
        batch(tmp_path, BATCH + "run: {keep_going: false}\n", rows=BAD)
    assert caught.value.exit_code == 2
    assert {d.code for d in caught.value.diagnostics} == {"bad-expression"}


def test_a_batch_of_bad_rows_only_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DataError):
        batch(tmp_path, rows="sku,name,price\na,b,cheap\n")


def test_a_row_that_cannot_be_read_fails_alone(tmp_path: Path) -> None:
    made = batch(tmp_path, BATCH.replace("key: sku", "key: sku, types: {price: int}"), rows=BAD)
    assert failure_codes(made) == [("tea/tea-03", "bad-cell")]
    assert len(made.pieces) == 8
