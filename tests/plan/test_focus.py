"""What a crop keeps of a picture: one point for the plan, the typesetter, the edits and the manifest."""

from __future__ import annotations

from pathlib import Path

import pytest

from qwen_pipeline.errors import SpecError
from qwen_pipeline.pipeline.shown import shown_pictures
from qwen_pipeline.pipeline.state import picture_box
from qwen_pipeline.types import Box, SceneLayer, covering
from qwen_pipeline.typeset.solve import PictureFile, scene_item

from .plans import only, plan

WIDE = {"native_sizes": ((2000, 1000),)}
SPEC = """\
apiVersion: design/v1
kind: Poster
name: tea
locales: [en]
canvas: {size: 800x800px}
scene: {subject: a teapot, edits: [{do: more light, box: [0%%, 0%%, 50%%, 100%%]}]%s}
title: Tea
generate: {seed: 1}
"""


@pytest.mark.parametrize(
    ("focus", "left"),
    [("", 0.25), (", focus: [90%, 50%]", 0.5), (", focus: [0%, 10%]", 0.0), (", focus: [30%, 0%, 20%, 90%]", 0.15)],
)
def test_a_crop_keeps_the_focus(tmp_path: Path, focus: str, left: float) -> None:
    made = plan(tmp_path, SPEC % focus, engine=WIDE)
    page = only(made).pages[0]
    item = scene_item(PictureFile("a.png", 2000, 1000), page.picture_box, page.scene_focus)
    assert item.crop == pytest.approx((left, 0.0, left + 0.5, 1.0))
    (shown,) = shown_pictures(made)
    assert (shown.fit, shown.shown) == ("crop", pytest.approx((left, 0.0, left + 0.5, 1.0)))
    edit = next(scene.request for scene in made.scenes if scene.request.source)
    assert [(box.left, box.right) for box in edit.within] == [(round(2000 * left), round(2000 * left) + 500)]
    whole = picture_box(page, 2000, 1000)
    assert whole.x_pt == pytest.approx(-left * whole.w_pt)


def test_the_picture_itself_does_not_change(tmp_path: Path) -> None:
    """Where a picture is cropped is no reason to draw it again."""
    text = SPEC.replace(", edits: [{do: more light, box: [0%%, 0%%, 50%%, 100%%]}]", "")
    plain, moved = (plan(tmp_path / name, text % focus, engine=WIDE) for name, focus in (("a", ""), ("b", ", focus: [90%, 50%]")))
    assert [scene.fingerprint for scene in plain.scenes] == [scene.fingerprint for scene in moved.scenes]
    assert only(plain).fingerprint != only(moved).fingerprint


def test_a_picture_among_the_layers_has_a_focus_of_its_own(tmp_path: Path) -> None:
    panel = "{id: a, scene: {subject: a lane%s}}"
    text = f"kind: Comic\nname: tale\nlocales: [en]\npages: [{{id: one, layout: splash, panels: [{panel}]}}]\n"
    plain, moved = (plan(tmp_path / name, text % focus, engine=WIDE) for name, focus in (("a", ""), ("b", ", focus: [0%, 50%]")))
    assert [scene.fingerprint for scene in plain.scenes] == [scene.fingerprint for scene in moved.scenes]
    assert only(plain).fingerprint != only(moved).fingerprint
    (layer,) = (layer for layer in only(moved).pages[0].layers if isinstance(layer, SceneLayer))
    assert layer.focus == (0.0, 0.5)
    assert shown_pictures(moved)[0].shown[0] == 0.0


def test_a_box_without_room_is_told(tmp_path: Path) -> None:
    assert not [n for n in plan(tmp_path, SPEC % ", focus: [20%, 0%, 50%, 90%]", engine=WIDE).notices if "focus" in n]
    assert [n for n in plan(tmp_path, SPEC % ", focus: [20%, 0%, 60%, 90%]", engine=WIDE).notices if "focus" in n]


def test_nothing_lost_is_whole(tmp_path: Path) -> None:
    (shown,) = shown_pictures(plan(tmp_path, SPEC % ", focus: [90%, 50%]"))
    assert (shown.fit, shown.shown) == ("whole", (0.0, 0.0, 1.0, 1.0))


@pytest.mark.parametrize("bad", ["[50%]", "[50%, 120%]", "[10mm, 50%]", "[60%, 0%, 60%, 50%]", "middle"])
def test_a_bad_focus_is_told(tmp_path: Path, bad: str) -> None:
    with pytest.raises(SpecError) as caught:
        plan(tmp_path, SPEC % f", focus: {bad}")
    assert [(d.place.path) for d in caught.value.diagnostics] == ["scene.focus"]


def test_a_picture_always_covers_its_box() -> None:
    for focus in ((0.0, 0.0), (1.0, 1.0), (0.3, 0.9)):
        for size in ((300, 100), (100, 300), (200, 200)):
            assert covering(Box(10, 20, 90, 60), *size, focus).contains(Box(10, 20, 90, 60), 1e-9)
