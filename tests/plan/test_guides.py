"""Guides and product pages: pins at their points, pictures of entries, one title a section, two lines that are enough."""

from __future__ import annotations

from pathlib import Path

import pytest

from qwen_pipeline.errors import SpecError
from qwen_pipeline.pipeline.bench import flow_text
from qwen_pipeline.types import SceneLayer

from .plans import only, plan

MAP = """\
kind: Guide
locales: [en]
pages:
  - layout: map
    title: The island
    view: an island in a calm sea
    pins: [{at: [25%, 50%], name: Pier}, {at: [100%, 0%], name: Light}]
"""


def test_pins_stand_at_their_points(tmp_path: Path) -> None:
    (page,) = only(plan(tmp_path, MAP)).pages
    boxes = {region.id: region.box for region in page.regions}
    whole = boxes["map"]
    for pin, (x, y) in (("pins[0]", (0.25, 0.5)), ("pins[1]", (1.0, 0.0))):
        box = boxes[pin]
        assert box.x_pt + box.w_pt / 2 == pytest.approx(whole.x_pt + x * whole.w_pt, abs=0.01)
        assert box.y_pt + box.h_pt / 2 == pytest.approx(whole.y_pt + y * whole.h_pt, abs=0.01)
        assert (box.w_pt, box.h_pt) == (21, 21)
    assert len(page.scenes) == 1


def test_a_pin_without_a_point_is_told(tmp_path: Path) -> None:
    with pytest.raises(SpecError) as caught:
        plan(tmp_path, MAP.replace("{at: [25%, 50%], name: Pier}", "{name: Pier}"))
    assert {found.code for found in caught.value.diagnostics} == {"missing-key"}


def test_every_section_has_its_title_and_a_text_to_read_has_one_for_all_its_pages(tmp_path: Path) -> None:
    body = "\\n".join(["The mill has stood on the river for six hundred years, and the paper is still made by hand. " * 4] * 12)
    text = f'{MAP}  - {{id: read, layout: read, title: The mill, body: "{body}"}}\n'
    pages = only(plan(tmp_path, text, flow=flow_text)).pages
    assert len(pages) > 3
    assert [page.title for page in pages] == ["The island", "The mill", *[""] * (len(pages) - 2)]


def test_variants_have_pictures_that_refer_to_the_first(tmp_path: Path) -> None:
    text = """\
kind: Product
locales: [en]
title: Mug
scene: {subject: a mug, style: photographic}
variants:
  - {id: sage, name: Sage, scene: a green mug}
  - {id: clay, name: Clay, scene: {subject: a red mug, references: [scene.sage]}}
"""
    made = plan(tmp_path, text)
    (page,) = only(made).pages
    first, second = (layer.scene for layer in page.layers if isinstance(layer, SceneLayer))
    requests = {scene.fingerprint: scene.request for scene in made.scenes}
    assert requests[second].references == (f"scene:{first}",)
    assert requests[first].hints is not None
    assert requests[first].hints.style == "photographic"  # of the page
    assert page.scene not in (first, second)


@pytest.mark.parametrize("kind", ["Guide", "Product", "Card"])
def test_two_lines_are_a_piece(kind: str, tmp_path: Path) -> None:
    (page,) = only(plan(tmp_path, f"kind: {kind}\ntitle: Mug\n")).pages
    assert (page.title, page.scene is not None) == ("Mug", True)


@pytest.mark.parametrize(
    ("text", "size_mm"),
    [
        ("kind: Card\n", (90, 54)),
        ("kind: Card\nlayout: ticket\n", (210, 74)),
        ("kind: Card\nlayout: ticket\ncanvas: 150mmx60mm\n", (150, 60)),
        ("kind: Poster\nextends: roll-up\n", (850, 2000)),
    ],
)
def test_a_layout_has_the_size_that_it_is_made_for(text: str, size_mm: tuple[int, int], tmp_path: Path) -> None:
    (page,) = only(plan(tmp_path, f"{text}title: Mug\n")).pages
    assert (page.canvas.width_pt, page.canvas.height_pt) == pytest.approx([side / 25.4 * 72 for side in size_mm])
