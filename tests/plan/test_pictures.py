"""Pictures among the layers: each a scene with its own seed, its references, and a place that the entry chooses."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from qwen_pipeline.errors import SpecError
from qwen_pipeline.types import Page, Plan, SceneLayer, SceneRequest, TextLayer

from .plans import layer, only, plan

COMIC = """\
apiVersion: design/v1
kind: Comic
name: tale
locales: [en]
defaults: {scene: {style: guochao}}
pages:
  - id: who
    layout: cast
    cast:
      - {id: lin, name: Lin, scene: a girl in a yellow raincoat}
      - {id: cat, name: Cat, scene: a round white cat}
  - id: one
    layout: four
    panels:
      - {id: a, scene: {subject: a lane in the rain, references: [scene.lin]}}
      - {id: b, scene: {subject: a lamp, references: [scene.cat, scene.who.lin]}}
      - id: c
        scene: a bridge
        sound: Bang
        sound_at: left
        balloons:
          - {text: Hello, at: top-left, to: [50%, 50%]}
          - {text: Hmm, as: thought, at: bottom-right, to: [0%, 100%]}
      - {id: d, caption: "Later, at home.", caption_at: bottom}
generate: {seed: 5}
"""


def pictures(page: Page) -> dict[str, str]:
    return {found.id: found.scene for found in page.layers if isinstance(found, SceneLayer)}


def requests(made: Plan) -> dict[str, SceneRequest]:
    return {scene.fingerprint: scene.request for scene in made.scenes}


def pages(made: Plan) -> dict[str, Page]:
    return {page.id: page for page in only(made).pages}


def test_every_panel_is_a_scene_with_a_seed_of_its_own(tmp_path: Path) -> None:
    made = plan(tmp_path, COMIC)
    one = pages(made)["one"]
    assert list(pictures(one)) == ["picture-1", "picture-2", "picture-3"]  # the fourth has words only
    assert one.scene is None
    assert one.scenes == tuple(pictures(one).values())
    assert len({request.seed for request in requests(made).values()}) == 5


def test_the_cast_s_portraits_are_references_of_the_panels(tmp_path: Path) -> None:
    made = plan(tmp_path, COMIC)
    portraits = list(pictures(pages(made)["who"]).values())
    first, second, third = (requests(made)[scene] for scene in pictures(pages(made)["one"]).values())
    assert first.references == (f"scene:{portraits[0]}",)
    assert second.references == (f"scene:{portraits[1]}", f"scene:{portraits[0]}")
    assert third.references == ()
    assert "<image2> shows a girl in a yellow raincoat" in second.prompt


def test_an_engine_without_references_is_not_given_any(tmp_path: Path) -> None:
    made = plan(tmp_path, COMIC, engine={"capabilities": frozenset({"generate"})})
    assert {request.references for request in requests(made).values()} == {()}


@pytest.mark.parametrize(
    "change", [["pages[1].panels[2].scene={subject: a bridge, take: 2}"], ["pages[1].panels[2].scene=a stone bridge"]]
)
def test_a_panel_done_again_leaves_the_others(tmp_path: Path, change: list[str]) -> None:
    before, after = plan(tmp_path, COMIC), plan(tmp_path, COMIC, overrides=change)
    old, new = pictures(pages(before)["one"]), pictures(pages(after)["one"])
    assert [name for name in old if old[name] != new[name]] == ["picture-3"]
    assert len(requests(after)) == len(requests(before)) == 5
    assert set(requests(before)) - set(requests(after)) == {old["picture-3"]}


def test_a_panel_keeps_its_picture_when_panels_are_moved(tmp_path: Path) -> None:
    lines = COMIC.splitlines(keepends=True)
    at = next(i for i, line in enumerate(lines) if "id: a," in line)
    swapped = "".join([*lines[:at], lines[at + 1], lines[at], *lines[at + 2 :]]).replace(
        "layout: four", "layout: four\n    regions: {panels: {grid: {count: panels, rows: [[1, 1], [1, 1]]}}}"
    )
    even = COMIC.replace("layout: four", "layout: four\n    regions: {panels: {grid: {count: panels, rows: [[1, 1], [1, 1]]}}}")
    before, after = (pictures(pages(plan(tmp_path, text))["one"]) for text in (even, swapped))
    assert (before["picture-1"], before["picture-2"]) == (after["picture-2"], after["picture-1"])


def test_balloons_stand_where_they_are_told_and_point_at_who_speaks(tmp_path: Path) -> None:
    one = pages(plan(tmp_path, COMIC))["one"]
    regions = {region.id: region.box for region in one.regions}
    speech = layer(one, "speech-3-1")
    thought = layer(one, "thought-3-2")
    assert isinstance(speech, TextLayer)
    assert isinstance(thought, TextLayer)
    assert (speech.region, thought.region) == ("panels[2].top-left", "panels[2].bottom-right")
    panel = regions[layer(one, "picture-3").region]
    assert speech.plate is not None
    assert thought.plate is not None
    assert (speech.plate.shape, thought.plate.shape) == ("balloon", "cloud")
    assert speech.plate.tail == pytest.approx((panel.x_pt + panel.w_pt / 2, panel.y_pt + panel.h_pt / 2), abs=0.01)
    assert thought.plate.tail == pytest.approx((panel.x_pt, panel.bottom_pt), abs=0.01)
    assert layer(one, "sound-3").region == "panels[2].left"
    assert layer(one, "caption_bottom-4").region == "panels[3].caption-bottom"


def test_uneven_rows(tmp_path: Path) -> None:
    text = COMIC.replace(
        "layout: four",
        "layout: four\n    regions: {panels: {grid: {count: panels, rows: [[2, 1], [1], [1]], heights: [1, 1, 2], order: rtl}}}",
    )
    one = pages(plan(tmp_path, text))["one"]
    boxes = [next(r.box for r in one.regions if r.id == f"panels[{n}]") for n in range(4)]
    assert boxes[0].x_pt > boxes[1].x_pt  # read from the right
    assert boxes[0].w_pt == pytest.approx(2 * boxes[1].w_pt, rel=0.01)
    assert boxes[2].w_pt == pytest.approx(boxes[0].right_pt - boxes[1].x_pt, abs=0.1)
    assert boxes[3].h_pt == pytest.approx(2 * boxes[2].h_pt, rel=0.01)


def test_one_page_without_pages(tmp_path: Path) -> None:
    (page,) = only(plan(tmp_path, "kind: Comic\ntitle: Lanterns\n")).pages
    assert (page.title, page.scene is not None) == ("Lanterns", True)


def codes(tmp_path: Path, text: str, **more: Any) -> Iterable[str]:
    with pytest.raises(SpecError) as caught:
        plan(tmp_path, text, **more)
    return [found.code for found in caught.value.diagnostics]


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("scene.who.lin", "scene.nobody", "unknown-picture"),
        ("at: top-left, ", "at: upstairs, ", "bad-value"),
        ("to: [50%, 50%]", "to: [50%]", "wrong-type"),
        ("to: [50%, 50%]", "to: [5mm, 50%]", "wrong-type"),
        ("scene: a bridge", "scene: {subject: a bridge, region: panels}", "unknown-key"),
        ("scene: a bridge", "scene: {subject: a bridge, take: 0}", "out-of-range"),
        ("scene: a bridge", "scene: {subject: a bridge, references: [gone.png]}", "missing-asset"),
        ("layout: four", "layout: three", "bad-count"),
        ("layout: four", "layout: four\n    regions: {panels: {grid: {count: panels, rows: [[1, 1]]}}}", "bad-count"),
        (
            "layout: four",
            'layout: four\n    layers: [{id: x, kind: shape, in: "panels[].{item.id}", for_each: panels, fill: fg}]',
            "unknown-slot",
        ),
    ],
)
def test_what_cannot_be_is_told(tmp_path: Path, old: str, new: str, code: str) -> None:
    assert COMIC.count(old) == 1
    assert code in codes(tmp_path, COMIC.replace(old, new))
