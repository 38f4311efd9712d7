"""What pictures are asked for: prompts, seeds, edits, references, calm areas, the engine's limits."""

from __future__ import annotations

from pathlib import Path

import pytest

from qwen_pipeline.errors import SpecError

from ..support.pictures import PNG
from .plans import example, only, plan

POSTER = "kind: Poster\ntitle: Tea\nscene:\n  subject: a teapot\n"


def test_edits_are_a_chain_of_scenes(tmp_path: Path) -> None:
    made = plan(tmp_path, POSTER + "  edits: [warm the light, add steam]\n")
    first, second, third = made.scenes
    assert (first.request.source, second.request.source, third.request.source) == (None, first.fingerprint, second.fingerprint)
    assert only(made).pages[0].scene == third.fingerprint
    assert "Warm the light" in second.request.prompt
    assert "steam" not in second.request.prompt
    assert len({scene.request.seed for scene in made.scenes}) == 3
    assert all(scene.used_by == (only(made).id,) for scene in made.scenes)


def test_a_later_edit_leaves_the_earlier_scenes_alone(tmp_path: Path) -> None:
    one, two = (plan(tmp_path, POSTER + f"  edits: [warm the light, {last}]\n") for last in ("add steam", "add rain"))
    assert [s.fingerprint for s in one.scenes[:2]] == [s.fingerprint for s in two.scenes[:2]]
    assert one.scenes[2].fingerprint != two.scenes[2].fingerprint


def test_a_slide_is_the_reference_of_the_others() -> None:
    made = example("04-cold-chain-deck/cold-chain.yaml")
    cover, *others = made.scenes
    assert cover.request.references == ()
    assert {scene.request.references for scene in others} == {(f"scene:{cover.fingerprint}",)}


def test_no_reference_where_the_engine_takes_none() -> None:
    made = example("04-cold-chain-deck/cold-chain.yaml", engine={"capabilities": frozenset({"generate"})})
    assert {scene.request.references for scene in made.scenes} == {()}


def test_references_are_known_by_their_content(tmp_path: Path) -> None:
    made = plan(
        tmp_path, POSTER + "  references: [a.png, b.png]\n", {"a.png": PNG, "b.png": PNG}, digest=lambda path: path[-5:]
    )
    assert made.scenes[0].request.references == ("a.png", "b.png")
    assert [Path(path).name for path in made.scenes[0].reference_paths] == ["a.png", "b.png"]


def test_more_references_than_the_engine_takes(tmp_path: Path) -> None:
    files = {"a.png": PNG, "b.png": PNG}
    with pytest.raises(SpecError) as caught:
        plan(tmp_path, POSTER + "  references: [a.png, b.png]\n", files, engine={"max_references": 1})
    assert [(d.code, d.place.line) for d in caught.value.diagnostics] == [("too-many-references", 4)]


def test_a_prompt_over_the_budget_is_an_error_at_the_scene(tmp_path: Path) -> None:
    assert plan(tmp_path, POSTER).scenes[0].tokens > 20
    with pytest.raises(SpecError) as caught:
        plan(tmp_path, POSTER, engine={"prompt_limit_tokens": 20})
    (found,) = caught.value.diagnostics
    assert (found.code, Path(found.place.file).name, found.place.line) == ("prompt-too-long", "spec.yaml", 4)
    assert "20" in found.message


def test_words_ask_for_a_calm_picture(tmp_path: Path) -> None:
    hints = plan(tmp_path, POSTER).scenes[0].request.hints
    assert hints
    assert hints.calm
    assert all(a.x >= 0 and a.y >= 0 and a.x + a.w <= 1.0001 and a.y + a.h <= 1.0001 for a in hints.calm)
    assert "calm" in plan(tmp_path, POSTER).scenes[0].request.prompt.lower()


def test_keep_clear_adds_an_area(tmp_path: Path) -> None:
    spec = (
        "kind: Poster\nextends: blank\ncanvas: 1000x1000px\nregions: {foot: {box: [10%, 80%, 50%, 10%]}}\n"
        "layers: [{id: l, kind: shape, in: foot, fill: ink/10%}]\nscene:\n  subject: a teapot\n"
    )
    without, with_ = (plan(tmp_path, spec + more).scenes[0].request.hints for more in ("", "  keep_clear: [foot]\n"))
    assert without
    assert with_
    assert without.calm == ()
    (area,) = with_.calm
    assert (area.x, area.y, area.w, area.h) == (0.1, 0.8, 0.5, 0.1)


def test_words_on_a_ground_of_their_own_need_no_calm(tmp_path: Path) -> None:
    spec = (
        "kind: Poster\nextends: blank\nregions: {box: {box: [10%, 10%, 50%, 50%]}}\nscene: {subject: a teapot}\n"
        "layers: [{id: ground, kind: shape, in: box, fill: paper}, {id: t, kind: text, in: box, text: Tea}]\n"
    )
    hints = plan(tmp_path, spec).scenes[0].request.hints
    assert hints
    assert hints.calm == ()
    hints = plan(tmp_path, spec.replace("fill: paper", "fill: paper/50%")).scenes[0].request.hints
    assert hints
    assert len(hints.calm) == 1


def test_the_words_of_the_scene_are_in_the_prompt(tmp_path: Path) -> None:
    spec = POSTER + "  style: ink-wash\n  lighting: from the left\n  details: [steam, two cups]\n  negative: [people]\n"
    request = plan(tmp_path, spec).scenes[0].request
    for words in ("teapot", "from the left", "steam", "two cups"):
        assert words in request.prompt.lower()
    assert "people" in request.negative_prompt


def test_jinja_in_a_scene(tmp_path: Path) -> None:
    spec = "kind: Poster\nvars: {thing: teapot}\ntitle: x\nscene: {subject: 'a {{ thing }}', details: ['{{ thing | upper }}']}\n"
    assert "teapot" in (prompt := plan(tmp_path, spec).scenes[0].request.prompt)
    assert "TEAPOT" in prompt


def test_native_sizes_are_kept_to(tmp_path: Path) -> None:
    sizes = ((2048, 2048), (2400, 1792), (1792, 2400))
    request = plan(tmp_path, POSTER, engine={"native_sizes": sizes}).scenes[0].request
    assert (request.width_px, request.height_px) == (1792, 2400)
